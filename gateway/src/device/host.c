/* host.c - the host as a driver sees it: time, log, state, timers, events, values, frames,
 * captures, answers, children.
 *
 * Every function begins by finding out whether the device may still speak (it is between start()
 * and stop()). What a driver gets wrong is said once in the log with its name and answered with an
 * error; it cannot hurt anybody else.
 */
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "device/device.h"

/* --- time and log ----------------------------------------------------------------------------- */

static int64_t host_now_us(struct wr_dev *dev)
{
    return loop_now_us(device_of(dev)->all->env.loop);
}

static int64_t host_wall_us(struct wr_dev *dev)
{
    return loop_wall_us(device_of(dev)->all->env.loop);
}

static bool log_allowed(struct device *d)
{
    static const struct allowance_rate rate = {DRIVER_LOG_BURST, DRIVER_LOG_PER_S};
    bool allowed = allowance_take(&d->log_lines, &rate, 1, loop_now_us(d->all->env.loop));

    d->n_log_dropped += !allowed;
    return allowed;
}

__attribute__((format(printf, 3, 4))) static void host_log(
    struct wr_dev *dev, enum wr_log_level level, const char *format, ...)
{
    static const enum log_level levels[] = {
        LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARNING, LOG_LEVEL_ERROR};
    struct device *d = device_of(dev);
    enum log_level to = level <= WR_LOG_ERROR ? levels[level] : LOG_LEVEL_ERROR;
    char text[1024];
    va_list args;

    if (!log_enabled(to) || !log_allowed(d))
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (d->n_log_dropped > 0) {
        log_warning("lines of this device were left out", F_STR("device", d->id),
            F_INT("lines", d->n_log_dropped));
        d->n_log_dropped = 0;
    }
    log_write(to, text, LOG_FIELDS_(F_STR("device", d->id), F_STR("driver", d->driver_name)));
}

void host_misuse(struct device *d, const char *what, const char *detail)
{
    host_log(&d->pub, WR_LOG_ERROR, "the driver misbehaves: %s%s%s", what, detail ? ": " : "",
        detail ? detail : "");
}

/* --- state ------------------------------------------------------------------------------------ */

static void host_online(struct wr_dev *dev, bool up, const char *why)
{
    struct device *d = device_of(dev);

    if (d->running)
        device_online(d, up, why);
}

static void host_status(struct wr_dev *dev, const char *why)
{
    struct device *d = device_of(dev);

    if (d->running)
        device_status(d, why);
}

static void host_away(struct wr_dev *dev, const char *why)
{
    struct device *d = device_of(dev);

    if (d->running && dev->parent)
        host_misuse(d, "a child that is away: it is offline or gone", NULL);
    else if (d->running)
        device_away(d, why && *why ? why : "the connection ended");
}

static int host_identify(struct wr_dev *dev, const char *serial)
{
    return device_identify(device_of(dev), serial);
}

static void host_reject(struct wr_dev *dev, const char *why)
{
    struct device *d = device_of(dev);

    if (!d->running || d->pub.parent)
        return;
    d->misfit = d->rejected = true;
    device_remember_rejected(d);
    device_set_state(
        d, DEVICE_ERROR, why && *why ? why : "the driver says that this is no device of its kind");
    device_poke(d);
}

static void host_clock(struct wr_dev *dev, enum wr_clock clock)
{
    clock_map_init(&device_of(dev)->clock, clock);
}

/* --- timers ----------------------------------------------------------------------------------- */

struct host_timer {
    struct timer timer;
    struct device *device;
    wr_timer_fn fn;
    void *ctx;
    wr_handle handle;
};

static void host_timer_cancel(void *object)
{
    struct host_timer *t = object;

    timer_stop(&t->timer);
    free(t);
}

static const struct scope_kind timer_kind = {"timer", host_timer_cancel};

static void host_timer_due(struct timer *timer)
{
    struct host_timer *t = container_of(timer, struct host_timer, timer);
    struct device *d = t->device;
    wr_timer_fn fn = t->fn;
    void *ctx = t->ctx;

    if (t->timer.period_us == 0)
        scope_cancel(&d->scope, t->handle);
    driver_enter(d);
    fn(&d->pub, ctx);
    driver_leave(d);
}

