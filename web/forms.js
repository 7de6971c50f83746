/* forms.js - one field per row of a table: label, the control that fits the type, help, and the
 * place for what is wrong with it.
 *
 * A row is { key, type, unit, default, min, max, choices, required, secret, help }: an option,
 * setting or argument as the gateway lists it. */

import { makeControl, rangeWords } from './controls.js';
import { h, setText, uniqueId } from './dom.js';
import { label, sentence, spoken, unitWords } from './format.js';

/**
 * A field: label, control, help and the place for its problem. `name` replaces the words made from
 * the key.
 */
export class Field {
    #row;
    #control;
    #problem = h('p', { class: 'field-problem', id: uniqueId('problem') });

    constructor(row, name = label(row.key, row.unit)) {
        this.#row = row;
        const help = h('p', { class: 'field-help', id: uniqueId('help'), text: helpText(row) });
        this.#control = makeControl(row, [help.id, this.#problem.id].join(' '));
        this.element = wrap(row, name, this.#control, help, this.#problem);
        this.element.addEventListener('input', () => this.fail(''));
    }

    get key() {
        return this.#row.key;
    }

    get() {
        return this.#control.get();
    }

    set(v) {
        this.#control.set(v);
    }

    /** Checks, shows what is wrong, and says whether all is well. */
    check() {
        const empty = this.get() === undefined;
        const message =
            this.#control.problem() || (empty && this.#row.required ? 'This is needed.' : '');
        this.fail(message);
        return message === '';
    }

    fail(message) {
        setText(this.#problem, message);
        for (const input of inputsOf(this.element))
            if (message) input.setAttribute('aria-invalid', 'true');
            else input.removeAttribute('aria-invalid');
    }

    /** What is typed into, of a field with one input. */
    get input() {
        return this.#control.node;
    }

    /** Shown, but not to be changed here. */
    lock(locked) {
        for (const input of inputsOf(this.element)) input.disabled = locked;
    }

    focus() {
        inputsOf(this.element)[0]?.focus();
    }
}

/* "host: expected …", "\"host\" is missing: …": the gateway begins with what is wrong. */
const PLACE = /^"?([\w.-]+)"?(?:: | (?=is ))/;

/**
 * Puts a problem's sentence to the field it is about and goes there. False: it is about none of
 * these.
 */
export function failField(fields, sentence) {
    const [begin, key] = PLACE.exec(sentence) ?? [];
    const field = fields.find((f) => f.key === key);
    if (!field) return false;
    field.fail(spoken(sentence.slice(begin.length)));
    field.element.closest('details')?.setAttribute('open', '');
    field.focus();
    return true;
}

function inputsOf(element) {
    return [...element.querySelectorAll('input, select')];
}

function wrap(row, name, control, help, problem) {
    const title = [name, row.required ? h('span', { class: 'needed', text: 'needed' }) : null];
    const box = h(
        'div',
        { class: 'control' },
        control.node,
        row.unit ? h('span', { class: 'unit', text: unitWords(row.unit) }) : null,
    );
    if (control.group)
        return h(
            'fieldset',
            { class: 'field', data: { key: row.key } },
            h('legend', {}, ...title),
            box,
            help,
            problem,
        );
    const head = h('label', { for: control.node.id }, ...title);
    return h(
        'div',
        { class: 'field', data: { key: row.key, type: row.type } },
        head,
        box,
        help,
        problem,
    );
}

function helpText(row) {
    const range = row.type === 'int' || row.type === 'float' ? rangeWords(row) : '';
    const separator = row.type === 'list' && !row.choices ? 'Separate entries with commas.' : '';
    return [sentence(row.help), range && `${range}.`, separator].filter(Boolean).join(' ');
}
