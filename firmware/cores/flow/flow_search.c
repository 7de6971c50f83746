/* flow_search.c - where each block went, to a pixel or two: every shift on the eighth, the best ones and their neighbours'
 * on the quarter. No motion is tried first and stays unless another one is better. */
#include "flow_private.h"

/* Shifts on the eighth, to each side. */
#define FAR (FLOW_PLACES / 2)
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

/* A rectangle of points: where it begins in its image, and how much of it counts. */
struct part {
    int32_t at;
    uint32_t w, h;
};

/* The search of one block on one level. */
struct search {
    const struct flow_ops *ops;
    const uint8_t *first, *second;
    int32_t width, height;
    bool sparse;           /* every other row counts */
    size_t stride;         /* from one that counts to the next */
    struct flow_area area; /* what of it is in the first image */
    int32_t least;         /* points of it that must stay in the second */
    struct flow_area free; /* shifts by which all of it stays there */
    struct part whole;
    struct shift beside[4]; /* where the neighbours went: above, left, right, below */
    unsigned n_beside;
    struct shift best;
    uint32_t mismatch, cost; /* of the best; cost is with its handicap */
};

/* How the part of a block that is compared lies in its image. */
static struct part part_of(const struct search *s, struct flow_area a)
{
    int32_t h = a.y1 - a.y0;

    return (struct part){
        a.y0 * s->width + a.x0, (uint32_t)(a.x1 - a.x0), (uint32_t)(s->sparse ? (h + 1) / 2 : h)};
}

static uint32_t mismatch_of(
    const struct search *s, const struct part *p, struct shift v, uint32_t limit)
{
    const uint8_t *from = s->first + p->at, *to = s->second + p->at + v.y * s->width + v.x;
    uint32_t n = p->w * p->h, stop = (limit * n + 255) / 256, sad;

    sad = s->ops->sad(from, to, s->stride, p->w, p->h, stop);
    return sad < stop ? sad * 256 / n : NOTHING;
}

static bool is_free(const struct search *s, struct shift v)
{
    return v.x >= s->free.x0 && v.x <= s->free.x1 && v.y >= s->free.y0 && v.y <= s->free.y1;
}

/* The mean difference of the block when shifted, in 1/256; NOTHING where it cannot be less than `limit`, or too little of
 * it stays in the image. */
static uint32_t mismatch(const struct search *s, struct shift v, uint32_t limit)
{
    struct flow_area a;
    struct part part;

    if (is_free(s, v))
        return mismatch_of(s, &s->whole, v, limit);
    a = flow_area_common(s->area, s->width, s->height, v.x, v.y, 0);
    if (flow_area_points(a) < s->least)
        return NOTHING;
    part = part_of(s, a);
    return mismatch_of(s, &part, v, limit);
}

static void take(struct search *s, struct shift v, uint32_t m, uint32_t cost)
{
    if (m == NOTHING || cost >= s->cost)
        return;
    s->mismatch = m;
    s->cost = cost;
    s->best = v;
}

/* Takes a shift if it is better than the best. `handicap` is in 1/256. */
static void try(struct search *s, struct shift v, uint32_t handicap)
{
    uint32_t moves = v.x || v.y ? MOVES : 0, limit, m;

    if (s->cost <= moves)
        return;
    limit = s->cost - moves;
    if (handicap)
        limit = (limit * 256 + 255 + handicap) / (256 + handicap);
    m = mismatch(s, v, limit);
    take(s, v, m, m * (256 + handicap) / 256 + moves);
}

static void search_begin(
    struct search *s, const struct flow *f, int32_t row, int32_t column, bool far)
{
    struct flow_area a = flow_area_of(f, row, column, far ? FAR_AROUND : NEAR_AROUND);
    unsigned bits = far ? 3 : 2;

    s->ops = f->ops;
    s->first = far ? f->small[0].eighth : f->small[0].quarter;
    s->second = far ? f->small[1].eighth : f->small[1].quarter;
    s->width = far ? f->shape.width / 4 / 2 : f->shape.width / 4;
    s->height = far ? f->shape.height / 4 / 2 : f->shape.height / 4;
    s->sparse = far;
    s->stride = (size_t)(far ? 2 * s->width : s->width);
    s->n_beside = 0;
    s->best = (struct shift){0, 0};
    s->mismatch = s->cost = NOTHING;
    a = (struct flow_area){flow_shift(a.x0, bits), flow_shift(a.y0, bits), flow_shift(a.x1, bits),
        flow_shift(a.y1, bits)};
    /* Two fifths. */
    s->least = (2 * flow_area_points(a) + 4) / 5;
    a = flow_area_common(a, s->width, s->height, 0, 0, 0);
    s->area = a;
    s->whole = part_of(s, a);
    s->free = flow_area_points(a) < s->least || s->least == 0
        ? (struct flow_area){FAR + 1, FAR + 1, -FAR - 1, -FAR - 1}
        : (struct flow_area){-a.x0, -a.y0, s->width - a.x1, s->height - a.y1};
}

