/* flow_fit.h - least squares: by how much two patches differ in place when all that differs is place, and brightness. */
#ifndef FLOW_FIT_H
#define FLOW_FIT_H

#include <stdbool.h>
#include <stdint.h>

#include "flow_math.h"
#include "flow_ops.h"

/* Weights are 0 … this. */
#define FLOW_WEIGHT 4

/* Moments of patches of one block, added up by weight. n and the sums of gx and gy are those of a block of 64 x 64 at most. */
struct flow_sums {
    int32_t n, gx, gy, d;
    int64_t gxgx, gxgy, gygy, gxd, gyd, dd;
};

static inline void flow_sums_add(struct flow_sums *s, const struct flow_moments *m, int32_t weight)
{
    s->n += m->n * weight;
    s->gx += m->gx * weight;
    s->gy += m->gy * weight;
    s->d += m->d * weight;
    s->gxgx += (int64_t)m->gxgx * weight;
    s->gxgy += (int64_t)m->gxgy * weight;
    s->gygy += (int64_t)m->gygy * weight;
    s->gxd += (int64_t)m->gxd * weight;
    s->gyd += (int64_t)m->gyd * weight;
    s->dd += (int64_t)m->dd * weight;
}

/* All in full; they are of one block. */
void flow_sums_add_all(struct flow_sums *s, const struct flow_moments *m, unsigned n);

/* The step from where the second patch was looked at, in 1/256 of the level's pixels. false: there are too few pixels, or they
 * are all of one grey; the outputs are untouched then. */
bool flow_fit(const struct flow_sums *s, int32_t *ret_dx, int32_t *ret_dy);

/* The mean square of what differs beside brightness, in grey levels, 1/256; 0 of nothing. */
uint32_t flow_residual_of_any(const struct flow_moments *m);
uint32_t flow_sums_residual(const struct flow_sums *s);
/* Most patches have 64 pixels, for which there is nothing to divide. */
static inline uint32_t flow_residual(const struct flow_moments *m)
{
    int64_t all = 64 * (int64_t)m->dd - (int64_t)m->d * m->d;

    return m->n == 64 ? (uint32_t)flow_floor_shift(all, 2 * 6 + 2 * FLOW_D_BITS - 8)
                      : flow_residual_of_any(m);
}

/* The mean square of the gradient a(x+1) - a(x-1) along the direction in which there is least of it, 1/256; 0 of nothing. */
uint32_t flow_sums_texture(const struct flow_sums *s);

#endif
