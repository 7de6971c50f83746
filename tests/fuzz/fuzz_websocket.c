/* A client's frames, one after the other: heads stay within what came, control frames within their limit, and what is unmasked in
 * pieces is what is unmasked at once. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "websocket.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void unmask_both_ways(const struct websocket_frame *f, const uint8_t *payload, size_t n)
{
    uint8_t whole[64], pieces[64];
    size_t half;

    n = n < sizeof whole ? n : sizeof whole;
    half = n / 3;
    memcpy(whole, payload, n);
    memcpy(pieces, payload, n);
    websocket_unmask(f, 0, whole, n);
    websocket_unmask(f, 0, pieces, half);
    websocket_unmask(f, half, pieces + half, n - half);
    if (memcmp(whole, pieces, n) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char answer[WEBSOCKET_ANSWER_BYTES];
    struct websocket_frame f;
    size_t at = 0;
    int n;

    if (websocket_answer((struct span){(const char *)data, size}, answer) &&
        strlen(answer) != sizeof answer - 1)
        abort();
    while ((n = websocket_read(data + at, size - at, &f)) > 0) {
        if ((size_t)n > size - at || (f.opcode >= WEBSOCKET_CLOSE && f.n > WEBSOCKET_CONTROL_MAX))
            abort();
        at += (size_t)n;
        if (f.n > size - at)
            return 0;
        unmask_both_ways(&f, data + at, (size_t)f.n);
        at += (size_t)f.n;
    }
    return 0;
}
