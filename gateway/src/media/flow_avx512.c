/* As AVX2, on twice as many registers and with sums of products in one instruction. They stay at 256 bits: patches are 8 points wide. */
#include "media/flow_fast.h"

#include "media/flow_vec_avx2.h"

#include "media/flow_wide.h"

const struct flow_ops flow_avx512 = WIDE_OPS;
