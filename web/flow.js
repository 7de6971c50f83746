/* flow.js - whether motion is looked for in the pictures of a camera, and who does it. */

import * as api from './api.js';
import { isFixed } from './devices.js';
import { h, setHidden, setText, uniqueId } from './dom.js';

const CHOICES = [
    ['off', 'Off'],
    ['on', 'Computed here'],
    ['device', 'By the camera'],
];
const HELP = {
    off: 'Nobody looks for motion in these pictures.',
    on: 'The gateway looks for motion in pictures that come within a second of each other. They are fetched for that also while nobody watches, so that motion is told as an event.',
    device: 'Shown where the camera itself says what moves, as debug cameras do.',
};
/* Of a camera that has said nothing of the kind. */
const SILENT = ' This one says nothing of that now; “Computed here” works with any that streams.';

export class Flow {
    #changed;
    #device = null;
    #busy = false;
    #select = h(
        'select',
        { id: uniqueId('flow') },
        CHOICES.map(([value, text]) => h('option', { value, text })),
    );
    #help = h('p', { class: 'field-help', id: uniqueId('help') });
    #problem = h('p', { class: 'field-problem', role: 'alert' });

    element = h(
        'div',
        { class: 'field flow' },
        h('label', { for: this.#select.id, text: 'Motion overlay' }),
        this.#select,
        this.#help,
        this.#problem,
    );

    /** `changed(device)` takes the answer to a PATCH. */
    constructor(changed) {
        this.#changed = changed;
        this.#select.setAttribute('aria-describedby', this.#help.id);
        this.#select.addEventListener('change', () => this.#send(this.#select.value));
    }

    update(device) {
        this.#device = device;
        setHidden(this.element, !Object.hasOwn(HELP, device.flow ?? ''));
        if (this.element.hidden || this.#busy) return;
        if (this.#select.value !== device.flow) this.#select.value = device.flow;
        this.#select.disabled = isFixed(device, 'flow');
        this.#explain(device.flow);
    }

    #explain(choice) {
        const fixed = isFixed(this.#device, 'flow') ? ' The configuration file decides it.' : '';
        const silent = choice === 'device' && !this.#device.overlay && !fixed ? SILENT : '';
        setText(this.#help, HELP[choice] + silent + fixed);
    }

    async #send(flow) {
        this.#busy = true;
        this.#explain(flow);
        setText(this.#problem, '');
        try {
            this.#device = await api.changeDevice(this.#device.id, { flow });
            this.#busy = false;
            this.#changed(this.#device);
        } catch (problem) {
            this.#busy = false;
            setText(this.#problem, problem.message);
            this.update(this.#device);
        }
    }
}
