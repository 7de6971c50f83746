/* found.js - what was seen nearby and belongs to nobody yet: one button makes it a device. */

import * as api from './api.js';
import { arrange, h, setText } from './dom.js';

class FoundRow {
    #problem = h('p', { class: 'problem', role: 'alert' });
    #add = h('button', { class: 'button small', type: 'button', text: 'Add' });

    constructor(item, added) {
        const name = item.name || item.address || item.id;
        const from = [item.driver, item.address].filter(Boolean).map(String).join(' · ');
        this.#add.setAttribute('aria-label', `Add ${name}`);
        this.#add.addEventListener('click', () => this.#adopt(item.id, added));
        this.element = h(
            'li',
            {},
            h(
                'div',
                {},
                h('strong', { text: name }),
                h('p', { class: 'muted', text: from }),
                this.#problem,
            ),
            this.#add,
        );
    }

    async #adopt(id, added) {
        this.#add.disabled = true;
        try {
            await api.adopt(id);
            added();
        } catch (problem) {
            setText(this.#problem, problem.message);
        }
        this.#add.disabled = false;
    }
}

export class Found {
    #section;
    #list;
    #added;

    /** `added` is called after something was adopted. */
    constructor(section, list, added) {
        this.#section = section;
        this.#list = list;
        this.#added = added;
    }

    /**
     * Reads the list anew. Without it the page works as well, so a failure leaves the section away.
     */
    async refresh() {
        const { items } = await api.found().catch(() => ({ items: [] }));
        this.#section.hidden = items.length === 0;
        arrange(
            this.#list,
            items.map((item) => new FoundRow(item, this.#added).element),
        );
    }
}
