/* flow.c - the shape of an optical flow, its memory, and its run. */
#include "flow_private.h"

#include <string.h>

static bool shape_is_sound(const struct flow_shape *s)
{
    return s->width >= FLOW_SIDE_MIN && s->width <= FLOW_SIDE_MAX && s->height >= FLOW_SIDE_MIN &&
        s->height <= FLOW_SIDE_MAX && s->block >= FLOW_BLOCK_MIN && s->block <= FLOW_BLOCK_MAX &&
        s->columns >= 1 && s->columns <= FLOW_GRID_MAX && s->rows >= 1 &&
        s->rows <= FLOW_GRID_MAX && s->columns * s->block <= s->width &&
        s->rows * s->block <= s->height;
}

static size_t quarter_bytes(const struct flow_shape *s)
{
    return (size_t)(s->width / 4) * (s->height / 4);
}

static size_t eighth_bytes(const struct flow_shape *s)
{
    return (size_t)(s->width / 8) * (s->height / 8);
}

static size_t scratch_bytes(const struct flow_shape *s)
{
    size_t most = flow_shrink_bytes(s);

    most = most > flow_half_bytes(s) ? most : flow_half_bytes(s);
    most = most > flow_full_bytes(s) ? most : flow_full_bytes(s);
    return (most + 7) / 8 * 8; /* what follows is aligned */
}

size_t flow_bytes(const struct flow_shape *s)
{
    size_t blocks = (size_t)s->columns * s->rows;

    if (!shape_is_sound(s))
        return 0;
    return sizeof(struct flow) + blocks * (sizeof(struct flow_state) + sizeof(struct flow_vector)) +
        2 * (quarter_bytes(s) + eighth_bytes(s)) + scratch_bytes(s) + FLOW_SLACK;
}

struct flow *flow_init(
    void *room, size_t n_bytes, const struct flow_shape *shape, const struct flow_ops *ops)
{
    size_t need = flow_bytes(shape), blocks = (size_t)shape->columns * shape->rows;
    struct flow *f = room;
    uint8_t *at;

    if (need == 0 || n_bytes < need)
        return NULL;
    memset(room, 0, need);
    f->shape = *shape;
    f->ops = ops ? ops : &flow_portable;
    f->left = flow_shape_left(shape);
    f->top = flow_shape_top(shape);
    /* From the strictest alignment to none. */
    f->states = (struct flow_state *)(f + 1);
    f->scratch = (uint8_t *)(f->states + blocks);
    f->vectors = (struct flow_vector *)(void *)(f->scratch + scratch_bytes(shape));
    at = (uint8_t *)(f->vectors + blocks);
    for (unsigned i = 0; i < 2; i++) {
        f->small[i].quarter = at;
        f->small[i].eighth = at + quarter_bytes(shape);
        at += quarter_bytes(shape) + eighth_bytes(shape);
    }
    return f;
}

void flow_run(struct flow *f, const uint8_t *first, const uint8_t *second, bool follows)
{
    struct flow_small earlier = f->small[0];

    f->small[0] = f->small[1];
    f->small[1] = earlier;
    f->first = first;
    f->second = second;
    if (!follows)
        flow_shrink(f, first, &f->small[0]);
    flow_shrink(f, second, &f->small[1]);
    flow_far(f);
    flow_near(f);
    flow_half(f);
    flow_full(f);
    flow_agree(f);
    f->first = f->second = NULL;
}

const struct flow_shape *flow_shape(const struct flow *f)
{
    return &f->shape;
}

const struct flow_vector *flow_block(const struct flow *f, unsigned row, unsigned column)
{
    if (row >= f->shape.rows || column >= f->shape.columns)
        return NULL;
    return &f->vectors[row * f->shape.columns + column];
}
