/* server.h - the HTTP server: HTTP/1.1 over plain TCP, WebSocket, and streams that are written when the socket takes it.
 *
 * It knows no routes, no JSON and no rights: who uses it gets a request whose head and body are complete and checked for size, and
 * answers it, now or later.
 *
 * Requests, answers and streams are read and written here; a connection that becomes a WebSocket is handed to libwebsockets (the only
 * users of it are websockets.c and websocket.c). docs/decisions/http-server.md says why the HTTP side is our own.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/util.h"

struct loop;
struct http_server;
struct http_request;
struct http_stream;
struct ws;

#define HTTP_MAX_PATH_BYTES 1024
#define HTTP_MAX_QUERY_BYTES 2048
/* A request's body: JSON of commands and settings; pictures do not come this way. Over it: 413. */
#define HTTP_MAX_BODY_BYTES (256u << 10)
/* A client's WebSocket message: control only. Over it: close 1009. */
#define WS_MAX_MESSAGE_BYTES (64u << 10)
/* Writable bytes that must be in front of what ws_write() and http_stream_write() send (LWS_PRE or more). */
#define HTTP_HEADROOM 32

enum http_method {
    HTTP_GET,
    HTTP_HEAD,
    HTTP_POST,
    HTTP_PUT,
    HTTP_PATCH,
    HTTP_DELETE,
    HTTP_OPTIONS,
    HTTP_OTHER
};

/* A request's head: line and headers together. Over it: 431. Twice what browsers send with many cookies. */
#define HTTP_MAX_HEAD_BYTES (16u << 10)
/* Over it: 431. */
#define HTTP_MAX_HEADERS 100
/* From its first byte to its last: a head, and then a body. Over it: 408. A connection that says nothing at first is closed after the same. */
#define HTTP_READ_TIMEOUT_US (INT64_C(10) * 1000000)
/* Between requests on a kept connection. Then it is closed. */
#define HTTP_IDLE_TIMEOUT_US (INT64_C(60) * 1000000)
/* An answer of which the client takes no byte for so long is given up. */
#define HTTP_SEND_TIMEOUT_US (INT64_C(30) * 1000000)

/* Request headers that can be asked for; others are not kept. */
enum http_field {
    HTTP_FIELD_HOST,
    HTTP_FIELD_ORIGIN,
    HTTP_FIELD_AUTHORIZATION,
    HTTP_FIELD_COOKIE,
    HTTP_FIELD_CONTENT_TYPE,
    HTTP_FIELD_ACCEPT,
    HTTP_FIELD_ACCEPT_ENCODING,
    HTTP_FIELD_RANGE,
    HTTP_FIELD_IF_RANGE,
    HTTP_FIELD_IF_NONE_MATCH,
    HTTP_FIELD_IF_MATCH,
    HTTP_FIELD_LAST_EVENT_ID,
    HTTP_N_FIELDS
};

struct http_server_config {
    const char *address; /* "127.0.0.1", "::1", "0.0.0.0", "::" */
    uint16_t port;       /* 0: any */
    unsigned
        max_connections; /* over it those that say nothing make room; where there are none, the new one is closed; 0: 512 */
    size_t max_message_bytes; /* of what is sent in one write; 0: 16 MiB and a bit */
};

/* What the owner hears. All on the loop; none from within one of its own calls. */
struct http_server_events {
    /* A whole request. Must be answered exactly once, now or later, by one of http_reply…/http_stream_begin. When the client goes before
     * that, `gone` is called (if set by http_on_gone) and the request is dead. */
    void (*request)(void *ctx, struct http_request *q);
    /* May this become a WebSocket? 0 yes; else the HTTP status to refuse with (400, 403, 404, 503). `q` is valid for the call. NULL: none. */
    int (*ws_check)(void *ctx, struct http_request *q);
    /* It has become one. Set what belongs to it by ws_set_ctx. */
    void (*ws_opened)(void *ctx, struct ws *w, const char *peer);
    void (*ws_text)(void *ctx, struct ws *w, const char *text, size_t n);
    /* The socket takes more: write one message by ws_write(), or nothing. */
    void (*ws_writable)(void *ctx, struct ws *w);
    /* Gone, by whichever side. Do not touch it any more. */
    void (*ws_closed)(void *ctx, struct ws *w);
    /* The body of an answer that the server gives by itself (400, 408, 413, 414, 426, 431, 501, 505, and what ws_check said): `why` is a
     * sentence. Writes it to out and names its type; returns its length. NULL: `why` as text/plain. */
    size_t (*refusal)(void *ctx, int status, const char *why, char *out, size_t cap,
        const char **ret_content_type);
};

/* -EADDRINUSE, -EACCES …, with a sentence that names address and port. */
int http_server_new(struct loop *l, const struct http_server_config *config,
    const struct http_server_events *events, void *ctx, struct http_server **ret, struct error *e);
uint16_t http_server_port(const struct http_server *s);
/* Takes no new connections and closes those there are (WebSockets with 1001). Returns NULL; calls of `ws_closed`, `closed` and `gone` are
 * made before that, and none after. Not to be called from within one of its events. */
