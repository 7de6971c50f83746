/* states.test.mjs - every state a device, a picture and the page can be in. */

import assert from 'node:assert/strict';
import { attribute, device, house, porch } from './fixtures.mjs';
import {
    assertAccessible,
    newPage,
    openPage,
    openPanel,
    pageTest,
    textOf,
    until,
} from './harness.mjs';

const TILE = '[data-device="porch"]';
const MANY = Object.fromEntries(
    Array.from({ length: 40 }, (_, i) => [`value_${i}`, attribute(i, null, 'A number')]),
);
/** The stream ends, and all of it is acknowledged: two pictures that are not would keep the next one back. */
async function allSeen(gateway, id) {
    gateway.silence(id);
    const [peer] = gateway.peers;
    await until(() => peer.inFlight.get(1)?.length === 0, 'all frames to be acknowledged');
}
const looks = (page, value) => page.waitForSelector(`${TILE} .screen[data-looks="${value}"]`);

pageTest(
    'without cameras it says how to begin, and the first one appears by itself',
    {},
    async ({ gateway, page }) => {
        await textOf(page, '#cameras-blank h3', /No cameras yet/);
        await assertAccessible(page, 'the empty page');
        gateway.put(porch());
        gateway.stream('porch');
        await looks(page, 'live');
        assert.equal(await page.locator('#cameras-blank').textContent(), '');
        gateway.remove('porch');
        await textOf(page, '#cameras-blank h3', /No cameras yet/);
        gateway.put(device('mast', { name: 'Mast', kind: 'weather' }));
        await textOf(page, '#cameras-blank', /^No cameras yet\. As soon as one is known here/);
    },
);

pageTest(
    'while the devices load there is a skeleton',
    { devices: [porch()], open: () => newPage() },
    async ({ page, url }) => {
        await page.route('**/api/v1/devices', () => {}); /* never answered */
        await page.goto(url);
        await page.waitForSelector('.bones');
        assert.match(await page.locator('#cameras-blank').textContent(), /Loading/);
        await textOf(page, '#events .blank', /^Loading…$/);
        assert.equal(await page.locator('.events').isVisible(), false);
        await assertAccessible(page, 'the skeleton');
    },
);

pageTest(
    'a panel with nothing to press in it can be scrolled by keyboard',
    { devices: [porch({ attributes: MANY })] },
    async ({ page }) => {
        await openPanel(page, 'porch');
        await assertAccessible(page, 'the panel');
    },
);

pageTest(
    'a list that cannot be read is an error with a button',
    {
        devices: [porch()],
        prepare: (gateway) =>
            gateway.refuse('GET', /^\/devices$/, 500, 'Internal', 'The store does not answer.'),
        expected: [/status of 500/],
    },
    async ({ gateway, page }) => {
        await textOf(
            page,
            '#cameras-blank',
            /The devices could not be read.*The store does not answer\./,
        );
        gateway.allowAll();
        await page.click('#cameras-blank button');
        await page.waitForSelector(TILE);
    },
);

pageTest(
    'a picture older than three seconds is called out, until the next',
    { devices: [porch()] },
    async ({ gateway, page }) => {
        gateway.stream('porch');
        await looks(page, 'live');
        assert.equal(await page.locator(`${TILE} .badge.warn`).isVisible(), false);
        gateway.silence('porch');
        await textOf(page, `${TILE} .badge.warn`, /No new picture for [3-9](\.\d)? s/);
        assert.equal(await page.locator(`${TILE} .fps`).textContent(), '');
        gateway.stream('porch');
        await until(
            async () => !(await page.locator(`${TILE} .badge.warn`).isVisible()),
            'the badge to go',
        );
    },
);

pageTest(
    'offline: the last picture dimmed, and why; online again: live',
    { devices: [porch()] },
    async ({ gateway, page }) => {
        gateway.stream('porch');
        await looks(page, 'live');
        gateway.silence('porch');
        gateway.change(
            'porch',
            { state: 'offline', why: 'no route to 10.0.0.9' },
            'device.offline',
        );
        await looks(page, 'last');
        await textOf(page, `${TILE} .veil`, /Offline.*No route to 10\.0\.0\.9\./);
        await textOf(page, `${TILE} .state`, /Offline/);
        await textOf(page, `${TILE} .facts`, /Last seen/);
        await textOf(page, '#announcer', /Porch: Offline/);
        assert.equal(await page.locator(`${TILE} .badge.warn`).isVisible(), false);
        gateway.change('porch', { state: 'online', why: null }, 'device.online');
        gateway.stream('porch');
        await looks(page, 'live');
    },
);

