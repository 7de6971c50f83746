/* wifi.test.mjs - a camera is told its network: the form, the password that is nowhere afterwards, the link
 * that is not encrypted, and how joining goes. */

import assert from 'node:assert/strict';
import { FakeWifi, JOINED, wifiCamera } from './fake-wifi.mjs';
import { option } from './fixtures.mjs';
import { assertAccessible, openPanel, pageTest, textOf, until } from './harness.mjs';

const SECRET = 'correct horse battery';
const SSID = '#panel [data-key="ssid"] input';
const PASSWORD = '#panel [data-key="password"] input';
const SEND = '#panel .wifi-form .primary';
const MESSAGE = '#panel .wifi .form-message';
const prepare = (more) => (gateway) => {
    gateway.wifi = Object.assign(new FakeWifi(gateway), more);
};
const fill = async (page, ssid, password) => {
    await page.fill(SSID, ssid);
    await page.fill(PASSWORD, password);
};
const kept = (page) => page.inputValue(PASSWORD);

pageTest(
    'name and password are sent, the camera joins, and nothing of the password is left',
    { devices: [wifiCamera()], prepare: prepare({ joinMs: 1500 }) },
    async ({ gateway, page }) => {
        await openPanel(page, 'saber');
        await textOf(page, '#panel .wifi-status', /Off/);
        assert.equal(await page.locator('#panel [data-command="wifi_configure"]').count(), 0);
        assert.equal(await page.locator('#panel [data-command="snapshot"]').count(), 1);
        await fill(page, 'Attic', SECRET);
        await page.click(SEND);
        await textOf(page, '#panel .joining', /joins the network: \d+ s, 25 s at most/);
        assert.equal(await kept(page), '');
        await textOf(page, MESSAGE, /^The camera is in “Attic”, at 192\.168\.1\.77\.$/);
        assert.deepEqual(gateway.wifi.told, [{ ssid: 'Attic', password: SECRET }]);
        await page.waitForSelector('#panel .joining', { state: 'hidden' });
        await textOf(page, '#panel .wifi-status', /Connected: Attic/);
        const link = page.locator('#panel .wifi-address');
        assert.equal(await link.getAttribute('href'), 'http://192.168.1.77/');
        assert.match(await link.getAttribute('rel'), /noopener/);
        await textOf(page, '#panel .wifi-status .unseen', /Signal: good, -58.dBm/);
        const all = await page.evaluate(
            () => document.documentElement.outerHTML + JSON.stringify(localStorage),
        );
        assert.ok(!all.includes(SECRET));
    },
);

pageTest(
    'a password that was not sent is not kept when the panel is closed',
    { devices: [wifiCamera()], prepare: prepare() },
    async ({ page }) => {
        await openPanel(page, 'saber');
        await fill(page, 'Attic', SECRET);
        const field = await page.$(PASSWORD);
        assert.equal(await field.getAttribute('type'), 'password');
        await page.getByRole('button', { name: 'Show the password' }).click();
        assert.equal(await field.getAttribute('type'), 'text');
        await page.keyboard.press('Escape');
        await until(async () => (await field.inputValue()) === '', 'the field to be empty');
        await openPanel(page, 'saber');
        assert.equal(await kept(page), '');
        assert.equal(await page.getAttribute(PASSWORD, 'type'), 'password');
        assert.equal(await page.getAttribute(PASSWORD, 'autocomplete'), 'off');
    },
);

pageTest(
    'a link that is not encrypted is offered only when the camera needs it, with a warning',
    { devices: [wifiCamera()], prepare: prepare({ secure: false }), expected: [/422/] },
    async ({ gateway, page }) => {
        await openPanel(page, 'saber');
        assert.equal(await page.isVisible('#panel .wifi-risk'), false);
        await fill(page, 'Attic', SECRET);
        await page.click(SEND);
        await textOf(page, '#panel .wifi-risk p', /whoever listens nearby/);
        await page.waitForSelector('#panel .wifi-risk', { state: 'visible' });
        assert.equal(await kept(page), SECRET, 'it was not sent, and need not be typed anew');
        await assertAccessible(page, 'the warning');
        await page.click(SEND);
        await until(
            () => gateway.requests.filter(({ path }) => /wifi_configure/.test(path)).length === 2,
            'it to be refused again',
        );
        assert.deepEqual(gateway.wifi.told, []);
        await page.getByLabel('Send it nevertheless').check();
        await until(
            async () => (await page.getAttribute(SEND, 'aria-disabled')) === 'false',
            'rest',
        );
        await page.click(SEND);
        await textOf(page, MESSAGE, /is in “Attic”/);
        assert.deepEqual(gateway.wifi.told, [
            { ssid: 'Attic', password: SECRET, allow_unencrypted: true },
        ]);
        assert.equal(await page.isVisible('#panel .wifi-risk'), false);
    },
);

