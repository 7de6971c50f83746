/* games.test.mjs - what is done with a playground: how far, games, scans, and what the hub answers. */

import assert from 'node:assert/strict';
import { playground, playHub, playModule } from './fake-hub.mjs';
import { assertAccessible, openPanel, textOf, until } from './harness.mjs';
import { dot, game, LINK, playTest, row, SLIDER } from './playground.mjs';

const REFUSED = /Failed to load resource: the server responded with a status of (409|502)/;
const posts = (gateway) =>
    gateway.requests
        .filter(({ method }) => method === 'POST')
        .map(({ path, body }) => [path.split('/').at(-1), body.args]);
const reached = (page, what) => page.locator(`${what}[data-reached="true"]`).count();

/* --- how far ---------------------------------------------------------------------------------- */

playTest(
    'the slider shows whom it would reach, in picture, list and words',
    {
        devices: [
            playHub(),
            playModule(0, { rssi: -43 }),
            playModule(1, { rssi: -59 }),
            playModule(2, { rssi: -60 }),
            playModule(3, { rssi: -61 }),
            playModule(4, { rssi: -40 }, { state: 'offline' }),
        ],
    },
    async ({ page }) => {
        assert.equal(await textOf(page, '.reach-count'), 'reaches 4 of 4');
        await page.fill(SLIDER, '50');
        assert.equal(await textOf(page, '.reach-count'), 'reaches 2 of 4');
        await textOf(page, '.distance-head', /How far ?Distant ?louder than -60 dBm/);
        assert.match(
            await page.getAttribute(SLIDER, 'aria-valuetext'),
            /^Distant, louder than -60\sdBm, reaches 2 of 4 modules$/,
        );
        assert.deepEqual(
            [await reached(page, '.module'), await reached(page, '.module-dot')],
            [2, 2],
        );
        await page.click('.distance-places >> text=Near');
        assert.equal(await textOf(page, '.reach-count'), 'reaches 1 of 4');
        assert.equal(
            await page.getAttribute('.distance-places >> text=Near', 'aria-pressed'),
            'true',
        );
        await page.focus(SLIDER);
        await page.keyboard.press('End');
        assert.equal(await textOf(page, '.distance-head strong'), 'All');
        await page.keyboard.press('Home');
        assert.equal(await textOf(page, '.distance-head strong'), 'Here');
        assert.equal(await textOf(page, '.reach-count'), 'reaches 0 of 4');
        /* Dragged in the picture, from the hub straight up to beyond the edge. */
        const box = await page.locator('.radar').boundingBox();
        await page.mouse.move(box.x + box.width / 2 + 3, box.y + box.height - 60);
        await page.mouse.down();
        await page.mouse.move(box.x + box.width / 2 + 3, box.y + 60, { steps: 3 });
        assert.match(await textOf(page, '.distance-head strong'), /^(Distant|Far)$/);
        await page.mouse.move(box.x + box.width / 2 + 3, box.y + 2);
        await page.mouse.up();
        assert.equal(await textOf(page, '.distance-head strong'), 'All');
        await page.fill(SLIDER, '25');
        await page.keyboard.press('Escape');
        await openPanel(page, 'hub');
        assert.equal(await page.inputValue(SLIDER), '25'); /* as it was left */
    },
);

playTest(
    'by keyboard: one stop in the picture, arrows from the loudest on, Enter opens',
    {},
    async ({ page }) => {
        assert.equal(await page.locator('.module-dot[tabindex="0"]').count(), 1);
        await page.focus(dot(0));
        const focused = () => page.evaluate(() => document.activeElement.dataset.module);
        await page.keyboard.press('ArrowRight');
        await page.keyboard.press('ArrowRight');
        assert.equal(await focused(), 'hub-aabbccdd0002');
        await textOf(page, '.radar-caption', /^owl · -43 dBm · battery 51% · \d+ (s|min) ago$/);
        assert.equal(await page.getAttribute(row(2), 'data-marked'), 'true');
        await page.keyboard.press('End');
        assert.equal(await focused(), 'hub-aabbccdd000b');
        await page.keyboard.press('Home');
        await page.keyboard.press('ArrowLeft');
        assert.equal(await focused(), 'hub-aabbccdd0000');
        await page.keyboard.press('Enter');
        await textOf(page, '#panel-title', /^duck$/);
        await page.click('#panel >> text=Behind Playground');
        await page.waitForSelector('.playground');
        await page.click(`${row(1)} button`);
        await textOf(page, '#panel-title', /^frog$/);
    },
);

