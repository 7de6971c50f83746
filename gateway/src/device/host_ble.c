/* host_ble.c - Bluetooth links of drivers: ble/ble.h under handles. */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <warren/ble.h>

#include "ble/ble.h"
#include "device/device.h"
#include "device/host_ble.h"

/* Signal strength and speed of a link, where a kind has attributes for them. */
#define REPORT_EVERY_US INT64_C(5000000)

struct host_ble_link {
    struct device *device;
    struct ble_link *link;
    const struct wr_ble_events *events;
    void *ctx;
    wr_handle handle;
    struct timer report;
};

static void link_free(struct host_ble_link *k)
{
    timer_stop(&k->report);
    free(k);
}

static void link_cancel(void *object)
{
    struct host_ble_link *k = object;

    ble_close(k->link);
    link_free(k);
}

static const struct scope_kind link_kind = {"ble", link_cancel};

/* --- what the host reports by itself ----------------------------------------------------------- */

static void report_int(struct device *d, const char *key, int64_t value)
{
    struct wr_value v = {.type = WR_INT, .i = value};

    for (size_t i = 0; i < d->n_attributes; i++) {
        const struct wr_attribute *row = &d->kind->attributes[i];

        if (row->type == WR_INT && strcmp(row->key, key) == 0)
            d->pub.host->report(&d->pub, key, &v);
    }
}

static void report(struct host_ble_link *k)
{
    struct ble_link_stats s;

    ble_link_stats(k->link, &s);
    if (s.has_rssi)
        report_int(k->device, "rssi_dbm", s.rssi_dbm);
    if (s.mtu > 0)
        report_int(k->device, "mtu", s.mtu);
    report_int(k->device, "bytes_per_s", (int64_t)s.bytes_per_s);
    report_int(k->device, "notifications", (int64_t)s.n_notifications);
    report_int(k->device, "retries", s.n_retries);
}

static void report_due(struct timer *t)
{
    report(container_of(t, struct host_ble_link, report));
}

/* --- events ------------------------------------------------------------------------------------ */

static void on_connecting(void *ctx, struct ble_link *link, const char *address)
{
    struct host_ble_link *k = ctx;
    struct device *d = k->device;

    if (!WR_HAS(k->events, connecting) || !k->events->connecting)
        return;
    driver_enter(d);
    k->events->connecting(&d->pub, k->handle, k->ctx, address);
    driver_leave(d);
}

static void on_opened(
    void *ctx, struct ble_link *link, const struct wr_ble_char *chars, size_t n_chars, unsigned mtu)
{
    struct host_ble_link *k = ctx;
    struct device *d = k->device;

    report(k);
    timer_every(&k->report, REPORT_EVERY_US);
    if (!k->events->opened)
        return;
    driver_enter(d);
    k->events->opened(&d->pub, k->handle, k->ctx, chars, n_chars, mtu);
    driver_leave(d);
}

static void on_notified(
    void *ctx, struct ble_link *link, const char *uuid, const uint8_t *bytes, size_t n)
{
    struct host_ble_link *k = ctx;
    struct device *d = k->device;

    if (!k->events->notified)
        return;
    driver_enter(d);
    k->events->notified(&d->pub, k->handle, k->ctx, uuid, bytes, n);
    driver_leave(d);
}

static void on_answered(void *ctx, struct ble_link *link, wr_ble_done done, void *done_ctx,
    int result, const uint8_t *bytes, size_t n)
{
    struct host_ble_link *k = ctx;
    struct device *d = k->device;

    driver_enter(d);
    done(&d->pub, done_ctx, result, bytes, n);
    driver_leave(d);
}

static void on_closed(void *ctx, struct ble_link *link, int why, const char *error)
{
    struct host_ble_link *k = ctx;
    struct device *d = k->device;
    struct host_ble_link was = *k;

    scope_take(&d->scope, k->handle, &link_kind);
    link_free(k);
    d->ble_down = why == -ENODEV;
    driver_enter(d);
    was.events->closed(&d->pub, was.handle, was.ctx, why, error);
    driver_leave(d);
}

/* Who takes the first that is heard leaves those to their devices that are known by their address, also
 * while these are switched off. */
static bool may_have(void *ctx, const char *address)
{
    const struct device *d = ((const struct host_ble_link *)ctx)->device;

    return device_check_twin(d->all, d, d->driver->table->options, address, NULL) == 0;
}

