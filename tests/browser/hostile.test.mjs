/* hostile.test.mjs - devices that say bad things, and the rules of the page's own source. */

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { here } from './deps.mjs';
import { captureRow, porch } from './fixtures.mjs';
import { openPanel, pageTest, textOf, until } from './harness.mjs';

const EVIL =
    '<img src=x onerror="window.owned=true"><script>window.owned=true</script>"\'>${owned}';
const LONG = 'W'.repeat(5000);

function evil() {
    const row = {
        key: EVIL,
        type: 'string',
        unit: EVIL,
        default: EVIL,
        min: null,
        max: null,
        choices: [EVIL],
        required: true,
        secret: false,
        help: EVIL,
    };
    const setting = {
        ...row,
        unreadable: false,
        desired: EVIL,
        reported: EVIL,
        pending: true,
        error: EVIL,
    };
    return porch({
        name: EVIL,
        kind: EVIL,
        why: EVIL,
        state: 'offline',
        attributes: {
            [EVIL]: { value: EVIL, unit: EVIL, help: EVIL, time: EVIL },
            long: { value: LONG, unit: null, help: '', time: null },
        },
        settings: { [EVIL]: setting },
        commands: {
            [EVIL]: {
                help: EVIL,
                timeout_ms: 1000,
                exclusive: false,
                role: 'operator',
                args: [row],
            },
        },
    });
}

pageTest(
    'what a device says is text, wherever it is shown',
    {
        devices: [evil()],
        prepare: (gateway) => {
            gateway.captures = [captureRow(1, 'porch', Date.now(), { source: EVIL })];
            gateway.found = [{ id: 'x', name: EVIL, address: EVIL, driver: EVIL }];
            gateway.plugins = [
                { name: EVIL, file: EVIL, version: EVIL, state: 'refused', why: EVIL },
            ];
            gateway.emit(EVIL, 'porch', { [EVIL]: EVIL });
        },
    },
    async ({ gateway, page }) => {
        await until(
            async () => (await page.locator('.tile h3').textContent()) === EVIL,
            'the name as text',
        );
        await textOf(page, '.event', /<img src=x/);
        await textOf(page, '#foot', /<script>/);
        await textOf(page, '#found', /<script>/);
        await openPanel(page, 'porch');
        assert.equal(await page.locator('#panel-title').textContent(), EVIL);
        await textOf(page, '.attributes', /onerror/);
        await page.keyboard.press('Escape');
        await page.click('.thumb');
        await textOf(page, '#viewer-title', /<img/);
        gateway.emit('device.offline', 'porch', { why: EVIL });
        await textOf(page, '#announcer', /<img/);
        assert.equal(await page.evaluate(() => window.owned), undefined);
        assert.equal(await page.locator('img[src="x"]').count(), 0);
        assert.ok(
            await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth),
        );
    },
);

pageTest("a driver's answer is text", { devices: [porch()] }, async ({ gateway, page }) => {
    gateway.commands.health = () => ({ [EVIL]: EVIL });
    gateway.commands.night_level = () => EVIL;
    await openPanel(page, 'porch');
    await page.click('[data-command="health"] button');
    await textOf(page, '[data-command="health"] pre', /onerror/);
    await page.click('[data-command="night_level"] button');
    assert.equal(await textOf(page, '[data-command="night_level"] .answer-text'), EVIL);
    assert.equal(await page.evaluate(() => window.owned), undefined);
});

const WEB = path.join(here, '..', '..', 'web');
const sources = fs
    .readdirSync(WEB)
    .filter((name) => /\.(js|html|css|svg)$/.test(name))
    .map((name) => [name, fs.readFileSync(path.join(WEB, name), 'utf8')]);

test('the source never parses text as HTML or code', () => {
    const forbidden =
        /innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment|srcdoc|\beval\(|new Function|setAttribute\('on|javascript:/;
    assert.deepEqual(
        sources.filter(([, text]) => forbidden.test(text)).map(([name]) => name),
        [],
    );
});

test('the page has no inline script or style and asks nobody else for anything', () => {
    const html = sources.find(([name]) => name === 'index.html')[1];
    assert.doesNotMatch(html, /<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/);
    const foreign = sources
        .filter(([name, text]) => /https?:\/\/(?!www\.w3\.org)/.test(text) && name !== 'README.md')
        .map(([name]) => name);
    assert.deepEqual(foreign, []);
});

test('every file of the page is listed for the gateway, and every listed one exists', () => {
    const listed = [
        ...fs
            .readFileSync(path.join(WEB, 'meson.build'), 'utf8')
            .matchAll(/'([\w-]+\.(?:js|css|html|svg|webmanifest))'/g),
    ].map(([, name]) => name);
    const there = fs
        .readdirSync(WEB)
        .filter((name) => /\.(js|css|html|svg|webmanifest)$/.test(name));
    assert.deepEqual(listed.sort(), there.sort());
});
