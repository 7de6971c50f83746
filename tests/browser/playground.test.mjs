/* playground.test.mjs - the view of a playground: its card, the link, who is there; many, narrow, and
 * hostile. */

import assert from 'node:assert/strict';
import { FakeHub, playground, playHub, playModule } from './fake-hub.mjs';
import { porch } from './fixtures.mjs';
import {
    assertAccessible,
    newPage,
    openPage,
    openPanel,
    pageTest,
    textOf,
    until,
} from './harness.mjs';
import { dot, game, LINK, playTest, row } from './playground.mjs';

const REFUSED = /Failed to load resource: the server responded with a status of 409/;

/* --- among the devices ---------------------------------------------------------------------- */

pageTest(
    'among the devices a playground is one card; its modules are in it',
    { devices: [...playground(12), porch()] },
    async ({ gateway, page }) => {
        await textOf(page, '[data-device="hub"] .state', /^Ready$/);
        await textOf(page, '[data-device="hub"] .card-kind', /^12 modules · 2 with a low battery$/);
        assert.equal(await page.locator('#others > li').count(), 1);
        assert.equal(await textOf(page, '#others-count'), '1');
        assert.equal(await page.locator('[data-device="hub"] circle').count(), 12);
        await assertAccessible(page, 'the card of a playground');
        gateway.put(playModule(12, { rssi: -40 }));
        await textOf(page, '[data-device="hub"] .card-kind', /^13 modules/);
        assert.equal(await page.locator('[data-device="hub"] .card-why').textContent(), '');
        gateway.change('hub', { state: 'offline', why: 'No hub was heard' }, 'device.offline');
        new FakeHub(gateway).tell({ link: 'looking' });
        await textOf(page, '[data-device="hub"] .card-kind', /^13 modules known$/);
        await textOf(page, '[data-device="hub"] .card-why', /^No hub was heard\.$/);
        assert.equal(await page.locator('#others > li').count(), 1);
        gateway.remove('hub'); /* What is behind nothing that is known stands for itself. */
        await page.waitForSelector('[data-device="hub-aabbccdd0000"]');
    },
);

pageTest(
    'modules that a scan finds are one row of the events, and so are those that are lost with the link',
    { devices: [playHub()] },
    async ({ gateway, page }) => {
        for (let i = 0; i < 12; i++) {
            const module = playModule(i);
            gateway.devices.set(module.id, module);
            gateway.emit('device.added', module.id, { name: module.name, kind: module.kind });
            gateway.emit('device.online', module.id, {});
            gateway.emit('module.seen', module.id, { id: module.name, rssi_dbm: -50 });
        }
        await textOf(page, '.event', /^12 modules seen.*bee · and 11 more$/);
        assert.equal(await page.locator('.event').count(), 1);
        for (let i = 0; i < 12; i++)
            gateway.change(
                `hub-aabbccdd000${i.toString(16)}`,
                { state: 'offline' },
                'device.offline',
            );
        await textOf(page, '.event', /^12 devices offline/);
        gateway.emit('hub.ack', 'hub', { command: 'color_game', status: 'sent', threshold: '-60' });
        await textOf(page, '.event', /^Hub answered.*Playground · Color game · sent · -60$/);
        await page.reload();
        await textOf(page, '.event >> nth=2', /^12 modules seen/);
        assert.equal(await page.locator('.event').count(), 3);
    },
);

/* --- the link --------------------------------------------------------------------------------- */

playTest(
    'the five states of the link, each in words and a colour of its own',
    {},
    async ({ page, hub }) => {
        const shown = new Map();
        const colour = () =>
            page.locator(`${LINK} .dot`).evaluate((node) => {
                const { backgroundColor, boxShadow } = getComputedStyle(node);
                return `${backgroundColor} ${boxShadow}`;
            });
        for (const [link, words] of [
            ['off', /^Off$/],
            ['looking', /^Looking$/],
            ['connecting', /^Connecting$/],
            ['setting_up', /^Connecting$/],
            ['ready', /^Ready$/],
            ['scanning', /^Scanning$/],
        ]) {
            hub.tell({ link });
            await textOf(page, `${LINK} .state`, words);
            shown.set(await textOf(page, `${LINK} .state`), await colour());
        }
        assert.equal(shown.size, 5);
        assert.equal(new Set(shown.values()).size, 5);
        assert.equal(await textOf(page, `${LINK} strong`), 'SPHub · -58 dBm');
        assert.equal(await page.locator('.playground-why').textContent(), '', 'how many is below');
        hub.tell({ link: 'connecting' });
        hub.say('connecting to AA:BB:CC:DD:EE:FF');
        await textOf(page, '.playground-why', /^Connecting to AA:BB:CC:DD:EE:FF\.$/);
        hub.tell({ trouble: 'the hub answers nothing' });
        await textOf(page, `${LINK} .problem`, /^The hub answers nothing\.$/);
    },
);

