/* tcp_world.h - a loop, a listener, and the two ends of a connection, which keep what they hear. */
#pragma once

#include <errno.h>

#include "base/buf.h"
#include "loop/resolver.h"
#include "loop/tcp.h"
#include "wait.h"

/* --- one end ---------------------------------------------------------------------------------- */

enum act { NOTHING, CLOSES, ABORTS, PAUSES, SENDS };

struct end {
    struct tcp *t;
    struct buf got;
    int n_opened, n_data, n_drained, n_closed, n_ended, why;
    size_t left, use_at_most; /* of the bytes in one data() */
    enum act on_opened, on_data, on_drained;
    bool closes_when_ended;
};

extern const struct tcp_events end_events;

void end_init(struct end *e);
void end_over(struct end *e);
void act(struct end *e, enum act what);
/* Has it heard this, and nothing else? */
bool got(struct end *e, const char *text);

/* --- both ------------------------------------------------------------------------------------- */

struct tcp_world {
    struct loop *loop;
    struct resolver *resolver;
    struct tcp_listener *listener;
    struct end client, server;
    bool half; /* the server's end may outlive the client's side */
    bool refuses, frees_listener;
    int n_accepted;
};

/* Listens for up to four clients, without limits of its own. */
void tcp_world_init(struct tcp_world *w);
/* Safe to repeat. */
void tcp_world_fini(struct tcp_world *w);
/* A new one, for the next round of a test. */
void tcp_world_again(struct tcp_world *w);
/* Listens anew. */
void listen_with(struct tcp_world *w, unsigned max_clients, const struct tcp_limits *limits);
/* What the listener calls with its world. */
void accepted(void *ctx, struct tcp *t);

/* The client sets out. */
void go(struct tcp_world *w, const struct tcp_limits *limits);
/* And arrives. */
void connect_both(struct tcp_world *w, const struct tcp_limits *limits);
/* A plain socket, for peers that do what ours would not. */
int plain_client(struct tcp_world *w);
/* Ends a plain socket without a word. */
void reset(int fd);
