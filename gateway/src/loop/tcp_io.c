/* tcp_io.c - what flows over an open connection.
 *
 * One recv(2) per connection and turn: whoever sends much waits for all others. The bytes are
 * offered where they were received; the owner may pause, send, close or abort in any of its calls,
 * so that after each the connection may be gone (tcp_leave).
 */
#include <errno.h>
#include <sys/socket.h>

#include "loop/tcp_private.h"

/* The most one connection reads in a turn; what a socket holds by default is of that size. */
#define READ_BYTES (64u << 10)
/* What a peer may still send after tcp_close() without being cut off: a request that was refused in
 * its middle. */
#define DISCARD_MAX_BYTES (256u << 10)

void tcp_update_watch(struct tcp *t)
{
    unsigned events = 0;
    int r;

    /* Kept bytes are offered first, or the peer's end would overtake them. */
    if (!t->ended && (t->state == TCP_LINGERING || (!t->paused && !deferred_pending(&t->later))))
        events |= FD_READABLE;
    if (t->out.len > 0)
        events |= FD_WRITABLE;
    r = watch_fd_set(t->watch, events);
    if (r < 0 && t->send_error == 0) {
        t->send_error = r;
        loop_defer(t->loop, &t->later);
    }
}

/* --- receiving -------------------------------------------------------------------------------- */

void tcp_arm_idle(struct tcp *t)
{
    t->heard_us = loop_now_us(t->loop);
    if (t->limits.idle_timeout_us > 0 && !t->paused && t->state == TCP_OPEN)
        timer_once(&t->timer, t->limits.idle_timeout_us);
    else
        timer_stop(&t->timer);
}

/* The timer is not moved for every packet: when it fires it is seen whether something came
 * meanwhile. */
void tcp_idle(struct tcp *t)
{
    int64_t left_us = t->heard_us + t->limits.idle_timeout_us - loop_now_us(t->loop);

    if (left_us > 0)
        timer_once(&t->timer, left_us);
    else
        tcp_died(t, -ETIMEDOUT);
}

/* Until the owner uses no more of it. False: gone. */
static bool tcp_offer(struct tcp *t)
{
    while (t->in.len > 0 && !t->paused && t->events.data) {
        size_t used;

        tcp_enter(t);
        used = t->events.data(t->ctx, t, buf_data(&t->in), t->in.len);
        /* tcp_close() in there has made it lingering. */
        if (!tcp_leave(t) || t->state != TCP_OPEN)
            return false;
        buf_consume(&t->in, used);
        if (used == 0)
            break;
    }
    if (!t->events.data)
        buf_clear(&t->in);
    return true;
}

static void tcp_peer_ended(struct tcp *t)
{
    t->ended = true;
    if (t->send_error < 0 || !t->events.ended) {
        tcp_died(t, t->send_error);
        return;
    }
    tcp_update_watch(t);
    tcp_enter(t);
    t->events.ended(t->ctx, t, t->in.len);
    tcp_leave(t);
}

/* The buffer is full of what the owner does not use: that is an error as soon as the peer sends
 * more. */
static void tcp_read_full(struct tcp *t)
{
    char byte;
    ssize_t n = recv(t->fd, &byte, 1, MSG_PEEK);

    if (n > 0)
        tcp_died(t, -EMSGSIZE);
    else if (n == 0)
        tcp_peer_ended(t);
    else if (errno != EAGAIN && errno != EINTR)
        tcp_died(t, -errno);
}

/* True: there were bytes, and the connection is there to get more. */
static bool tcp_read(struct tcp *t)
{
    size_t room = MIN(t->limits.recv_max_bytes - t->in.len, READ_BYTES);
    ssize_t n;

    if (room == 0) {
        tcp_read_full(t);
        return false;
    }
    if (buf_reserve(&t->in, room) < 0) {
        tcp_died(t, -ENOMEM);
        return false;
    }
    n = recv(t->fd, buf_tail(&t->in), room, 0);
    if (n > 0) {
        buf_commit(&t->in, (size_t)n);
        t->heard_us = loop_now_us(t->loop);
        return tcp_offer(t);
    }
    if (n == 0)
        tcp_peer_ended(t);
    else if (errno != EAGAIN && errno != EINTR)
        tcp_died(t, t->send_error < 0 ? t->send_error : -errno);
    return false;
}

/* --- sending ---------------------------------------------------------------------------------- */

/* How many bytes the kernel took, or a negative error. */
static ssize_t tcp_write(struct tcp *t, const void *bytes, size_t n)
{
    ssize_t k = send(t->fd, bytes, n, MSG_NOSIGNAL);

    if (k >= 0)
        return k;
    return errno == EAGAIN || errno == EINTR ? 0 : -errno;
}

