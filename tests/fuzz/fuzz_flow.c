/* Any two frames on any grid that can be: nothing outside of them is read, all vectors are within reach, and the same frames
 * give the same vectors again. */
#include <stdlib.h>
#include <string.h>

#include "flow_summary.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Larger ones say nothing new and take long. */
#define SIDE_MAX 160

/* What the input does not fill is made of it, each time a little different. */
static uint8_t *frame(const uint8_t *data, size_t size, size_t n, unsigned salt)
{
    uint8_t *f = malloc(n);

    for (size_t i = 0; i < n; i++)
        f[i] = size ? (uint8_t)(data[i * (salt + 1) % size] + i / size * salt) : 0;
    return f;
}

static void check(const struct flow *f, const struct flow_shape *s)
{
    for (unsigned i = 0; i < (unsigned)s->rows * s->columns; i++) {
        const struct flow_vector *v = flow_block(f, i / s->columns, i % s->columns);

        if (abs(v->dx) > FLOW_REACH_PX * FLOW_UNIT || abs(v->dy) > FLOW_REACH_PX * FLOW_UNIT)
            abort();
    }
    if (flow_block(f, s->rows, 0) || flow_block(f, 0, s->columns))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct flow_rules rules = FLOW_RULES_DEFAULT;
    struct flow_shape s;
    struct flow_summary summary;
    struct flow *f[2];
    uint8_t *first, *second;
    size_t bytes;

    if (size < 6)
        return 0;
    s = (struct flow_shape){(uint16_t)(data[0] % SIDE_MAX + 1), (uint16_t)(data[1] % SIDE_MAX + 1),
        data[2], data[3], data[4]};
    bytes = flow_bytes(&s);
    if (bytes == 0)
        return 0;
    first = frame(data + 6, size - 6, (size_t)s.width * s.height, 0);
    second = frame(data + 6, size - 6, (size_t)s.width * s.height, data[5] % 4);
    flow_summary_init(&summary, &rules);
    for (int i = 0; i < 2; i++) {
        f[i] = flow_init(malloc(bytes), bytes, &s, NULL);
        flow_run(f[i], second, first, false);
        flow_run(f[i], first, second, i);
        flow_summary_update(&summary, f[i], data[5], 100000 * i);
        check(f[i], &s);
    }
    for (unsigned i = 0; i < (unsigned)s.rows * s.columns; i++) {
        if (memcmp(flow_block(f[0], i / s.columns, i % s.columns),
                flow_block(f[1], i / s.columns, i % s.columns), sizeof(struct flow_vector)))
            abort();
    }
    free(f[0]);
    free(f[1]);
    free(first);
    free(second);
    return 0;
}