playTest('disconnect and connect', {}, async ({ gateway, page, hub }) => {
    await page.click(`${LINK} >> text=Disconnect`);
    await textOf(page, `${LINK} .state`, /^Off$/);
    await textOf(page, `${row(0)} .module-state`, /^no link to the hub$/);
    await textOf(page, '.reach-count', /^no link to the hub$/);
    assert.equal(await page.locator('.playground-modules .count').textContent(), '');
    assert.equal(await page.locator('.module-forget:visible').count(), 0, 'nobody knows');
    assert.equal(await page.isDisabled(game('play')), true);
    assert.equal(await page.isDisabled(game('scan')), true);
    await assertAccessible(page, 'a playground that is switched off');
    await page.click(`${LINK} >> text=Connect`);
    await textOf(page, `${LINK} .state`, /^Looking$/);
    assert.deepEqual(
        gateway.requests.filter(({ method }) => method === 'PATCH').map(({ body }) => body),
        [{ enabled: false }, { enabled: true }],
    );
    hub.tell({ link: 'ready' });
    gateway.change('hub', { state: 'online', why: 'Ready' }, 'device.online');
    await textOf(page, `${LINK} .state`, /^Ready$/);
    assert.equal(await page.isDisabled(game('play')), false);
});

playTest(
    'what cannot be switched says why',
    {
        prepare: (gateway) =>
            gateway.refuse('PATCH', /hub/, 409, 'Conflict', 'It is in warren.yaml, line 4.'),
        expected: [REFUSED],
    },
    async ({ gateway, page }) => {
        await page.click(`${LINK} >> text=Disconnect`);
        await textOf(page, '#panel .toast', /^It is in warren\.yaml, line 4\.$/);
        await textOf(page, `${LINK} .state`, /^Ready$/);
        gateway.change('hub', { owner: 'config', fixed: ['enabled', 'options'] }, 'device.changed');
        await page.waitForSelector(`${LINK} button:disabled`);
    },
);

playTest(
    'without Bluetooth that is said, and nothing else is promised',
    {
        devices: [
            playHub(
                { state: 'offline', why: 'Looking for the hub' },
                { link: 'looking', scanned_at: '' },
            ),
        ],
        prepare: (gateway) => (gateway.bluetooth = { why: 'there is no Bluetooth adapter' }),
    },
    async ({ page }) => {
        await textOf(
            page,
            `${LINK} .problem`,
            /^No hub can be found\. There is no Bluetooth adapter\.$/,
        );
        await textOf(page, '.playground-modules .blank', /^The modules are listed here when/);
        await assertAccessible(page, 'a playground without Bluetooth');
    },
);

playTest(
    'a lost connection to the gateway is said, what was known stays',
    {},
    async ({ gateway, page }) => {
        assert.equal(await page.locator('.sheet-lost').isVisible(), false);
        gateway.closeWith = 4408;
        gateway.peers.forEach((peer) => peer.close(4408));
        await page.waitForSelector('.sheet-lost', { state: 'visible' });
        assert.equal(await page.locator('.module').count(), 12);
        gateway.closeWith = null;
        await page.waitForSelector('.sheet-lost', { state: 'hidden' });
    },
);

/* --- who is there ----------------------------------------------------------------------------- */

const left = { state: 'offline', why: 'It was not heard for five minutes' };