static void tcp_send_failed(struct tcp *t, int error)
{
    t->send_error = error;
    buf_clear(&t->out);
    loop_defer(t->loop, &t->later);
    tcp_update_watch(t);
}

/* The kernel takes the FIN after the last byte. */
static void tcp_fin(struct tcp *t)
{
    if (t->shut && !t->fin_sent && t->out.len == 0) {
        shutdown(t->fd, SHUT_WR);
        t->fin_sent = true;
    }
}

/* False: gone. */
static bool tcp_flush(struct tcp *t)
{
    ssize_t n = t->out.len > 0 ? tcp_write(t, buf_data(&t->out), t->out.len) : 0;

    if (n < 0) {
        if (t->state == TCP_OPEN) {
            tcp_send_failed(t, (int)n);
            return true;
        }
        tcp_gone(t);
        return false;
    }
    buf_consume(&t->out, (size_t)n);
    tcp_fin(t);
    if (t->out.len > 0 || !t->wants_drained)
        return true;
    t->wants_drained = false;
    tcp_enter(t);
    if (t->events.drained)
        t->events.drained(t->ctx, t);
    return tcp_leave(t) && t->state == TCP_OPEN;
}

int tcp_send(struct tcp *t, const void *bytes, size_t n)
{
    ssize_t sent = 0;
    int r;

    if (t->state != TCP_OPEN || t->shut)
        return -ENOTCONN;
    if (n > t->limits.send_max_bytes)
        return -EMSGSIZE;
    r = buf_reserve(&t->out, n);
    if (r < 0) {
        t->wants_drained |= r == -ENOBUFS;
        return r == -ENOBUFS ? -EAGAIN : r;
    }
    if (t->send_error < 0)
        return 0; /* closed() is on its way */
    if (t->out.len == 0)
        sent = tcp_write(t, bytes, n);
    if (sent < 0) {
        tcp_send_failed(t, (int)sent);
        return 0;
    }
    buf_append(&t->out, (const uint8_t *)bytes + sent, n - (size_t)sent);
    if (t->out.len > 0)
        tcp_update_watch(t);
    return 0;
}

void tcp_shutdown(struct tcp *t)
{
    if (t->state != TCP_OPEN)
        return;
    t->shut = true;
    tcp_fin(t);
}

/* --- both ------------------------------------------------------------------------------------- */

/* False: gone. */
static bool tcp_discard(struct tcp *t)
{
    char bytes[16384];
    ssize_t n = recv(t->fd, bytes, sizeof bytes, 0);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return true;
    if (n > 0) {
        t->n_discarded += (size_t)n;
        if (t->n_discarded <= DISCARD_MAX_BYTES)
            return true;
    }
    t->ended = true;
    if (n == 0 && t->out.len > 0)
        return true;
    tcp_gone(t);
    return false;
}

static void tcp_io_lingering(struct tcp *t)
{
    if (!tcp_flush(t))
        return;
    if (t->ended && t->out.len == 0) {
        tcp_gone(t);
        return;
    }
    if (!t->ended && !tcp_discard(t))
        return;
    tcp_update_watch(t);
}

void tcp_io(struct tcp *t, unsigned events)
{
    if (t->state == TCP_LINGERING) {
        tcp_io_lingering(t);
        return;
    }
    tcp_enter(t);
    if (events & FD_WRITABLE)
        tcp_flush(t);
    if ((events & FD_READABLE) && t->state == TCP_OPEN && !t->paused && !t->ended)
        tcp_read(t);
    if (tcp_leave(t) && t->state == TCP_OPEN)
        tcp_update_watch(t);
}

/* After a failed send the peer's last words are still in the kernel: they come first. */
void tcp_io_later(struct deferred *d)
{
    struct tcp *t = container_of(d, struct tcp, later);

    tcp_enter(t);
    if (tcp_offer(t) && t->send_error < 0) {
        while (!t->paused && !t->ended && tcp_read(t))
            ;
        if (t->state == TCP_OPEN)
            tcp_died(t, t->send_error);
    }
    if (tcp_leave(t) && t->state == TCP_OPEN)
        tcp_update_watch(t);
}

void tcp_pause(struct tcp *t)
{
    if (t->state > TCP_OPEN || t->paused)
        return;
    t->paused = true;
    if (t->state < TCP_OPEN)
        return;
    tcp_arm_idle(t);
    tcp_update_watch(t);
}

void tcp_resume(struct tcp *t)
{
    if (t->state > TCP_OPEN || !t->paused)
        return;
    t->paused = false;
    if (t->state < TCP_OPEN)
        return;
    tcp_arm_idle(t);
    if (t->in.len > 0)
        loop_defer(t->loop, &t->later);
    tcp_update_watch(t);
}
