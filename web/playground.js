/* playground.js - the full view of a playground: the link to its hub, who is there, how far a
 * command goes, the games, and what the hub answers. */

import * as api from './api.js';
import { Answers, errorWords } from './answers.js';
import { batterySaid } from './battery.js';
import { isFixed } from './devices.js';
import { Distance } from './distance.js';
import { h, setHidden, setText } from './dom.js';
import { spoken, value } from './format.js';
import { Games } from './games.js';
import { countWords, hubFacts, isLinked, linkOf, linkWords, modulesOf, whyOf } from './hub.js';
import { ago, Modules } from './modules.js';
import { Radar } from './radar.js';
import { ALL, reaches, thresholdOf, thresholdText } from './reach.js';
import { Scan } from './scan.js';
import { StateMark } from './tile.js';

/* Hub → position: who comes back finds the slider where it was left. */
const positions = new Map();

export class View {
    #host;
    #device = null;
    #modules = [];
    #bluetooth = ''; /* why there is none */
    #link = new StateMark(linkWords);
    #name = h('strong');
    #why = h('span', { class: 'playground-why' });
    #connect = h('button', { class: 'button', type: 'button' });
    #trouble = h('p', { class: 'problem', role: 'status' });
    #count = h('span', { class: 'count' });
    #blank = h('p', { class: 'blank small', role: 'status' });
    #radar = new Radar({
        chosen: (id) => this.#host.open(id),
        hinted: (id) => this.#list.mark(id),
        reach: (position) => this.#reach(position),
        said: (module) => this.#said(module),
    });
    #list = new Modules({
        chosen: (id) => this.#host.open(id),
        hinted: (id) => this.#radar.mark(id),
        forget: (ids) => this.#forget(ids),
    });
    #answers = new Answers();
    #games = new Games({
        threshold: () => thresholdText(this.#distance.position),
        who: () => `This goes to ${this.#reached().length} of ${countWords(this.#there().length)}.`,
        failed: (...what) => this.#failed(...what),
    });
    #scan = new Scan({
        failed: (...what) => this.#failed(...what),
        scanning: () => this.#showLink(),
    });
    #distance;
    element;

    /** `host`: { changed(device), open(deviceId), now() → ms at the gateway, say(text, look) } */
    constructor(host, device) {
        this.#host = host;
        this.#distance = new Distance(positions.get(device.id) ?? ALL, (position) =>
            this.#reach(position),
        );
        this.#connect.addEventListener('click', () => this.#toggle());
        this.element = this.#layout();
        this.#answers.load(device.id);
    }

    close() {
        this.#scan.close();
        this.#radar.close();
    }

    #layout() {
        return h(
            'div',
            { class: 'playground' },
            h(
                'section',
                { class: 'block playground-link', 'aria-label': 'The link to the hub' },
                this.#link.element,
                this.#name,
                this.#why,
                this.#connect,
                this.#trouble,
            ),
            h(
                'section',
                { class: 'block playground-reach', 'aria-label': 'How far, and what' },
                this.#radar.element,
                this.#distance.element,
                this.#games.element,
            ),
            this.#answers.element,
            h(
                'section',
                { class: 'block playground-modules' },
                h('div', { class: 'section-head' }, h('h3', { text: 'Modules' }), this.#count),
                this.#scan.element,
                this.#list.element,
                this.#blank,
            ),
        );
    }

    /** `children`: the devices behind it. */
    update(device, children) {
        const link = linkOf(device);
        if (link === 'looking' && (!this.#device || linkOf(this.#device) !== link))
            this.#askBluetooth();
        this.#device = device;
        this.#modules = modulesOf(device, children);
        this.#scan.update(device, link, hubFacts(device));
        this.#games.update(device);
        this.#showLink();
        this.#showModules();
    }

    /** What the hub itself has said, as an event. */
    event(event) {
        if (event.type === 'hub.scan.started') this.#scan.started(event.data ?? {});
        else if (event.type === 'hub.scan.finished') this.#scan.finished();
        else if (event.type === 'hub.error') this.#host.say(errorWords(event.data ?? {}), 'bad');
        this.#answers.take(event);
        this.#showBlank();
    }

    /** Comes back from the panel of a module: the keyboard goes on where it was. */
    focus(deviceId) {
        this.#list.focus(deviceId);
    }

    tick() {
        this.#list.tick(this.#host.now());
    }

    /* --- the link ----------------------------------------------------------------------------- */

    #showLink() {
        const device = this.#device;
        const link = this.#scan.running && linkOf(device) === 'ready' ? 'scanning' : linkOf(device);
        const { name, trouble, rssi } = hubFacts(device);
        this.#link.show(link);
        setText(
            this.#name,
            [name, rssi !== null && value(rssi, 'dBm')].filter(Boolean).join(' · '),
        );
        setText(this.#why, spoken(whyOf(device)));
        setText(this.#connect, device.enabled ? 'Disconnect' : 'Connect');
        const fixed = isFixed(device, 'enabled');
        this.#connect.disabled = fixed || this.#connect.dataset.busy === 'true';
        this.#connect.title = fixed ? 'The configuration file decides whether it is used.' : '';
        const none = link === 'looking' && this.#bluetooth;
        setText(this.#trouble, spoken(none || trouble));
    }

    async #toggle() {
        this.#connect.dataset.busy = 'true';
        this.#showLink();
        try {
            this.#host.changed(
                await api.changeDevice(this.#device.id, { enabled: !this.#device.enabled }),
            );
        } catch (problem) {
            this.#host.say(problem.message, 'bad');
        }
        this.#connect.dataset.busy = 'false';
        this.#showLink();
    }

    /* A hub that is not found may be one that cannot be. */
    async #askBluetooth() {
        const { bluetooth } = await api.info().catch(() => ({}));
        this.#bluetooth = bluetooth?.why ? `No hub can be found. ${spoken(bluetooth.why)}` : '';
        this.#showLink();
    }

    /* --- who is there ------------------------------------------------------------------------- */

    #there() {
        return this.#modules.filter(({ present }) => present);
    }

    #reached() {
        const threshold = thresholdOf(this.#distance.position);
        return this.#modules.filter((module) => reaches(threshold, module));
    }

    #reach(position) {
        positions.set(this.#device.id, position);
        this.#distance.position = position;
        this.#list.reach(thresholdOf(position));
        this.#showReach();
    }

    #showReach() {
        this.#radar.show(this.#modules, this.#distance.position);
        this.#distance.show(this.#reached().length, this.#there().length, isLinked(this.#device));
    }

    #showModules() {
        const threshold = thresholdOf(this.#distance.position);
        this.#list.show(this.#modules, threshold, this.#host.now());
        setText(this.#count, isLinked(this.#device) ? String(this.#there().length) : '');
        this.#showReach();
        this.#showBlank();
    }

    /* Who is heard again is there again, as a new one. */
    async #forget(ids) {
        try {
            for (const id of ids) await api.removeDevice(id);
            this.#list.focusBeside(ids);
        } catch (problem) {
            this.#host.say(problem.message, 'bad');
        }
    }

    #showBlank() {
        setHidden(this.#blank, this.#modules.length > 0);
        setText(this.#blank, this.#modules.length > 0 ? '' : this.#nobody());
    }

    #nobody() {
        const link = linkOf(this.#device);
        if (link === 'off') return 'Connect to the hub to see who is there.';
        if (!isLinked(this.#device)) return 'The modules are listed here when the hub was found.';
        if (this.#scan.running) return 'Whoever hears the hub is listed here in a moment.';
        if (!hubFacts(this.#device).scannedAt) return 'Nobody has looked for modules yet: scan.';
        return 'No module answered. Switch one on, or press its button if it sleeps; bring it nearer to the hub, and scan again.';
    }

    #said(module) {
        return [
            module.name,
            module.rssi === null ? 'signal unknown' : value(module.rssi, 'dBm'),
            batterySaid(module),
            ago(module.seen, this.#host.now()),
        ].join(' · ');
    }

    #failed(name, sentence) {
        this.#answers.failed(name, sentence, new Date(this.#host.now()).toISOString());
    }
}
