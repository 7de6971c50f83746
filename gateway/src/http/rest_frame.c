/* rest_frame.c - GET …/frame.jpg: the newest picture at one URL; waits a little for the first
 * one. */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "http/api.h"
#include "loop/loop.h"
#include "loop/timer.h"

/* As long as a camera takes to open its stream. */
#define FIRST_FRAME_US (3 * US_PER_S)
/* What nobody looked at may be old: a frame of this age is shown at once, an older one only when no
 * new one comes. */
#define FRESH_US (2 * US_PER_S)

struct frame_wait {
    struct bus_listener listener;
    struct timer timeout;
    struct api *api;
    struct http_request *request;
    uint16_t channel;
    char device[WR_NAME_MAX + 1];
};

static void wait_free(struct frame_wait *w)
{
    struct device *d = devices_find(w->api->devices, w->device);

    bus_unlisten(&w->listener);
    timer_stop(&w->timeout);
    if (d)
        device_unlook(d);
    free(w);
}

static void release_frame(void *ctx)
{
    frame_unref(ctx);
}

static void reply_frame(struct api *a, struct http_request *q, struct frame *f)
{
    char seq[16], captured[CLOCK_TEXT_BYTES], age[24];
    int64_t age_us = loop_wall_us(a->loop) - f->pub.received_us;
    struct http_reply_header headers[] = {
        {"Cache-Control", "no-store"},
        {"X-Frame-Seq", seq},
        {"Age", age},
        {"X-Captured-At", captured},
    };

    snprintf(seq, sizeof seq, "%u", f->pub.seq);
    snprintf(age, sizeof age, "%lld", (long long)(age_us > 0 ? age_us / US_PER_S : 0));
    clock_format(f->pub.captured_us, captured);
    http_reply_static(q, 200, "image/jpeg", f->pub.data, f->pub.len, headers,
        N_ELEMENTS(headers) - (f->pub.captured_us == 0), release_frame, frame_ref(f));
}

static void wait_frame(struct bus_listener *l, struct frame *f)
{
    struct frame_wait *w = container_of(l, struct frame_wait, listener);

    if (f->channel != w->channel)
        return;
    http_on_gone(w->request, NULL);
    reply_frame(w->api, w->request, f);
    wait_free(w);
}

static void wait_over(struct timer *t)
{
    struct frame_wait *w = container_of(t, struct frame_wait, timeout);
    struct frame *old = last_frame(w->api->last, w->channel);

    http_on_gone(w->request, NULL);
    if (old)
        reply_frame(w->api, w->request, old);
    else
        reply_unavailable(w->request, 3, "the camera has sent no picture yet");
    wait_free(w);
}

static void wait_gone(void *ctx, struct http_request *q)
{
    wait_free(http_ctx(q));
}

void device_frame(struct api *a, struct http_request *q, const struct route_args *args)
{
    struct device *d = request_device(a, q, args);
    struct frame_wait *w;
    struct frame *f;

    if (!d)
        return;
    if (!device_is_camera(d)) {
        reply_problem(q, 404, "%s is not a camera", device_name(d));
        return;
    }
    f = last_frame(a->last, device_channel(d));
    if (f && loop_wall_us(a->loop) - f->pub.received_us <= FRESH_US) {
        reply_frame(a, q, f);
        return;
    }
    w = calloc(1, sizeof *w);
    if (!w) {
        reply_problem(q, 500, "no memory");
        return;
    }
    w->api = a;
    w->request = q;
    w->channel = device_channel(d);
    snprintf(w->device, sizeof w->device, "%s", args->id);
    w->listener.frame = wait_frame;
    timer_init(&w->timeout, a->loop, wait_over);
    timer_once(&w->timeout, FIRST_FRAME_US);
    bus_listen(a->bus, &w->listener);
    device_look(d);
    http_set_ctx(q, w);
    http_on_gone(q, wait_gone);
}
