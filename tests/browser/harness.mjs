/* harness.mjs - a page to test, and what went wrong in it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { axeSource, launchChromium } from './deps.mjs';
import { FakeGateway } from './fake-gateway.mjs';

/** A gateway that runs already; only tests that need no fake run then. */
export const realUrl = process.env.WARREN_URL ?? null;

/**
 * Longest wait for anything on the page: generous, since the machine may be busy with other tests.
 */
export const PATIENCE_MS = 20000;

/** No test takes longer; one that hangs is a failure, not a hang of all. */
const TEST_LIMIT_MS = 90000;

let browser = null;

export async function closeBrowser() {
    await browser?.close();
    browser = null;
}

/* Every violation of the policy and every error on the console, whoever looks for them later. */
async function watch(page, problems) {
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    page.on('pageerror', (error) => problems.push(String(error.stack ?? error)));
    await page.addInitScript(() => {
        document.addEventListener('securitypolicyviolation', (event) =>
            console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`),
        );
    });
}

/** A new page, with nothing kept from others. `page.problems` collects errors. */
export async function newPage(options = {}) {
    browser ??= await launchChromium();
    const context = await browser.newContext({
        viewport: { width: 1280, height: 900 },
        ...options,
    });
    context.setDefaultTimeout(PATIENCE_MS);
    const page = await context.newPage();
    page.problems = [];
    await watch(page, page.problems);
    await page.addInitScript({ content: axeSource });
    return page;
}

/** Opens the page and waits until it is live. */
export async function openPage(url, options) {
    const page = await newPage(options);
    await page.goto(url);
    await page.waitForSelector('#link[data-phase="live"]');
    return page;
}

/** Fails when the page had errors, but for those that a test expects. */
export function assertQuiet(page, ...expected) {
    const left = page.problems.filter(
        (problem) => !expected.some((pattern) => pattern.test(problem)),
    );
    assert.deepEqual(left, []);
}

/**
 * A test with a gateway and its page: body({ gateway, page, url }). The gateway is made of
 * `devices` and what `prepare(gateway)` does to it; `open(url)` gives the page. It must have been
 * quiet at the end, but for `expected` errors.
 */
export function pageTest(
    name,
    { devices = [], prepare = () => {}, expected = [], open = openPage },
    body,
) {
    const skip = realUrl !== null && 'needs the fake gateway';
    test(name, { skip, timeout: TEST_LIMIT_MS }, async () => {
        const gateway = new FakeGateway(devices);
        prepare(gateway);
        const url = await gateway.start();
        let page;
        try {
            page = await open(url);
            await body({ gateway, page, url });
            assertQuiet(page, ...expected);
        } finally {
            await page?.context().close();
            await gateway.stop();
        }
    });
}

/**
 * Requests to that address, with a `method` only those of it, wait until what this returns is
 * called.
 */
export async function holdBack(page, address, method = null) {
    let go;
    const held = new Promise((resolve) => (go = resolve));
    await page.route(address, async (route) => {
        if (!method || route.request().method() === method) await held;
        await route.continue();
    });
    return go;
}

/** Waits until `probe` (run here) gives something true, and returns it. */
export async function until(probe, what) {
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
        const result = await probe();
        if (result) return result;
        assert.ok(Date.now() < end, `waited in vain for: ${what}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
}

/**
 * Waits until the text of the first element that matches fits the pattern, and returns that text.
 */
export async function textOf(page, selector, pattern = /./) {
    let text = '';
    await until(async () => {
        text = (
            await page
                .locator(selector)
                .first()
                .textContent({ timeout: 1000 })
                .catch(() => '')
        ).replaceAll('\u00a0', ' ');
        return pattern.test(text);
    }, `${selector} to match ${pattern}`).catch((error) => {
        throw new Error(`${error.message}; it was “${text}”`);
    });
    return text;
}

/** How many different pictures a canvas showed, looked at `times` times. */
export async function differentPictures(page, selector, times = 12) {
    const seen = new Set();
    for (let i = 0; i < times; i++) {
        seen.add(
            await page
                .locator(selector)
                .first()
                .evaluate((canvas) => canvas.toDataURL('image/png')),
        );
        await page.waitForTimeout(100);
    }
    return seen.size;
}

/* Waits for what moves once and then stands, some frames long, for a change may be under way that has begun no transition yet: colours that
 * fade in are not measured half way. */
function settled(page) {
    return page.evaluate(async () => {
        const ending = (animation) => animation.effect.getComputedTiming().endTime !== Infinity;
        for (let quiet = 0; quiet < 5; quiet++) {
            await new Promise(requestAnimationFrame);
            const moving = document.getAnimations().filter(ending);
            if (moving.length > 0) quiet = -1;
            await Promise.allSettled(moving.map((a) => a.finished));
        }
    });
}

/** axe-core over the whole page; fails on violations that keep somebody out. */
export async function assertAccessible(page, what) {
    await settled(page);
    const { violations } = await page.evaluate(() =>
        window.axe.run(document, { resultTypes: ['violations'] }),
    );
    const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    const told = grave.map(
        ({ id, help, nodes }) =>
            `${id}: ${help}: ${nodes.map((node) => `${node.target} ${node.failureSummary}`).join(' | ')}`,
    );
    assert.deepEqual(told, [], `accessibility of ${what}`);
}

export const openPanel = async (page, id) => {
    await page.click(`[data-device="${id}"] .tile-open`);
    await page.waitForSelector('#panel[open] .sheet-head');
};
