#include "dbus/dbus.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "base/clock.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "loop/watch_fd.h"

struct dbus {
    struct loop *loop;
    sd_bus *bus;
    const struct dbus_events *events;
    void *ctx;
    struct watch_fd *watch;
    int fd; /* that is watched; -1: none */
    struct timer timeout;
    struct deferred rearm;
    bool closed;
    bool ready;
    bool *freed; /* set while messages are handled: told when it is freed in one */
};

static void unwatch(struct dbus *d)
{
    d->watch = watch_fd_free(d->watch);
    d->fd = -1;
    timer_stop(&d->timeout);
    deferred_cancel(&d->rearm);
}

/* The watch goes before the descriptor. */
static void fail(struct dbus *d, int why)
{
    d->closed = true;
    unwatch(d);
    sd_bus_close(d->bus);
    if (d->events->closed)
        d->events->closed(d->ctx, d, why);
}

/* --- what sd-bus waits for -------------------------------------------------------------------- */

static void on_fd(void *ctx, unsigned events);

/* While it connects it may try one socket after the other. */
static int watch(struct dbus *d)
{
    int fd = sd_bus_get_fd(d->bus), events, r;

    if (fd < 0)
        return fd;
    events = sd_bus_get_events(d->bus);
    if (events < 0)
        return events;
    if (fd != d->fd) {
        d->watch = watch_fd_free(d->watch);
        d->fd = -1;
        r = watch_fd_new(d->loop, fd, on_fd, d, &d->watch);
        if (r < 0)
            return r;
        d->fd = fd;
    }
    return watch_fd_set(
        d->watch, (events & POLLIN ? FD_READABLE : 0u) | (events & POLLOUT ? FD_WRITABLE : 0u));
}

/* The moment is absolute, on the monotonic clock; 0: there is something to do already. As the turn
 * began earlier than now the timer may be early by that: nothing is to be done then, and it is armed
 * anew. */
static int arm(struct dbus *d)
{
    uint64_t at_us = UINT64_MAX;
    int r = sd_bus_get_timeout(d->bus, &at_us);

    if (r < 0)
        return r;
    if (at_us == UINT64_MAX || at_us > (uint64_t)INT64_MAX) {
        timer_stop(&d->timeout);
        return 0;
    }
    return timer_once(&d->timeout, (int64_t)at_us - clock_mono_us());
}

static void rearm(struct dbus *d)
{
    int r = watch(d);

    if (r >= 0)
        r = arm(d);
    if (r < 0)
        fail(d, r);
}

static void on_rearm(struct deferred *deferred)
{
    rearm(container_of(deferred, struct dbus, rearm));
}

/* --- messages --------------------------------------------------------------------------------- */

static void process(struct dbus *d)
{
    bool freed = false;
    int r = 1;

    d->freed = &freed;
    for (int i = 0; r > 0 && i < DBUS_MESSAGES_AT_ONCE; i++) {
        r = sd_bus_process(d->bus, NULL);
        if (freed)
            return;
        if (r >= 0 && !d->ready && sd_bus_is_ready(d->bus) > 0) {
            d->ready = true;
            if (d->events->ready)
                d->events->ready(d->ctx, d);
            if (freed)
                return;
        }
    }
    d->freed = NULL;
    if (r < 0)
        fail(d, r);
    else
        rearm(d);
}

static void on_fd(void *ctx, unsigned events)
{
    process(ctx);
}

static void on_timeout(struct timer *t)
{
    process(container_of(t, struct dbus, timeout));
}

/* --- life ------------------------------------------------------------------------------------- */

static int open_address(const char *address, sd_bus **ret)
{
    sd_bus *bus = NULL;
    int r;

    if (!address)
        return sd_bus_open_system(ret);
    r = sd_bus_new(&bus);
    if (r >= 0)
        r = sd_bus_set_address(bus, address);
    if (r >= 0)
        r = sd_bus_set_bus_client(bus, true);
    if (r >= 0)
        r = sd_bus_start(bus);
    if (r < 0) {
        sd_bus_unref(bus);
        return r;
    }
    *ret = bus;
    return 0;
}

int dbus_open(struct loop *l, const char *address, const struct dbus_events *events, void *ctx,
    struct dbus **ret, struct error *e)
{
    static const struct dbus_events none = {0};
    struct dbus *d = calloc(1, sizeof *d);
    int r;

    if (!d)
        return error_set(e, -ENOMEM, "no memory");
    *d = (struct dbus){.loop = l, .events = events ? events : &none, .ctx = ctx, .fd = -1};
    timer_init(&d->timeout, l, on_timeout);
    deferred_init(&d->rearm, on_rearm);
    r = open_address(address, &d->bus);
    if (r < 0) {
        free(d);
        return error_set(e, r, "%s%.120s cannot be reached: %s",
            address ? "the D-Bus at " : "the system's D-Bus", address ? address : "",
            error_name(r));
    }
    loop_defer(l, &d->rearm);
    *ret = d;
    return 0;
}

/* A flush would wait for the peer; sd-bus has sent at each call what the socket took. */
struct dbus *dbus_free(struct dbus *d)
{
    if (!d)
        return NULL;
    if (d->freed)
        *d->freed = true;
    unwatch(d);
    sd_bus_close(d->bus);
    sd_bus_unref(d->bus);
    free(d);
    return NULL;
}

int dbus_wait(struct dbus *d, const char *name, int64_t limit_us)
{
    sd_bus_message *m = NULL;
    int r =
        sd_bus_message_new_method_call(d->bus, &m, name, "/", "org.freedesktop.DBus.Peer", "Ping");

    if (r >= 0)
        r = sd_bus_call(d->bus, m, (uint64_t)limit_us, NULL, NULL);
    sd_bus_message_unref(m);
    return r < 0 ? r : 0;
}

sd_bus *dbus_bus(struct dbus *d)
{
    if (!d->closed)
        loop_defer(d->loop, &d->rearm);
    return d->bus;
}
