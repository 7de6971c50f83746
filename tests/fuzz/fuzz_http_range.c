/* Input: the size of a file in two bytes, a Range header, a line feed, an If-None-Match header. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "http/range.h"

static void must(bool ok)
{
    if (!ok)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint64_t n, first = 0, last = 0;
    char *text, *tags;

    if (size < 2)
        return 0;
    n = (uint64_t)data[0] | (uint64_t)data[1] << 8;
    text = strndup((const char *)data + 2, size - 2);
    tags = strchr(text, '\n');
    if (tags)
        *tags++ = '\0';
    if (range_parse(text, n, &first, &last) == RANGE_PART)
        must(first <= last && last < n);
    (void)etag_among(tags, "\"0123456789abcdef\"");
    (void)range_if(tags, "\"0123456789abcdef\"");
    free(text);
    return 0;
}
