/* card.js - a device that is no camera: who it is, how it does, and the first things it says
 * about itself. */

import { h, setText } from './dom.js';
import { label, spoken, value } from './format.js';
import { icon } from './icons.js';
import { StateMark } from './tile.js';

/** More stands in the panel. */
const ATTRIBUTES_SHOWN = 4;

/** The head of a card: what it is, its name as a button, what is said below that, and its state. */
export function cardHead(iconName, open, below, mark) {
    return h(
        'div',
        { class: 'card-head' },
        h('span', { class: 'card-icon' }, icon(iconName)),
        h('div', { class: 'card-name' }, h('h3', {}, open), below),
        mark,
    );
}

export class Card {
    #state = new StateMark();
    #open = h('button', { class: 'tile-open', type: 'button' });
    #kind = h('p', { class: 'card-kind' });
    #why = h('p', { class: 'card-why' });
    #attributes = h('dl', { class: 'card-attributes' });

    element = h(
        'li',
        { class: 'card' },
        cardHead('box', this.#open, this.#kind, this.#state.element),
        this.#why,
        this.#attributes,
    );

    constructor(open) {
        this.#open.addEventListener('click', open);
    }

    /** `parentName`: of the device it sits behind, or null. */
    update(device, parentName) {
        setText(this.#open, device.name || device.id);
        this.element.dataset.device = device.id;
        setText(
            this.#kind,
            [device.kind ?? 'No driver', parentName && `behind ${parentName}`]
                .filter(Boolean)
                .join(' '),
        );
        setText(this.#why, device.state === 'online' ? '' : spoken(device.why));
        this.#state.show(device.state);
        this.#attributes.replaceChildren(
            ...Object.entries(device.attributes ?? {})
                .slice(0, ATTRIBUTES_SHOWN)
                .map(([key, a]) =>
                    h(
                        'div',
                        {},
                        h('dt', { text: label(key, a.unit) }),
                        h('dd', { text: value(a.value, a.unit) }),
                    ),
                ),
        );
    }
}
