/* scan.js - looking for modules: the button, and how far a scan is, whoever began it. */

import * as api from './api.js';
import { h, setHidden, setText } from './dom.js';
import { moment } from './format.js';

/** As long a hub listens; its list comes then. */
const LISTENS_MS = 5000;
/** A scan that nobody has told the end of is over: our connection was not there then. */
const FORGOTTEN_MS = 30000;
/** What the link says comes later than the event that a scan has begun. */
const LINK_LAGS_MS = 3000;
const TICK_MS = 100;

export class Scan {
    #host;
    #device = null;
    #asked = false; /* by us, and not answered yet */
    #beganMs = null;
    #byItself = false;
    #over = false; /* ended, though the link does not say so yet */
    #linkSays = false;
    #timer = 0;
    #last = '';
    #button = h(
        'button',
        { class: 'button', type: 'button', data: { game: 'scan' } },
        h('span', { class: 'spinner' }),
        h('span', { text: 'Scan' }),
    );
    #bar = h('progress', { max: LISTENS_MS, 'aria-label': 'Scan' });
    #words = h('p');

    element = h('div', { class: 'scan' }, this.#button, h('div', {}, this.#bar, this.#words));

    /** `host`: { failed(name, sentence), scanning() is called when running may be another } */
    constructor(host) {
        this.#host = host;
        this.#button.addEventListener('click', () => this.run());
    }

    close() {
        clearInterval(this.#timer);
    }

    get running() {
        return this.#beganMs !== null || (this.#linkSays && !this.#over);
    }

    /** `link` and `facts` of hub.js. */
    update(device, link, facts) {
        this.#device = device;
        this.#linkSays = link === 'scanning';
        if (!this.#linkSays) this.#over = false;
        const age = performance.now() - (this.#beganMs ?? 0);
        if (age > FORGOTTEN_MS || (!this.#linkSays && age > LINK_LAGS_MS)) this.#beganMs = null;
        this.#last = facts.scannedAt ? `Last list: ${moment(facts.scannedAt)}` : 'No list yet';
        setHidden(this.element, !Object.hasOwn(device.commands ?? {}, 'scan'));
        this.#show();
    }

    /** hub.scan.started */
    started({ by }) {
        this.#beganMs = performance.now();
        this.#byItself = by === 'itself';
        this.#over = false;
        this.#show();
    }

    /** hub.scan.finished */
    finished() {
        this.#beganMs = null;
        this.#over = true;
        this.#show();
    }

    /** Everybody is looked for, however far the slider is: a list of the near ones would be no list. */
    async run() {
        if (this.#asked || this.running) return;
        this.#asked = true;
        this.#show();
        try {
            const { timeout_ms } = this.#device.commands.scan;
            await api.runCommand(this.#device.id, 'scan', { threshold: 'all' }, timeout_ms);
        } catch (problem) {
            this.#host.failed('scan', problem.message);
        }
        this.#asked = false;
        this.#show();
    }

    #show() {
        const busy = this.#asked || this.running;
        this.element.dataset.busy = busy;
        this.#button.disabled = this.#device.state !== 'online';
        this.#button.setAttribute('aria-disabled', String(busy)); /* It keeps the focus. */
        clearInterval(this.#timer);
        const ticks = busy && this.element.isConnected; /* not after close() */
        this.#timer = ticks ? setInterval(() => this.#tick(), TICK_MS) : 0;
        this.#tick();
        this.#host.scanning();
    }

    #tick() {
        const busy = this.#asked || this.running;
        setHidden(this.#bar, !busy);
        if (!busy) setText(this.#words, this.#last);
        else if (this.#beganMs === null) {
            this.#bar.removeAttribute('value');
            setText(this.#words, this.running ? 'Scanning' : 'The scan is about to begin');
        } else {
            const age = Math.min(performance.now() - this.#beganMs, LISTENS_MS);
            const left = Math.ceil((LISTENS_MS - age) / 1000);
            this.#bar.value = age;
            setText(this.#words, this.#phase(left));
        }
    }

    #phase(left) {
        if (left <= 0) return 'The list is on its way';
        const who = this.#byItself ? 'The hub looks by itself' : 'Scanning';
        return `${who}: ${left}\u00a0s left`;
    }
}
