/* sight.test.mjs - only cameras in sight send pictures and are decoded; many of them stay smooth. */

import assert from 'node:assert/strict';
import { device } from './fixtures.mjs';
import { openPanel, pageTest, until } from './harness.mjs';

const many = (n) =>
    Array.from({ length: n }, (_, i) =>
        device(`cam-${i + 1}`, { name: `Camera ${i + 1}`, camera: true, channel: i + 1 }),
    );
const wanted = (gateway) => [...gateway.peers][0].subscription?.frames ?? [];
const looks = (page, id, value) =>
    page.waitForSelector(`[data-device="${id}"] .screen[data-looks="${value}"]`);
const seqOf = (page, id) =>
    page.locator(`[data-device="${id}"] canvas`).evaluate((canvas) => canvas.toDataURL());

pageTest(
    'pictures come of the cameras in sight, and of others when they are scrolled to',
    {
        devices: many(20),
        prepare: (gateway) => [1, 20].forEach((i) => gateway.stream(`cam-${i}`, { fps: 10 })),
    },
    async ({ gateway, page }) => {
        await looks(page, 'cam-1', 'live');
        const first = wanted(gateway);
        assert.ok(first.includes('cam-1') && !first.includes('cam-20'), String(first));
        await looks(page, 'cam-20', 'waiting');
        await page.locator('[data-device="cam-20"]').scrollIntoViewIfNeeded();
        await looks(page, 'cam-20', 'live');
        await until(() => !wanted(gateway).includes('cam-1'), 'the first to rest');
        await page.waitForTimeout(200);
        const still = await seqOf(page, 'cam-1');
        await page.waitForTimeout(500);
        assert.equal(await seqOf(page, 'cam-1'), still, 'nothing is decoded out of sight');
        await page.evaluate(() => scrollTo(0, 0));
        await until(async () => (await seqOf(page, 'cam-1')) !== still, 'the picture to move');
    },
);

pageTest(
    'a camera that was out of sight is not called late when it comes back',
    { devices: many(20), prepare: (gateway) => gateway.stream('cam-1', { fps: 10 }) },
    async ({ gateway, page }) => {
        await looks(page, 'cam-1', 'live');
        await page.locator('[data-device="cam-20"]').scrollIntoViewIfNeeded();
        await until(() => !wanted(gateway).includes('cam-1'), 'the first to rest');
        gateway.silence('cam-1');
        await page.waitForTimeout(3300);
        await page.evaluate(() => scrollTo(0, 0));
        await until(() => wanted(gateway).includes('cam-1'), 'it to be asked for');
        const badge = page.locator('[data-device="cam-1"] .badge.warn');
        await page.waitForTimeout(700);
        assert.equal(await badge.isVisible(), false);
        await badge.waitFor({ state: 'visible' }); /* it is late by now */
    },
);

pageTest(
    'what comes into sight while a new connection is not confirmed yet is asked for, too',
    {
        devices: many(20),
        prepare: (gateway) => [1, 20].forEach((i) => gateway.stream(`cam-${i}`, { fps: 10 })),
    },
    async ({ gateway, page }) => {
        await looks(page, 'cam-1', 'live');
        let confirm;
        gateway.confirming = new Promise((resolve) => (confirm = resolve));
        const [before] = gateway.peers;
        before.destroy();
        await until(
            () => [...gateway.peers].some((peer) => peer !== before && peer.subscription),
            'the next connection',
        );
        const last = page.locator('[data-device="cam-20"]');
        await last.scrollIntoViewIfNeeded();
        await last.evaluate(
            (node) => new Promise((seen) => new IntersectionObserver(seen).observe(node)),
        );
        confirm();
        await looks(page, 'cam-20', 'live');
    },
);

pageTest(
    'the picture in an open panel is in sight wherever its tile is',
    { devices: many(20), prepare: (gateway) => gateway.stream('cam-20', { fps: 10 }) },
    async ({ gateway, page }) => {
        await openPanel(page, 'cam-20');
        await page.evaluate(() => scrollTo(0, 0));
        await page.waitForSelector('#panel .screen[data-looks="live"]');
        assert.ok(wanted(gateway).includes('cam-20'));
        await page.keyboard.press('Escape');
        await page.evaluate(() => scrollTo(0, 0));
        await until(() => !wanted(gateway).includes('cam-20'), 'it to rest');
    },
);

pageTest(
    'twenty cameras in sight: pictures are dropped, not queued, and the page stays smooth',
    {
        devices: many(20),
        prepare: (gateway) => gateway.devices.forEach(({ id }) => gateway.stream(id, { fps: 15 })),
    },
    async ({ gateway, page }) => {
        await page.setViewportSize({ width: 2600, height: 2400 });
        await until(() => wanted(gateway).length === 20, 'all twenty');
        await page.waitForFunction(
            () => document.querySelectorAll('.screen[data-looks="live"]').length === 20,
        );
        const worst = await page.evaluate(
            () =>
                new Promise((resolve) => {
                    let last = performance.now();
                    const gaps = [];
                    const tick = (now) => {
                        gaps.push(now - last);
                        last = now;
                        if (gaps.length < 90) requestAnimationFrame(tick);
                        else resolve(gaps.sort((a, b) => a - b)[80]);
                    };
                    requestAnimationFrame(tick);
                }),
        );
        assert.ok(worst < 200, `one turn of nine took longer than ${worst} ms`);
        const ages = () => page.locator('.tile .age').allTextContents();
        assert.equal((await ages()).length, 20);
        await until(
            async () => (await ages()).every((age) => /ms\sold$|^1\.\d\ss\sold$/.test(age)),
            'all to be young at once',
        );
        const [peer] = gateway.peers;
        peer.inFlight.forEach((waiting) => assert.ok(waiting.length <= 2));
    },
);
