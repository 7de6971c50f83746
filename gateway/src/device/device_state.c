/* device_state.c - what a device is at the moment, and how the bus hears of it. */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "device/device.h"

const char *device_id(const struct device *d)
{
    return d->id;
}

const char *device_name(const struct device *d)
{
    return d->name;
}

const char *device_why(const struct device *d)
{
    return d->why;
}

enum device_state device_state(const struct device *d)
{
    return d->state;
}

const char *device_state_name(enum device_state s)
{
    static const char *const names[] = {"disabled", "starting", "online", "offline", "error"};

    return names[s];
}

bool device_is_camera(const struct device *d)
{
    return d->channel != 0;
}

uint16_t device_channel(const struct device *d)
{
    return d->channel;
}

const struct device_stats *device_stats(const struct device *d)
{
    return &d->stats;
}

void device_publish(struct device *d, const char *type, const char *data)
{
    bus_publish(d->all->env.bus, d->id, type, data);
}

#define ABOUT_JSON_BYTES (DEVICE_NAME_BYTES * 6 + WR_NAME_MAX + 64)

static const char *about_json(const struct device *d, char text[ABOUT_JSON_BYTES])
{
    struct wr_json j = wr_json_into(text, ABOUT_JSON_BYTES);

    wr_json_object(&j);
    wr_json_key(&j, "name");
    wr_json_string(&j, d->name);
    wr_json_key(&j, "kind");
    wr_json_string(&j, d->kind_name[0] ? d->kind_name : NULL);
    wr_json_key(&j, "channel");
    if (d->channel)
        wr_json_int(&j, d->channel);
    else
        wr_json_null(&j);
    wr_json_end(&j);
    return wr_json_text(&j);
}

void device_publish_added(struct device *d, const char *type)
{
    char text[ABOUT_JSON_BYTES];

    device_publish(d, type, about_json(d, text));
}

void device_tell_changed(struct device *d)
{
    char text[ABOUT_JSON_BYTES];

    device_tell_always(d, "device.changed", about_json(d, text));
}

#define WHY_JSON_BYTES (ERROR_TEXT_MAX * 6 + 32)

static const char *why_json(const struct device *d, char text[WHY_JSON_BYTES])
{
    struct wr_json j = wr_json_into(text, WHY_JSON_BYTES);

    wr_json_object(&j);
    if (d->why[0]) {
        wr_json_key(&j, "why");
        wr_json_string(&j, d->why);
    }
    wr_json_end(&j);
    return wr_json_text(&j);
}

static void publish_state(struct device *d, const char *type)
{
    char text[WHY_JSON_BYTES];

    device_tell_always(d, type, why_json(d, text));
}

void device_status_due(struct device *d)
{
    char text[WHY_JSON_BYTES];

    d->status_untold = false;
    bus_publish_transient(d->all->env.bus, d->id, "device.status", why_json(d, text));
}

void device_status(struct device *d, const char *why)
{
    why = why ? why : "";
    if (d->state == DEVICE_DISABLED || d->state == DEVICE_ERROR || d->restart ||
        strncmp(d->why, why, sizeof d->why - 1) == 0)
        return;
    snprintf(d->why, sizeof d->why, "%s", why);
    if (device_may_tell_live(d)) {
        device_status_due(d);
        return;
    }
    d->status_untold = true;
    host_attributes_later(d);
}

void device_set_state(struct device *d, enum device_state state, const char *why)
{
    bool other = d->state != state,
         other_why = strncmp(d->why, why ? why : "", sizeof d->why - 1) != 0;

    if (state != DEVICE_ONLINE)
        motion_end(d);
    d->state = state;
    snprintf(d->why, sizeof d->why, "%s", why ? why : "");
    if (state == DEVICE_ERROR && (other || other_why)) {
        log_warning("device cannot be used", F_STR("device", d->id), F_STR("why", d->why));
        publish_state(d, "device.error");
    }
    if (state == DEVICE_OFFLINE && other) {
        log_info("device offline", F_STR("device", d->id), F_STR("why", d->why));
        publish_state(d, "device.offline");
    }
    if (state == DEVICE_DISABLED && other)
        publish_state(d, "device.offline");
    if (state == DEVICE_ONLINE && other) {
        log_info("device online", F_STR("device", d->id));
        publish_state(d, "device.online");
    }
}
