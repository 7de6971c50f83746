/* rest_overlay.c - GET …/overlay: the newest overlay of a camera; waits a little for the first one. */
#include <stdio.h>

#include "base/clock.h"
#include "http/camera_wait.h"
#include "http/overlay_text.h"
#include "loop/loop.h"

static int64_t age_us(const struct api *a, const struct overlay_message *o)
{
    return MAX(loop_wall_us(a->loop) - o->received_us, 0);
}

static void reply_overlay(struct api *a, struct http_request *q, const struct overlay_message *o)
{
    struct buf b = BUF_INIT(OVERLAY_TEXT_MAX);
    char seq[16], age[24];
    struct http_reply_header headers[] = {
        {"Cache-Control", "no-store"},
        {"X-Content-Type-Options", "nosniff"},
        {"Age", age},
        {"X-Frame-Seq", seq},
    };

    snprintf(seq, sizeof seq, "%u", o->seq);
    snprintf(age, sizeof age, "%lld", (long long)(age_us(a, o) / US_PER_S));
    if (overlay_text(&b, o) == 0)
        http_reply(q, 200, "application/json", buf_data(&b), b.len, headers,
            N_ELEMENTS(headers) - (o->seq == 0));
    else
        reply_problem(q, 500, "no memory");
    buf_fini(&b);
}

static void overlay_came(struct bus_listener *l, struct overlay_message *o)
{
    struct camera_wait *w = container_of(l, struct camera_wait, listener);
    struct api *a = w->api;

    if (o->channel == w->channel)
        reply_overlay(a, camera_wait_end(w), o);
}

static void nothing_came(struct camera_wait *w, const char *why)
{
    struct api *a = w->api;
    const struct overlay_message *old = last_overlay(a->last, w->channel);
    struct http_request *q = camera_wait_end(w);

    if (old)
        reply_overlay(a, q, old);
    else
        reply_unavailable(q, 3, why);
}

static void nothing_told(struct camera_wait *w)
{
    nothing_came(w,
        "nothing is known yet of what moves in this camera's pictures: where it does not tell that "
        "itself, \"flow\": \"on\" has the gateway look");
}

/* FLOW_EYE_GAP_US */
static void nothing_found(struct camera_wait *w)
{
    nothing_came(w,
        "nothing is known yet of what moves in this camera's pictures: the gateway needs two that "
        "were taken within a second of each other");
}

struct device *request_moving_camera(
    struct api *a, struct http_request *q, const struct route_args *args)
{
    struct device *d = request_camera(a, q, args);

    if (!d || device_flow(d) != CONFIG_FLOW_OFF)
        return d;
    reply_problem(q, 404,
        "nobody looks for motion in the pictures of %s: its \"flow\" is \"off\"; \"on\" has the "
        "gateway do so, \"device\" the camera",
        device_name(d));
    return NULL;
}

void device_overlay(struct api *a, struct http_request *q, const struct route_args *args)
{
    struct device *d = request_moving_camera(a, q, args);
    const struct overlay_message *o = d ? last_overlay(a->last, device_channel(d)) : NULL;
    struct camera_wait *w;

    if (!d)
        return;
    if (o && camera_is_fresh(a, o->received_us)) {
        reply_overlay(a, q, o);
        return;
    }
    w = camera_wait_new(a, q, d, device_flow(d) == CONFIG_FLOW_ON ? nothing_found : nothing_told);
    if (!w)
        return;
    w->listener.overlay = overlay_came;
    bus_listen(a->bus, &w->listener);
}
