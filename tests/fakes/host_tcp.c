/* host_tcp.c - TCP connections whose other end is the test. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fakes/host_private.h"

#define DEFAULT_TIMEOUT_MS 10000
#define DEFAULT_MAX_BYTES 65536
/* More than any test feeds without a turn. */
#define MAX_ARRIVED_BYTES (64u << 20)

struct tcp {
    struct fake_tcp pub; /* first */
    struct fake_device *d;
    const struct wr_tcp_events *events;
    void *ctx;
    struct buf
        arrived; /* in the kernel, as it were: read when the driver has room and does not pause */
    struct buf received; /* read, not yet consumed */
    size_t send_max;
    int64_t idle_us, last_heard_us;
    bool held, short_of_room; /* send() said -EAGAIN: drained() is owed */
    bool ended;               /* the peer is done: closed() follows when all is read */
};

static struct tcp *tcp_of(struct fake_tcp *t)
{
    return (struct tcp *)t;
}

static void end(struct tcp *t, int why)
{
    struct fake_host *h = t->d->host;
    size_t left = t->received.len;

    if (t->pub.over)
        return;
    t->pub.over = true;
    t->pub.open = false;
    fake_handle_drop(h, t->pub.handle);
    fake_trace("    (tcp: %d, %zu bytes left)", why, left);
    fake_enter(t->d, "tcp.closed");
    t->events->closed(&t->d->pub, t->pub.handle, t->ctx, why, left);
    fake_leave(t->d);
}

void fake_tcp_cancel(void *object)
{
    struct tcp *t = object;

    t->pub.over = true;
    t->pub.open = false;
}

static void connect_timed_out(struct fake_host *h, struct fake_task *task)
{
    struct tcp *t = task->object;

    if (!t->pub.open)
        end(t, -ETIMEDOUT);
}

static void idle(struct fake_host *h, struct fake_task *task)
{
    struct tcp *t = task->object;
    int64_t left = t->last_heard_us + t->idle_us - h->now_us;

    if (left > 0)
        fake_task_add(h, left, t->pub.handle, idle, t);
    else
        end(t, -ETIMEDOUT);
}

/* --- what the driver calls -------------------------------------------------------------------- */

void fake_host_refuse_links(struct fake_host *h, bool refuse)
{
    h->refuses_links = refuse;
}

static wr_handle tcp_connect(struct wr_dev *dev, const struct wr_tcp_target *target,
    const struct wr_tcp_events *events, void *ctx)
{
    struct fake_device *d = fake_device_of(dev, "tcp.connect");
    struct tcp *t;

    fake_check_size(target->size, sizeof *target, "tcp.connect: struct wr_tcp_target");
    fake_check_size(events->size, sizeof *events, "tcp.connect: struct wr_tcp_events");
    if (!events->closed || !events->data)
        fake_fail("tcp.connect(%s): data and closed must not be NULL", d->id);
    if (d->host->refuses_links || !target->host || !*target->host || target->port == 0 ||
        fake_handle_count(d, FAKE_TCP) >= FAKE_MAX_TCP)
        return 0;
    t = fake_array_add(&d->host->tcps, sizeof *t);
    t->pub = (struct fake_tcp){
        .host = fake_strdup(target->host), .port = target->port, .tls = target->tls};
    t->d = d;
    t->events = events;
    t->ctx = ctx;
    t->received = BUF_INIT(target->recv_max_bytes ? target->recv_max_bytes : DEFAULT_MAX_BYTES);
    t->arrived = BUF_INIT(MAX_ARRIVED_BYTES);
    t->send_max = target->send_max_bytes ? target->send_max_bytes : DEFAULT_MAX_BYTES;
    t->idle_us = target->idle_timeout_ms * FAKE_MS;
    t->pub.handle = fake_handle_add(d, FAKE_TCP, t);
    fake_task_add(d->host,
        (target->connect_timeout_ms ? target->connect_timeout_ms : DEFAULT_TIMEOUT_MS) * FAKE_MS,
        t->pub.handle, connect_timed_out, t);
    return t->pub.handle;
}

static int tcp_send(struct wr_dev *dev, wr_handle h, const void *bytes, size_t n)
{
    struct tcp *t = fake_handle_get(fake_device_of(dev, "tcp.send"), h, FAKE_TCP);
    uint8_t *sent;

    if (!t)
        return -ESTALE;
    if (!t->pub.open)
        return -ENOTCONN;
    if (t->pub.shut)
        fake_fail("tcp.send: after shutdown()");
    if (t->pub.n_unsent + n > t->send_max) {
        t->short_of_room = true;
        return -EAGAIN;
    }
    sent = realloc(t->pub.sent, t->pub.n_sent + n + 1);
    if (!sent)
        fake_fail("no memory");
    memcpy(sent + t->pub.n_sent, bytes, n);
    sent[t->pub.n_sent + n] = '\0';
    t->pub.sent = sent;
    t->pub.n_sent += n;
    if (t->held)
        t->pub.n_unsent += n;
    return 0;
}

/* Until the driver uses no more of it. */
static void offer(struct tcp *t)
{
    size_t used = 1;

    while (used > 0 && t->received.len > 0 && !t->pub.paused && !t->pub.over) {
        /* A copy of its own, so that a sanitizer sees reads beyond it. */
        _cleanup_(freep) void *bytes = fake_memdup(buf_data(&t->received), t->received.len);
        size_t n = t->received.len;

        fake_enter(t->d, "tcp.data");
        used = t->events->data(&t->d->pub, t->pub.handle, t->ctx, bytes, n);
        fake_leave(t->d);
        if (used > n)
            fake_fail("tcp.data: used %zu of %zu bytes", used, n);
        buf_consume(&t->received, used);
    }
}

