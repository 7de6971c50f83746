#include "media/flow_fast.h"

#include <stdbool.h>
#include <string.h>

#include "base/util.h"

static bool always(void)
{
    return true;
}

#ifdef __x86_64__
static bool has_avx512(void)
{
    return __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vnni");
}

static bool has_avx2(void)
{
    return __builtin_cpu_supports("avx2");
}
#endif

/* The fastest first. */
static const struct {
    const char *name;
    const struct flow_ops *ops;
    bool (*runs)(void);
} kinds[] = {
#ifdef __x86_64__
    {"avx512", &flow_avx512, has_avx512},
    {"avx2", &flow_avx2, has_avx2},
    {"sse2", &flow_sse2, always},
#endif
#ifdef __aarch64__
    {"neon", &flow_neon, always},
#endif
    {"portable", &flow_portable, always},
};

const char *flow_fast_name(size_t i)
{
    for (size_t k = 0; k < N_ELEMENTS(kinds); k++)
        if (kinds[k].runs() && i-- == 0)
            return kinds[k].name;
    return NULL;
}

const struct flow_ops *flow_fast_named(const char *name)
{
    for (size_t k = 0; k < N_ELEMENTS(kinds); k++)
        if (strcmp(kinds[k].name, name) == 0)
            return kinds[k].runs() ? kinds[k].ops : NULL;
    return NULL;
}

const struct flow_ops *flow_fast(void)
{
    return flow_fast_named(flow_fast_name(0));
}