playTest(
    'out of a module one comes back to its playground, to where one was; beside it, out of all',
    {},
    async ({ page }) => {
        const focused = () =>
            page.evaluate(() => document.activeElement.closest('.module')?.dataset.module);
        const back = async (i, leave) => {
            await page.click(`${row(i)} button`);
            await page.waitForSelector('.playground', { state: 'detached' });
            await leave();
            await page.waitForSelector('.playground');
            assert.equal(await focused(), `hub-aabbccdd000${i}`);
            assert.match(page.url(), /#device\/hub$/);
        };
        await back(3, () => page.keyboard.press('Escape'));
        await back(2, () => page.click('#panel [aria-label="Close"]'));
        await back(1, () => page.goBack());
        await page.click(`${row(1)} button`);
        await page.waitForSelector('.playground', { state: 'detached' });
        await page.mouse.click(5, 200);
        await page.waitForSelector('#panel', { state: 'hidden' });
        await openPanel(page, 'hub');
        await page.keyboard.press('Escape');
        await page.waitForSelector('#panel', { state: 'hidden' });
        await page.waitForFunction(() => location.hash === '');
    },
);

/* --- games and answers ------------------------------------------------------------------------ */

playTest(
    'a game goes to whom the slider reaches, and the ack is shown',
    {},
    async ({ gateway, page, hub }) => {
        const shown = await page.locator('.games button').allTextContents();
        assert.deepEqual(shown, ['Play', 'Pause', 'Win', 'Color game', 'Number game', 'Off']);
        await page.click(game('play'));
        await textOf(page, '.answers li', /^Play was sent to all/);
        await page.fill(SLIDER, '50');
        await page.click(game('color_game'));
        await textOf(page, '.answers li', /^Color game was sent to whoever is louder than -60 dBm/);
        await page.fill(SLIDER, '1');
        await page.click(game('number_game'));
        await until(() => hub.sent.length === 3, 'three commands');
        assert.deepEqual(posts(gateway), [
            ['play', { threshold: 'all' }],
            ['color_game', { threshold: '-60' }],
            ['number_game', { threshold: '-30' }],
        ]);
        hub.ack('win', 'all', 'failed');
        await textOf(
            page,
            ".answers li[data-tone='bad']",
            /^Win was not sent: the hub's radio refused it/,
        );
        await page.keyboard.press('Escape');
        await openPanel(page, 'hub'); /* what the gateway has kept is there again */
        await textOf(page, '.answers li >> nth=3', /^Play was sent to all/);
    },
);

playTest('Off is asked for, because no hub can wake the modules', {}, async ({ page, hub }) => {
    await page.fill(SLIDER, '50');
    await page.click(game('off'));
    await textOf(
        page,
        'dialog[role="alertdialog"]',
        /Put the modules to sleep\?This goes to 5 of 12 modules\./,
    );
    await assertAccessible(page, 'the question before Off');
    await page.keyboard.press('Escape');
    await page.locator('dialog[role="alertdialog"]').waitFor({ state: 'detached' });
    assert.deepEqual(hub.sent, []);
    await page.click(game('off'));
    await page.click('dialog[role="alertdialog"] >> text=Put to sleep');
    await until(() => hub.sent.length === 1, 'the command');
    assert.deepEqual(hub.sent, [['off', -60]]);
});

playTest(
    'what the hub refuses is a toast with what it knows, and one line of the answers',
    { expected: [REFUSED] },
    async ({ page, hub }) => {
        hub.unknown = ['win'];
        await page.click(game('win'));
        await textOf(
            page,
            '#panel .toast',
            /^Unknown command: win\. The hub knows Play, Pause, .*PING\.$/,
        );
        await textOf(page, '.answers li', /^Unknown command: win\. The hub knows/);
        await page.waitForFunction(
            (button) => document.querySelector(button).dataset.busy === 'false',
            game('win'),
        );
        assert.equal(await page.locator('.answers li').count(), 1);
        assert.ok(
            await page.locator('.toast').evaluate((toast) => {
                const { x, y, width, height } = toast.getBoundingClientRect();
                return document
                    .elementsFromPoint(x + width / 2, y + height / 2)[0]
                    .closest('dialog');
            }),
            'the toast is above the panel',
        );
        await assertAccessible(page, 'a playground with an error');
    },
);

playTest(
    'a command that cannot be run says why where the answers are',
    {
        prepare: (gateway) =>
            gateway.refuse('POST', /play$/, 409, 'Conflict', 'too many commands wait for the hub'),
        expected: [REFUSED],
    },
    async ({ page }) => {
        await page.click(game('play'));
        await textOf(page, '.answers li', /^Play: Too many commands wait for the hub\./);
    },
);

playTest(
    'buttons are made from the table of commands',
    {
        devices: (([hub, ...modules]) => {
            const { play, scan } = hub.commands;
            return [
                { ...hub, commands: { dance: play, reboot: { ...play, args: [] }, scan } },
                ...modules,
            ];
        })(playground(2)),
    },
    async ({ page }) => {
        assert.deepEqual(await page.locator('.games button').allTextContents(), ['Dance']);
    },
);

/* --- scan ------------------------------------------------------------------------------------- */

playTest(
    'a scan shows how far it is, and the list that it brings',
    { scanMs: 1500 },
    async ({ gateway, page }) => {
        const bar = page.locator('.scan progress');
        assert.equal(await bar.isVisible(), false);
        await page.click(game('scan'));
        await textOf(page, '.scan p', /^Scanning: [45] s left$/);
        await textOf(page, `${LINK} .state`, /^Scanning$/);
        const early = await bar.evaluate((node) => node.value);
        await until(
            async () => (await bar.evaluate((node) => node.value)) > early,
            'the bar to move',
        );
        assert.equal(await page.getAttribute(game('scan'), 'aria-disabled'), 'true');
        gateway.put(playModule(12, { rssi: -41 }));
        await textOf(page, '.answers li', /^A list of 13 modules, after 1\.5 s/);
        await textOf(page, '.scan p', /^Last list: /);
        assert.equal(await bar.isVisible(), false);
        await textOf(page, `${LINK} .state`, /^Ready$/);
        await textOf(page, `${row(0)} .module-foot`, /just now|^\d s ago/);
        assert.ok(
            await page.locator(game('scan')).evaluate((node) => node === document.activeElement),
        );
    },
);

playTest(
    'who leaves during a scan leaves no clock behind',
    { scanMs: 500 },
    async ({ page }) => {
        await page.evaluate(() => {
            window.running = new Set();
            const { setInterval: begin, clearInterval: end } = window;
            window.setInterval = (...what) => {
                const id = begin(...what);
                window.running.add(id);
                return id;
            };
            window.clearInterval = (id) => {
                window.running.delete(id);
                end(id);
            };
        });
        const answered = page.waitForResponse(/commands\/scan$/);
        await page.click(game('scan'));
        await textOf(page, '.scan p', /^Scanning: \d s left$/);
        assert.equal(await page.evaluate(() => window.running.size), 1);
        await page.keyboard.press('Escape');
        await (await answered).finished();
        await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 0)));
        assert.equal(await page.evaluate(() => window.running.size), 0);
    },
);

