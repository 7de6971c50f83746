/* batch.test.mjs - a Bluetooth camera that hands over its pictures in batches: what waits in it, what
 * comes, what it is told. */

import assert from 'node:assert/strict';
import { attribute, batchCamera, captureRow } from './fixtures.mjs';
import { assertAccessible, openPage, openPanel, pageTest, textOf, until } from './harness.mjs';

const BAR = '#panel .transfer';
const TILE_BAR = '[data-device="batch"] .transfer progress';
const field = (key) => `#panel [data-key="${key}"]`;
const standing = (key) => `#panel .setting:has([data-key="${key}"]) .standing`;
const gone = (page, selector) =>
    until(async () => !(await page.locator(selector).isVisible()), `${selector} to go`);

pageTest(
    'its panel says what it does, how full it is and what waits in it, and follows all of them',
    { devices: [batchCamera()] },
    async ({ gateway, page }) => {
        await openPanel(page, 'batch');
        assert.equal(await textOf(page, '.sheet-why'), 'Asking the camera for its pictures.');
        await textOf(page, '.stock', /Storage used12\.3%Pictures waiting4/);
        assert.equal(await page.locator('.stock meter').evaluate((meter) => meter.value), 12.3);
        await assertAccessible(page, 'the panel of a batch camera');
        gateway.change('batch', { why: 'Receiving picture 2 of 7' }, 'device.status');
        await textOf(page, '.sheet-why', /^Receiving picture 2 of 7\.$/);
        gateway.emit('device.attributes', 'batch', { storage_used_percent: 0, images_waiting: 0 });
        await textOf(page, '.stock', /Storage used0%Pictures waitingNone/);
        gateway.emit('device.attributes', 'batch', { trouble: 'the gateway’s disk is full' });
        await textOf(page, '.stock .problem', /^The gateway’s disk is full\.$/);
    },
);

pageTest(
    'before the camera has told anything that is said',
    {
        devices: [
            batchCamera({
                state: 'offline',
                why: 'looking for the camera',
                attributes: { images_waiting: attribute(null), storage_used_percent: attribute(null) },
            }),
        ],
    },
    async ({ page }) => {
        await openPanel(page, 'batch');
        await textOf(page, '.sheet-why', /^Looking for the camera\.$/);
        await textOf(page, '.stock', /Storage usedNot told yetPictures waitingNot told yet/);
        await textOf(page, '#panel .gallery .blank', /^No pictures yet\. They appear here/);
        assert.equal(await page.locator(BAR).isVisible(), false);
        await assertAccessible(page, 'the panel of a camera that was never there');
    },
);

pageTest(
    'a bar shows how far a picture is, in tile and panel, and goes when it is whole',
    { devices: [batchCamera()] },
    async ({ gateway, page }) => {
        assert.equal(await page.locator(TILE_BAR).isVisible(), false);
        gateway.progress('batch', 8000, 32000);
        await page.waitForSelector(TILE_BAR);
        assert.match(
            await page.getAttribute(TILE_BAR, 'aria-label'),
            /^A picture comes in: 8\skB of 32\skB$/,
        );
        await openPanel(page, 'batch');
        assert.equal(await textOf(page, `${BAR} .transfer-words`), 'A picture comes in: 8 kB of 32 kB');
        gateway.progress('batch', 24000, 32000, { picture: 2, of: 7 });
        await textOf(page, `${BAR} .transfer-words`, /^Picture 2 of 7: 24 kB of 32 kB$/);
        assert.equal(await page.locator(`${BAR} progress`).evaluate((bar) => bar.value), 0.75);
        await assertAccessible(page, 'the panel while a picture comes');
        gateway.progress('batch', 32000, 32000, { picture: 2, of: 7 });
        await textOf(page, `${BAR} .transfer-words`, /^Picture 2 of 7: 32 kB$/);
        await gone(page, BAR);
        await gone(page, TILE_BAR);
        assert.equal(await page.locator('.event[data-type="transfer.progress"]').count(), 0);
    },
);

