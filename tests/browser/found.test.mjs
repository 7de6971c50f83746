/* found.test.mjs - what a scan sees comes and goes by itself, and is adopted. */

import assert from 'node:assert/strict';
import { blePlugin, porch, row } from './fixtures.mjs';
import { assertAccessible, pageTest, textOf, until } from './harness.mjs';

const REFUSED = /Failed to load resource: the server responded with a status of (404|422)/;
const CAMERA = {
    name: 'T-Camera-BLE-Batch',
    address: 'AA:BB:CC:DD:EE:FF',
    driver: 'ble-batch-camera',
    properties: [{ key: 'rssi_dbm', value: '-60' }],
};
const withDriver = (gateway) => (gateway.plugins = [blePlugin]);
const ROW = '[data-found="cam-1"]';
const bars = (page) => page.locator(`${ROW} i[data-on="true"]`).count();
const adoptions = (gateway) => gateway.requests.filter(({ path }) => path.endsWith('/adopt'));

pageTest(
    'things come and go without being asked for; with none it says what that means',
    { prepare: withDriver },
    async ({ gateway, page }) => {
        await textOf(page, '#found-blank', /no scan sees a device that a driver here knows/);
        gateway.see('cam-1', CAMERA);
        await textOf(
            page,
            ROW,
            /T-Camera-BLE-Batchble-batch-camera · AA:BB:CC:DD:EE:FF.*good, -60 dBm/,
        );
        assert.equal(await bars(page), 3);
        assert.equal(await page.locator('#found-blank').isVisible(), false);
        await textOf(page, '#found-section .count', /^1$/);
        await assertAccessible(page, 'what is found');
        await page.focus(`${ROW} button`);
        gateway.see('cam-1', { ...CAMERA, properties: [{ key: 'rssi_dbm', value: '-90' }] });
        gateway.see('cam-2', { ...CAMERA, name: '', properties: [] });
        await textOf(page, '[data-found="cam-2"] strong', /^AA:BB:CC:DD:EE:FF$/);
        assert.equal(await bars(page), 1);
        assert.equal(await page.locator('[data-found="cam-2"] .signal').count(), 0);
        assert.ok(
            await page.locator(`${ROW} button`).evaluate((n) => n === document.activeElement),
        );
        assert.equal(await page.locator('.event').count(), 0, 'it is no history');
        gateway.see('cam-1', null);
        gateway.see('cam-2', null);
        await page.waitForSelector('#found-blank', { state: 'visible' });
        assert.equal(await page.locator(ROW).count(), 0);
    },
);

pageTest(
    'one button adopts it',
    { prepare: (gateway) => (withDriver(gateway), gateway.see('cam-1', CAMERA)) },
    async ({ gateway, page }) => {
        await page.click(`${ROW} button`);
        await page.waitForSelector('[data-device="t-camera-ble-batch"]');
        await page.waitForSelector(ROW, { state: 'detached' });
        await textOf(page, '#toasts', /T-Camera-BLE-Batch was added\./);
        assert.deepEqual(
            adoptions(gateway).map(({ path, body }) => [path, body]),
            [['/found/cam-1/adopt', {}]],
        );
    },
);

pageTest(
    'what its driver wants to know besides is asked for',
    {
        prepare: (gateway) => (withDriver(gateway), gateway.see('cam-1', CAMERA)),
        expected: [REFUSED],
    },
    async ({ gateway, page }) => {
        gateway.refuse(
            'POST',
            /adopt$/,
            422,
            'Unprocessable',
            '"batch" is missing: expected a number',
        );
        await page.click(`${ROW} button`);
        await textOf(page, '#add-title', /^Adopt T-Camera-BLE-Batch$/);
        await textOf(
            page,
            '#add [data-key="batch"] .field-problem',
            /^Is missing: expected a number\.$/,
        );
        assert.ok(await page.locator('#add [data-key="address"] input').isDisabled());
        gateway.allowAll();
        await page.fill('#add [data-key="batch"] input', '4');
        await page.fill('#add [data-key="name"] input', 'Feeder');
        await page.click('#add .primary');
        await page.waitForSelector('[data-device="feeder"]');
        assert.deepEqual(adoptions(gateway).at(-1).body, {
            name: 'Feeder',
            options: { address: 'AA:BB:CC:DD:EE:FF', batch: 4 },
        });
    },
);

