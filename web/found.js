/* found.js - what a scan sees and belongs to nobody yet, kept up to date by events: one button makes it
 * a device. */

import * as api from './api.js';
import { arrange, h, setHidden, setText } from './dom.js';
import { spoken } from './format.js';
import { signalBars } from './signal.js';

/** A scan sees many things in a moment; the list of them is read once. */
const READ_AFTER_MS = 300;

class FoundRow {
    #host;
    #item = null;
    #name = h('strong');
    #from = h('p', { class: 'muted' });
    #signal = h('span');
    #problem = h('p', { class: 'problem', role: 'alert' });
    #adopt = h('button', { class: 'button small', type: 'button', text: 'Adopt' });
    element = h(
        'li',
        {},
        h('div', { class: 'found-text' }, this.#name, this.#from, this.#problem),
        this.#signal,
        this.#adopt,
    );

    constructor(host) {
        this.#host = host;
        this.#adopt.addEventListener('click', () => this.#make());
    }

    update(item) {
        this.#item = item;
        const name = item.name || item.address;
        setText(this.#name, name);
        setText(this.#from, [item.driver, item.address].filter((s) => s && s !== name).join(' · '));
        this.#adopt.setAttribute('aria-label', `Adopt ${name}`);
        this.element.dataset.found = item.id;
        const rssi = (item.properties ?? []).find(({ key }) => key === 'rssi_dbm')?.value;
        this.#signal.replaceChildren(...signalBars(rssi));
    }

    /* As it is; what a driver wants to know besides is asked for. */
    async #make() {
        this.#adopt.disabled = true;
        setText(this.#problem, '');
        try {
            this.#host.added(await api.adopt(this.#item.id, {}));
        } catch (problem) {
            if (problem.status === 422) this.#host.ask(this.#item, problem.message);
            else setText(this.#problem, spoken(problem.message));
        }
        this.#adopt.disabled = false;
    }
}

export class Found {
    #list;
    #count;
    #blank;
    #why;
    #host;
    #rows = new Map();
    #timer = 0;

    /**
     * `host`: { added(device), ask(item, problem) }, which opens the form for what must be asked.
     */
    constructor(section, host) {
        this.#list = section.querySelector('ul');
        this.#count = section.querySelector('.count');
        this.#blank = section.querySelector('#found-blank');
        this.#why = section.querySelector('#found-why');
        this.#host = host;
    }

    /** Something has come or gone. */
    stale() {
        this.#timer ||= setTimeout(() => {
            this.#timer = 0;
            this.refresh();
        }, READ_AFTER_MS);
    }

    /** Reads the list anew. What cannot be read is said where the list would be. */
    async refresh() {
        try {
            const [{ items }, { bluetooth, mdns }] = await Promise.all([api.found(), api.info()]);
            const why = [
                bluetooth.why && `No Bluetooth device can be seen. ${spoken(bluetooth.why)}`,
                mdns.why && `No device in the network can be seen. ${spoken(mdns.why)}`,
            ].filter(Boolean);
            setText(this.#why, why.join('\n'));
            setHidden(this.#why, why.length === 0);
            setText(this.#blank, this.#blank.dataset.empty);
            this.#show(items);
            setHidden(this.#blank, items.length > 0 || !(bluetooth.ready || mdns.ready));
        } catch (problem) {
            this.#show([]);
            setText(this.#blank, problem.message);
            setHidden(this.#blank, false);
            setHidden(this.#why, true);
        }
    }

    #show(items) {
        const ids = new Set(items.map(({ id }) => id));
        for (const id of this.#rows.keys()) if (!ids.has(id)) this.#rows.delete(id);
        for (const item of items) {
            if (!this.#rows.has(item.id)) this.#rows.set(item.id, new FoundRow(this.#host));
            this.#rows.get(item.id).update(item);
        }
        arrange(
            this.#list,
            items.map(({ id }) => this.#rows.get(id).element),
        );
        setText(this.#count, items.length ? String(items.length) : '');
    }
}
