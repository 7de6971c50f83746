/* commands.js - what a device can be told to do: a form per command, made from its table, and
 * the answer below it. */

import * as api from './api.js';
import { h, setHidden, setText } from './dom.js';
import { spoken, words } from './format.js';
import { Field, failField } from './forms.js';
import { icon } from './icons.js';

/**
 * One command. Forms live as long as the panel is open: an update of the device does not take away
 * what was typed.
 */
class Command {
    #deviceId;
    #name;
    #row;
    #fields;
    #run = h(
        'button',
        { class: 'button', type: 'submit' },
        h('span', { class: 'spinner' }),
        h('span', { text: 'Run' }),
    );
    #answer = h('div', { class: 'answer', role: 'status' });

    constructor(deviceId, name, row) {
        this.#deviceId = deviceId;
        this.#name = name;
        this.#row = row;
        this.#fields = (row.args ?? []).map((arg) => new Field(arg));
        this.#run.setAttribute('aria-label', `Run ${words(name)}`);
        const form = h(
            'form',
            { novalidate: true, on: { submit: (event) => this.#submit(event) } },
            ...this.#layout(),
        );
        this.element = h('li', { class: 'command', data: { command: name } }, form, this.#answer);
    }

    /** Nothing can be run on a device that is not there; what was typed stays. */
    enable(enabled) {
        this.#run.disabled = !enabled || this.element.dataset.busy === 'true';
        this.element.dataset.enabled = enabled;
    }

    #layout() {
        const head = h(
            'div',
            { class: 'command-text' },
            h(
                'h4',
                {},
                words(this.#name),
                this.#row.role === 'admin' ? h('span', { class: 'chip', text: 'admin' }) : null,
            ),
            this.#row.help ? h('p', { class: 'field-help', text: this.#row.help }) : null,
        );
        if (!this.#fields.length) return [h('div', { class: 'command-head' }, head, this.#run)];
        const fields = this.#fields.map((field) => field.element);
        return [
            h(
                'details',
                {},
                h('summary', { class: 'command-head' }, head, icon('down')),
                h('div', { class: 'fields' }, fields),
                h('div', { class: 'actions' }, this.#run),
            ),
        ];
    }

    async #submit(event) {
        event.preventDefault();
        const wrong = this.#fields.filter((field) => !field.check());
        if (wrong.length || this.#run.disabled) {
            wrong[0]?.focus();
            return;
        }
        this.#busy(true);
        try {
            const { result } = await api.runCommand(
                this.#deviceId,
                this.#name,
                this.#args(),
                this.#row.timeout_ms,
            );
            this.#answer.replaceChildren(answerNode(this.#name, result));
        } catch (problem) {
            const placed = problem.status === 422 && failField(this.#fields, problem.message);
            this.#answer.replaceChildren(
                placed ? '' : h('p', { class: 'problem', text: problem.message }),
            );
        }
        this.#busy(false);
    }

    #args() {
        return Object.fromEntries(
            this.#fields
                .map((field) => [field.key, field.get()])
                .filter(([, v]) => v !== undefined),
        );
    }

    #busy(busy) {
        this.element.dataset.busy = busy;
        this.#run.disabled = busy || this.element.dataset.enabled === 'false';
        if (busy)
            this.#answer.replaceChildren(
                h('p', { class: 'muted', text: 'Waiting for the answer…' }),
            );
    }
}

/** Thumbnails of an answer; of more pictures the gallery tells. */
const THUMBS_SHOWN = 6;

/* Commands that keep pictures name them: { id } of the gateway's own, { capture } or { captures }. */
function keptBy(name, result) {
    const ids = [name === 'capture' ? result?.id : result?.capture, result?.captures].flat();
    return ids.filter(Number.isInteger);
}

function keptNode(ids, note) {
    const text =
        ids.length === 1
            ? `Kept as picture ${ids[0]}.`
            : `Kept as ${ids.length} pictures, ${Math.min(...ids)} to ${Math.max(...ids)}.`;
    const thumbs = ids
        .slice(0, THUMBS_SHOWN)
        .map((id) => h('img', { src: api.thumbUrl(id), alt: `Picture ${id}`, width: 80 }));
    return h(
        'div',
        {},
        h('p', { class: 'good', text }),
        note ? h('p', { class: 'muted', text: spoken(note) }) : null,
        h('p', { class: 'answer-pictures' }, thumbs),
    );
}

/** An answer as it reads best: pictures are shown, a sentence is a sentence, other structure is JSON. */
function answerNode(name, result) {
    const kept = keptBy(name, result);
    if (kept.length) return keptNode(kept, result.note);
    if (result === null || result === undefined || result === '')
        return h('p', { class: 'good', text: 'Done.' });
    if (typeof result === 'string') return h('p', { class: 'answer-text', text: result });
    return h(
        'pre',
        { tabindex: '0', 'aria-label': 'Answer' },
        h('code', { text: JSON.stringify(result, null, 2) }),
    );
}

export class Commands {
    #except;
    #commands = [];
    #shape = '';
    #note = h('p', { class: 'muted' });
    #list = h('ul', { class: 'commands' });

    element = h(
        'section',
        { class: 'block' },
        h('h3', { text: 'Commands' }),
        this.#note,
        this.#list,
    );

    /** Those in `except` are shown elsewhere. */
    constructor(except = []) {
        this.#except = except;
    }

    update(device) {
        const rows = Object.entries(device.commands ?? {}).filter(
            ([name]) => !this.#except.includes(name),
        );
        const shape = JSON.stringify([device.id, rows]);
        if (shape !== this.#shape) {
            this.#shape = shape;
            this.#commands = rows.map(([name, row]) => new Command(device.id, name, row));
            this.#list.replaceChildren(...this.#commands.map((command) => command.element));
        }
        const there = device.state === 'online';
        this.#commands.forEach((command) => command.enable(there));
        setText(
            this.#note,
            rows.length
                ? 'Commands can be run when the device is online.'
                : 'This device takes no commands.',
        );
        setHidden(this.#note, rows.length > 0 && there);
    }
}
