/* conn.h - one client's connection: reads requests, has them answered in order, becomes a stream or is
 * handed over as a WebSocket. Private to the server's files.
 *
 *     FIRST ─→ HEAD ─→ BODY ─→ OWNER ─→ ANSWER ─→ IDLE ─→ HEAD …
 *                │              │          │
 *                │              │          └────→ LINGER ─→ closed
 *                │              └─→ STREAM ──────────┘
 *                └─→ a WebSocket, no connection of ours any more
 *
 * The owner is called from here, and calls back in (http_reply() from within its `request`). So nothing
 * that the owner calls ever frees a connection: errors set `broken`, and `later` closes.
 */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/list.h"
#include "http/chunked.h"
#include "http/head.h"
#include "http/outlet.h"
#include "http/server.h"
#include "http/socket.h"
#include "loop/loop.h"
#include "loop/timer.h"

struct file_body;
struct watch_fd;
struct websockets;

/* In this order connections give way to new ones when all places are taken; the last does not. */
enum conn_rank {
    RANK_SILENT, /* has not sent a whole head yet */
    RANK_DONE,   /* between requests, or all is said */
    RANK_ASKING, /* its request's body is on its way */
    RANK_SERVED,
    RANK_COUNT
};

struct http_server {
    struct loop *loop;
    struct http_server_events events;
    void *ctx;
    size_t max_message_bytes;
    unsigned max_connections;
    struct http_server_stats stats;

    int fd; /* listens */
    int spare; /* given up for a moment when there are no descriptors, to be able to turn a client away */
    uint16_t port;
    struct watch_fd *watch;
    struct list conns[RANK_COUNT];
    int64_t told_us; /* when it was last said that all places are taken */
    struct outlets outlets;
    struct websockets *websockets; /* NULL when the owner takes none */

    int64_t date_s; /* of the text below */
    char date[32];
};

struct http_request {
    struct conn *conn; /* NULL: the client is gone */
    struct http_head head;
    struct buf body;
    void *ctx;
    void (*gone)(void *ctx, struct http_request *q);
    char peer[INET6_ADDRSTRLEN];
    char text[]; /* what head points into */
};

/* What is on its way to the client: first `own`, then `ref`, then more of `file`. */
struct answer {
    struct buf own;
    const uint8_t *ref;
    size_t n_ref;
    void (*release)(void *ctx);
    void *release_ctx;
    struct file_body *file;
};

struct http_stream {
    struct http_stream_events events;
    void *ctx;
    bool wants;       /* writable() */
    bool in_writable; /* that runs now */
    bool ending;
};

enum conn_state {
    CONN_FIRST, /* nothing was said yet */
    CONN_IDLE,  /* between requests */
    CONN_HEAD,  /* a head has begun */
    CONN_BODY,
    CONN_OWNER,  /* the owner has a request that is not answered yet */
    CONN_ANSWER, /* an answer is on its way */
    CONN_STREAM,
    CONN_LINGER, /* all is said; what the client still sends is thrown away, so that it reads our last words and not a reset */
};

struct conn {
    struct list link;
    struct http_server *server;
    int fd; /* -1: handed over */
    struct watch_fd *watch;
    enum conn_state state;
    bool keep;      /* another request may follow this one */
    bool blocked;   /* waits for the socket to take more */
    bool broken;    /* to be closed by `later` */
    bool peer_done; /* the client has closed its side */
    struct timer timer;
    struct deferred later;
    struct outlet outlet; /* of a stream */
    int64_t blocked_since_us;
    struct drain drain;

    struct buf in;
    size_t scanned; /* of the head, see head_find() */
    size_t n_thrown_away;
    struct chunked chunked;
    struct http_request *request;
    struct answer answer;
    struct http_stream stream;
    char peer[INET6_ADDRSTRLEN];
};

/* --- conn.c ------------------------------------------------------------------------------------- */

/* Takes fd over. */
int conn_new(struct http_server *s, int fd, const char *peer);
/* Calls `gone` or `closed` of who waits for it. Returns NULL. Not from within the owner's calls. */
struct conn *conn_free(struct conn *c);
/* Closes it on a later turn. */
void conn_break(struct conn *c);
/* Sends what the answer has, and goes on when it is all gone: to the next request, or to the end. */
void conn_advance(struct conn *c);
/* As many bytes of the answer as the socket takes: 0 all, 1 not all (waits for the socket), negative. */
int conn_push(struct conn *c);
/* Waits until the socket takes more. */
void conn_block(struct conn *c);
/* Says the last word's end, and waits a little for the client's. */
void conn_linger(struct conn *c);

/* --- room.c ------------------------------------------------------------------------------------- */

/* All changes of state go through this. */
void conn_enter(struct conn *c, enum conn_state state);
/* Closes the connection that would be missed least. False: all are being served. Not from within the owner's calls. */
bool server_make_room(struct http_server *s);

/* --- intake.c ----------------------------------------------------------------------------------- */

/* Goes through what was read as far as it gets. Negative: close. */
int conn_process(struct conn *c);

/* --- request.c ---------------------------------------------------------------------------------- */

/* The head's bytes become a request; 0, else a status to refuse with and a sentence; -ENOMEM. */
int request_new(
    struct conn *c, const uint8_t *head, size_t n, struct http_request **ret, const char **ret_why);
struct http_request *request_free(struct http_request *q);
/* The client is gone: tells the owner, or waits for its answer to nobody. */
void request_orphan(struct http_request *q);

/* --- answer.c ----------------------------------------------------------------------------------- */

/* Writes a head into the answer; `length` < 0: without Content-Length. -ENOMEM. */
int answer_head(struct conn *c, int status, const char *content_type, int64_t length,
    const struct http_reply_header *headers, size_t n_headers);
void answer_fini(struct answer *a);
/* The request's answer begins; NULL: there is nobody to answer. What the owner gave may lie in the request, which lives until reply_end():
 * that frees it and sends, or closes for a negative r. */
struct conn *reply_begin(struct http_request *q);
void reply_end(struct http_request *q, struct conn *c, int r);
/* Answers in the owner's place and closes. */
void conn_refuse(struct conn *c, int status, const char *why);

/* --- file.c ------------------------------------------------------------------------------------- */

/* Reads the next piece into the answer, and calls conn_advance() when it is there; false: it is all sent. */
bool file_body_more(struct conn *c);
struct file_body *file_body_free(struct file_body *f);

/* --- stream.c ----------------------------------------------------------------------------------- */

/* Sends what there is, and asks the owner for more when he wants to write and the socket takes it. */
void stream_serve(struct conn *c);

/* --- websockets.c, websocket.c: the only users of libwebsockets -------------------------------------------------- */

int websockets_new(struct http_server *s, struct websockets **ret, struct error *e);
/* Says 1001 to all, and calls ws_closed. Returns NULL. */
struct websockets *websockets_free(struct websockets *w);
/* Takes fd over. `key` is the client's, `early` what it sent behind its head. */
void websockets_adopt(struct websockets *w, int fd, const char *peer, const char *key,
    const uint8_t *early, size_t n_early);
