/* overlay_json.h - an overlay as debug cameras show it at /overlay.
 *
 *     {"intensity":96,"speed":3.25,"direction":"up_right","active":true,"activeBlocks":5,"confidence":88,
 *      "frameWidth":320,"frameHeight":240,"blockSize":40,"gridCols":8,"gridRows":6,
 *      "blocks":[{"row":2,"col":3,"x":120,"y":80,"dx":3.2,"dy":-2.75,"confidence":241,"valid":true}, …]
 *
 * is what every generation says (speed and vectors in px per frame; confidence of the whole in percent, of a block up to
 * 255; the oldest say {} before the first frame). Ours go on with what is not at its default:
 *
 *      "gridX":0,"gridY":0                   left and top of the grid, where it does not begin in the corner
 *      "speedPxS":32.5,"gesture":"clash","brightness":104
 *      "centre":{"x":0.5,"y":0.31},"trajectory":[{"x":0.48,"y":0.3,"intensity":90}, …]
 *      "frameId":4711,"timeUs":81276332}     of the frame that it was computed from
 */
#ifndef OVERLAY_JSON_H
#define OVERLAY_JSON_H

#include "json_put.h"
#include "overlay.h"

/* Room for whatever overlay_json_write() writes for a grid of so many blocks. */
#define OVERLAY_JSON_MAX(n_blocks) (1536 + 112 * (size_t)(n_blocks))

/* Writes the members, into an object that the caller begins and ends, and adds to what he likes. Of the blocks only those
 * that are valid and move: others draw nothing. */
void overlay_json_put(struct json_put *j, const struct overlay *o);
/* The whole object, compact. Bytes without a NUL; 0: it did not fit. */
size_t overlay_json_write(const struct overlay *o, char *out, size_t cap);

/* Reads what any generation says. Blocks go to `room`, which the overlay points into; placeholders, blocks that lie nowhere
 * in the grid or twice in one place, and what is beyond n_room are left out. Numbers out of range are the nearest in range.
 * -EBADMSG: no JSON, no object, a member of another type than it has, a grid that is not in its frame. */
int overlay_json_read(
    const char *text, size_t n, struct overlay *ret, struct overlay_block *room, size_t n_room);

#endif
