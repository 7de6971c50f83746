/* changes.js - a form whose fields are changed, saved and undone: the buttons, which are there
 * while something is different, and the place that says how it went. */

import { h, setHidden, setText } from './dom.js';
import { failField } from './forms.js';

/** Whether a field holds what it held before; nothing and null are the same. */
export const same = (a, b) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

export class ChangeForm {
    #host;
    #message = h('p', { role: 'status', class: 'form-message' });
    #save;
    #undo = h('button', { class: 'button quiet', type: 'button', text: 'Undo' });
    #actions;
    element;

    /**
     * `content` stands above the buttons; the first says `save`, and with `sticky` they stay in
     * sight. `host`: { changed() → the rows or fields that differ, each with check() and focus();
     * fields() → all Fields, for what the gateway finds wrong; send(changed), which throws a
     * Problem; undo() }
     */
    constructor({ save, sticky = false, content }, host) {
        this.#host = host;
        this.#save = h(
            'button',
            { class: 'button primary', type: 'submit' },
            h('span', { class: 'spinner' }),
            h('span', { text: save }),
        );
        this.#actions = h(
            'div',
            { class: sticky ? 'actions sticky' : 'actions', hidden: true },
            this.#undo,
            this.#save,
        );
        this.element = h('form', { novalidate: true }, content, this.#message, this.#actions);
        this.element.addEventListener('submit', (event) => this.#submit(event));
        this.element.addEventListener('input', () => this.refresh());
        this.#undo.addEventListener('click', () => {
            host.undo();
            this.forget();
        });
    }

    /** Shows the buttons where something is changed. */
    refresh() {
        setHidden(this.#actions, this.#host.changed().length === 0);
    }

    /** What is shown is new: nothing is to be said about it yet. */
    forget() {
        this.#say('');
        this.refresh();
    }

    /** Does what sends something, and says how it went. */
    async run(action) {
        this.#busy(true);
        try {
            await action();
            this.#say('Saved.', 'good');
        } catch (problem) {
            const placed =
                problem.status === 422 && failField(this.#host.fields(), problem.message);
            this.#say(placed ? '' : problem.message, 'bad');
        }
        this.#busy(false);
        this.refresh();
    }

    #submit(event) {
        event.preventDefault();
        const changed = this.#host.changed();
        const wrong = changed.filter((row) => !row.check());
        if (wrong.length) wrong[0].focus();
        else if (changed.length) this.run(() => this.#host.send(changed));
    }

    #busy(busy) {
        this.element.dataset.busy = busy;
        this.#save.disabled = busy;
    }

    #say(text, tone = '') {
        setText(this.#message, text);
        this.#message.dataset.tone = tone;
    }
}
