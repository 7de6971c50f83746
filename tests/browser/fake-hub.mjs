/* fake-hub.mjs - a playground for the fake gateway: a hub and the modules behind it, as the driver
 * playground-hub shows them, and a hub that does as it is told. */

import { Refusal } from './fake-rest.mjs';
import { attribute, command, device, option, row } from './fixtures.mjs';

const NAMES = [
    'duck', 'frog', 'owl', 'fox', 'hare', 'mole', 'newt', 'wren', 'toad', 'crow', 'lynx', 'bee',
]; /* prettier-ignore */
const COMMANDS = {
    play: 'The modules play their game with whoever is near',
    pause: 'All lights go off',
    win: 'All lights show a rainbow',
    color_game: 'Friends are shown as a colour',
    number_game: 'Friends are counted in lights',
    off: 'The modules sleep until their button is pressed',
    scan: 'Looks for the modules that are there; takes 5 s or more',
};

const mac = (i) => `aabbccdd${i.toString(16).padStart(4, '0')}`;
const bars = (rssi) => (rssi >= -50 ? 3 : rssi >= -70 ? 2 : rssi >= -85 ? 1 : 0);
const level = (percent) =>
    percent === null
        ? ''
        : percent >= 75
          ? 'full'
          : percent >= 50
            ? 'high'
            : percent >= 25
              ? 'medium'
              : 'low';
const ago = (ms) => new Date(Date.now() - ms).toISOString();

/** The hub `hub`, with a table of commands that take a threshold. */
export function playHub(more = {}, told = {}) {
    const args = [row('threshold', 'string', { default: 'all', max: 8, help: 'Which modules' })];
    const attributes = {
        trouble: '',
        link: 'ready',
        hub_name: 'SPHub',
        modules: 0,
        scanned_at: ago(40e3),
        rssi_dbm: -58,
        mtu: 247,
        ...told,
    };
    return device('hub', {
        name: 'Playground',
        kind: 'playground-hub',
        driver: 'playground-hub',
        why: 'Ready',
        options: { address: option('string', '', { default: '', owner: 'default' }) },
        attributes: Object.fromEntries(
            Object.entries(attributes).map(([key, v]) => [
                key,
                attribute(v, key === 'rssi_dbm' ? 'dBm' : null),
            ]),
        ),
        commands: Object.fromEntries(
            Object.entries(COMMANDS).map(([name, help]) => [
                name,
                command(help, args, { timeout_ms: 60000 }),
            ]),
        ),
        ...more,
    });
}

/** Module `i` behind it. `told`: { rssi, percent (null: it does not say), stale }. */
export function playModule(i, { rssi = -50, percent = 80, stale = false } = {}, more = {}) {
    const attributes = {
        id: NAMES[i] ?? `module ${i}`,
        mac: mac(i),
        type: 'module',
        rssi_dbm: rssi,
        signal_bars: bars(rssi),
        battery_level: level(percent),
        stale,
        ...(percent === null ? {} : { battery_percent: percent }),
    };
    return device(`hub-${mac(i)}`, {
        name: attributes.id,
        kind: 'playground-module',
        driver: 'playground-hub',
        owner: 'parent',
        parent: 'hub',
        last_seen: ago(stale ? 200e3 : 12e3),
        attributes: Object.fromEntries(
            Object.entries(attributes).map(([key, v]) => [key, attribute(v)]),
        ),
        ...more,
    });
}

/** A hub with `n` modules, the loudest first, every fourth without a battery that it tells. */
export function playground(n = 12, more = {}) {
    const modules = Array.from({ length: n }, (_, i) =>
        playModule(i, {
            rssi: -32 - Math.round((i * 62) / Math.max(1, n - 1)),
            percent: i % 4 === 3 ? null : (97 - i * 23 + 900) % 100,
        }),
    );
    return [playHub({ why: `Ready: ${n} modules`, ...more }, { modules: n }), ...modules];
}

