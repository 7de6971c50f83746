/* frame.js - one binary message of the WebSocket. Little-endian:
 *
 *    0      1      2        4       8               16               24       28      32
 *   +------+------+--------+-------+---------------+----------------+--------+-------+----------
 *   | 0x01 | kind | channel| seq   | captured at   | received at    | length | flags | length bytes
 *   +------+------+--------+-------+---------------+----------------+--------+-------+----------
 *     u8     u8     u16      u32     i64 µs, 0 none  i64 µs           u32      u32     JPEG, or overlay
 */

const VERSION = 1;
const HEADER_BYTES = 32;

export const KIND_JPEG = 1;
export const KIND_OVERLAY = 2;

const FLAG_NIGHT = 1 << 0;
const FLAG_CAPTURE = 1 << 1;
const FLAG_LOOSE = 1 << 2;

/** The message taken apart, or null when it is not one of ours. `body` is a view into `buffer`. */
export function parseFrame(buffer) {
    if (buffer.byteLength < HEADER_BYTES) return null;
    const view = new DataView(buffer);
    if (
        view.getUint8(0) !== VERSION ||
        view.getUint32(24, true) !== buffer.byteLength - HEADER_BYTES
    )
        return null;
    const flags = view.getUint32(28, true);
    return {
        kind: view.getUint8(1),
        channel: view.getUint16(2, true),
        seq: view.getUint32(4, true),
        capturedMs: Number(view.getBigInt64(8, true)) / 1000,
        receivedMs: Number(view.getBigInt64(16, true)) / 1000,
        night: (flags & FLAG_NIGHT) !== 0,
        still: (flags & FLAG_CAPTURE) !== 0,
        loose: (flags & FLAG_LOOSE) !== 0,
        body: new Uint8Array(buffer, HEADER_BYTES),
    };
}
