/* arrows.js - an overlay as lines on a canvas: grid, arrows, the way the motion went. Each kind and each
 * colour is one path and nothing is allocated: this runs for every picture of every camera in sight. */

import { STRIDE } from './overlay.js';

/**
 * Of the arrows by how sure they are, unsure first: colour and width. They differ in lightness and width
 * too, so that nobody has to tell red from orange; the dark edge keeps them apart from bright pictures.
 */
export const LEVELS = [
    { colour: '#45d3ff', width: 1.5 },
    { colour: '#ffb21a', width: 2.25 },
    { colour: '#ff4d3d', width: 3.25 },
];
const TRAIL = '#ffffff';
const TRAIL_WIDTH = 2;
const GRID = 'rgb(120 255 170 / 30%)';
const EDGE = 'rgb(0 0 0 / 60%)';
const EDGE_WIDTH = 2;

/** An arrow is so much longer than this, in motions from one picture to the next: CSS px … */
const LENGTH = 2;
const SHORTEST = 9;
/** … but reaches no further than the next blocks. */
const MAX_BLOCKS = 1.3;
const HEAD = 0.36;
const HEAD_MAX = 9;
const COS = Math.cos(Math.PI / 6);
const SIN = Math.sin(Math.PI / 6);

/*
 * `at` in all of these is where the frame lies on the canvas: { x, y, width, height } and `unit`, one
 * CSS px, in px of the canvas.
 */

export function drawGrid(g, { width, height, columns, rows, block, left, top }, at) {
    if (!columns) return;
    const sx = at.width / width;
    const sy = at.height / height;
    const from = { x: at.x + left * sx, y: at.y + top * sy };
    const to = { x: from.x + columns * block * sx, y: from.y + rows * block * sy };
    g.beginPath();
    for (let i = 0; i <= columns; i++) line(g, from.x + i * block * sx, from.y, 0, to.y - from.y);
    for (let i = 0; i <= rows; i++) line(g, from.x, from.y + i * block * sy, to.x - from.x, 0);
    g.strokeStyle = GRID;
    g.lineWidth = at.unit;
    g.stroke();
}

function line(g, x, y, dx, dy) {
    g.moveTo(x, y);
    g.lineTo(x + dx, y + dy);
}

/** `scale`: of the width of lines; 1 where the picture is large. */
export function drawArrows(g, overlay, at, scale) {
    g.lineCap = 'round';
    g.lineJoin = 'round';
    for (let level = 0; level < LEVELS.length; level++) {
        g.beginPath();
        if (tracePath(g, overlay, at, level, scale))
            strokeTwice(g, LEVELS[level].colour, LEVELS[level].width * at.unit * scale, at.unit);
    }
}

function tracePath(g, { width, height, block, vectors }, at, level, scale) {
    const sx = at.width / width;
    const sy = at.height / height;
    const longest = MAX_BLOCKS * block * Math.min(sx, sy);
    let any = false;
    for (let i = 0; i < vectors.length; i += STRIDE) {
        if (vectors[i + 4] !== level) continue;
        any = true;
        const x = at.x + vectors[i] * sx;
        const y = at.y + vectors[i + 1] * sy;
        arrow(g, x, y, vectors[i + 2] * sx, vectors[i + 3] * sy, longest, at.unit * scale);
    }
    return any;
}

function arrow(g, x, y, dx, dy, longest, unit) {
    const moved = Math.hypot(dx, dy);
    const length = Math.min(SHORTEST * unit + LENGTH * moved, longest);
    const head = Math.min(HEAD * length, HEAD_MAX * unit);
    const ux = dx / moved;
    const uy = dy / moved;
    const tipX = x + ux * length;
    const tipY = y + uy * length;
    g.moveTo(x, y);
    g.lineTo(tipX, tipY);
    g.moveTo(tipX - head * (ux * COS - uy * SIN), tipY - head * (uy * COS + ux * SIN));
    g.lineTo(tipX, tipY);
    g.lineTo(tipX - head * (ux * COS + uy * SIN), tipY - head * (uy * COS - ux * SIN));
}

function strokeTwice(g, colour, width, unit) {
    g.strokeStyle = EDGE;
    g.lineWidth = width + EDGE_WIDTH * unit;
    g.stroke();
    g.strokeStyle = colour;
    g.lineWidth = width;
    g.stroke();
}

/** The way that the centre of what moves has gone, older parts fainter, and where it is. */
export function drawTrajectory(g, { trajectory, centre }, at) {
    const n = trajectory.length / 2;
    const x = (i) => at.x + trajectory[2 * i] * at.width;
    const y = (i) => at.y + trajectory[2 * i + 1] * at.height;
    g.lineCap = 'butt';
    for (const edge of [true, false])
        for (let i = 1; i < n; i++) {
            g.globalAlpha = i / (n - 1);
            g.beginPath();
            line(g, x(i - 1), y(i - 1), x(i) - x(i - 1), y(i) - y(i - 1));
            g.strokeStyle = edge ? EDGE : TRAIL;
            g.lineWidth = (TRAIL_WIDTH + (edge ? EDGE_WIDTH : 0)) * at.unit;
            g.stroke();
        }
    g.globalAlpha = 1;
    if (!centre) return;
    g.beginPath();
    g.arc(at.x + centre[0] * at.width, at.y + centre[1] * at.height, 6 * at.unit, 0, 2 * Math.PI);
    strokeTwice(g, TRAIL, TRAIL_WIDTH * at.unit, at.unit);
}
