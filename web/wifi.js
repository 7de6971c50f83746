/* wifi.js - the Wi-Fi of a camera that is told its network over Bluetooth: what it is connected to, and a
 * form to change that. */

import * as api from './api.js';
import { h, setHidden, setText } from './dom.js';
import { sentence } from './format.js';
import { Joining } from './joining.js';
import { signalBars } from './signal.js';
import { StateMark } from './tile.js';
import { WifiForm } from './wifiform.js';

const STATES = {
    off: 'Off',
    connecting: 'Joining',
    connected: 'Connected',
    failed: 'Not joined',
};
/* As they are coloured elsewhere. */
const LOOKS = { off: 'off', connecting: 'connecting', connected: 'online', failed: 'error' };

const OFFLINE =
    'It can be told its network while it is online: in reach of Bluetooth, or in a network already.';
const NO_BLUETOOTH =
    'It is told its network over Bluetooth, and only its address in the network is known here. To change its network, give its Bluetooth address (ble_address) below, under “How it is reached”.';

const told = (device, key) => device.attributes?.[key]?.value || '';

/* Its driver takes it by the network only, for by its name another one might be found. */
function isKnownByNetworkOnly({ options = {} }) {
    return Boolean(options.address?.value) && options.ble_address?.value === '';
}

/** An address on which one may click: a camera could say any. */
function webAddress(text) {
    try {
        const url = new URL(text);
        return ['http:', 'https:'].includes(url.protocol) ? url.href : null;
    } catch {
        return null;
    }
}

/** How an attempt to join went, as [sentence, whether it is in]. */
function joinWords({ connected, state, reason, ssid, ip }) {
    const name = ssid ? `“${ssid}”` : 'the network';
    if (connected) return [`The camera is in ${name}${ip ? `, at ${ip}` : ''}.`, true];
    if (state === 'connecting') return [`The camera is still trying to join ${name}.`, false];
    const why = reason || 'is the password right, and is it a network of 2.4 GHz?';
    return [`The camera has not joined ${name}: ${sentence(why)}`, false];
}

export class View {
    /** It stands among the other blocks, and these commands nowhere else. */
    beside = true;
    serves = ['wifi_configure', 'wifi_enable', 'wifi_disable', 'wifi_status'];

    #device = null;
    #busy = false;
    #mark = new StateMark((state) => this.#markWords(state));
    #signal = h('span');
    #address = h('a', { class: 'wifi-address', target: '_blank', rel: 'noopener noreferrer' });
    #ip = h('span');
    #switch = h('button', { class: 'button small', type: 'button' });
    #ask = h('button', { class: 'button small quiet', type: 'button', text: 'Ask again' });
    #joining = new Joining();
    #message = h('p', { class: 'form-message', role: 'status' });
    #form;
    #note = h('p', { class: 'field-help' });
    element;

