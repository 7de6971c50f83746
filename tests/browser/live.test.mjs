/* live.test.mjs - what must be true of any gateway with a live camera. WARREN_URL=http://… runs
 * these against a real one. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { demoGateway } from './demo-gateway.mjs';
import {
    assertAccessible,
    assertQuiet,
    differentPictures,
    openPage,
    PATIENCE_MS,
    realUrl,
    textOf,
} from './harness.mjs';

const LIVE = '.tile:has(.screen[data-looks="live"])';

describe('live', { timeout: 240000 }, () => {
    let gateway, url, page;

    before(async () => {
        gateway = realUrl ? null : demoGateway();
        url = realUrl ?? (await gateway.start());
        page = await openPage(url);
        await page.waitForSelector(LIVE, { timeout: PATIENCE_MS });
    });
    after(async () => {
        await page?.context().close();
        await gateway?.stop();
    });

    it('draws a moving picture', async () => {
        assert.ok((await differentPictures(page, `${LIVE} canvas`)) >= 3);
    });

    it('shows rate, age and size of the picture', async () => {
        await textOf(page, `${LIVE} .fps`, /^\d+(\.\d)? fps$/);
        await textOf(page, `${LIVE} .age`, /^\d+ ms old$|^[0-2]\.\d s old$/);
        await textOf(page, `${LIVE} .size`, /^\d+ × \d+$/);
    });

    it('draws what moves over the picture of a camera that tells', async (t) => {
        const { items } = await (await fetch(new URL('api/v1/devices', url))).json();
        const camera = items.find(({ state, overlay }) => overlay && state === 'online');
        if (realUrl && !camera) {
            t.skip('no camera has overlays');
            return;
        }
        const tile = `[data-device="${camera.id}"]`;
        await page.waitForSelector(`${tile} .layer`, { state: 'attached' });
        await page.click(`${tile} .tile-open`);
        await textOf(page, '#panel .motion-line', /intensity \d+/);
        await textOf(page, '#panel .line-intensity', /Intensity \d+/);
        await page.keyboard.press('Escape');
        await page.waitForSelector('#panel:not([open])', { state: 'attached' });
    });

    it("goes from the system's colours to light, to dark and back, and remembers", async () => {
        const theme = (name) =>
            page.waitForSelector(`html[data-theme="${name}"]`, { state: 'attached' });
        const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
        await page.emulateMedia({ colorScheme: 'dark' });
        await theme('dark');
        const dark = await ground();
        await page.click('#theme');
        await theme('light');
        assert.notEqual(await ground(), dark);
        await page.reload();
        await theme('light');
        await page.click('#theme');
        await theme('dark');
        await page.click('#theme');
        await page.emulateMedia({ colorScheme: 'light' });
        await theme('light');
    });

    it('is accessible in light and dark, page and panel', async () => {
        for (const colorScheme of ['light', 'dark']) {
            await page.emulateMedia({ colorScheme });
            await page.waitForSelector(LIVE);
            await assertAccessible(page, `page, ${colorScheme}`);
            await page.locator(`${LIVE} .tile-open`).first().click();
            await page.waitForSelector('#panel[open]');
            for (const summary of await page.locator('#panel summary').all()) await summary.click();
            await assertAccessible(page, `panel, ${colorScheme}`);
            await page.keyboard.press('Escape');
            await page.waitForSelector('#panel:not([open])', { state: 'attached' });
        }
    });

    it('works by keyboard: a tile opens with Enter, Escape gives the focus back', async () => {
        const button = page.locator(`${LIVE} .tile-open`).first();
        await button.focus();
        await page.keyboard.press('Enter');
        await page.waitForSelector('#panel[open]');
        const at = () => page.evaluate(() => document.activeElement.getAttribute('aria-label'));
        assert.equal(await at(), 'Close', 'a key too many switches nothing off');
        await page.keyboard.press('Escape');
        await page.waitForSelector('#panel:not([open])', { state: 'attached' });
        assert.ok(await button.evaluate((node) => node === document.activeElement));
    });

    it('opens a tile again at once, however quick somebody is', async () => {
        const tile = `${LIVE} .tile-open`;
        await page.click(tile);
        await page.waitForSelector('#panel[open]');
        await page.evaluate((tile) => {
            const escape = new Event('cancel', { cancelable: true });
            document.querySelector('#panel').dispatchEvent(escape);
            document.querySelector(tile).click();
        }, tile);
        await textOf(page, '#panel[open] h2', /./);
        await page.evaluate(() => document.querySelector('#panel').close());
        await page.waitForFunction(() => location.hash === '');
        assert.equal(await page.locator('#panel > *').count(), 0, 'however it was closed');
    });

    it('fits a narrow screen without scrolling sideways', async () => {
        await page.setViewportSize({ width: 360, height: 740 });
        assert.ok(
            await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth),
        );
        await page.locator(`${LIVE} .tile-open`).first().click();
        await page.waitForSelector('#panel[open]');
        assert.ok(
            await page.evaluate(
                () => document.querySelector('#panel').scrollWidth <= window.innerWidth,
            ),
        );
        await page.keyboard.press('Escape');
        await page.setViewportSize({ width: 1280, height: 900 });
    });

    it('broke no rule of the policy and had no errors', () => assertQuiet(page));
});