struct http_server *http_server_free(struct http_server *s);

struct http_server_stats {
    uint64_t n_accepted, n_requests, n_refused, n_bytes_sent;
    uint64_t n_evicted; /* made room for a new one */
    unsigned n_connections, n_ws, n_streams;
};
const struct http_server_stats *http_server_stats(const struct http_server *s);

/* --- a request ------------------------------------------------------------------------------------------------------------- */

enum http_method http_method(const struct http_request *q);
/* Decoded once (%XX), checked: begins with '/', valid UTF-8, no NUL, no "//", no "." or ".." segments; anything else was answered with 400
 * before. */
const char *http_path(const struct http_request *q);
/* Undecoded, without '?'; "" when there is none. */
const char *http_query(const struct http_request *q);
/* One decoded parameter into out; its length, -ENOENT, -EINVAL (bad escape, not UTF-8), -ENOBUFS. */
int http_query_get(const struct http_request *q, const char *name, char *out, size_t cap);
/* NULL when absent. */
const char *http_field(const struct http_request *q, enum http_field f);
const uint8_t *http_body(const struct http_request *q, size_t *ret_n);
/* The peer's address without port: "127.0.0.1". */
const char *http_peer(const struct http_request *q);
/* The owner's: kept with the request until it is answered. */
void http_set_ctx(struct http_request *q, void *ctx);
void *http_ctx(const struct http_request *q);
/* Without it, a request whose client is gone stays valid until it is answered, to nobody. With it, the request is dead when `gone` returns. */
void http_on_gone(struct http_request *q, void (*gone)(void *ctx, struct http_request *q));

struct http_reply_header {
    const char *name, *value; /* no line breaks in either; such a header is left out */
};

/* Answers; body is copied. Content-Length, Date, Connection and `headers` are written; for HEAD the body is left out. */
void http_reply(struct http_request *q, int status, const char *content_type, const void *body,
    size_t n, const struct http_reply_header *headers, size_t n_headers);
/* Answers with bytes that live as long as the server (assets), or until `release` is called: no copy. */
void http_reply_static(struct http_request *q, int status, const char *content_type,
    const void *body, size_t n, const struct http_reply_header *headers, size_t n_headers,
    void (*release)(void *ctx), void *ctx);
/* Answers with a file; closes fd in every case. Honours Range (one range; several: the whole) and If-Range with `etag` (with its quotes; NULL:
 * none), If-None-Match. Read in pieces off the loop. */
void http_reply_file(struct http_request *q, const char *content_type, int fd, uint64_t n,
    const char *etag, const struct http_reply_header *headers, size_t n_headers);

/* --- a stream (MJPEG, SSE): a response without an end ------------------------------------------------------------------------- */

struct http_stream_events {
    /* The socket takes more: one http_stream_write(), or nothing. */
    void (*writable)(void *ctx, struct http_stream *s);
    void (*closed)(void *ctx, struct http_stream *s);
};

/* Answers with a head and keeps the connection for it. The request is over; the stream lives until `closed`. TCP_NOTSENT_LOWAT is set, so that
 * a slow viewer's pictures wait here, where they can be replaced, and not in the kernel. No Content-Length; the connection ends the body.
 * NULL when there is no stream to write: it was a HEAD request (answered with this), the client is gone, no memory; closed() does not come then. */
struct http_stream *http_stream_begin(struct http_request *q, int status, const char *content_type,
    const struct http_reply_header *headers, size_t n_headers,
    const struct http_stream_events *events, void *ctx);
/* Asks for writable(). Cheap to repeat. */
void http_stream_want(struct http_stream *s);
/* One piece, only in writable(), once. Never copied: the bytes must stay as they are until the next writable() or closed() of this
 * stream (a slow viewer takes them piece by piece). -EPIPE: gone, closed() comes; -EBUSY: not in writable(). */
int http_stream_write(struct http_stream *s, const void *bytes, size_t n);
/* µs (monotonic) since the peer took the last byte while something waits; 0: nothing waits. */
int64_t http_stream_blocked_us(const struct http_stream *s);
/* Ends it after what was written (for which the viewer has HTTP_SEND_TIMEOUT_US per byte taken); closed() comes. */
void http_stream_end(struct http_stream *s);

/* --- a WebSocket -------------------------------------------------------------------------------------------------------------- */

void ws_set_ctx(struct ws *w, void *ctx);
void *ws_ctx(const struct ws *w);
/* Asks for ws_writable(). Cheap to repeat. */
void ws_want(struct ws *w);
/* One whole message, only in ws_writable(). HTTP_HEADROOM writable bytes must lie in front of `bytes`; they are written with the same content for
 * every viewer, so one buffer serves all. What the socket does not take at once, libwebsockets copies. -EPIPE: gone. -EMSGSIZE. -EBUSY: not
 * in ws_writable(). */
int ws_write(struct ws *w, bool binary, uint8_t *bytes, size_t n);
int64_t ws_blocked_us(const struct ws *w);
/* Close with a code and a reason (at most 120 bytes); ws_closed() comes. */
void ws_close(struct ws *w, unsigned code, const char *reason);
