/* motion.test.mjs - the motion in pictures is asked for only where it is shown, and shown as somebody wants
 * to see it: toggles, summary, chart, and who computes it. */

import assert from 'node:assert/strict';
import { porch } from './fixtures.mjs';
import { assertAccessible, newPage, openPanel, pageTest, textOf, until } from './harness.mjs';
import { overlay, sendOverlays } from './overlays.mjs';

const camera = (more) => porch({ overlay: true, flow: 'on', ...more });
const meadow = () => porch({ id: 'meadow', name: 'Meadow', channel: 2 });
const asked = (gateway) => [...gateway.peers][0]?.subscription?.overlays ?? [];
const toggle = (part) => `#panel .toggle[data-part="${part}"]`;
const moving = (gateway) => {
    sendOverlays(gateway, 'porch');
    gateway.stream('porch', { fps: 20 });
};

/* --- who is asked ------------------------------------------------------------------------------ */

pageTest(
    'overlays are asked for only where they are shown',
    { devices: [camera(), meadow()], prepare: moving },
    async ({ gateway, page }) => {
        const is = (ids) =>
            until(() => JSON.stringify(asked(gateway)) === JSON.stringify(ids), `${ids} asked for`);
        await is(['porch']);
        await page.waitForSelector('.tile[data-device="porch"] .layer');
        assert.equal(await page.locator('.tile[data-device="meadow"] .layer').count(), 0);
        await openPanel(page, 'porch');
        await page.click(toggle('overview'));
        await is(['porch']);
        await page.keyboard.press('Escape');
        await is([]);
        await page.waitForSelector('.layer', { state: 'detached' });
        await openPanel(page, 'porch');
        await is(['porch']);
        await page.click(toggle('on'));
        await is([]);
        await page.waitForSelector('.layer', { state: 'detached' });
        assert.equal(await page.isDisabled(toggle('grid')), true);
        await page.click(toggle('on'));
        await is(['porch']);
        gateway.put(camera({ overlay: false }), 'device.changed');
        await page.waitForSelector(toggle('on'), { state: 'hidden' });
        await is([]);
    },
);

pageTest(
    'after the gateway was away overlays come again',
    { devices: [camera()], prepare: moving, expected: [/WebSocket|ERR_/] },
    async ({ gateway, page }) => {
        await openPanel(page, 'porch');
        await textOf(page, '#panel .motion-line strong', /right|left|Up|Down/);
        await gateway.stop();
        await page.waitForSelector('body[data-link="waiting"]');
        await gateway.start();
        await page.waitForSelector('body[data-link="live"]');
        await until(() => [...gateway.peers].some((peer) => peer.overlays > 5), 'overlays again');
        assert.deepEqual(asked(gateway), ['porch']);
    },
);

/* --- what is shown ----------------------------------------------------------------------------- */

pageTest(
    'each part is switched by its button or its key, and that is remembered',
    { devices: [camera()], prepare: moving },
    async ({ page }) => {
        const pressed = (part) => page.getAttribute(toggle(part), 'aria-pressed');
        await openPanel(page, 'porch');
        await page.waitForSelector('#panel .motion-line', { state: 'visible' });
        await page.focus(toggle('grid'));
        await page.keyboard.press('s');
        await page.waitForSelector('#panel .motion-line', { state: 'hidden' });
        await page.keyboard.press('Space');
        assert.deepEqual([await pressed('summary'), await pressed('grid')], ['false', 'false']);
        await page.reload();
        await page.waitForSelector(toggle('grid'));
        assert.deepEqual([await pressed('summary'), await pressed('grid')], ['false', 'false']);
        assert.equal(await pressed('arrows'), 'true');
        await page.focus('#panel .sheet-title button, #panel .sheet-switch input');
        await page.keyboard.press('a');
        assert.equal(await pressed('arrows'), 'true', 'keys are those of who is there');
    },
);

