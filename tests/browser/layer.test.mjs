/* layer.test.mjs - what is drawn over a picture: over the right one, at the right place, and fast. */

import assert from 'node:assert/strict';
import { porch } from './fixtures.mjs';
import { newPage, openPanel, pageTest, textOf, until } from './harness.mjs';
import { overlay, overlayBytes, sendOverlays } from './overlays.mjs';

const camera = () => porch({ overlay: true, flow: 'on' });

/* A page with options of its own; `kept`: what the browser has kept of what is shown. */
const opening =
    (options, kept = {}) =>
    async (url) => {
        const page = await newPage(options);
        await page.addInitScript(
            (text) => localStorage.setItem('warren.overlay', text),
            JSON.stringify(kept),
        );
        await page.goto(url);
        await page.waitForSelector('#link[data-phase="live"]');
        return page;
    };
const ARROWS_ONLY = { grid: false, summary: false, trajectory: false };

/* --- in step ----------------------------------------------------------------------------------- */

const COLUMNS = 6;

/* Pictures of one grey each, and of each an overlay with one arrow, in the column of the same number. */
function numbered(page) {
    return page.evaluate(async (n) => {
        const jpegs = [];
        for (let k = 0; k < n; k++) {
            const canvas = new OffscreenCanvas(240, 40);
            const g = canvas.getContext('2d');
            g.fillStyle = `rgb(${k * 40 + 20} ${k * 40 + 20} ${k * 40 + 20})`;
            g.fillRect(0, 0, 240, 40);
            const blob = await canvas.convertToBlob({ type: 'image/jpeg' });
            jpegs.push([...new Uint8Array(await blob.arrayBuffer())]);
        }
        return jpegs;
    }, COLUMNS);
}
const oneArrow = (column) =>
    overlay({
        width: 240,
        height: 40,
        columns: COLUMNS,
        rows: 1,
        block: 40,
        blocks: [{ row: 0, column, dx: 4, dy: 0 }],
    });

/* At each turn of the browser: the number of the picture, and that of the arrow over it, -1 without. */
function watchNumbers(page, turns) {
    return page.evaluate(
        async ([columns, times]) => {
            const picture = document.querySelector('#panel .screen canvas:not(.layer)');
            const layer = document.querySelector('#panel .screen .layer');
            const pairs = [];
            for (let i = 0; i < times; i++) {
                await new Promise(requestAnimationFrame);
                const [grey] = picture.getContext('2d').getImageData(120, 20, 1, 1).data;
                const fit = Math.min(layer.width / 240, layer.height / 40);
                const [x0, y0] = [(layer.width - 240 * fit) / 2, (layer.height - 40 * fit) / 2];
                const row = layer
                    .getContext('2d')
                    .getImageData(x0, Math.round(y0 + 20 * fit), 240 * fit, 1).data;
                const inked = Array.from(
                    { length: columns },
                    (_, k) => row[4 * Math.round((k * 40 + 22) * fit) + 3] > 0,
                );
                pairs.push([Math.round((grey - 20) / 40), inked.indexOf(true)]);
            }
            return pairs;
        },
        [COLUMNS, turns],
    );
}

pageTest(
    'picture and overlay change together, whatever the jitter',
    { devices: [camera()], open: opening({}, ARROWS_ONLY) },
    async ({ gateway, page }) => {
        const jpegs = (await numbered(page)).map((bytes) => Buffer.from(bytes));
        let k = 0;
        sendOverlays(gateway, 'porch', {
            make: () => oneArrow(k),
            delayMs: () => 60 * Math.random(),
        });
        const timer = setInterval(() => {
            k = (k + 1) % COLUMNS;
            gateway.sendFrame('porch', jpegs[k]);
        }, 50);
        try {
            await openPanel(page, 'porch');
            await page.waitForSelector('#panel .screen[data-looks="live"] .layer');
            await page.waitForTimeout(500);
            const pairs = await watchNumbers(page, 150);
            const drawn = pairs.filter(([, arrow]) => arrow >= 0);
            assert.deepEqual(
                drawn.filter(([picture, arrow]) => picture !== arrow),
                [],
            );
            assert.ok(drawn.length > 40, `only ${drawn.length} of 150 had their overlay`);
            assert.ok(new Set(drawn.map(([picture]) => picture)).size === COLUMNS, 'they move');
        } finally {
            clearInterval(timer);
        }
    },
);

pageTest(
    'when no overlays come the picture flows',
    { devices: [camera()], prepare: (gateway) => gateway.stream('porch', { fps: 20 }) },
    async ({ page }) => {
        await openPanel(page, 'porch');
        await textOf(page, '#panel .fps', /^(1[5-9]|2\d) fps$/);
    },
);

