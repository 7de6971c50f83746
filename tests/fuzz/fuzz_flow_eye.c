/* Pictures of any content, one after the other: what cannot be decoded is refused and changes nothing, and what is told of the
 * rest lies within its grid. The first byte is how many pictures the input is cut into. */
#include <stdlib.h>

#include "media/flow_eye.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct overlay *o)
{
    if (o->columns > OVERLAY_SIDE_MAX || o->rows > OVERLAY_SIDE_MAX ||
        o->left + o->columns * o->block > o->frame_width ||
        o->top + o->rows * o->block > o->frame_height)
        abort();
    for (unsigned i = 0; i < o->n_blocks; i++)
        if (o->blocks[i].row >= o->rows || o->blocks[i].column >= o->columns)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct flow_eye *eye = flow_eye_new();
    size_t n = size ? data[0] % 3 + 1 : 1, step = size / n;
    struct overlay o;

    for (size_t i = 0; eye && size && i < n; i++) {
        size_t from = 1 + i * step, to = i + 1 == n ? size : 1 + (i + 1) * step;
        struct error e = ERROR_NULL;

        if (from < to &&
            flow_eye_look(eye, data + from, to - from, (int64_t)i * 100000, &o, &e) > 0)
            check(&o);
        /* The same once more, so that there is something to compare. */
        if (from < to &&
            flow_eye_look(eye, data + from, to - from, (int64_t)i * 100000 + 50000, &o, &e) > 0)
            check(&o);
    }
    flow_eye_free(eye);
    return 0;
}
