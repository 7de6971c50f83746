/* flow_fit.h - least squares: by how much two patches differ in place when all that differs is place, and brightness. */
#ifndef FLOW_FIT_H
#define FLOW_FIT_H

#include <stdbool.h>
#include <stdint.h>

#include "flow_ops.h"

/* Moments of patches of one block, added up by weight. */
struct flow_sums {
    int64_t n, gx, gy, d;
    int64_t gxgx, gxgy, gygy, gxd, gyd, dd;
};

/* Weights are 1 … this. */
#define FLOW_WEIGHT 4

struct flow_fit {
    int32_t dx,
        dy; /* to be added to where the second patch was looked at, in 1/256 of the level's pixels */
    /* See struct flow_state. */
    uint32_t texture, contrast, residual;
};

void flow_sums_add(struct flow_sums *s, const struct flow_moments *m, int32_t weight);
/* The mean square of what differs beside brightness, in grey levels, 1/256. m->n is not 0. */
uint32_t flow_residual(const struct flow_moments *m);
/* false: there are too few pixels, or they are all of one grey; *ret_fit is untouched then. */
bool flow_fit(const struct flow_sums *s, struct flow_fit *ret_fit);

#endif
