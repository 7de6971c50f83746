/* flow_near.c - where each block went, to a part of a point of the quarter: the best shift of the eighth, its neighbours' and
 * what is downhill from there. */
#include "flow_search.h"

/* Shifts that are looked at, to each side. */
#define NEAR_MAX (FLOW_REACH_PX / 4 - 1)
/* Steps downhill from the best candidate. */
#define STEPS 3
/* How much worse a shift is made, in 1/256, by each neighbour per point that it differs from it, beyond half of one, and
 * up to four: where a block has nothing to say, its neighbours decide. */
#define APART 19
#define APART_MAX 8

/* The search of one block, and where its neighbours went: above, left, right, below. */
struct near {
    struct flow_search search;
    struct flow_shift beside[4];
    unsigned n_beside;
};

static void near_begin(struct near *s, const struct flow *f, int32_t row, int32_t column)
{
    flow_search_begin(&s->search, f, row, column, false);
    s->n_beside = 0;
    for (unsigned i = 0; i < 4; i++) {
        const struct flow_state *n = flow_state_beside(f, row, column, i);

        if (n)
            s->beside[s->n_beside++] = (struct flow_shift){n->near_x, n->near_y};
    }
}

static uint32_t handicap(const struct near *s, struct flow_shift v)
{
    int32_t sum = 0;

    for (unsigned i = 0; i < s->n_beside; i++) {
        int32_t off = 2 * flow_length(v.x - s->beside[i].x, v.y - s->beside[i].y) - 1;

        sum += flow_clamp(off, 0, APART_MAX);
    }
    return (uint32_t)(APART * sum);
}

static bool is_near(struct flow_shift v)
{
    return flow_abs(v.x) <= NEAR_MAX && flow_abs(v.y) <= NEAR_MAX;
}

static void try_near(struct near *s, struct flow_shift v)
{
    if (is_near(v))
        flow_search_try(&s->search, v, handicap(s, v));
}

static bool is_same(struct flow_shift a, struct flow_shift b)
{
    return a.x == b.x && a.y == b.y;
}

static void try_beside(struct near *s)
{
    for (unsigned i = 0; i < s->n_beside; i++)
        if (!is_same(s->beside[i], s->search.best))
            try_near(s, s->beside[i]);
}

static struct flow_shift next_to(struct flow_shift v, unsigned i)
{
    return (struct flow_shift){v.x + flow_next_x(i), v.y + flow_next_y(i)};
}

/* The mismatches of the shifts around one, with a limit for each. Where the block leaves the image it is another one. */
static void mismatches_around(const struct flow_search *s, struct flow_shift v,
    const uint32_t limits[FLOW_NEXT], uint32_t ret[FLOW_NEXT])
{
    const struct flow_part *p = &s->whole;
    uint32_t n = p->w * p->h, stops[FLOW_NEXT];
    bool together = flow_search_is_free(s, v);

    for (unsigned i = 0; i < FLOW_NEXT; i++)
        stops[i] =
            together && flow_search_is_free(s, next_to(v, i)) ? (limits[i] * n + 255) / 256 : 0;
    if (together)
        s->ops->sads_around(s->first + p->at, s->second + p->at + v.y * s->width + v.x, s->stride,
            p->w, p->h, stops, ret);
    for (unsigned i = 0; i < FLOW_NEXT; i++) {
        if (stops[i] > 0)
            ret[i] = ret[i] < stops[i] ? ret[i] * 256 / n : FLOW_NOTHING;
        else
            ret[i] =
                limits[i] > 0 ? flow_search_mismatch(s, next_to(v, i), limits[i]) : FLOW_NOTHING;
    }
}

static bool is_around(struct flow_shift v, struct flow_shift centre)
{
    return flow_abs(v.x - centre.x) <= 1 && flow_abs(v.y - centre.y) <= 1;
}

/* Beside, above or below, not across a corner. */
static bool is_direct(unsigned i)
{
    return flow_next_x(i) == 0 || flow_next_y(i) == 0;
}

/* One step downhill, from where nothing of what lies around the step before is better. Finds the mismatches of the direct
 * neighbours in any case. */