    constructor(host, device) {
        this.#device = device;
        this.#form = new WifiForm(device.commands?.wifi_configure, (args) => this.#configure(args));
        this.#switch.addEventListener('click', () => this.#toggle());
        this.#ask.addEventListener('click', () => this.#askAgain());
        this.element = h(
            'section',
            { class: 'block wifi' },
            h('h3', { text: 'Wi-Fi' }),
            h(
                'p',
                { class: 'wifi-status' },
                this.#mark.element,
                this.#address,
                this.#ip,
                this.#signal,
            ),
            h('div', { class: 'actions wifi-actions' }, this.#switch, this.#ask),
            this.#joining.element,
            this.#message,
            this.#note,
            this.#form.element,
        );
    }

    close() {
        this.#form.clear();
        this.#joining.end();
    }

    update(device) {
        this.#device = device;
        const state = told(device, 'wifi_state');
        this.#mark.show(state);
        this.#mark.element.dataset.state = LOOKS[state] ?? 'starting';
        this.#showAddress();
        this.#signal.replaceChildren(
            ...(this.#isConnected ? signalBars(told(device, 'wifi_rssi_dbm')) : []),
        );
        this.#form.suggest(told(device, 'wifi_ssid'));
        this.#joining.link(told(device, 'link'));
        this.#showButtons();
    }

    event() {}
    focus() {}
    tick() {}

    #markWords(state) {
        const ssid = told(this.#device, 'wifi_ssid');
        const words = STATES[state] ?? 'Not told yet';
        return ssid && state !== 'off' ? `${words}: ${ssid}` : words;
    }

    #showAddress() {
        const there = this.#isConnected || !told(this.#device, 'wifi_state'); /* or not told */
        const ip = there ? told(this.#device, 'ip') : '';
        const url = there ? webAddress(told(this.#device, 'url')) : null;
        setHidden(this.#address, !url);
        setText(this.#ip, url ? '' : ip);
        if (!url) return;
        this.#address.href = url;
        setText(this.#address, ip || new URL(url).host);
        this.#address.title = 'The page of the camera itself';
    }

    get #isConnected() {
        return told(this.#device, 'wifi_state') === 'connected';
    }

    get #isOn() {
        return ['connecting', 'connected', 'failed'].includes(told(this.#device, 'wifi_state'));
    }

    #showButtons() {
        const off = this.#device.state !== 'online';
        const unreached = isKnownByNetworkOnly(this.#device);
        setText(this.#note, unreached ? NO_BLUETOOTH : off ? OFFLINE : '');
        setHidden(this.#note, !off && !unreached);
        for (const element of [this.#switch, this.#ask, this.#form.element])
            setHidden(element, unreached || !this.#device.commands?.wifi_configure);
        setText(this.#switch, this.#isOn ? 'Switch Wi-Fi off' : 'Switch Wi-Fi on');
        for (const button of [this.#switch, this.#ask]) {
            button.disabled = off;
            button.setAttribute('aria-disabled', String(this.#busy));
        }
        this.#form.enable(!off && !this.#busy);
    }

    /* --- what is asked of it ------------------------------------------------------------------ */

    #toggle() {
        if (this.#isOn) this.#run(() => this.#leave());
        else this.#run(() => this.#join());
    }

    #askAgain() {
        this.#run(async () => {
            this.#joining.begin('Asking the camera');
            this.#say(...joinedOrOff(await this.#command('wifi_status')));
        });
    }

    async #leave() {
        this.#joining.begin('Telling the camera');
        await this.#command('wifi_disable');
        this.#say('The Wi-Fi of the camera is off.', true);
    }

    async #join() {
        this.#joining.begin('The camera joins the network', { joins: true });
        this.#say(...joinWords(await this.#command('wifi_enable')));
    }

    /* What is wrong with it is said at the field. */
    #configure(args) {
        return this.#run(async () => {
            this.#joining.begin('Telling the camera its network');
            try {
                await this.#command('wifi_configure', args);
                this.#form.clear();
            } catch (problem) {
                /* Refused before it was sent: it can be mended. Of all else nothing is kept. */
                if (problem.status !== 422) this.#form.clear();
                else if (this.#form.fail(problem.message)) return;
                throw problem;
            }
            await this.#join();
        });
    }

    async #command(name, args = {}) {
        const { timeout_ms: limit } = this.#device.commands[name];
        const { result } = await api.runCommand(this.#device.id, name, args, limit);
        return result ?? {};
    }

    async #run(action) {
        if (this.#busy) return;
        this.#busy = true;
        this.#say('', true);
        this.#showButtons();
        try {
            await action();
        } catch (problem) {
            this.#say(problem.message, false);
        }
        this.#busy = false;
        this.#joining.end();
        this.#showButtons();
    }

    #say(text, good) {
        setText(this.#message, text);
        this.#message.dataset.tone = good ? 'good' : 'bad';
    }
}

function joinedOrOff(status) {
    return status.enabled === false ? ['Its Wi-Fi is off.', true] : joinWords(status);
}
