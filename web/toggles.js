/* toggles.js - what is drawn over the pictures: a button for each part, and what the colours mean. */

import { LEVELS } from './arrows.js';
import { h, setHidden, svg } from './dom.js';
import { shown } from './shown.js';

/* Each with its key, for who has the focus here or on the picture. */
const PARTS = [
    ['on', 'Overlay', 'o', 'Draw the motion over the picture'],
    ['arrows', 'Arrows', 'a', 'Where each part of the picture went'],
    ['grid', 'Grid', 'g', 'The blocks that are looked at'],
    ['summary', 'Summary', 's', 'The whole in words, and gestures'],
    ['trajectory', 'Trajectory', 't', 'The way that the middle of what moves has gone'],
    ['overview', 'In the overview', 'v', 'Arrows on the small pictures, too'],
];
const SURENESS = ['under 40\u00a0%', 'over 40\u00a0%', 'over 70\u00a0%'];

const swatch = ({ colour, width }) =>
    svg(
        'svg',
        { viewBox: '0 0 30 16', class: 'swatch', 'aria-hidden': 'true' },
        svg('path', { d: 'M4 8H25M19 4L25 8L19 12', stroke: colour, 'stroke-width': width }),
    );

export class Toggles {
    #buttons = PARTS.map(([name, label, key, help]) =>
        h('button', {
            class: 'button small toggle',
            type: 'button',
            text: label,
            title: `${help} (key ${key.toUpperCase()})`,
            'aria-keyshortcuts': key,
            data: { part: name },
            on: { click: () => this.#toggle(name) },
        }),
    );
    #legend = h(
        'p',
        { class: 'legend' },
        'Arrows, by how sure: ',
        LEVELS.map((level, i) => h('span', {}, swatch(level), SURENESS[i])),
    );
    #unlisten = shown.listen(() => this.#show());

    element = h(
        'div',
        {},
        h(
            'div',
            { class: 'toggles', role: 'group', 'aria-label': 'Drawn over the picture' },
            this.#buttons,
        ),
        this.#legend,
    );

    constructor() {
        this.#show();
    }

    close() {
        this.#unlisten();
    }

    /** A key was pressed there. */
    key(event) {
        if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches('input, select'))
            return;
        const part = PARTS.find(([, , key]) => key === event.key.toLowerCase());
        if (part) this.#toggle(part[0]);
    }

    #toggle(name) {
        if (name === 'on' || shown.is('on')) shown.set(name, !shown.is(name));
    }

    #show() {
        this.#buttons.forEach((button) => {
            const { part } = button.dataset;
            button.setAttribute('aria-pressed', String(shown.is(part)));
            button.disabled = part !== 'on' && !shown.is('on');
        });
        setHidden(this.#legend, !shown.is('on') || !shown.is('arrows'));
    }
}
