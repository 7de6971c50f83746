/* events.test.mjs - the list of events: newest on top, bounded, still while one reads. */

import assert from 'node:assert/strict';
import { device, porch } from './fixtures.mjs';
import { pageTest, textOf, until } from './harness.mjs';

const devices = () => [porch(), device('meadow', { name: 'Meadow', camera: true, channel: 2 })];
const count = (page) => page.locator('.event').count();

pageTest(
    'history first, then events as they come, newest on top',
    {
        devices: devices(),
        prepare: (gateway) => gateway.emit('camera.day', 'porch', { dark_score: 120.5 }),
    },
    async ({ gateway, page }) => {
        await textOf(page, '.event', /Camera day.*Porch · dark score 120\.5/);
        gateway.emit('camera.night', 'meadow');
        await textOf(page, '.event', /Camera night.*Meadow/);
        assert.equal(await count(page), 2);
    },
);

pageTest('who says too much is told in words', { devices: devices() }, async ({ gateway, page }) => {
    gateway.emit('device.events_left_out', 'porch', { n: 46, since: '2026-01-01T00:00:00Z' });
    await textOf(page, '.event', /Says too much.*Porch · 46 of its events were left out/);
    gateway.emit('device.held_back', 'porch', { why: 'more than 120 pictures come from it in a second' });
    await textOf(page, '.event', /Sends too much.*Porch · more than 120 pictures .* · read more slowly/);
});

pageTest(
    'motion is told in words, one row for what is one coming and going',
    { devices: devices() },
    async ({ gateway, page }) => {
        gateway.emit('motion.started', 'porch', { direction: 'up_left', speed_px_s: 41.6 });
        await textOf(page, '.event', /^Motion.*Porch · up left · 42 px\/s$/);
        gateway.emit('motion.ended', 'porch', { seconds: 2.5 });
        gateway.emit('motion.started', 'porch', { direction: 'none', speed_px_s: 0 });
        await textOf(page, '.event', /^2 times motion.*Porch$/);
        gateway.emit('motion.gesture', 'porch', { gesture: 'clash' });
        await textOf(page, '.event', /^Gesture.*Porch · clash$/);
        gateway.emit('wifi.status', 'porch', { state: 'failed', ssid: 'Attic', reason: 'no such network' });
        await textOf(page, '.event', /^Wi-Fi.*Porch · failed · Attic · no such network$/);
        assert.equal(await count(page), 3);
    },
);

pageTest('at most 200 are kept', { devices: devices() }, async ({ gateway, page }) => {
    for (let i = 1; i <= 230; i++) gateway.emit('sensor.counted', 'porch', { n: i });
    await textOf(page, '.event', /n 230/);
    assert.equal(await count(page), 200);
    await textOf(page, '.event:last-child', /n 31$/);
});

pageTest(
    'the list stands still under the pointer and the focus, and says what waits',
    { devices: devices() },
    async ({ gateway, page }) => {
        gateway.emit('sensor.counted', 'porch', { n: 1 });
        await textOf(page, '.event', /n 1/);
        for (const [hold, release] of [
            [() => page.hover('.event'), () => page.mouse.move(5, 5)],
            [() => page.focus('.events'), () => page.focus('#theme')],
        ]) {
            const before = await count(page);
            await hold();
            gateway.emit('sensor.counted', 'porch', { n: 2 });
            gateway.emit('sensor.counted', 'porch', { n: 3 });
            await textOf(page, '.paused', /^2 new$/);
            assert.equal(await count(page), before);
            await release();
            await until(async () => (await count(page)) === before + 2, 'the two');
            assert.equal(await page.locator('.paused').isVisible(), false);
        }
    },
);

pageTest(
    'the filter shows one device, from history and from now on',
    { devices: devices() },
    async ({ gateway, page }) => {
        gateway.emit('camera.day', 'porch');
        gateway.emit('camera.day', 'meadow');
        await until(async () => (await count(page)) === 2, 'both');
        await page.selectOption('#events-filter', 'meadow');
        await until(async () => (await count(page)) === 1, 'the one');
        gateway.emit('camera.night', 'porch');
        gateway.emit('camera.night', 'meadow');
        await textOf(page, '.event', /Camera night.*Meadow/);
        assert.equal(await count(page), 2);
    },
);

