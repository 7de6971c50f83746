/* forms.test.mjs - forms made from the tables: what they send, and how they say what went wrong. */

import assert from 'node:assert/strict';
import { porch } from './fixtures.mjs';
import { holdBack, openPanel, pageTest, textOf, until } from './harness.mjs';

const field = (key) => `[data-key="${key}"]`;
const command = (name) => `[data-command="${name}"]`;
const sent = (gateway, method, path) =>
    gateway.requests
        .filter((request) => request.method === method && request.path === path)
        .map(({ body }) => body);
const REFUSED = /Failed to load resource: the server responded with a status of (409|422|504)/;

pageTest(
    'an argument form has the input that fits each type',
    { devices: [porch()] },
    async ({ page }) => {
        await openPanel(page, 'porch');
        await page.click(`${command('past_frames')} summary`);
        const attribute = (key, name, tag = 'input') =>
            page
                .locator(`${command('past_frames')} ${field(key)} ${tag}`)
                .first()
                .getAttribute(name);
        assert.deepEqual(
            [
                await attribute('count', 'type'),
                await attribute('count', 'min'),
                await attribute('count', 'max'),
                await attribute('count', 'step'),
            ],
            ['number', '1', '300', '1'],
        );
        assert.deepEqual(
            [await attribute('spacing', 'step'), await attribute('spacing', 'placeholder')],
            ['any', '0.5 (default)'],
        );
        assert.equal(await attribute('stacked', 'role'), 'switch');
        assert.equal(await attribute('tags', 'type'), 'text');
        await textOf(
            page,
            `${command('past_frames')} ${field('order')} select`,
            /oldest \(default\)oldestnewest/,
        );
        await textOf(
            page,
            `${command('past_frames')} ${field('spacing')}`,
            /^Spacing.*sTime between two of them\. 0 to 10 s\./,
        );
        await textOf(page, `${command('past_frames')} ${field('count')} .needed`, /needed/);
        assert.equal(await page.locator(`${command('save')} input[type="checkbox"]`).count(), 3);
    },
);

pageTest(
    'arguments are sent typed, and what was left empty is not sent',
    { devices: [porch()] },
    async ({ gateway, page }) => {
        gateway.commands.past_frames = (args) => ({ got: args.count });
        await openPanel(page, 'porch');
        const form = command('past_frames');
        await page.click(`${form} summary`);
        await page.fill(`${form} ${field('count')} input`, '12');
        await page.fill(`${form} ${field('spacing')} input`, '2.5');
        await page.selectOption(`${form} ${field('order')} select`, { label: 'newest' });
        await page.click(`${form} ${field('stacked')} input`);
        await page.fill(`${form} ${field('tags')} input`, 'dusk, rabbit');
        await page.click(`${form} button`);
        await textOf(page, `${form} .answer pre`, /\{\n {2}"got": 12\n\}/);
        assert.deepEqual(sent(gateway, 'POST', '/devices/porch/commands/past_frames'), [
            {
                args: {
                    count: 12,
                    spacing: 2.5,
                    order: 'newest',
                    stacked: true,
                    tags: ['dusk', 'rabbit'],
                },
            },
        ]);
        await page.click(`${command('save')} summary`);
        await page.uncheck(`${command('save')} input[value="jpg"]`);
        await page.check(`${command('save')} input[value="npy"]`);
        await page.click(`${command('save')} button`);
        await textOf(page, `${command('save')} .answer`, /Done\./);
        assert.deepEqual(sent(gateway, 'POST', '/devices/porch/commands/save'), [
            { args: { formats: ['npy'] } },
        ]);
    },
);

pageTest(
    'what the table forbids is said beside the field and not sent',
    { devices: [porch()] },
    async ({ gateway, page }) => {
        await openPanel(page, 'porch');
        const form = command('past_frames');
        await page.click(`${form} summary`);
        await page.click(`${form} button`);
        await textOf(page, `${form} ${field('count')} .field-problem`, /This is needed\./);
        assert.equal(
            await page.locator(`${form} ${field('count')} input`).getAttribute('aria-invalid'),
            'true',
        );
        await page.fill(`${form} ${field('count')} input`, '301');
        await page.click(`${form} button`);
        await textOf(page, `${form} ${field('count')} .field-problem`, /1 to 300 is allowed\./);
        await page.fill(`${form} ${field('count')} input`, '1.5');
        await page.fill(`${form} ${field('note')} input`, 'größer als zwanzig');
        await page.click(`${form} button`);
        await textOf(
            page,
            `${form} ${field('count')} .field-problem`,
            /A whole number is needed\./,
        );
        await textOf(page, `${form} ${field('note')} .field-problem`, /^$/);
        await page.fill(`${form} ${field('note')} input`, 'äöüäöüäöüäö');
        await page.click(`${form} button`);
        await textOf(
            page,
            `${form} ${field('note')} .field-problem`,
            /At most 20 bytes are allowed; this is 22\./,
        );
        assert.deepEqual(sent(gateway, 'POST', '/devices/porch/commands/past_frames'), []);
    },
);

