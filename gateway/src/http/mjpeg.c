#include "http/mjpeg.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "http/api.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "media/burn.h"

/* A viewer that takes no byte for so long has gone to sleep: the picture it was last sent is kept for it. */
#define STALLED_US (60 * US_PER_S)
#define TICK_US (5 * US_PER_S)

struct mjpeg {
    struct api *api;
    struct bus_listener listener;
    struct list viewers;
    struct timer tick;
};

struct viewer {
    struct list link;
    struct burn_listener burned; /* of one that wants overlays in its pictures */
    struct mjpeg *mjpeg;
    struct http_stream *stream;
    uint16_t channel;
    struct frame *pending;      /* the newest that was not sent; NULL: none */
    struct frame_part *sending; /* what the socket is taking */
    int64_t min_interval_us, last_us;
};

static void viewer_offer(struct viewer *v, struct frame *f)
{
    if (v->min_interval_us > 0 && f->pub.received_us - v->last_us < v->min_interval_us &&
        f->pub.received_us >= v->last_us)
        return;
    frame_unref(v->pending);
    v->pending = frame_ref(f);
    v->last_us = f->pub.received_us;
    http_stream_want(v->stream);
}

static void on_frame(struct bus_listener *l, struct frame *f)
{
    struct mjpeg *m = container_of(l, struct mjpeg, listener);
    struct viewer *v;

    list_for_each (v, &m->viewers, link) {
        if (v->channel == f->channel && !v->burned.channel)
            viewer_offer(v, f);
    }
}

static void on_burned(struct burn_listener *l, struct frame *f)
{
    viewer_offer(container_of(l, struct viewer, burned), f);
}

/* A camera that is removed has nothing more to show. */
static void on_event(struct bus_listener *l, struct event *e)
{
    struct mjpeg *m = container_of(l, struct mjpeg, listener);
    struct viewer *v;

    if (strcmp(e->type, "device.removed") != 0)
        return;
    list_for_each (v, &m->viewers, link) {
        if (!devices_by_channel(m->api->devices, v->channel))
            http_stream_end(v->stream);
    }
}

static void tick(struct timer *t)
{
    struct mjpeg *m = container_of(t, struct mjpeg, tick);
    struct viewer *v;

    list_for_each (v, &m->viewers, link) {
        if (http_stream_blocked_us(v->stream) > STALLED_US)
            http_stream_end(v->stream);
    }
}

static void on_writable(void *ctx, struct http_stream *s)
{
    struct viewer *v = ctx;
    struct frame *f = steal(v->pending);

    v->sending = frame_part_unref(v->sending);
    if (!f)
        return;
    v->sending = frame_mjpeg_part(f);
    frame_unref(f);
    if (v->sending)
        http_stream_write(s, v->sending->bytes, v->sending->len);
}

static void viewer_free(struct viewer *v)
{
    burn_unlisten(&v->burned);
    frame_unref(v->pending);
    frame_part_unref(v->sending);
    list_remove(&v->link);
    free(v);
}

static void on_closed(void *ctx, struct http_stream *s)
{
    struct viewer *v = ctx;
    struct device *d = devices_by_channel(v->mjpeg->api->devices, v->channel);

    if (d)
        device_unlook(d);
    viewer_free(v);
}

int mjpeg_new(struct api *a, struct mjpeg **ret)
{
    struct mjpeg *m = calloc(1, sizeof *m);
    int r;

    if (!m)
        return -ENOMEM;
    m->api = a;
    m->listener = (struct bus_listener){.frame = on_frame, .event = on_event};
    list_init(&m->viewers);
    timer_init(&m->tick, a->loop, tick);
    r = timer_every(&m->tick, TICK_US);
    if (r < 0) {
        free(m);
        return r;
    }
    bus_listen(a->bus, &m->listener);
    *ret = m;
    return 0;
}

struct mjpeg *mjpeg_free(struct mjpeg *m)
{
    if (!m)
        return NULL;
    bus_unlisten(&m->listener);
    timer_stop(&m->tick);
    free(m);
    return NULL;
}

static bool read_max_fps(struct http_request *q, int64_t *ret_interval_us)
{
    char text[32];
    double fps;

    if (!request_text(q, "max_fps", text, sizeof text))
        return false;
    *ret_interval_us = 0;
    if (!text[0])
        return true;
    if (text_to_float(text, &fps) < 0 || fps < 0.1 || fps > 120) {
        reply_problem(q, 422, "max_fps: expected a number from 0.1 to 120");
        return false;
    }
    *ret_interval_us = (int64_t)(1e6 / fps) * 7 / 8;
    return true;
}

/* Begins with the newest. */
static void begin_plain(struct viewer *v)
{
    struct frame *newest = last_frame(v->mjpeg->api->last, v->channel);

    if (newest)
        viewer_offer(v, newest);
}

/* NULL: it was answered. */
static struct viewer *viewer_new(
    struct api *a, struct http_request *q, uint16_t channel, bool overlay)
{
    static const struct http_stream_events events = {.writable = on_writable, .closed = on_closed};
    static const struct http_reply_header headers[] = {
        {"Cache-Control", "no-store"}, {"X-Content-Type-Options", "nosniff"}};
    struct viewer *v = calloc(1, sizeof *v);

    if (!v) {
        reply_problem(q, 500, "no memory");
        return NULL;
    }
    *v = (struct viewer){.mjpeg = a->mjpeg, .channel = channel, .burned.frame = on_burned};
    list_init(&v->link);
    if (overlay && burn_listen(a->burn, &v->burned, channel) < 0)
        reply_problem(q, 500, "no memory");
    else
        v->stream = http_stream_begin(q, 200, "multipart/x-mixed-replace; boundary=frame", headers,
            N_ELEMENTS(headers), &events, v);
    if (v->stream)
        return v;
    viewer_free(v);
    return NULL;
}

void device_mjpeg(struct api *a, struct http_request *q, const struct route_args *args)
{
    struct device *d = request_camera(a, q, args);
    struct viewer *v;
    int64_t interval;
    bool overlay;

    if (!d || !read_max_fps(q, &interval) || !request_bool(q, "overlay", &overlay))
        return;
    v = viewer_new(a, q, device_channel(d), overlay);
    if (!v)
        return;
    v->min_interval_us = interval;
    list_append(&a->mjpeg->viewers, &v->link);
    device_look(d);
    if (!overlay)
        begin_plain(v);
}
