/* link.test.mjs - the connection: lost and found, refused, held back, and what the two clocks
 * make of an age. */

import assert from 'node:assert/strict';
import { differentPictures, newPage, pageTest, textOf, until } from './harness.mjs';
import { porch } from './fixtures.mjs';

const CONNECTION_ERRORS = /WebSocket connection|ERR_CONNECTION|Failed to load resource/;
const CANVAS = '[data-device="porch"] canvas';
const streaming = (gateway) => gateway.stream('porch');

pageTest(
    'a restarted gateway is found again by itself, with new channels',
    { devices: [porch()], prepare: streaming, expected: [CONNECTION_ERRORS] },
    async ({ gateway, page }) => {
        await page.waitForSelector('[data-device="porch"] .screen[data-looks="live"]');
        await gateway.stop();
        await textOf(page, '#link-words', /Reconnecting/);
        await textOf(page, '#banner-words', /Trying again in \d+ s\./);
        gateway.devices.set('porch', porch({ channel: 9, name: 'Porch after the restart' }));
        await gateway.start();
        await page.waitForSelector('#link[data-phase="live"]');
        assert.equal(await page.locator('#banner').isVisible(), false);
        await textOf(page, '[data-device="porch"] h3', /after the restart/);
        assert.ok((await differentPictures(page, CANVAS)) >= 3);
    },
);

pageTest(
    'the button does not wait for the back-off',
    { devices: [porch()], expected: [CONNECTION_ERRORS] },
    async ({ gateway, page }) => {
        await gateway.stop();
        await textOf(page, '#banner-words', /Trying again in ([5-9]|1\d) s\./);
        await gateway.start();
        await page.click('#banner-retry');
        await page.waitForSelector('#link[data-phase="live"]', { timeout: 3000 });
    },
);

for (const [code, words, final] of [
    [4401, /Signing in is needed/, true],
    [4403, /name that is not allowed/, true],
    [4408, /too slow/, false],
])
    pageTest(
        `close code ${code} is said in words`,
        { devices: [porch()] },
        async ({ gateway, page }) => {
            gateway.closeWith = code;
            gateway.peers.forEach((peer) => peer.close(code));
            await textOf(page, '#banner-words', words);
            const attempts = gateway.upgrades;
            if (final) {
                await page.waitForTimeout(1500);
                assert.equal(gateway.upgrades, attempts);
            } else {
                await until(() => gateway.upgrades > attempts, 'another attempt');
            }
            gateway.closeWith = null;
            if (final) await page.click('#banner-retry');
            await page.waitForSelector('#link[data-phase="live"]');
        },
    );

pageTest(
    'what is no JPEG, or no message of ours, changes nothing and is acknowledged',
    { devices: [porch()] },
    async ({ gateway, page }) => {
        gateway.stream('porch', { fps: 20 });
        await page.waitForSelector('[data-device="porch"] .screen[data-looks="live"]');
        for (let i = 0; i < 5; i++) gateway.sendFrame('porch', Buffer.from('this is no JPEG'));
        gateway.peers.forEach((peer) =>
            [Buffer.alloc(0), Buffer.alloc(31), Buffer.alloc(40, 0xff)].forEach((junk) =>
                peer.sendBinary(junk),
            ),
        );
        assert.ok((await differentPictures(page, CANVAS)) >= 3);
    },
);

pageTest(
    'text that is no JSON is answered with a new connection',
    { devices: [porch()] },
    async ({ gateway, page }) => {
        const upgrades = gateway.upgrades;
        gateway.peers.forEach((peer) => peer.sendText('{"type":'));
        await textOf(page, '#banner-words', /not understood/);
        await until(() => gateway.upgrades > upgrades, 'a new connection');
        await page.waitForSelector('#link[data-phase="live"]');
    },
);

pageTest(
    'every frame that was drawn is acknowledged, and pictures go on under that rule',
    { devices: [porch()], prepare: streaming },
    async ({ gateway, page }) => {
        await page.waitForSelector('[data-device="porch"] .screen[data-looks="live"]');
        const [peer] = gateway.peers;
        const before = peer.sent;
        await until(() => peer.acks && peer.sent > before + 20, '20 more frames');
    },
);

