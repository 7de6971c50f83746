/* head.js - the head of the panel: name (which can be changed), state and why, the switch that
 * releases the device, and its removal. */

import * as api from './api.js';
import { confirm } from './confirm.js';
import { isFixed } from './devices.js';
import { h, setHidden, setText } from './dom.js';
import { spoken } from './format.js';
import { icon } from './icons.js';
import { StateMark } from './tile.js';

/* Behind another, which may not see it any more: the gateway knows. */
const isGone = ({ owner, state }) => owner === 'parent' && state === 'offline';

const fromFile = (device) => {
    const decided = [isFixed(device, 'name') && 'name', isFixed(device, 'enabled') && 'use'];
    const words = decided.filter(Boolean).join(' and ');
    return `from the configuration file${words && `, which decides its ${words}`}`;
};

export class Head {
    #host;
    #device = null;
    #name = h('h2', { id: 'panel-title' });
    #state = new StateMark();
    #kind = h('span', { class: 'muted' });
    #parent = h('button', { class: 'text-button', type: 'button', hidden: true });
    #why = h('p', { class: 'sheet-why' });
    #problem = h('p', { class: 'problem', role: 'alert' });
    #rename = h('button', { class: 'text-button', type: 'button', text: 'Rename' });
    #remove = h('button', { class: 'text-button danger', type: 'button', text: 'Remove' });
    #input = h('input', {
        type: 'text',
        'aria-label': 'Name',
        maxlength: 128,
        autocomplete: 'off',
    });
    #form = h(
        'form',
        { class: 'rename', hidden: true },
        this.#input,
        h('button', { class: 'button small primary', type: 'submit', text: 'Save' }),
        h('button', {
            class: 'button small quiet',
            type: 'button',
            text: 'Cancel',
            on: { click: () => this.#edit(false) },
        }),
    );
    #enabled = h('input', {
        type: 'checkbox',
        role: 'switch',
        class: 'switch',
        'aria-label': 'Use this device',
    });

    /** `host`: { changed(device), removed(device), nameOf(id), open(id) }; `close` closes the panel. */
    constructor(host, close) {
        this.#host = host;
        const closer = h(
            'button',
            {
                class: 'button quiet icon-only',
                type: 'button',
                'aria-label': 'Close',
                autofocus: true, /* where a key too many does no harm */
                on: { click: close },
            },
            icon('close'),
        );
        this.element = h(
            'div',
            { class: 'sheet-head' },
            h('div', { class: 'sheet-title' }, this.#name, this.#rename, this.#form),
            h('label', { class: 'sheet-switch' }, h('span', { text: 'In use' }), this.#enabled),
            closer,
            h(
                'p',
                { class: 'sheet-sub' },
                this.#state.element,
                this.#kind,
                this.#parent,
                this.#remove,
            ),
            this.#why,
            h('p', {
                class: 'sheet-lost',
                text: 'No connection to the gateway: what is shown here is from before.',
            }),
            this.#problem,
        );
        this.#parent.addEventListener('click', () => host.open(this.#device.parent));
        this.#rename.addEventListener('click', () => this.#edit(true));
        this.#remove.addEventListener('click', () => this.#askRemove());
        this.#form.addEventListener('submit', (event) => this.#save(event));
        this.#enabled.addEventListener('change', () =>
            this.#patch({ enabled: this.#enabled.checked }),
        );
    }

    update(device) {
        this.#device = device;
        setText(this.#name, device.name || device.id);
        setText(
            this.#kind,
            [device.kind ?? 'no driver', device.owner === 'config' ? fromFile(device) : null]
                .filter(Boolean)
                .join(' · '),
        );
        setHidden(this.#parent, !device.parent);
        setText(this.#parent, device.parent ? `Behind ${this.#host.nameOf(device.parent)}` : '');
        setText(this.#why, spoken(device.why));
        this.#state.show(device.state);
        this.#enabled.checked = device.enabled;
        this.#enabled.disabled = isFixed(device, 'enabled');
        setHidden(this.#rename, isFixed(device, 'name') || !this.#form.hidden);
        setHidden(this.#remove, device.owner !== 'database' && !isGone(device));
    }

    #edit(on) {
        setHidden(this.#form, !on);
        setHidden(this.#rename, on);
        setHidden(this.#name, on);
        this.#input.value = this.#device.name ?? '';
        (on ? this.#input : this.#rename).focus();
    }

    async #save(event) {
        event.preventDefault();
        if (await this.#patch({ name: this.#input.value.trim() })) this.#edit(false);
    }

    async #askRemove() {
        const device = this.#device;
        const sure = await confirm(
            `Remove ${device.name || device.id}?`,
            isGone(device)
                ? 'The name that people gave it is forgotten. It is listed again when it is heard.'
                : 'Its name, settings and how to reach it are forgotten. Its captures stay.',
            'Remove',
        );
        if (!sure) return;
        try {
            await api.removeDevice(device.id);
            this.#host.removed(device);
        } catch (problem) {
            setText(this.#problem, problem.message);
        }
    }

    async #patch(change) {
        setText(this.#problem, '');
        try {
            this.#host.changed(await api.changeDevice(this.#device.id, change));
            return true;
        } catch (problem) {
            setText(this.#problem, problem.message);
            this.#enabled.checked = this.#device.enabled;
            return false;
        }
    }
}
