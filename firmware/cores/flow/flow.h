/* flow.h - what moved between two pictures of a camera: one vector per block of a grid, with a confidence that ranks right
 * from wrong. Integers only, no allocation, no state but what the caller gives room for; the same result on every machine.
 *
 *     frames ──▶ a quarter and an eighth of the size, each point against its surroundings (flow_pyramid.c)
 *                  │ the eighth: every shift up to 24 px, none first; the quarter: refined, what neighbours found included
 *                  ▼                                                                  (flow_far.c, flow_near.c)
 *                least squares between the pixels, on halves (flow_half.c), then on the frames themselves, where the
 *                block bends as its neighbours' vectors say and what does not fit counts less (flow_full.c)
 *                  │
 *                  ▼ agreement with neighbours, confidence, what has no texture is not valid (flow_agree.c)
 *
 * docs/decisions/optical-flow.md tells why so, and what was measured.
 */
#ifndef FLOW_H
#define FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flow_ops.h"

/* Steps of a vector in one pixel. */
#define FLOW_UNIT_BITS 8
#define FLOW_UNIT (1 << FLOW_UNIT_BITS)
/* Content further away is not found: three points of the eighth, and what the quarter adds to it. */
#define FLOW_REACH_PX 40
/* Smaller, and there is nothing to search in; larger, and positions would not fit their types. */
#define FLOW_SIDE_MIN 64
#define FLOW_SIDE_MAX 2048
/* Below, a block has no corner to hold on to; above, its halves do not fit the sums. */
#define FLOW_BLOCK_MIN 16
#define FLOW_BLOCK_MAX 64
#define FLOW_GRID_MAX 32

/* The grid lies in the middle of the frame: flow_shape_left() and flow_shape_top(). */
struct flow_shape {
    uint16_t width, height; /* of the frames, whose rows follow each other without gaps */
    uint8_t columns, rows;
    uint8_t block; /* its side in pixels */
};

/* What the first debug cameras use: 8 x 6 blocks of 40 px. */
#define FLOW_SHAPE_DEFAULT ((struct flow_shape){320, 240, 8, 6, 40})

static inline uint16_t flow_shape_left(const struct flow_shape *s)
{
    return (uint16_t)((s->width - s->columns * s->block) / 2);
}

static inline uint16_t flow_shape_top(const struct flow_shape *s)
{
    return (uint16_t)((s->height - s->rows * s->block) / 2);
}

struct flow_vector {
    int16_t dx,
        dy; /* where the block's content went, in 1/FLOW_UNIT px: right and down are positive */
    uint8_t confidence; /* 0 … 255 */
    bool valid; /* it has texture, and what was found resembles it; else the vector is a guess */
};

struct flow;

/* How much room a flow of this shape needs, for struct flow and all beside the frames. 0: no such shape. */
size_t flow_bytes(const struct flow_shape *shape);
/* Makes one in the caller's room, of at least flow_bytes() and aligned as for a pointer, which it keeps. `ops`: the inner loops, NULL for the
 * portable ones. NULL: no such shape, or too little room. */
struct flow *flow_init(
    void *room, size_t n_bytes, const struct flow_shape *shape, const struct flow_ops *ops);
/* What moved from `first` to `second`, 8-bit grey. `follows`: first is what `second` was in the call before, which saves
 * some of the work; the result is the same. Keeps no pointer to the frames, and reads
 * nothing outside of them, with portable ops; others may read FLOW_SLACK bytes behind their ends. */
void flow_run(struct flow *f, const uint8_t *first, const uint8_t *second, bool follows);

const struct flow_shape *flow_shape(const struct flow *f);
/* Of the last run; before it all are 0 and not valid. NULL: there is no such block. */
const struct flow_vector *flow_block(const struct flow *f, unsigned row, unsigned column);

#endif
