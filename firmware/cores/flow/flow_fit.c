/* flow_fit.c - two equations in two unknowns, in integers. */
#include "flow_fit.h"

#include "flow_math.h"

/* Fewer pixels say nothing. */
#define FEW 32
/* Bits to which the equations are cut, so that products fit. */
#define BITS 24

void flow_sums_add(struct flow_sums *s, const struct flow_moments *m, int32_t weight)
{
    s->n += m->n * weight;
    s->gx += (int64_t)m->gx * weight;
    s->gy += (int64_t)m->gy * weight;
    s->d += (int64_t)m->d * weight;
    s->gxgx += (int64_t)m->gxgx * weight;
    s->gxgy += (int64_t)m->gxgy * weight;
    s->gygy += (int64_t)m->gygy * weight;
    s->gxd += (int64_t)m->gxd * weight;
    s->gyd += (int64_t)m->gyd * weight;
    s->dd += (int64_t)m->dd * weight;
}

static uint32_t residual(int64_t n, int64_t d, int64_t dd)
{
    int64_t rest = (dd - d * d / n) * (256 >> (2 * FLOW_D_BITS)) / n;

    return rest > 0 ? (uint32_t)rest : 0;
}

uint32_t flow_residual(const struct flow_moments *m)
{
    return residual(m->n, m->d, m->dd);
}

/* The smaller eigenvalue of a mean of squares, 1/256. */
static uint32_t poorest(int64_t n, int64_t xx, int64_t xy, int64_t yy)
{
    int64_t half = (xx - yy) / 2, root = flow_root((uint64_t)(half * half + xy * xy));
    int64_t least = (xx + yy) / 2 - root;

    return least > 0 ? (uint32_t)(256 * least / n) : 0;
}

bool flow_fit(const struct flow_sums *s, struct flow_fit *ret_fit)
{
    int64_t n = s->n, xx, xy, yy, bx, by, damping, det;
    unsigned cut = 0;

    if (n < FEW * FLOW_WEIGHT)
        return false;
    /* Without the means brightness is gone. */
    xx = s->gxgx - s->gx * s->gx / n;
    xy = s->gxgy - s->gx * s->gy / n;
    yy = s->gygy - s->gy * s->gy / n;
    bx = s->gxd - s->gx * s->d / n;
    by = s->gyd - s->gy * s->d / n;
    struct flow_fit fit = {.texture = poorest(n, xx, xy, yy),
        .contrast = (uint32_t)(256 * (xx + yy) / n),
        .residual = residual(n, s->d, s->dd)};

    /* Where there is less texture than noise, a step is small rather than anywhere. */
    damping = fit.residual / 2 + 32;
    xx += damping;
    yy += damping;
    while ((xx | yy) >> cut >> BITS)
        cut++;
    xx /= (int64_t)1 << cut;
    xy /= (int64_t)1 << cut;
    yy /= (int64_t)1 << cut;
    bx /= (int64_t)1 << cut;
    by /= (int64_t)1 << cut;
    det = xx * yy - xy * xy;
    if (det <= 0)
        return false;
    /* g is twice the slope, d is 8 differences: d = 4 g e, and e is wanted in 1/256. */
    fit.dx = (int32_t)((xy * by - yy * bx) * 64 / det);
    fit.dy = (int32_t)((xy * bx - xx * by) * 64 / det);
    *ret_fit = fit;
    return true;
}
