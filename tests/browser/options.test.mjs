/* options.test.mjs - how a device is reached: shown, and changed where the database owns it. */

import assert from 'node:assert/strict';
import { option, porch } from './fixtures.mjs';
import { assertAccessible, holdBack, openPanel, pageTest, textOf } from './harness.mjs';

const REFUSED = /Failed to load resource: the server responded with a status of 422/;
const HOST = '.options [data-key="host"] input';
const options = () => ({
    host: option('string', '192.168.1.20', { required: true, help: 'Name or address' }),
    stream_port: option('int', 8080, { default: 8080, owner: 'default', min: 1, max: 65535 }),
    token: option('string', null, { secret: true }),
});
const patches = (gateway) =>
    gateway.requests.filter(({ method }) => method === 'PATCH').map(({ body }) => body);

async function openOptions(page) {
    await openPanel(page, 'porch');
    await textOf(page, '.options summary', /How it is reached192\.168\.1\.20/);
    await page.click('.options summary');
}

pageTest(
    'a new address is sent alone; the secret, which nobody sees, stays',
    { devices: [porch({ owner: 'database', options: options() })] },
    async ({ gateway, page }) => {
        await openOptions(page);
        assert.equal(await page.inputValue('.options [data-key="token"] input'), '');
        assert.equal(await page.inputValue('.options [data-key="stream_port"] input'), '');
        assert.equal(await page.locator('.options .actions').isVisible(), false);
        await assertAccessible(page, 'the options');
        await page.fill(HOST, '192.168.1.21');
        await page.click('.options button[type="submit"]');
        await textOf(page, '.options .form-message', /^Saved\.$/);
        await textOf(page, '.options summary', /192\.168\.1\.21/);
        assert.deepEqual(patches(gateway), [{ options: { host: '192.168.1.21' } }]);
        await page.fill('.options [data-key="stream_port"] input', '8081');
        await page.click('.options button[type="submit"]');
        await textOf(page, '.options .form-message', /^Saved\.$/);
        await page.fill('.options [data-key="stream_port"] input', '');
        await page.click('.options button[type="submit"]');
        await textOf(page, '.options .form-message', /^Saved\.$/);
        assert.deepEqual(patches(gateway).slice(1), [
            { options: { stream_port: 8081 } },
            { options: { stream_port: null } },
        ]);
    },
);

pageTest(
    'a secret that is replaced is not shown any more, and can be replaced again',
    { devices: [porch({ owner: 'database', options: options() })] },
    async ({ gateway, page }) => {
        const token = '.options [data-key="token"] input';
        await openOptions(page);
        for (const word of ['first', 'second']) {
            await page.fill(token, word);
            await page.click('.options button[type="submit"]');
            await page.waitForFunction((s) => document.querySelector(s).value === '', token);
        }
        assert.deepEqual(patches(gateway), [
            { options: { token: 'first' } },
            { options: { token: 'second' } },
        ]);
    },
);

pageTest(
    'what is typed while a change is being saved stays, and is the next change',
    { devices: [porch({ owner: 'database', options: options() })] },
    async ({ gateway, page }) => {
        const port = '.options [data-key="stream_port"] input';
        const answer = await holdBack(page, '**/devices/porch', 'PATCH');
        await openOptions(page);
        await page.fill(HOST, '192.168.1.21');
        await page.click('.options button[type="submit"]');
        await page.fill(port, '8081');
        answer();
        await textOf(page, '.options .form-message', /^Saved\.$/);
        assert.equal(await page.inputValue(port), '8081');
        await page.click('.options button[type="submit"]');
        await page.waitForSelector('.options .actions', { state: 'hidden' });
        assert.deepEqual(patches(gateway), [
            { options: { host: '192.168.1.21' } },
            { options: { stream_port: 8081 } },
        ]);
    },
);

pageTest(
    'what is wrong stands at its field, and undo takes it back',
    {
        devices: [porch({ owner: 'database', options: options() })],
        prepare: (gateway) =>
            gateway.refuse('PATCH', /./, 422, 'Unprocessable', 'host: expected a host, got "a b"'),
        expected: [REFUSED],
    },
    async ({ page }) => {
        await openOptions(page);
        await page.fill(HOST, 'a b');
        await page.click('.options button[type="submit"]');
        await textOf(page, '.options [data-key="host"] .field-problem', /Expected a host/);
        await page.click('.options .actions .quiet');
        assert.equal(await page.inputValue(HOST), '192.168.1.20');
        assert.equal(await page.locator('.options .actions').isVisible(), false);
    },
);

pageTest(
    'what the configuration says is shown, not changed',
    { devices: [porch({ options: options() })] },
    async ({ page }) => {
        await openOptions(page);
        await textOf(page, '.options .field-help', /The configuration file decides these/);
        assert.equal(await page.isDisabled(HOST), true);
    },
);
