/* head.h - the head of a request: its line and its headers (RFC 9112). Pure: no sockets, no
 * allocation; fuzzed.
 *
 *     GET /path?query HTTP/1.1 CR LF
 *     name: value CR LF
 *     CR LF
 *
 * Strict where leniency has hurt others: lines end with CR LF, no folded lines, no space before a
 * colon, one Host, one Content-Length of digits only, not together with Transfer-Encoding.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/server.h"

struct http_head {
    enum http_method method;
    unsigned minor;                   /* of HTTP/1.minor: 0, or 1 for 1 and above */
    const char *path;                 /* decoded */
    const char *query;                /* as it came, without '?'; "" */
    const char *field[HTTP_N_FIELDS]; /* NULL: absent */
    const char *websocket_key;        /* set when this asks for a WebSocket, in the right form */
    uint64_t content_length;
    bool chunked;         /* the body is in chunks, content_length is 0 */
    bool keep;            /* the connection may be used again */
    bool expect_continue; /* the client waits with the body for a 100 */
};

/* Length of the head at the beginning of `bytes`, with its empty line; 0: it is not complete yet;
 * -EBADMSG: a line ends without CR, or there is a NUL. *at is how far earlier calls have looked,
 * 0 at first. */
int head_find(const uint8_t *bytes, size_t n, size_t *at);

/* Takes the `n` bytes that head_find() found apart, in place: what `h` points to lies in `text`,
 * which needs one more writable byte. 0; else the HTTP status to refuse with (400, 414, 426, 431,
 * 501, 505) and a sentence. */
int head_parse(struct http_head *h, char *text, size_t n, const char **ret_why);
