/* parts.test.mjs - what is fetched when it is first opened, or before that when there is time; and
 * what becomes of it when it cannot be had. */

import assert from 'node:assert/strict';
import { captureRow, porch } from './fixtures.mjs';
import { holdBack, newPage, openPage, pageTest, textOf, until } from './harness.mjs';

const NOT_LOADED = /Failed to load resource/;
const OPEN = '[data-device="porch"] .tile-open';
const fetched = (page) =>
    page.evaluate(() =>
        performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname.slice(1)),
    );

/* A browser that is never idle: nothing is fetched ahead. */
async function openBusy(url) {
    const page = await newPage();
    await page.addInitScript(() => (window.requestIdleCallback = () => 0));
    await page.goto(url);
    await page.waitForSelector('#link[data-phase="live"]');
    await page.waitForSelector(OPEN);
    return page;
}

/* Files that match cannot be had until the returned function is called. */
async function withhold(page, files) {
    const refuse = (route) => route.abort();
    await page.route(files, refuse);
    return () => page.unroute(files, refuse);
}

const asked = (page) => page.locator('dialog[role="alertdialog"][open]');

pageTest(
    'the first load has nothing of panel, viewer and forms; a click fetches what it opens, with its style',
    { devices: [porch()], open: openBusy },
    async ({ page }) => {
        const late = ['panel.js', 'viewer.js', 'add.js', 'forms.js', 'panel.css', 'viewer.css'];
        const before = await fetched(page);
        assert.ok(before.includes('app.js') && before.includes('tiles.css'));
        assert.deepEqual(
            late.filter((name) => before.includes(name)),
            [],
        );
        await page.evaluate(() => {
            window.bare = [];
            const dialog = document.getElementById('panel');
            new MutationObserver(() =>
                window.bare.push(getComputedStyle(dialog).marginRight),
            ).observe(dialog, { attributes: true });
        });
        await page.click(OPEN);
        await page.waitForSelector('#panel[open] .sheet-head');
        assert.deepEqual(await page.evaluate(() => window.bare), [
            '0px',
        ]); /* styled from the start */
        const after = await fetched(page);
        assert.deepEqual(
            ['panel.js', 'panel.css', 'forms.css', 'viewer.js'].map((name) => after.includes(name)),
            [true, true, true, false],
        );
    },
);

pageTest(
    'when there is time they are fetched ahead, once',
    { devices: [porch()] },
    async ({ page }) => {
        const late = ['panel.js', 'viewer.js', 'add.js', 'panel.css', 'forms.css', 'viewer.css'];
        await until(async () => {
            const names = await fetched(page);
            return late.every((name) => names.includes(name));
        }, 'all parts to be there');
        await page.waitForLoadState('networkidle');
        const before = (await fetched(page)).length;
        await page.click('#add-device');
        await page.waitForSelector('#add[open] #add-driver');
        const names = await fetched(page);
        assert.deepEqual(
            names.slice(before).filter((name) => /\.(js|css)$/.test(name)),
            [],
        );
        assert.equal(names.filter((name) => name === 'forms.css').length, 1);
    },
);

for (const files of ['**/panel.js*', '**/commands.js*', '**/panel.css'])
    pageTest(
        `without ${files} it is said that the panel cannot be loaded; trying again opens it`,
        { devices: [porch()], open: openBusy, expected: [NOT_LOADED] },
        async ({ page }) => {
            const release = await withhold(page, files);
            await page.click(OPEN);
            await textOf(page, 'dialog[open] h2', /^This part of the page could not be loaded$/);
            await page.click('dialog[open] >> text=Try again');
            await until(async () => (await asked(page).count()) === 1, 'the question once more');
            await release();
            await page.click('dialog[open] >> text=Try again');
            await page.waitForSelector('#panel[open] .sheet-head');
            await page.keyboard.press('Escape');
            await page.waitForFunction(() => location.hash === '');
        },
    );

pageTest(
    'who does not want to wait has the page as it was, and may come back',
    {
        devices: [porch()],
        open: openBusy,
        expected: [NOT_LOADED],
        prepare: (gateway) => (gateway.captures = [captureRow(1, 'porch', Date.now())]),
    },
    async ({ gateway, page }) => {
        const release = await withhold(page, /\/(panel|viewer)\.js/);
        await page.click(OPEN);
        await asked(page).waitFor();
        gateway.change('porch', { name: 'Porch, east' }, 'device.changed');
        await textOf(page, `${OPEN}`, /^Porch, east$/);
        assert.equal(await asked(page).count(), 1); /* not once more for each event */
        await page.keyboard.press('Escape');
        await page.waitForFunction(() => location.hash === '');
        await page.click('.thumb');
        await asked(page).waitFor();
        await release();
        await page.click('dialog[open] >> text=Try again');
        await page.waitForSelector('#viewer[open]');
        await page.keyboard.press('Escape');
        await page.click(OPEN);
        await page.waitForSelector('#panel[open] .sheet-head');
    },
);

pageTest(
    'what takes long says so; who has left meanwhile gets no panel',
    { devices: [porch()], open: openBusy },
    async ({ page }) => {
        const go = await holdBack(page, '**/panel.js*');
        await page.click(OPEN);
        await textOf(page, '.toast', /^Loading…$/);
        await page.evaluate(() => history.back());
        await page.waitForFunction(() => location.hash === '');
        go();
        await page.locator('.toast').waitFor({ state: 'detached' });
        await until(async () => (await fetched(page)).includes('panel.js'), 'the module');
        assert.equal(await page.locator('#panel[open]').count(), 0);
        await page.click(OPEN);
        await page.waitForSelector('#panel[open] .sheet-head');
    },
);

pageTest(
    'a capture that has gone before it could be shown is not',
    {
        devices: [porch()],
        open: openBusy,
        prepare: (gateway) => (gateway.captures = [captureRow(1, 'porch', Date.now())]),
    },
    async ({ gateway, page }) => {
        const go = await holdBack(page, '**/viewer.js*');
        await page.click('.thumb');
        await textOf(page, '.toast', /^Loading…$/);
        gateway.captures = [];
        gateway.emit('capture.stored', 'porch'); /* The list is read anew. */
        await page.locator('.thumb').waitFor({ state: 'detached' });
        go();
        await page.locator('.toast').waitFor({ state: 'detached' });
        assert.equal(await page.locator('#viewer[open]').count(), 0);
    },
);

pageTest(
    'a bookmark opens its panel',
    { devices: [porch()], open: (url) => openPage(`${url}#device/porch`) },
    async ({ page }) => {
        await page.waitForSelector('#panel[open] .sheet-head');
    },
);
