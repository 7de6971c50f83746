/* flow_search.c - where each block went, to a pixel or two: every shift on the eighth, the best ones and their neighbours'
 * on the quarter. No motion is tried first and stays unless another one is better. */
#include "flow_private.h"

/* Shifts on the eighth, to each side. */
#define FAR 3
/* Shifts on the quarter that are looked at, to each side. */
#define NEAR_MAX (FLOW_REACH_PX / 4 - 1)
/* What stands around a block tells where it belongs, too: so many pixels of the frame. */
#define FAR_AROUND 16
#define NEAR_AROUND 8
/* Steps downhill on the quarter from the best candidate. */
#define STEPS 3
/* How much worse a shift is made, in 1/256, by each neighbour per point that it differs from it, beyond half of one, and
 * up to four: where a block has nothing to say, its neighbours decide. */
#define APART 19
#define APART_MAX 8
/* By how much a shift must be better than none, in 1/256 of a step of the normalised: noise alone prefers none. */
#define MOVES 512
/* A mean difference in 1/256 that no shift has: 255 is the largest. */
#define NOTHING (1u << 16)

struct shift {
    int32_t x, y;
};

/* The search of one block on one level. */
struct search {
    const struct flow_ops *ops;
    const uint8_t *first, *second;
    int32_t width, height;
    int32_t every;         /* so many-th row counts */
    struct flow_area area; /* it may reach out of the image */
    struct shift best;
    uint32_t mismatch, cost; /* of the best; cost is with its handicap */
};

/* The mean difference of the block when shifted, in 1/256; NOTHING where it cannot be less than `limit`, or too little of
 * it stays in the image. */
static uint32_t mismatch(const struct search *s, struct shift v, uint32_t limit)
{
    struct flow_area a = flow_area_common(s->area, s->width, s->height, v.x, v.y, 0);
    int32_t all = flow_area_points(s->area), w = a.x1 - a.x0,
            h = (a.y1 - a.y0 + s->every - 1) / s->every;
    uint32_t n = (uint32_t)(w * h), stop = (limit * n + 255) / 256, sad;
    const uint8_t *from;

    if (flow_area_points(a) * 5 < all * 2)
        return NOTHING;
    from = s->first + a.y0 * s->width + a.x0;
    sad = s->ops->sad(from, s->second + (a.y0 + v.y) * s->width + a.x0 + v.x,
        (size_t)(s->every * s->width), (unsigned)w, (unsigned)h, stop);
    return sad < stop ? sad * 256 / n : NOTHING;
}

/* Takes a shift if it is better than the best. `handicap` is in 1/256. */
static void try(struct search *s, struct shift v, uint32_t handicap)
{
    uint32_t moves = v.x || v.y ? MOVES : 0, m, cost;

    if (s->cost <= moves)
        return;
    m = mismatch(s, v, ((s->cost - moves) * 256 + 255 + handicap) / (256 + handicap));
    cost = m * (256 + handicap) / 256 + moves;
    if (m == NOTHING || cost >= s->cost)
        return;
    s->mismatch = m;
    s->cost = cost;
    s->best = v;
}

static struct search search_of(const struct flow *f, int32_t row, int32_t column, bool far)
{
    struct flow_area a = flow_area_of(f, row, column, far ? FAR_AROUND : NEAR_AROUND);
    int32_t scale = far ? 8 : 4, width = f->shape.width / 4, height = f->shape.height / 4;

    return (struct search){.ops = f->ops,
        .first = far ? f->small[0].eighth : f->small[0].quarter,
        .second = far ? f->small[1].eighth : f->small[1].quarter,
        .width = far ? width / 2 : width,
        .height = far ? height / 2 : height,
        .area = {flow_floor(a.x0, scale), flow_floor(a.y0, scale), flow_floor(a.x1, scale),
            flow_floor(a.y1, scale)},
        .every = far ? 2 : 1,
        .mismatch = NOTHING,
        .cost = NOTHING};
}

static void search_eighth(struct flow *f, int32_t row, int32_t column)
{
    struct flow_state *b = flow_state_at(f, row, column);
    struct search s = search_of(f, row, column, true);

    try(&s, (struct shift){0, 0}, 0);
    /* A good one early makes the others short. */
    for (unsigned i = 0; i < 2; i++) {
        const struct flow_state *n = flow_state_beside(f, row, column, i);

        if (n)
            try(&s, (struct shift){n->far_x, n->far_y}, 0);
    }
    for (int32_t y = -FAR; y <= FAR; y++) {
        for (int32_t x = -FAR; x <= FAR; x++)
            try(&s, (struct shift){x, y}, 0);
    }
    b->far_x = (int8_t)s.best.x;
    b->far_y = (int8_t)s.best.y;
    b->near_x = (int8_t)(2 * s.best.x);
    b->near_y = (int8_t)(2 * s.best.y);
}

