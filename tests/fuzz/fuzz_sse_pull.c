/* However a stream is cut into pieces, the same events come out. The first byte is the size of the
 * pieces. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/util.h"
#include "sse_pull.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct heard {
    struct sse_pull reader;
    char room[4096];
    struct buf all; /* each event, its id, and a mark between */
};

static void hear(void *ctx, const char *data, size_t n)
{
    struct heard *h = ctx;

    if (data[n] != '\0' || strlen(h->reader.id) >= SSE_ID_MAX)
        abort();
    if (buf_append(&h->all, data, n) < 0 ||
        buf_append(&h->all, h->reader.id, strlen(h->reader.id) + 1) < 0)
        abort();
}

static int feed(struct heard *h, const uint8_t *data, size_t size, size_t piece)
{
    int r = 0;

    h->all = BUF_INIT(16u << 20);
    sse_pull_init(&h->reader, h->room, sizeof h->room);
    for (size_t i = 0; r == 0 && i < size; i += piece)
        r = sse_pull_feed(&h->reader, data + i, MIN(piece, size - i), hear, h);
    return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct heard whole, pieces;
    int r;

    if (size < 2)
        return 0;
    r = feed(&whole, data + 1, size - 1, size);
    if (feed(&pieces, data + 1, size - 1, (size_t)data[0] + 1) != r)
        abort();
    if (r == 0 &&
        (whole.all.len != pieces.all.len ||
            (whole.all.len > 0 &&
                memcmp(buf_data(&whole.all), buf_data(&pieces.all), whole.all.len) != 0)))
        abort();
    buf_fini(&whole.all);
    buf_fini(&pieces.all);
    return 0;
}
