/* attributes.js - what a device has told about itself: the newest value of each attribute. */

import { h, setHidden } from './dom.js';
import { label, moment, value } from './format.js';

export class Attributes {
    #shape = '';
    #rows = h('tbody');
    #old = h('p', { class: 'muted', text: 'What it told last, while it was online.' });
    #blank = h('p', { class: 'muted', text: 'The device has said nothing about itself yet.' });
    #table = h(
        'table',
        { class: 'attributes' },
        h(
            'thead',
            { class: 'unseen' },
            h(
                'tr',
                {},
                h('th', { scope: 'col', text: 'Attribute' }),
                h('th', { scope: 'col', text: 'Value' }),
                h('th', { scope: 'col', text: 'Updated' }),
            ),
        ),
        this.#rows,
    );

    element = h(
        'section',
        { class: 'block' },
        h('h3', { text: 'Attributes' }),
        this.#old,
        this.#table,
        this.#blank,
    );

    update(device) {
        const entries = Object.entries(device.attributes ?? {});
        setHidden(this.#old, device.state === 'online' || entries.length === 0);
        const shape = JSON.stringify(entries);
        if (shape === this.#shape) return; /* What somebody has marked stays marked. */
        this.#shape = shape;
        this.#rows.replaceChildren(
            ...entries.map(([key, a]) =>
                h(
                    'tr',
                    { title: a.help || null },
                    h('th', { scope: 'row', text: label(key, a.unit) }),
                    h('td', { text: value(a.value, a.unit) }),
                    h('td', { class: 'muted', text: moment(a.time) }),
                ),
            ),
        );
        setHidden(this.#table, entries.length === 0);
        setHidden(this.#blank, entries.length > 0);
    }
}
