/* options.js - how a device is reached: its address and whatever else its driver was told. What the
 * database owns is changed here; what the configuration says is shown. */

import * as api from './api.js';
import { ChangeForm, same } from './changes.js';
import { h, setHidden, setText } from './dom.js';
import { value } from './format.js';
import { Field } from './forms.js';
import { icon } from './icons.js';

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
    #form = new ChangeForm(
        { save: 'Save and reach it anew', content: [this.#note, this.#body] },
        {
            changed: () => this.#changed,
            fields: () => this.#fields,
            send: (changed) => this.#send(changed),
            undo: () => this.#build(),
        },
    );

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
            this.#form.element,
        ),
    );

    /** `changedDevice(device)` gets the gateway's answer to a PATCH. */
    constructor(changedDevice) {
        this.#changedDevice = changedDevice;
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
        this.#form.forget();
    }

    async #send(changed) {
        const options = Object.fromEntries(changed.map((f) => [f.key, f.get() ?? null]));
        const device = await api.changeDevice(this.#device.id, { options });
        this.#shape = ''; /* Built anew, also where nothing that is shown is different: a secret. */
        changed.forEach(({ key }) => this.#originals.set(key, options[key]));
        this.#changedDevice(device);
    }
}
