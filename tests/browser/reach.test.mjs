/* reach.test.mjs - how far a command goes, at every position of the slider, and whom it reaches. No
 * browser. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pureModule } from './pure.mjs';

const reach = await pureModule('reach.js');

/* As the app that hubs were made for has it, from 1 on; 100 is all. */
const THRESHOLDS = [
    -30, -31, -31, -32, -32, -33, -34, -34, -35, -36, -36, -37, -37, -38, -39, -39, -40, -40, -41,
    -42, -42, -43, -43, -44, -45, -45, -46, -47, -47, -48, -48, -49, -50, -50, -51, -51, -52, -53,
    -53, -54, -54, -55, -56, -56, -57, -58, -58, -59, -59, -60, -61, -61, -62, -62, -63, -64, -64,
    -65, -66, -66, -67, -67, -68, -69, -69, -70, -70, -71, -72, -72, -73, -73, -74, -75, -75, -76,
    -77, -77, -78, -78, -79, -80, -80, -81, -81, -82, -83, -83, -84, -84, -85, -86, -86, -87, -88,
    -88, -89, -89, -90,
];
const positions = Array.from({ length: 100 }, (_, i) => i + 1);
const module = (rssi, more = {}) => ({ rssi, present: true, ...more });

test('the slider as dBm at all 100 positions, and as commands take it', () => {
    assert.deepEqual(positions.map(reach.thresholdOf), [...THRESHOLDS, null]);
    assert.deepEqual(positions.map(reach.thresholdText), [...THRESHOLDS.map(String), 'all']);
});

test('the slider in words at all 100 positions', () => {
    const words = [
        ...Array(1).fill('Here'),
        ...Array(23).fill('Near'),
        ...Array(25).fill('Close'),
        ...Array(25).fill('Distant'),
        ...Array(25).fill('Far'),
        'All',
    ];
    assert.deepEqual(positions.map(reach.placeOf), words);
});

test('the button of a place goes to its far end', () => {
    const ends = { Here: 1, Near: 24, Close: 49, Distant: 74, Far: 99, All: 100 };
    for (const [, name] of reach.PLACES) {
        assert.equal(reach.endOf(name), ends[name]);
        assert.equal(reach.placeOf(ends[name]), name);
    }
});

test('a module that is louder than the threshold is reached, one just as loud is not', () => {
    for (const threshold of THRESHOLDS) {
        assert.equal(reach.reaches(threshold, module(threshold + 1)), true);
        assert.equal(reach.reaches(threshold, module(threshold)), false);
    }
});

test('all are all that are there, also who was never measured; who is not there is not reached', () => {
    assert.equal(reach.reaches(null, module(-100)), true);
    assert.equal(reach.reaches(null, module(null)), true);
    assert.equal(reach.reaches(-90, module(null)), false);
    assert.equal(reach.reaches(null, module(-30, { present: false })), false);
    assert.equal(reach.reaches(-90, module(-30, { present: false })), false);
});

test('in the picture an edge that is dragged gives back the position that it is drawn for', () => {
    for (const position of positions.slice(0, 99)) {
        const again = reach.positionAt(reach.farness(reach.thresholdOf(position)));
        assert.equal(reach.thresholdOf(again), reach.thresholdOf(position), `position ${position}`);
    }
    assert.equal(reach.positionAt(0), 1);
    assert.equal(reach.positionAt(1), 100);
    assert.deepEqual([10, -30, -100, -120, null].map(reach.farness), [0, 0, 1, 1, 1]);
});
