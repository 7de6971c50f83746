/* tcp_private.h - the inside of a connection, for tcp.c, tcp_io.c and tcp_listener.c. */
#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "loop/address.h"
#include "loop/loop_private.h"
#include "loop/resolver.h"
#include "loop/tcp.h"
#include "loop/timer.h"
#include "loop/watch_fd.h"

/*
 *  tcp_connect() → NAMING → CONNECTING ─┐
 *                                       ├→ OPEN ┬→ closed(), tcp_abort() ───→ GONE
 *  tcp_listen() ────────────────────────┘       └→ tcp_close() → LINGERING → GONE
 *
 * closed(0) with something still to send is followed by LINGERING as well.
 */
enum tcp_state { TCP_NAMING, TCP_CONNECTING, TCP_OPEN, TCP_LINGERING, TCP_GONE };

struct tcp {
    struct loop *loop;
    enum tcp_state state;
    struct tcp_events events;
    void *ctx;
    struct tcp_limits limits; /* defaults filled in */
    char peer[RESOLVER_MAX_NAME + 16];

    int fd; /* -1: none */
    struct watch_fd *watch;
    struct buf in, out;
    bool paused, wants_drained;
    bool shut;     /* nothing is taken for sending any more: FIN follows the queue */
    bool fin_sent; /* … and has followed */
    bool ended;    /* the peer's FIN was read */
    int send_error;

    struct timer timer;    /* connecting: the attempt; open: idle; lingering: the end of patience */
    int64_t connect_by_us; /* for all addresses together */
    int64_t heard_us;      /* when something was received */
    struct deferred later; /* offers kept bytes, reports a failed send */
    struct lingering lingering;
    size_t n_discarded;

    uint16_t port;
    struct resolve *resolve;
    struct sockaddr_storage addresses[RESOLVER_MAX_ADDRESSES];
    size_t n_addresses, next_address;
    int connect_error;

    unsigned n_calls; /* of the owner that are on the stack: memory stays until they return */
    unsigned *n_of_listener; /* counts us; NULL once the listener is gone */
    struct list of_listener;
};

struct tcp *tcp_new(struct loop *l, const struct tcp_limits *limits);
/* Takes the descriptor over: TCP_OPEN from now on. -ENOMEM: it is closed. */
int tcp_take_fd(struct tcp *t, int fd);
/* Closes the socket and frees `t`, or lets the last call on the stack do so. */
void tcp_gone(struct tcp *t);
/* Reports the end to the owner, then tcp_gone() or lingering. */
void tcp_died(struct tcp *t, int why);
void tcp_linger(struct tcp *t);

/* Around calls of the owner. */
static inline void tcp_enter(struct tcp *t)
{
    t->n_calls++;
}
/* False: `t` is gone. */
bool tcp_leave(struct tcp *t);

/* --- tcp_io.c --------------------------------------------------------------------------------- */

/* Watches for what the state needs. */
void tcp_update_watch(struct tcp *t);
/* Readiness of an open or lingering connection. */
void tcp_io(struct tcp *t, unsigned events);
/* tcp->later */
void tcp_io_later(struct deferred *d);
void tcp_arm_idle(struct tcp *t);
/* tcp->timer in TCP_OPEN */
void tcp_idle(struct tcp *t);
