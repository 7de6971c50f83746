/* signal.js - how strongly something is received, as bars. */

import { h } from './dom.js';

/* What people's devices show as four, three and two bars; all that is weaker is one. */
const LEVELS_DBM = [-78, -67, -55];
const WORDS = ['weak', 'fair', 'good', 'strong'];

/** Nodes for `rssi` in dBm, a number or its text; none when it is not known. */
export function signalBars(rssi) {
    const dbm = Number.parseFloat(rssi);
    if (Number.isNaN(dbm)) return [];
    const level = LEVELS_DBM.filter((limit) => dbm >= limit).length;
    const bars = WORDS.map((_, i) => h('i', { data: { on: i <= level } }));
    return [
        h(
            'span',
            { class: 'signal', title: `${Math.round(dbm)}\u00a0dBm` },
            h('span', { class: 'bars', 'aria-hidden': 'true' }, bars),
            h('span', { class: 'unseen', text: `Signal: ${WORDS[level]}, ${Math.round(dbm)} dBm` }),
        ),
    ];
}
