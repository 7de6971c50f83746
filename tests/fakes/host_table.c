/* host_table.c - struct wr_host: what is not in a file of its own. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fakes/host_private.h"

/* Online for so long, a device has recovered and its back-off begins anew. As in the gateway. */
#define FORGIVEN_US (60 * FAKE_S)

static int64_t host_now_us(struct wr_dev *dev)
{
    return fake_device_of(dev, "now_us")->host->now_us;
}

static int64_t host_wall_us(struct wr_dev *dev)
{
    return fake_wall_us(fake_device_of(dev, "wall_us")->host);
}

__attribute__((format(printf, 3, 4))) static void host_log(
    struct wr_dev *dev, enum wr_log_level level, const char *format, ...)
{
    static const char *const names[] = {"debug", "info", "warning", "error"};
    struct fake_device *d = fake_device_of(dev, "log");
    char line[1024];
    va_list args;

    if (level > WR_LOG_ERROR)
        fake_fail("log(%s): there is no level %d", d->id, (int)level);
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (strchr(line, '\n'))
        fake_fail("log(%s): a line break in \"%s\"", d->id, line);
    fake_trace("    %s: %s", names[level], line);
    buf_printf(&d->host->log, "%s %s: %s\n", names[level], d->id, line);
}

/* --- being there ------------------------------------------------------------------------------ */

static void main_offline(struct fake_device *d)
{
    struct fake_host *h = d->host;

    if (d->online && h->now_us - h->online_since_us >= FORGIVEN_US)
        h->n_failures = 0;
    d->restart = true;
    fake_poke_restart(h);
}

static void host_online(struct wr_dev *dev, bool up, const char *why)
{
    struct fake_device *d = fake_device_of(dev, "online");

    if (!up && (!why || !*why))
        fake_fail("online(%s, false): say why, in a sentence", d->id);
    fake_trace("    → %s %s", up ? "online" : "offline:", up ? "" : why);
    if (!up && !dev->parent && !d->restart)
        main_offline(d);
    if (up && !d->online)
        d->host->online_since_us = d->host->now_us;
    d->online = up && !d->restart;
    snprintf(d->why, sizeof d->why, "%s", up ? "" : why);
    if (d->online)
        fake_settings_resend(d);
}

static void host_status(struct wr_dev *dev, const char *why)
{
    struct fake_device *d = fake_device_of(dev, "status");

    fake_trace("    → \"%s\"", why ? why : "");
    if (!d->restart)
        snprintf(d->why, sizeof d->why, "%s", why ? why : "");
}

static void host_away(struct wr_dev *dev, const char *why)
{
    struct fake_device *d = fake_device_of(dev, "away");

    if (dev->parent)
        fake_fail("away(%s): a child is offline or gone", d->id);
    if (!why || !*why)
        fake_fail("away(%s): say why, in a sentence", d->id);
    fake_trace("    → away: %s", why);
    if (d->restart)
        return;
    d->online = false;
    snprintf(d->why, sizeof d->why, "%s", why);
}

static int host_identify(struct wr_dev *dev, const char *serial)
{
    struct fake_device *d = fake_device_of(dev, "identify");

    if (!serial || !*serial)
        fake_fail("identify(%s): no serial number", d->id);
    if (d->host->taken_identity && strcmp(serial, d->host->taken_identity) == 0)
        return -EEXIST;
    free(d->identity);
    d->identity = fake_strdup(serial);
    return 0;
}

static void host_reject(struct wr_dev *dev, const char *why)
{
    struct fake_device *d = fake_device_of(dev, "reject");

    if (dev->parent)
        fake_fail("reject(%s): a child cannot be rejected, only gone", d->id);
    if (!why || !*why)
        fake_fail("reject(%s): say why, in a sentence", d->id);
    d->rejected = d->restart = true;
    d->online = false;
    snprintf(d->why, sizeof d->why, "%s", why);
    fake_poke_restart(d->host);
}

static void host_clock(struct wr_dev *dev, enum wr_clock clock)
{
    fake_device_of(dev, "clock")->clock = clock;
}

/* --- timers ----------------------------------------------------------------------------------- */

struct fake_timer {
    struct fake_device *d;
    wr_timer_fn fn;
    void *ctx;
    int64_t period_us;
};

static void timer_due(struct fake_host *h, struct fake_task *t)
{
    struct fake_timer timer = *(struct fake_timer *)t->bytes;

    if (timer.period_us > 0) {
        struct fake_task *next = fake_task_add(h, timer.period_us, t->handle, timer_due, NULL);
        fake_task_bytes(next, &timer, sizeof timer);
    } else {
        fake_handle_drop(h, t->handle);
    }
    fake_enter(timer.d, "timer");
    timer.fn(&timer.d->pub, timer.ctx);
    fake_leave(timer.d);
}

