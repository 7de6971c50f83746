#include "base/buf.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Below this a growing buffer would be reallocated for every few bytes. */
#define BUF_MIN_BYTES 256

void buf_fini(struct buf *b)
{
    free(b->base);
    *b = BUF_INIT(b->max);
}

static void buf_to_front(struct buf *b)
{
    if (b->head > 0 && b->len > 0)
        memmove(b->base, b->base + b->head, b->len);
    b->head = 0;
}

static int buf_grow(struct buf *b, size_t cap)
{
    uint8_t *base;

    /* With something consumed at the front, realloc() would copy that as well. */
    if (b->head > 0) {
        base = malloc(cap);
        if (!base)
            return -ENOMEM;
        memcpy(base, buf_data(b), b->len);
        free(b->base);
    } else {
        base = realloc(b->base, cap);
        if (!base)
            return -ENOMEM;
    }
    b->base = base;
    b->head = 0;
    b->cap = cap;
    return 0;
}

/*
 * `n` bytes at the tail, of which the last may be a NUL beyond the ceiling: max + 1 bytes are the
 * most that is ever allocated. The content moves to the front only when no more bytes move than
 * were consumed since it moved last, or when there is no larger buffer to be had: so taking and
 * adding small pieces stays linear.
 */
static int buf_room(struct buf *b, size_t n)
{
    size_t most = b->max < SIZE_MAX ? b->max + 1 : b->max, want = b->len + n;

    if (b->cap - b->head - b->len >= n)
        return 0;
    if (want <= b->cap && (b->head >= b->len || b->cap >= most)) {
        buf_to_front(b);
        return 0;
    }
    return buf_grow(b, MIN(MAX(MAX(want, BUF_MIN_BYTES), 2 * b->cap), most));
}

int buf_reserve(struct buf *b, size_t n)
{
    return n > b->max - b->len ? -ENOBUFS : buf_room(b, n);
}

uint8_t *buf_tail(struct buf *b)
{
    return b->base ? b->base + b->head + b->len : NULL;
}

void buf_commit(struct buf *b, size_t n)
{
    b->len += n;
}

int buf_append(struct buf *b, const void *bytes, size_t n)
{
    int r = buf_reserve(b, n);

    if (r < 0 || n == 0)
        return r;
    memcpy(buf_tail(b), bytes, n);
    b->len += n;
    return 0;
}

int buf_printf(struct buf *b, const char *format, ...)
{
    va_list args;
    int n, r;

    va_start(args, format);
    n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n < 0)
        return -EINVAL;
    if ((size_t)n > b->max - b->len)
        return -ENOBUFS;
    r = buf_room(b, (size_t)n + 1);
    if (r < 0)
        return r;
    va_start(args, format);
    vsnprintf((char *)buf_tail(b), (size_t)n + 1, format, args);
    va_end(args);
    b->len += (size_t)n;
    return 0;
}

void buf_consume(struct buf *b, size_t n)
{
    n = MIN(n, b->len);
    b->len -= n;
    b->head = b->len > 0 ? b->head + n : 0;
}

void buf_clear(struct buf *b)
{
    b->head = b->len = 0;
}

const char *buf_text(struct buf *b)
{
    if (buf_room(b, 1) < 0)
        return NULL;
    *buf_tail(b) = '\0';
    return (const char *)buf_data(b);
}

/* What the writer has written lies behind the content and does not count yet, but must move with
 * it. */
static bool buf_json_grow(struct wr_json *j, size_t more)
{
    struct buf *b = j->ctx;
    int r;

    if (j->len + more - 1 > b->max - b->len)
        return false;
    b->len += j->len;
    r = buf_room(b, more);
    b->len -= j->len;
    if (r < 0)
        return false;
    j->text = (char *)buf_tail(b);
    j->cap = b->cap - b->head - b->len;
    return true;
}

struct wr_json buf_json(struct buf *b)
{
    return (struct wr_json){.grow = buf_json_grow, .ctx = b};
}

int buf_json_end(struct buf *b, struct wr_json *j)
{
    if (!wr_json_text(j))
        return -ENOBUFS;
    b->len += j->len;
    return 0;
}
