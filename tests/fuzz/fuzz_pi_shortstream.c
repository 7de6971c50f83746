/* The first byte says in which pieces the rest comes: the decoder must say the same whatever they
 * are, and use no byte twice. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "pi_shortstream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct told {
    int last;
    uint32_t n_frames, n_ended, sum;
    size_t used;
};

static struct told run(const uint8_t *bytes, size_t n, size_t step)
{
    struct pi_short_decoder d;
    struct told t = {.last = PI_SHORT_MORE};

    pi_short_init(&d, 4096, 100);
    while (t.used < n && t.last >= 0 && t.last != PI_SHORT_DONE) {
        size_t have = n - t.used < step ? n - t.used : step, used;
        struct pi_short_piece piece;

        t.last = pi_short_feed(&d, bytes + t.used, have, &used, &piece);
        if (used > have || (used == 0 && t.last == PI_SHORT_MORE))
            abort();
        t.used += used;
        t.n_ended += t.last == PI_SHORT_END;
        for (size_t i = 0; t.last == PI_SHORT_BYTES && i < piece.n; i++)
            t.sum = t.sum * 31 + piece.bytes[i];
    }
    t.n_frames = d.n_frames;
    if (t.n_ended > t.n_frames)
        abort();
    return t;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    struct told a = run(data + 1, size - 1, 1u + data[0] % 16), b = run(data + 1, size - 1, size);
    if (a.n_frames != b.n_frames || a.sum != b.sum || a.used != b.used ||
        (a.last < 0) != (b.last < 0))
        abort();
    return 0;
}