pageTest(
    'error, disabled and waiting have their own words',
    { devices: house() },
    async ({ page }) => {
        await textOf(page, '[data-device="attic"] .veil', /Error.*Is this its address\?/);
        await textOf(page, '[data-device="shed"] .veil', /Switched off/);
        await textOf(page, '[data-device="meadow"] .veil', /Waiting for a picture/);
    },
);

pageTest(
    'what is no camera has a card with the first things it says, and behind what it is',
    {
        devices: [
            device('mast', {
                name: 'Mast',
                kind: 'weather',
                attributes: { gusts: attribute(3), rssi_dbm: attribute(-61, 'dBm') },
            }),
            device('vane', { kind: 'weather-vane', parent: 'mast' }),
        ],
    },
    async ({ page }) => {
        await textOf(page, '[data-device="mast"] .card-attributes', /Gusts.*3.*RSSI.*-61 dBm/);
        await textOf(page, '[data-device="vane"] .card-kind', /^weather-vane behind Mast$/);
        await openPanel(page, 'vane');
        await page.click('#panel >> text=Behind Mast');
        await textOf(page, '#panel-title', /^Mast$/);
    },
);

pageTest(
    'night and stills wear badges; a still does not stall',
    { devices: [porch()] },
    async ({ gateway, page }) => {
        gateway.stream('porch', { name: 'night' });
        await textOf(page, `${TILE} .badge:not([hidden])`, /Night/);
        await allSeen(gateway, 'porch');
        gateway.stream('porch', { fps: 0.01, still: true });
        await textOf(page, `${TILE} .badge:not([hidden])`, /Still from/);
        await page.waitForTimeout(3600);
        assert.equal(await page.locator(`${TILE} .badge.warn`).isVisible(), false);
    },
);

pageTest(
    'a still is as old as when it was taken, however late it came',
    { devices: [porch()] },
    async ({ gateway, page }) => {
        gateway.stream('porch', { name: 'day' });
        await textOf(page, `${TILE} .facts .fps`, /fps/);
        await allSeen(gateway, 'porch');
        gateway.sendFrame('porch', gateway.frames.day[0], {
            still: true,
            capturedMs: Date.now() - 2 * 3600e3,
        });
        await textOf(page, `${TILE} .facts .age`, /^2\sh old$/);
    },
);

