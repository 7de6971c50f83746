/* add.test.mjs - a device is added by its address with a form made from the driver's options, and
 * removed again. */

import assert from 'node:assert/strict';
import { device, piPlugin, porch } from './fixtures.mjs';
import { assertAccessible, holdBack, openPanel, pageTest, textOf, until } from './harness.mjs';

const REFUSED = /Failed to load resource: the server responded with a status of (409|422|500)/;
const demo = { name: 'demo', summary: 'A camera without hardware', state: 'loaded', options: [] };
const withDrivers = (gateway) =>
    (gateway.plugins = [
        demo,
        piPlugin,
        { name: null, file: 'x.so', state: 'refused', why: 'old' },
    ]);
const field = (key) => `#add [data-key="${key}"]`;
const posted = (gateway) =>
    gateway.requests.filter(({ method, path }) => method === 'POST' && path === '/devices');
const opened = async (page) => {
    await page.click('#add-device');
    await page.waitForSelector(`${field('name')} input`);
};

pageTest(
    'the form is made of the options; what is needed stands open, the rest is folded',
    { prepare: withDrivers },
    async ({ page }) => {
        await opened(page);
        assert.deepEqual(await page.locator('#add-driver option').allTextContents(), [
            'pi-trigger-camera',
            'demo',
        ]);
        await textOf(page, '#add-summary', /^Raspberry Pi camera .*MJPEG\.$/);
        assert.ok(await page.locator(`${field('host')} input`).isVisible());
        assert.ok(
            await page
                .locator(`${field('name')} input`)
                .evaluate((n) => n === document.activeElement),
        );
        assert.equal(await page.locator(`${field('hold')} input`).isVisible(), false);
        await page.click('#add summary');
        assert.equal(
            await page.locator(`${field('token')} input`).getAttribute('type'),
            'password',
        );
        await assertAccessible(page, 'the form');
        await page.selectOption('#add-driver', 'demo');
        assert.equal(await page.locator(field('host')).count(), 0);
        await page.keyboard.press('Escape');
        assert.ok(await page.locator('#add-device').evaluate((n) => n === document.activeElement));
    },
);

pageTest(
    'what was entered is sent typed; the new device is there, told and in focus',
    { prepare: withDrivers },
    async ({ gateway, page }) => {
        await textOf(page, '#cameras-blank h3', /No cameras yet/);
        await page.click('#cameras-blank >> text=Add one by its address');
        await page.fill(`${field('host')} input`, '192.168.1.20');
        await page.fill(`${field('name')} input`, 'Garden');
        await page.click('#add summary');
        await page.fill(`${field('trigger_port')} input`, '9998');
        await page.keyboard.press('Enter');
        await page.waitForSelector('[data-device="garden"]');
        assert.deepEqual(posted(gateway)[0].body, {
            driver: 'pi-trigger-camera',
            name: 'Garden',
            options: { host: '192.168.1.20', trigger_port: 9998, hold: false },
        });
        await textOf(page, '#toasts', /Garden was added\./);
        await until(
            () =>
                page
                    .locator('[data-device="garden"] .tile-open')
                    .evaluate((node) => node === document.activeElement),
            'the focus on it',
        );
    },
);

pageTest(
    'what is wrong is said at its field, or below the form when it is about none',
    { devices: [device('pi-trigger-camera')], prepare: withDrivers, expected: [REFUSED] },
    async ({ gateway, page }) => {
        await opened(page);
        await page.click('#add .primary');
        await textOf(page, `${field('host')} .field-problem`, /^This is needed\.$/);
        assert.equal(posted(gateway).length, 0);
        await page.fill(`${field('host')} input`, 'a b');
        await page.click('#add .primary');
        await textOf(page, `${field('host')} .field-problem`, /^Expected a host, got "a b"\.$/);
        assert.equal(
            await page.locator(`${field('host')} input`).getAttribute('aria-invalid'),
            'true',
        );
        await page.fill(`${field('host')} input`, 'pi.local');
        await page.click('#add .primary');
        await textOf(page, '#add .problem', /There is a device "pi-trigger-camera" already\./);
        gateway.refuse('POST', /^\/devices$/, 422, 'Unprocessable', 'token: expected no spaces');
        await page.click('#add .primary');
        await textOf(page, `${field('token')} .field-problem`, /^Expected no spaces\.$/);
        assert.ok(await page.locator(`${field('token')} input`).isVisible(), 'it is unfolded');
        gateway.allowAll();
        await page.fill(`${field('name')} input`, 'Other');
        await page.click('#add .primary');
        await page.waitForSelector('[data-device="other"]');
    },
);