/* --- on the eighth ---------------------------------------------------------------------------- */

/* Shifts of one row, of what stays in the image by all of them. That by nothing was tried before, so they must be better by MOVES. */
static void try_row(struct search *s, int32_t y)
{
    struct flow_area a = flow_area_common(s->area, s->width, s->height, -FAR, y, 0);
    uint32_t sums[FLOW_PLACES];

    a = flow_area_common(a, s->width, s->height, FAR, y, 0);
    if (flow_area_points(a) < s->least) {
        for (int32_t x = -FAR; x <= FAR; x++)
            try(s, (struct shift){x, y}, 0);
    } else if (s->cost > MOVES) {
        struct part p = part_of(s, a);
        const uint8_t *to = s->second + p.at + y * s->width - FAR;
        uint32_t n = p.w * p.h, stop = ((s->cost - MOVES) * n + 255) / 256;

        s->ops->sads(s->first + p.at, to, s->stride, p.w, p.h, stop, sums);
        for (int32_t x = -FAR; x <= FAR; x++) {
            uint32_t m = sums[x + FAR] * 256 / n;

            take(s, (struct shift){x, y}, m, m + MOVES);
        }
    }
}

static void search_eighth(struct flow *f, int32_t row, int32_t column)
{
    struct flow_state *b = flow_state_at(f, row, column);
    struct search s;

    search_begin(&s, f, row, column, true);
    try(&s, (struct shift){0, 0}, 0);
    /* A good one early makes the others short. */
    for (unsigned i = 0; i < 2; i++) {
        const struct flow_state *n = flow_state_beside(f, row, column, i);

        if (n)
            try(&s, (struct shift){n->far_x, n->far_y}, 0);
    }
    for (int32_t y = -FAR; y <= FAR; y++)
        try_row(&s, y);
    b->far_x = (int8_t)s.best.x;
    b->far_y = (int8_t)s.best.y;
    b->near_x = (int8_t)(2 * s.best.x);
    b->near_y = (int8_t)(2 * s.best.y);
}

/* --- on the quarter --------------------------------------------------------------------------- */

static void search_begin_near(struct search *s, const struct flow *f, int32_t row, int32_t column)
{
    search_begin(s, f, row, column, false);
    for (unsigned i = 0; i < 4; i++) {
        const struct flow_state *n = flow_state_beside(f, row, column, i);

        if (n)
            s->beside[s->n_beside++] = (struct shift){n->near_x, n->near_y};
    }
}

static uint32_t handicap(const struct search *s, struct shift v)
{
    int32_t sum = 0;

    for (unsigned i = 0; i < s->n_beside; i++) {
        int32_t off = 2 * flow_length(v.x - s->beside[i].x, v.y - s->beside[i].y) - 1;

        sum += flow_clamp(off, 0, APART_MAX);
    }
    return (uint32_t)(APART * sum);
}

static void try_near(struct search *s, struct shift v)
{
    if (flow_abs(v.x) <= NEAR_MAX && flow_abs(v.y) <= NEAR_MAX)
        try(s, v, handicap(s, v));
}

static bool is_same(struct shift a, struct shift b)
{
    return a.x == b.x && a.y == b.y;
}

static void try_beside(struct search *s)
{
    for (unsigned i = 0; i < s->n_beside; i++)
        if (!is_same(s->beside[i], s->best))
            try_near(s, s->beside[i]);
}

static bool is_around(struct shift v, struct shift centre)
{
    return flow_abs(v.x - centre.x) <= 1 && flow_abs(v.y - centre.y) <= 1;
}

static void descend(struct search *s)
{
    struct shift from = s->best, before = from;

    for (unsigned i = 0; i < STEPS; i++) {
        for (int32_t k = 0; k < 9; k++) {
            struct shift v = {from.x + k % 3 - 1, from.y + k / 3 - 1};

            /* What lies around the step before was tried then. */
            if (k != 4 && (i == 0 || !is_around(v, before)))
                try_near(s, v);
        }
        if (is_same(s->best, from))
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
    struct search s;

    search_begin_near(&s, f, row, column);
    try_near(&s, (struct shift){0, 0});
    try_near(&s, (struct shift){b->near_x, b->near_y});
    try_beside(&s);
    descend(&s);
    b->near_x = (int8_t)s.best.x;
    b->near_y = (int8_t)s.best.y;
}

/* What one block found its neighbours may have missed. */
static void hand_on(struct flow *f, int32_t row, int32_t column)
{
    struct flow_state *b = flow_state_at(f, row, column);
    struct shift own = {b->near_x, b->near_y};
    struct search s;

    search_begin_near(&s, f, row, column);
    try_near(&s, own);
    try_beside(&s);
    if (!is_same(s.best, own))
        descend(&s);
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
