/* flow_fit.c - two equations in two unknowns, in integers. Divisions are of 32 bits where they are many: of 64 they take a
 * microcontroller some hundred instructions. */
#include "flow_fit.h"

/* Fewer pixels say nothing. */
#define FEW 32
/* Bits to which the equations are cut, so that products fit. */
#define BITS 24

/* A mean with four bits behind the point, and a sum of products without what the means make of it. */
static int32_t mean16(int32_t sum, int32_t n)
{
    return flow_divide(16 * sum, n);
}

static int64_t beyond_means(int64_t products, int32_t sum, int32_t mean16_of_other)
{
    return products - flow_floor_shift((int64_t)sum * mean16_of_other, 4);
}

/* 256 v / n, for what fits 32 bits. */
static uint32_t per256(int64_t v, int32_t n)
{
    uint32_t all = v < 0 ? 0 : v > UINT32_MAX ? UINT32_MAX : (uint32_t)v, each = all / (uint32_t)n;

    return each > UINT32_MAX / 512 ? UINT32_MAX / 2
                                   : 256 * each + 256 * (all % (uint32_t)n) / (uint32_t)n;
}

/* d is in 1 / 2^FLOW_D_BITS. */
static uint32_t residual(int32_t n, int32_t d, int64_t dd)
{
    return n ? per256(beyond_means(dd, d, mean16(d, n)), n) >> (2 * FLOW_D_BITS) : 0;
}

void flow_sums_add_all(struct flow_sums *s, const struct flow_moments *m, unsigned n)
{
    struct flow_moments all = {0};
    uint64_t dd = 0;

    for (; n > 0; n--, m++) {
        all.n += m->n;
        all.gx += m->gx;
        all.gy += m->gy;
        all.d += m->d;
        all.gxgx += m->gxgx;
        all.gxgy += m->gxgy;
        all.gygy += m->gygy;
        all.gxd += m->gxd;
        all.gyd += m->gyd;
        dd += m->dd;
    }
    flow_sums_add(s, &all, FLOW_WEIGHT);
    s->dd += (int64_t)dd * FLOW_WEIGHT;
}

uint32_t flow_residual_of_any(const struct flow_moments *m)
{
    return residual(m->n, m->d, m->dd);
}

uint32_t flow_sums_residual(const struct flow_sums *s)
{
    return residual(s->n, s->d, s->dd);
}

uint32_t flow_sums_texture(const struct flow_sums *s)
{
    int32_t x = s->n ? mean16(s->gx, s->n) : 0, y = s->n ? mean16(s->gy, s->n) : 0;
    int64_t xx = beyond_means(s->gxgx, s->gx, x), xy = beyond_means(s->gxgy, s->gx, y);
    int64_t yy = beyond_means(s->gygy, s->gy, y), half = (xx - yy) / 2;

    /* The smaller eigenvalue. */
    return s->n ? per256((xx + yy) / 2 - flow_root((uint64_t)(half * half + xy * xy)), s->n) : 0;
}

bool flow_fit(const struct flow_sums *s, int32_t *ret_dx, int32_t *ret_dy)
{
    int64_t xx, xy, yy, bx, by, damping, det;
    int32_t x, y;
    unsigned cut;

    if (s->n < FEW * FLOW_WEIGHT)
        return false;
    /* Without the means brightness is gone. */
    x = mean16(s->gx, s->n);
    y = mean16(s->gy, s->n);
    /* Where there is less texture than noise, a step is small rather than anywhere. */
    damping = flow_sums_residual(s) / 2 + 32;
    xx = beyond_means(s->gxgx, s->gx, x) + damping;
    xy = beyond_means(s->gxgy, s->gx, y);
    yy = beyond_means(s->gygy, s->gy, y) + damping;
    bx = beyond_means(s->gxd, s->d, x);
    by = beyond_means(s->gyd, s->d, y);
    /* Means are rounded: where hardly anything differs from them, less than nothing can be left. */
    if (xx <= 0 || yy <= 0)
        return false;
    cut = flow_bits((uint64_t)(xx | yy));
    cut = cut > BITS ? cut - BITS : 0;
    xx = flow_floor_shift(xx, cut);
    xy = flow_floor_shift(xy, cut);
    yy = flow_floor_shift(yy, cut);
    bx = flow_floor_shift(bx, cut);
    by = flow_floor_shift(by, cut);
    det = xx * yy - xy * xy;
    if (det <= 0)
        return false;
    /* g is twice the slope, d is 8 differences: d = 4 g e, and e is wanted in 1/256. */
    *ret_dx = flow_clamp64((xy * by - yy * bx) * 64 / det);
    *ret_dy = flow_clamp64((xy * bx - xx * by) * 64 / det);
    return true;
}
