/* http_client.h - HTTP requests on the loop: libcurl's multi interface, names from our resolver, no
 * redirects, http and https only.
 *
 * The only user of libcurl. CURLOPT_QUICK_EXIT and our own look-ups keep a dead name server from
 * blocking the loop (removing an easy handle during a threaded look-up waits for it).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct loop;
struct resolver;
struct http_client;
struct http_fetch;

/* What one response's head may hold, interim ones before it and trailers included: more is -EMSGSIZE. */
#define HTTP_CLIENT_MAX_HEADERS 64
#define HTTP_CLIENT_MAX_HEAD_BYTES 16384

struct http_header {
    const char *name, *value; /* received names are in lower case */
};

struct http_fetch_options {
    const char *method; /* NULL: GET */
    const char *url;
    const struct http_header *headers;
    size_t n_headers;
    const void *body;
    size_t body_len;
    const char *user, *password;
    int64_t connect_timeout_us; /* look-up included; 0: 10 s */
    int64_t timeout_us;         /* the whole; 0: none */
    int64_t silence_timeout_us; /* no byte for so long; 0: none */
};

/* Never called from within http_fetch_start(). */
struct http_fetch_events {
    /* The head of the final response. Returning negative ends the fetch with that result. */
    int (*head)(void *ctx, int status, const struct http_header *headers, size_t n_headers);
    /* A piece of the body; negative ends the fetch. */
    int (*body)(void *ctx, const uint8_t *bytes, size_t n);
    /* The end, once; the fetch is gone. result 0: complete, whatever the status, and `error` is "";
     * else `error` is a sentence and result what head() or body() returned, or -ENOENT no such
     * name, -ECONNREFUSED and its like, -ETIMEDOUT, -ECONNRESET cut off, -EBADMSG not HTTP/1,
     * -EMSGSIZE the head, -EPROTO TLS, -EIO. Not called after http_fetch_cancel(). */
    void (*done)(void *ctx, int result, const char *error);
};

int http_client_new(struct loop *l, struct resolver *r, struct http_client **ret);
/* Every fetch must be over or cancelled. Returns NULL. */
struct http_client *http_client_free(struct http_client *c);

/* Copies all options. -EINVAL: not an http(s) URL, a method or header that cannot be. Every fetch
 * has a connection of its own, closed after it: small devices serve few, and an idle one of ours
 * would keep others out. Proxies of the environment are not used. */
int http_fetch_start(struct http_client *c, const struct http_fetch_options *options,
    const struct http_fetch_events *events, void *ctx, struct http_fetch **ret);
/* The rest of the body waits in the connection, which holds the sender back, until http_fetch_resume(). From within body() only;
 * less than a read (64 KiB) that was there already is kept. The silence timeout rests. */
void http_fetch_pause(struct http_fetch *f);
/* Calls body() with what was kept; on the loop's own turn. */
void http_fetch_resume(struct http_fetch *f);
/* Also from within its own head() and body(); the pointer is gone. */
void http_fetch_cancel(struct http_fetch *f);