for (const [unit, speedPerS] of [
    ['px/s', 499],
    ['px/frame', 0],
])
    pageTest(
        `the summary is one line on a narrow page, with its longest words and ${unit}`,
        { devices: [camera()], prepare: (gateway) => gateway.stream('porch', { fps: 20 }) },
        async ({ gateway, page }) => {
            const said = { active: true, direction: 8, intensity: 255, confidence: 100 };
            const all = { ...said, activeBlocks: 192, speed: 9.9, speedPerS };
            await page.setViewportSize({ width: 360, height: 740 });
            sendOverlays(gateway, 'porch', { make: () => overlay(all) });
            await openPanel(page, 'porch');
            await textOf(page, '#panel .motion-line', new RegExp(unit));
            await textOf(page, '#panel .motion-line strong', /^Down right$/);
            const [line, screen] = await page.evaluate(() =>
                ['.motion-line', '.screen'].map((part) => {
                    const { left, right, height } = document
                        .querySelector(`#panel ${part}`)
                        .getBoundingClientRect();
                    return { left, right, height };
                }),
            );
            assert.ok(line.height < 30, `${line.height} px high`);
            assert.ok(line.left >= screen.left && line.right <= screen.right, 'within the picture');
            assert.equal(await page.locator('#panel .motion-more:visible').count(), 0);
        },
    );

pageTest(
    'rubbish in the memory of the browser is passed over',
    {
        devices: [camera()],
        prepare: moving,
        open: async (url) => {
            const page = await newPage();
            await page.addInitScript(() => localStorage.setItem('warren.overlay', '["grid", 7]'));
            await page.goto(url);
            return page;
        },
    },
    async ({ page }) => {
        await openPanel(page, 'porch');
        assert.equal(await page.getAttribute(toggle('grid'), 'aria-pressed'), 'true');
    },
);

pageTest(
    'the summary says it in words; a gesture stands for 0.7 s, however short or long it was',
    { devices: [camera()], prepare: (gateway) => gateway.stream('porch', { fps: 20 }) },
    async ({ gateway, page }) => {
        const said = { active: true, direction: 5, intensity: 132, confidence: 87 };
        const all = { ...said, activeBlocks: 12, speed: 2, speedPerS: 41.4 };
        let gesture = 0;
        sendOverlays(gateway, 'porch', { make: () => overlay({ ...all, gesture }) });
        await openPanel(page, 'porch');
        const line = await textOf(page, '#panel .motion-line', /Up left/);
        for (const words of ['41 px/s', 'intensity 132', '87 % sure', '12 blocks'])
            assert.ok(line.includes(words), line);
        await page.evaluate(() => {
            const badge = document.querySelector('#panel .gesture');
            window.stood = [];
            new MutationObserver(() =>
                window.stood.push([badge.hidden, performance.now()]),
            ).observe(badge, { attributes: true, attributeFilter: ['hidden'] });
        });
        gesture = 1;
        await textOf(page, '#panel .gesture', /Ignition/);
        gesture = 0;
        await page.waitForSelector('#panel .gesture', { state: 'hidden' });
        gesture = 3;
        await textOf(page, '#panel .gesture', /Clash/);
        const changes = () => page.evaluate(() => window.stood);
        await until(async () => (await changes()).length >= 4, 'the second to go');
        await page.waitForTimeout(800); /* it does not come back */
        const stood = await changes();
        assert.deepEqual(
            stood.map(([hidden]) => hidden),
            [false, true, false, true],
        );
        const ms = [stood[1][1] - stood[0][1], stood[3][1] - stood[2][1]];
        assert.ok(
            ms.every((time) => time > 650 && time < 5000),
            `${ms} ms`,
        );
        gateway.silence('porch');
        await page.click(toggle('summary'));
        await page.waitForSelector('#panel .motion-line', { state: 'hidden' });
    },
);

