/* host_values.c - what a driver says: events, attributes, and how its settings are. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "device/device.h"

static const struct wr_topic *find_topic(const struct device *d, const char *type)
{
    for (const struct wr_topic *t = d->kind->topics; t && t->type; t++) {
        if (strcmp(t->type, type) == 0)
            return t;
    }
    return NULL;
}

/* What a driver says by itself of a device that it does not reach is no sign of life. */
static void heard_of(struct device *d)
{
    if (d->state == DEVICE_ONLINE)
        d->last_seen_us = loop_wall_us(d->all->env.loop);
}

int host_publish(struct wr_dev *dev, const char *type, const char *json)
{
    struct device *d = device_of(dev);
    const struct wr_topic *topic = type ? find_topic(d, type) : NULL;
    struct error e = ERROR_NULL;

    if (!d->running)
        return -ESTALE;
    if (!topic) {
        host_misuse(d, "an event type that its tables do not have", type);
        return -EINVAL;
    }
    if (json) {
        _cleanup_(json_freep) json_t *j = NULL;

        if (strlen(json) > BUS_MAX_DATA_BYTES)
            return -EMSGSIZE;
        j = json_read(json, strlen(json), &e);
        if (!json_is_object(j)) {
            host_misuse(d, "event data that is no JSON object", j ? type : error_text(&e));
            return -EINVAL;
        }
    }
    heard_of(d);
    return device_tell(d, type, json, topic->flags & WR_TOPIC_LIVE);
}

static void report_attribute(struct device *d, unsigned i, const struct wr_value *value)
{
    struct attribute_state *a = &d->attributes[i];
    struct param_value from = {.v = *value}, copy = {0};

    a->time_us = loop_wall_us(d->all->env.loop);
    if (a->value.v.type != 0 && param_value_equal(&a->value.v, value))
        return;
    if (param_value_copy(&from, &copy) < 0)
        return;
    param_value_fini(&a->value);
    a->value = copy;
    a->changed = true;
    host_attributes_later(d);
}

static void withdraw_attribute(struct device *d, unsigned i)
{
    struct attribute_state *a = &d->attributes[i];

    if (a->time_us == 0)
        return;
    param_value_fini(&a->value);
    a->time_us = 0;
    a->changed = true;
    host_attributes_later(d);
}

void host_attributes_later(struct device *d)
{
    if (!timer_armed(&d->attributes_timer))
        timer_once(&d->attributes_timer, ATTRIBUTES_EVERY_US);
}

static void publish_attributes(struct device *d)
{
    struct buf text = BUF_INIT(BUS_MAX_DATA_BYTES);
    struct wr_json j = buf_json(&text);

    wr_json_object(&j);
    for (size_t i = 0; i < d->n_attributes; i++) {
        if (!d->attributes[i].changed)
            continue;
        d->attributes[i].changed = false;
        wr_json_key(&j, d->kind->attributes[i].key);
        param_to_json(&j, NULL, &d->attributes[i].value.v);
    }
    wr_json_end(&j);
    if (buf_json_end(&text, &j) == 0 && buf_text(&text))
        bus_publish_transient(d->all->env.bus, d->id, "device.attributes", buf_text(&text));
    buf_fini(&text);
}

static bool attributes_changed(const struct device *d)
{
    for (size_t i = 0; i < d->n_attributes; i++) {
        if (d->attributes[i].changed)
            return true;
    }
    return false;
}

void host_attributes_due(struct timer *t)
{
    struct device *d = container_of(t, struct device, attributes_timer);

    if (!device_may_tell_live(d)) {
        host_attributes_later(d);
        return;
    }
    if (attributes_changed(d))
        publish_attributes(d);
    if (d->status_untold)
        device_status_due(d);
}

static bool value_is_sound(const struct wr_value *v)
{
    if (v->type == WR_STRING || v->type == WR_LIST)
        return v->s && strlen(v->s) <= PARAM_MAX_TEXT && text_is_utf8(v->s, strlen(v->s));
    return v->type != WR_FLOAT || isfinite(v->f);
}

int host_report(struct wr_dev *dev, const char *key, const struct wr_value *value)
{
    struct device *d = device_of(dev);
    unsigned i;

    if (!d->running)
        return -ESTALE;
    if (!key || !value || !value_is_sound(value)) {
        host_misuse(d, "a value that cannot be", key);
        return -EINVAL;
    }
    heard_of(d);
    for (i = 0; i < d->n_attributes; i++) {
        if (strcmp(d->kind->attributes[i].key, key) == 0) {
            if (value->type == 0)
                withdraw_attribute(d, i);
            else if (d->kind->attributes[i].type == value->type)
                report_attribute(d, i, value);
            else
                return -EINVAL;
            return 0;
        }
    }
    if (!d->kind->settings || !param_find(d->kind->settings, key, &i)) {
        host_misuse(d, "a value that its tables do not have", key);
        return -ENOENT;
    }
    if (d->kind->settings[i].type != value->type)
        return -EINVAL;
    setting_reported(d, i, value);
    return 0;
}

int host_applied(struct wr_dev *dev, const char *key, int result)
{
    struct device *d = device_of(dev);

    if (!d->running)
        return -ESTALE;
    return key && d->kind->settings ? setting_applied(d, key, result) : -ENOENT;
}

int host_limit(struct wr_dev *dev, const char *key, double min, double max)
{
    struct device *d = device_of(dev);

    if (!d->running)
        return -ESTALE;
    return key && d->kind->settings ? setting_limit(d, key, min, max) : -ENOENT;
}