static wr_handle arm(struct wr_dev *dev, int64_t us, wr_timer_fn fn, void *ctx, bool again)
{
    struct fake_device *d = fake_device_of(dev, again ? "every" : "after");
    struct fake_timer timer = {d, fn, ctx, again ? us : 0};
    wr_handle handle;

    if (us <= 0 || !fn)
        fake_fail("%s(%s): expected a time > 0 and a function", again ? "every" : "after", d->id);
    handle = fake_handle_add(d, FAKE_TIMER, NULL);
    if (handle)
        fake_task_bytes(fake_task_add(d->host, us, handle, timer_due, NULL), &timer, sizeof timer);
    return handle;
}

static wr_handle host_after(struct wr_dev *dev, int64_t us, wr_timer_fn fn, void *ctx)
{
    return arm(dev, us, fn, ctx, false);
}

static wr_handle host_every(struct wr_dev *dev, int64_t us, wr_timer_fn fn, void *ctx)
{
    return arm(dev, us, fn, ctx, true);
}

/* --- children --------------------------------------------------------------------------------- */

static const struct wr_kind *child_kind(const struct fake_host *h, const char *name)
{
    for (const struct wr_kind *k = h->driver->kinds + 1; k->name; k++) {
        if (strcmp(k->name, name) == 0)
            return k;
    }
    fake_fail("child: kinds[] has no \"%s\" after the first", name);
}

/* Those that are gone make room for others. */
static size_t n_children(const struct fake_host *h)
{
    size_t n = 0;

    for (size_t i = 1; i < h->devices.n; i++)
        n += ((const struct fake_device *)h->devices.items[i])->running;
    return n;
}

static struct wr_dev *host_child(
    struct wr_dev *dev, const char *kind_name, const char *key, const char *name)
{
    struct fake_device *parent = fake_device_of(dev, "child"), *c;
    const struct wr_kind *kind = child_kind(parent->host, kind_name);
    struct wr_dev *known;

    if (dev->parent)
        fake_fail("child(%s): a child has no children", parent->id);
    if (!key || !*key || strlen(key) > WR_NAME_MAX)
        fake_fail("child(%s): a key has 1 to %d bytes", parent->id, WR_NAME_MAX);
    known = fake_child(parent->host, key);
    c = known ? fake_device_peek(known) : NULL;
    if (!c && n_children(parent->host) >= FAKE_MAX_CHILDREN)
        return NULL;
    if (!c) {
        c = fake_device_new(parent->host, kind);
        c->pub.parent = dev;
        snprintf(c->key, sizeof c->key, "%s", key);
        snprintf(c->id, sizeof c->id, "%.31s-%.31s", parent->id, key);
    }
    if (name)
        snprintf(c->name, sizeof c->name, "%s", name);
    if (!c->running) {
        c->pub.state = calloc(1, MAX(kind->state_size, 1));
        c->running = true;
    }
    return &c->pub;
}

static void host_child_gone(struct wr_dev *child, const char *why)
{
    struct fake_device *c = fake_device_of(child, "child_gone");

    if (!child->parent)
        fake_fail("child_gone(%s): that is no child", c->id);
    fake_device_clear(c, why ? why : "gone");
}

const struct wr_host fake_host_table = {
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
    .cancel = fake_host_cancel,
    .publish = fake_host_publish,
    .report = fake_host_report,
    .applied = fake_host_applied,
    .clock = host_clock,
    .frame_new = fake_frame_new,
    .frame_publish = fake_frame_publish,
    .frame_drop = fake_frame_drop,
    .capture = fake_host_capture,
    .done = fake_host_done,
    .child = host_child,
    .child_gone = host_child_gone,
    .ble = &fake_ble_table,
    .tcp = &fake_tcp_table,
    .http = &fake_http_table,
    .store = &fake_store_table,
    .status = host_status,
    .away = host_away,
    .limit = fake_host_limit,
    .overlay_publish = fake_overlay_publish,
};

/* --- an older gateway ------------------------------------------------------------------------- */

_Noreturn static void not_there(void)
{
    fake_fail("a call of what this older host does not have: WR_HAS() tells");
}

/* What lies behind `store` are pointers to functions, all of them. */
void fake_host_older(struct fake_host *h, size_t size)
{
    void (*const trap)(void) = not_there;

    if (size < offsetof(struct wr_host, status) || size > sizeof h->table)
        fake_fail("no gateway ever had a table of %zu bytes", size);
    h->table.size = (uint32_t)size;
    for (; size < sizeof h->table; size += sizeof trap)
        memcpy((char *)&h->table + size, &trap, sizeof trap);
}