pageTest(
    'who does not wait for one device may fill in the form for the next',
    { prepare: withDrivers },
    async ({ page }) => {
        const answer = await holdBack(page, '**/devices', 'POST');
        await opened(page);
        await page.fill(`${field('host')} input`, '192.168.1.20');
        await page.fill(`${field('name')} input`, 'Garden');
        await page.keyboard.press('Enter');
        await page.waitForSelector('#add [data-busy="true"]');
        await page.keyboard.press('Escape');
        await opened(page);
        await page.fill(`${field('host')} input`, '192.168.1.21');
        assert.ok(await page.locator('#add .primary').isEnabled());
        answer();
        await page.waitForSelector('[data-device="garden"]');
        await textOf(page, '#toasts', /Garden was added\./);
        assert.ok(await page.locator('#add').isVisible());
        assert.equal(await page.inputValue(`${field('host')} input`), '192.168.1.21');
    },
);

pageTest(
    'a double click opens the form, and does not close it again',
    { prepare: withDrivers },
    async ({ page }) => {
        await page.waitForLoadState('networkidle');
        await page.dblclick('#add-device', { delay: 50 });
        await page.waitForSelector(`${field('name')} input`);
        await page.mouse.click(5, 400);
        await page.waitForSelector('#add:not([open])', { state: 'attached' });
    },
);

pageTest(
    'without a driver, or without an answer, it says so',
    { prepare: (gateway) => (gateway.plugins = []), expected: [REFUSED] },
    async ({ gateway, page }) => {
        await page.click('#add-device');
        await textOf(page, '#add .problem', /No driver is loaded\./);
        assert.ok(await page.locator('#add .primary').isDisabled());
        /* Where focus is on its way from a button that was just disabled, Chromium lets a key pass by. */
        const closed = () =>
            page.waitForSelector('#add:not([open])', { state: 'attached', timeout: 2000 });
        await page.keyboard.press('Escape');
        await closed().catch(() => page.keyboard.press('Escape').then(closed));
        gateway.refuse('GET', /^\/plugins$/, 500, 'Internal', 'The list cannot be read.');
        await page.click('#add-device');
        await textOf(page, '#add .problem', /The list cannot be read\./);
    },
);

pageTest(
    'a device that was added is removed, after a question; one of the configuration is not',
    {
        devices: [
            porch({ fixed: ['name', 'enabled', 'options'] }),
            device('meadow', { name: 'Meadow', camera: true, channel: 2 }),
        ],
        expected: [REFUSED],
    },
    async ({ gateway, page }) => {
        const removals = () => gateway.requests.filter(({ method }) => method === 'DELETE').length;
        await openPanel(page, 'porch');
        assert.equal(await page.locator('#panel >> text=Remove').isVisible(), false);
        assert.equal(await page.locator('#panel >> text=Rename').isVisible(), false);
        assert.ok(await page.locator('.sheet-switch input').isDisabled());
        await page.keyboard.press('Escape');
        await openPanel(page, 'meadow');
        await page.click('#panel >> text=Remove');
        await textOf(page, '[role="alertdialog"] h2', /^Remove Meadow\?$/);
        await assertAccessible(page, 'the question');
        assert.ok(
            await page
                .locator('[role="alertdialog"] >> text=Cancel')
                .evaluate((n) => n === document.activeElement),
        );
        await page.keyboard.press('Escape');
        await page.waitForSelector('[role="alertdialog"]', { state: 'detached' });
        assert.equal(removals(), 0);
        gateway.refuse('DELETE', /./, 500, 'Internal', 'The store does not answer.');
        await page.click('#panel >> text=Remove');
        await page.click('[role="alertdialog"] .danger');
        await textOf(page, '#panel .sheet-head .problem', /The store does not answer\./);
        gateway.allowAll();
        await page.click('#panel >> text=Remove');
        await page.click('[role="alertdialog"] .danger');
        await page.waitForSelector('[data-device="meadow"]', { state: 'detached' });
        await page.waitForSelector('#panel:not([open])', { state: 'attached' });
        await textOf(page, '#toasts', /Meadow was removed\./);
        assert.equal(removals(), 2);
    },
);
