/* hostile.test.mjs - devices that say bad things, and the rules of the page's own source. */

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { here } from './deps.mjs';
import { captureRow, porch } from './fixtures.mjs';
import { openPanel, pageTest, textOf, until } from './harness.mjs';
import { movingField, overlayBytes } from './overlays.mjs';
import { pureModule } from './pure.mjs';

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

/* --- overlays ---------------------------------------------------------------------------------- */

const { parseOverlay, STRIDE } = await pureModule('overlay.js');
const whole = overlayBytes(movingField(1));

/* What was taken for an overlay is one that can be drawn. */
function assertDrawable(read) {
    const { columns, rows, block, left, top, width, height, vectors, trajectory } = read;
    assert.ok(columns <= 32 && rows <= 32 && vectors.length <= columns * rows * STRIDE);
    if (columns) assert.ok(width && height && block);
    for (let i = 0; i < vectors.length; i += STRIDE) {
        const [x, y, dx, dy, level] = vectors.subarray(i, i + STRIDE);
        assert.ok(x >= left && x <= left + columns * block && y >= top && y <= top + rows * block);
        assert.ok((dx || dy) && Math.abs(dx) <= 128 && Math.abs(dy) <= 128 && level <= 2);
    }
    assert.ok(trajectory.length <= 40 && trajectory.every((v) => v >= 0 && v < 1));
}

test('an overlay that is cut anywhere is none; what a later gateway appends is passed over', () => {
    for (let n = 0; n < whole.length; n++)
        assert.equal(parseOverlay(new Uint8Array(whole.subarray(0, n))), null, `${n} bytes`);
    const longer = Buffer.concat([whole, Buffer.from('more')]);
    assertDrawable(parseOverlay(new Uint8Array(longer)));
});

test('an overlay is read in its own bytes, wherever they lie in the message', () => {
    const message = new Uint8Array(Buffer.concat([Buffer.alloc(32, 0xff), whole]));
    const body = new Uint8Array(message.buffer, message.byteOffset + 32, whole.length);
    assert.deepEqual(parseOverlay(body), parseOverlay(new Uint8Array(whole)));
});

test('whatever bytes come, an overlay can be drawn or is none', () => {
    let taken = 0;
    for (let i = 0; i < 20000; i++) {
        const bytes = new Uint8Array(whole);
        for (let k = 0; k < 1 + (i % 6); k++)
            bytes[Math.floor(Math.random() * (i % 2 ? 36 : bytes.length))] = Math.random() * 256;
        const read = parseOverlay(bytes);
        if (read) assertDrawable(read);
        taken += read ? 1 : 0;
    }
    assert.ok(taken > 1000);
    for (let i = 0; i < 2000; i++) {
        const noise = Uint8Array.from({ length: Math.random() * 400 }, () => Math.random() * 256);
        const read = parseOverlay(noise);
        if (read) assertDrawable(read);
    }
});

pageTest(
    'rubbish in place of overlays stops no picture',
    {
        devices: [porch({ overlay: true })],
        prepare: (gateway) => {
            const bodies = [
                [],
                [1],
                Array(36).fill(255),
                Array(5000).fill(7),
                [...whole].reverse(),
            ];
            gateway.afterPicture.set('porch', (seq, peers) => {
                const body = Buffer.from(bodies[seq % bodies.length]);
                gateway.sendOverlay('porch', (seq * 2654435761) >>> 0, body, peers);
            });
            gateway.stream('porch', { fps: 20 });
        },
    },
    async ({ gateway, page }) => {
        await openPanel(page, 'porch');
        await until(() => [...gateway.peers][0].overlays > 20, 'some of it to come');
        await textOf(page, '#panel .fps', /^(1[5-9]|2\d) fps$/);
        await page.waitForSelector('#panel .motion-line', { state: 'hidden' });
    },
);

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
