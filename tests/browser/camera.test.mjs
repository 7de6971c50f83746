/* camera.test.mjs - the page of the WiFi debug camera's own firmware: pictures, what moves in them, and what it does when the
 * stream fails. The camera is pretended here, with what its core answers. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { loadFrames } from './fixtures.mjs';
import { assertAccessible, assertQuiet, newPage, realUrl, until } from './harness.mjs';

const PAGE = new URL('../../firmware/cores/wifi-debug-camera/page.html', import.meta.url);
const PICTURE = loadFrames('day')[0];
const OVERLAY = {
    intensity: 96,
    speed: 3.25,
    direction: 'up_right',
    active: true,
    activeBlocks: 5,
    confidence: 88,
    frameWidth: 320,
    frameHeight: 240,
    blockSize: 40,
    gridCols: 8,
    gridRows: 6,
    blocks: [{ row: 2, col: 3, x: 120, y: 80, dx: 12, dy: -8, confidence: 241, valid: true }],
};

/* What is asked for, and how often. */
class Camera {
    asked = {};
    stream = true;
    events = true;
    watching = 0;
    refused = 0; /* who asked for events */

    async start() {
        this.page = await readFile(PAGE);
        this.server = createServer((request, response) => this.answer(request, response));
        await new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve));
        return `http://127.0.0.1:${this.server.address().port}/`;
    }

    stop() {
        this.server.closeAllConnections();
        return new Promise((resolve) => this.server.close(resolve));
    }

    answer(request, response) {
        const path = request.url.split('?')[0];
        this.asked[path] = (this.asked[path] ?? 0) + 1;
        if (path === '/') this.send(response, 'text/html; charset=utf-8', this.page);
        else if (path === '/snapshot') this.send(response, 'image/jpeg', PICTURE);
        else if (path === '/stream' && this.stream) this.show(response);
        else if (path === '/overlay') this.tell(request, response);
        else response.writeHead(503).end();
    }

    send(response, type, body) {
        response.writeHead(200, { 'content-type': type }).end(body);
    }

    show(response) {
        response.writeHead(200, { 'content-type': 'multipart/x-mixed-replace; boundary=frame' });
        const head = `--frame\r\nContent-Type: image/jpeg\r\nContent-Length: ${PICTURE.length}\r\n\r\n`;
        const part = Buffer.concat([Buffer.from(head), PICTURE, Buffer.from('\r\n')]);
        const timer = setInterval(() => response.write(part), 100);
        this.watching++;
        response.on('close', () => {
            clearInterval(timer);
            this.watching--;
        });
    }

    tell(request, response) {
        const json = JSON.stringify(OVERLAY);
        if (!request.headers.accept.includes('text/event-stream'))
            this.send(response, 'application/json', json);
        else if (this.events) this.tellAll(response, `event: overlay\nid: 1\ndata: ${json}\n\n`);
        else this.refuse(response);
    }

    refuse(response) {
        this.refused++;
        response.writeHead(503).end();
    }

    tellAll(response, event) {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        const timer = setInterval(() => response.write(event), 100);
        response.on('close', () => clearInterval(timer));
    }
}

/* In the page: a third of a minute is two seconds. */
function shortenPauses() {
    const { setTimeout } = window;
    window.setTimeout = (action, ms) => setTimeout(action, ms >= 20000 ? ms / 10 : ms);
}

/* body({ camera, page }) on the page of a camera that `is` so. */
function cameraTest(name, is, body) {
    const skip = realUrl !== null && 'needs the pretended camera';
    test(name, { skip, timeout: 60000 }, async () => {
        const camera = Object.assign(new Camera(), is);
        const url = await camera.start();
        const page = await newPage({ colorScheme: is.dark ? 'dark' : 'light' });
        try {
            if (is.isHasty) await page.addInitScript(shortenPauses);
            await page.goto(url, { waitUntil: 'commit' });
            await body({ camera, page });
        } finally {
            await page.context().close();
            await camera.stop();
        }
    });
}

const says = (page, id, text) =>
    page.waitForFunction(
        ([id, text]) => document.getElementById(id)?.textContent === text,
        [id, text],
    );
/* How many points of the canvas are not clear. */
const drawn = (page) =>
    page.evaluate(() => {
        const canvas = document.getElementById('overlay');
        if (!canvas.width || !canvas.height) return 0;
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        return data.filter((v, i) => i % 4 === 3 && v > 0).length;
    });

cameraTest('the six cards say what the camera says, and it is drawn', {}, async ({ camera, page }) => {
    await says(page, 'state', 'Live');
    await says(page, 'motion', 'Active');
    await says(page, 'intensity', '96');
    await says(page, 'speed', '3.3');
    await says(page, 'direction', '↗ up right');
    await says(page, 'blocks', '5');
    await says(page, 'confidence', '88 %');
    await until(async () => (await drawn(page)) > 0, 'the grid and the arrow');
    await page.locator('#show').uncheck();
    await until(async () => (await drawn(page)) === 0, 'nothing to be drawn');
    assert.equal(camera.asked['/snapshot'], undefined);
    assertQuiet(page);
});

cameraTest('where the stream fails there are stills', { stream: false }, async ({ camera, page }) => {
    await says(page, 'state', 'Stills: the stream failed');
    await until(() => camera.asked['/snapshot'] >= 3, 'a still, and others after it');
});

cameraTest(
    'a stream that works again takes the place of stills, and stays',
    { stream: false, isHasty: true },
    async ({ camera, page }) => {
        await until(() => camera.asked['/snapshot'] >= 2, 'stills');
        camera.stream = true;
        await until(() => camera.watching === 1, 'the stream');
        await page.waitForTimeout(1500);
        assert.equal(camera.watching, 1);
        await says(page, 'state', 'Live');
    },
);

cameraTest('where events fail the overlay is asked for', { events: false }, async ({ camera, page }) => {
    await says(page, 'motion', 'Active');
    await until(() => camera.asked['/overlay'] >= 10, 'questions, ten in a second');
});

cameraTest(
    'however often events fail, the overlay is asked for ten times a second',
    { events: false, isHasty: true },
    async ({ camera, page }) => {
        await until(() => camera.refused >= 4, 'events are tried again and again');
        const before = camera.asked['/overlay'] - camera.refused;
        await page.waitForTimeout(1000);
        const n = camera.asked['/overlay'] - camera.refused - before;
        assert.ok(n < 15, `${n} in a second`);
    },
);

cameraTest('a camera that is gone is told', {}, async ({ camera, page }) => {
    await says(page, 'state', 'Live');
    await camera.stop();
    await says(page, 'state', 'No answer from the camera');
    await camera.start(); /* for the end, which stops it */
});

for (const dark of [false, true])
    cameraTest(`accessible, ${dark ? 'dark' : 'light'} and narrow`, { dark }, async ({ page }) => {
        await page.setViewportSize({ width: 320, height: 640 });
        await says(page, 'motion', 'Active');
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(wide <= 320, `${wide} px wide`);
        await assertAccessible(page, 'the page');
    });
