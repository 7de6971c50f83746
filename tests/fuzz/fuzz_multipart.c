/* Input: the Content-Type value, a line feed, the stream. Whichever way the stream is cut, the same
 * parts must come out. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "media/multipart.h"

#define MAX_PART 1024

/* What was handed over, as a hash: order, headers, lengths and bytes. */
struct digest {
    uint64_t hash;
    uint8_t part[2 * MAX_PART];
    size_t cap;
    unsigned n_open;
};

static void digest(struct digest *d, const void *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        d->hash = (d->hash ^ ((const uint8_t *)bytes)[i]) * 0x100000001B3u;
    d->hash = (d->hash ^ n) * 0x100000001B3u;
}

static void must(bool ok)
{
    if (!ok)
        abort();
}

/* Lengths that end in 7 are refused, so that skipping is reached, too. */
static uint8_t *begin(void *ctx, size_t length, size_t *cap)
{
    struct digest *d = ctx;

    must(d->n_open == 0 && length <= MAX_PART);
    if (length % 10 == 7)
        return NULL;
    d->n_open = 1;
    *cap = d->cap = length > 0 ? length : 16;
    return d->part;
}

static uint8_t *grow(void *ctx, size_t used, size_t *cap)
{
    struct digest *d = ctx;

    must(d->n_open == 1 && used == d->cap);
    if (d->cap == sizeof d->part)
        return NULL;
    *cap = d->cap *= 2;
    return d->part;
}

static void end(void *ctx, const struct multipart_header *headers, size_t n, size_t length)
{
    struct digest *d = ctx;

    must(d->n_open == 1 && length > 0 && length <= d->cap && n <= MULTIPART_MAX_HEADERS);
    for (size_t i = 0; i < n; i++) {
        digest(d, headers[i].name, strlen(headers[i].name));
        digest(d, headers[i].value, strlen(headers[i].value));
    }
    digest(d, d->part, length);
    d->n_open = 0;
}

static void abandon(void *ctx)
{
    struct digest *d = ctx;

    must(d->n_open == 1);
    d->n_open = 0;
}

static const struct multipart_sink sink = {begin, grow, end, abandon};

/* Pieces of 1, 2, 3 … `up_to` bytes, again and again; 0: all at once. */
static int read_stream(const char *content_type, const uint8_t *stream, size_t n, size_t up_to,
    struct digest *d, struct multipart_stats *stats)
{
    struct multipart *m = NULL;
    int r = 0;

    if (multipart_new(content_type, MAX_PART, &sink, d, &m, NULL) < 0)
        return -EINVAL;
    for (size_t at = 0, k, step = 0; at < n && r == 0; at += k) {
        k = up_to == 0 ? n : 1 + step++ % up_to;
        if (k > n - at)
            k = n - at;
        r = multipart_feed(m, stream + at, k);
    }
    *stats = *multipart_stats(m);
    multipart_free(m);
    must(d->n_open == 0);
    return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const size_t cuts[] = {1, 2, 7, 64};
    const uint8_t *lf = size > 0 ? memchr(data, '\n', size < 256 ? size : 256) : NULL;
    struct multipart_stats stats = {0};
    struct digest whole = {0};
    char content_type[257] = {0};
    size_t n;
    int r;

    if (!lf)
        return 0;
    memcpy(content_type, data, (size_t)(lf - data));
    n = size - (size_t)(lf + 1 - data);
    r = read_stream(content_type, lf + 1, n, 0, &whole, &stats);
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        struct multipart_stats other_stats = {0};
        struct digest other = {0};

        must(read_stream(content_type, lf + 1, n, cuts[i], &other, &other_stats) == r);
        must(other.hash == whole.hash && memcmp(&other_stats, &stats, sizeof stats) == 0);
    }
    return 0;
}
