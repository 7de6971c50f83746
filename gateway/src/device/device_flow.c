/* device_flow.c - motion in a camera's pictures, where it is the gateway that looks for it. */
#include "base/log.h"
#include "device/device.h"
#include "media/frame_flow.h"

static void tell(void *ctx, uint32_t seq, const struct overlay *o, const char *why)
{
    struct device *d = ctx;

    if (why && !d->flow_fails)
        log_warning("no motion is found in a picture", F_STR("device", d->id), F_STR("why", why));
    d->flow_fails = why != NULL;
    if (o)
        device_publish_overlay(d, seq, o);
}

/* Whoever looks for motion is one who watches. */
static void begin(struct device *d)
{
    d->frame_flow = frame_flow_new(d->all->env.loop, tell, d);
    if (!d->frame_flow) {
        log_error("motion cannot be looked for", F_STR("device", d->id), F_STR("why", "no memory"));
        return;
    }
    d->flow_fails = false;
    device_look(d);
}

void device_flow_apply(struct device *d)
{
    bool wanted = d->flow == CONFIG_FLOW_ON && d->kind && device_is_camera(d);

    if (wanted == (d->frame_flow != NULL))
        return;
    if (wanted) {
        begin(d);
        return;
    }
    d->frame_flow = frame_flow_end(d->frame_flow);
    device_unlook(d);
}

void device_flow_choose(struct device *d, enum config_flow flow)
{
    if (flow == d->flow)
        return;
    d->flow = flow;
    d->overlay_us = 0;
    motion_end(d);
    overlay_match_clear(&d->overlays);
    last_forget_overlay(d->all->env.last, d->channel);
    device_flow_apply(d);
}

void device_flow_frame(struct device *d, struct frame *f)
{
    if (d->frame_flow)
        frame_flow_see(d->frame_flow, f);
}

enum config_flow device_flow(const struct device *d)
{
    return d->flow;
}

const struct frame_flow_stats *device_flow_stats(const struct device *d)
{
    return d->frame_flow ? frame_flow_stats(d->frame_flow) : NULL;
}