pageTest(
    'when the chosen one is removed, those of all are shown again',
    { devices: devices() },
    async ({ gateway, page }) => {
        gateway.emit('camera.day', 'porch');
        await page.selectOption('#events-filter', 'meadow');
        await textOf(page, '#events .blank', /Nothing has happened/);
        gateway.remove('meadow');
        await textOf(page, '.event:last-child', /Camera day.*Porch/);
        assert.equal(await page.locator('#events-filter').inputValue(), '');
    },
);

pageTest(
    'an event that is in the history and comes live too is shown once',
    { devices: devices() },
    async ({ gateway, page }) => {
        gateway.emit('camera.day', 'porch');
        await until(async () => (await count(page)) === 1, 'the event');
        gateway.peers.forEach((peer) => peer.sendJson({ type: 'event', event: gateway.events[0] }));
        gateway.emit('camera.night', 'porch');
        await until(async () => (await count(page)) === 2, 'the next');
    },
);

pageTest(
    'values that change are no events, neither live nor in the history',
    {
        devices: devices(),
        prepare: (gateway) => {
            gateway.emit('camera.day', 'porch');
            gateway.emit('device.attributes', 'porch', { dark_score: 3 });
        },
    },
    async ({ gateway, page }) => {
        await textOf(page, '.event', /Camera day/);
        gateway.emit('device.attributes', 'porch', { dark_score: 4 });
        gateway.emit('camera.night', 'porch');
        await textOf(page, '.event', /Camera night/);
        assert.equal(await count(page), 2);
    },
);

pageTest(
    'an event that comes while the history is on its way is not lost',
    { devices: devices() },
    async ({ gateway, page }) => {
        await page.route('**/api/v1/events?*', async (route) => {
            const response = await route.fetch();
            gateway.emit('camera.night', 'porch');
            await page.waitForTimeout(300);
            await route.fulfill({ response });
        });
        await page.reload();
        await textOf(page, '.event', /Camera night/);
        await page.waitForTimeout(500);
        assert.equal(await page.locator('.event', { hasText: 'Camera night' }).count(), 1);
    },
);

pageTest(
    'events of a device are told under its name, also when that comes later or the device is gone',
    { devices: [] },
    async ({ gateway, page }) => {
        gateway.put(porch());
        await textOf(page, '.event', /Porch/);
        gateway.remove('porch');
        await textOf(page, '.event', /Device removed.*Porch/);
    },
);

pageTest(
    'units that stand in the keys stand behind the values',
    { devices: devices() },
    async ({ gateway, page }) => {
        const data = {
            stored: 7,
            bytes: 64512,
            duration_us: 9300412,
            rssi_dbm: -58,
            swap_percent: 3,
        };
        gateway.emit('batch.finished', 'porch', data);
        await textOf(
            page,
            '.event',
            /stored 7 · 65 kB · duration 9\.3 s · rssi -58 dBm · swap 3%$/,
        );
    },
);

pageTest(
    'of a setting it is told that it was taken; of what is live only, nothing',
    { devices: devices() },
    async ({ gateway, page }) => {
        const live = { id: 900, time: new Date().toISOString(), device: 'porch', live: true };
        const data = { key: 'ring.size', value: 300, pending: false };
        gateway.peers.forEach((peer) =>
            peer.sendJson({ type: 'event', event: { ...live, type: 'settings.reported', data } }),
        );
        gateway.emit('settings.queued', 'porch', { key: 'fps', value: 5, pending: true });
        gateway.emit('settings.sent', 'porch', { key: 'fps', value: 5, pending: true });
        gateway.emit('settings.reported', 'porch', { key: 'fps', value: 5, pending: false });
        await textOf(page, '.event', /Setting taken.*Porch · FPS is now 5$/);
        assert.equal(await count(page), 1);
    },
);

pageTest(
    'a burst of pictures of one device is one row',
    { devices: devices() },
    async ({ gateway, page }) => {
        for (let i = 0; i < 12; i++) gateway.store('porch');
        await textOf(page, '.event', /12 pictures kept/);
        assert.equal(await count(page), 1);
        gateway.store('meadow');
        await textOf(page, '.event', /Picture kept.*Meadow · 480 × 360/);
        assert.equal(await count(page), 2);
        await page.reload();
        await until(async () => (await count(page)) === 2, 'the history, folded alike');
    },
);
