/* draw-frames.mjs - draws the pictures of the fake cameras: `node draw-frames.mjs` writes
 * frames/day.mjpeg and frames/night.mjpeg.
 *
 * They are committed, so this runs only when somebody wants others. Each file is a loop of JPEGs
 * one after the other. */

import fs from 'node:fs';
import path from 'node:path';
import { here, launchChromium } from './deps.mjs';

const FRAMES = 12;

/* Runs in the browser: one frame of a meadow with a rabbit that hops through it once per loop. */
function drawFrame({ t, night }) {
    const W = 480,
        H = 360;
    const canvas = new OffscreenCanvas(W, H);
    const g = canvas.getContext('2d');
    const fill = (style, draw) => {
        g.fillStyle = style;
        g.beginPath();
        draw();
        g.fill();
    };
    const gradient = (top, bottom, y0, y1) => {
        const c = g.createLinearGradient(0, y0, 0, y1);
        c.addColorStop(0, top);
        c.addColorStop(1, bottom);
        return c;
    };
    const hill = (y, height, shift, style) =>
        fill(style, () => {
            g.moveTo(0, H);
            for (let x = 0; x <= W; x += 4) g.lineTo(x, y - height * Math.sin(x / 90 + shift));
            g.lineTo(W, H);
        });
    fill(gradient(night ? '#070d16' : '#8fc4e8', night ? '#15222c' : '#e8f1e2', 0, H * 0.6), () =>
        g.rect(0, 0, W, H),
    );
    fill(night ? '#dfe6ea' : '#fff3c4', () => g.arc(390, 70, night ? 22 : 30, 0, 7));
    hill(215, 18, 1.2, night ? '#101b1d' : '#9cc29a');
    hill(245, 14, 3.4, night ? '#0e1816' : '#77ac74');
    fill(gradient(night ? '#101d17' : '#6ba564', night ? '#09110d' : '#4a8548', 255, H), () =>
        g.rect(0, 262, W, H),
    );
    for (let i = 0; i < 46; i++) {
        const x = (i * 97) % W,
            y = 275 + ((i * 53) % 80);
        fill(night ? '#1a2a20' : ['#f6f3e4', '#f0d264', '#e7a5b2'][i % 3], () =>
            g.arc(x, y, night ? 1.5 : 2.4, 0, 7),
        );
    }
    const x = -50 + t * (W + 100),
        hop = Math.abs(Math.sin(t * Math.PI * 4));
    const y = 306 - hop * 34;
    const fur = night ? '#4b5650' : '#8c7459',
        light = night ? '#7c8780' : '#e9e0d0';
    fill(night ? '#060a08' : '#3c6e3b', () => g.ellipse(x, 330, 34 - hop * 8, 5, 0, 0, 7));
    fill(fur, () => g.ellipse(x - 6, y, 32, 21, -0.18 - hop * 0.2, 0, 7));
    fill(light, () => g.arc(x - 38, y + 2, 8, 0, 7));
    fill(fur, () => g.ellipse(x + 26, y - 16, 15, 13, 0, 0, 7));
    fill(fur, () => g.ellipse(x + 18, y - 40, 5.5, 17, -0.35 - hop * 0.3, 0, 7));
    fill(fur, () => g.ellipse(x + 28, y - 41, 5.5, 17, -0.05 - hop * 0.3, 0, 7));
    fill('#15110d', () => g.arc(x + 31, y - 19, 2.4, 0, 7));
    fill(fur, () => g.ellipse(x - 14, y + 18 + hop * 4, 15, 6, hop * 0.8, 0, 7));
    fill(fur, () => g.ellipse(x + 16, y + 18 + hop * 4, 8, 5, -hop * 0.8, 0, 7));
    return canvas
        .convertToBlob({ type: 'image/jpeg', quality: night ? 0.6 : 0.62 })
        .then((blob) => blob.arrayBuffer())
        .then((buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))));
}

const browser = await launchChromium();
const page = await browser.newPage();
for (const name of ['day', 'night']) {
    const loop = [];
    for (let i = 0; i < FRAMES; i++)
        loop.push(
            Buffer.from(
                await page.evaluate(drawFrame, { t: (i + 0.5) / FRAMES, night: name === 'night' }),
                'base64',
            ),
        );
    fs.writeFileSync(path.join(here, 'frames', `${name}.mjpeg`), Buffer.concat(loop));
    console.log(
        `${name}: ${loop.length} frames, ${loop.reduce((n, jpeg) => n + jpeg.length, 0)} bytes`,
    );
}
await browser.close();
