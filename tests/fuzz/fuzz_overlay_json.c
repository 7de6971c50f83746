/* An overlay that was read lies in its grid and its frame, fits the room that its writer asks for, and is read again as the
 * same but for what is not written: blocks that do not move. */
#include <stdint.h>
#include <stdlib.h>

#include "overlay_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Less than a grid can hold: what is beyond the room is left out. */
#define ROOM 100

static void check(const struct overlay *o)
{
    if (o->n_blocks > ROOM || o->n_points > OVERLAY_POINTS_MAX || o->columns > OVERLAY_SIDE_MAX ||
        o->rows > OVERLAY_SIDE_MAX || o->confidence_percent > 100 ||
        o->left + o->columns * o->block > o->frame_width ||
        o->top + o->rows * o->block > o->frame_height)
        abort();
    for (size_t i = 0; i < o->n_blocks; i++)
        if (o->blocks[i].row >= o->rows || o->blocks[i].column >= o->columns)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct overlay_block room[ROOM], room_again[ROOM];
    static char text[OVERLAY_JSON_MAX(ROOM)];
    struct overlay o, again;
    size_t n;

    if (overlay_json_read((const char *)data, size, &o, room, ROOM) < 0)
        return 0;
    check(&o);
    n = overlay_json_write(&o, text, sizeof text);
    if (n == 0 || overlay_json_read(text, n, &again, room_again, ROOM) < 0)
        abort();
    check(&again);
    if (again.intensity != o.intensity || again.direction != o.direction ||
        again.frame_id != o.frame_id || again.has_frame_id != o.has_frame_id ||
        again.time_us != o.time_us || again.n_points != o.n_points || again.columns != o.columns ||
        again.left != o.left || again.top != o.top || again.active != o.active ||
        again.n_blocks > o.n_blocks)
        abort();
    return 0;
}