static wr_handle arm(struct wr_dev *dev, int64_t us, wr_timer_fn fn, void *ctx, bool again)
{
    struct device *d = device_of(dev);
    struct host_timer *t;

    if (!d->running || us <= 0 || !fn) {
        host_misuse(d, "a timer without a time or a function, or after stop", NULL);
        return 0;
    }
    t = calloc(1, sizeof *t);
    if (!t)
        return 0;
    t->device = d;
    t->fn = fn;
    t->ctx = ctx;
    timer_init(&t->timer, d->all->env.loop, host_timer_due);
    if ((again ? timer_every(&t->timer, us) : timer_once(&t->timer, us)) < 0 ||
        !(t->handle = scope_add(&d->scope, &timer_kind, t))) {
        host_misuse(d, "too many handles are open", NULL);
        host_timer_cancel(t);
        return 0;
    }
    return t->handle;
}

static wr_handle host_after(struct wr_dev *dev, int64_t us, wr_timer_fn fn, void *ctx)
{
    return arm(dev, us, fn, ctx, false);
}

static wr_handle host_every(struct wr_dev *dev, int64_t us, wr_timer_fn fn, void *ctx)
{
    return arm(dev, us, fn, ctx, true);
}

static int host_cancel(struct wr_dev *dev, wr_handle handle)
{
    return scope_cancel(&device_of(dev)->scope, handle);
}

/* --- events and values ------------------------------------------------------------------------ */

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

static int host_publish(struct wr_dev *dev, const char *type, const char *json)
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

static int host_report(struct wr_dev *dev, const char *key, const struct wr_value *value)
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

static int host_applied(struct wr_dev *dev, const char *key, int result)
{
    struct device *d = device_of(dev);

    if (!d->running)
        return -ESTALE;
    return key && d->kind->settings ? setting_applied(d, key, result) : -ENOENT;
}

static int host_limit(struct wr_dev *dev, const char *key, double min, double max)
{
    struct device *d = device_of(dev);

    if (!d->running)
        return -ESTALE;
    return key && d->kind->settings ? setting_limit(d, key, min, max) : -ENOENT;
}

/* --- answers and children --------------------------------------------------------------------- */

static int host_done(struct wr_dev *dev, wr_handle call, int result, const char *json)
{
    return command_answer(device_of(dev), call, result, json);
}

static struct wr_dev *host_child(
    struct wr_dev *dev, const char *kind, const char *key, const char *name)
{
    struct wr_dev *c = child_add(device_of(dev), kind, key, name);

    if (!c)
        host_misuse(device_of(dev), "a child of a wrong kind or key, or one too many", key);
    return c;
}

static void host_child_gone(struct wr_dev *child, const char *why)
{
    if (child->parent)
        child_end(device_of(child), why);
}

const struct wr_host host_table = {
    .abi = WR_ABI,
    .size = sizeof(struct wr_host),
    .now_us = host_now_us,
    .wall_us = host_wall_us,
    .log = host_log,
    .online = host_online,
    .identify = host_identify,
    .reject = host_reject,
    .after = host_after,
    .every = host_every,
    .cancel = host_cancel,
    .publish = host_publish,
    .report = host_report,
    .applied = host_applied,
    .clock = host_clock,
    .frame_new = host_frame_new,
    .frame_publish = host_frame_publish,
    .frame_drop = host_frame_drop,
    .capture = host_capture,
    .done = host_done,
    .child = host_child,
    .child_gone = host_child_gone,
    .ble = &host_ble,
    .tcp = &host_tcp,
    .http = &host_http,
    .store = &host_store,
    .status = host_status,
    .away = host_away,
    .limit = host_limit,
    .overlay_publish = host_overlay_publish,
};

uint64_t host_services(void)
{
    return WR_NEEDS_BLE | WR_NEEDS_TCP | WR_NEEDS_HTTP | WR_NEEDS_STORE;
}
