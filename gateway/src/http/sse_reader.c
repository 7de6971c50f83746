#include "http/sse_reader.h"

#include "base/clock.h"

/* A comment line in quiet times, so that both ends notice when the other is gone. */
#define HEARTBEAT_US (15 * US_PER_S)
/* A reader that takes no byte for so long is ended; it comes back by itself. */
#define STALLED_US (60 * US_PER_S)

static void beat(struct timer *t)
{
    struct sse_readers *all = container_of(t, struct sse_readers, heartbeat);
    struct sse_reader *r;

    list_for_each (r, &all->list, link) {
        r->beat = true;
        if (http_stream_blocked_us(r->stream) > STALLED_US)
            http_stream_end(r->stream);
        else
            http_stream_want(r->stream);
    }
}

int sse_readers_init(struct sse_readers *all, struct loop *l)
{
    list_init(&all->list);
    timer_init(&all->heartbeat, l, beat);
    return timer_every(&all->heartbeat, HEARTBEAT_US);
}

void sse_readers_fini(struct sse_readers *all)
{
    timer_stop(&all->heartbeat);
}

static void on_writable(void *ctx, struct http_stream *stream)
{
    struct sse_reader *r = ctx;

    buf_clear(&r->text);
    r->ops->fill(r);
    if (r->text.len == 0 && r->beat)
        buf_printf(&r->text, ":\n\n");
    r->beat = false;
    if (r->text.len == 0)
        return;
    http_stream_write(stream, buf_data(&r->text), r->text.len);
    http_stream_want(stream);
}

static void on_closed(void *ctx, struct http_stream *stream)
{
    struct sse_reader *r = ctx;

    list_remove(&r->link);
    buf_fini(&r->text);
    r->ops->closed(r);
}

bool sse_reader_begin(struct sse_readers *all, struct sse_reader *r, struct http_request *q,
    const struct sse_reader_ops *ops, size_t max_text_bytes)
{
    static const struct http_stream_events events = {.writable = on_writable, .closed = on_closed};
    static const struct http_reply_header headers[] = {
        {"Cache-Control", "no-store"}, {"X-Content-Type-Options", "nosniff"}};

    r->ops = ops;
    r->text = BUF_INIT(max_text_bytes);
    r->beat = true; /* so that proxies pass the head on */
    r->stream =
        http_stream_begin(q, 200, "text/event-stream", headers, N_ELEMENTS(headers), &events, r);
    if (!r->stream)
        return false;
    list_append(&all->list, &r->link);
    http_stream_want(r->stream);
    return true;
}

void sse_reader_want(struct sse_reader *r)
{
    http_stream_want(r->stream);
}
