#include "http/sse.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"
#include "http/api.h"
#include "loop/loop.h"
#include "loop/timer.h"

/* A comment line in quiet times, so that both ends notice when the other is gone. */
#define HEARTBEAT_US (15 * US_PER_S)
/* A reader that takes no byte for so long is ended; it comes back with Last-Event-ID. */
#define STALLED_US (60 * US_PER_S)
/* One event with its SSE lines. */
#define MAX_TEXT_BYTES (BUS_MAX_DATA_BYTES + 4096)

struct sse {
    struct api *api;
    struct bus_listener listener;
    struct list readers;
    struct timer heartbeat;
};

struct reader {
    struct list link;
    struct sse *sse;
    struct http_stream *stream;
    char device[WR_NAME_MAX + 1], type[WR_NAME_MAX + 1]; /* patterns; "": all */
    uint64_t next_event;
    bool beat;       /* a heartbeat is due */
    struct buf text; /* what the socket is taking */
};

static bool wants(const struct reader *r, const struct event *e)
{
    return (!r->device[0] || strcmp(r->device, e->device) == 0) &&
        (!r->type[0] || text_match(r->type, e->type));
}

static void on_event(struct bus_listener *l, struct event *e)
{
    struct sse *s = container_of(l, struct sse, listener);
    struct reader *r;

    list_for_each (r, &s->readers, link) {
        if (r->next_event == e->id && !wants(r, e))
            r->next_event++;
        else
            http_stream_want(r->stream);
    }
}

static void beat(struct timer *t)
{
    struct sse *s = container_of(t, struct sse, heartbeat);
    struct reader *r;

    list_for_each (r, &s->readers, link) {
        r->beat = true;
        if (http_stream_blocked_us(r->stream) > STALLED_US)
            http_stream_end(r->stream);
        else
            http_stream_want(r->stream);
    }
}

/* What fell out of the tail is told, not passed over in silence; it stands in GET
 * /api/v1/events. */
static void write_gap(struct reader *r, uint64_t first)
{
    buf_printf(&r->text, "event: gap\ndata: {\"from\":%llu,\"to\":%llu}\n\n",
        (unsigned long long)r->next_event, (unsigned long long)first - 1);
    r->next_event = first;
}

static void write_event(struct reader *r, const struct event *e)
{
    buf_printf(&r->text, "id: %llu\nevent: %s\ndata: ", (unsigned long long)e->id, e->type);
    buf_append(&r->text, e->json, e->json_len);
    buf_append(&r->text, "\n\n", 2);
}

static void on_writable(void *ctx, struct http_stream *stream)
{
    struct reader *r = ctx;
    struct bus *b = r->sse->api->bus;

    buf_clear(&r->text);
    if (r->next_event < bus_tail_first(b))
        write_gap(r, bus_tail_first(b));
    while (r->text.len == 0 && r->next_event < bus_next_id(b)) {
        struct event *e = bus_tail(b, r->next_event++);

        if (wants(r, e))
            write_event(r, e);
    }
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
    struct reader *r = ctx;

    list_remove(&r->link);
    buf_fini(&r->text);
    free(r);
}

int sse_new(struct api *a, struct sse **ret)
{
    struct sse *s = calloc(1, sizeof *s);
    int r;

    if (!s)
        return -ENOMEM;
    s->api = a;
    s->listener.event = on_event;
    list_init(&s->readers);
    timer_init(&s->heartbeat, a->loop, beat);
    r = timer_every(&s->heartbeat, HEARTBEAT_US);
    if (r < 0) {
        free(s);
        return r;
    }
    bus_listen(a->bus, &s->listener);
    *ret = s;
    return 0;
}

struct sse *sse_free(struct sse *s)
{
    if (!s)
        return NULL;
    bus_unlisten(&s->listener);
    timer_stop(&s->heartbeat);
    free(s);
    return NULL;
}

/* Where to go on: after Last-Event-ID, which may be older than the tail, but not from another life
 * of the database. */
static uint64_t first_wanted(const struct api *a, const struct http_request *q)
{
    const char *last = http_field(q, HTTP_FIELD_LAST_EVENT_ID);
    int64_t id;

    if (last && text_to_int(last, &id) == 0 && id >= 0 && (uint64_t)id < bus_next_id(a->bus))
        return (uint64_t)id + 1;
    return bus_next_id(a->bus);
}

void events_stream(struct api *a, struct http_request *q, const struct route_args *args)
{
    static const struct http_stream_events events = {.writable = on_writable, .closed = on_closed};
    static const struct http_reply_header headers[] = {
        {"Cache-Control", "no-store"}, {"X-Content-Type-Options", "nosniff"}};
    struct reader *r = calloc(1, sizeof *r);

    if (!r) {
        reply_problem(q, 500, "no memory");
        return;
    }
    r->sse = a->sse;
    r->text = BUF_INIT(MAX_TEXT_BYTES);
    r->next_event = first_wanted(a, q);
    if (!request_text(q, "device", r->device, sizeof r->device) ||
        !request_text(q, "type", r->type, sizeof r->type)) {
        free(r);
        return;
    }
    r->beat = true;
    r->stream =
        http_stream_begin(q, 200, "text/event-stream", headers, N_ELEMENTS(headers), &events, r);
    if (!r->stream) {
        free(r);
        return;
    }
    list_append(&a->sse->readers, &r->link);
    http_stream_want(r->stream);
}