playTest(
    'who is gone is forgotten on request, one by one or all at once',
    {
        devices: [
            playHub(),
            playModule(0),
            ...[1, 2, 3].map((i) => playModule(i, { rssi: -60 - i, percent: 9 }, left)),
        ],
        expected: [REFUSED],
    },
    async ({ gateway, page }) => {
        const forget = (i) => `${row(i)} .module-forget`;
        assert.equal(await page.locator(forget(0)).isVisible(), false);
        await textOf(page, `${row(1)} .module-state`, /^gone$/);
        assert.equal(await page.locator(`${row(1)} .battery`).isVisible(), false);
        await textOf(page, '.modules-gone', /^3 modules are gone\.\s*Forget them$/);
        await assertAccessible(page, 'modules that are gone');
        gateway.refuse('DELETE', /hub/, 409, 'Conflict', 'hub-1 is behind hub and not gone');
        await page.click(forget(1));
        await textOf(page, '#panel .toast', /is behind hub and not gone/);
        gateway.allowAll();
        await page.click(forget(1));
        await page.waitForSelector(row(1), { state: 'detached' });
        await until(
            () => page.evaluate(() => document.activeElement.closest('.module') !== null),
            'the keyboard goes on in the list',
        );
        await page.click('.modules-gone button');
        await page.waitForSelector(row(3), { state: 'detached' });
        assert.deepEqual([...gateway.devices.keys()], ['hub', 'hub-aabbccdd0000']);
        await page.waitForSelector('.modules-gone', { state: 'hidden' });
    },
);

playTest(
    'a module shows bars, battery and when it was heard; what it does not tell stays unknown',
    {
        devices: [
            playHub(),
            playModule(0, { rssi: -45, percent: 85 }),
            playModule(1, { rssi: -86, percent: 9 }),
            playModule(2, { rssi: -60, percent: null }),
            playModule(3, { rssi: -70, percent: 40, stale: true }),
            playModule(
                4,
                { rssi: -40, percent: 70 },
                { state: 'offline', why: 'It was not heard' },
            ),
        ],
    },
    async ({ gateway, page }) => {
        const lit = (i) => page.locator(`${row(i)} .bars i[data-on="true"]`).count();
        await textOf(page, row(0), /Signal: strong, -45 dBm.*duck.*Battery: 85%.*\d+ (s|min) ago/);
        assert.deepEqual([await lit(0), await lit(1), await lit(2)], [3, 0, 2]);
        assert.equal(await textOf(page, `${row(1)} .battery`), 'Battery: low, 9%');
        assert.equal(await textOf(page, `${row(2)} .battery`), 'Battery: unknown');
        assert.equal(await page.getAttribute(`${row(2)} .battery`, 'data-level'), 'unknown');
        await textOf(page, `${row(3)} .module-foot`, /^\d+ min agonot heard lately$/);
        await textOf(page, `${row(4)} .module-state`, /^gone$/);
        for (const [i, dim] of [
            [0, 'false'],
            [3, 'true'],
            [4, 'true'],
        ]) {
            assert.equal(await page.getAttribute(row(i), 'data-dim'), dim);
            assert.equal(await page.getAttribute(dot(i), 'data-dim'), dim);
        }
        const order = await page
            .locator('.module')
            .evaluateAll((rows) => rows.map((r) => r.dataset.module.at(-1)));
        assert.deepEqual(order, [
            '0',
            '2',
            '3',
            '1',
            '4',
        ]); /* the loudest first, who is gone last */
        assert.equal(await textOf(page, '.playground-modules .count'), '4');
        assert.match(
            await page.getAttribute(dot(2), 'aria-label'),
            /^owl, signal -60\sdBm, battery unknown, in reach$/,
        );
        await assertAccessible(page, 'modules in every state');
        gateway.emit('device.attributes', 'hub-aabbccdd0002', {
            rssi_dbm: -38,
            battery_level: 'low',
        });
        await textOf(page, '.module', /^Signal: good, -38 dBm.*owl.*Battery: low/);
    },
);

playTest(
    'without modules it is said what to do',
    { devices: [playHub({}, { scanned_at: '' })], scanMs: 50 },
    async ({ gateway, page, hub }) => {
        const blank = '.playground-modules .blank';
        await textOf(page, blank, /^Nobody has looked for modules yet: scan\.$/);
        await page.click(game('scan'));
        await textOf(page, blank, /^No module answered\. Switch one on/);
        await textOf(page, '.answers li', /^No module answered within 0\.05 s/);
        gateway.put(playModule(0));
        await page.waitForSelector(row(0));
        assert.equal(await page.locator(blank).isVisible(), false);
        assert.deepEqual(hub.sent, [['scan', -100]]);
    },
);

/* --- many, narrow, hostile -------------------------------------------------------------------- */

