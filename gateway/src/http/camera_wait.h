/* camera_wait.h - a request for the newest of a camera: looks at the camera, so that it opens its stream, and waits a little for
 * what comes.
 *
 *     w = camera_wait_new(a, q, d, over);      over() is called when nothing came in time
 *     w->listener.frame = came;  bus_listen(a->bus, &w->listener);
 *
 * and in came() or over(): q = camera_wait_end(w), and answer q.
 */
#pragma once

#include "http/api.h"
#include "loop/timer.h"
#include "media/burn.h"

/* As long as a camera takes to open its stream. */
#define CAMERA_WAIT_US INT64_C(3000000)
/* What nobody looked at may be old: what is of this age is shown at once, what is older only when nothing new comes. */
#define CAMERA_FRESH_US INT64_C(2000000)
/* Of what was received then. */
bool camera_is_fresh(const struct api *a, int64_t received_us);

struct camera_wait {
    /* The owner's; listened with by him, and ended with the wait. */
    struct bus_listener listener;
    struct burn_listener burned;
    struct frame *old; /* owned: what there is if nothing new comes; NULL */

    struct api *api;
    uint16_t channel;
    struct timer timeout;
    void (*over)(struct camera_wait *w);
    struct http_request *request;
};

/* NULL: no memory, and the request was answered. */
struct camera_wait *camera_wait_new(
    struct api *a, struct http_request *q, struct device *d, void (*over)(struct camera_wait *w));
/* Frees it; the request is to be answered now. */
struct http_request *camera_wait_end(struct camera_wait *w);
