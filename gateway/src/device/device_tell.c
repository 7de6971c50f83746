/* device_tell.c - events that a device causes, as far as it may (event_allowance.h). What is left
 * out is counted, and told by one event for all of a while. */
#include <errno.h>
#include <string.h>

#include "base/json_member.h"
#include "base/log.h"
#include "device/device.h"

/* From the first that was left out to the event that tells of it and those after it: long enough
 * that a device which never stops adds little, soon enough for who looks for what is missing. */
#define LEFT_OUT_TOLD_US (10 * US_PER_S)

static bool is_allowed(struct device *d, bool live, size_t n_bytes)
{
    return event_allowed(&device_root(d)->events, live, n_bytes, loop_now_us(d->all->env.loop));
}

static void left_out(struct device *d)
{
    struct device *root = device_root(d);

    d->stats.n_events_left_out++;
    if (root->n_left_out++ > 0)
        return;
    root->left_out_since_us = loop_wall_us(d->all->env.loop);
    timer_once(&root->left_out_timer, LEFT_OUT_TOLD_US);
}

void device_left_out_due(struct timer *t)
{
    struct device *d = container_of(t, struct device, left_out_timer);
    char text[128];
    struct wr_json j = wr_json_into(text, sizeof text);

    log_warning("the device says too much: events were left out", F_STR("device", d->id),
        F_INT("events", d->n_left_out));
    wr_json_object(&j);
    member_uint(&j, "n", d->n_left_out);
    member_time(&j, "since", d->left_out_since_us);
    wr_json_end(&j);
    d->n_left_out = 0;
    device_publish(d, "device.events_left_out", wr_json_text(&j));
}

int device_tell(struct device *d, const char *type, const char *json, bool live)
{
    if (!is_allowed(d, live, json ? strlen(json) : 0)) {
        left_out(d);
        return -EAGAIN;
    }
    return (live ? bus_publish_transient : bus_publish)(d->all->env.bus, d->id, type, json);
}

void device_tell_always(struct device *d, const char *type, const char *json)
{
    bool kept = is_allowed(d, false, json ? strlen(json) : 0);

    (kept ? bus_publish : bus_publish_transient)(d->all->env.bus, d->id, type, json);
}

bool device_may_tell_live(struct device *d)
{
    return is_allowed(d, true, 0);
}