pageTest(
    'a command shows that it waits, then its answer, or the problem as a sentence',
    { devices: [porch()], expected: [REFUSED] },
    async ({ gateway, page }) => {
        let answer;
        gateway.commands.night_level = () => new Promise((resolve) => (answer = resolve));
        gateway.refuse(
            'POST',
            /health$/,
            504,
            'Gateway Timeout',
            'Porch did not answer within 10 s.',
        );
        await openPanel(page, 'porch');
        await page.click(`${command('night_level')} button`);
        await page.waitForSelector(`${command('night_level')}[data-busy="true"] .spinner`, {
            state: 'visible',
        });
        assert.ok(await page.locator(`${command('night_level')} button`).isDisabled());
        await until(() => answer, 'the request');
        answer('LEVEL=112.4 STATUS=DAY');
        await textOf(page, `${command('night_level')} .answer-text`, /^LEVEL=112\.4 STATUS=DAY$/);
        await page.click(`${command('health')} button`);
        await textOf(page, `${command('health')} .problem`, /^Porch did not answer within 10 s\.$/);
    },
);

pageTest(
    'commands wait until the device is online; what was typed stays',
    { devices: [porch({ state: 'offline', why: 'Away.' })] },
    async ({ gateway, page }) => {
        await openPanel(page, 'porch');
        await page.click(`${command('past_frames')} summary`);
        await page.fill(`${command('past_frames')} ${field('count')} input`, '7');
        assert.ok(await page.locator(`${command('capture')} button`).isDisabled());
        gateway.change('porch', { state: 'online', why: null }, 'device.online');
        await until(() => page.locator(`${command('capture')} button`).isEnabled(), 'the button');
        assert.equal(
            await page.inputValue(`${command('past_frames')} ${field('count')} input`),
            '7',
        );
    },
);

pageTest('each setting says where it stands', { devices: [porch()] }, async ({ page }) => {
    await openPanel(page, 'porch');
    const standing = (key, pattern) =>
        textOf(page, `.setting:has(${field(key)}) .standing`, pattern);
    await standing('camera.framerate', /^In effect/);
    await standing('night.enable', /As the device has it/);
    await standing('night.gain', /Waiting for the device; it still says 6/);
    await standing(
        'logging.tag',
        /Not taken: the device answered: ERROR: invalid key logging\.tag/,
    );
    await standing('upload.password', /Never shown here/);
    await standing('upload.interval', /cannot tell this one back/);
    await standing('camera.width', /as the configuration file says/);
    assert.ok(await page.locator(`${field('camera.width')} input`).isDisabled());
    assert.equal(
        await page.locator(`${field('upload.password')} input`).getAttribute('type'),
        'password',
    );
    assert.equal(await page.inputValue(`${field('night.gain')} input`), '8');
});

pageTest(
    'only changed settings are sent, typed; a wish can be given up',
    { devices: [porch()] },
    async ({ gateway, page }) => {
        await openPanel(page, 'porch');
        assert.equal(await page.locator('#panel .actions.sticky').isVisible(), false);
        await page.fill(`${field('camera.framerate')} input`, '15');
        await page.click(`${field('night.enable')} input`);
        await page.check(`${field('export.formats')} input[value="npy"]`);
        await page.selectOption(`${field('logging.level')} select`, { label: 'DEBUG' });
        await page.fill(`${field('upload.password')} input`, 'hunter2');
        await page.click('#panel .actions.sticky button[type="submit"]');
        await textOf(page, '.form-message', /Saved\./);
        assert.deepEqual(sent(gateway, 'PATCH', '/devices/porch'), [
            {
                settings: {
                    'camera.framerate': 15,
                    'night.enable': false,
                    'export.formats': ['jpg', 'png', 'npy'],
                    'logging.level': 'DEBUG',
                    'upload.password': 'hunter2',
                },
            },
        ]);
        await textOf(
            page,
            `.setting:has(${field('camera.framerate')}) .standing`,
            /Waiting for the device; it still says 10 fps/,
        );
        assert.equal(await page.inputValue(`${field('upload.password')} input`), '');
        await page.click(`.setting:has(${field('night.gain')}) .text-button`);
        await until(
            () => sent(gateway, 'PATCH', '/devices/porch').length === 2,
            'the second change',
        );
        assert.deepEqual(sent(gateway, 'PATCH', '/devices/porch')[1], {
            settings: { 'night.gain': null },
        });
    },
);

pageTest(
    'news of the device do not touch what is being typed',
    { devices: [porch()] },
    async ({ gateway, page }) => {
        await openPanel(page, 'porch');
        await page.fill(`${field('camera.framerate')} input`, '33');
        const settings = structuredClone(gateway.devices.get('porch').settings);
        settings['camera.framerate'].reported = 12;
        settings['night.gain'] = {
            ...settings['night.gain'],
            desired: 9,
            reported: 9,
            pending: false,
        };
        gateway.change('porch', { settings }, 'settings.reported');
        await until(
            async () => (await page.inputValue(`${field('night.gain')} input`)) === '9',
            'the other setting',
        );
        assert.equal(await page.inputValue(`${field('camera.framerate')} input`), '33');
        await page.click('#panel .actions.sticky button[type="button"]');
        assert.equal(await page.inputValue(`${field('camera.framerate')} input`), '10');
    },
);

