#include "media/flow_fast.h"

#include "media/flow_vec_neon.h"

#include "media/flow_wide.h"

const struct flow_ops flow_neon = WIDE_OPS;
