/* viewer.js - one capture in full: the picture, what is known of it, and what can be done with
 * it. */

import * as api from './api.js';
import { closeBeside, h, setHidden, setText } from './dom.js';
import { bytes, fullMoment, words } from './format.js';
import { icon } from './icons.js';

const button = (name, label, props = {}) =>
    h(
        'button',
        {
            type: 'button',
            class: 'button quiet icon-only',
            'aria-label': label,
            title: label,
            ...props,
        },
        icon(name),
    );

export class Viewer {
    #dialog;
    #nameOf;
    #changed;
    #gallery = null;
    #capture = null;
    #title = h('h2', { id: 'viewer-title' });
    #image = h('img', { class: 'viewer-image', alt: '' });
    /* Not fetched before somebody wants to hear it. */
    #sound = h('audio', { class: 'viewer-sound', controls: true, preload: 'none', hidden: true });
    #facts = h('p', { class: 'viewer-facts' });
    #problem = h('p', { class: 'problem', role: 'alert' });
    #newer = button('left', 'Newer');
    #older = button('right', 'Older');
    #download = h('a', { class: 'button' }, icon('download'), 'Download');
    #pin = h(
        'button',
        { type: 'button', class: 'button quiet', 'aria-pressed': 'false' },
        icon('pin'),
        h('span'),
    );
    #remove = h(
        'button',
        { type: 'button', class: 'button quiet danger' },
        icon('trash'),
        h('span', { text: 'Delete' }),
    );

    /**
     * `dialog` is filled once; `nameOf(deviceId)` gives the name that people know;
     * `changed(deviceId)` is called after a capture was changed or deleted here.
     */
    constructor(dialog, nameOf, changed) {
        this.#dialog = dialog;
        this.#changed = changed;
        this.#nameOf = nameOf;
        const close = button('close', 'Close', { on: { click: () => dialog.close() } });
        dialog.append(
            h('div', { class: 'viewer-head' }, this.#title, close),
            h('div', { class: 'viewer-stage' }, this.#newer, this.#image, this.#older),
            h(
                'div',
                { class: 'viewer-foot' },
                this.#facts,
                this.#sound,
                this.#problem,
                h('div', { class: 'actions' }, this.#remove, this.#pin, this.#download),
            ),
        );
        this.#newer.addEventListener('click', () => this.#step(-1));
        this.#older.addEventListener('click', () => this.#step(1));
        this.#pin.addEventListener('click', () => this.#togglePin());
        this.#remove.addEventListener('click', () => this.#askRemove());
        this.#image.addEventListener('error', () =>
            setText(this.#problem, 'The picture could not be loaded.'),
        );
        this.#sound.addEventListener(
            'error',
            () => !this.#sound.hidden && setText(this.#problem, 'The sound could not be loaded.'),
        );
        dialog.addEventListener('keydown', (event) => this.#key(event));
        dialog.addEventListener('cancel', (event) => this.#takeBack(event));
        dialog.addEventListener('close', () => this.#sound.pause());
        closeBeside(dialog);
    }

    /** Shows the capture `id` of a gallery, which gives its neighbours too. */
    open(gallery, id) {
        if (!gallery.items.some((item) => item.id === id)) return; /* It went meanwhile. */
        this.#gallery = gallery;
        this.#show(id);
        if (!this.#dialog.open) this.#dialog.showModal();
    }

    /* Its place among the others; -1 when the gallery has let it go meanwhile. */
    get #at() {
        return this.#gallery.items.findIndex((item) => item.id === this.#capture.id);
    }

    #show(id) {
        const c = this.#gallery.items.find((item) => item.id === id);
        if (!c) return; /* The gallery has let it go meanwhile: what is shown stays. */
        this.#capture = c;
        const name = this.#nameOf(c.device);
        const when = fullMoment(c.captured_at ?? c.received_at);
        setText(this.#title, `${name}, ${when}`);
        setText(this.#problem, '');
        this.#image.src = api.imageUrl(id);
        this.#image.alt = `Picture of ${name}, ${when}`;
        setText(this.#facts, factsOf(c));
        this.#showSound(c, `Sound of ${name}, ${when}`);
        this.#download.href = api.imageUrl(id);
        this.#download.download = `${c.device}-${id}.jpg`;
        this.#showPin(c.pinned);
        this.#calm();
        this.#showPlace();
    }

    /* A disabled button loses the focus, and so the keys. */
    #showPlace() {
        this.#newer.disabled = this.#at === 0;
        this.#older.disabled = this.#at === this.#gallery.items.length - 1;
        if (document.activeElement.disabled)
            (this.#older.disabled ? this.#newer : this.#older).focus();
    }

    /* The same one again (it was pinned) plays on. */
    #showSound(c, label) {
        const src = c.sound ? api.soundUrl(c.id) : null;
        setHidden(this.#sound, !src);
        this.#sound.setAttribute('aria-label', label);
        if (src === this.#sound.getAttribute('src')) return;
        this.#sound.pause();
        if (src) this.#sound.src = src;
        else this.#sound.removeAttribute('src');
    }

    #showPin(pinned) {
        this.#pin.setAttribute('aria-pressed', String(Boolean(pinned)));
        this.#pin.title = 'A pinned picture is not removed when space runs out.';
        setText(this.#pin.lastChild, pinned ? 'Pinned' : 'Pin');
    }

    #step(by) {
        const next = this.#at < 0 ? null : this.#gallery.items[this.#at + by];
        if (next) this.#show(next.id);
    }

    #key(event) {
        if (event.target === this.#sound) return; /* The arrows are its own. */
        if (event.key === 'ArrowLeft') this.#step(-1);
        else if (event.key === 'ArrowRight') this.#step(1);
    }

    async #togglePin() {
        const { id, device, pinned } = this.#capture;
        await this.#try(async () => {
            const changed = await api.changeCapture(id, { pinned: !pinned });
            this.#gallery.replace(id, changed);
            this.#changed(device);
            if (this.#capture.id === id) this.#show(id);
        });
    }

    /* Asked twice on the same button: a picture is gone for good. */
    #askRemove() {
        if (this.#remove.dataset.sure === 'true') {
            this.#removeNow();
            return;
        }
        this.#remove.dataset.sure = 'true';
        setText(
            this.#remove.lastChild,
            this.#capture.pinned ? 'It is pinned. Really delete?' : 'Really delete?',
        );
        this.#remove.addEventListener('blur', () => this.#calm(), { once: true });
    }

    /* Escape says no to the question first. */
    #takeBack(event) {
        if (this.#remove.dataset.sure !== 'true') return;
        event.preventDefault();
        this.#calm();
    }

    #calm() {
        this.#remove.dataset.sure = 'false';
        setText(this.#remove.lastChild, 'Delete');
    }

    async #removeNow() {
        const { id, device } = this.#capture;
        this.#calm();
        await this.#try(async () => {
            await api.deleteCapture(id);
            const neighbour =
                this.#gallery.items[this.#at + 1] ?? this.#gallery.items[this.#at - 1];
            this.#gallery.replace(id, null);
            this.#changed(device);
            if (this.#capture.id !== id) this.#showPlace();
            else if (neighbour) this.#show(neighbour.id);
            else this.#dialog.close();
        });
    }

    async #try(action) {
        setText(this.#problem, '');
        try {
            await action();
        } catch (problem) {
            setText(this.#problem, problem.message);
        }
    }
}

function factsOf(c) {
    const place =
        typeof c.latitude === 'number' && typeof c.longitude === 'number'
            ? `${c.latitude.toFixed(5)}, ${c.longitude.toFixed(5)}`
            : null;
    return [`${c.width} × ${c.height}`, bytes(c.bytes), c.source ? words(c.source) : null, place]
        .filter(Boolean)
        .join(' · ');
}
