/* screen.js - the dark rectangle a camera is seen in: canvas, badges, and words where a picture
 * should be. Used by tile and panel. */

import { h, setHidden, setText } from './dom.js';
import { moment, span, spoken, stateWords } from './format.js';
import { icon } from './icons.js';

/** A live picture older than this is called out. */
export const STALL_MS = 3000;

/** Pictures come, or will; of all others what is shown is what was. */
export const isLive = (state) => state === 'online' || state === 'starting';

const VEIL_ICONS = {
    starting: 'camera',
    online: 'camera',
    offline: 'unplugged',
    error: 'alert',
    disabled: 'off',
};

export class Screen {
    #picture;
    #canvas = h('canvas', { width: 4, height: 3, role: 'img' });
    #night = h('span', { class: 'badge', hidden: true }, icon('moon'), 'Night');
    #still = h('span', { class: 'badge', hidden: true }, icon('still'), h('span'));
    #stall = h('span', { class: 'badge warn', hidden: true }, icon('clock'), h('span'));
    #veilIcon = h('span', { class: 'veil-icon' });
    #veilTitle = h('strong');
    #veilWhy = h('span');
    #veil = h(
        'div',
        { class: 'veil', hidden: true },
        this.#veilIcon,
        this.#veilTitle,
        this.#veilWhy,
    );
    #device = null;
    #shownState = '';

    element = h(
        'div',
        { class: 'screen' },
        this.#canvas,
        this.#veil,
        h('div', { class: 'badges' }, this.#stall, this.#night, this.#still),
    );

    /** `picture`: what to show; attached until close(). `large`: as of Picture.attach(). */
    constructor(picture, { large = false } = {}) {
        this.#picture = picture;
        picture.attach(this.#canvas, large);
    }

    close() {
        this.#picture.detach(this.#canvas);
    }

    update(device) {
        this.#device = device;
        this.#canvas.setAttribute('aria-label', `Live picture of ${device.name || device.id}`);
        this.tick();
    }

    /** Refreshes what changes with time. Cheap: called twice a second for every camera. */
    tick() {
        const stats = this.#picture.stats();
        const state = this.#device.state;
        const live = isLive(state);
        this.#badges(stats, live);
        this.#showVeil(stats, state, live);
    }

    #badges(stats, live) {
        const stalled = live && stats !== null && !stats.still && stats.lateMs > STALL_MS;
        setHidden(this.#night, !live || !stats?.night);
        setHidden(this.#still, !stats?.still);
        setHidden(this.#stall, !stalled);
        if (stats?.still) setText(this.#still.lastChild, `Still from ${moment(stats.sinceMs)}`);
        if (stalled) setText(this.#stall.lastChild, `No new picture for ${span(stats.ageMs)}`);
    }

    #showVeil(stats, state, live) {
        const looks = live ? (stats ? 'live' : 'waiting') : stats ? 'last' : 'dark';
        this.element.dataset.looks = looks;
        setHidden(this.#veil, looks === 'live');
        if (looks === 'live') return;
        setText(this.#veilTitle, live ? 'Waiting for a picture' : stateWords(state));
        setText(
            this.#veilWhy,
            spoken(this.#device.why) ||
                (state === 'disabled' ? 'Nothing is asked of this device.' : ''),
        );
        if (this.#shownState !== state) {
            this.#shownState = state;
            this.#veilIcon.replaceChildren(icon(VEIL_ICONS[state] ?? 'camera'));
        }
    }
}
