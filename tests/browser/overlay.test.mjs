/* overlay.test.mjs - the bytes of an overlay, and the minute that the chart shows. No browser. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pureModule } from './pure.mjs';
import { movingField, overlay, overlayBytes } from './overlays.mjs';

const { parseOverlay, STRIDE } = await pureModule('overlay.js');
const { Minute, SPAN_MS } = await pureModule('minute.js');

const FULL = overlay({
    width: 320,
    height: 240,
    columns: 8,
    rows: 8,
    block: 30,
    left: 40,
    active: true,
    intensity: 200,
    confidence: 87,
    direction: 6,
    gesture: 3,
    activeBlocks: 7,
    speed: 4.25,
    speedPerS: 42.5,
    centre: [0.25, 0.75],
    blocks: [
        { row: 0, column: 0, confidence: 255, dx: 3.5, dy: -2 },
        { row: 7, column: 7, confidence: 120, dx: -12, dy: 0 },
        { row: 1, column: 2, confidence: 102, dx: 0, dy: 0.25 },
    ],
    trajectory: [
        [0.5, 0.5],
        [0.25, 0.75],
    ],
});
const parse = (more) => parseOverlay(new Uint8Array(overlayBytes({ ...FULL, ...more })));

test('every field is read', () => {
    const { vectors, trajectory, ...rest } = parse({});
    assert.deepEqual(rest, {
        width: 320,
        height: 240,
        columns: 8,
        rows: 8,
        block: 30,
        left: 40,
        top: 0,
        active: true,
        by: 'gateway',
        intensity: 200,
        confidence: 87,
        direction: 'up_right',
        gesture: 'clash',
        brightness: 120,
        activeBlocks: 7,
        speed: 4.25,
        speedPerS: 42.5,
        centre: [0.25, 0.75],
    });
    const rows = Array.from({ length: 3 }, (_, i) => [
        ...vectors.slice(i * STRIDE, (i + 1) * STRIDE),
    ]);
    assert.deepEqual(rows, [
        [55, 15, 3.5, -2, 2],
        [265, 225, -12, 0, 1],
        [115, 45, 0, 0.25, 0],
    ]);
    assert.deepEqual([...trajectory], [0.5, 0.5, 0.25, 0.75]);
});

test('how sure an arrow is has three levels, as debug cameras draw them', () => {
    const levels = [0, 102, 103, 178, 179, 255].map(
        (confidence) =>
            parse({ blocks: [{ row: 0, column: 0, confidence, dx: 1, dy: 0 }] }).vectors[4],
    );
    assert.deepEqual(levels, [0, 0, 1, 1, 2, 2]);
});

test('blocks that are a guess, stand still or lie beside the grid are no arrows', () => {
    const at = { row: 0, column: 0, dx: 1, dy: 1 };
    const blocks = [
        { ...at, valid: false },
        { ...at, dx: 0, dy: 0 },
        { ...at, row: 8 },
        { ...at, column: 8 },
        { ...at, row: 255, column: 255 },
        { ...at, row: 3 },
    ];
    assert.equal(parse({ blocks }).vectors.length, STRIDE);
});

test('an overlay without a grid has its summary', () => {
    const summary = parse({ columns: 0, rows: 0, width: 0, height: 0, block: 0, blocks: [] });
    assert.equal(summary.intensity, 200);
    assert.equal(summary.vectors.length, 0);
});

test('words that are not known yet are none', () => {
    const { direction, gesture, confidence } = parse({
        direction: 9,
        gesture: 200,
        confidence: 255,
    });
    assert.deepEqual([direction, gesture, confidence], ['', '', 100]);
});

test('a moving field of the fake gateway is one', () => {
    for (let s = 0; s < 12; s += 0.1) {
        const { vectors, direction } = parseOverlay(new Uint8Array(overlayBytes(movingField(s))));
        assert.ok(vectors.length > 0 && direction);
    }
});

test('a minute has the highest of each tenth of a second, and forgets what is older', () => {
    const minute = new Minute();
    const seen = (now) => {
        const rows = [];
        minute.each(now, (...row) => rows.push(row));
        return rows;
    };
    minute.add(1000, { intensity: 10, speed: 1, speedPerS: 0 });
    minute.add(1050, { intensity: 30, speed: 0.5, speedPerS: 0 });
    minute.add(1200, { intensity: 20, speed: 3, speedPerS: 0 });
    assert.deepEqual(seen(1200), [
        [200, 30, 1],
        [0, 20, 3],
    ]);
    assert.equal(minute.unit, 'px/frame');
    assert.deepEqual(minute.highest(1200), { intensity: 30, speed: 3 });
    assert.equal(seen(1100 + SPAN_MS).length, 1);
    assert.equal(seen(5000 + SPAN_MS).length, 0);
    assert.equal(minute.highest(5000 + SPAN_MS), null);
});

test('the newest of a minute is not told when it is over', () => {
    const minute = new Minute();
    assert.equal(minute.latest(0), null);
    minute.add(500, { intensity: 10, speed: 0, speedPerS: 12 });
    assert.equal(minute.latest(1400).speed, 12);
    assert.equal(minute.latest(1600), null);
});

test('speeds per second and per frame never lie on one line; standing still is both', () => {
    const minute = new Minute();
    let rows = 0;
    const count = (now) => ((rows = 0), minute.each(now, () => (rows += 1)), rows);
    minute.add(0, { intensity: 0, speed: 0, speedPerS: 0 });
    minute.add(100, { intensity: 10, speed: 4, speedPerS: 40 });
    minute.add(200, { intensity: 0, speed: 0, speedPerS: 0 });
    assert.deepEqual([minute.unit, count(200)], ['px/s', 3]);
    minute.add(300, { intensity: 10, speed: 4, speedPerS: 0 });
    assert.deepEqual([minute.unit, count(300)], ['px/frame', 1]);
});