pageTest(
    'the chart has the values, in words for who does not see it',
    { devices: [camera()], prepare: (gateway) => gateway.stream('porch', { fps: 20 }) },
    async ({ gateway, page }) => {
        const make = () => overlay({ active: true, intensity: 132, speed: 2, speedPerS: 41 });
        sendOverlays(gateway, 'porch', { make });
        await openPanel(page, 'porch');
        await textOf(page, '#panel .line-intensity', /Intensity 132/);
        await textOf(page, '#panel .line-speed', /Speed 41 px\/s/);
        const chart = page.locator('#panel .chart');
        await until(
            async () =>
                /132 at most, of 255.*41.px\/s at most/.test(
                    await chart.getAttribute('aria-label'),
                ),
            'the chart in words',
        );
        const inked = () =>
            chart.evaluate((canvas) => {
                const { data } = canvas
                    .getContext('2d')
                    .getImageData(0, 0, canvas.width, canvas.height);
                return data.some((v) => v > 0);
            });
        assert.ok(await inked());
        gateway.silence('porch');
        await textOf(page, '#panel .line-intensity', /Intensity –/);
    },
);

pageTest(
    'the chart moves ten times a second at most, and once for who wants less motion',
    { devices: [camera()], prepare: moving },
    async ({ page }) => {
        await openPanel(page, 'porch');
        await textOf(page, '#panel .line-intensity', /\d/);
        const drawnIn = (ms) =>
            page.evaluate(async (time) => {
                const canvas = document.querySelector('#panel .chart');
                const g = canvas.getContext('2d');
                let times = 0;
                g.clearRect = (...box) => {
                    times += 1;
                    CanvasRenderingContext2D.prototype.clearRect.apply(g, box);
                };
                await new Promise((resolve) => setTimeout(resolve, time));
                delete g.clearRect;
                return times;
            }, ms);
        const lively = await drawnIn(2000);
        assert.ok(lively >= 3 && lively <= 21, `${lively} times in 2 s`);
        await page.emulateMedia({ reducedMotion: 'reduce' });
        const calm = await drawnIn(2500);
        assert.ok(calm >= 1 && calm <= 3, `${calm} times in 2.5 s`);
    },
);

pageTest(
    'who computes the overlay is chosen; what does not work is said',
    { devices: [camera({ flow: 'device', overlay: false })], expected: [/409/] },
    async ({ gateway, page }) => {
        await openPanel(page, 'porch');
        const choice = page.getByLabel('Motion overlay');
        assert.equal(await choice.inputValue(), 'device');
        await textOf(page, '#panel .flow .field-help', /“Computed here” works with any/);
        await page.waitForSelector(toggle('on'), { state: 'hidden' });
        await choice.selectOption('on');
        await page.waitForSelector(toggle('on'), { state: 'visible' });
        const patch = gateway.requests.find(({ method }) => method === 'PATCH');
        assert.deepEqual(patch.body, { flow: 'on' });
        gateway.refuse('PATCH', /devices/, 409, 'Conflict', 'The file decides it.');
        await choice.selectOption('off');
        await textOf(page, '#panel .flow .field-problem', /The file decides it\./);
        assert.equal(await choice.inputValue(), 'on');
        gateway.put(camera({ fixed: ['flow'] }), 'device.changed');
        await until(() => choice.isDisabled(), 'the choice to be locked');
    },
);

pageTest(
    'a camera of a gateway without any of this has none of it',
    { devices: [porch()], prepare: (gateway) => gateway.stream('porch', { fps: 10 }) },
    async ({ page }) => {
        await openPanel(page, 'porch');
        await page.waitForSelector('#panel .screen[data-looks="live"]');
        assert.equal(await page.isVisible('#panel .motion'), false);
        assert.equal(await page.locator('.layer').count(), 0);
    },
);

pageTest(
    'motion is accessible in light and dark',
    { devices: [camera()], prepare: moving },
    async ({ page }) => {
        for (const colorScheme of ['light', 'dark']) {
            await page.emulateMedia({ colorScheme });
            await openPanel(page, 'porch');
            await page.waitForSelector('#panel .motion-line', { state: 'visible' });
            await assertAccessible(page, `motion, ${colorScheme}`);
            await page.keyboard.press('Escape');
            await page.waitForSelector('#panel:not([open])', { state: 'attached' });
        }
    },
);
