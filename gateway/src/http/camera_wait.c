#include "http/camera_wait.h"

#include <stdlib.h>

#include "base/clock.h"
#include "loop/loop.h"

bool camera_is_fresh(const struct api *a, int64_t received_us)
{
    return clock_is_lately(received_us, loop_wall_us(a->loop), CAMERA_FRESH_US);
}

/* By its channel: one that was added in its place meanwhile has the same id, and was not looked at. */
static void wait_free(struct camera_wait *w)
{
    struct device *d = devices_by_channel(w->api->devices, w->channel);

    bus_unlisten(&w->listener);
    burn_unlisten(&w->burned);
    frame_unref(w->old);
    timer_stop(&w->timeout);
    if (d)
        device_unlook(d);
    free(w);
}

static void wait_over(struct timer *t)
{
    struct camera_wait *w = container_of(t, struct camera_wait, timeout);

    w->over(w);
}

static void wait_gone(void *ctx, struct http_request *q)
{
    wait_free(http_ctx(q));
}

struct http_request *camera_wait_end(struct camera_wait *w)
{
    struct http_request *q = w->request;

    http_on_gone(q, NULL);
    wait_free(w);
    return q;
}

struct camera_wait *camera_wait_new(
    struct api *a, struct http_request *q, struct device *d, void (*over)(struct camera_wait *w))
{
    struct camera_wait *w = calloc(1, sizeof *w);

    if (!w) {
        reply_problem(q, 500, "no memory");
        return NULL;
    }
    w->api = a;
    w->request = q;
    w->over = over;
    w->channel = device_channel(d);
    timer_init(&w->timeout, a->loop, wait_over);
    timer_once(&w->timeout, CAMERA_WAIT_US);
    device_look(d);
    http_set_ctx(q, w);
    http_on_gone(q, wait_gone);
    return w;
}
