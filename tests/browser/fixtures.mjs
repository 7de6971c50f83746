/* fixtures.mjs - the devices of the fake gateway, in the shape of the REST interface. */

import fs from 'node:fs';
import path from 'node:path';
import { here } from './deps.mjs';

/** The JPEGs of frames/<name>.mjpeg, one after the other: each from its SOI to its EOI. */
export function loadFrames(name) {
    const file = fs.readFileSync(path.join(here, 'frames', `${name}.mjpeg`));
    const frames = [];
    const soi = Buffer.from([0xff, 0xd8, 0xff]);
    for (let at = 0; at >= 0 && at < file.length;) {
        const next = file.indexOf(soi, at + 3);
        frames.push(file.subarray(at, next < 0 ? file.length : next));
        at = next;
    }
    return frames;
}

export const row = (key, type, more = {}) => ({
    key,
    type,
    unit: null,
    default: null,
    min: null,
    max: null,
    choices: null,
    required: false,
    secret: false,
    help: '',
    ...more,
});

const setting = (type, more = {}) => {
    const { key, required, ...rest } = row('', type);
    return {
        ...rest,
        unreadable: false,
        desired: null,
        reported: null,
        pending: false,
        error: null,
        owner: 'database',
        ...more,
    };
};

export const attribute = (value, unit = null, help = '') => ({
    value,
    unit,
    help,
    time: new Date().toISOString(),
});

export const command = (help, args = [], more = {}) => ({
    help,
    timeout_ms: 10000,
    exclusive: false,
    role: 'operator',
    args,
    ...more,
});

/** As GET shows an option: its row, the value in effect, and who gave it. */
export const option = (type, value, more = {}) => {
    const { key, ...rest } = row('', type);
    return { ...rest, value, owner: 'database', ...more };
};

export function device(id, more = {}) {
    return {
        id,
        name: id,
        kind: 'demo',
        driver: 'demo',
        state: 'online',
        why: null,
        parent: null,
        channel: null,
        camera: false,
        enabled: true,
        owner: 'database',
        fixed: [],
        options: {},
        attributes: {},
        settings: {},
        commands: {},
        last_seen: new Date().toISOString(),
        ...more,
    };
}

/** A camera with every kind of setting and argument in its tables. */
export function porch(more = {}) {
    return device('porch', {
        name: 'Porch',
        kind: 'pi-trigger-camera',
        driver: 'pi-trigger-camera',
        camera: true,
        channel: 1,
        owner: 'config',
        fixed: ['name', 'options'],
        options: {
            host: option('string', '192.168.1.20', { owner: 'config', help: 'Name or address' }),
        },
        attributes: {
            dark_score: attribute(112.4, null, 'Mean brightness of the picture, 0 to 255'),
            mode: attribute('video'),
            rss_bytes: attribute(104857600, 'B'),
            swap_percent: attribute(0, '%'),
            exposure_us: attribute(33000, 'µs'),
            past_pictures: attribute(true),
        },
        settings: {
            'camera.framerate': setting('int', {
                unit: 'fps',
                default: 10,
                min: 1,
                max: 60,
                desired: 10,
                reported: 10,
                help: 'Pictures per second by day.',
            }),
            'camera.width': setting('int', {
                unit: 'px',
                default: 1024,
                min: 16,
                max: 4096,
                desired: 1024,
                reported: 1024,
                owner: 'config',
                help: 'Width of the picture.',
            }),
            'night.enable': setting('bool', {
                default: true,
                reported: true,
                help: 'Long exposure when it is dark.',
            }),
            'night.gain': setting('float', {
                default: 6,
                min: 1,
                max: 16,
                desired: 8,
                reported: 6,
                pending: true,
                help: 'Analogue gain by night.',
            }),
            'export.formats': setting('list', {
                default: ['jpg', 'png'],
                choices: ['jpg', 'png', 'npy'],
                reported: ['jpg', 'png'],
                help: 'What a saved picture is written as.',
            }),
            'logging.level': setting('string', {
                default: 'INFO',
                choices: ['DEBUG', 'INFO', 'WARNING'],
                reported: 'INFO',
                help: 'How much the camera writes to its log.',
            }),
            'logging.tag': setting('string', {
                default: '',
                max: 16,
                desired: 'east',
                reported: 'west',
                error: 'the device answered: ERROR: invalid key logging.tag',
                help: 'Goes before every line.',
            }),
            'upload.password': setting('string', { secret: true, help: 'For the picture store.' }),
            'upload.interval': setting('int', {
                unit: 's',
                min: 5,
                unreadable: true,
                help: 'Pause between two uploads.',
            }),
        },
        commands: {
            capture: command('Keep the picture that is shown now.'),
            save: command(
                'Let the camera save one full picture.',
                [
                    row('formats', 'list', {
                        choices: ['jpg', 'png', 'npy'],
                        default: ['jpg'],
                        help: 'Formats to write.',
                    }),
                ],
                { timeout_ms: 15000, exclusive: true },
            ),
            past_frames: command('Fetch pictures of the last seconds.', [
                row('count', 'int', {
                    required: true,
                    min: 1,
                    max: 300,
                    help: 'How many pictures.',
                }),
                row('spacing', 'float', {
                    unit: 's',
                    default: 0.5,
                    min: 0,
                    max: 10,
                    help: 'Time between two of them',
                }),
                row('order', 'string', {
                    choices: ['oldest', 'newest'],
                    default: 'oldest',
                    help: 'Which comes first.',
                }),
                row('stacked', 'bool', { default: false, help: 'One picture made of all.' }),
                row('tags', 'list', { help: 'Words to find them again.' }),
                row('note', 'string', { max: 20, help: 'A short remark.' }),
            ]),
            night_level: command('How dark it is.'),
            health: command('Memory of the camera service.'),
            overwrite_config: command('Make the present settings those of the next start.', [], {
                role: 'admin',
            }),
        },
        ...more,
    });
}