static void descend_from(struct near *s, struct flow_shift from, const struct flow_shift *before,
    uint32_t found[FLOW_NEXT])
{
    uint32_t handicaps[FLOW_NEXT], limits[FLOW_NEXT];
    bool is_new[FLOW_NEXT];

    for (unsigned i = 0; i < FLOW_NEXT; i++) {
        struct flow_shift v = next_to(from, i);

        is_new[i] = is_near(v) && !(before && is_around(v, *before));
        handicaps[i] = is_new[i] ? handicap(s, v) : 0;
        limits[i] = is_direct(i) ? FLOW_NOTHING
            : is_new[i]          ? flow_search_limit(&s->search, v, handicaps[i])
                                 : 0;
    }
    mismatches_around(&s->search, from, limits, found);
    for (unsigned i = 0; i < FLOW_NEXT; i++) {
        struct flow_shift v = next_to(from, i);

        if (is_new[i])
            flow_search_take(&s->search, v, found[i], flow_shift_cost(v, found[i], handicaps[i]));
    }
}

/* Where between its neighbours the best shift lies, by a parabola through the squares: in 1/FLOW_UNIT px of the frame. */
static int32_t between(const struct flow_search *s, uint32_t l, uint32_t m)
{
    int64_t lower = (int64_t)l * l, upper = (int64_t)m * m,
            bend = lower + upper - 2 * (int64_t)s->mismatch * s->mismatch;

    if (l == FLOW_NOTHING || m == FLOW_NOTHING || bend <= 0)
        return 0;
    /* Handicaps may have made a shift the best that is not the one with the least mismatch: then this can be anything. */
    return flow_clamp(
        flow_clamp64((lower - upper) * (4 * FLOW_UNIT / 2) / bend), -2 * FLOW_UNIT, 2 * FLOW_UNIT);
}

/* The shifts beside the best one, above and below it say where between the points it lies. */
static void settle(
    const struct flow_search *s, const uint32_t found[FLOW_NEXT], struct flow_state *b)
{
    b->near_x = (int8_t)s->best.x;
    b->near_y = (int8_t)s->best.y;
    b->mismatch = (uint16_t)(s->mismatch == FLOW_NOTHING ? UINT16_MAX : s->mismatch);
    b->dx = (int16_t)(4 * FLOW_UNIT * s->best.x + between(s, found[3], found[4]));
    b->dy = (int16_t)(4 * FLOW_UNIT * s->best.y + between(s, found[1], found[6]));
}

/* From the best shift downhill, so many STEPS or until there is nothing better around. */
static void descend(struct near *s, struct flow_state *b)
{
    static const uint32_t direct[FLOW_NEXT] = {
        0, FLOW_NOTHING, 0, FLOW_NOTHING, FLOW_NOTHING, 0, FLOW_NOTHING, 0};
    struct flow_shift from = s->search.best, before;
    uint32_t found[FLOW_NEXT];

    descend_from(s, from, NULL, found);
    for (unsigned i = 1; i < STEPS && !is_same(s->search.best, from); i++) {
        before = from;
        from = s->search.best;
        descend_from(s, from, &before, found);
    }
    if (!is_same(s->search.best, from))
        mismatches_around(&s->search, s->search.best, direct, found);
    settle(&s->search, found, b);
}

static void search_quarter(struct flow *f, int32_t row, int32_t column)
{
    struct flow_state *b = flow_state_at(f, row, column);
    struct near s;

    near_begin(&s, f, row, column);
    try_near(&s, (struct flow_shift){0, 0});
    try_near(&s, (struct flow_shift){b->near_x, b->near_y});
    try_beside(&s);
    descend(&s, b);
}

/* What one block found its neighbours may have missed. */
static void hand_on(struct flow *f, int32_t row, int32_t column)
{
    struct flow_state *b = flow_state_at(f, row, column);
    struct flow_shift own = {b->near_x, b->near_y};
    struct near s;
    uint32_t m;

    near_begin(&s, f, row, column);
    m = b->mismatch == UINT16_MAX ? FLOW_NOTHING : b->mismatch;
    flow_search_take(&s.search, own, m, flow_shift_cost(own, m, handicap(&s, own)));
    try_beside(&s);
    if (!is_same(s.search.best, own))
        descend(&s, b);
}

/* There and back, so that what one block found gets to all. */
void flow_near(struct flow *f)
{
    int32_t columns = f->shape.columns, n = f->shape.rows * columns;

    for (int32_t i = 0; i < n; i++)
        search_quarter(f, i / columns, i % columns);
    for (int32_t i = n - 1; i >= 0; i--)
        hand_on(f, i / columns, i % columns);
}
