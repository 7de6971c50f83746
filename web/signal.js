/* signal.js - how strongly something is received, as bars. */

import { h } from './dom.js';

/* What people's devices show as four, three and two bars; all that is weaker is one. */
const LEVELS_DBM = [-78, -67, -55];
const WORDS = ['weak', 'fair', 'good', 'strong'];

/** So many of so many bars, and `words` for who does not see them. */
export function barsOf(level, most, words) {
    const bars = Array.from({ length: most }, (_, i) => h('i', { data: { on: i < level } }));
    return h(
        'span',
        { class: 'signal', title: words },
        h('span', { class: 'bars', 'aria-hidden': 'true' }, bars),
        h('span', { class: 'unseen', text: words }),
    );
}

/** Nodes for `rssi` in dBm, a number or its text; none when it is not known. */
export function signalBars(rssi) {
    const dbm = Number.parseFloat(rssi);
    if (Number.isNaN(dbm)) return [];
    const level = LEVELS_DBM.filter((limit) => dbm >= limit).length;
    return [
        barsOf(level + 1, WORDS.length, `Signal: ${WORDS[level]}, ${Math.round(dbm)}\u00a0dBm`),
    ];
}
