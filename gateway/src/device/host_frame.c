/* host_frame.c - pictures of drivers: to those who look, and to the disk. */
#include <errno.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>

#include "device/device.h"

struct wr_frame *host_frame_larger(struct wr_dev *dev, size_t bytes)
{
    struct device *d = device_of(dev);
    struct frame *f = d->running ? frame_new(d->all->env.pool, &d->quota, bytes) : NULL;

    d->stats.n_dropped += !f;
    if (!f)
        return NULL;
    f->held = true;
    f->pub.received_us = loop_wall_us(d->all->env.loop);
    return &f->pub;
}

struct wr_frame *host_frame_new(struct wr_dev *dev, size_t bytes)
{
    inflow_picture(device_of(dev));
    return host_frame_larger(dev, bytes);
}

static bool looks_like_jpeg(const struct wr_frame *f)
{
    return f->len >= 4 && f->len <= f->cap && f->data[0] == 0xFF && f->data[1] == 0xD8;
}

int host_frame_publish(struct wr_dev *dev, struct wr_frame *pub)
{
    struct device *d = device_of(dev);
    struct frame *f = frame_of(pub);

    f->held = false;
    if (!d->running || !d->channel || !looks_like_jpeg(pub)) {
        if (d->running)
            host_misuse(d,
                d->channel ? "a frame that is no JPEG" : "a frame of a kind that is no camera",
                NULL);
        frame_unref(f);
        return -EINVAL;
    }
    pub->captured_us = clock_map_utc(&d->clock, pub->captured_us, pub->received_us);
    frame_seal(f, d->channel, ++d->seq);
    d->stats.n_frames++;
    d->stats.n_frame_bytes += pub->len;
    d->stats.last_frame_us = d->last_seen_us = pub->received_us;
    bus_publish_frame(d->all->env.bus, f);
    device_overlay_frame(d, f);
    device_flow_frame(d, f);
    capture_command_frame(d, f);
    frame_unref(f);
    return 0;
}

void host_frame_drop(struct wr_dev *dev, struct wr_frame *pub)
{
    struct frame *f = frame_of(pub);

    f->held = false;
    frame_unref(f);
}

/* A capture on its way to the disk. The store keeps the pointer until it has answered, the device
 * may be gone by then. */
struct host_capture {
    struct device *device; /* NULL: cancelled */
    wr_capture_fn fn;
    void *ctx;
    wr_handle handle;
};

static void host_capture_cancel(void *object)
{
    struct host_capture *c = object;

    c->device = NULL;
}

static const struct scope_kind capture_kind = {"capture", host_capture_cancel};

static void host_capture_done(void *ctx, int result, uint64_t id)
{
    _cleanup_(freep) struct host_capture *c = ctx;
    struct device *d = c->device;

    if (!d)
        return;
    scope_take(&d->scope, c->handle, &capture_kind);
    if (!c->fn)
        return;
    driver_enter(d);
    c->fn(&d->pub, c->ctx, result, id);
    driver_leave(d);
}

int host_capture(struct wr_dev *dev, struct wr_frame *pub, const struct wr_capture *meta,
    wr_capture_fn fn, void *ctx)
{
    static const struct wr_capture none = {.latitude = NAN, .longitude = NAN};
    _cleanup_(frame_unrefp) struct frame *f = frame_of(pub);
    struct device *d = device_of(dev);
    struct host_capture *c;
    struct capture_meta m;
    int r;

    f->held = false;
    if (!d->running)
        return -ESTALE;
    if (!looks_like_jpeg(pub))
        return -EINVAL;
    meta = meta ? meta : &none;
    m = (struct capture_meta){.device = d->id,
        .captured_us = meta->captured_us ? meta->captured_us
            : f->channel                 ? pub->captured_us
                         : clock_map_utc(&d->clock, pub->captured_us, pub->received_us),
        .received_us = pub->received_us,
        .source = meta->source ? meta->source : "device",
        .key = meta->key,
        .latitude = meta->latitude,
        .longitude = meta->longitude};
    if (WR_HAS(meta, n_sound)) {
        m.sound = meta->sound;
        m.n_sound = meta->n_sound;
    }
    c = calloc(1, sizeof *c);
    if (!c)
        return -ENOMEM;
    *c = (struct host_capture){.device = d, .fn = fn, .ctx = ctx};
    c->handle = scope_add(&d->scope, &capture_kind, c);
    r = c->handle ? store_capture(d->all->env.store, f, &m, host_capture_done, c) : -EAGAIN;
    if (r < 0) {
        if (c->handle)
            scope_take(&d->scope, c->handle, &capture_kind);
        free(c);
    }
    return r;
}
