/* fetch_world.h - a client's request, and a server that says what it is told to. */
#pragma once

#include <errno.h>

#include "base/buf.h"
#include "loop/http_client.h"
#include "loop/resolver.h"
#include "loop/tcp.h"
#include "wait.h"

struct server {
    struct tcp_listener *listener;
    struct tcp *t;
    struct buf request;
    const char *answer; /* NULL: none */
    size_t answer_len;
    bool ends, resets; /* after the answer */
    int n_accepted;
};

/* A request and what came of it. */
struct asked {
    struct fetch_world *world;
    struct http_fetch *f;
    int n_heads, status, n_bodies, n_done, result;
    char headers[4096], error[256];
    struct buf body;
    int head_result, body_result;
    bool cancels_in_head, cancels_in_body, pauses, frees_client;
    struct asked *cancels;
};

struct fetch_world {
    struct loop *loop;
    struct resolver *resolver;
    struct http_client *client;
    struct server server;
    struct asked a;
    char url[128]; /* of the server; what is asked where nothing else is said */
};

void fetch_world_init(struct fetch_world *w);
void fetch_world_fini(struct fetch_world *w);
/* A new one, for the next round of a test. */
void fetch_world_again(struct fetch_world *w);

/* The server's answer to each request; the text stays the caller's. */
void says(struct fetch_world *w, const char *answer);
/* Has it read the whole request? */
bool request_complete(struct server *s);

void asked_init(struct asked *a, struct fetch_world *w);
/* Sets out; what http_fetch_start() says. */
int ask(struct fetch_world *w, struct asked *a, struct http_fetch_options *o);
/* Asks with the world's own, and waits until it is done. */
void get(struct fetch_world *w, struct http_fetch_options *o);
void cancel(struct asked *a);