pageTest(
    'an open panel follows its device and closes when it is gone',
    { devices: [porch()] },
    async ({ gateway, page }) => {
        await openPanel(page, 'porch');
        assert.match(page.url(), /#device\/porch$/);
        gateway.change(
            'porch',
            {
                name: 'Veranda',
                attributes: {
                    dark_score: {
                        value: 3.25,
                        unit: null,
                        help: '',
                        time: new Date().toISOString(),
                    },
                },
            },
            'device.online',
        );
        await textOf(page, '#panel-title', /Veranda/);
        await textOf(page, '.attributes tbody', /Dark score3\.25/);
        gateway.remove('porch');
        await page.waitForSelector('#panel:not([open])', { state: 'attached' });
    },
);

pageTest(
    'attributes change in place: no event in the list, and nothing is asked for but what is new',
    { devices: [porch()] },
    async ({ gateway, page }) => {
        await openPanel(page, 'porch');
        const asked = () => gateway.requests.filter(({ path }) => path === '/devices/porch').length;
        const before = asked();
        gateway.emit('device.attributes', 'porch', { dark_score: 7.5, past_pictures: false });
        await textOf(page, '.attributes tbody', /Dark score7\.5.*Past picturesNo/);
        await textOf(page, '.attributes tbody', /RSS104\.9 MB/); /* the others stay */
        assert.equal(await page.locator('.event[data-type="device.attributes"]').count(), 0);
        assert.equal(asked(), before);
        gateway.devices.get('porch').attributes.mtu = {
            value: 247,
            unit: 'B',
            help: '',
            time: null,
        };
        gateway.emit('device.attributes', 'porch', { mtu: 247 });
        await textOf(page, '.attributes tbody', /MTU247 B/);
        assert.equal(asked(), before + 1);
    },
);

pageTest(
    'the address opens the panel again after a reload; back closes it',
    { devices: [porch()] },
    async ({ page }) => {
        await openPanel(page, 'porch');
        await page.reload();
        await page.waitForSelector('#panel[open]');
        await page.goBack();
        await page.waitForSelector('#panel:not([open])', { state: 'attached' });
    },
);

pageTest(
    'drivers appear as they are loaded, and a refused one says why',
    { devices: [device('hub')] },
    async ({ gateway, page }) => {
        await textOf(page, '#foot summary', /^1 driver$/);
        gateway.plugins.push({
            name: null,
            file: 'broken.so',
            version: null,
            state: 'refused',
            why: 'the file ends in the middle of a segment',
        });
        gateway.emit('plugin.refused', null, { file: 'broken.so' });
        await textOf(page, '#foot', /1 driver, 1 refused.*broken\.soRefused: the file ends/);
    },
);

pageTest(
    'nothing moves when the first picture comes',
    { devices: [porch(), device('meadow', { camera: true, channel: 2 })] },
    async ({ gateway, page }) => {
        await looks(page, 'waiting');
        await textOf(page, '#foot summary', /driver/);
        await page.waitForLoadState('networkidle'); /* all lists are read */
        await page.evaluate(() => {
            window.shiftedAt = performance.now();
            new PerformanceObserver(() => (window.shiftedAt = performance.now())).observe({
                type: 'layout-shift',
            });
        });
        await page.waitForFunction(() => performance.now() - window.shiftedAt > 500);
        await page.evaluate(() => {
            window.shifts = [];
            const told = ({ node, previousRect: a, currentRect: b }) =>
                `${node?.outerHTML?.slice(0, 80)} from ${a.x},${a.y} ${a.width}x${a.height} to ${b.x},${b.y} ${b.width}x${b.height}`;
            new PerformanceObserver((list) => {
                for (const { sources } of list.getEntries()) window.shifts.push(...sources.map(told));
            }).observe({ type: 'layout-shift' });
        });
        gateway.stream('porch');
        await looks(page, 'live');
        await textOf(page, `${TILE} .fps`, /fps/);
        assert.deepEqual(await page.evaluate(() => window.shifts), []);
    },
);

pageTest(
    'who wants no motion gets none',
    {
        devices: [porch({ state: 'starting' })],
        open: (url) => openPage(url, { reducedMotion: 'reduce' }),
    },
    async ({ page }) => {
        await looks(page, 'waiting');
        const moving = await page.evaluate(
            () => document.getAnimations().filter((a) => a.playState === 'running').length,
        );
        assert.equal(moving, 0);
    },
);

for (const [what, path, ask] of [
    ['of one device', /devices\/porch$/, (gateway) => gateway.emit('device.changed', 'porch')],
    [
        'of all devices',
        /devices$/,
        (gateway) => gateway.peers.forEach((peer) => peer.sendText('{"type":')),
    ],
])
    pageTest(
        `an answer ${what} that comes late brings nobody back who was removed meanwhile`,
        { devices: [porch()] },
        async ({ gateway, page }) => {
            const tile = page.locator(TILE);
            await tile.waitFor();
            let arrive;
            const held = new Promise((resolve) => (arrive = resolve));
            let isAnswered = false;
            await page.route(path, async (route) => {
                const response = await route.fetch();
                isAnswered = true;
                await held;
                await route.fulfill({ response });
            });
            ask(gateway);
            await until(() => isAnswered, 'the answer');
            gateway.remove('porch');
            await tile.waitFor({ state: 'detached' });
            const late = page.waitForResponse(path);
            arrive();
            await (await late).finished();
            await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 50)));
            assert.equal(await tile.count(), 0);
        },
    );
