/* hubcard.js - a playground among the devices: the link to its hub, and its modules in one line,
 * the near ones left. */

import { cardHead } from './card.js';
import { h, setText, svg } from './dom.js';
import { spoken } from './format.js';
import { countWords, isLinked, linkOf, linkWords, modulesOf, whyOf } from './hub.js';
import { farness } from './reach.js';
import { StateMark } from './tile.js';

const WIDE = 240;
const HIGH = 18;
const DOT = 5;

export class HubCard {
    #link = new StateMark(linkWords);
    #open = h('button', { class: 'tile-open', type: 'button' });
    #kind = h('p', { class: 'card-kind' });
    #why = h('p', { class: 'card-why' });
    #line = svg('svg', {
        class: 'card-line',
        viewBox: `0 0 ${WIDE} ${HIGH}`,
        'aria-hidden': 'true',
    });

    element = h(
        'li',
        { class: 'card' },
        cardHead('hub', this.#open, this.#kind, this.#link.element),
        this.#why,
        this.#line,
    );

    constructor(open) {
        this.#open.addEventListener('click', open);
    }

    /** `children`: the devices behind it. */
    update(device, parentName, children) {
        const modules = modulesOf(device, children);
        setText(this.#open, device.name || device.id);
        this.element.dataset.device = device.id;
        this.#link.show(linkOf(device));
        setText(this.#kind, summary(modules, isLinked(device)));
        setText(this.#why, spoken(whyOf(device)));
        this.#line.replaceChildren(
            svg('path', { d: `M0 ${HIGH / 2}H${WIDE}` }),
            ...modules.map((module) =>
                svg('circle', {
                    cx: DOT + farness(module.rssi) * (WIDE - 2 * DOT),
                    cy: HIGH / 2,
                    r: DOT - 1,
                    'data-dim': module.stale || !module.present,
                }),
            ),
        );
    }
}

function summary(modules, linked) {
    if (!linked) return modules.length ? `${countWords(modules.length)} known` : '';
    const there = modules.filter(({ present }) => present);
    const low = there.filter(({ level }) => level === 'low').length;
    return [countWords(there.length), low && `${low} with a low battery`]
        .filter(Boolean)
        .join(' · ');
}
