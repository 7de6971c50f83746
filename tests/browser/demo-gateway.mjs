/* demo-gateway.mjs - a fake gateway with something of everything, for screenshots and for
 * working on the page: `node demo-gateway.mjs --port 8090`, and open the address it prints. */

import { fileURLToPath } from 'node:url';
import { FakeGateway } from './fake-gateway.mjs';
import { FakeHub, playground, playModule } from './fake-hub.mjs';
import { FakeWifi, wifiCamera } from './fake-wifi.mjs';
import { Refusal } from './fake-rest.mjs';
import { blePlugin, captureRow, house, piPlugin } from './fixtures.mjs';
import { sendOverlays } from './overlays.mjs';

export function demoGateway() {
    const gateway = new FakeGateway([...house(), wifiCamera(), ...demoPlayground()]);
    for (let i = 1; i <= 60; i++)
        gateway.captures.unshift(
            captureRow(i, ['porch', 'meadow', 'batch'][i % 3], Date.now() - (61 - i) * 3.1e6, {
                pinned: i % 9 === 0,
                source: i % 2 ? 'command' : 'batch',
            }),
        );
    for (const [type, device, data] of DEMO_EVENTS) gateway.emit(type, device, data);
    gateway.found = [
        {
            id: 'aa-bb-cc-dd-ee-ff',
            name: 'T-Camera-BLE-Batch',
            address: 'AA:BB:CC:DD:EE:FF',
            bus: 'ble',
            driver: 'ble-batch-camera',
            properties: [{ key: 'rssi_dbm', value: '-61' }],
        },
        {
            id: 'aa-bb-cc-dd-ee-01',
            name: '',
            address: 'AA:BB:CC:DD:EE:01',
            bus: 'ble',
            driver: 'ble-batch-camera',
            properties: [{ key: 'rssi_dbm', value: '-88' }],
        },
    ];
    gateway.plugins = [
        { name: 'demo', file: 'demo.so', version: '0.1.0', state: 'loaded', why: null },
        piPlugin,
        blePlugin,
        {
            name: null,
            file: 'old.so',
            version: null,
            state: 'refused',
            why: 'it was built for ABI 0, this gateway speaks 1',
        },
    ];
    gateway.commands = {
        capture: (args, device) => ({ id: gateway.store(device.id).id }),
        save: () =>
            'Saved single full-resolution image: /var/lib/camera/20260114_101500_f812.jpg (timestamp: 1768385700.123, age: 0.04s)',
        health: () => ({
            rss_bytes: 104857600,
            swap_percent: 0,
            guards: { slow_above_percent: 70, pause_above_percent: 85 },
        }),
        night_level: () =>
            new Promise((resolve) =>
                setTimeout(resolve, 1500, 'LEVEL=112.4 relevant threshold=50 STATUS=DAY'),
            ),
        past_frames: () => {
            throw new Refusal(504, 'Gateway Timeout', 'Porch did not answer within 10 s.');
        },
    };
    gateway.hub = new FakeHub(gateway);
    gateway.wifi = Object.assign(new FakeWifi(gateway), { joinMs: 4000, secure: false });
    Object.assign(gateway.devices.get('porch'), { flow: 'on', overlay: true });
    Object.assign(gateway.devices.get('meadow'), { flow: 'device', overlay: true });
    sendOverlays(gateway, 'porch', { delayMs: () => 5 + 40 * Math.random() });
    sendOverlays(gateway, 'meadow', { loose: true });
    gateway.stream('porch', { name: 'day', fps: 25 });
    gateway.stream('meadow', { name: 'night', fps: 12 });
    gateway.stream('batch', { name: 'day', fps: 0.05, still: true });
    return gateway;
}

/* One is asleep, one was not heard for a while. */
function demoPlayground() {
    const devices = playground(12, { why: 'Ready: 11 modules' });
    devices[7] = playModule(6, { rssi: -66, percent: 41, stale: true });
    devices[10] = playModule(
        9,
        { rssi: -80, percent: 12 },
        { state: 'offline', why: 'It was not heard for five minutes' },
    );
    return devices;
}

const DEMO_EVENTS = [
    ['plugin.loaded', null, { name: 'demo', version: '0.1.0' }],
    ['plugin.refused', null, { file: 'old.so', why: 'built for ABI 0' }],
    ['device.online', 'porch', {}],
    ['device.online', 'meadow', {}],
    ['camera.night', 'meadow', { dark_score: 12.5 }],
    ['device.offline', 'burrow', { why: 'No answer from 192.168.1.40 port 80' }],
    ['device.error', 'attic', { why: 'not MJPEG' }],
    ['settings.queued', 'porch', { key: 'night.gain', value: 8 }],
    ['batch.started', 'batch', { count: 7 }],
    ['batch.finished', 'batch', { stored: 7, bytes: 64512, duration_us: 9300412 }],
    ['module.seen', 'hub-aabbccdd0000', { id: 'duck', rssi_dbm: -32, battery_percent: 97 }],
    ['hub.ack', 'hub', { command: 'play', status: 'sent', threshold: 'all', threshold_dbm: -100 }],
    ['capture.stored', 'porch', { id: 60, width: 480, height: 360 }],
];

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    const at = process.argv.indexOf('--port');
    const gateway = demoGateway();
    console.log(await gateway.start(at > 0 ? Number(process.argv[at + 1]) : 8090));
}
