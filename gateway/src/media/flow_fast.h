/* flow_fast.h - the inner loops of the optical flow for the registers that this machine has. The result is the portable ones'
 * bit by bit. */
#pragma once

#include "flow_ops.h"

/* The fastest ones. */
const struct flow_ops *flow_fast(void);
/* "portable", "sse2", "avx2", "avx512", "neon"; NULL: there are none of that name, or this machine does not run them. */
const struct flow_ops *flow_fast_named(const char *name);
/* Of those that this machine runs the i-th, the fastest first; NULL behind the last. */
const char *flow_fast_name(size_t i);

extern const struct flow_ops flow_sse2, flow_avx2, flow_avx512, flow_neon;
