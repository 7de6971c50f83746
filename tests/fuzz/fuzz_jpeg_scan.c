/* Scanning reads nothing outside; splitting finds the same pictures whatever the pieces (their size
 * is the first byte). */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "jpeg_scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t split(const uint8_t *bytes, size_t n, size_t step)
{
    struct jpeg_split s = {0};
    uint32_t sum = 0;
    size_t from = 0;

    for (size_t to = 0; to < n;) {
        size_t start, end;

        to = n - to > step ? to + step : n;
        while (jpeg_split_feed(&s, bytes + from, to - from, &start, &end)) {
            if (start >= end || end > to - from)
                abort();
            sum = sum * 31 + (uint32_t)(from + start);
            sum = sum * 31 + (uint32_t)(from + end);
            from += end;
            s = (struct jpeg_split){0};
        }
        if (start > to - from)
            abort();
        from += start;
        jpeg_split_dropped(&s, start);
    }
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct jpeg_info info;
    uint8_t *copy;

    if (size < 1)
        return 0;
    copy = malloc(size); /* exactly as long, so that a sanitizer sees a byte too far */
    memcpy(copy, data + 1, size - 1);
    if (jpeg_scan(copy, size - 1, &info) == 0) {
        if (info.length > size - 1 || info.width == 0 || info.height == 0)
            abort();
        if (info.comment &&
            (info.comment < copy || info.comment + info.n_comment > copy + info.length))
            abort();
    }
    if (split(copy, size - 1, 1u + data[0] % 64) != split(copy, size - 1, size))
        abort();
    free(copy);
    return 0;
}
