/* shots.mjs - screenshots of every state, for looking at: `node shots.mjs FOLDER`. Not a test. */

import fs from 'node:fs';
import path from 'node:path';
import { launchChromium } from './deps.mjs';
import { demoGateway } from './demo-gateway.mjs';
import { FakeGateway } from './fake-gateway.mjs';
import { playground, playHub } from './fake-hub.mjs';

const folder = process.argv[2] ?? 'shots';
const only = process.argv[3];
const SIZES = {
    wide: { width: 1280, height: 900 },
    narrow: { width: 390, height: 844 },
    tiny: { width: 360, height: 740 },
};
fs.mkdirSync(folder, { recursive: true });
const browser = await launchChromium();

async function shoot(name, gateway, act = async () => {}) {
    if (only && !name.includes(only)) return;
    const url = await gateway.start();
    for (const [size, viewport] of Object.entries(SIZES))
        for (const colorScheme of ['light', 'dark']) {
            const page = await browser.newPage({ viewport, colorScheme });
            page.on(
                'console',
                (message) =>
                    ['error', 'warning'].includes(message.type()) &&
                    console.log(name, message.text()),
            );
            page.on('pageerror', (error) => console.log(name, error.stack));
            await page.goto(url);
            await page.waitForTimeout(1500);
            await act(page, gateway);
            await page.screenshot({
                path: path.join(folder, `${name}-${size}-${colorScheme}.png`),
            });
            if (name === 'house' && size !== 'wide')
                await page.screenshot({
                    path: path.join(folder, `${name}-${size}-${colorScheme}-full.png`),
                    fullPage: true,
                });
            await page.close();
        }
    await gateway.stop();
}

const panel = (id) => (page) =>
    page.click(`[data-device="${id}"] .tile-open`).then(() => page.waitForTimeout(700));

await shoot('house', demoGateway());
await shoot('panel', demoGateway(), panel('porch'));
await shoot('batch', demoGateway(), async (page, gateway) => {
    await panel('batch')(page);
    gateway.progress('batch', 17000, 31968, { picture: 2, of: 7 });
    await page.waitForTimeout(700);
});
await shoot('panel-scrolled', demoGateway(), async (page) => {
    await panel('porch')(page);
    await page.click('[data-command="past_frames"] summary');
    await page.fill('[data-key="count"] input', '9');
    await page.click('[data-command="past_frames"] button');
    await page.click('[data-command="health"] button');
    await page.fill('[data-key="camera.framerate"] input', '99');
    await page.waitForTimeout(300);
    await page.evaluate(() => document.querySelector('[data-command="health"]').scrollIntoView());
});
await shoot('motion', demoGateway(), async (page) => {
    await panel('meadow')(page);
    await page.waitForTimeout(6000);
});
await shoot('motion-whole', demoGateway(), async (page) => {
    await panel('porch')(page);
    await page.click('#panel .whole');
    await page.waitForTimeout(1500);
});
await shoot('wifi', demoGateway(), async (page) => {
    await panel('saber')(page);
    await page.fill('#panel [data-key="ssid"] input', 'Attic');
    await page.fill('#panel [data-key="password"] input', 'correct horse');
    await page.click('#panel .wifi-form .primary');
    await page.waitForTimeout(500);
});
await shoot('wifi-joining', demoGateway(), async (page) => {
    await panel('saber')(page);
    await page.fill('#panel [data-key="ssid"] input', 'Attic');
    await page.click('#panel .wifi-form .primary');
    await page.waitForTimeout(2500);
});
await shoot('playground', demoGateway(), panel('hub'));
await shoot('playground-reach', demoGateway(), async (page, gateway) => {
    await panel('hub')(page);
    await page.locator('.distance input').fill('50');
    await page.click('[data-game="play"] >> nth=0');
    await page.click('[data-game="scan"]');
    gateway.hub.error('Unknown command: Dance');
    await page.waitForTimeout(1500);
});
await shoot('playground-many', new FakeGateway(playground(50)), panel('hub'));
await shoot(
    'playground-none',
    new FakeGateway([playHub({ why: 'Ready: no module was heard' })]),
    panel('hub'),
);
await shoot('playground-off', demoGateway(), async (page) => {
    await panel('hub')(page);
    if (await page.isVisible('.playground >> text=Disconnect'))
        await page.click('.playground >> text=Disconnect');
    await page.waitForTimeout(700);
});
await shoot('add', demoGateway(), async (page) => {
    await page.click('#add-device');
    await page.selectOption('#add-driver', 'pi-trigger-camera');
    await page.fill('[data-key="host"] input', 'a b');
    await page.click('#add .primary');
    await page.waitForTimeout(300);
});
await shoot('remove', demoGateway(), async (page) => {
    await panel('meadow')(page);
    await page.click('#panel >> text=Remove');
    await page.waitForTimeout(300);
});
await shoot('viewer', demoGateway(), async (page) => {
    await page.click('.thumb');
    await page.waitForTimeout(700);
});
await shoot('captures', demoGateway(), async (page) => {
    await page.selectOption('.sift select', 'meadow');
    await page.fill('.sift input', new Intl.DateTimeFormat('en-CA').format(Date.now() - 86400e3));
    await page.evaluate(() =>
        document.querySelector('#captures-head').scrollIntoView({ block: 'center' }),
    );
    await page.waitForTimeout(700);
});
await shoot('empty', new FakeGateway());
await shoot('loading', new FakeGateway(), async (page) => {
    await page.route('**/api/v1/devices', () => {});
    await page.reload();
    await page.waitForTimeout(500);
});
await shoot('lost', demoGateway(), async (page, gateway) => {
    gateway.peers.forEach((peer) => peer.destroy());
    await page.route('**/*', (route) => route.abort());
    gateway.closeWith = 4408;
    await page.waitForTimeout(4500);
    delete gateway.closeWith;
});
await browser.close();
process.exit(); /* gateways that were not shot still have timers */
