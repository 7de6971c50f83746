/* host.c - the host as a driver sees it: its table, and of that time, log, state, timers, answers,
 * children. Events and values are in host_values.c, all else in host_*.c of its own.
 *
 * Every function begins by finding out whether the device may still speak (it is between start()
 * and stop()). What a driver gets wrong is said once in the log with its name and answered with an
 * error; it cannot hurt anybody else.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
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
