/* overlays.mjs - overlays as a gateway sends them: fields of vectors that move, and their bytes. */

const UNIT = 256;
const PLACE_UNIT = 65536;

/** An overlay with nothing in it; `more` is what is different, named as parseOverlay() names it. */
export const overlay = (more = {}) => ({
    width: 480,
    height: 360,
    columns: 8,
    rows: 6,
    block: 60,
    left: 0,
    top: 0,
    active: false,
    by: 'gateway',
    intensity: 0,
    confidence: 0,
    direction: 0,
    gesture: 0,
    brightness: 120,
    activeBlocks: 0,
    speed: 0,
    speedPerS: 0,
    centre: null,
    blocks: [] /* { row, column, confidence, valid, dx, dy } */,
    trajectory: [] /* [x, y, intensity] */,
    ...more,
});

/** Its bytes: what follows the head of the message. */
export function overlayBytes(o) {
    const head = Buffer.alloc(36);
    [o.width, o.height].forEach((v, i) => head.writeUInt16LE(v, 2 * i));
    head[4] = o.columns;
    head[5] = o.rows;
    [o.block, o.left, o.top].forEach((v, i) => head.writeUInt16LE(v, 6 + 2 * i));
    const by = { gateway: 4, camera: 8 }[o.by] ?? 0;
    head[12] = (o.active ? 1 : 0) | (o.centre ? 2 : 0) | by;
    [o.intensity, o.confidence, o.direction, o.gesture, o.brightness].forEach(
        (v, i) => (head[13 + i] = v),
    );
    head.writeUInt16LE(o.activeBlocks, 18);
    head.writeUInt32LE(Math.round(o.speed * UNIT), 20);
    head.writeUInt32LE(Math.round(o.speedPerS * UNIT), 24);
    (o.centre ?? [0, 0]).forEach((v, i) => head.writeUInt16LE(place(v), 28 + 2 * i));
    head.writeUInt16LE(o.blocks.length, 32);
    head[34] = o.trajectory.length;
    return Buffer.concat([head, ...o.blocks.map(blockBytes), ...o.trajectory.map(pointBytes)]);
}

const place = (v) => Math.min(Math.round(v * PLACE_UNIT), PLACE_UNIT - 1);

function blockBytes({ row, column, confidence = 255, valid = true, dx, dy }) {
    const bytes = Buffer.from([row, column, confidence, valid ? 1 : 0, 0, 0, 0, 0]);
    bytes.writeInt16LE(Math.round(dx * UNIT), 4);
    bytes.writeInt16LE(Math.round(dy * UNIT), 6);
    return bytes;
}

function pointBytes([x, y, intensity = 128]) {
    const bytes = Buffer.alloc(6);
    bytes.writeUInt16LE(place(x), 0);
    bytes.writeUInt16LE(place(y), 2);
    bytes[4] = intensity;
    return bytes;
}

/* Where the thing in the field is at a time, in parts of the frame: round and round. */
const whereAt = (s) => [0.5 + 0.28 * Math.cos(s), 0.5 + 0.24 * Math.sin(s)];

const DIRECTIONS = [4, 8, 2, 7, 3, 5, 1, 6]; /* right, down right, down … by 45° */
const FPS = 25;
const POINTS = 12;
/** Once in so long it is a gesture: s. */
const GESTURE_EVERY = 3;

/** Something that goes round in the picture: the field at `s` seconds. */
export function movingField(s, more = {}) {
    const o = overlay(more);
    const [x, y] = whereAt(s);
    const [x2, y2] = whereAt(s + 1 / FPS);
    const dx = (x2 - x) * o.width;
    const dy = (y2 - y) * o.height;
    for (let row = 0; row < o.rows; row++)
        for (let column = 0; column < o.columns; column++) {
            const away = Math.hypot(
                (o.left + (column + 0.5) * o.block) / o.width - x,
                (o.top + (row + 0.5) * o.block) / o.height - y,
            );
            if (away > 0.3) continue;
            const confidence = Math.round(255 * (1 - away / 0.36));
            o.blocks.push({ row, column, confidence, dx: dx * (1 - away), dy: dy * (1 - away) });
        }
    const speed = Math.hypot(dx, dy);
    return {
        ...o,
        active: true,
        intensity: Math.round(90 + 60 * Math.sin(s / 2)),
        confidence: 80,
        direction: DIRECTIONS[(Math.round((Math.atan2(dy, dx) * 4) / Math.PI) + 8) % 8],
        gesture: s % GESTURE_EVERY < 0.7 ? 1 + (Math.floor(s / GESTURE_EVERY) % 3) : 0,
        activeBlocks: o.blocks.length,
        speed,
        speedPerS: speed * FPS,
        centre: [x, y],
        trajectory: Array.from({ length: POINTS }, (_, i) => whereAt(s - (POINTS - 1 - i) * 0.12)),
        ...more,
    };
}

/**
 * From now on each picture of a camera is followed by its overlay: `make(seq)` gives it (null: none),
 * `delayMs()` how much later it comes. They stay in order, as on one connection.
 */
export function sendOverlays(gateway, id, { make, delayMs = () => 5, loose = false } = {}) {
    const began = Date.now();
    make ??= () => movingField((Date.now() - began) / 1000);
    let last = 0;
    gateway.afterPicture.set(id, (seq, peers) => {
        const made = make(seq);
        if (!made) return;
        last = Math.max(last, Date.now() + delayMs());
        setTimeout(
            () => gateway.sendOverlay(id, seq, overlayBytes(made), peers, { loose }),
            last - Date.now(),
        );
    });
}
