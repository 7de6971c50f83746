/* format.js - numbers, times and names as a person reads them. Pure; every other file asks here. */

const NO_BREAK = '\u00a0';

const CAPITALS = new Set([
    'ble',
    'cpu',
    'fps',
    'gps',
    'id',
    'ip',
    'jpeg',
    'jpg',
    'led',
    'mjpeg',
    'mtu',
    'rss',
    'rssi',
    'ssid',
    'url',
    'usb',
]);

/* Units, arguments of one letter, and what is written in a way of its own. */
const SPELLED = { mib: 'MiB', us: 'µs', n: 'number', wifi: 'Wi-Fi' };

/**
 * "dark_score" → "Dark score", "night.dark_threshold" → "Night dark threshold", "ble_mtu" → "BLE
 * MTU".
 */
export function words(key) {
    const text = String(key)
        .split(/[._\s-]+/)
        .map((word) => SPELLED[word] ?? (CAPITALS.has(word) ? word.toUpperCase() : word))
        .join(' ')
        .replace(/ per s$/, ' per second')
        .trim();
    return text.charAt(0).toUpperCase() + text.slice(1);
}

/* Keys carry their unit (rssi_dbm); where the unit stands beside the value the words go without
 * it. */
const UNIT_SUFFIXES = { '%': 'percent', µs: 'us', B: 'bytes', '°C': 'celsius' };

export function label(key, unit) {
    const suffix = unit ? `_${UNIT_SUFFIXES[unit] ?? unit.toLowerCase()}` : '';
    return words(suffix && key.endsWith(suffix) ? key.slice(0, -suffix.length) : key);
}

/** A span of time, coarse the way people say it. */
export function span(ms) {
    if (ms < 950) return `${Math.max(0, Math.round(ms / 10) * 10)}${NO_BREAK}ms`;
    if (ms < 9950) return `${(ms / 1000).toFixed(1)}${NO_BREAK}s`;
    if (ms < 90e3) return `${Math.round(ms / 1000)}${NO_BREAK}s`;
    if (ms < 90 * 60e3) return `${Math.round(ms / 60e3)}${NO_BREAK}min`;
    if (ms < 48 * 3600e3) return `${Math.round(ms / 3600e3)}${NO_BREAK}h`;
    return `${Math.round(ms / 86400e3)}${NO_BREAK}days`;
}

export function bytes(n) {
    if (n < 1000) return `${n}${NO_BREAK}B`;
    if (n < 1e6) return `${Math.round(n / 1000)}${NO_BREAK}kB`;
    return `${(n / 1e6).toFixed(1)}${NO_BREAK}MB`;
}

const TIME = new Intl.DateTimeFormat(undefined, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
});
const DAY = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/**
 * The time of day; with the date when it is not today's. `text` is RFC 3339; null and rubbish give
 * "—".
 */
export function moment(text) {
    const date = new Date(text ?? NaN);
    if (Number.isNaN(date.getTime())) return '—';
    const today = date.toDateString() === new Date().toDateString();
    return today ? TIME.format(date) : `${DAY.format(date)}, ${TIME.format(date)}`;
}

export function fullMoment(text) {
    const date = new Date(text ?? NaN);
    return Number.isNaN(date.getTime()) ? '—' : FULL.format(date);
}

/** Units as they are printed; tables write them in ASCII. */
export function unitWords(unit) {
    return unit === 'us' ? 'µs' : unit;
}

/** Help texts are written with and without a full stop; beside other sentences they need one. */
export function sentence(text) {
    return text && !/[.!?…]$/.test(text) ? `${text}.` : text;
}

/** What the gateway says about itself or a device, as a sentence of its own. */
export function spoken(text) {
    return text ? sentence(text.charAt(0).toUpperCase() + text.slice(1)) : '';
}

/** The value of an attribute, setting or argument with its unit. */
export function value(v, unit = null) {
    if (v === null || v === undefined || v === '') return '—';
    if (typeof v === 'boolean') return v ? 'Yes' : 'No';
    if (Array.isArray(v)) return v.length ? v.join(', ') : 'none';
    if (typeof v === 'object') return JSON.stringify(v);
    if (unit === 'B' && typeof v === 'number') return bytes(v);
    if (unit === 'B/s' && typeof v === 'number') return `${bytes(v)}/s`;
    const text = typeof v === 'number' ? number(v) : v;
    if (!unit) return text;
    return text + (unit === '%' || unit === '°' ? '' : NO_BREAK) + unitWords(unit);
}

/* No grouping and no locale: what is shown can be typed into a form. */
function number(v) {
    return Number.isInteger(v) ? String(v) : String(Number(v.toPrecision(6)));
}

/* "rssi_dbm": -58 → "rssi -58 dBm", "duration_us": 9300412 → "duration 9.3 s": the units stand in the
 * keys. */
const SPANS_MS = { us: 0.001, ms: 1, s: 1000 };
const UNITS = { dbm: 'dBm', percent: '%', bytes: 'B', celsius: '°C' };

function member([key, v]) {
    const [, name, unit] = /^(?:(.*)_)?([a-z]+)$/.exec(key) ?? [];
    if (key === 'why') return v;
    if (typeof v === 'object') return `${key.replaceAll('_', ' ')} ${JSON.stringify(v)}`;
    if (typeof v === 'number' && name && unit in SPANS_MS)
        return `${name.replaceAll('_', ' ')} ${span(v * SPANS_MS[unit])}`;
    if (typeof v === 'number' && unit in UNITS)
        return `${(name ?? '').replaceAll('_', ' ')} ${value(v, UNITS[unit])}`.trim();
    return `${key.replaceAll('_', ' ')} ${v}`;
}

/** An event's data on one line, cut at `max` characters. */
export function brief(data, max = 140) {
    const text = Object.entries(data ?? {})
        .filter(([, v]) => v !== null && v !== '')
        .map(member)
        .join(' · ');
    return text.length > max ? `${text.slice(0, max - 1)}…` : text;
}

const STATES = {
    starting: 'Starting',
    online: 'Online',
    offline: 'Offline',
    error: 'Error',
    disabled: 'Switched off',
};

export function stateWords(state) {
    return STATES[state] ?? words(state);
}
