/* settings.js - what a device can be told to be: desired, reported and pending of each setting, and
 * one form to change them.
 *
 * Only what was changed is sent. While somebody types, news from the device change the words
 * below a field, never what is in it. */

import * as api from './api.js';
import { ChangeForm, same } from './changes.js';
import { h, setHidden, setText } from './dom.js';
import { label, value, words } from './format.js';
import { Field } from './forms.js';

/** What the form shows for a setting: what is wanted, else what is. */
function current(setting) {
    return setting.desired ?? setting.reported ?? null;
}

/** [words, tone] for where a setting stands between us and the device. */
function standing(s) {
    const isSet = s.desired !== null && s.desired !== undefined;
    if (s.error) return [`Not taken: ${s.error}`, 'bad'];
    if (s.pending)
        return [
            isSet && s.reported !== null && !s.secret
                ? `Waiting for the device; it still says ${value(s.reported, s.unit)}`
                : 'Waiting for the device',
            'warn',
        ];
    if (s.secret) return ['Never shown here, set or not. Type to replace it.', ''];
    if (s.unreadable)
        return [
            isSet
                ? 'Sent. The device cannot tell it back.'
                : 'The device cannot tell this one back.',
            '',
        ];
    if (isSet)
        return [
            s.owner === 'config' ? 'In effect, as the configuration file says' : 'In effect',
            'good',
        ];
    return [
        s.reported === null || s.reported === undefined ? 'Not set' : 'As the device has it',
        '',
    ];
}

class Setting {
    #field;
    #original = undefined;
    #isText;
    #words = h('span');
    #release = h('button', {
        class: 'text-button',
        type: 'button',
        text: 'Leave it to the device',
    });
    #standing = h('p', { class: 'standing' }, this.#words, this.#release);

    /** `release` is called when the desired value is to be forgotten. */
    constructor(key, setting, name, release) {
        this.key = key;
        this.#isText = setting.type === 'string' && !setting.choices;
        const def =
            setting.type === 'bool' ? (current(setting) ?? setting.default) : setting.default;
        this.#field = new Field({ ...setting, key, default: def, required: false }, name);
        this.element = h('div', { class: 'setting' }, this.#field.element, this.#standing);
        this.#release.setAttribute('aria-label', `Leave ${words(key)} to the device`);
        this.#release.addEventListener('click', () => release(key));
        this.update(setting, true);
    }

    get field() {
        return this.#field;
    }

    get changed() {
        return !same(this.#field.get(), this.#original);
    }

    /**
     * What PATCH wants: the value, an emptied text as "", everything else emptied as null (no
     * longer desired).
     */
    get wanted() {
        return this.#field.get() ?? (this.#isText ? '' : null);
    }

    check() {
        return this.#field.check();
    }

    focus() {
        this.#field.focus();
    }

    /** The gateway has taken `sent`; what was typed since then stays. */
    taken(setting, sent) {
        const isSame = same(this.wanted, sent);
        if (!isSame) this.#original = current(setting);
        this.update(setting, isSame);
    }

    update(setting, force = false) {
        if (force || !this.changed) {
            this.#field.set(current(setting) ?? (setting.type === 'bool' ? setting.default : null));
            this.#original = this.#field.get();
        }
        const [text, tone] = standing(setting);
        setText(this.#words, text);
        this.#standing.dataset.tone = tone;
        const wished =
            setting.secret || (setting.desired !== null && setting.desired !== undefined);
        setHidden(this.#release, !wished || setting.owner === 'config');
        this.#field.lock(setting.owner === 'config');
    }
}

/**
 * Dotted keys stand together under their first word: [["", [rows without]], ["camera", […]], …].
 */
function grouped(entries) {
    const groups = new Map();
    for (const [key, setting] of entries) {
        const group = key.includes('.') ? key.slice(0, key.indexOf('.')) : '';
        groups.set(group, [...(groups.get(group) ?? []), [key, setting]]);
    }
    return groups;
}

export class Settings {
    #deviceId = '';
    #changedDevice;
    #rows = [];
    #shape = '';
    #body = h('div');
    #form = new ChangeForm(
        { save: 'Save changes', sticky: true, content: this.#body },
        {
            changed: () => this.#rows.filter((row) => row.changed),
            fields: () => this.#rows.map((row) => row.field),
            send: (changed) =>
                this.#patch(Object.fromEntries(changed.map((row) => [row.key, row.wanted]))),
            undo: () => this.#undo(),
        },
    );
    #device = null;

    element = h('section', { class: 'block' }, h('h3', { text: 'Settings' }), this.#form.element);

    /** `changedDevice(device)` gets the gateway's answer to a PATCH. */
    constructor(changedDevice) {
        this.#changedDevice = changedDevice;
    }

    update(device) {
        this.#device = device;
        const entries = Object.entries(device.settings ?? {});
        const shape = JSON.stringify([
            device.id,
            entries.map(([key, s]) => [key, s.type, s.choices]),
        ]);
        if (shape !== this.#shape) this.#build(device.id, shape, entries);
        else this.#rows.forEach((row) => row.update(device.settings[row.key]));
        this.#form.refresh();
    }

    #build(id, shape, entries) {
        this.#deviceId = id;
        this.#shape = shape;
        this.#rows = [];
        this.#form.forget();
        const nodes = [...grouped(entries)].map(([group, members]) => this.#group(group, members));
        this.#body.replaceChildren(
            ...(nodes.length
                ? nodes
                : [h('p', { class: 'muted', text: 'This device has no settings.' })]),
        );
    }

    #group(group, members) {
        const rows = members.map(([key, setting]) => {
            const name = label(group ? key.slice(group.length + 1) : key, setting.unit);
            return new Setting(key, setting, name, (k) =>
                this.#form.run(() => this.#patch({ [k]: null })),
            );
        });
        this.#rows.push(...rows);
        const head = group ? h('h4', { class: 'group-title', text: words(group) }) : null;
        return h(
            'div',
            { class: 'group', role: 'group', 'aria-label': words(group || 'settings') },
            head,
            h(
                'div',
                { class: 'settings' },
                rows.map((row) => row.element),
            ),
        );
    }

    #undo() {
        this.#rows.forEach((row) => row.update(this.#device.settings[row.key], true));
        this.#rows.forEach((row) => row.check());
    }

    async #patch(settings) {
        const rows = this.#rows.filter((row) => row.key in settings);
        const sent = rows.map((row) => row.wanted);
        const device = await api.changeDevice(this.#deviceId, { settings });
        rows.forEach((row, i) => row.taken(device.settings[row.key], sent[i]));
        this.#changedDevice(device);
    }
}