pageTest(
    'a picture that breaks off takes its bar along; progress that makes no sense shows none',
    { devices: [batchCamera()] },
    async ({ gateway, page }) => {
        gateway.progress('batch', 8000, 32000);
        await page.waitForSelector(TILE_BAR);
        gateway.change('batch', { state: 'offline', why: 'the link was lost' }, 'device.offline');
        await gone(page, TILE_BAR);
        for (const data of [null, {}, { picture: 1, of: 1, bytes: 1, size: 0 }, { size: 'many' }])
            gateway.emit('transfer.progress', 'batch', data);
        gateway.progress('nobody', 1, 2);
        gateway.change('batch', { state: 'online', why: 'Ready' }, 'device.online');
        await textOf(page, '[data-device="batch"] .state', /Online/);
        assert.equal(await page.locator(TILE_BAR).isVisible(), false);
    },
);

pageTest(
    'its pictures stand newest first with the times at which they were taken',
    {
        devices: [batchCamera()],
        prepare: (gateway) => {
            for (let i = 1; i <= 3; i++)
                gateway.captures.unshift(
                    captureRow(i, 'batch', Date.now() - (4 - i) * 3600e3, { source: 'batch' }),
                );
        },
    },
    async ({ gateway, page }) => {
        await openPanel(page, 'batch');
        const shown = () =>
            page
                .locator('#panel [data-capture]')
                .evaluateAll((nodes) => nodes.map((node) => node.dataset.capture));
        await until(async () => (await shown()).join() === '3,2,1', 'three thumbnails');
        const isTold = await page.evaluate((time) => {
            const clock = { hour: '2-digit', minute: '2-digit', second: '2-digit' };
            const told = document.querySelector('#panel .thumb-time').textContent;
            return told.endsWith(new Intl.DateTimeFormat(undefined, clock).format(new Date(time)));
        }, gateway.captures[0].captured_at);
        assert.ok(isTold);
        gateway.store('batch', { source: 'batch' });
        await until(async () => (await shown()).join() === '4,3,2,1', 'the new one first');
    },
);

pageTest(
    'captures that cannot be read are an error in words, and load while they are waited for',
    {
        devices: [batchCamera()],
        prepare: (gateway) =>
            gateway.refuse('GET', /^\/captures$/, 500, 'Internal', 'The store does not answer.'),
        expected: [/status of 500/],
    },
    async ({ gateway, page }) => {
        await openPanel(page, 'batch');
        await textOf(page, '#panel .gallery .blank', /^The store does not answer\.$/);
        gateway.allowAll();
        gateway.store('batch');
        await page.waitForSelector('#panel [data-capture]');
        assert.equal(await page.locator('#panel .gallery .blank').isVisible(), false);
    },
);

pageTest(
    'while its captures are read that is said',
    {
        devices: [batchCamera()],
        open: async (url) => {
            const page = await openPage(url);
            await page.route('**/api/v1/captures?*', () => {}); /* never answered */
            return page;
        },
    },
    async ({ page }) => {
        await openPanel(page, 'batch');
        await textOf(page, '#panel .gallery .blank', /^Loading…$/);
    },
);

pageTest(
    'a setting is desired, then pending, then what the camera reports',
    { devices: [batchCamera()] },
    async ({ gateway, page }) => {
        await openPanel(page, 'batch');
        assert.equal(await page.inputValue(`${field('threshold')} input`), '60');
        await textOf(page, standing('threshold'), /Waiting for the device; it still says 80%/);
        await textOf(page, standing('frequency'), /As the device has it/);
        await page.fill(`${field('frequency')} input`, '0');
        await page.click('#panel .actions.sticky button[type="submit"]');
        await textOf(page, `${field('frequency')} .field-problem`, /./);
        await page.fill(`${field('frequency')} input`, '10');
        await page.click('#panel .actions.sticky button[type="submit"]');
        await until(
            () => gateway.requests.some(({ method, body }) => method === 'PATCH' && body.settings.frequency === 10),
            'the PATCH',
        );
        const settings = structuredClone(gateway.devices.get('batch').settings);
        settings.frequency = { ...settings.frequency, desired: 10, reported: 30, pending: true };
        gateway.change('batch', { settings }, 'settings.queued');
        await textOf(page, standing('frequency'), /Waiting for the device; it still says 30\ss/);
        settings.frequency = { ...settings.frequency, reported: 10, pending: false };
        gateway.change('batch', { settings }, 'settings.reported');
        await textOf(page, standing('frequency'), /In effect/);
        assert.equal(await page.inputValue(`${field('frequency')} input`), '10');
    },
);
