/* gallery.test.mjs - captures: newest first, more on request, one in full, kept and deleted. */

import assert from 'node:assert/strict';
import { captureRow, device, porch } from './fixtures.mjs';
import { assertAccessible, holdBack, openPanel, pageTest, textOf, until } from './harness.mjs';

const cameras = () => [porch(), device('meadow', { name: 'Meadow', camera: true, channel: 2 })];
const ids = (page, scope = '#captures') =>
    page
        .locator(`${scope} [data-capture]`)
        .evaluateAll((nodes) => nodes.map((node) => Number(node.dataset.capture)));

function withCaptures(n) {
    return (gateway) => {
        for (let i = 1; i <= n; i++)
            gateway.captures.unshift(
                captureRow(i, i % 2 ? 'porch' : 'meadow', Date.now() - (n - i) * 60000),
            );
    };
}

const loaded = (page, selector) =>
    until(
        () =>
            page
                .locator(selector)
                .first()
                .evaluate((image) => image.complete && image.naturalWidth > 0),
        `${selector} to load`,
    );

pageTest(
    'without captures it says how to make one; the first appears by itself',
    { devices: cameras() },
    async ({ gateway, page }) => {
        await textOf(page, '#captures .blank', /No captures yet/);
        assert.equal(await page.locator('.sift').isVisible(), false);
        gateway.store('porch');
        await loaded(page, '#captures .thumb img');
        await textOf(page, '#captures .thumb', /Porch/);
        assert.equal(await page.locator('#captures .blank').isVisible(), false);
    },
);

pageTest(
    'a burst of captures is one request, newest first',
    { devices: cameras(), prepare: withCaptures(3) },
    async ({ gateway, page }) => {
        await until(async () => (await ids(page)).length === 3, 'three thumbnails');
        const before = gateway.requests.filter(({ path }) => path === '/captures').length;
        for (let i = 0; i < 10; i++) gateway.store('meadow');
        await until(async () => (await ids(page)).length === 13, 'thirteen thumbnails');
        assert.deepEqual(await ids(page), [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
        assert.ok(gateway.requests.filter(({ path }) => path === '/captures').length - before <= 2);
    },
);

pageTest(
    'more are loaded on request, and stay when a new one comes',
    { devices: cameras(), prepare: withCaptures(60) },
    async ({ gateway, page }) => {
        await until(async () => (await ids(page)).length === 24, 'a page');
        await page.click('#captures .more button');
        await until(async () => (await ids(page)).length === 48, 'two pages');
        gateway.store('porch');
        await until(async () => (await ids(page))[0] === 61, 'the new one');
        assert.deepEqual(
            await ids(page),
            Array.from({ length: 49 }, (_, i) => 61 - i),
        );
        await page.click('#captures .more button');
        await until(async () => (await ids(page)).at(-1) === 1, 'the oldest');
        assert.deepEqual(
            await ids(page),
            Array.from({ length: 61 }, (_, i) => 61 - i),
        );
        assert.equal(await page.locator('#captures .more button').isVisible(), false);
    },
);

/* Eight, at noon of four days: two of each, by porch and meadow. */
const DAY = 86400e3;
const noon = new Date(new Date().setHours(12, 0, 0, 0)).getTime();
const local = (time) => new Intl.DateTimeFormat('en-CA').format(time); /* 2026-01-31 */
const ofFourDays = (gateway) => {
    for (let i = 1; i <= 8; i++)
        gateway.captures.unshift(
            captureRow(i, i % 2 ? 'porch' : 'meadow', noon - (4 - Math.ceil(i / 2)) * DAY),
        );
};
const listed = (page, wanted) =>
    until(async () => (await ids(page)).join() === wanted, `${wanted} listed`);

pageTest(
    'those of one device, of one day, and all again; what comes is listed where it belongs',
    { devices: cameras(), prepare: ofFourDays },
    async ({ gateway, page }) => {
        const device = page.locator('.sift select');
        const day = page.locator('.sift input');
        await listed(page, '8,7,6,5,4,3,2,1');
        assert.equal(await page.locator('.sift button').isVisible(), false);
        await textOf(page, '#captures-head', /^CapturesAll devicesPorchMeadowAll$/);
        await device.selectOption('porch');
        await listed(page, '7,5,3,1');
        await day.fill(local(noon - DAY));
        await listed(page, '5');
        await device.selectOption('');
        await listed(page, '6,5');
        await assertAccessible(page, 'captures of a day');
        await day.fill(local(noon - 9 * DAY));
        await textOf(page, '#captures .blank', /^There is no such capture\.$/);
        await day.fill(local(noon));
        await listed(page, '8,7');
        await device.selectOption('meadow');
        await listed(page, '8');
        gateway.store('porch');
        gateway.store('meadow');
        await listed(page, '10,8');
        gateway.remove('meadow'); /* Its captures stay, and nobody can choose it. */
        await listed(page, '10,9,8,7');
        await page.click('.sift button');
        await listed(page, '10,9,8,7,6,5,4,3,2,1');
        assert.equal(await day.inputValue(), '');
    },
);

pageTest(
    'an answer that is late is not taken for what was chosen meanwhile',
    { devices: cameras(), prepare: ofFourDays },
    async ({ page }) => {
        await listed(page, '8,7,6,5,4,3,2,1');
        const letGo = await holdBack(page, /captures\?.*device=porch/);
        await page.locator('.sift select').selectOption('porch');
        await page.locator('.sift select').selectOption('meadow');
        await listed(page, '8,6,4,2');
        const answered = page.waitForResponse(/captures\?.*device=porch/);
        letGo();
        await (await answered).finished();
        await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 0)));
        assert.equal((await ids(page)).join(), '8,6,4,2');
    },
);

