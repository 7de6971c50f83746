/* wifiform.js - the name and password of a network for a camera. The password is nowhere but in its field, and
 * not there any longer than it takes to send it. */

import { h, setHidden, uniqueId } from './dom.js';
import { failField, Field } from './forms.js';

const UNENCRYPTED = 'allow_unencrypted';

/* Where the gateway's table does not say more. */
const SSID = { key: 'ssid', type: 'string', required: true, min: 1, max: 32, help: '' };
const PASSWORD = { key: 'password', type: 'string', max: 64, secret: true };
/* Left empty by oversight it would take from a camera the password that it has. */
const PASSWORD_HELP = '8 to 63 characters.';
const NO_PASSWORD = 'Type the password, or say below that there is none.';

export class WifiForm {
    #ssid;
    #password;
    #touched = false;
    #show = h('button', { class: 'button small', type: 'button', text: 'Show' });
    #open = h('input', { type: 'checkbox' });
    #why = h('p', {
        id: uniqueId('risk'),
        text: 'This camera has older firmware that takes the password only over a radio link which is not encrypted: whoever listens nearby at that moment has it.',
    });
    #allow = h('input', { type: 'checkbox', 'aria-describedby': this.#why.id });
    #risk = h(
        'div',
        { class: 'wifi-risk', hidden: true },
        this.#why,
        h('label', {}, this.#allow, 'Send it nevertheless'),
    );
    #send = h('button', { class: 'button primary', type: 'submit', text: 'Send and join' });
    element;

    /** `row`: the command wifi_configure as the gateway lists it; `send(args)` runs it. */
    constructor(row, send) {
        const of = (ours) => ({ ...ours, ...row?.args?.find(({ key }) => key === ours.key) });
        this.#ssid = new Field({ ...of(SSID), default: null }, 'Network (SSID)');
        this.#password = new Field(
            { ...of(PASSWORD), default: null, help: PASSWORD_HELP },
            'Password',
        );
        this.#ssid.input.autocapitalize = 'none';
        for (const { input } of [this.#ssid, this.#password]) input.autocomplete = 'off';
        this.#password.input.after(this.#show);
        this.#show.addEventListener('click', () => this.#reveal(!this.#revealed));
        this.#reveal(false);
        this.#open.addEventListener('change', () => this.#lock());
        this.#ssid.input.addEventListener('input', () => (this.#touched = true));
        this.element = h(
            'form',
            { novalidate: true, autocomplete: 'off', class: 'wifi-form' },
            h(
                'div',
                { class: 'fields' },
                this.#ssid.element,
                this.#password.element,
                h('label', { class: 'wifi-open' }, this.#open, 'This network has no password'),
                this.#risk,
            ),
            h('div', { class: 'actions' }, this.#send),
        );
        this.element.addEventListener('submit', (event) => {
            event.preventDefault();
            this.#submit(send);
        });
        setHidden(this.element, !row);
    }

    /** The network that it knows, while nobody has typed another. */
    suggest(ssid) {
        if (!this.#touched && this.#ssid.input !== document.activeElement) this.#ssid.set(ssid);
    }

    enable(enabled) {
        this.#send.setAttribute('aria-disabled', String(!enabled));
    }

    /** The password is gone, and what was allowed for it. */
    clear() {
        this.#password.set(null);
        this.#reveal(false);
        this.#allow.checked = this.#open.checked = false;
        this.#lock();
        setHidden(this.#risk, true);
    }

    /** Shows why it was refused where it can be mended; false: that is not here. */
    fail(sentence) {
        if (sentence.includes(UNENCRYPTED)) {
            setHidden(this.#risk, false);
            this.#allow.focus();
            return true;
        }
        return failField([this.#ssid, this.#password], sentence);
    }

    /* Of an open network there is nothing to type. */
    #lock() {
        if (this.#open.checked) this.#password.set(null);
        this.#password.fail('');
        this.#password.lock(this.#open.checked);
        this.#show.disabled = this.#open.checked;
    }

    get #revealed() {
        return this.#password.input.type === 'text';
    }

    #reveal(on) {
        this.#password.input.type = on ? 'text' : 'password';
        this.#show.textContent = on ? 'Hide' : 'Show';
        this.#show.setAttribute('aria-label', on ? 'Hide the password' : 'Show the password');
    }

    #check(field) {
        const missing =
            field === this.#password && !this.#open.checked && field.get() === undefined;
        if (!missing) return field.check();
        field.fail(NO_PASSWORD);
        return false;
    }

    #submit(send) {
        const wrong = [this.#ssid, this.#password].filter((field) => !this.#check(field));
        if (wrong.length || this.#send.getAttribute('aria-disabled') === 'true') {
            wrong[0]?.focus();
            return;
        }
        this.#reveal(false);
        const args = { ssid: this.#ssid.get(), password: this.#password.get() ?? '' };
        send(this.#allow.checked ? { ...args, [UNENCRYPTED]: true } : args);
    }
}
