/* battery.js - how full a battery is: a picture by its level, and words. */

import { h, svg } from './dom.js';
import { value, words } from './format.js';

/** Of the 12 units of the picture's inside. */
const FILLS = { full: 12, high: 9, medium: 6, low: 3 };

/** "85 %", "low, 12 %", or "unknown": nobody has told, which is not the same as empty. */
function batteryWords({ level, percent }) {
    if (!Object.hasOwn(FILLS, level)) return 'unknown';
    if (percent === null) return level;
    return level === 'low' ? `low, ${value(percent, '%')}` : value(percent, '%');
}

/** `module` as of hub.js. */
export function battery(module) {
    const known = Object.hasOwn(FILLS, module.level);
    const text = batteryWords(module);
    return h(
        'span',
        {
            class: 'battery',
            title: known
                ? `Battery: ${words(module.level)}`
                : 'The module does not tell its battery',
            data: { level: known ? module.level : 'unknown' },
        },
        svg(
            'svg',
            { viewBox: '0 0 20 12', 'aria-hidden': 'true' },
            svg('rect', { class: 'case', x: 0.75, y: 0.75, width: 15.5, height: 10.5, rx: 2.5 }),
            svg('path', { class: 'case', d: 'M18.5 4.2v3.6' }),
            known
                ? svg('rect', { x: 2.5, y: 2.5, width: FILLS[module.level], height: 7, rx: 1 })
                : svg('path', { class: 'case', d: 'M5 9L11.5 3' }),
        ),
        h('span', { class: 'unseen', text: 'Battery: ' }),
        h('span', { text }),
    );
}

/** As part of a longer sentence. */
export const batterySaid = (module) => `battery ${batteryWords(module)}`;