pageTest(
    'a panel shows the captures of its device only',
    { devices: cameras(), prepare: withCaptures(9) },
    async ({ gateway, page }) => {
        await openPanel(page, 'porch');
        await until(async () => (await ids(page, '#panel')).length === 5, 'its thumbnails');
        assert.deepEqual(await ids(page, '#panel'), [9, 7, 5, 3, 1]);
        gateway.store('porch');
        await until(async () => (await ids(page, '#panel'))[0] === 10, 'the new one');
    },
);

pageTest(
    'one opens in full, with its neighbours, a download, and what is known',
    { devices: cameras(), prepare: withCaptures(3) },
    async ({ page }) => {
        await page.click('[data-capture="2"] button');
        await page.waitForSelector('#viewer[open]');
        await loaded(page, '.viewer-image');
        await textOf(page, '#viewer-title', /^Meadow, /);
        await textOf(page, '.viewer-facts', /480 × 360 · 7 kB · Command/);
        const link = page.locator('#viewer a[download]');
        assert.match(await link.getAttribute('href'), /\/api\/v1\/captures\/2\/image\.jpg$/);
        assert.equal(await link.getAttribute('download'), 'meadow-2.jpg');
        await page.keyboard.press('ArrowRight');
        await textOf(page, '#viewer-title', /^Porch, /);
        assert.ok(await page.locator('#viewer [aria-label="Older"]').isDisabled());
        await page.keyboard.press('Escape');
        await page.waitForSelector('#viewer:not([open])', { state: 'attached' });
    },
);

pageTest(
    'a sound can be heard, is not fetched before, and ends with its picture',
    {
        devices: cameras(),
        prepare: (gateway) => {
            withCaptures(2)(gateway);
            gateway.captures[1].sound = 16044;
        },
    },
    async ({ gateway, page }) => {
        const audio = page.locator('#viewer audio');
        const asked = () => gateway.requests.filter(({ path }) => path.endsWith('/sound.wav'));
        await page.click('[data-capture="2"] button');
        await page.waitForSelector('#viewer[open]');
        assert.equal(await audio.isVisible(), false);
        await page.keyboard.press('ArrowRight');
        await until(() => audio.isVisible(), 'the sound to be offered');
        assert.match(await audio.getAttribute('aria-label'), /^Sound of Porch, /);
        assert.equal(asked().length, 0);
        await audio.evaluate((node) => node.play());
        await until(() => audio.evaluate((node) => node.currentTime > 0), 'it to be heard');
        assert.equal(asked()[0].path, '/captures/1/sound.wav');
        assert.ok(Math.abs((await audio.evaluate((node) => node.duration)) - 1) < 0.01);
        await page.locator('#viewer [aria-label="Newer"]').click();
        await until(async () => !(await audio.isVisible()), 'the other has none');
        assert.ok(await audio.evaluate((node) => node.paused));
        await page.locator('#viewer [aria-label="Older"]').click();
        await audio.evaluate((node) => node.play());
        await page.keyboard.press('Escape');
        await until(() => audio.evaluate((node) => node.paused), 'silence with the view');
    },
);

