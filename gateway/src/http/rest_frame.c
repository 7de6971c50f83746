/* rest_frame.c - GET …/frame.jpg: the newest picture at one URL, on request with its overlay drawn into it; waits a little for
 * the first one. */
#include <stdio.h>

#include "base/clock.h"
#include "http/camera_wait.h"
#include "loop/loop.h"

static void release_frame(void *ctx)
{
    frame_unref(ctx);
}

static int64_t age_us(const struct api *a, const struct frame *f)
{
    return MAX(loop_wall_us(a->loop) - f->pub.received_us, 0);
}

static void reply_frame(struct api *a, struct http_request *q, struct frame *f)
{
    char seq[16], captured[CLOCK_TEXT_BYTES], age[24];
    struct http_reply_header headers[] = {
        {"Cache-Control", "no-store"},
        {"X-Frame-Seq", seq},
        {"Age", age},
        {"X-Captured-At", captured},
    };

    snprintf(seq, sizeof seq, "%u", f->pub.seq);
    snprintf(age, sizeof age, "%lld", (long long)(age_us(a, f) / US_PER_S));
    clock_format(f->pub.captured_us, captured);
    http_reply_static(q, 200, "image/jpeg", f->pub.data, f->pub.len, headers,
        N_ELEMENTS(headers) - (f->pub.captured_us == 0), release_frame, frame_ref(f));
}

static void came(struct camera_wait *w, struct frame *f)
{
    struct api *a = w->api;

    frame_ref(f);
    reply_frame(a, camera_wait_end(w), f);
    frame_unref(f);
}

static void frame_came(struct bus_listener *l, struct frame *f)
{
    struct camera_wait *w = container_of(l, struct camera_wait, listener);

    if (f->channel == w->channel)
        came(w, f);
}

static void burned_came(struct burn_listener *l, struct frame *f)
{
    struct camera_wait *w = container_of(l, struct camera_wait, burned);

    if (camera_is_fresh(w->api, f->pub.received_us)) {
        came(w, f);
        return;
    }
    frame_unref(w->old);
    w->old = frame_ref(f);
}

static void nothing_came(struct camera_wait *w)
{
    struct frame *old = w->old ? w->old : last_frame(w->api->last, w->channel);

    if (old)
        came(w, old);
    else
        reply_unavailable(camera_wait_end(w), 3, "the camera has sent no picture yet");
}

static void reply_plain(struct api *a, struct http_request *q, struct device *d)
{
    struct frame *f = last_frame(a->last, device_channel(d));
    struct camera_wait *w;

    if (f && camera_is_fresh(a, f->pub.received_us)) {
        reply_frame(a, q, f);
        return;
    }
    w = camera_wait_new(a, q, d, nothing_came);
    if (!w)
        return;
    w->listener.frame = frame_came;
    bus_listen(a->bus, &w->listener);
}

static void reply_burned(struct api *a, struct http_request *q, struct device *d)
{
    struct camera_wait *w = camera_wait_new(a, q, d, nothing_came);

    if (!w)
        return;
    w->burned.frame = burned_came;
    if (burn_listen(a->burn, &w->burned, w->channel) < 0)
        reply_problem(camera_wait_end(w), 500, "no memory");
}

void device_frame(struct api *a, struct http_request *q, const struct route_args *args)
{
    struct device *d = request_camera(a, q, args);
    bool overlay;

    if (!d || !request_bool(q, "overlay", &overlay))
        return;
    if (overlay)
        reply_burned(a, q, d);
    else
        reply_plain(a, q, d);
}
