/* http_private.h - the inside of the HTTP client: http_client.c drives libcurl, http_fetch.c is one
 * request, response_head.c its response's head. */
#pragma once

#include <curl/curl.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/list.h"
#include "loop/http_client.h"
#include "loop/loop.h"
#include "loop/timer.h"

struct resolve;

/* --- response_head.c -------------------------------------------------------------------------- */

/* Lines of a head as they come, each response's anew (a 100 Continue has one of its own). */
struct response_head {
    int status;
    struct buf text; /* name NUL value NUL … */
    /* As received, of all heads and of trailers: nothing of these is without an end. */
    size_t n_bytes;
    struct {
        uint32_t name, value; /* offsets in text */
    } at[HTTP_CLIENT_MAX_HEADERS];
    size_t n;
    bool open; /* between a status line and the empty line */
};

void response_head_init(struct response_head *h);
void response_head_fini(struct response_head *h);
/* One line with its end. 1: the head of the final response is complete; 0; -EMSGSIZE, -ENOMEM. */
int response_head_line(struct response_head *h, const char *line, size_t n);
/* Points into `h`; returns how many. */
size_t response_head_list(
    const struct response_head *h, struct http_header list[HTTP_CLIENT_MAX_HEADERS]);

/* --- http_client.c ---------------------------------------------------------------------------- */

struct http_client {
    struct loop *loop;
    struct resolver *resolver;
    CURLM *multi;
    struct timer timer; /* libcurl's own */
    struct list fetches;
    unsigned n_in_curl; /* depth of its calls: in its callbacks handles cannot be removed */
};

int http_client_add(struct http_client *c, CURL *easy);
/* Not from within a callback of libcurl's. */
void http_client_remove(struct http_client *c, CURL *easy);

/* --- http_fetch.c ----------------------------------------------------------------------------- */

struct http_fetch {
    struct list link;
    struct http_client *client;
    struct http_fetch_events events;
    void *ctx;

    CURL *easy;
    bool added, cancelled;
    struct curl_slist *headers, *addresses;
    char *host; /* without brackets */
    uint16_t port;
    char text[CURL_ERROR_SIZE]; /* libcurl's sentence */

    struct resolve *resolve;
    struct timer phase; /* until connected: the connect timeout; then silence */
    struct timer whole;
    int64_t begun_us, heard_us;
    int64_t connect_timeout_us, silence_us, timeout_us;
    bool connected, paused;

    struct response_head head;
    int result;         /* of the owner's, a limit or a timer: goes before what libcurl says */
    struct error error; /* … with its sentence */
    struct deferred end;
};

/* http_request.c: what is sent, and the rules for all. -EINVAL, -ENOMEM. */
int http_fetch_set_request(struct http_fetch *f, const struct http_fetch_options *o);
/* libcurl is through with it. */
void http_fetch_ended(struct http_fetch *f, CURLcode code);
/* No call any more. */
void http_fetch_free(struct http_fetch *f);
