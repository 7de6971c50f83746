/* overlay.js - what follows the head of an overlay message: the motion in one frame. Little-endian:
 *
 *    0      2       4        5     6      8     10    12     13         14          15         16
 *   +------+-------+--------+-----+------+-----+-----+------+----------+-----------+----------+----
 *   | width| height| columns| rows| block| left| top | flags| intensity| confidence| direction|
 *   +------+-------+--------+-----+------+-----+-----+------+----------+-----------+----------+----
 *     u16    u16     u8       u8    u16    u16   u16   u8     u8         u8, %       u8
 *
 *     16       17          18             20             24                28         30         32
 *   +--------+-----------+--------------+--------------+-----------------+----------+----------+----
 *   | gesture| brightness| active blocks| speed        | speed           | centre x | centre y |
 *   +--------+-----------+--------------+--------------+-----------------+----------+----------+----
 *     u8       u8          u16            u32, px/256    u32, px/256 per s  u16        u16
 *                                         per frame      0: not known       1/65536 of the frame
 *
 *     32       34   35   36
 *   +--------+----+----+----------------------------------------+-------------------------------+
 *   | n      | m  | 0  | n × row, column, confidence, valid,    | m × x, y, intensity, 0        |
 *   +--------+----+----+     dx, dy                             +     oldest first              |
 *     u16      u8   u8     u8, u8, u8, u8, i16, i16 (px/256)        u16, u16, u8, u8
 *
 * It comes from a camera by way of the gateway, so nothing in it is believed. Pure. */

const HEAD_BYTES = 36;
const BLOCK_BYTES = 8;
const POINT_BYTES = 6;
/** Columns and rows, and points, as the gateway takes them from cameras. */
const MAX_SIDE = 32;
const MAX_POINTS = 20;
const UNIT = 256;
const PLACE_UNIT = 65536;

const ACTIVE = 1 << 0;
const CENTRED = 1 << 1;
const BY_GATEWAY = 1 << 2;
const BY_CAMERA = 1 << 3;

const DIRECTIONS = [
    '',
    'up',
    'down',
    'left',
    'right',
    'up_left',
    'up_right',
    'down_left',
    'down_right',
];
const GESTURES = ['', 'ignition', 'retract', 'clash'];

/* How sure a vector is, of 255: above these it is of the second and third level. */
const SURE = 0.4 * 255;
const VERY_SURE = 0.7 * 255;

/** Of each vector in `vectors`: x, y of where it begins and dx, dy (px of the frame), level 0 … 2. */
export const STRIDE = 5;

/**
 * `bytes` as an object, or null when it is no overlay. Of its vectors there are those that lie in the
 * grid, are valid and move. What a later gateway appends is passed over.
 */
export function parseOverlay(bytes) {
    if (bytes.byteLength < HEAD_BYTES) return null;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const n = view.getUint16(32, true);
    const m = view.getUint8(34);
    const pointsAt = HEAD_BYTES + n * BLOCK_BYTES;
    if (m > MAX_POINTS || bytes.byteLength < pointsAt + m * POINT_BYTES) return null;
    const grid = readGrid(view);
    if (!grid || n > grid.columns * grid.rows) return null;
    return {
        ...grid,
        ...readSummary(view),
        vectors: readVectors(view, n, grid),
        trajectory: readTrajectory(view, pointsAt, m),
    };
}

function readGrid(view) {
    const grid = {
        width: view.getUint16(0, true),
        height: view.getUint16(2, true),
        columns: view.getUint8(4),
        rows: view.getUint8(5),
        block: view.getUint16(6, true),
        left: view.getUint16(8, true),
        top: view.getUint16(10, true),
    };
    const { width, height, columns, rows, block } = grid;
    if (columns > MAX_SIDE || rows > MAX_SIDE) return null;
    if (columns === 0 && rows === 0) return grid;
    return columns && rows && width && height && block ? grid : null;
}

function readSummary(view) {
    const flags = view.getUint8(12);
    return {
        active: (flags & ACTIVE) !== 0,
        by: flags & BY_GATEWAY ? 'gateway' : flags & BY_CAMERA ? 'camera' : '',
        intensity: view.getUint8(13),
        confidence: Math.min(view.getUint8(14), 100),
        direction: DIRECTIONS[view.getUint8(15)] ?? '',
        gesture: GESTURES[view.getUint8(16)] ?? '',
        brightness: view.getUint8(17),
        activeBlocks: view.getUint16(18, true),
        speed: view.getUint32(20, true) / UNIT,
        speedPerS: view.getUint32(24, true) / UNIT,
        centre:
            flags & CENTRED
                ? [view.getUint16(28, true) / PLACE_UNIT, view.getUint16(30, true) / PLACE_UNIT]
                : null,
    };
}

function levelOf(confidence) {
    if (confidence > VERY_SURE) return 2;
    return confidence > SURE ? 1 : 0;
}

/* One array, and none for each vector: thirty times a second there are up to a thousand. */
function readVectors(view, n, { columns, rows, block, left, top }) {
    const vectors = new Float32Array(n * STRIDE);
    let used = 0;
    for (let at = HEAD_BYTES; at < HEAD_BYTES + n * BLOCK_BYTES; at += BLOCK_BYTES) {
        const row = view.getUint8(at);
        const column = view.getUint8(at + 1);
        const dx = view.getInt16(at + 4, true) / UNIT;
        const dy = view.getInt16(at + 6, true) / UNIT;
        if (row >= rows || column >= columns || !view.getUint8(at + 3) || (!dx && !dy)) continue;
        vectors[used] = left + (column + 0.5) * block;
        vectors[used + 1] = top + (row + 0.5) * block;
        vectors[used + 2] = dx;
        vectors[used + 3] = dy;
        vectors[used + 4] = levelOf(view.getUint8(at + 2));
        used += STRIDE;
    }
    return vectors.subarray(0, used);
}

/* x and y of each point, in parts of the frame. */
function readTrajectory(view, from, m) {
    const points = new Float32Array(m * 2);
    for (let i = 0; i < m; i++) {
        const at = from + i * POINT_BYTES;
        points[2 * i] = view.getUint16(at, true) / PLACE_UNIT;
        points[2 * i + 1] = view.getUint16(at + 2, true) / PLACE_UNIT;
    }
    return points;
}
