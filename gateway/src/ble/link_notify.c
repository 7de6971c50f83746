/* link_notify.c - notifications of an open link.
 *
 * BlueZ's packet socket has room for about 167 of them and then loses them without a word, so it is
 * emptied at once, and before anything else that bluetoothd says is told.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "ble/ble_private.h"

/* Packets of one socket in one turn, or a device could keep all others waiting. */
#define DRAIN_MAX 512

static void count(struct ble_link *k, size_t n)
{
    int64_t now = loop_now_us(k->ble->loop), us = now - k->rate_since_us;

    k->stats.n_notifications++;
    k->stats.n_bytes += n;
    k->ble->stats.n_notifications++;
    k->ble->stats.n_notified_bytes += n;
    if (us >= US_PER_S) {
        k->stats.bytes_per_s = k->rate_since_us ? k->rate_bytes * 1000000 / (uint64_t)us : 0;
        k->rate_since_us = now;
        k->rate_bytes = 0;
    }
    k->rate_bytes += n;
}

static void tell(struct link_char *c, const uint8_t *bytes, size_t n)
{
    struct ble_link *k = c->owner;

    count(k, n);
    if (k->events->notified)
        k->events->notified(k->ctx, k, c->uuid, bytes, n);
}

void link_close_notify(struct link_char *c)
{
    c->notify_watch = watch_fd_free(c->notify_watch);
    if (c->notify_fd >= 0)
        close(c->notify_fd);
    c->notify_fd = -1;
}

/* Empty packets and the end look alike. */
static bool has_ended(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN | POLLRDHUP};

    return poll(&p, 1, 0) > 0 && p.revents & (POLLHUP | POLLRDHUP | POLLERR | POLLNVAL);
}

/* The connection ended most often, and bluetoothd will say so at once; else it is as good as ended. */
static void notify_ended(struct link_char *c)
{
    link_close_notify(c);
    c->notify = NOTIFY_ENDED;
    if (c->owner->lost)
        return;
    timer_once(&c->owner->settle, c->owner->ble->config.times.settle_us);
}

static void drain(struct link_char *c)
{
    uint8_t bytes[BLE_MAX_VALUE_BYTES + 8];

    for (int i = 0; i < DRAIN_MAX && c->owner->state == LINK_OPEN && c->notify_fd >= 0; i++) {
        ssize_t n = recv(c->notify_fd, bytes, sizeof bytes, MSG_DONTWAIT);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return;
        if (n < 0 || (n == 0 && has_ended(c->notify_fd))) {
            notify_ended(c);
            return;
        }
        tell(c, bytes, (size_t)n);
    }
}

void link_io_drain(struct ble_link *k)
{
    for (size_t i = 0; k->state == LINK_OPEN && i < k->n_chars; i++) {
        if (k->chars[i].notify_fd >= 0)
            drain(&k->chars[i]);
    }
}

static void on_readable(void *ctx, unsigned events)
{
    drain(ctx);
}

void link_io_value(struct ble *b, const char *path, const uint8_t *bytes, size_t n)
{
    struct ble_link *k;

    list_for_each (k, &b->links, link) {
        for (size_t i = 0; k->state == LINK_OPEN && i < k->n_chars; i++) {
            struct link_char *c = &k->chars[i];

            if ((c->notify == NOTIFY_SIGNALS || c->notify == NOTIFY_STARTING) &&
                strcmp(c->path, path) == 0)
                tell(c, bytes, n);
        }
    }
}

/* All that asked for it are answered. */
static void subscribed(struct link_char *c, enum notify_state state, int result)
{
    struct ble_link *k = c->owner;
    struct link_op *op, *next;

    c->notify = state;
    list_for_each_safe (op, next, &k->ops, link) {
        if (op->kind == OP_SUBSCRIBE && op->chr == c)
            link_op_finish_later(op, result);
    }
}

static void on_notify_started(
    struct ble_call *call, int result, sd_bus_message *reply, const char *error)
{
    struct link_char *c = container_of(call, struct link_char, notify_call);

    if (c->owner->lost)
        return;
    if (result == -ETIMEDOUT)
        link_timed_out(c->owner, "subscription");
    else
        subscribed(c, result == 0 ? NOTIFY_SIGNALS : NOTIFY_OFF, result);
}

/* Signals can come before the answer does. */
static void start_notify(struct link_char *c)
{
    struct ble *b = c->owner->ble;
    int r = ble_call_start(b, &c->notify_call, c->path, "GattCharacteristic1", "StartNotify",
        b->config.times.call_us, on_notify_started);

    c->notify = NOTIFY_STARTING;
    if (r < 0)
        subscribed(c, NOTIFY_OFF, r);
}

static void on_notify_acquired(
    struct ble_call *call, int result, sd_bus_message *reply, const char *error)
{
    struct link_char *c = container_of(call, struct link_char, notify_call);
    struct ble_link *k = c->owner;
    int fd = result < 0 ? result : link_take_fd(k, reply);

    if (fd >= 0 && watch_fd_new(k->ble->loop, fd, on_readable, c, &c->notify_watch) < 0) {
        close(fd);
        fd = -ENOMEM;
    }
    if (fd < 0 && !k->lost)
        start_notify(c);
    if (fd < 0)
        return;
    c->notify_fd = fd;
    watch_fd_set(c->notify_watch, FD_READABLE);
    subscribed(c, NOTIFY_FD, 0);
}

static void acquire_notify(struct link_char *c)
{
    struct ble *b = c->owner->ble;
    sd_bus_message *m = NULL;
    int r = link_new_call(c, "AcquireNotify", NULL, NULL, &m);

    c->notify = NOTIFY_ACQUIRING;
    if (r == 0)
        r = ble_call_consume(b, &c->notify_call, m, b->config.times.acquire_us, on_notify_acquired);
    if (r < 0)
        subscribed(c, NOTIFY_OFF, r);
}

int ble_subscribe(struct ble_link *k, const char *uuid, wr_ble_done done, void *ctx)
{
    struct link_char *c;
    struct link_op *op;
    int r = link_check(k, uuid, WR_BLE_NOTIFY, &c);

    if (r < 0)
        return r;
    if (c->notify == NOTIFY_ENDED)
        return -ENOTCONN;
    op = link_op_new(c, OP_SUBSCRIBE, NULL, 0, done, ctx);
    if (!op)
        return -ENOMEM;
    if (c->notify == NOTIFY_FD || c->notify == NOTIFY_SIGNALS)
        link_op_finish_later(op, 0);
    else if (c->notify == NOTIFY_OFF)
        acquire_notify(c);
    return 0;
}