pageTest(
    'overlays of no picture are drawn, and told from those in step',
    {
        devices: [camera()],
        prepare: (gateway) => {
            sendOverlays(gateway, 'porch', { loose: true });
            gateway.stream('porch', { fps: 20 });
        },
    },
    async ({ gateway, page }) => {
        await openPanel(page, 'porch');
        const note = page.locator('#panel .motion-summary >> text=not in step');
        await note.waitFor({ state: 'visible' });
        sendOverlays(gateway, 'porch');
        await note.waitFor({ state: 'hidden' });
    },
);

/* --- where ------------------------------------------------------------------------------------- */

/* Where the ink of a layer lies, in parts of its picture: [left, top, right, bottom]. */
const inkOf = (page, selector) =>
    page.locator(selector).evaluate((layer) => {
        const picture = layer.parentElement.querySelector('canvas:not(.layer)');
        const { width, height } = layer;
        const { data } = layer.getContext('2d').getImageData(0, 0, width, height);
        const fit = Math.min(width / picture.width, height / picture.height);
        const box = [Infinity, Infinity, -Infinity, -Infinity];
        for (let i = 3; i < data.length; i += 4) {
            if (!data[i]) continue;
            const n = (i - 3) / 4;
            const x = ((n % width) - (width - picture.width * fit) / 2) / fit / picture.width;
            const y =
                (Math.floor(n / width) - (height - picture.height * fit) / 2) /
                fit /
                picture.height;
            box[0] = Math.min(box[0], x);
            box[1] = Math.min(box[1], y);
            box[2] = Math.max(box[2], x);
            box[3] = Math.max(box[3], y);
        }
        return box;
    });

const near = (box, expected) => box.every((v, i) => Math.abs(v - expected[i]) < 0.02);

for (const [what, options] of [
    ['on a screen of fine dots', { deviceScaleFactor: 2.5 }],
    ['on a phone', { viewport: { width: 390, height: 844 } }],
    ['on a phone that lies', { viewport: { width: 844, height: 390 } }],
])
    pageTest(
        `the grid lies on the blocks of the picture, ${what}, and after the window has changed`,
        {
            devices: [camera()],
            prepare: (gateway) => {
                /* A grid of another size than the JPEG, in a part of the frame. */
                const grid = { width: 320, height: 240, columns: 4, rows: 4, block: 40 };
                sendOverlays(gateway, 'porch', {
                    make: () => overlay({ ...grid, left: 80, top: 40 }),
                });
                gateway.stream('porch', { fps: 5 });
            },
            open: opening(options),
        },
        async ({ page }) => {
            const expected = [80 / 320, 40 / 240, 240 / 320, 200 / 240];
            await openPanel(page, 'porch');
            await page.waitForSelector('#panel .layer');
            const lies = async () => near(await inkOf(page, '#panel .layer'), expected);
            await until(lies, 'the grid to lie there');
            await page.setViewportSize({ width: 1000, height: 600 });
            await until(lies, 'the grid to lie there again');
            await page.click('#panel .whole');
            await page.waitForSelector('#panel [aria-label="Leave the full screen"]');
            await until(lies, 'the grid to lie there on the full screen');
            await page.click('#panel .whole');
            await page.waitForSelector('#panel [aria-label="Full screen"]');
            const off = (layer) => layer.width - layer.clientWidth * devicePixelRatio;
            await until(
                async () => Math.abs(await page.locator('#panel .layer').evaluate(off)) <= 1,
                'it to be as fine as the screen',
            );
        },
    );

pageTest(
    'a thousand arrows are read and drawn well within a frame',
    { devices: [camera()] },
    async ({ page }) => {
        const blocks = Array.from({ length: 1024 }, (_, i) => [i >> 5, i & 31]);
        const grid = { columns: 32, rows: 32, block: 11 };
        const field = overlay({
            ...grid,
            blocks: blocks.map(([row, column]) => ({
                row,
                column,
                confidence: (row * 8) & 255,
                dx: 3,
                dy: -2,
            })),
        });
        const ms = await page.evaluate(
            async (bytes) => {
                const { parseOverlay } = await import('./overlay.js');
                const { drawArrows, drawGrid } = await import('./arrows.js');
                const canvas = Object.assign(document.createElement('canvas'), {
                    width: 1280,
                    height: 960,
                });
                const g = canvas.getContext('2d');
                const at = { x: 0, y: 0, width: 1280, height: 960, unit: 1 };
                const body = new Uint8Array(bytes);
                const began = performance.now();
                for (let i = 0; i < 100; i++) {
                    const read = parseOverlay(body);
                    g.clearRect(0, 0, 1280, 960);
                    drawGrid(g, read, at);
                    drawArrows(g, read, at, 1);
                }
                g.getImageData(0, 0, 1, 1);
                return (performance.now() - began) / 100;
            },
            [...overlayBytes(field)],
        );
        assert.ok(ms < 33, `${ms} ms for each`);
    },
);
