/* An overlay as a driver hands it over: what is refused is refused in words; what is taken becomes a message whose length is what it says,
 * and can be drawn on a picture of any size.
 *
 * Input: width and height of the picture (a byte each), struct wr_overlay but for its arrays, then blocks and points. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bus/overlay_message.h"
#include "device/overlay_abi.h"
#include "media/overlay_draw.h"

static void must(bool ok)
{
    if (!ok)
        abort();
}

struct input {
    const uint8_t *at;
    size_t left;
};

/* What is missing is zero. */
static void take(struct input *in, void *to, size_t n)
{
    size_t there = MIN(n, in->left);

    memset(to, 0, n);
    memcpy(to, in->at, there);
    in->at += there;
    in->left -= there;
}

static void check_message(struct frame_pool *p, const struct overlay *o)
{
    struct overlay_message *m = overlay_message_new(p, o, 1, false);

    must(m && m->len == 32u + 36 + 8 * o->n_blocks + 6 * o->n_points);
    memset(m->message - OVERLAY_HEADROOM, 0xAB, OVERLAY_HEADROOM);
    overlay_message_seal(m);
    must(m->message[1] == MESSAGE_OVERLAY);
    must(o->n_blocks == 0 ||
        memcmp(m->overlay.blocks, o->blocks, o->n_blocks * sizeof *o->blocks) == 0);
    overlay_message_unref(m);
}

static void check_drawn(const struct overlay *o, unsigned width, unsigned height)
{
    struct pixels p = {calloc((size_t)width * height, 3), width, height, 3};

    overlay_draw(&p, o, true);
    pixels_fini(&p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct wr_overlay_block blocks[OVERLAY_BLOCKS_MAX + 1];
    static struct wr_overlay_point points[WR_OVERLAY_POINTS_MAX + 1];
    static struct overlay_block room[OVERLAY_BLOCKS_MAX];
    struct input in = {data, size};
    struct frame_pool *pool;
    struct wr_overlay from;
    struct overlay o;
    uint8_t side[2];

    take(&in, side, sizeof side);
    take(&in, &from, sizeof from);
    from.n_blocks %= OVERLAY_BLOCKS_MAX + 2;
    from.n_points %= WR_OVERLAY_POINTS_MAX + 2;
    take(&in, blocks, from.n_blocks * sizeof *blocks);
    take(&in, points, from.n_points * sizeof *points);
    from.blocks = blocks;
    from.points = points;
    if (overlay_problem(&from))
        return 0;
    overlay_of_driver(&from, room, &o);
    must(o.n_blocks == from.n_blocks && o.n_points == from.n_points);
    must(frame_pool_new(&pool) == 0);
    check_message(pool, &o);
    frame_pool_free(pool);
    check_drawn(&o, side[0] + 1u, side[1] + 1u);
    return 0;
}
