/* tcp.h - TCP connections on the loop, both ways: outgoing by name, and a listener.
 *
 * Received bytes are offered with `data` until consumed; the rest is kept up to recv_max_bytes.
 * Sent bytes go out at once where the kernel takes them and are queued up to send_max_bytes.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct loop;
struct resolver;
struct tcp;
struct tcp_listener;

struct tcp_limits {
    size_t recv_max_bytes, send_max_bytes; /* 0: 64 KiB */
    int64_t connect_timeout_us;            /* look-up included; 0: 10 s */
    int64_t idle_timeout_us; /* nothing received for so long: closed(-ETIMEDOUT); 0: never */
    int kernel_send_bytes; /* accepted ones: SO_SNDBUF, for who plays a small board; 0: the kernel's own */
};

/* Any may be NULL but closed. None is called from within a call of the owner; a tcp_send() that
 * fails shows as closed() on a later turn. */
struct tcp_events {
    void (*opened)(void *ctx, struct tcp *t);
    size_t (*data)(
        void *ctx, struct tcp *t, const uint8_t *bytes, size_t n); /* returns how many it used */
    void (*drained)(void *ctx, struct tcp *t); /* the queue is empty again after -EAGAIN */
    /* why 0: the peer ended its side, `left` bytes were not consumed; negative: the reason
     * (-EMSGSIZE: recv_max_bytes are there, none of them was used, and more came). The tcp is dead,
     * and gone when this returns: do not touch it any more. What was queued is still sent where the
     * peer only ended its side. Not called after tcp_close(). */
    void (*closed)(void *ctx, struct tcp *t, int why, size_t left);
    /* Where this is set it is called instead of closed(0): the peer ended its side and still reads
     * (as `nc -N` does). Answer and tcp_close(). The idle timeout goes on. */
    void (*ended)(void *ctx, struct tcp *t, size_t left);
};

/* -EINVAL: a name or port that cannot be. */
int tcp_connect(struct loop *l, struct resolver *r, const char *host, uint16_t port,
    const struct tcp_limits *limits, const struct tcp_events *events, void *ctx, struct tcp **ret);
/* All or nothing: -EAGAIN at the ceiling (drained() will come), -EMSGSIZE: more than would ever
 * fit, -ENOTCONN: not open yet, or shut. */
int tcp_send(struct tcp *t, const void *bytes, size_t n);
/* No data() and no reading until tcp_resume(), which offers what is there anew; the idle timeout
 * rests meanwhile. Before opened() as well. */
void tcp_pause(struct tcp *t);
void tcp_resume(struct tcp *t);
/* Sends what is queued, then FIN; reading goes on. */
void tcp_shutdown(struct tcp *t);
/* Sends what is queued and waits for the peer's end (for at most 5 s), then closes; no calls any
 * more, the pointer is gone. */
void tcp_close(struct tcp *t);
/* Closes at once with RST, for peers that do not deserve better. */
void tcp_abort(struct tcp *t);
/* For the accepted ones: who hears of it. Set within `accepted`, or the connection is closed;
 * opened() is not called. */
void tcp_set_events(struct tcp *t, const struct tcp_events *events, void *ctx);
/* "127.0.0.1:9999" or "[::1]:9999"; valid as long as `t`. */
const char *tcp_peer(const struct tcp *t);

/* Listens on an address text ("127.0.0.1", "::", "0.0.0.0") with SO_REUSEADDR; port 0: any, told by
 * tcp_listener_port(). More than max_clients at once are closed at accept. `accepted` owns the new
 * tcp. */
int tcp_listen(struct loop *l, const char *address, uint16_t port, unsigned max_clients,
    const struct tcp_limits *limits, void (*accepted)(void *ctx, struct tcp *t), void *ctx,
    struct tcp_listener **ret, struct error *e);
uint16_t tcp_listener_port(const struct tcp_listener *s);
/* Accepted connections live on. Returns NULL. */
struct tcp_listener *tcp_listener_free(struct tcp_listener *s);