/** A Bluetooth camera that hands over its pictures in batches. */
export function batchCamera(more = {}) {
    return device('batch', {
        name: 'Fence post',
        kind: 'ble-batch-camera',
        driver: 'ble-batch-camera',
        camera: true,
        channel: 1,
        why: 'Asking the camera for its pictures',
        attributes: {
            trouble: attribute('', null, 'What does not work now, in a sentence'),
            dialect: attribute('warren', null, 'v0, batch, low-power or warren'),
            storage_used_percent: attribute(12.3, '%', 'Memory in use'),
            images_waiting: attribute(4, null, 'Pictures that wait in the camera'),
            rssi_dbm: attribute(-61, 'dBm', 'How strongly it was heard last'),
            mtu: attribute(517, 'B', 'Longest packet of the link'),
        },
        settings: {
            frequency: setting('int', {
                unit: 's',
                min: 1,
                max: 86400,
                reported: 30,
                help: 'Between two pictures',
            }),
            threshold: setting('float', {
                unit: '%',
                min: 2,
                max: 95,
                desired: 60,
                reported: 80,
                pending: true,
                help: 'Memory in use at which the camera hands its pictures over',
            }),
        },
        commands: { capture: command('Keep the picture that is shown now.') },
        ...more,
    });
}

/** A driver that reaches its camera by an address, as GET /plugins lists it. */
export const piPlugin = {
    name: 'pi-trigger-camera',
    file: 'pi-trigger-camera.so',
    version: '1.0',
    summary: 'Raspberry Pi camera that is triggered over TCP and streams MJPEG',
    state: 'loaded',
    why: null,
    options: [
        row('host', 'string', {
            required: true,
            min: 1,
            max: 253,
            help: 'Name or address of the camera',
        }),
        row('trigger_port', 'int', {
            default: 9999,
            min: 1,
            max: 65535,
            help: 'TCP port of its commands',
        }),
        row('hold', 'bool', { default: false, help: 'Keep the stream open although nobody looks' }),
        row('token', 'string', { secret: true, max: 200, help: 'What the newer service asks for' }),
    ],
};

/** One that is found by a scan, and wants to know more than the address. */
export const blePlugin = {
    name: 'ble-batch-camera',
    file: 'ble-batch-camera.so',
    version: '1.0',
    summary: 'BLE camera that hands over batches of pictures',
    state: 'loaded',
    why: null,
    options: [
        row('address', 'string', { required: true, help: 'Its Bluetooth address' }),
        row('batch', 'int', { default: 8, min: 1, max: 64, help: 'Pictures in one batch' }),
    ],
};

/** Several devices in several states, as a house would have them. */
export function house() {
    return [
        porch(),
        device('meadow', {
            name: 'Meadow',
            kind: 'demo',
            options: {
                host: option('string', 'meadow.local', { help: 'Name or address of the camera' }),
                capture_timeout_s: option('float', 15, {
                    unit: 's',
                    default: 15,
                    owner: 'default',
                    help: 'How long a picture may take',
                }),
            },
            camera: true,
            channel: 2,
            commands: { capture: command('Keep the picture that is shown now.') },
        }),
        device('burrow', {
            name: 'Burrow entrance, north side, behind the old oak',
            kind: 'wifi-debug-camera',
            camera: true,
            channel: 3,
            state: 'offline',
            why: 'No answer from 192.168.1.40 port 80 for 2 minutes. Trying again every minute.',
            last_seen: new Date(Date.now() - 7.4e6).toISOString(),
        }),
        batchCamera({ channel: 4 }),
        device('attic', {
            name: 'Attic',
            kind: 'pi-trigger-camera',
            camera: true,
            channel: 5,
            state: 'error',
            why: 'The camera answers on port 8080 with a web page, not with MJPEG. Is this its address?',
        }),
        device('shed', {
            name: 'Shed',
            kind: 'demo',
            camera: true,
            channel: 6,
            state: 'disabled',
            enabled: false,
        }),
    ];
}

export function captureRow(id, deviceId, time, more = {}) {
    return {
        id,
        device: deviceId,
        captured_at: new Date(time).toISOString(),
        received_at: new Date(time + 40).toISOString(),
        width: 480,
        height: 360,
        bytes: 6512,
        sound: null,
        sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
        source: 'command',
        pinned: false,
        latitude: null,
        longitude: null,
        ...more,
    };
}
