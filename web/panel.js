/* panel.js - everything about one device, in a sheet from the right: picture, what waits in it,
 * captures, attributes, commands, settings. A kind with a view of its own (views.js) has that, and
 * all else folded below it. */

import { Attributes } from './attributes.js';
import { Commands } from './commands.js';
import { closeBeside, h } from './dom.js';
import { addFullscreen } from './fullscreen.js';
import { Gallery, NO_CAPTURES } from './gallery.js';
import { Head } from './head.js';
import { icon } from './icons.js';
import { Options } from './options.js';
import { Screen } from './screen.js';
import { Settings } from './settings.js';
import { Stock, keepsPictures } from './stock.js';
import { Facts } from './tile.js';

const CAPTURES_SHOWN = 6;
/* As in panel.css: the columns are below each other. */
const narrow = matchMedia('(max-width: 899px)');

/* Each scrolls for itself: the focus makes that possible without a mouse, also where nothing in
 * it takes the focus. */
const column = (label, ...children) =>
    h(
        'div',
        { class: 'sheet-column', role: 'group', tabindex: '0', 'aria-label': label },
        ...children,
    );

export class Panel {
    #dialog;
    #host;
    #device = null;
    #parts = null;

    /**
     * `host`: { pictureOf(id), motions() → the Motions or null, transferOf(id), openCapture(gallery, id), nameOf(id), changed(device),
     * removed(device), closed(), open(id), viewOf(device) → its View or null, childrenOf(id),
     * holderOf(device) → whose view it is shown in, or null, back(id) opens that again,
     * now() → ms at the gateway, say(text, look) }
     */
    constructor(dialog, host) {
        this.#dialog = dialog;
        this.#host = host;
        dialog.addEventListener('cancel', (event) => this.#leave(event));
        /* Browsers close it without asking, too, after an Escape that was put to other use. */
        dialog.addEventListener('close', () => this.#device && !dialog.open && this.#closed());
        closeBeside(dialog, () => this.close());
    }

    get deviceId() {
        return this.#device?.id ?? null;
    }

    open(device) {
        const before = this.deviceId;
        if (before !== device.id) this.#build(device);
        this.update(device);
        if (!this.#dialog.open) this.#dialog.showModal();
        else if (before !== device.id) this.#parts.view?.focus(before);
    }

    /* Without waiting for the dialog's event: somebody quick has opened the next one by then. */
    close() {
        if (!this.#dialog.open) return;
        this.#dialog.close();
        this.#closed();
    }

    update(device) {
        this.#device = device;
        const parts = this.#parts;
        parts.head.update(device);
        parts.screen?.update(device);
        parts.motion?.update(device);
        parts.stock.update(device);
        parts.attributes.update(device);
        parts.commands.update(device);
        parts.settings.update(device);
        parts.options.update(device);
        parts.view?.update(device, this.#host.childrenOf(device.id));
        this.tick();
    }

    /** An event of this device. */
    event(event) {
        this.#parts?.view?.event(event);
    }

    tick() {
        this.#parts?.view?.tick();
        this.#parts?.stock.tick(this.#host.transferOf(this.#device.id));
        this.#parts?.screen?.tick();
        if (this.#parts?.screen)
            this.#parts.facts.show(this.#host.pictureOf(this.#device.id).stats(), this.#device);
    }

    /** A capture of this device is new, changed or gone. */
    captureChanged() {
        this.#parts?.gallery?.stale();
    }

    /* What is shown in the view of another leads back to that. */
    #leave(event) {
        const holder = this.#device && this.#host.holderOf(this.#device);
        event.preventDefault();
        if (holder) this.#host.back(holder);
        else this.close();
    }

    #build(device) {
        this.#release();
        const View = this.#host.viewOf(device);
        const view = View && new View(this.#host, device);
        const screen = device.camera
            ? new Screen(this.#host.pictureOf(device.id), { large: true })
            : null;
        if (screen) addFullscreen(screen.element);
        const motions = screen && this.#host.motions();
        const gallery = device.camera
            ? new Gallery(
                  { device: device.id, limit: CAPTURES_SHOWN },
                  this.#host.openCapture,
                  this.#host.nameOf,
                  keepsPictures(device)
                      ? 'No pictures yet. They appear here as the camera hands them over.'
                      : NO_CAPTURES,
              )
            : null;
        this.#parts = {
            screen,
            gallery,
            view,
            head: new Head(this.#host, (event) => this.#leave(event)),
            facts: new Facts(),
            motion: motions?.blockOf(device.id, screen.element, this.#host.changed) ?? null,
            stock: new Stock(),
            attributes: new Attributes(),
            commands: new Commands(view?.serves),
            settings: new Settings(this.#host.changed),
            options: new Options(this.#host.changed),
        };
        this.#dialog.replaceChildren(...this.#layout());
        gallery?.refresh();
    }

    #layout() {
        const {
            head,
            screen,
            facts,
            motion,
            stock,
            attributes,
            gallery,
            commands,
            settings,
            options,
            view,
        } = this.#parts;
        const captures =
            gallery &&
            h('section', { class: 'block' }, h('h3', { text: 'Last captures' }), gallery.element);
        const beside = view?.beside === true;
        const left = [
            screen?.element,
            screen && facts.element,
            motion?.element,
            beside && narrow.matches && view.element,
            stock.element,
            captures,
            attributes.element,
        ].filter(Boolean);
        const right = [
            beside && !narrow.matches && view.element,
            commands.element,
            settings.element,
            options.element,
        ];
        const columns = h(
            'div',
            { class: 'sheet-body' },
            column('What it shows', ...left),
            column('What it can do', ...right),
        );
        const whole = view !== null && !beside;
        this.#dialog.dataset.view = whole;
        if (!whole) return [head.element, columns];
        const fold = h('summary', {}, h('h3', { text: 'Everything else about it' }), icon('down'));
        return [
            head.element,
            h('div', { class: 'sheet-view' }, view.element, h('details', {}, fold, columns)),
        ];
    }

    #release() {
        this.#parts?.motion?.close();
        this.#parts?.screen?.close();
        this.#parts?.gallery?.close();
        this.#parts?.view?.close();
        this.#parts = null;
        this.#device = null;
    }

    #closed() {
        this.#release();
        this.#dialog.replaceChildren();
        this.#host.closed();
    }
}
