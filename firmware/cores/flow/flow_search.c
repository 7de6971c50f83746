/* flow_search.c - how much a block differs from where a shift leads, as far as it stays in the image. */
#include "flow_search.h"

/* What stands around a block tells where it belongs, too: so many pixels of the frame. */
#define FAR_AROUND 16
#define NEAR_AROUND 8

struct flow_part flow_search_part(const struct flow_search *s, struct flow_area a)
{
    int32_t h = a.y1 - a.y0;

    return (struct flow_part){
        a.y0 * s->width + a.x0, (uint32_t)(a.x1 - a.x0), (uint32_t)(s->sparse ? (h + 1) / 2 : h)};
}

static uint32_t mismatch_of(
    const struct flow_search *s, const struct flow_part *p, struct flow_shift v, uint32_t limit)
{
    const uint8_t *from = s->first + p->at, *to = s->second + p->at + v.y * s->width + v.x;
    uint32_t n = p->w * p->h, stop = (limit * n + 255) / 256, sad;

    sad = s->ops->sad(from, to, s->stride, p->w, p->h, stop);
    return sad < stop ? sad * 256 / n : FLOW_NOTHING;
}

uint32_t flow_search_mismatch(const struct flow_search *s, struct flow_shift v, uint32_t limit)
{
    struct flow_area a;
    struct flow_part part;

    if (flow_search_is_free(s, v))
        return mismatch_of(s, &s->whole, v, limit);
    a = flow_area_common(s->area, s->width, s->height, v.x, v.y, 0);
    if (flow_area_points(a) < s->least)
        return FLOW_NOTHING;
    part = flow_search_part(s, a);
    return mismatch_of(s, &part, v, limit);
}

void flow_search_try(struct flow_search *s, struct flow_shift v, uint32_t handicap)
{
    uint32_t limit = flow_search_limit(s, v, handicap), m;

    if (limit == 0)
        return;
    m = flow_search_mismatch(s, v, limit);
    flow_search_take(s, v, m, flow_shift_cost(v, m, handicap));
}

void flow_search_begin(
    struct flow_search *s, const struct flow *f, int32_t row, int32_t column, bool far)
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
    s->best = (struct flow_shift){0, 0};
    s->mismatch = s->cost = FLOW_NOTHING;
    a = (struct flow_area){flow_shift(a.x0, bits), flow_shift(a.y0, bits), flow_shift(a.x1, bits),
        flow_shift(a.y1, bits)};
    /* Two fifths. */
    s->least = (2 * flow_area_points(a) + 4) / 5;
    a = flow_area_common(a, s->width, s->height, 0, 0, 0);
    s->area = a;
    s->whole = flow_search_part(s, a);
    s->free = flow_area_points(a) < s->least || s->least == 0
        ? (struct flow_area){1, 1, -1, -1}
        : (struct flow_area){-a.x0, -a.y0, s->width - a.x1, s->height - a.y1};
}