/* Found on the air or in the network, with an option for each. */
const twoWays = {
    name: 'wifi-debug-camera',
    summary: 'WiFi camera',
    state: 'loaded',
    options: [
        row('address', 'string', { default: '', format: 'host', help: 'Name or address' }),
        row('port', 'int', { default: 80, min: 1, max: 65535, help: 'Of its HTTP server' }),
        row('ble_address', 'string', {
            default: '',
            format: 'bluetooth-address',
            help: 'On the air',
        }),
    ],
};

/* The options that are sent by the form that opens when adopting at once was refused. */
async function adoptedByForm(gateway, page, id, item) {
    gateway.see(id, { name: 'Saber', driver: twoWays.name, ...item });
    gateway.refuse('POST', /adopt$/, 422, 'Unprocessable', 'name: expected another');
    await page.click(`[data-found="${id}"] button`);
    await textOf(page, '#add [data-key="name"] .field-problem', /another/);
    gateway.allowAll();
    assert.ok(await page.locator('#add input:disabled').first().isVisible(), 'what is known');
    await page.fill('#add [data-key="name"] input', id);
    await page.click('#add .primary');
    await page.waitForSelector(`[data-device="${id}"]`);
    return adoptions(gateway).at(-1).body.options;
}

pageTest(
    'its address goes to the option that is for such addresses, with the port that it announced',
    { prepare: (gateway) => (gateway.plugins = [twoWays]), expected: [REFUSED] },
    async ({ gateway, page }) => {
        const air = { bus: 'ble', address: 'AA:BB:CC:DD:EE:FF' };
        assert.deepEqual(await adoptedByForm(gateway, page, 'air', air), {
            ble_address: 'AA:BB:CC:DD:EE:FF',
        });
        const properties = [{ key: 'port', value: '8080' }];
        const net = { bus: 'mdns', address: '192.0.2.7', properties };
        assert.deepEqual(await adoptedByForm(gateway, page, 'net', net), {
            address: '192.0.2.7',
            port: 8080,
        });
    },
);

pageTest(
    'one that went in that moment says so',
    {
        prepare: (gateway) => (withDriver(gateway), gateway.see('cam-1', CAMERA)),
        expected: [REFUSED],
    },
    async ({ gateway, page }) => {
        await page.waitForSelector(ROW);
        gateway.found = [];
        await page.click(`${ROW} button`);
        await textOf(page, `${ROW} .problem`, /Nothing like "cam-1" was seen lately\./);
        await until(async () => !(await page.locator(`${ROW} button`).isDisabled()), 'the button');
    },
);

pageTest(
    'why nothing can be seen is said, also when bluetoothd ends while one looks',
    { devices: [porch()], prepare: withDriver },
    async ({ gateway, page }) => {
        await textOf(page, '#found-blank', /no scan sees a device/);
        gateway.bluetooth = { ready: false, why: 'bluetoothd does not run', adapters: [] };
        gateway.emit('device.offline', 'porch');
        await textOf(
            page,
            '#found-why',
            /^No Bluetooth device can be seen\. Bluetoothd does not run\.$/,
        );
        assert.equal(await page.locator('#found-blank').isVisible(), true, 'by mDNS');
        gateway.mdns = { ready: false, why: 'avahi-daemon does not run', services: 0 };
        gateway.emit('device.offline', 'porch');
        await page.waitForSelector('#found-blank', { state: 'hidden' });
        assert.equal(
            await page.locator('#found-why').innerText(),
            'No Bluetooth device can be seen. Bluetoothd does not run.\n' +
                'No device in the network can be seen. Avahi-daemon does not run.',
        );
        gateway.bluetooth = { ready: true, why: null, adapters: [] };
        gateway.emit('device.online', 'porch');
        await textOf(
            page,
            '#found-why',
            /^No device in the network can be seen\. Avahi-daemon does not run\.$/,
        );
        assert.equal(await page.locator('#found-blank').isVisible(), true);
        gateway.mdns = { ready: true, why: null, services: 2 };
        gateway.emit('device.online', 'porch');
        await page.waitForSelector('#found-why', { state: 'hidden' });
    },
);
