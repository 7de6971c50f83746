/* buf.h - a growing byte buffer with a ceiling. What was consumed at the front is reused, not moved
 * on every call. */
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <warren/json_write.h>

#include "base/util.h"

struct buf {
    uint8_t *base;
    size_t head, len; /* the content is base[head … head + len) */
    size_t cap, max;  /* allocated; the most it may hold */
};

/* Valid at once, allocates nothing. `max` counts content bytes. */
#define BUF_INIT(max_bytes) ((struct buf){.max = (max_bytes)})

void buf_fini(struct buf *b);

static inline uint8_t *buf_data(const struct buf *b)
{
    return b->base ? b->base + b->head : NULL;
}

/* Room for `n` more bytes at buf_tail(); -ENOBUFS over the ceiling, -ENOMEM. The content is
 * untouched on failure. */
int buf_reserve(struct buf *b, size_t n);
uint8_t *buf_tail(struct buf *b);
/* Counts `n` bytes as content that were written at buf_tail() after buf_reserve(). */
void buf_commit(struct buf *b, size_t n);

int buf_append(struct buf *b, const void *bytes, size_t n);
int buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Drops `n` bytes (at most all) at the front. */
void buf_consume(struct buf *b, size_t n);
void buf_clear(struct buf *b);
/* The content as a string: adds a NUL that does not count. NULL: no memory or no room. */
const char *buf_text(struct buf *b);

/* A JSON writer that appends to `b`, which must not be touched otherwise until buf_json_end(). */
struct wr_json buf_json(struct buf *b);
/* Takes what was written into the buffer. -ENOBUFS when it did not fit or was left open; the buffer
 * then is as before. */
int buf_json_end(struct buf *b, struct wr_json *j);