pageTest(
    'one is kept, and one deleted after being asked twice',
    { devices: cameras(), prepare: withCaptures(2) },
    async ({ gateway, page }) => {
        await page.click('[data-capture="2"] button');
        await page.click('#viewer [aria-pressed]');
        await page.waitForSelector('#viewer [aria-pressed="true"]');
        await page.waitForSelector('[data-capture="2"] .pinned', { state: 'attached' });
        assert.equal(gateway.captures[0].pinned, true);
        await page.click('#viewer .danger');
        await textOf(page, '#viewer .danger', /Really delete\?/);
        assert.equal(gateway.captures.length, 2);
        await page.click('#viewer .danger');
        await until(async () => (await ids(page)).length === 1, 'one left');
        await textOf(page, '#viewer-title', /^Porch, /);
        await page.click('#viewer .danger');
        await page.click('#viewer .danger');
        await page.waitForSelector('#viewer:not([open])', { state: 'attached' });
        await textOf(page, '#captures .blank', /No captures yet/);
        assert.equal(gateway.captures.length, 0);
    },
);

pageTest(
    'who looks at another one while one is being deleted keeps it in sight',
    { devices: cameras(), prepare: withCaptures(4) },
    async ({ gateway, page }) => {
        const download = page.locator('#viewer a[download]');
        const goOn = await holdBack(page, /captures\/4$/);
        await page.click('[data-capture="4"] button');
        for (let i = 0; i < 3; i++) await page.click('#viewer .danger');
        await textOf(page, '#viewer .danger', /Really delete\?/); /* asked anew, not sent twice */
        await page.keyboard.press('ArrowRight');
        goOn();
        await listed(page, '3,2,1');
        assert.equal(await download.getAttribute('download'), 'porch-3.jpg');
        assert.ok(await page.locator('#viewer [aria-label="Newer"]').isDisabled());
        assert.equal(gateway.requests.filter(({ method }) => method === 'DELETE').length, 1);
    },
);

pageTest(
    'the arrow keys go on after a button that has come to its end',
    { devices: cameras(), prepare: withCaptures(2) },
    async ({ page }) => {
        await page.click('[data-capture="2"] button');
        await page.click('#viewer [aria-label="Older"]');
        await textOf(page, '#viewer-title', /^Porch, /);
        await page.evaluate(() => new Promise(requestAnimationFrame));
        await page.keyboard.press('ArrowLeft');
        await textOf(page, '#viewer-title', /^Meadow, /);
    },
);

pageTest(
    'what is deleted from a panel is gone from the list of all too',
    { devices: cameras(), prepare: withCaptures(3) },
    async ({ page }) => {
        await openPanel(page, 'porch');
        await page.click('#panel [data-capture="3"] button');
        await page.click('#viewer .danger');
        await page.click('#viewer .danger');
        await until(async () => (await ids(page, '#panel')).join() === '1', 'the panel');
        await until(async () => (await ids(page)).join() === '2,1', 'the list of all');
    },
);

pageTest(
    'what cannot be deleted says why and stays',
    { devices: cameras(), prepare: withCaptures(1), expected: [/status of 409/] },
    async ({ gateway, page }) => {
        gateway.refuse('DELETE', /./, 409, 'Conflict', 'The picture is being exported.');
        await page.click('[data-capture="1"] button');
        await page.click('#viewer .danger');
        await page.click('#viewer .danger');
        await textOf(page, '#viewer .problem', /The picture is being exported\./);
        assert.equal((await ids(page)).length, 1);
    },
);
