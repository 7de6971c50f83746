/* flow_private.h - what the parts of the optical flow share. Positions and sizes are in pixels of the level they belong to:
 * the frame, its half (1/2), its quarter (1/4), its eighth (1/8). */
#ifndef FLOW_PRIVATE_H
#define FLOW_PRIVATE_H

#include "flow.h"
#include "flow_math.h"

/* An image whose rows follow each other without gaps. */
struct flow_image {
    const uint8_t *points;
    int32_t width, height;
};

/* One frame at both small sizes. */
struct flow_small {
    uint8_t *quarter, *eighth;
};

/* What is known of a block beside its vector. */
struct flow_state {
    int16_t dx, dy;        /* the best so far, 1/FLOW_UNIT px */
    int8_t far_x, far_y;   /* the best shift on the eighth */
    int8_t near_x, near_y; /* and on the quarter */
    uint16_t mismatch;     /* of that, UINT16_MAX where there is none; flow_near.c */
    uint16_t worth;        /* the inverse of the vector's variance, in a unit of its own */
    uint32_t texture;      /* see flow_sums_texture(); 0 where nothing of it is in the frame */
    uint32_t residual;     /* see flow_sums_residual() */
};

struct flow {
    struct flow_shape shape;
    const struct flow_ops *ops;
    int32_t left, top; /* of the grid, in the frame */
    const uint8_t *first, *second;
    struct flow_small small[2]; /* of the first frame and of the second */
    uint8_t *scratch;
    struct flow_state *states;
    struct flow_vector *vectors;
};

/* A rectangle, from its left and top points up to but without its right and bottom ones. */
struct flow_area {
    int32_t x0, y0, x1, y1;
};

static inline struct flow_state *flow_state_at(const struct flow *f, int32_t row, int32_t column)
{
    return row < 0 || column < 0 || row >= f->shape.rows || column >= f->shape.columns
        ? NULL
        : &f->states[row * f->shape.columns + column];
}

/* Above, left, right, below: i = 0 … 3. */
static inline struct flow_state *flow_state_beside(
    const struct flow *f, int32_t row, int32_t column, unsigned i)
{
    return flow_state_at(f, row + (i == 3) - (i == 0), column + (i == 2) - (i == 1));
}

/* What of `a` lies within an image of that size, also when it is moved by (dx, dy), and leaves a rim in both. */
static inline struct flow_area flow_area_common(
    struct flow_area a, int32_t width, int32_t height, int32_t dx, int32_t dy, int32_t rim)
{
    a.x0 = flow_max(a.x0, rim + flow_max(0, -dx));
    a.y0 = flow_max(a.y0, rim + flow_max(0, -dy));
    a.x1 = flow_min(a.x1, width - rim - flow_max(0, dx));
    a.y1 = flow_min(a.y1, height - rim - flow_max(0, dy));
    return a;
}

/* A block, and so many pixels around it, in the frame. It may reach out of it. */
static inline struct flow_area flow_area_of(
    const struct flow *f, int32_t row, int32_t column, int32_t around)
{
    int32_t side = f->shape.block, x = f->left + column * side, y = f->top + row * side;

    return (struct flow_area){x - around, y - around, x + side + around, y + side + around};
}

static inline int32_t flow_area_points(struct flow_area a)
{
    return a.x1 > a.x0 && a.y1 > a.y0 ? (a.x1 - a.x0) * (a.y1 - a.y0) : 0;
}

static inline int16_t flow_limit(int32_t v)
{
    return (int16_t)flow_clamp(v, -FLOW_REACH_PX * FLOW_UNIT, FLOW_REACH_PX * FLOW_UNIT);
}

/* The parts of a run, in their order, and how much of the scratch some of them need. */
void flow_shrink(struct flow *f, const uint8_t *frame, struct flow_small *small);
size_t flow_shrink_bytes(const struct flow_shape *shape);
void flow_far(struct flow *f);
void flow_near(struct flow *f);
void flow_half(struct flow *f);
size_t flow_half_bytes(const struct flow_shape *shape);
void flow_full(struct flow *f);
size_t flow_full_bytes(const struct flow_shape *shape);
void flow_agree(struct flow *f);

#endif
