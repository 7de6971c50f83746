/* flow_far.c - where each block went, to a point of the eighth: every shift is looked at. No motion is tried first and stays
 * unless another one is better. */
#include "flow_search.h"

/* Shifts to each side. */
#define FAR (FLOW_PLACES / 2)

/* Which is the least, and of those alike the first: found without branches that nobody could foretell. */
static unsigned least_of(const uint32_t sums[FLOW_PLACES])
{
    uint32_t least = UINT32_MAX;

    for (unsigned i = 0; i < FLOW_PLACES; i++)
        least = sums[i] * 8 + i < least ? sums[i] * 8 + i : least;
    return least % 8;
}
_Static_assert(FLOW_PLACES <= 8, "it can be told which");

/* Shifts of one row, of what stays in the image by all of them. That by nothing was tried before, so they must be better by
 * FLOW_MOVES. */
static void try_row(struct flow_search *s, int32_t y)
{
    struct flow_area a = flow_area_common(s->area, s->width, s->height, -FAR, y, 0);
    uint32_t sums[FLOW_PLACES], m;
    unsigned least;

    a = flow_area_common(a, s->width, s->height, FAR, y, 0);
    if (flow_area_points(a) < s->least) {
        for (int32_t x = -FAR; x <= FAR; x++)
            flow_search_try(s, (struct flow_shift){x, y}, 0);
    } else if (s->cost > FLOW_MOVES) {
        struct flow_part p = flow_search_part(s, a);
        const uint8_t *to = s->second + p.at + y * s->width - FAR;
        uint32_t n = p.w * p.h, stop = ((s->cost - FLOW_MOVES) * n + 255) / 256;

        s->ops->sads(s->first + p.at, to, s->stride, p.w, p.h, stop, sums);
        least = least_of(sums);
        m = sums[least] * 256 / n;
        flow_search_take(s, (struct flow_shift){(int32_t)least - FAR, y}, m, m + FLOW_MOVES);
    }
}

static void search_eighth(struct flow *f, int32_t row, int32_t column)
{
    struct flow_state *b = flow_state_at(f, row, column);
    struct flow_search s;

    flow_search_begin(&s, f, row, column, true);
    flow_search_try(&s, (struct flow_shift){0, 0}, 0);
    /* A good one early makes the others short. */
    for (unsigned i = 0; i < 2; i++) {
        const struct flow_state *n = flow_state_beside(f, row, column, i);

        if (n)
            flow_search_try(&s, (struct flow_shift){n->far_x, n->far_y}, 0);
    }
    for (int32_t y = -FAR; y <= FAR; y++)
        try_row(&s, y);
    b->far_x = (int8_t)s.best.x;
    b->far_y = (int8_t)s.best.y;
    b->near_x = (int8_t)(2 * s.best.x);
    b->near_y = (int8_t)(2 * s.best.y);
}

void flow_far(struct flow *f)
{
    int32_t columns = f->shape.columns, n = f->shape.rows * columns;

    for (int32_t i = 0; i < n; i++)
        search_eighth(f, i / columns, i % columns);
}
