/* flow_wide.h - the inner loops of the optical flow on wide registers, written once for all of them. Who includes it has
 * defined a vocabulary before (flow_vec_*.h):
 *
 *     v16, v32, vf   LANES values of 16 bits, half as many of 32 bits, and of float
 *     vb, vs         ROWS rows of 16 bytes, and sums of their differences
 *     vw             what each of two neighbours counts, for v_across()
 *     v_bytes(b, n)  of each of its rows the 8 bytes from n on
 *
 * What each of its operations does is said in flow_vec_sse2.h.
 *
 * Every result is that of flow_portable, bit by bit: sums are exact in any order, and where floats divide or take a root
 * both sides fit their 24 bits, so that what is cut off is what integers would cut off.
 */
#pragma once

#include <stdbool.h>
#include <string.h>

#include "flow_ops.h"

/* What is called within loops: sums stay in registers only where it becomes part of the caller. */
#define INLINE static inline __attribute__((always_inline))

#include "media/flow_wide_images.h"
#include "media/flow_wide_patches.h"

#define WIDE_OPS                                                                                   \
    {                                                                                              \
        .quarter = wide_quarter, .half = wide_half, .slide = wide_slide,                           \
        .normalise = wide_normalise, .sad = wide_sad, .sads = wide_sads,                           \
        .sads_around = wide_sads_around, .moments = wide_moments, .cells = wide_cells              \
    }
