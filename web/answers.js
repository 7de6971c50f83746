/* answers.js - what a hub answered lately: acks, errors, lists, and what could not even be asked. */

import * as api from './api.js';
import { h, setHidden } from './dom.js';
import { fullMoment, moment, spoken, value, words } from './format.js';
import { countWords } from './hub.js';

const SHOWN = 5;
/** So many events are looked through for answers when the view is opened. */
const HISTORY = 40;
/** One refusal is told by the hub's event and by the answer to who asked: within this time it is one. */
const SAME_WITHIN_MS = 3000;

function whom({ threshold, threshold_dbm: dbm }) {
    if (threshold === 'all' || !Number.isFinite(dbm)) return 'to all';
    return `to whoever is louder than ${value(dbm, 'dBm')}`;
}

const knows = (commands) =>
    Array.isArray(commands) && commands.length ? `The hub knows ${commands.join(', ')}.` : '';

/** The sentence of hub.error, with what the hub would have understood. */
export const errorWords = ({ message, available_commands: known }) =>
    [spoken(message || 'The hub refuses, and does not say why'), knows(known)]
        .filter(Boolean)
        .join(' ');

const SAYINGS = {
    'hub.ack': (data) =>
        data.status === 'sent'
            ? [`${words(data.command)} was sent ${whom(data)}`, 'good']
            : [`${words(data.command)} was not sent: the hub's radio refused it`, 'bad'],
    'hub.error': (data) => [errorWords(data), 'bad', data.message],
    'hub.scan.finished': ({ ok, why, modules, seconds }) =>
        !ok
            ? [`No list came. ${spoken(why)}`, 'bad', why]
            : modules === 0
              ? [`No module answered within ${value(seconds, 's')}`, '']
              : [`A list of ${countWords(modules)}, after ${value(seconds, 's')}`, 'good'],
};

/** What an event says here: { time, text, tone, core }, or null. `core` is what went wrong in its own words. */
function answerOf({ id, type, time, data }) {
    if (!Object.hasOwn(SAYINGS, type)) return null;
    const [text, tone, core = ''] = SAYINGS[type](data ?? {});
    return { id, time, text, tone, core };
}

export class Answers {
    #items = []; /* newest first */
    #list = h('ol');
    #blank = h('p', { class: 'muted', text: 'What the hub answers is shown here.' });
    element = h(
        'section',
        { class: 'block answers' },
        h('h3', { text: 'Answers' }),
        h('div', { role: 'log', 'aria-label': 'Answers, newest first' }, this.#list),
        this.#blank,
    );

    /** What the gateway has kept of a device. What cannot be read is no loss: answers come live. */
    async load(deviceId) {
        try {
            const { items } = await api.events({ device: deviceId, limit: HISTORY });
            const known = new Set(this.#items.map(({ id }) => id));
            const old = items.map(answerOf).filter((a) => a && !known.has(a.id));
            this.#items = [...this.#items, ...old].slice(0, SHOWN);
            this.#show();
        } catch {
            /* see above */
        }
    }

    /** An event of the hub; others than answers are left alone. */
    take(event) {
        const answer = answerOf(event);
        if (answer) this.#add(answer);
    }

    /** A command could not be run; `time` is the gateway's. */
    failed(name, sentence, time) {
        const text = `${words(name)}: ${spoken(sentence)}`;
        this.#add({ id: null, time, text, tone: 'bad', core: sentence });
    }

    #add(answer) {
        const last = this.#items[0];
        if (last && isSame(last, answer)) {
            if (last.text.length >= answer.text.length) return;
            this.#items.shift();
        }
        this.#items = [answer, ...this.#items].slice(0, SHOWN);
        this.#show();
    }

    #show() {
        setHidden(this.#blank, this.#items.length > 0);
        this.#list.replaceChildren(
            ...this.#items.map(({ time, text, tone }) =>
                h(
                    'li',
                    { data: { tone } },
                    h('span', { class: 'dot' }),
                    h('span', { text }),
                    h('time', { datetime: time, title: fullMoment(time), text: moment(time) }),
                ),
            ),
        );
    }
}

function isSame(a, b) {
    const near = Math.abs(Date.parse(a.time) - Date.parse(b.time)) < SAME_WITHIN_MS;
    return near && a.core && b.core && (a.core.includes(b.core) || b.core.includes(a.core));
}
