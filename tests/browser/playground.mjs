/* playground.mjs - a test with a playground whose view is open, and where things are in it. */

import { FakeHub, playground } from './fake-hub.mjs';
import { openPanel, pageTest } from './harness.mjs';

export const LINK = '.playground-link';
export const SLIDER = '.distance input';
export const row = (i) => `.module[data-module="hub-aabbccdd000${i}"]`;
export const dot = (i) => `.module-dot[data-module="hub-aabbccdd000${i}"]`;
export const game = (name) => `[data-game="${name}"]`;

/** As pageTest; body({ gateway, page, hub }). `scanMs`: how long its scans take. */
export function playTest(name, { devices = playground(12), scanMs = 5000, ...options }, body) {
    let hub;
    const prepare = (gateway) => {
        hub = new FakeHub(gateway);
        hub.scanMs = scanMs;
        options.prepare?.(gateway);
    };
    pageTest(name, { ...options, devices, prepare }, async ({ gateway, page }) => {
        await openPanel(page, 'hub');
        await page.waitForSelector('.playground');
        await body({ gateway, page, hub });
    });
}
