#include "http/overlay_stream.h"

#include <errno.h>
#include <string.h>

#include "http/api.h"
#include "http/overlay_text.h"
#include "http/sse_reader.h"

/* One overlay with its lines. */
#define MAX_TEXT_BYTES (OVERLAY_TEXT_MAX + 256)

struct overlay_stream {
    struct api *api;
    struct bus_listener listener;
    struct sse_readers readers;
};

struct reader {
    struct sse_reader base; /* first */
    struct overlay_stream *all;
    uint16_t channel;
    struct overlay_message *pending; /* the newest that was not sent; NULL: none */
};

static struct reader *reader_of(struct sse_reader *base)
{
    return container_of(base, struct reader, base);
}

static void offer(struct reader *r, struct overlay_message *o)
{
    overlay_message_unref(r->pending);
    r->pending = overlay_message_ref(o);
    sse_reader_want(&r->base);
}

static void on_overlay(struct bus_listener *l, struct overlay_message *o)
{
    struct overlay_stream *s = container_of(l, struct overlay_stream, listener);
    struct sse_reader *base;

    list_for_each (base, &s->readers.list, link) {
        if (reader_of(base)->channel == o->channel)
            offer(reader_of(base), o);
    }
}

/* A camera that is removed has nothing more to tell. */
static void on_event(struct bus_listener *l, struct event *e)
{
    struct overlay_stream *s = container_of(l, struct overlay_stream, listener);
    struct sse_reader *base;

    if (strcmp(e->type, "device.removed") != 0)
        return;
    list_for_each (base, &s->readers.list, link) {
        if (!devices_by_channel(s->api->devices, reader_of(base)->channel))
            http_stream_end(base->stream);
    }
}

static void fill(struct sse_reader *base)
{
    struct overlay_message *o = steal(reader_of(base)->pending);
    bool whole;

    if (!o)
        return;
    if (o->seq != 0)
        buf_printf(&base->text, "id: %u\n", o->seq);
    whole = buf_printf(&base->text, "event: overlay\ndata: ") >= 0 &&
        overlay_text(&base->text, o) == 0 && buf_printf(&base->text, "\n\n") >= 0;
    if (!whole)
        buf_clear(&base->text);
    overlay_message_unref(o);
}

static void closed(struct sse_reader *base)
{
    struct reader *r = reader_of(base);
    struct device *d = devices_by_channel(r->all->api->devices, r->channel);

    if (d)
        device_unlook(d);
    overlay_message_unref(r->pending);
    free(r);
}

int overlay_stream_new(struct api *a, struct overlay_stream **ret)
{
    struct overlay_stream *s = calloc(1, sizeof *s);
    int r;

    if (!s)
        return -ENOMEM;
    s->api = a;
    s->listener = (struct bus_listener){.overlay = on_overlay, .event = on_event};
    r = sse_readers_init(&s->readers, a->loop);
    if (r < 0) {
        free(s);
        return r;
    }
    bus_listen(a->bus, &s->listener);
    *ret = s;
    return 0;
}

struct overlay_stream *overlay_stream_free(struct overlay_stream *s)
{
    if (!s)
        return NULL;
    bus_unlisten(&s->listener);
    sse_readers_fini(&s->readers);
    free(s);
    return NULL;
}

void device_overlay_stream(struct api *a, struct http_request *q, const struct route_args *args)
{
    static const struct sse_reader_ops ops = {fill, closed};
    struct device *d = request_moving_camera(a, q, args);
    struct overlay_message *newest = d ? last_overlay(a->last, device_channel(d)) : NULL;
    struct reader *r;

    if (!d)
        return;
    r = calloc(1, sizeof *r);
    if (!r) {
        reply_problem(q, 500, "no memory");
        return;
    }
    r->all = a->overlays;
    r->channel = device_channel(d);
    if (!sse_reader_begin(&a->overlays->readers, &r->base, q, &ops, MAX_TEXT_BYTES)) {
        free(r);
        return;
    }
    device_look(d);
    if (newest)
        offer(r, newest);
}
