/* A command that was read and can be written again is the same command. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "pi_trigger.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int same(struct span a, struct span b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.at, b.at, a.n) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pi_command c, again;
    char line[PI_COMMAND_MAX_BYTES + 1];
    int n;

    if (pi_command_parse((const char *)data, size, &c) < 0)
        return 0;
    n = pi_command_format(&c, line, sizeof line);
    if (n < 0)
        return 0;
    if (n == 0 || line[n - 1] != '\n' || memchr(line, '\n', (size_t)n) != line + n - 1)
        abort();
    if (pi_command_parse(line, (size_t)n, &again) < 0 || again.kind != c.kind ||
        again.formats != c.formats || again.count != c.count)
        abort();
    if (!same(c.key, again.key) || !same(c.value, again.value) || !same(c.token, again.token))
        abort();
    return 0;
}
