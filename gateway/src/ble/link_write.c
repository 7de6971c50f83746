/* link_write.c - writing on an open link.
 *
 * Where BlueZ gives a packet socket, commands go by it: no D-Bus message per value, and 1 MB/s.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ble/ble_private.h"

/* BlueZ refuses a write while the socket for commands is open, and needs a moment to see it closed. */
#define AGAIN_US INT64_C(50000)
#define AGAIN_MAX 10

/* --- by call ----------------------------------------------------------------------------------- */

static int write_by_call(struct link_op *op);

void link_write_again(struct timer *t)
{
    struct link_op *op = container_of(t, struct link_op, again);
    int r = write_by_call(op);

    if (r < 0)
        link_op_finish(op, r, NULL, 0);
}

static void on_written(struct ble_call *c, int result, sd_bus_message *reply, const char *error)
{
    struct link_op *op = container_of(c, struct link_op, call);

    if (op->owner->lost)
        return;
    if (result == -ETIMEDOUT)
        link_timed_out(op->owner, "write");
    else if (result == -EPERM && op->chr->was_acquired && op->n_tries++ < AGAIN_MAX)
        timer_once(&op->again, AGAIN_US);
    else
        link_op_finish(op, result, NULL, 0);
}

/* What is answered by the device may take it as long as ATT allows: some do what they are told before they answer. */
static int write_by_call(struct link_op *op)
{
    struct ble *b = op->owner->ble;
    const struct ble_times *times = &b->config.times;
    sd_bus_message *m = NULL;
    int r = link_new_call(op->chr, "WriteValue", op, op->is_command ? "command" : "request", &m);

    return r < 0 ? r
                 : ble_call_consume(b, &op->call, m,
                       op->is_command ? times->call_us : times->write_us, on_written);
}

/* --- by socket --------------------------------------------------------------------------------- */

void link_close_write(struct link_char *c)
{
    ble_call_cancel(&c->write_call);
    c->write_watch = watch_fd_free(c->write_watch);
    if (c->write_fd >= 0)
        close(c->write_fd);
    c->write_fd = -1;
}

/* From now on by WriteValue; those that wait for the socket, too. */
static void release_write(struct link_char *c)
{
    c->write = WRITE_CALLS;
    link_close_write(c);
    while (!list_empty(&c->outbox)) {
        struct link_op *op = list_first(&c->outbox, struct link_op, queued);
        int r;

        list_remove(&op->queued);
        r = write_by_call(op);
        if (r < 0)
            link_op_finish_later(op, r);
    }
}

/* As much as the socket takes. False: it is of no use any more. */
static bool flush_outbox(struct link_char *c)
{
    while (!list_empty(&c->outbox)) {
        struct link_op *op = list_first(&c->outbox, struct link_op, queued);
        ssize_t n = send(c->write_fd, op->bytes, op->n, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS))
            break;
        if (n < 0)
            return false;
        link_op_finish_later(op, 0);
    }
    watch_fd_set(c->write_watch, list_empty(&c->outbox) ? 0 : FD_WRITABLE);
    return true;
}

static void on_writable(void *ctx, unsigned events)
{
    struct link_char *c = ctx;

    if (!flush_outbox(c))
        release_write(c);
}

static void on_write_acquired(
    struct ble_call *call, int result, sd_bus_message *reply, const char *error)
{
    struct link_char *c = container_of(call, struct link_char, write_call);
    struct ble_link *k = c->owner;
    int fd = result < 0 ? result : link_take_fd(k, reply);

    if (fd >= 0 && watch_fd_new(k->ble->loop, fd, on_writable, c, &c->write_watch) < 0) {
        close(fd);
        fd = -ENOMEM;
    }
    c->write_fd = fd >= 0 ? fd : -1;
    c->write = WRITE_FD;
    c->was_acquired = fd >= 0;
    if (fd < 0 || !flush_outbox(c))
        release_write(c);
}

static void acquire_write(struct link_char *c)
{
    struct ble *b = c->owner->ble;
    sd_bus_message *m = NULL;
    int r = link_new_call(c, "AcquireWrite", NULL, NULL, &m);

    c->write = WRITE_ACQUIRING;
    if (r == 0)
        r = ble_call_consume(b, &c->write_call, m, b->config.times.acquire_us, on_write_acquired);
    if (r < 0)
        release_write(c);
}

static void write_command(struct link_op *op)
{
    struct link_char *c = op->chr;

    op->is_command = true;
    list_append(&c->outbox, &op->queued);
    if (c->write == WRITE_UNTRIED)
        acquire_write(c);
    else if (c->write == WRITE_CALLS || (c->write == WRITE_FD && !flush_outbox(c)))
        release_write(c);
}

/* --- either ------------------------------------------------------------------------------------ */

int ble_write(struct ble_link *k, const char *uuid, enum wr_ble_write how, const void *bytes,
    size_t n, wr_ble_done done, void *ctx)
{
    static const uint32_t props[] = {
        [WR_BLE_WRITE_BEST] = WR_BLE_WRITE | WR_BLE_WRITE_NO_RESPONSE,
        [WR_BLE_WRITE_WITH_RESPONSE] = WR_BLE_WRITE,
        [WR_BLE_WRITE_COMMAND] = WR_BLE_WRITE_NO_RESPONSE,
    };
    struct link_char *c;
    struct link_op *op;
    int r;

    if ((unsigned)how >= N_ELEMENTS(props))
        return -EINVAL;
    r = link_check(k, uuid, props[how], &c);
    if (r < 0)
        return r;
    if (n > BLE_MAX_VALUE_BYTES || (how != WR_BLE_WRITE_WITH_RESPONSE && n + 3 > k->stats.mtu))
        return -EMSGSIZE;
    op = link_op_new(c, OP_WRITE, bytes, n, done, ctx);
    if (!op)
        return -ENOMEM;
    if (how != WR_BLE_WRITE_WITH_RESPONSE && c->props & WR_BLE_WRITE_NO_RESPONSE) {
        write_command(op);
        return 0;
    }
    if (c->write != WRITE_CALLS)
        release_write(c); /* after what waits there */
    r = write_by_call(op);
    if (r < 0)
        link_op_free(op);
    return r;
}
