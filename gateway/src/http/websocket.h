/* websocket.h - what websocket.c (one connection) and websockets.c (all of them: libwebsockets' context) share. Nobody else includes it, for
 * these two alone know libwebsockets. */
#ifndef WARREN_HTTP_WEBSOCKET_H
#define WARREN_HTTP_WEBSOCKET_H

#include <libwebsockets.h>

#include "base/clock.h"
#include "http/conn.h"
#include "http/outlet.h"

/* RFC 6455: 125 bytes of a control frame, of which two are the code. */
#define REASON_MAX 120

struct websockets {
    struct http_server *server; /* NULL: it is gone, and this goes soon */
    struct loop *loop;
    struct lws_context *context; /* set to NULL by libwebsockets when it has freed it */
    struct lws_vhost *vhost;
    struct list all;
    struct timer claims;  /* runs while there is one */
    const char *adopting; /* the peer, while a connection is handed over; else NULL */
    size_t max_message_bytes;
};

/* Lives in what libwebsockets calls the session's user space: zeroed at first, freed by it. What each picture touches comes first. */
struct ws {
    struct outlet outlet;
    struct websockets *owner; /* NULL: not open yet, or no more */
    struct lws *wsi;
    void *ctx;
    int64_t wants_since_us;
    bool wants;          /* ws_writable(), or to be closed */
    bool asked;          /* libwebsockets, for its writable callback */
    bool in_writable;    /* that runs now, and nothing was written yet */
    bool closing;        /* libwebsockets has been told */
    unsigned close_code; /* 0: is not to be closed */
    struct list link;
    struct timer close_timer;
    struct drain drain;
    struct buf message; /* pieces of one, until it is whole */
    char close_reason[REASON_MAX + 1];
};

/* What libwebsockets tells of a connection; its own result: what is not 0 is closed. */
int websocket_callback(
    struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len);

/* As if the peer had gone; nothing when it has. */
void websocket_gone(struct ws *w);

/* A frame's head may claim more than a message has, and nothing follow it: 1009. */
void websocket_check_claim(struct ws *w);

/* The whole server ends: 1001, when it can be said at once. */
void websocket_say_going(const struct ws *w);

#endif