/* --- on the quarter --------------------------------------------------------------------------- */

static uint32_t handicap(const struct flow *f, int32_t row, int32_t column, struct shift v)
{
    uint32_t sum = 0;

    for (unsigned i = 0; i < 4; i++) {
        const struct flow_state *n = flow_state_beside(f, row, column, i);

        if (n)
            sum += (uint32_t)flow_clamp(
                2 * flow_length(v.x - n->near_x, v.y - n->near_y) - 1, 0, APART_MAX);
    }
    return APART * sum;
}

static void try_near(
    const struct flow *f, int32_t row, int32_t column, struct search *s, struct shift v)
{
    if (flow_abs(v.x) <= NEAR_MAX && flow_abs(v.y) <= NEAR_MAX)
        try(s, v, handicap(f, row, column, v));
}

static void try_beside(
    const struct flow *f, int32_t row, int32_t column, struct search *s, unsigned i)
{
    const struct flow_state *n = flow_state_beside(f, row, column, i);

    if (n && (n->near_x != s->best.x || n->near_y != s->best.y))
        try_near(f, row, column, s, (struct shift){n->near_x, n->near_y});
}

static bool is_around(struct shift v, struct shift centre)
{
    return flow_abs(v.x - centre.x) <= 1 && flow_abs(v.y - centre.y) <= 1;
}

static void descend(const struct flow *f, int32_t row, int32_t column, struct search *s)
{
    struct shift from = s->best, before = from;

    for (unsigned i = 0; i < STEPS; i++) {
        for (int32_t k = 0; k < 9; k++) {
            struct shift v = {from.x + k % 3 - 1, from.y + k / 3 - 1};

            /* What lies around the step before was tried then. */
            if (k != 4 && (i == 0 || !is_around(v, before)))
                try_near(f, row, column, s, v);
        }
        if (s->best.x == from.x && s->best.y == from.y)
            return;
        before = from;
        from = s->best;
    }
}

/* Where between its neighbours the best shift lies, by a parabola through the squares: in 1/FLOW_UNIT px of the frame. */
static int32_t between(const struct search *s, struct shift step)
{
    struct shift less = {s->best.x - step.x, s->best.y - step.y};
    struct shift more = {s->best.x + step.x, s->best.y + step.y};
    uint32_t l = mismatch(s, less, NOTHING), m = mismatch(s, more, NOTHING);
    int64_t lower = (int64_t)l * l, upper = (int64_t)m * m,
            bend = lower + upper - 2 * (int64_t)s->mismatch * s->mismatch;

    if (l == NOTHING || m == NOTHING || bend <= 0)
        return 0;
    return flow_clamp(
        (int32_t)((lower - upper) * (4 * FLOW_UNIT / 2) / bend), -2 * FLOW_UNIT, 2 * FLOW_UNIT);
}

static void search_quarter(struct flow *f, int32_t row, int32_t column)
{
    struct flow_state *b = flow_state_at(f, row, column);
    struct search s = search_of(f, row, column, false);

    try_near(f, row, column, &s, (struct shift){0, 0});
    try_near(f, row, column, &s, (struct shift){b->near_x, b->near_y});
    for (unsigned i = 0; i < 4; i++)
        try_beside(f, row, column, &s, i);
    descend(f, row, column, &s);
    b->near_x = (int8_t)s.best.x;
    b->near_y = (int8_t)s.best.y;
}

/* What one block found its neighbours may have missed. */
static void hand_on(struct flow *f, int32_t row, int32_t column)
{
    struct flow_state *b = flow_state_at(f, row, column);
    struct search s = search_of(f, row, column, false);
    struct shift own = {b->near_x, b->near_y};

    try_near(f, row, column, &s, own);
    for (unsigned i = 0; i < 4; i++)
        try_beside(f, row, column, &s, i);
    if (s.best.x != own.x || s.best.y != own.y)
        descend(f, row, column, &s);
    b->near_x = (int8_t)s.best.x;
    b->near_y = (int8_t)s.best.y;
    b->dx = (int16_t)(4 * FLOW_UNIT * s.best.x + between(&s, (struct shift){1, 0}));
    b->dy = (int16_t)(4 * FLOW_UNIT * s.best.y + between(&s, (struct shift){0, 1}));
}

/* There and back, so that what one block found gets to all. */
void flow_search(struct flow *f)
{
    int32_t columns = f->shape.columns, n = f->shape.rows * columns;

    for (int32_t i = 0; i < n; i++)
        search_eighth(f, i / columns, i % columns);
    for (int32_t i = 0; i < n; i++)
        search_quarter(f, i / columns, i % columns);
    for (int32_t i = n - 1; i >= 0; i--)
        hand_on(f, i / columns, i % columns);
}
