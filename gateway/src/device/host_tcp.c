/* host_tcp.c - TCP connections of drivers: loop/tcp.h under handles. */
#include <errno.h>
#include <warren/tcp.h>

#include "base/log.h"
#include "device/device.h"
#include "loop/tcp.h"

struct host_tcp_link {
    struct device *device;
    struct tcp *tcp;
    const struct wr_tcp_events *events;
    void *ctx;
    wr_handle handle;
    struct inflow_tap tap;
    bool open, paused; /* paused: by its driver */
};

static void link_cancel(void *object)
{
    struct host_tcp_link *k = object;

    inflow_tap_fini(&k->tap);
    tcp_close(k->tcp);
    free(k);
}

static const struct scope_kind link_kind = {"tcp", link_cancel};

static void on_opened(void *ctx, struct tcp *t)
{
    struct host_tcp_link *k = ctx;
    struct device *d = k->device;

    k->open = true;
    if (!k->events->opened)
        return;
    driver_enter(d);
    k->events->opened(&d->pub, k->handle, k->ctx);
    driver_leave(d);
}

static void go_on(struct inflow_tap *tap)
{
    struct host_tcp_link *k = container_of(tap, struct host_tcp_link, tap);

    if (!k->paused)
        tcp_resume(k->tcp);
}

static size_t on_data(void *ctx, struct tcp *t, const uint8_t *bytes, size_t n)
{
    struct host_tcp_link *k = ctx;
    struct device *d = k->device;
    wr_handle h = k->handle;
    size_t used;

    driver_enter(d);
    used = k->events->data(&d->pub, h, k->ctx, bytes, n);
    driver_leave(d);
    used = MIN(used, n);
    k = scope_get(&d->scope, h, &link_kind); /* the driver may have ended it */
    if (inflow_took(d, k ? &k->tap : NULL, used))
        tcp_pause(k->tcp);
    return used;
}

static void on_drained(void *ctx, struct tcp *t)
{
    struct host_tcp_link *k = ctx;
    struct device *d = k->device;

    if (!k->events->drained)
        return;
    driver_enter(d);
    k->events->drained(&d->pub, k->handle, k->ctx);
    driver_leave(d);
}

static void on_closed(void *ctx, struct tcp *t, int why, size_t left)
{
    struct host_tcp_link *k = ctx;
    struct device *d = k->device;
    struct host_tcp_link was = *k;

    scope_take(&d->scope, k->handle, &link_kind);
    inflow_tap_fini(&k->tap);
    free(k);
    driver_enter(d);
    was.events->closed(&d->pub, was.handle, was.ctx, why, left);
    driver_leave(d);
}

static const struct tcp_events link_events = {
    .opened = on_opened, .data = on_data, .drained = on_drained, .closed = on_closed};

static wr_handle host_connect(struct wr_dev *dev, const struct wr_tcp_target *target,
    const struct wr_tcp_events *events, void *ctx)
{
    struct device *d = device_of(dev);
    struct tcp_limits limits;
    struct host_tcp_link *k;
    int r;

    if (!d->running || !target || !target->host || !events || !events->data || !events->closed)
        return 0;
    if (target->tls) {
        host_table.log(dev, WR_LOG_ERROR, "TLS to devices is not built into this gateway");
        return 0;
    }
    limits = (struct tcp_limits){.recv_max_bytes = target->recv_max_bytes,
        .send_max_bytes = target->send_max_bytes,
        .connect_timeout_us = (int64_t)target->connect_timeout_ms * 1000,
        .idle_timeout_us = (int64_t)target->idle_timeout_ms * 1000};
    k = calloc(1, sizeof *k);
    if (!k)
        return 0;
    *k = (struct host_tcp_link){.device = d, .events = events, .ctx = ctx};
    inflow_tap_init(&k->tap, go_on);
    r = tcp_connect(d->all->env.loop, d->all->env.resolver, target->host, target->port, &limits,
        &link_events, k, &k->tcp);
    if (r < 0) {
        host_table.log(dev, WR_LOG_ERROR, "no connection to %s port %u: %s", target->host,
            target->port, error_name(r));
        free(k);
        return 0;
    }
    k->handle = scope_add(&d->scope, &link_kind, k);
    if (!k->handle) {
        host_table.log(dev, WR_LOG_ERROR, "no connection to %s: this device has too many already",
            target->host);
        link_cancel(k);
        return 0;
    }
    return k->handle;
}

static struct host_tcp_link *link_of(struct wr_dev *dev, wr_handle h)
{
    return scope_get(&device_of(dev)->scope, h, &link_kind);
}

static int host_send(struct wr_dev *dev, wr_handle h, const void *bytes, size_t n)
{
    struct host_tcp_link *k = link_of(dev, h);

    if (!k)
        return -ESTALE;
    return k->open ? tcp_send(k->tcp, bytes, n) : -ENOTCONN;
}

static int host_pause(struct wr_dev *dev, wr_handle h)
{
    struct host_tcp_link *k = link_of(dev, h);

    if (!k)
        return -ESTALE;
    k->paused = true;
    tcp_pause(k->tcp);
    return 0;
}

static int host_resume(struct wr_dev *dev, wr_handle h)
{
    struct host_tcp_link *k = link_of(dev, h);

    if (!k)
        return -ESTALE;
    k->paused = false;
    if (!inflow_holds(&k->tap))
        tcp_resume(k->tcp);
    return 0;
}

static int host_shutdown(struct wr_dev *dev, wr_handle h)
{
    struct host_tcp_link *k = link_of(dev, h);

    if (!k)
        return -ESTALE;
    tcp_shutdown(k->tcp);
    return 0;
}

const struct wr_tcp host_tcp = {
    .size = sizeof(struct wr_tcp),
    .connect = host_connect,
    .send = host_send,
    .pause = host_pause,
    .resume = host_resume,
    .shutdown = host_shutdown,
};
