#include "media/flow_fast.h"

#include "media/flow_vec_sse2.h"

#include "media/flow_wide.h"

const struct flow_ops flow_sse2 = WIDE_OPS;
