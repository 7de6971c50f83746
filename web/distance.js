/* distance.js - how far a command goes: a slider, its places as buttons, and whom it would reach. */

import { h, setText, uniqueId } from './dom.js';
import { value } from './format.js';
import { countWords, NO_LINK } from './hub.js';
import { ALL, endOf, NEAREST, PLACES, placeOf, thresholdOf } from './reach.js';

export class Distance {
    #changed;
    #id = uniqueId('distance');
    #place = h('strong');
    #dbm = h('span', { class: 'muted' });
    #reach = h('output', { class: 'reach-count', for: this.#id });
    #slider = h('input', { type: 'range', id: this.#id, min: NEAREST, max: ALL, step: 1 });
    #places = PLACES.map(([, name]) =>
        h('button', {
            type: 'button',
            text: name,
            'aria-label': `Up to: ${name}`,
            on: { click: () => this.#choose(endOf(name)) },
        }),
    ).reverse();

    element = h(
        'div',
        { class: 'distance' },
        h(
            'p',
            { class: 'distance-head' },
            h('label', { for: this.#id, text: 'How far' }),
            this.#place,
            this.#dbm,
            this.#reach,
        ),
        this.#slider,
        h('div', { class: 'distance-places', role: 'group', 'aria-label': 'Places' }, this.#places),
    );

    /** `changed(position)` is called when somebody moves it. */
    constructor(position, changed) {
        this.#changed = changed;
        this.#slider.value = String(position);
        this.#slider.addEventListener('input', () => changed(this.position));
    }

    get position() {
        return Number(this.#slider.value);
    }

    /** From elsewhere. */
    set position(position) {
        this.#slider.value = String(position);
    }

    /** So many of so many modules are reached; `linked`: the hub can reach any. */
    show(reached, all, linked) {
        const dbm = thresholdOf(this.position);
        const place = placeOf(this.position);
        const strength = dbm === null ? 'whoever hears it' : `louder than ${value(dbm, 'dBm')}`;
        const nobody = linked ? 'nobody is there' : NO_LINK;
        const count = all ? `reaches ${reached} of ${all}` : nobody;
        setText(this.#place, place);
        setText(this.#dbm, strength);
        setText(this.#reach, count);
        const said = all ? `reaches ${reached} of ${countWords(all)}` : count;
        this.#slider.setAttribute('aria-valuetext', `${place}, ${strength}, ${said}`);
        for (const button of this.#places)
            button.setAttribute('aria-pressed', String(button.textContent === place));
    }

    #choose(position) {
        this.position = position;
        this.#changed(position);
    }
}
