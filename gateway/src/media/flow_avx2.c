#include "media/flow_fast.h"

#include "media/flow_vec_avx2.h"

#include "media/flow_wide.h"

const struct flow_ops flow_avx2 = WIDE_OPS;
