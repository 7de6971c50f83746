/* Input: a body in chunks. Whichever way it is cut, the same comes out. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "http/chunked.h"

#define MAX_BODY 4096

static void must(bool ok)
{
    if (!ok)
        abort();
}

static int feed(const uint8_t *data, size_t size, size_t step, struct buf *body, size_t *ret_used)
{
    struct chunked c = {0};
    size_t at = 0;
    int r = 0;

    while (r == 0 && at < size) {
        size_t n = MIN(step, size - at), used = 0;

        r = chunked_feed(&c, data + at, n, body, &used);
        must(used <= n && (r != 0 || used == n));
        at += used;
    }
    *ret_used = at;
    return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf whole = BUF_INIT(MAX_BODY), pieces = BUF_INIT(MAX_BODY);
    size_t used_whole, used_pieces;
    int r = feed(data, size, size, &whole, &used_whole);

    must(feed(data, size, 1, &pieces, &used_pieces) == r);
    if (r >= 0) {
        must(used_whole == used_pieces && whole.len == pieces.len);
        must(whole.len == 0 || memcmp(buf_data(&whole), buf_data(&pieces), whole.len) == 0);
    }
    buf_fini(&whole);
    buf_fini(&pieces);
    return 0;
}