pageTest(
    'a network without a password is said to be one; what is wrong is said at its field',
    { devices: [wifiCamera()], prepare: prepare(), expected: [/422/] },
    async ({ gateway, page }) => {
        await openPanel(page, 'saber');
        await page.click(SEND);
        await textOf(page, '#panel [data-key="ssid"] .field-problem', /needed/);
        await fill(page, 'Attic', 'short');
        await page.click(SEND);
        await textOf(page, '#panel [data-key="password"] .field-problem', /8 to 63 characters/);
        await page.fill(PASSWORD, '');
        await page.click(SEND);
        await textOf(page, '#panel [data-key="password"] .field-problem', /say below that there is none/);
        assert.deepEqual(gateway.wifi.told, [], 'the camera keeps the password that it has');
        await page.fill(PASSWORD, SECRET);
        await page.getByLabel('This network has no password').check();
        assert.equal(await kept(page), '');
        assert.equal(await page.isEnabled(PASSWORD), false);
        await assertAccessible(page, 'an open network');
        await page.click(SEND);
        await textOf(page, MESSAGE, /is in “Attic”/);
        assert.deepEqual(gateway.wifi.told, [{ ssid: 'Attic', password: '' }]);
        assert.equal(await page.isEnabled(PASSWORD), true, 'the next network may have one');
    },
);

pageTest(
    'why a camera has not joined is a sentence; so is a gateway that cannot',
    {
        devices: [wifiCamera()],
        prepare: prepare({ reason: 'the password is wrong' }),
        expected: [/50\d/],
    },
    async ({ gateway, page }) => {
        await openPanel(page, 'saber');
        await fill(page, 'Attic', SECRET);
        await page.click(SEND);
        await textOf(page, MESSAGE, /^The camera has not joined “Attic”: the password is wrong\.$/);
        await textOf(page, '#panel .wifi-status', /Not joined: Attic/);
        gateway.refuse('POST', /wifi_configure/, 502, 'Bad Gateway', 'The camera was not heard.');
        await page.fill(PASSWORD, SECRET);
        await page.click(SEND);
        await textOf(page, MESSAGE, /^The camera was not heard\.$/);
        assert.equal(await kept(page), '');
    },
);

pageTest(
    'Wi-Fi is switched off and on, and asked for',
    { devices: [wifiCamera(JOINED)], prepare: prepare() },
    async ({ page }) => {
        await openPanel(page, 'saber');
        assert.equal(await page.inputValue(SSID), JOINED.wifi_ssid);
        await page.getByRole('button', { name: 'Ask again' }).click();
        await textOf(page, MESSAGE, /is in “Saber Lab”/);
        await page.getByRole('button', { name: 'Switch Wi-Fi off' }).click();
        await textOf(page, MESSAGE, /Wi-Fi of the camera is off/);
        await page.getByRole('button', { name: 'Switch Wi-Fi on' }).click();
        await textOf(page, MESSAGE, /is in “Saber Lab”, at/);
    },
);

pageTest(
    'what the camera says is no link to anything else',
    {
        devices: [wifiCamera({ ...JOINED, url: 'javascript:alert(1)', ip: '<b>1</b>' })],
        prepare: prepare(),
    },
    async ({ page }) => {
        await openPanel(page, 'saber');
        await textOf(page, '#panel .wifi-status', /<b>1<\/b>/);
        assert.equal(await page.isVisible('#panel .wifi-address'), false);
        assert.equal(await page.locator('#panel .wifi-address[href]').count(), 0);
    },
);

pageTest(
    'a camera out of reach is not told anything; the panel of one is accessible',
    { devices: [wifiCamera({}, { state: 'offline' })], prepare: prepare() },
    async ({ gateway, page }) => {
        await openPanel(page, 'saber');
        await page.waitForSelector('#panel .wifi >> text=in reach of Bluetooth');
        await fill(page, 'Attic', SECRET);
        await page.click(SEND, { force: true });
        assert.deepEqual(gateway.wifi.told, []);
        for (const colorScheme of ['light', 'dark']) {
            await page.emulateMedia({ colorScheme });
            await assertAccessible(page, `Wi-Fi, ${colorScheme}`);
        }
    },
);

pageTest(
    'of one that is known by its network address only, it is said how to change its network',
    {
        devices: [
            wifiCamera(JOINED, {
                options: { address: option('string', '10.0.0.9'), ble_address: option('string', '') },
            }),
        ],
        prepare: prepare(),
    },
    async ({ page }) => {
        await openPanel(page, 'saber');
        await textOf(page, '#panel .wifi .field-help', /give its Bluetooth address/);
        await textOf(page, '#panel .wifi-status', /Connected/);
        for (const selector of [SEND, SSID, '#panel .wifi-actions .button'])
            assert.equal(await page.locator(selector).first().isVisible(), false, selector);
    },
);
