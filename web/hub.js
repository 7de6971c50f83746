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

/** What a module told: null is what nobody knows; `level` is '' then. */
export function moduleOf(device) {
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
        seen: device.last_seen,
        why: device.why,
    };
}

/** The modules of these devices: who is there first, of those the loudest first. */
export function modulesOf(devices) {
    return devices
        .map(moduleOf)
        .sort(
            (a, b) =>
                b.present - a.present ||
                (b.rssi ?? -Infinity) - (a.rssi ?? -Infinity) ||
                a.name.localeCompare(b.name),
        );
}

/** "7 modules", "1 module" */
export const countWords = (n) => `${n} ${n === 1 ? 'module' : 'modules'}`;

/** What a hub calls itself, when its list came last, and what does not work: '' where it is not known. */
export const hubFacts = (hub) => ({
    name: told(hub, 'hub_name') ?? '',
    scannedAt: told(hub, 'scanned_at') ?? '',
    trouble: told(hub, 'trouble') ?? '',
    rssi: number(told(hub, 'rssi_dbm')),
});