playTest(
    'fifty modules: each in picture and list, one request for the news of all, and the slider stays quick',
    { devices: playground(50), scanMs: 100 },
    async ({ gateway, page }) => {
        assert.deepEqual(
            [await page.locator('.module').count(), await page.locator('.module-dot').count()],
            [50, 50],
        );
        assert.equal(await page.locator('.module-dot text', { hasText: /./ }).count(), 0);
        const before = gateway.requests.length;
        await page.click(game('scan'));
        await textOf(page, `${row(0)} .module-foot`, /just now|^\d(\.\d)? s ago/);
        const asked = gateway.requests.slice(before).filter(({ path }) => /^\/devices/.test(path));
        assert.ok(asked.length <= 4, `${asked.length} requests`);
        const spent = await page.evaluate(async () => {
            const slider = document.querySelector('.distance input');
            const began = performance.now();
            for (let position = 1; position <= 100; position++) {
                slider.value = position;
                slider.dispatchEvent(new Event('input', { bubbles: true }));
            }
            return performance.now() - began;
        });
        assert.ok(spent < 2000, `100 steps took ${spent} ms`);
        await assertAccessible(page, 'a playground of fifty');
    },
);

for (const [size, width] of [
    ['a phone', 360],
    ['a tablet', 800],
])
    playTest(
        `on ${size} nothing goes over the edge`,
        { open: (url) => openPage(url, { viewport: { width, height: 740 } }) },
        async ({ page }) => {
            assert.ok(
                await page.evaluate(
                    () => document.querySelector('#panel').scrollWidth <= innerWidth,
                ),
            );
            const fits = async () => {
                const { x, width: wide } = await page.locator('.radar').boundingBox();
                return x >= 0 && x + wide <= width;
            };
            await until(fits, 'the picture to fit, once the sheet has come in');
            await assertAccessible(page, `a playground on ${size}`);
        },
    );

const EVIL = '<img src=x onerror="window.owned=true">';

playTest(
    'what hub and modules say is text; what makes no sense is left out',
    {
        devices: [
            playHub({ why: EVIL }, { hub_name: EVIL, trouble: EVIL, link: EVIL, rssi_dbm: EVIL }),
            playModule(0, {}, { name: EVIL }),
            playModule(1, { rssi: 'loud', percent: 'much' }, { last_seen: EVIL }),
        ],
    },
    async ({ gateway, page, hub }) => {
        await textOf(page, `${row(0)} .module-name`, /^<img/);
        await textOf(page, `${LINK} strong`, /^<img src=x onerror="window\.owned=true">$/);
        await textOf(page, `${LINK} .state`, /^Looking$/);
        await textOf(page, row(1), /Signal: (very weak|unknown).*frog.*never heard/);
        hub.error(EVIL, [EVIL]);
        await textOf(page, '.toast', /^<img.*The hub knows <img/);
        for (const data of [null, {}, { status: 'sent' }, { modules: EVIL, ok: true }])
            for (const type of ['hub.ack', 'hub.error', 'hub.scan.started', 'hub.scan.finished'])
                gateway.emit(type, 'hub', data);
        gateway.emit('hub.ack', 'hub', { command: 'last', status: 'sent', threshold: 'all' });
        await textOf(page, '.answers li', /^Last was sent to all/);
        assert.equal(await page.evaluate(() => window.owned), undefined);
        assert.equal(await page.locator('img[src="x"]').count(), 0);
    },
);

playTest('all that the tables say is there, folded', {}, async ({ page }) => {
    assert.equal(await page.locator('#panel .commands').isVisible(), false);
    await page.click('#panel >> text=Everything else about it');
    await textOf(page, '#panel .attributes', /Hub name ?SPHub/);
    await page.waitForSelector('#panel [data-command="scan"]');
    await assertAccessible(page, 'a playground with everything');
});

pageTest(
    'a view that cannot be had leaves the tables',
    {
        devices: playground(2),
        expected: [/Failed to load resource/],
        open: async (url) => {
            const page = await newPage();
            await page.route('**/radar.js', (route) => route.abort());
            await page.goto(url);
            return page;
        },
    },
    async ({ gateway, page }) => {
        await page.click('[data-device="hub"] .tile-open');
        await textOf(page, 'dialog[open] h2', /^This part of the page could not be loaded$/);
        await page.keyboard.press('Escape');
        await page.waitForSelector('#panel[open] [data-command="scan"]');
        gateway.change('hub', { why: 'Ready: 3 modules' }, 'device.status');
        await textOf(page, '.sheet-why', /^Ready: 3 modules\.$/); /* and is not asked for again */
        assert.equal(await page.locator('dialog[role="alertdialog"]').count(), 0);
        await page.unroute('**/radar.js');
        await page.keyboard.press('Escape');
        await openPanel(page, 'hub');
        await page.waitForSelector('.playground');
    },
);
