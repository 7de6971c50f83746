/* sim_gatt_sockets.c - values of characteristics over packet sockets that are handed out, and who is
 * subscribed. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "loop/watch_fd.h"
#include "sim_private.h"

/* Packets taken from a client's socket per turn. */
#define PACKETS_AT_ONCE 64

/* --- subscribed or not ------------------------------------------------------------------------ */

void sim_char_subscribed(struct sim_char *c, bool on)
{
    gatt_subscribed(c->device->app, c->index, on);
}

static void close_notify(struct sim_char *c)
{
    c->notify_watch = watch_fd_free(c->notify_watch);
    close(c->notify_fd);
    c->notify_fd = -1;
    sim_object_changed(&c->object, "NotifyAcquired", "Notifying", NULL);
}

static void close_write(struct sim_char *c)
{
    c->write_watch = watch_fd_free(c->write_watch);
    close(c->write_fd);
    c->write_fd = -1;
    sim_object_changed(&c->object, "WriteAcquired", NULL);
}

/* The program hears of the link's end, not of each subscription's. */
void sim_char_release(struct sim_char *c)
{
    c->notifier[0] = '\0';
    if (c->notify_fd >= 0)
        close_notify(c);
    if (c->write_fd >= 0)
        close_write(c);
}

void sim_char_forget_client(struct sim_char *c, const char *sender)
{
    if (strcmp(c->notifier, sender) != 0)
        return;
    c->notifier[0] = '\0';
    sim_object_changed(&c->object, "Notifying", NULL);
    sim_char_subscribed(c, false);
}

/* --- sockets ---------------------------------------------------------------------------------- */

static int hand_out(struct sim_object *o, sd_bus_message *m, void (*ready)(void *, unsigned),
    int *ret_fd, struct watch_fd **ret_watch)
{
    int pair[2], r;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) < 0)
        return -errno;
    r = watch_fd_new(o->z->loop, pair[0], ready, sim_char_of(o), ret_watch);
    if (r >= 0)
        r = watch_fd_set(*ret_watch, FD_READABLE);
    if (r >= 0)
        r = sd_bus_reply_method_return(m, "hq", pair[1], (uint16_t)sim_char_of(o)->device->mtu);
    close(pair[1]); /* sd-bus has a copy */
    if (r < 0) {
        *ret_watch = watch_fd_free(*ret_watch);
        close(pair[0]);
        return r;
    }
    *ret_fd = pair[0];
    return r;
}

/* Nothing is to come here but its end. */
static void notify_ready(void *ctx, unsigned events)
{
    struct sim_char *c = ctx;
    char byte;
    ssize_t n = recv(c->notify_fd, &byte, 1, 0);

    if (n > 0 || (n < 0 && errno == EAGAIN))
        return;
    close_notify(c);
    sim_char_subscribed(c, false);
}

static void write_ready(void *ctx, unsigned events)
{
    struct sim_char *c = ctx;
    uint8_t bytes[GATT_MTU_MAX + 1];

    for (unsigned i = 0; i < PACKETS_AT_ONCE && c->write_fd >= 0; i++) {
        ssize_t n = recv(c->write_fd, bytes, sizeof bytes, 0);

        if (n < 0 && errno == EAGAIN)
            return;
        if (n <= 0) {
            close_write(c);
            return;
        }
        /* bluetoothd drops what the link cannot carry, without a word. */
        if ((size_t)n <= c->device->mtu - 3)
            (void)sim_char_written(c, bytes, (size_t)n, false);
    }
}

static int acquire_check(struct sim_object *o, sd_bus_message *m, bool can, bool taken)
{
    if (!sim_char_connected(o))
        return sim_refuse(m, "Failed", "Not connected");
    if (!can || sim_char_of(o)->device->faults.no_acquire)
        return sim_refuse(m, "NotSupported", "Operation is not supported");
    return taken ? sim_refuse(m, "NotPermitted", "Acquired by somebody else") : 0;
}

int sim_acquire_notify(struct sim_object *o, sd_bus_message *m)
{
    struct sim_char *c = sim_char_of(o);
    int r = acquire_check(o, m, sim_char_can_notify(o), sim_char_wanted(c));

    if (r != 0)
        return r;
    r = hand_out(o, m, notify_ready, &c->notify_fd, &c->notify_watch);
    if (r < 0)
        return r;
    sim_object_changed(o, "NotifyAcquired", "Notifying", NULL);
    sim_char_subscribed(c, true);
    return r;
}

int sim_acquire_write(struct sim_object *o, sd_bus_message *m)
{
    struct sim_char *c = sim_char_of(o);
    int r = acquire_check(o, m, sim_char_can_command(o), c->write_fd >= 0);

    if (r != 0)
        return r;
    r = hand_out(o, m, write_ready, &c->write_fd, &c->write_watch);
    if (r >= 0)
        sim_object_changed(o, "WriteAcquired", NULL);
    return r;
}

/* --- notifications ---------------------------------------------------------------------------- */

/* BlueZ, too, drops what a client's full socket does not take. */
void sim_char_deliver(struct sim_char *c, const void *bytes, size_t n)
{
    struct sim_bluez_stats *stats = &c->object.z->stats;

    if (c->notify_fd >= 0) {
        bool sent = send(c->notify_fd, bytes, n, MSG_NOSIGNAL) >= 0;

        stats->notifications += sent;
        stats->dropped += !sent;
    } else if (c->notifier[0]) {
        c->value = bytes;
        c->n_value = n;
        sim_object_changed(&c->object, "Value", NULL);
        c->value = NULL;
        stats->notifications++;
    }
}