playTest(
    'a scan that somebody else or the hub began is shown, too',
    { scanMs: 800 },
    async ({ page, hub }) => {
        const scan = hub.scan('itself');
        await textOf(page, '.scan p', /^The hub looks by itself: [45] s left$/);
        await page.locator(game('scan')).dispatchEvent('click'); /* one runs: nothing is sent */
        await scan;
        await textOf(page, '.scan p', /^Last list: /);
        hub.scan('person');
        await textOf(page, '.scan p', /^Scanning: [45] s left$/);
        await textOf(page, '.scan p', /^Last list: /);
        assert.equal(hub.sent.length, 2);
    },
);

playTest(
    'who comes while a scan runs sees that it does, without how far',
    { devices: [playHub({}, { link: 'scanning' })] },
    async ({ gateway, page, hub }) => {
        await textOf(page, '.scan p', /^Scanning$/);
        assert.equal(await page.locator('.scan progress').getAttribute('value'), null);
        gateway.emit('hub.scan.finished', 'hub', { ok: false, why: 'The hub sent no list' });
        await textOf(page, '.answers li', /^No list came\. The hub sent no list\./);
        await textOf(page, '.scan p', /^Last list: /); /* though the link still says it */
        hub.tell({ link: 'ready' });
        hub.tell({ link: 'scanning' });
        await textOf(page, '.scan p', /^Scanning$/);
    },
);
