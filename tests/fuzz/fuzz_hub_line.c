/* Lines of an app, in pieces as long as the first byte says: the same come as from all at once. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "hub_line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Lines, each with its length in front. */
struct got {
    size_t n;
    uint8_t bytes[4 * HUB_LINE_MAX_BYTES];
};

static void take(struct got *g, struct span line)
{
    struct hub_line l;

    if (line.n == 0 || line.n > HUB_LINE_MAX_BYTES || memchr(line.at, '\n', line.n) ||
        memchr(line.at, '\r', line.n))
        abort();
    if (hub_line_parse(line, &l) == 0) {
        (void)hub_threshold_parse(l.threshold);
        if (l.command.n > line.n || l.command.at < line.at)
            abort();
    }
    g->bytes[g->n++] = (uint8_t)line.n;
    memcpy(g->bytes + g->n, line.at, line.n);
    g->n += line.n;
}

static void read_in_pieces(const uint8_t *data, size_t size, size_t piece, struct got *g)
{
    struct hub_lines l;
    struct span line;

    g->n = 0;
    hub_lines_init(&l);
    while (size > 0) {
        size_t n = piece < size ? piece : size;

        if (hub_lines_add(&l, data, n) < 0)
            abort();
        while (hub_lines_next(&l, &line))
            take(g, line);
        data += n;
        size -= n;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct got whole, pieces;

    if (size < 2 || size - 1 > HUB_LINE_MAX_BYTES)
        return 0;
    read_in_pieces(data + 1, size - 1, size, &whole);
    read_in_pieces(data + 1, size - 1, (size_t)data[0] + 1, &pieces);
    if (whole.n != pieces.n || memcmp(whole.bytes, pieces.bytes, whole.n) != 0)
        abort();
    return 0;
}
