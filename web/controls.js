/* controls.js - the input for each type of a table's row.
 *
 * A control is { node, get(), set(value), problem() }: get() gives the typed value, undefined when
 * nothing was entered; problem() a sentence, '' when all is well. One with `group` is several
 * inputs and wants a legend instead of a label. */

import { h, uniqueId } from './dom.js';
import { value } from './format.js';

/** "1 to 60 s", "At least 5 s", or nothing where there is no bound. */
export function rangeWords({ min, max, unit }) {
    if (isNumber(min) && isNumber(max)) return `${value(min)} to ${value(max, unit)}`;
    if (isNumber(min)) return `At least ${value(min, unit)}`;
    return isNumber(max) ? `At most ${value(max, unit)}` : '';
}

function isNumber(v) {
    return typeof v === 'number';
}

/** The control of a row; its inputs are described by the elements with these ids. */
export function makeControl(row, describedBy) {
    const props = {
        id: uniqueId('input'),
        'aria-describedby': describedBy,
        'aria-required': row.required ? 'true' : null,
    };
    if (row.type === 'bool')
        return row.default === null && !row.required ? triState(props) : switchControl(props, row);
    if (row.type === 'list' && row.choices) return checkboxes(props, row);
    if (row.choices) return select(props, row);
    if (row.type === 'int' || row.type === 'float') return number(props, row);
    return row.type === 'list' ? commaList(props, row) : text(props, row);
}

function placeholder(row) {
    const known = row.default !== null && row.default !== undefined && row.default !== '';
    return known ? `${value(row.default)} (default)` : null;
}

function switchControl(props, row) {
    const node = h('input', { ...props, type: 'checkbox', role: 'switch', class: 'switch' });
    node.checked = row.default === true;
    return {
        node,
        get: () => node.checked,
        set: (v) => (node.checked = v === true),
        problem: () => '',
    };
}

/* A bool without a default may also be left alone. */
function triState(props) {
    const node = h(
        'select',
        props,
        option('', 'Leave as it is'),
        option('true', 'On'),
        option('false', 'Off'),
    );
    return {
        node,
        get: () => (node.value === '' ? undefined : node.value === 'true'),
        set: (v) => (node.value = v === null || v === undefined ? '' : String(v)),
        problem: () => '',
    };
}

function option(v, label) {
    return h('option', { value: v, text: label });
}

/* Choices keep their own type: the option's value is its place in the list. */
function select(props, row) {
    const none = placeholder(row) ?? 'Choose…';
    const node = h(
        'select',
        props,
        option('', none),
        row.choices.map((choice, i) => option(String(i), value(choice))),
    );
    return {
        node,
        get: () => (node.value === '' ? undefined : row.choices[Number(node.value)]),
        set: (v) => (node.value = row.choices.includes(v) ? String(row.choices.indexOf(v)) : ''),
        problem: () => '',
    };
}

function checkboxes(props, row) {
    const boxes = row.choices.map((choice) =>
        h('input', {
            type: 'checkbox',
            'aria-describedby': props['aria-describedby'],
            value: choice,
        }),
    );
    const node = h(
        'div',
        { class: 'choices' },
        boxes.map((box, i) => h('label', {}, box, value(row.choices[i]))),
    );
    let touched = false;
    node.addEventListener('change', () => (touched = true));
    const set = (v) =>
        boxes.forEach((box, i) => (box.checked = asList(v).includes(row.choices[i])));
    set(row.default);
    return {
        node,
        group: true,
        get: () => {
            const chosen = row.choices.filter((_, i) => boxes[i].checked);
            return chosen.length || touched ? chosen : undefined;
        },
        set,
        problem: () => '',
    };
}

function asList(v) {
    return Array.isArray(v)
        ? v
        : typeof v === 'string' && v
          ? v.split(',').map((s) => s.trim())
          : [];
}

function number(props, row) {
    const node = h('input', {
        ...props,
        type: 'number',
        class: 'number',
        autocomplete: 'off',
        placeholder: placeholder(row),
        min: row.min,
        max: row.max,
        step: row.type === 'int' ? 1 : 'any',
        inputmode: row.type === 'int' && row.min >= 0 ? 'numeric' : 'decimal',
    });
    const read = () => (node.value === '' ? undefined : Number(node.value));
    return {
        node,
        get: read,
        set: (v) => (node.value = isNumber(v) ? String(v) : ''),
        problem: () =>
            node.validity.badInput ? 'This is not a number.' : numberProblem(read(), row),
    };
}

function numberProblem(v, row) {
    if (v === undefined) return '';
    if (row.type === 'int' && !Number.isInteger(v)) return 'A whole number is needed.';
    if ((isNumber(row.min) && v < row.min) || (isNumber(row.max) && v > row.max))
        return `${rangeWords(row)} is allowed.`;
    return '';
}

function text(props, row) {
    const node = h('input', {
        ...props,
        type: row.secret ? 'password' : 'text',
        placeholder: placeholder(row),
        spellcheck: 'false',
        autocomplete: row.secret ? 'new-password' : 'off',
    });
    return {
        node,
        get: () => (node.value === '' ? undefined : node.value),
        set: (v) => (node.value = row.secret ? '' : (v ?? '')),
        problem: () => lengthProblem(node.value, row),
    };
}

/* The table counts bytes, as the device does. */
function lengthProblem(v, { min, max }) {
    const n = new TextEncoder().encode(v).length;
    if (isNumber(max) && n > max) return `At most ${max} bytes are allowed; this is ${n}.`;
    return v !== '' && isNumber(min) && n < min ? `At least ${min} bytes are needed.` : '';
}

function commaList(props, row) {
    const shown = asList(row.default).join(', ');
    const control = text(props, { ...row, default: shown || null, min: null, max: null });
    return {
        node: control.node,
        get: () =>
            control.get() === undefined ? undefined : asList(control.get()).filter(Boolean),
        set: (v) => control.set(asList(v).join(', ')),
        problem: () => '',
    };
}
