/* add.js - the dialog that makes a device: of an address, by a form made from the driver's options;
 * or of something seen nearby, whose driver and address are known. */

import * as api from './api.js';
import { closeBeside, h, setHidden, setText } from './dom.js';
import { sentence, spoken } from './format.js';
import { Field, failField } from './forms.js';

/** As the gateway limits names. */
const NAME = { key: 'name', type: 'string', max: 127, help: 'What it is called here.' };

/* Where the driver wants to know the address. */
const isOnAir = ({ format }) => format === 'bluetooth-address';
const isAddress = ({ key }) => key === 'host' || key === 'address';

/* What was seen of a thing, for the option `row` of its driver's `rows`: as the gateway fills it in. */
function seenFor({ bus, address, properties }, row, rows) {
    const onAir = bus === 'ble' && rows.some(isOnAir);
    if (onAir ? isOnAir(row) : isAddress(row) && !isOnAir(row)) return address;
    const port = properties?.find(({ key }) => key === 'port')?.value;
    return row.key === 'port' && port ? Number(port) : null;
}

export class AddDevice {
    #dialog;
    #added;
    #plugins = [];
    #found = null;
    #fields = [];
    #title = h('h2', { id: 'add-title' });
    #driver = h('select', { id: 'add-driver', 'aria-describedby': 'add-summary' });
    #summary = h('p', { class: 'field-help', id: 'add-summary' });
    #choice = h(
        'div',
        { class: 'field' },
        h('label', { for: 'add-driver', text: 'Driver' }),
        this.#driver,
        this.#summary,
    );
    #rows = h('div', { class: 'fields' });
    #message = h('p', { class: 'problem', role: 'alert' });
    #submit = h(
        'button',
        { class: 'button primary', type: 'submit' },
        h('span', { class: 'spinner' }),
        h('span'),
    );
    #form = h(
        'form',
        { novalidate: true },
        this.#title,
        this.#choice,
        this.#rows,
        this.#message,
        h(
            'div',
            { class: 'actions' },
            h('button', {
                class: 'button quiet',
                type: 'button',
                text: 'Cancel',
                on: { click: () => this.#dialog.close() },
            }),
            this.#submit,
        ),
    );

    /** `added(device)` is called with what was made, when the dialog is closed. */
    constructor(dialog, added) {
        this.#dialog = dialog;
        this.#added = added;
        dialog.append(this.#form);
        closeBeside(dialog);
        this.#driver.addEventListener('change', () => this.#showDriver());
        this.#form.addEventListener('submit', (event) => this.#send(event));
    }

    /**
     * `found`: what was seen, to be adopted; null: by its address. `problem` is what the gateway said
     * when it was tried without asking.
     */
    async open(found = null, problem = '') {
        const fields = (this.#fields = []);
        this.#found = found;
        setText(this.#title, found ? `Adopt ${found.name || found.address}` : 'Add a device');
        setText(this.#submit.lastChild, found ? 'Adopt' : 'Add');
        setText(this.#message, '');
        this.#busy(false);
        this.#rows.replaceChildren(h('p', { class: 'muted', text: 'Loading…' }));
        this.#dialog.showModal();
        await this.#load();
        if (fields !== this.#fields) return; /* Opened anew meanwhile. */
        this.#showPlugins();
        if (problem && !failField(this.#fields, problem)) setText(this.#message, spoken(problem));
    }

    async #load() {
        try {
            const { items } = await api.plugins();
            this.#plugins = items.filter(({ state }) => state === 'loaded').sort(byNeed);
        } catch (problem) {
            this.#plugins = [];
            setText(this.#message, problem.message);
        }
    }

    #showPlugins() {
        this.#driver.replaceChildren(
            ...this.#plugins.map(({ name }) => h('option', { value: name, text: name })),
        );
        if (this.#found) this.#driver.value = this.#found.driver;
        setHidden(this.#choice, this.#found !== null || this.#plugins.length === 0);
        this.#showDriver();
    }

    /* The options that are needed first; all others have a default, and stay folded. */
    #showDriver() {
        const plugin = this.#plugins.find(({ name }) => name === this.#driver.value);
        this.#submit.disabled = !plugin;
        setText(
            this.#message,
            plugin || this.#message.textContent
                ? this.#message.textContent
                : 'No driver is loaded.',
        );
        setText(this.#summary, sentence(plugin?.summary ?? ''));
        const options = plugin?.options ?? [];
        const name = new Field(NAME);
        name.set(this.#found?.name);
        const seen = options.map((row) => this.#found && seenFor(this.#found, row, options));
        const fields = options.map((row, i) => fieldOf(row, seen[i]));
        const isFirst = (_, i) =>
            options[i].required || (this.#found ? seen[i] : isAddress(options[i]));
        const rest = fields.filter((...at) => !isFirst(...at));
        this.#fields = [...fields, name];
        this.#rows.replaceChildren(
            ...(plugin ? [name, ...fields.filter(isFirst)].map((field) => field.element) : []),
            rest.length ? more(rest) : '',
        );
        name.focus();
    }

    async #send(event) {
        event.preventDefault();
        setText(this.#message, '');
        const wrong = this.#fields.filter((field) => !field.check());
        if (wrong.length) {
            wrong[0].element.closest('details')?.setAttribute('open', '');
            wrong[0].focus();
            return;
        }
        const fields = this.#fields;
        const isShown = () => fields === this.#fields;
        this.#busy(true);
        try {
            const device = await this.#make();
            if (isShown()) this.#dialog.close();
            this.#added(device);
        } catch (problem) {
            if (isShown() && !failField(fields, problem.message))
                setText(this.#message, spoken(problem.message));
        }
        if (isShown()) this.#busy(false);
    }

    #make() {
        const given = this.#fields.map((field) => [field.key, field.get()]);
        const name = given.pop()[1];
        const options = Object.fromEntries(given.filter(([, v]) => v !== undefined));
        return this.#found
            ? api.adopt(this.#found.id, { name, options })
            : api.addDevice({ driver: this.#driver.value, name, options });
    }

    #busy(busy) {
        this.#form.dataset.busy = busy;
        this.#submit.disabled = busy;
    }
}

/* What was seen of a thing is shown, and not changed here. */
function fieldOf(row, seen) {
    const field = new Field(row);
    if (seen) {
        field.set(seen);
        field.lock(true);
    }
    return field;
}

/* Drivers that want an address before those that need nothing. */
function byNeed(a, b) {
    const needs = ({ options }) => Number((options ?? []).some((row) => row.required));
    return needs(b) - needs(a) || a.name.localeCompare(b.name);
}

function more(fields) {
    return h(
        'details',
        { class: 'more-options' },
        h('summary', { text: `More options (${fields.length})` }),
        h(
            'div',
            { class: 'fields' },
            fields.map((field) => field.element),
        ),
    );
}
