/* sse.h - server-sent events (HTML Standard, "event stream"), cut out of whatever pieces arrive.
 * Pure. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* One line, and the data of one event: an event of the gateway has at most 64 KiB of JSON. */
#define SSE_MAX_BYTES (256u << 10)
#define SSE_MAX_ID 64
/* The gateway's event types have at most 63 bytes. */
#define SSE_MAX_TYPE 64

struct sse_reader {
    struct buf line, data;
    char id[SSE_MAX_ID]; /* Last-Event-ID: of the newest event that was dispatched */
    char next_id[SSE_MAX_ID];
    char type[SSE_MAX_TYPE]; /* "event:" of the event that is being dispatched; "" for none */
    int64_t retry_ms;        /* what the server asks for; 0: nothing */
    bool after_cr, has_data;
};

/* Valid at once; zeroed but for the ceilings. */
#define SSE_READER_INIT                                                                            \
    ((struct sse_reader){.line = BUF_INIT(SSE_MAX_BYTES), .data = BUF_INIT(SSE_MAX_BYTES)})

/* `event` is called with the data of each event that has some; its id is in r->id, its type in
 * r->type. -EMSGSIZE: a line or event is too long; -ENOMEM. */
int sse_feed(struct sse_reader *r, const void *bytes, size_t n,
    void (*event)(void *ctx, const char *data, size_t n), void *ctx);
/* A new connection begins: what was half read is dropped, the id stays. */
void sse_restart(struct sse_reader *r);
void sse_fini(struct sse_reader *r);