pageTest(
    'a hidden page takes no frames, but hears events; shown again it is live again',
    { devices: [porch()], prepare: streaming },
    async ({ gateway, page }) => {
        await page.waitForSelector('[data-device="porch"] .screen[data-looks="live"]');
        const setHidden = (hidden) =>
            page.evaluate((value) => {
                Object.defineProperty(document, 'hidden', { configurable: true, get: () => value });
                document.dispatchEvent(new Event('visibilitychange'));
            }, hidden);
        const [peer] = gateway.peers;
        await setHidden(true);
        await until(() => peer.subscription.frames.length === 0, 'the subscription without frames');
        const sent = peer.sent;
        gateway.emit('camera.night', 'porch');
        await textOf(page, '.event', /Camera night/);
        assert.equal(peer.sent, sent);
        await setHidden(false);
        await until(() => peer.sent > sent + 3, 'frames again');
    },
);

pageTest(
    "ages are right although the gateway's clock is ten minutes ahead",
    {
        devices: [porch()],
        prepare: (gateway) => {
            gateway.clockAheadMs = 600000;
            gateway.stream('porch');
        },
    },
    async ({ page }) => {
        await textOf(page, '[data-device="porch"] .age', /^\d+ ms old$/);
        await page.waitForTimeout(1200);
        await textOf(page, '[data-device="porch"] .age', /^\d+ ms old$/);
    },
);

pageTest(
    'while one frame is decoded the newest takes the place of those that wait',
    { devices: [porch()] },
    async ({ page }) => {
        const drawn = await page
            .evaluate(async () => {
                const { Picture } = await import('./picture.js');
                const sight = { add() {}, remove() {} };
                const picture = new Picture('porch', { now: () => 0 }, sight);
                const jpeg = await new OffscreenCanvas(8, 8)
                    .getContext('2d')
                    .canvas.convertToBlob({ type: 'image/jpeg' });
                const body = new Uint8Array(await jpeg.arrayBuffer());
                const acked = [];
                const frame = (seq) => ({ seq, body, night: false, still: false, receivedMs: 0 });
                for (let seq = 1; seq <= 5; seq++) picture.push(frame(seq), () => acked.push(seq));
                for (let i = 0; i < 500 && acked.length < 2; i++)
                    await new Promise((resolve) => setTimeout(resolve, 10));
                return { acked, shown: picture.stats().seq };
            })
            .catch((error) => error.message);
        assert.deepEqual(drawn, { acked: [1, 5], shown: 5 });
    },
);

pageTest(
    'a browser whose clock is a day off shows the same ages and rates',
    {
        devices: [porch()],
        prepare: streaming,
        open: async (url) => {
            const page = await newPage();
            await page.addInitScript(() => {
                const real = Date.now;
                Date.now = () => real() - 86400e3;
            });
            await page.goto(url);
            return page;
        },
    },
    async ({ page }) => {
        await textOf(page, '[data-device="porch"] .age', /^\d+ ms old$/);
        await textOf(page, '[data-device="porch"] .fps', /^(1\d|2\d) fps$/);
    },
);

pageTest(
    "when the gateway's own clock is set, the next ping is believed and not the better ones before",
    { devices: [porch()] },
    async ({ page }) => {
        const seen = await page.evaluate(async () => {
            const { ServerClock } = await import('./clock.js');
            let now = 1000;
            const clock = new ServerClock(() => now);
            const at = (ms) => new Date(ms).toISOString();
            const ping = (server, trip) => {
                now += trip;
                clock.sample(at(server + trip / 2), now - trip);
            };
            const offset = () => Math.round(clock.now() - now);
            clock.restart(at(5000));
            const seen = [offset()];
            ping(5200 + now - 1000, 4); /* the hello was 200 ms on its way: a ping knows better */
            seen.push(offset());
            ping(5200 + now - 1000, 300); /* a slow one changes nothing */
            seen.push(offset());
            ping(3605200 + now - 1000, 90); /* the time came from the network */
            seen.push(offset());
            return seen;
        });
        assert.deepEqual(seen, [4000, 4200, 4200, 3604200]);
    },
);
