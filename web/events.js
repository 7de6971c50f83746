/* events.js - what the devices said: newest on top, held still while somebody reads. */

import * as api from './api.js';
import { Choice } from './choice.js';
import { h, setHidden, setText } from './dom.js';
import { brief, fullMoment, moment, value, words } from './format.js';

/** What the page keeps; older ones are in the gateway. */
const MAX_EVENTS = 200;

/* What is for this moment only stands elsewhere on the page, as does how a setting gets to its device:
 * that it got there is listed. */
const UNLISTED = [
    'device.attributes',
    'device.status',
    'device.found',
    'found.removed',
    'transfer.progress',
    'settings.queued',
    'settings.sent',
    'motion.ended',
];

/* Of a burst one row is made, each event within so long of the one before: the pictures and the motion of
 * one device, and what all things behind one do. */
const FOLDED = {
    'capture.stored': 'pictures kept',
    'module.seen': 'modules seen',
    'device.offline': 'devices offline',
    'motion.started': 'times motion',
    'motion.gesture': 'gestures',
};
const OF_SEVERAL = ['module.seen', 'device.offline'];
const FOLD_WITHIN_MS = 10000;

/* Of what is shown inside another: module.seen says the same. */
const UNLISTED_INSIDE = ['device.added', 'device.online'];

/* Events that colour their dot; the words say the same. */
const TONES = [
    [/\.(offline|refused|low)$/, 'warn'],
    [/(^|\.)(error|failed)$/, 'bad'],
    [/\.(online|added|loaded|stored|finished|done)$/, 'good'],
];

/* The gateway's own types in people's words: what to call it, and what of its data matters. Others are shown as they are. */
const SAYINGS = {
    'capture.stored': [
        'Picture kept',
        ({ width, height, source, sound }) => [
            width && `${width} × ${height}`,
            source,
            sound && 'with sound',
        ],
    ],
    'capture.removed': ['Pictures removed', ({ ids }) => [ids && `${ids.length} of the oldest`]],
    'command.done': ['Command done', ({ command }) => [command]],
    'command.failed': ['Command failed', ({ command, error }) => [command, error]],
    'config.refused': ['Configuration not taken', ({ why }) => [why]],
    'device.added': ['New device', ({ kind }) => [kind]],
    'device.changed': ['Device changed', ({ kind }) => [kind]],
    'device.error': ['Something does not work', ({ why }) => [why]],
    'device.events_left_out': [
        'Says too much',
        ({ n }) => [n && `${n} of its events were left out`],
    ],
    'device.held_back': ['Sends too much', ({ why }) => [why, 'read more slowly']],
    'device.offline': ['Device offline', ({ why }) => [why]],
    'device.online': ['Device online', () => []],
    'device.removed': ['Device removed', () => []],
    'hub.ack': [
        'Hub answered',
        ({ command, status, threshold }) => [command && words(command), status, threshold],
    ],
    'hub.error': ['Hub refuses', ({ message }) => [message]],
    'module.seen': [
        'Module seen',
        ({ rssi_dbm: rssi, battery_percent: percent }) => [
            Number.isFinite(rssi) && value(rssi, 'dBm'),
            Number.isFinite(percent) && `battery ${value(percent, '%')}`,
        ],
    ],
    'motion.started': [
        'Motion',
        ({ direction, speed_px_s: speed }) => [
            direction && direction !== 'none' && words(direction).toLowerCase(),
            Number.isFinite(speed) && speed > 0 && `${Math.round(speed)} px/s`,
        ],
    ],
    'motion.gesture': ['Gesture', ({ gesture }) => [gesture]],
    'settings.reported': [
        'Setting taken',
        ({ key, value: v }) => [key && `${words(key)} is now ${value(v)}`],
    ],
    'wifi.status': ['Wi-Fi', ({ state, ssid, ip, reason }) => [state, ssid, ip, reason]],
    'plugin.loaded': ['Driver loaded', ({ name, version }) => [name, version]],
    'plugin.refused': ['Driver refused', ({ file, why }) => [file, why]],
};

/** [heading, what follows the device's name] of an event. */
function saying({ type, data }) {
    const known = SAYINGS[type];
    if (!known) return [words(type), brief(data)];
    return [
        known[0],
        known[1](data ?? {})
            .filter(Boolean)
            .join(' · '),
    ];
}

/* The same of so many in a row, of which this is the newest. */
function folded({ type }, count) {
    const others = OF_SEVERAL.includes(type) ? `and ${count - 1} more` : '';
    return [`${count} ${FOLDED[type]}`, others];
}

const toneOf = (type) => TONES.find(([pattern]) => pattern.test(type))?.[1] ?? '';

