/* hub.js - what a playground's hub and its modules tell, as card and view want it. Pure. */

const told = (device, key) => device.attributes?.[key]?.value ?? null;
const number = (v) => (Number.isFinite(v) ? v : null);

const LINKS = {
    off: 'Off',
    looking: 'Looking',
    connecting: 'Connecting',
    ready: 'Ready',
    scanning: 'Scanning',
};

export const linkWords = (link) => LINKS[link];

/** Where the link to a hub stands: a key of LINKS. */
export function linkOf(hub) {
    if (!hub.enabled) return 'off';
    const link = told(hub, 'link');
    if (link === 'setting_up') return 'connecting';
    return Object.hasOwn(LINKS, link ?? '') ? link : 'looking';
}

/* What a module told: null is what nobody knows; `level` is '' then. Without a link to the hub nobody
 * knows who is there. */
function moduleOf(device, linked) {
    const level = told(device, 'battery_level') ?? '';
    return {
        id: device.id,
        name: device.name || device.id,
        rssi: number(told(device, 'rssi_dbm')),
        bars: number(told(device, 'signal_bars')),
        level,
        percent: level && number(told(device, 'battery_percent')),
        stale: told(device, 'stale') === true,
        present: device.state === 'online',
        gone: device.state !== 'online' && linked,
        seen: device.last_seen,
    };
}

/** What is said of modules while nobody can know who is there. */
export const NO_LINK = 'no link to the hub';

/** How a module does, in a word or three; '' where there is nothing to say. */
export function stateOf({ present, gone, stale }, reached) {
    if (!present) return gone ? 'gone' : NO_LINK;
    if (stale) return 'not heard lately';
    return reached ? 'in reach' : '';
}

/** Whether a hub can be told something. */
export const isLinked = (hub) => ['ready', 'scanning'].includes(linkOf(hub));

/** The modules of these devices behind a hub: who is there first, of those the loudest first. */
export function modulesOf(hub, devices) {
    const linked = isLinked(hub);
    return devices
        .map((device) => moduleOf(device, linked))
        .sort(
            (a, b) =>
                b.present - a.present ||
                (b.rssi ?? -Infinity) - (a.rssi ?? -Infinity) ||
                a.name.localeCompare(b.name),
        );
}

/** Why there is no link yet; '' where the state of the link says it all, and its modules the rest. */
export const whyOf = (hub) => (isLinked(hub) || !hub.enabled ? '' : (hub.why ?? ''));

/** "7 modules", "1 module" */
export const countWords = (n) => `${n} ${n === 1 ? 'module' : 'modules'}`;

/** What a hub calls itself (or its address), when its list came last, and what does not work: '' where it is not known. */
export const hubFacts = (hub) => ({
    name: told(hub, 'hub_name') || (hub.link?.address ?? ''),
    scannedAt: told(hub, 'scanned_at') ?? '',
    trouble: told(hub, 'trouble') ?? '',
    rssi: isLinked(hub) ? number(told(hub, 'rssi_dbm')) : null,
});
