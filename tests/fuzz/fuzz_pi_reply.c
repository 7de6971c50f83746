/* Any reply is read; what was understood is written and reads back as the same kind. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "pi_trigger.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char line[PI_REPLY_MAX_BYTES];
    struct pi_reply r, again;
    int n;

    pi_reply_parse((const char *)data, size, &r);
    if (r.text.n > size || memchr(data, 0, size))
        return 0;
    n = pi_reply_format(&r, line, sizeof line);
    if (n < 0)
        return 0;
    pi_reply_parse(line, (size_t)n, &again);
    if (r.kind != again.kind)
        abort();
    return 0;
}