export class EventList {
    #nameOf;
    #isInside;
    #held = [];
    #seen = new Set();
    #came = null; /* events since a load began; null: none is on its way */
    #hovered = false;
    #focused = false;
    #list = h('ol', {
        class: 'events',
        tabindex: '0',
        'aria-label': 'Events, newest first',
        hidden: true,
    });
    #blank = h('p', { class: 'blank small', text: 'Loading…' });
    #filter = new Choice({ id: 'events-filter' }, () => this.load());
    #paused = h('button', { class: 'button small paused', type: 'button', hidden: true });

    /**
     * `root` is filled; `nameOf(deviceId)` gives the name that people know; `isInside(deviceId)` says
     * whether it is shown inside another.
     */
    constructor(root, nameOf, isInside) {
        this.#nameOf = nameOf;
        this.#isInside = isInside;
        root.append(
            h(
                'div',
                { class: 'section-head' },
                h('h2', { id: 'events-title', text: 'Events' }),
                this.#paused,
                h('label', { class: 'unseen', for: 'events-filter', text: 'Show events of' }),
                this.#filter.element,
            ),
            this.#list,
            this.#blank,
        );
        this.#paused.addEventListener('click', () => this.#flush());
        this.#list.addEventListener('pointerenter', () => this.#hold({ hovered: true }));
        this.#list.addEventListener('pointerleave', () => this.#hold({ hovered: false }));
        this.#list.addEventListener('focusin', () => this.#hold({ focused: true }));
        this.#list.addEventListener('focusout', () => this.#hold({ focused: false }));
    }

    /** The devices one can choose from: [{id, name}]. */
    devices(devices) {
        if (!this.#filter.show(devices)) return;
        /* An event of a new device comes before its name does. */
        for (const span of this.#list.querySelectorAll('.event-device'))
            setText(span, this.#nameOf(span.dataset.of));
    }

    /** Starts over with the history that the gateway keeps, and what comes while that is on its way. */
    async load() {
        const came = (this.#came = []);
        try {
            const { items } = await api.events({ limit: MAX_EVENTS, device: this.#filter.value });
            if (this.#came !== came) return; /* A later one is on its way. */
            this.#list.replaceChildren();
            this.#seen.clear();
            this.#held = [];
            items
                .filter((event) => this.#isListed(event))
                .reverse()
                .forEach((event) => this.#put(event));
            came.forEach((event) => this.#put(event));
            this.#showHeld();
            setText(this.#blank, 'Nothing has happened yet.');
        } catch (problem) {
            setText(this.#blank, problem.message);
        }
        if (this.#came === came) this.#came = null;
        this.#showBlank();
    }

    /** An event has come. */
    add(event) {
        if (!this.#isListed(event)) return;
        if (this.#filter.value && event.device !== this.#filter.value) return;
        this.#came?.push(event);
        if (!this.#hovered && !this.#focused) {
            this.#put(event);
            this.#showBlank();
            return;
        }
        this.#held.push(event);
        if (this.#held.length > MAX_EVENTS) this.#held.shift();
        this.#showHeld();
    }

    #isListed({ type, live, device }) {
        if (live || UNLISTED.includes(type)) return false;
        return !UNLISTED_INSIDE.includes(type) || !this.#isInside(device);
    }

    #isBurst(a, b) {
        if (a.type !== b.type || !Object.hasOwn(FOLDED, a.type)) return false;
        const alike =
            a.device === b.device || (this.#isInside(a.device) && this.#isInside(b.device));
        return alike && Math.abs(Date.parse(b.time) - Date.parse(a.time)) < FOLD_WITHIN_MS;
    }

    #hold({ hovered = this.#hovered, focused = this.#focused }) {
        this.#hovered = hovered;
        this.#focused = focused;
        if (!hovered && !focused) this.#flush();
    }

    #flush() {
        this.#held.splice(0).forEach((event) => this.#put(event));
        this.#showHeld();
        this.#showBlank();
    }

    #showHeld() {
        setHidden(this.#paused, this.#held.length === 0);
        setText(this.#paused, `${this.#held.length} new`);
    }

    #showBlank() {
        setHidden(this.#blank, this.#list.childElementCount > 0);
        setHidden(this.#list, this.#list.childElementCount === 0);
    }

    /* History and live events overlap around a reconnect: ids tell them apart. */
    #put(event) {
        if (event.id !== undefined && this.#seen.has(event.id)) return;
        this.#seen.add(event.id);
        const newest = this.#list.firstElementChild;
        const folds = newest && this.#isBurst(newest.events.at(-1), event);
        const events = folds ? [...newest.events, event].slice(-MAX_EVENTS) : [event];
        const row = this.#row(event, folds ? newest.count + 1 : 1);
        row.events = events;
        if (folds) newest.replaceWith(row);
        else this.#list.prepend(row);
        while (this.#list.childElementCount > MAX_EVENTS) {
            this.#list.lastElementChild.events.forEach(({ id }) => this.#seen.delete(id));
            this.#list.lastElementChild.remove();
        }
    }

    #row(event, count) {
        const [heading, data] = count > 1 ? folded(event, count) : saying(event);
        const row = h(
            'li',
            { class: 'event', data: { tone: toneOf(event.type), type: event.type } },
            h('span', { class: 'dot' }),
            h(
                'div',
                { class: 'event-head' },
                h('strong', { text: heading }),
                h('time', {
                    datetime: event.time,
                    title: fullMoment(event.time),
                    text: moment(event.time),
                }),
            ),
            h(
                'p',
                { class: 'event-data' },
                event.device
                    ? h('span', {
                          class: 'event-device',
                          data: { of: event.device },
                          text: this.#nameOf(event.device),
                      })
                    : null,
                event.device && data ? ' · ' : null,
                data,
            ),
        );
        row.count = count;
        return row;
    }
}