pageTest(
    'what is typed while a change is being saved stays, and is the next change',
    { devices: [porch()] },
    async ({ page }) => {
        const answer = await holdBack(page, '**/devices/porch', 'PATCH');
        await openPanel(page, 'porch');
        await page.fill(`${field('camera.framerate')} input`, '15');
        await page.click('#panel .actions.sticky button[type="submit"]');
        await page.fill(`${field('camera.framerate')} input`, '10');
        answer();
        await textOf(page, '.form-message', /Saved\./);
        assert.equal(await page.inputValue(`${field('camera.framerate')} input`), '10');
        await page.click('#panel .actions.sticky button[type="button"]');
        assert.equal(await page.inputValue(`${field('camera.framerate')} input`), '15');
    },
);

const AT_FIELD = `${field('camera.framerate')} .field-problem`;
for (const [status, detail, place, told] of [
    [
        409,
        '“camera.framerate” is set in /etc/warren/warren.yaml, line 14: change it there.',
        '.form-message',
        '“camera.framerate” is set in /etc/warren/warren.yaml, line 14: change it there.',
    ],
    [422, 'the store is being moved', '.form-message', 'the store is being moved'],
    [
        422,
        'camera.framerate: expected at most 12, got 15',
        AT_FIELD,
        'Expected at most 12, got 15.',
    ],
])
    pageTest(
        `a ${status} is shown where it belongs and loses nothing: ${detail}`,
        { devices: [porch()], expected: [REFUSED] },
        async ({ gateway, page }) => {
            gateway.refuse('PATCH', /./, status, 'Refused', detail);
            await openPanel(page, 'porch');
            await page.fill(`${field('camera.framerate')} input`, '15');
            await page.click('#panel .actions.sticky button[type="submit"]');
            assert.equal(await textOf(page, place), told);
            assert.equal(await page.inputValue(`${field('camera.framerate')} input`), '15');
        },
    );

pageTest(
    'what the configuration file says of a device cannot be changed, what it leaves open can',
    { devices: [porch()] },
    async ({ gateway, page }) => {
        await openPanel(page, 'porch');
        await textOf(page, '.sheet-sub', /from the configuration file, which decides its name(?! and)/);
        assert.equal(await page.locator('#panel >> text=Rename').isVisible(), false);
        await page.click('.sheet-switch input');
        await textOf(page, '.sheet-sub .state', /Switched off/);
        gateway.change('porch', { fixed: ['enabled', 'options'] }, 'device.changed');
        await textOf(page, '.sheet-sub', /which decides its use/);
        assert.equal(await page.locator('.sheet-switch input').isDisabled(), true);
        assert.equal(await page.locator('#panel >> text=Rename').isVisible(), true);
    },
);

pageTest(
    'a device is renamed, and given free',
    { devices: [porch({ owner: 'database', fixed: [] })], expected: [REFUSED] },
    async ({ gateway, page }) => {
        await openPanel(page, 'porch');
        await page.click('#panel >> text=Rename');
        await page.fill('.rename input', 'Veranda');
        await page.keyboard.press('Enter');
        await textOf(page, '#panel-title', /^Veranda$/);
        await textOf(page, '.tile h3', /^Veranda$/);
        await page.click('.sheet-switch input');
        await textOf(page, '.sheet-sub .state', /Switched off/);
        gateway.refuse('PATCH', /./, 409, 'Conflict', 'The configuration file says otherwise.');
        await page.click('.sheet-switch input');
        await textOf(page, '.sheet-head .problem', /The configuration file says otherwise\./);
        assert.equal(await page.locator('.sheet-switch input').isChecked(), false);
        assert.deepEqual(sent(gateway, 'PATCH', '/devices/porch').slice(0, 2), [
            { name: 'Veranda' },
            { enabled: false },
        ]);
    },
);

pageTest(
    'pictures that a command kept are shown, not told as JSON',
    {
        devices: [porch()],
        prepare: (gateway) => [1, 2, 3].forEach(() => gateway.store('porch')),
    },
    async ({ gateway, page }) => {
        gateway.commands.save = () => ({ path: '/home/pi/1.jpg', age_s: 0.1, capture: 2 });
        gateway.commands.health = () => ({ frames: 2, captures: [1, 2, 3], note: 'it sent three' });
        await openPanel(page, 'porch');
        await page.click(`${command('save')} summary`);
        await page.click(`${command('save')} button[type="submit"]`);
        await textOf(page, `${command('save')} .answer`, /^Kept as picture 2\.$/);
        await page.click(`${command('health')} button`);
        await textOf(
            page,
            `${command('health')} .answer`,
            /^Kept as 3 pictures, 1 to 3\.It sent three\.$/,
        );
        assert.equal(await page.locator(`${command('health')} .answer img`).count(), 3);
    },
);
