/* options.js - how a device is reached: its address and whatever else its driver was told. What the
 * database owns is changed here; what the configuration says is shown. */

import * as api from './api.js';
import { h, setHidden, setText } from './dom.js';
import { value } from './format.js';
import { Field, failField } from './forms.js';
import { icon } from './icons.js';

const same = (a, b) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

/* The keys by which drivers name where a device is. */
const ADDRESSES = ['host', 'address'];

function whereOf(options) {
    const key = ADDRESSES.find((name) => options[name]?.value);
    return key ? value(options[key].value) : '';
}

function fieldOf([key, option]) {
    const field = new Field({ ...option, key, required: false });
    field.set(option.owner === 'default' && option.type !== 'bool' ? null : option.value);
    return field;
}

export class Options {
    #changedDevice;
    #device = null;
    #shape = '';
    #fields = [];
    #originals = new Map();
    #where = h('span', { class: 'muted' });
    #body = h('div', { class: 'fields' });
    #note = h('p', { class: 'field-help' });
    #message = h('p', { role: 'status', class: 'form-message' });
    #save = h(
        'button',
        { class: 'button primary', type: 'submit' },
        h('span', { class: 'spinner' }),
        h('span', { text: 'Save and reach it anew' }),
    );
    #undo = h('button', { class: 'button quiet', type: 'button', text: 'Undo' });
    #actions = h('div', { class: 'actions', hidden: true }, this.#undo, this.#save);
    #form = h('form', { novalidate: true }, this.#note, this.#body, this.#message, this.#actions);

    element = h(
        'section',
        { class: 'block options', hidden: true },
        h(
            'details',
            {},
            h(
                'summary',
                { class: 'command-head' },
                h('h3', { text: 'How it is reached' }),
                this.#where,
                icon('down'),
            ),
            this.#form,
        ),
    );

    /** `changedDevice(device)` gets the gateway's answer to a PATCH. */
    constructor(changedDevice) {
        this.#changedDevice = changedDevice;
        this.#form.addEventListener('submit', (event) => this.#submit(event));
        this.#form.addEventListener('input', () => this.#showActions());
        this.#undo.addEventListener('click', () => this.#build());
    }

    update(device) {
        this.#device = device;
        const options = device.options ?? {};
        setHidden(this.element, Object.keys(options).length === 0);
        setText(this.#where, whereOf(options));
        const shape = JSON.stringify([device.id, device.owner, options]);
        if (shape === this.#shape || this.#changed.length) return; /* What is typed stays. */
        this.#shape = shape;
        this.#build();
    }

    get #changed() {
        return this.#fields.filter((field) => !same(field.get(), this.#originals.get(field.key)));
    }

    #build() {
        const ours = this.#device.owner === 'database';
        const given = Object.entries(this.#device.options ?? {});
        this.#fields = given.map(fieldOf);
        this.#originals = new Map(this.#fields.map((field) => [field.key, field.get()]));
        this.#fields.forEach((field) => field.lock(!ours));
        this.#body.replaceChildren(...this.#fields.map((field) => field.element));
        setText(
            this.#note,
            ours
                ? 'What is left empty is as the driver has it. A secret is never shown, set or not.'
                : 'The configuration file decides these: change them there.',
        );
        this.#say('');
        this.#showActions();
    }

    #showActions() {
        setHidden(this.#actions, this.#changed.length === 0);
    }

    async #submit(event) {
        event.preventDefault();
        const changed = this.#changed;
        const wrong = changed.filter((field) => !field.check());
        if (wrong.length || !changed.length) {
            wrong[0]?.focus();
            return;
        }
        this.#busy(true);
        try {
            const options = Object.fromEntries(changed.map((f) => [f.key, f.get() ?? null]));
            const device = await api.changeDevice(this.#device.id, { options });
            this.#fields = [];
            this.#changedDevice(device);
            this.#say('Saved.', 'good');
        } catch (problem) {
            const placed = problem.status === 422 && failField(this.#fields, problem.message);
            this.#say(placed ? '' : problem.message, 'bad');
        }
        this.#busy(false);
    }

    #busy(busy) {
        this.#form.dataset.busy = busy;
        this.#save.disabled = busy;
    }

    #say(text, tone = '') {
        setText(this.#message, text);
        this.#message.dataset.tone = tone;
    }
}