static void read_on(struct fake_host *h, struct fake_task *task)
{
    struct tcp *t = task->object;

    offer(t);
    while (t->arrived.len > 0 && !t->pub.paused && !t->pub.over) {
        size_t n = MIN(t->arrived.len, t->received.max - t->received.len);

        if (n == 0) {
            end(t, -EMSGSIZE);
            return;
        }
        buf_append(&t->received, buf_data(&t->arrived), n);
        buf_consume(&t->arrived, n);
        offer(t);
    }
    if (t->ended && t->arrived.len == 0 && !t->pub.paused)
        end(t, 0);
}

static int tcp_pause(struct wr_dev *dev, wr_handle h)
{
    struct tcp *t = fake_handle_get(fake_device_of(dev, "tcp.pause"), h, FAKE_TCP);

    if (!t)
        return -ESTALE;
    t->pub.paused = true;
    return 0;
}

static int tcp_resume(struct wr_dev *dev, wr_handle h)
{
    struct tcp *t = fake_handle_get(fake_device_of(dev, "tcp.resume"), h, FAKE_TCP);

    if (!t)
        return -ESTALE;
    t->pub.paused = false;
    t->last_heard_us = t->d->host->now_us;
    fake_task_add(t->d->host, 0, h, read_on, t);
    return 0;
}

static int tcp_shutdown(struct wr_dev *dev, wr_handle h)
{
    struct tcp *t = fake_handle_get(fake_device_of(dev, "tcp.shutdown"), h, FAKE_TCP);

    if (!t)
        return -ESTALE;
    t->pub.shut = true;
    return 0;
}

const struct wr_tcp fake_tcp_table = {
    sizeof(struct wr_tcp), tcp_connect, tcp_send, tcp_pause, tcp_resume, tcp_shutdown};

/* --- what the test does ----------------------------------------------------------------------- */

static void opened(struct fake_host *h, struct fake_task *task)
{
    struct tcp *t = task->object;

    t->pub.open = true;
    t->last_heard_us = h->now_us;
    if (t->idle_us > 0)
        fake_task_add(h, t->idle_us, t->pub.handle, idle, t);
    if (!t->events->opened)
        return;
    fake_enter(t->d, "tcp.opened");
    t->events->opened(&t->d->pub, t->pub.handle, t->ctx);
    fake_leave(t->d);
}

static void must_live(const struct fake_tcp *t, const char *function)
{
    if (t->over)
        fake_fail("%s: the connection to %s:%u is over", function, t->host, t->port);
}

void fake_tcp_open(struct fake_tcp *tcp)
{
    must_live(tcp, "fake_tcp_open");
    fake_task_add(tcp_of(tcp)->d->host, 0, tcp->handle, opened, tcp);
}

static void heard(struct fake_host *h, struct fake_task *task)
{
    struct tcp *t = task->object;

    if (!t->pub.open)
        fake_fail("fake_tcp_feed: the connection is not open");
    t->last_heard_us = h->now_us;
    if (buf_append(&t->arrived, task->bytes, task->n) < 0)
        fake_fail("fake_tcp_feed: more than %u bytes wait", MAX_ARRIVED_BYTES);
    read_on(h, task);
}

void fake_tcp_feed(struct fake_tcp *t, const void *bytes, size_t n)
{
    must_live(t, "fake_tcp_feed");
    fake_task_bytes(fake_task_add(tcp_of(t)->d->host, 0, t->handle, heard, t), bytes, n);
}

void fake_tcp_feed_in(struct fake_tcp *t, const void *bytes, size_t n, size_t step)
{
    for (size_t at = 0; at < n; at += step)
        fake_tcp_feed(t, (const uint8_t *)bytes + at, MIN(step, n - at));
}

static void closed(struct fake_host *h, struct fake_task *task)
{
    struct tcp *t = task->object;

    if (task->result < 0) {
        end(t, task->result);
        return;
    }
    t->ended = true;
    read_on(h, task);
}

void fake_tcp_close(struct fake_tcp *t, int why)
{
    fake_task_add(tcp_of(t)->d->host, 0, t->handle, closed, t)->result = why;
}

static void drained(struct fake_host *h, struct fake_task *task)
{
    struct tcp *t = task->object;

    if (!t->short_of_room)
        return;
    t->short_of_room = false;
    if (!t->events->drained)
        return;
    fake_enter(t->d, "tcp.drained");
    t->events->drained(&t->d->pub, t->pub.handle, t->ctx);
    fake_leave(t->d);
}

void fake_tcp_hold(struct fake_tcp *tcp, bool hold)
{
    struct tcp *t = tcp_of(tcp);

    t->held = hold;
    if (hold)
        return;
    t->pub.n_unsent = 0;
    fake_task_add(t->d->host, 0, tcp->handle, drained, t);
}

size_t fake_n_tcp(const struct fake_host *h)
{
    return h->tcps.n;
}

struct fake_tcp *fake_tcp(struct fake_host *h, size_t i)
{
    return fake_array_get(&h->tcps, i, "connection");
}

struct fake_tcp *fake_tcp_last(struct fake_host *h)
{
    return fake_tcp(h, h->tcps.n - 1);
}

const char *fake_tcp_text(const struct fake_tcp *t)
{
    if (!t->sent)
        return "";
    if (strlen((const char *)t->sent) != t->n_sent)
        fake_fail("fake_tcp_text: what was sent is no text");
    return (const char *)t->sent;
}

void fake_tcp_fini(void *item)
{
    struct tcp *t = item;

    free(t->pub.host);
    free(t->pub.sent);
    buf_fini(&t->arrived);
    buf_fini(&t->received);
}
