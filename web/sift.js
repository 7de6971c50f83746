/* sift.js - which captures are listed: of which device, of which day. */

import { Choice } from './choice.js';
import { h, setHidden } from './dom.js';

/* As the browser's clock counts days. */
function ofDay(day) {
    if (!day) return {};
    const from = new Date(`${day}T00:00`);
    const to = new Date(from);
    to.setDate(to.getDate() + 1);
    return { from: from.toISOString(), to: to.toISOString() };
}

export class Sift {
    #changed;
    #device = new Choice({ 'aria-label': 'Captures of' }, () => this.#tell());
    #day = h('input', { type: 'date', 'aria-label': 'Captures of the day' });
    #all = h('button', { class: 'text-button', type: 'button', text: 'All', hidden: true });
    element = h('div', { class: 'sift' }, this.#device.element, this.#day, this.#all);

    /** `changed({ device, from, to })`: what is to be listed, as GET captures takes it. */
    constructor(changed) {
        this.#changed = changed;
        this.#day.addEventListener('change', () => this.#tell());
        this.#all.setAttribute('aria-label', 'All captures');
        this.#all.addEventListener('click', () => {
            this.#device.value = this.#day.value = '';
            this.#device.element.focus();
            this.#tell();
        });
    }

    /** The cameras there are. One that was chosen and is removed is not any more. */
    cameras(devices) {
        this.#device.show(devices);
    }

    #tell() {
        const device = this.#device.value;
        const day = this.#day.value;
        setHidden(this.#all, !device && !day);
        this.element.dataset.on = Boolean(device || day);
        this.#changed({ device, ...ofDay(day) });
    }
}