static const struct ble_link_events link_events = {.may_have = may_have,
    .connecting = on_connecting,
    .opened = on_opened,
    .notified = on_notified,
    .answered = on_answered,
    .closed = on_closed};

/* --- what drivers call ------------------------------------------------------------------------- */

static wr_handle refuse(struct wr_dev *dev, const char *why)
{
    host_table.log(dev, WR_LOG_ERROR, "no Bluetooth link: %s", why);
    return 0;
}

static wr_handle host_connect(struct wr_dev *dev, const struct wr_ble_target *target,
    const struct wr_ble_events *events, void *ctx)
{
    struct device *d = device_of(dev);
    struct error e = ERROR_NULL;
    struct host_ble_link *k;

    if (!d->running || !target || !events || !events->closed)
        return 0;
    if (!d->all->env.ble)
        return refuse(dev, "this gateway has no Bluetooth");
    if (scope_count(&d->scope, &link_kind) > 0)
        return refuse(dev, "this device has one already");
    k = calloc(1, sizeof *k);
    if (!k)
        return 0;
    *k = (struct host_ble_link){.device = d, .events = events, .ctx = ctx};
    timer_init(&k->report, d->all->env.loop, report_due);
    if (ble_connect(d->all->env.ble, target, &link_events, k, &k->link, &e) < 0) {
        link_free(k);
        return refuse(dev, error_text(&e));
    }
    d->ble_down = false;
    k->handle = scope_add(&d->scope, &link_kind, k);
    if (!k->handle) {
        link_cancel(k);
        return refuse(dev, "this device has too many handles open");
    }
    return k->handle;
}

static struct ble_link *link_of(struct wr_dev *dev, wr_handle h)
{
    struct host_ble_link *k = scope_get(&device_of(dev)->scope, h, &link_kind);

    return k ? k->link : NULL;
}

static int host_read(struct wr_dev *dev, wr_handle h, const char *uuid, wr_ble_done done, void *ctx)
{
    struct ble_link *k = link_of(dev, h);

    if (!k)
        return -ESTALE;
    return uuid && done ? ble_read(k, uuid, done, ctx) : -EINVAL;
}

static int host_write(struct wr_dev *dev, wr_handle h, const char *uuid, enum wr_ble_write how,
    const void *bytes, size_t n, wr_ble_done done, void *ctx)
{
    struct ble_link *k = link_of(dev, h);

    if (!k)
        return -ESTALE;
    return uuid && (bytes || n == 0) ? ble_write(k, uuid, how, bytes, n, done, ctx) : -EINVAL;
}

static int host_subscribe(
    struct wr_dev *dev, wr_handle h, const char *uuid, wr_ble_done done, void *ctx)
{
    struct ble_link *k = link_of(dev, h);

    if (!k)
        return -ESTALE;
    return uuid ? ble_subscribe(k, uuid, done, ctx) : -EINVAL;
}

/* As much of it as the driver knows. */
static int host_stats(struct wr_dev *dev, wr_handle h, struct wr_ble_stats *ret)
{
    struct ble_link *k = link_of(dev, h);
    struct ble_link_stats s;
    struct wr_ble_stats full = {.size = ret->size};

    if (!k)
        return -ESTALE;
    ble_link_stats(k, &s);
    full.rssi_dbm = s.has_rssi ? s.rssi_dbm : 0;
    full.mtu = s.mtu;
    full.bytes_per_s = s.bytes_per_s;
    full.n_notifications = s.n_notifications;
    full.n_bytes = s.n_bytes;
    full.n_retries = s.n_retries;
    memcpy(ret, &full, MIN((size_t)ret->size, sizeof full));
    return 0;
}

const struct wr_ble host_ble = {
    .size = sizeof(struct wr_ble),
    .connect = host_connect,
    .read = host_read,
    .write = host_write,
    .subscribe = host_subscribe,
    .stats = host_stats,
};

/* --- for the others ---------------------------------------------------------------------------- */

bool device_ble_stats(const struct device *d, struct ble_link_stats *ret)
{
    const struct host_ble_link *k = scope_first(&d->scope, &link_kind);

    if (k)
        ble_link_stats(k->link, ret);
    return k && ret->address[0];
}

static int wake(void *ctx, struct device *d)
{
    if (d->ble_down && timer_armed(&d->retry))
        timer_once(&d->retry, 0);
    d->ble_down = false;
    return 0;
}

void devices_ble_ready(struct devices *all)
{
    devices_each(all, wake, NULL);
}