/** What the hub does with its commands. `scanMs`: how long a scan takes. */
export class FakeHub {
    #gateway;
    scanMs = 5000;
    /** What was sent on: [command, threshold in dBm]. */
    sent = [];
    /** Commands that the hub itself does not know. */
    unknown = [];
    scanning = false;

    constructor(gateway) {
        this.#gateway = gateway;
        for (const name of Object.keys(COMMANDS))
            gateway.commands[name] = (args) =>
                name === 'scan' ? this.scan('person', args) : this.#run(name, args);
        gateway.switched = (device) => this.#switched(device);
    }

    tell(values) {
        const hub = this.#gateway.devices.get('hub');
        for (const [key, v] of Object.entries(values))
            hub.attributes[key] = { ...hub.attributes[key], value: v };
        this.#gateway.emit('device.attributes', 'hub', values);
    }

    say(why) {
        this.#gateway.change('hub', { why }, 'device.status');
    }

    ack(name, threshold, status = 'sent') {
        const dbm = threshold === 'all' ? -100 : Number(threshold);
        this.#gateway.emit('hub.ack', 'hub', {
            command: name,
            status,
            threshold,
            threshold_dbm: dbm,
        });
    }

    error(
        message,
        available = ['Play', 'Pause', 'Win', 'Color Game', 'Number Game', 'Off', 'PING'],
    ) {
        this.#gateway.emit('hub.error', 'hub', { message, available_commands: available });
    }

    #run(name, { threshold }) {
        const dbm = threshold === 'all' ? -100 : Number(threshold);
        if (!Number.isInteger(dbm) || dbm < -127 || dbm >= 0)
            throw new Refusal(422, 'Unprocessable Content', `threshold: got “${threshold}”`);
        if (this.unknown.includes(name)) {
            this.error(`Unknown command: ${name}`);
            throw new Refusal(502, 'Bad Gateway', `The hub says: Unknown command: ${name}`);
        }
        this.sent.push([name, dbm]);
        this.ack(name, threshold);
        return { status: 'sent', threshold_dbm: dbm };
    }

    /** Also by itself, or for somebody else. */
    async scan(by, { threshold } = { threshold: 'all' }, finish = () => {}) {
        if (this.scanning) throw new Refusal(409, 'Conflict', 'A scan is running');
        this.scanning = true;
        const dbm = threshold === 'all' ? -100 : Number(threshold);
        this.sent.push(['scan', dbm]);
        this.#gateway.emit('hub.scan.started', 'hub', { threshold_dbm: dbm, by });
        this.tell({ link: 'scanning' });
        await new Promise((resolve) => setTimeout(resolve, this.scanMs));
        finish();
        this.scanning = false;
        const modules = this.#modules().filter(({ state }) => state === 'online');
        for (const module of modules) module.last_seen = new Date().toISOString();
        const seconds = this.scanMs / 1000;
        this.#gateway.emit('hub.scan.finished', 'hub', {
            ok: true,
            modules: modules.length,
            seconds,
        });
        this.tell({ link: 'ready', scanned_at: new Date().toISOString(), modules: modules.length });
        return { modules: modules.length, threshold_dbm: dbm, seconds };
    }

    #modules() {
        return [...this.#gateway.devices.values()].filter(({ parent }) => parent === 'hub');
    }

    /* PATCH of `enabled`. */
    #switched({ enabled }) {
        this.#gateway.change(
            'hub',
            enabled ? { state: 'offline', why: 'Looking for the hub' } : { why: 'Switched off' },
            enabled ? 'device.changed' : 'device.offline',
        );
        this.tell({ link: enabled ? 'looking' : 'off', modules: 0 });
        for (const { id } of this.#modules())
            this.#gateway.change(
                id,
                { state: 'offline', why: 'There is no link to its hub' },
                'device.offline',
            );
    }
}
