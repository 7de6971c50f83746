/* flow_half.c - vectors between the pixels of the frames' halves, which are made from the frames block by block. Least squares
 * go some pixels far from there; a block that fits badly begins anew where a neighbour went, if it fits better there.
 */
#include "flow_private.h"

#include "flow_fit.h"

/* A step, in 1/256 points of the half; further, the equations do not hold. */
#define REACH 512
/* Of vectors, where one can look between points. */
#define GRAIN_BITS (FLOW_UNIT_BITS + 1 - FLOW_STEP_BITS)
#define GRAIN (1 << GRAIN_BITS)
/* A neighbour's vector is tried when it differs by so much, and taken when less than 9/10 is left over. */
#define ELSEWHERE (3 * FLOW_UNIT / 2)
#define BETTER_OF_10 9
/* Left over, in 1/256 of the mean square of gradients: more than half a point off would explain. */
#define BAD 8

size_t flow_half_bytes(const struct flow_shape *shape)
{
    size_t pitch = shape->block / 2 + 3;

    return 2 * pitch * pitch;
}

/* A block's half in scratch, with a rim of one point where there is one, and room for its counterpart. */
struct halves {
    struct flow *f;
    struct flow_area area; /* of the block, on the half, within it */
    int32_t x0, y0;        /* what scratch begins with */
    size_t pitch;
    uint8_t *counterpart;
};

static void shrink(
    const struct flow *f, const uint8_t *frame, struct flow_area a, uint8_t *to, size_t pitch)
{
    size_t stride = f->shape.width;

    f->ops->half(frame + (size_t)(2 * a.y0) * stride + (size_t)(2 * a.x0), stride,
        (unsigned)(a.x1 - a.x0), (unsigned)(a.y1 - a.y0), to, pitch);
}

static void halves_begin(struct halves *h, struct flow *f, int32_t row, int32_t column)
{
    struct flow_area a = flow_area_of(f, row, column, 0);
    struct flow_area half = {a.x0 / 2, a.y0 / 2, a.x1 / 2, a.y1 / 2};
    struct flow_area rim = {half.x0 - 1, half.y0 - 1, half.x1 + 1, half.y1 + 1};

    rim = flow_area_common(rim, f->shape.width / 2, f->shape.height / 2, 0, 0, 0);
    h->f = f;
    h->area = half;
    h->x0 = rim.x0;
    h->y0 = rim.y0;
    h->pitch = f->shape.block / 2 + 3;
    h->counterpart = f->scratch + h->pitch * h->pitch;
    shrink(f, f->first, rim, f->scratch, h->pitch);
}

/* The moments where the block went by (dx, dy), in 1/64 points of the half. false: nothing of it is in the frame. */
static bool halves_moments(
    const struct halves *h, int32_t dx, int32_t dy, struct flow_moments *ret_m)
{
    int32_t ix = flow_shift(dx, FLOW_STEP_BITS), iy = flow_shift(dy, FLOW_STEP_BITS);
    const struct flow_shape *shape = &h->f->shape;
    struct flow_area a = flow_area_common(h->area, shape->width / 2, shape->height / 2, ix, iy, 1);

    if (flow_area_points(a) == 0)
        return false;
    shrink(h->f, h->f->second,
        (struct flow_area){a.x0 + ix, a.y0 + iy, a.x1 + ix + 1, a.y1 + iy + 1}, h->counterpart,
        h->pitch);
    h->f->ops->moments(h->f->scratch + (size_t)(a.y0 - h->y0) * h->pitch + (size_t)(a.x0 - h->x0),
        h->pitch, h->counterpart, h->pitch, (unsigned)(a.x1 - a.x0), (unsigned)(a.y1 - a.y0),
        (unsigned)(dx - ix * FLOW_STEPS), (unsigned)(dy - iy * FLOW_STEPS), ret_m);
    return true;
}

/* 1/FLOW_UNIT px of the frame in 1/64 points of the half. */
static int32_t to_half(int32_t v)
{
    return flow_shift(v + GRAIN / 2, GRAIN_BITS);
}

static bool moments_at(
    const struct halves *h, const struct flow_state *at, struct flow_moments *ret_m)
{
    return halves_moments(h, to_half(at->dx), to_half(at->dy), ret_m) &&
        ret_m->n * 8 >= flow_area_points(h->area);
}

static void step(struct flow_state *b, const struct flow_moments *m)
{
    struct flow_sums sums = {0};
    int32_t dx, dy;

    flow_sums_add(&sums, m, FLOW_WEIGHT);
    if (!flow_fit(&sums, &dx, &dy))
        return;
    b->dx = flow_limit(GRAIN * to_half(b->dx) + 2 * flow_clamp(dx, -REACH, REACH));
    b->dy = flow_limit(GRAIN * to_half(b->dy) + 2 * flow_clamp(dy, -REACH, REACH));
}

/* Whether a neighbour went elsewhere. One whose opposite is as far off on the other side did not: the field bends. At an edge
 * of the grid there is none, and it may bend there, too. */
static bool is_elsewhere(
    const struct flow_state *b, const struct flow_state *n, const struct flow_state *opposite)
{
    int32_t off = flow_length(n->dx - b->dx, n->dy - b->dy);

    if (!opposite)
        return off >= 2 * ELSEWHERE;
    return off >= ELSEWHERE &&
        flow_length(n->dx + opposite->dx - 2 * b->dx, n->dy + opposite->dy - 2 * b->dy) >=
        ELSEWHERE;
}

/* Where a neighbour went the block may fit better than where it was led. */
static bool try_neighbours(
    const struct halves *h, int32_t row, int32_t column, struct flow_moments *m)
{
    struct flow_state *b = flow_state_at(h->f, row, column);
    const struct flow_state *better = NULL;
    uint64_t best = (uint64_t)flow_residual(m) * BETTER_OF_10 / 10;

    for (unsigned i = 0; i < 4; i++) {
        const struct flow_state *n = flow_state_beside(h->f, row, column, i);
        struct flow_moments there;

        if (!n || !is_elsewhere(b, n, flow_state_beside(h->f, row, column, 3 - i)) ||
            !moments_at(h, n, &there) || flow_residual(&there) >= best)
            continue;
        best = flow_residual(&there);
        better = n;
        *m = there;
    }
    if (!better)
        return false;
    b->dx = better->dx;
    b->dy = better->dy;
    return true;
}

/* More is left over than a step's place would explain. */
static bool fits_badly(const struct flow_moments *m)
{
    return (uint64_t)flow_residual(m) * (uint32_t)m->n >
        (uint64_t)BAD * ((uint32_t)m->gxgx + (uint32_t)m->gygy);
}

static void refine(struct flow *f, int32_t row, int32_t column)
{
    struct flow_state *b = flow_state_at(f, row, column);
    struct flow_moments m;
    struct halves h;

    halves_begin(&h, f, row, column);
    if (!moments_at(&h, b, &m))
        return;
    if (fits_badly(&m) && try_neighbours(&h, row, column, &m)) {
        step(b, &m);
        if (!moments_at(&h, b, &m))
            return;
    }
    step(b, &m);
}

void flow_half(struct flow *f)
{
    int32_t columns = f->shape.columns, n = f->shape.rows * columns;

    for (int32_t i = 0; i < n; i++)
        refine(f, i / columns, i % columns);
}
