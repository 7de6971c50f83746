/* sse_reader.h - who reads a text/event-stream: written to when the socket takes more, told in quiet times that we are there, and
 * ended when nothing is taken. What they read is the owner's: events (sse.c), overlays (overlay_stream.c). */
#pragma once

#include "base/buf.h"
#include "base/list.h"
#include "http/server.h"
#include "loop/timer.h"

/* Embedded in the owner. */
struct sse_readers {
    struct list list; /* of struct sse_reader */
    struct timer heartbeat;
};

/* Embedded in the owner's reader. */
struct sse_reader {
    struct list link;
    struct http_stream *stream;
    const struct sse_reader_ops *ops;
    bool beat;       /* a heartbeat is due */
    struct buf text; /* what the socket is taking */
};

struct sse_reader_ops {
    /* Appends the next to `text`, which is empty; or nothing. */
    void (*fill)(struct sse_reader *r);
    /* It is gone, and its text freed: frees the rest. */
    void (*closed)(struct sse_reader *r);
};

/* -ENOMEM. */
int sse_readers_init(struct sse_readers *all, struct loop *l);
/* They must be gone (http_server_free). */
void sse_readers_fini(struct sse_readers *all);

/* Answers the request with a stream. False: there is none (a HEAD request, a client that is gone), and ops->closed() does not come. */
bool sse_reader_begin(struct sse_readers *all, struct sse_reader *r, struct http_request *q,
    const struct sse_reader_ops *ops, size_t max_text_bytes);
/* There is something to fill in. */
void sse_reader_want(struct sse_reader *r);
