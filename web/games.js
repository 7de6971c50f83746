/* games.js - what the modules are told to do: one large button for each command of the hub's table
 * that goes to whoever is near enough. */

import * as api from './api.js';
import { confirm } from './confirm.js';
import { h } from './dom.js';
import { words } from './format.js';
import { drawn } from './icons.js';

/* How those that are known look; whatever else a hub can do has a button without a picture. */
const PICTURES = {
    play: 'M8 5.5v13l10.5-6.5z',
    color_game: 'M12 3.5s6 6.2 6 10.3a6 6 0 0 1-12 0c0-4.1 6-10.3 6-10.3M9 14.5a3 3 0 0 0 2.5 2.8',
    number_game: 'M9.5 4L7.5 20M16.5 4l-2 16M4.5 9h16M3.5 15h16',
    win: 'M12 3.8l2.5 5.2l5.7.8l-4.1 4l1 5.7L12 16.8l-5.1 2.7l1-5.7l-4.1-4l5.7-.8z',
    pause: 'M8.5 5.5v13M15.5 5.5v13',
    off: 'M12 3v8M6.5 6.5a8 8 0 1 0 11 0',
};

/* What nobody should do by mistake: the question, what it means, and the button that does it. */
const QUESTIONS = {
    off: [
        'Put the modules to sleep?',
        'Each one that is reached sleeps until somebody presses its button: no hub can wake it.',
        'Put to sleep',
    ],
};

/** Whether a command is one for whoever is near enough; looking for modules is none. */
const isGame = ([name, { args }]) =>
    name !== 'scan' && (args ?? []).some(({ key }) => key === 'threshold');

export class Games {
    #host;
    #deviceId = '';
    #shape = '';
    #buttons = [];
    element = h('div', { class: 'games', role: 'group', 'aria-label': 'Games' });

    /** `host`: { threshold() → as commands take it, who() → whom that reaches, failed(name, sentence) } */
    constructor(host) {
        this.#host = host;
    }

    update(device) {
        this.#deviceId = device.id;
        const rows = Object.entries(device.commands ?? {}).filter(isGame);
        const shape = JSON.stringify([device.id, rows]);
        if (shape !== this.#shape) {
            this.#shape = shape;
            this.#buttons = rows.map(([name, row]) => this.#button(name, row));
            this.element.replaceChildren(...this.#buttons);
        }
        for (const button of this.#buttons) button.disabled = device.state !== 'online';
    }

    #button(name, row) {
        const button = h(
            'button',
            { class: 'button game', type: 'button', title: row.help || null, data: { game: name } },
            Object.hasOwn(PICTURES, name) ? drawn(PICTURES[name]) : null,
            h('span', { class: 'spinner' }),
            h('span', { text: words(name) }),
        );
        button.addEventListener('click', () => this.#run(button, name, row));
        return button;
    }

    async #run(button, name, row) {
        if (button.dataset.busy === 'true') return;
        const threshold = this.#host.threshold();
        if (Object.hasOwn(QUESTIONS, name)) {
            const [title, meaning, verb] = QUESTIONS[name];
            if (!(await confirm(title, `${this.#host.who()} ${meaning}`, verb))) return;
        }
        this.#busy(button, true);
        try {
            await api.runCommand(this.#deviceId, name, { threshold }, row.timeout_ms);
        } catch (problem) {
            this.#host.failed(name, problem.message);
        }
        this.#busy(button, false);
    }

    /* Not disabled, which would take the focus away. */
    #busy(button, busy) {
        button.dataset.busy = busy;
        button.setAttribute('aria-disabled', String(busy));
    }
}
