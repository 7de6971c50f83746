/* choice.js - choosing one of the devices, or all. */

import { h } from './dom.js';

export class Choice {
    #shape = '';
    element;

    /** `props`: of the select. `changed()` is called when somebody chooses, or the chosen one is gone. */
    constructor(props, changed) {
        this.element = h('select', props);
        this.element.addEventListener('change', changed);
        this.show([]);
    }

    /** Its id; '': all. */
    get value() {
        return this.element.value;
    }

    set value(id) {
        this.element.value = id;
    }

    /** Those there are: [{id, name}]. True: they are others, or have other names. */
    show(devices) {
        const shape = JSON.stringify(devices.map(({ id, name }) => [id, name]));
        if (shape === this.#shape)
            return false; /* An open list closes when its entries are replaced. */
        this.#shape = shape;
        const chosen = this.value;
        this.element.replaceChildren(
            h('option', { value: '', text: 'All devices' }),
            ...devices.map(({ id, name }) => h('option', { value: id, text: name || id })),
        );
        this.value = devices.some(({ id }) => id === chosen) ? chosen : '';
        if (this.value !== chosen) this.element.dispatchEvent(new Event('change'));
        return true;
    }
}
