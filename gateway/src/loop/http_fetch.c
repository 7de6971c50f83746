/* http_fetch.c - one request's life: look the name up, let libcurl do it, tell the owner.
 *
 * All waiting is by struct timer, so that a virtual clock holds here too. In libcurl's callbacks
 * the owner may cancel; the handle is then removed by a deferred call, as libcurl does not allow it
 * there.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "loop/address.h"
#include "loop/http_private.h"
#include "loop/resolver.h"

#define DEFAULT_CONNECT_TIMEOUT_US (10 * US_PER_S)

/* --- the end ---------------------------------------------------------------------------------- */

void http_fetch_free(struct http_fetch *f)
{
    list_remove(&f->link);
    timer_stop(&f->phase);
    timer_stop(&f->whole);
    deferred_cancel(&f->end);
    if (f->resolve)
        resolve_cancel(f->resolve);
    if (f->added)
        http_client_remove(f->client, f->easy);
    curl_easy_cleanup(f->easy);
    curl_slist_free_all(f->headers);
    curl_slist_free_all(f->addresses);
    response_head_fini(&f->head);
    free(f->host);
    free(f);
}

static void fetch_finish(struct deferred *d)
{
    struct http_fetch *f = container_of(d, struct http_fetch, end);
    void (*done)(void *ctx, int result, const char *error) = f->events.done;
    struct error e = f->error;
    bool cancelled = f->cancelled;
    int result = f->result;
    void *ctx = f->ctx;

    http_fetch_free(f);
    if (!cancelled && done)
        done(ctx, result, result < 0 ? error_text(&e) : "");
}

/* The first reason is the one that is told. */
static int fetch_fail(struct http_fetch *f, int result, const char *sentence)
{
    if (f->result < 0)
        return f->result;
    f->result = error_set(&f->error, result, "%s", sentence);
    return result;
}

static void fetch_end(struct http_fetch *f)
{
    timer_stop(&f->phase);
    timer_stop(&f->whole);
    loop_defer(f->client->loop, &f->end);
}

static int result_of(struct http_fetch *f, CURLcode code)
{
    long os_errno = 0;

    switch (code) {
    case CURLE_OK:
        return 0;
    case CURLE_OUT_OF_MEMORY:
        return -ENOMEM;
    case CURLE_OPERATION_TIMEDOUT:
        return -ETIMEDOUT;
    case CURLE_COULDNT_CONNECT:
        curl_easy_getinfo(f->easy, CURLINFO_OS_ERRNO, &os_errno);
        return os_errno > 0 ? (int)-os_errno : -ECONNREFUSED;
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
        return -ECONNRESET;
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL: /* an answer without a head, as HTTP/0.9 had */
    case CURLE_BAD_CONTENT_ENCODING:
        return -EBADMSG;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
        return -EPROTO;
    default:
        return -EIO;
    }
}

void http_fetch_ended(struct http_fetch *f, CURLcode code)
{
    int r = result_of(f, code);
    char text[sizeof f->text];

    if (code == CURLE_COULDNT_CONNECT) /* libcurl's sentence does not tell why */
        snprintf(
            text, sizeof text, "no connection to %s port %u: %s", f->host, f->port, error_name(r));
    else
        snprintf(text, sizeof text, "%s", f->text[0] ? f->text : curl_easy_strerror(code));
    if (r < 0)
        fetch_fail(f, r, text);
    fetch_end(f);
}

void http_fetch_cancel(struct http_fetch *f)
{
    f->cancelled = true;
    if (f->client->n_in_curl == 0)
        http_fetch_free(f);
    else
        fetch_end(f);
}

/* --- holding it back -------------------------------------------------------------------------- */

void http_fetch_pause(struct http_fetch *f)
{
    f->paused = curl_easy_pause(f->easy, CURLPAUSE_RECV) == CURLE_OK;
}

/* libcurl tells nobody but us when the owner ends it by what was kept. */
void http_fetch_resume(struct http_fetch *f)
{
    CURLcode code;

    if (!f->paused)
        return;
    f->paused = false;
    f->heard_us = loop_now_us(f->client->loop);
    f->client->n_in_curl++;
    code = curl_easy_pause(f->easy, CURLPAUSE_CONT);
    f->client->n_in_curl--;
    if (code != CURLE_OK && !f->cancelled)
        http_fetch_ended(f, code);
}

/* --- time ------------------------------------------------------------------------------------- */

static void fetch_timed_out(struct http_fetch *f, const char *what, int64_t us)
{
    char text[96];

    snprintf(text, sizeof text, "%s %.3g s", what, (double)us / US_PER_S);
    fetch_fail(f, -ETIMEDOUT, text);
    fetch_end(f);
}

static void fetch_phase_over(struct timer *t)
{
    struct http_fetch *f = container_of(t, struct http_fetch, phase);
    int64_t now_us = loop_now_us(t->loop),
            left_us = (f->paused ? now_us : f->heard_us) + f->silence_us - now_us;

    if (!f->connected)
        fetch_timed_out(f, "no connection within", f->connect_timeout_us);
    else if (left_us > 0)
        timer_once(t, left_us);
    else
        fetch_timed_out(f, "nothing came for", f->silence_us);
}

static void fetch_whole_over(struct timer *t)
{
    struct http_fetch *f = container_of(t, struct http_fetch, whole);

    fetch_timed_out(f, "not complete within", f->timeout_us);
}

/* --- libcurl's callbacks: the owner is called from these -------------------------------------- */

/* Connected (with TLS), and the request is about to be sent. */
static int curl_connected(void *ctx, char *ip, char *local_ip, int port, int local_port)
{
    struct http_fetch *f = ctx;

    f->connected = true;
    f->heard_us = loop_now_us(f->client->loop);
    timer_stop(&f->phase);
    if (f->silence_us > 0 && timer_once(&f->phase, f->silence_us) < 0)
        return CURL_PREREQFUNC_ABORT;
    return CURL_PREREQFUNC_OK;
}

static int fetch_tell_head(struct http_fetch *f)
{
    struct http_header list[HTTP_CLIENT_MAX_HEADERS];
    size_t n = response_head_list(&f->head, list);
    int r = f->events.head ? f->events.head(f->ctx, f->head.status, list, n) : 0;

    return r < 0 ? fetch_fail(f, r, error_name(r)) : 0;
}

/* Any other number than what came makes libcurl end the transfer. */
static size_t took(const struct http_fetch *f, size_t n)
{
    return f->cancelled || f->result < 0 ? CURL_WRITEFUNC_ERROR : n;
}

static size_t curl_head(char *line, size_t one, size_t n, void *ctx)
{
    struct http_fetch *f = ctx;
    int r;

    if (f->cancelled || f->result < 0)
        return CURL_WRITEFUNC_ERROR;
    f->heard_us = loop_now_us(f->client->loop);
    r = response_head_line(&f->head, line, n);
    if (r == -EMSGSIZE)
        fetch_fail(f, r, "the head of the response is too large");
    else if (r < 0)
        fetch_fail(f, r, error_name(r));
    else if (r > 0)
        fetch_tell_head(f);
    return took(f, n);
}

static size_t curl_body(char *bytes, size_t one, size_t n, void *ctx)
{
    struct http_fetch *f = ctx;
    int r;

    if (f->cancelled || f->result < 0)
        return CURL_WRITEFUNC_ERROR;
    f->heard_us = loop_now_us(f->client->loop);
    r = f->events.body ? f->events.body(f->ctx, (const uint8_t *)bytes, n) : 0;
    if (r < 0)
        fetch_fail(f, r, error_name(r));
    return took(f, n);
}

/* --- the beginning ---------------------------------------------------------------------------- */

/* libcurl takes an address without its scope, and one scope for all: they are of one link. */
static void fetch_add_address(struct http_fetch *f, struct buf *b, const struct sockaddr_storage *a)
{
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)a;
    char text[ADDRESS_TEXT_BYTES];

    address_host_text(a, text);
    text[strcspn(text, "%")] = '\0';
    buf_printf(b, strchr(text, ':') ? "[%s]" : "%s", text);
    if (a->ss_family == AF_INET6 && v6->sin6_scope_id > 0)
        curl_easy_setopt(f->easy, CURLOPT_ADDRESS_SCOPE, (long)v6->sin6_scope_id);
}

/* "name:port:address,address": libcurl then asks nobody. For addresses it needs none. */
static int fetch_give_addresses(
    struct http_fetch *f, const struct sockaddr_storage *addresses, size_t n)
{
    struct buf b = BUF_INIT(RESOLVER_MAX_NAME + (RESOLVER_MAX_ADDRESSES + 1) * ADDRESS_TEXT_BYTES);
    const char *whole;

    buf_printf(&b, "%s:%u:", f->host, f->port);
    for (size_t i = 0; i < n; i++) {
        buf_printf(&b, "%s", i > 0 ? "," : "");
        fetch_add_address(f, &b, &addresses[i]);
    }
    whole = buf_text(&b);
    f->addresses = whole ? curl_slist_append(NULL, whole) : NULL;
    buf_fini(&b);
    if (!f->addresses)
        return -ENOMEM;
    curl_easy_setopt(f->easy, CURLOPT_RESOLVE, f->addresses);
    return 0;
}

static int fetch_begin(struct http_fetch *f, const struct sockaddr_storage *addresses, size_t n)
{
    struct sockaddr_storage ignored;
    int64_t left_us = f->begun_us + f->connect_timeout_us - loop_now_us(f->client->loop);
    int r = 0;

    if (address_parse(f->host, 0, &ignored) < 0)
        r = fetch_give_addresses(f, addresses, n);
    if (r < 0)
        return r;
    /* Ours ends it; libcurl shares its own out among the addresses. */
    curl_easy_setopt(f->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)MAX(left_us / US_PER_MS, 1) + 1000);
    r = http_client_add(f->client, f->easy);
    f->added = r == 0;
    return r;
}

static void fetch_resolved(
    void *ctx, int result, const struct sockaddr_storage *addresses, size_t n)
{
    struct http_fetch *f = ctx;
    char text[RESOLVER_MAX_NAME + 64];

    f->resolve = NULL;
    if (f->cancelled || f->result < 0)
        return;
    if (result == 0) {
        result = fetch_begin(f, addresses, n);
        if (result < 0)
            fetch_fail(f, result, error_name(result));
    } else {
        snprintf(text, sizeof text, "cannot find %s: %s", f->host,
            result == -ENOENT ? "no such name" : error_name(result));
        fetch_fail(f, result, text);
    }
    if (result < 0)
        fetch_end(f);
}

static int fetch_prepare(struct http_fetch *f, const struct http_fetch_options *o)
{
    int r;

    f->easy = curl_easy_init();
    if (!f->easy)
        return -ENOMEM;
    curl_easy_setopt(f->easy, CURLOPT_PRIVATE, f);
    curl_easy_setopt(f->easy, CURLOPT_ERRORBUFFER, f->text);
    curl_easy_setopt(f->easy, CURLOPT_HEADERFUNCTION, curl_head);
    curl_easy_setopt(f->easy, CURLOPT_HEADERDATA, f);
    curl_easy_setopt(f->easy, CURLOPT_WRITEFUNCTION, curl_body);
    curl_easy_setopt(f->easy, CURLOPT_WRITEDATA, f);
    curl_easy_setopt(f->easy, CURLOPT_PREREQFUNCTION, curl_connected);
    curl_easy_setopt(f->easy, CURLOPT_PREREQDATA, f);
    r = http_fetch_set_request(f, o);
    if (r == 0)
        r = timer_once(&f->phase, f->connect_timeout_us);
    if (r == 0 && f->timeout_us > 0)
        r = timer_once(&f->whole, f->timeout_us);
    if (r == 0)
        r = resolver_lookup(f->client->resolver, f->host, fetch_resolved, f, &f->resolve);
    return r;
}

int http_fetch_start(struct http_client *c, const struct http_fetch_options *options,
    const struct http_fetch_events *events, void *ctx, struct http_fetch **ret)
{
    struct http_fetch *f = calloc(1, sizeof *f);
    int r;

    if (!f)
        return -ENOMEM;
    f->client = c;
    f->events = *events;
    f->ctx = ctx;
    f->begun_us = loop_now_us(c->loop);
    f->connect_timeout_us =
        options->connect_timeout_us > 0 ? options->connect_timeout_us : DEFAULT_CONNECT_TIMEOUT_US;
    f->silence_us = options->silence_timeout_us;
    f->timeout_us = options->timeout_us;
    timer_init(&f->phase, c->loop, fetch_phase_over);
    timer_init(&f->whole, c->loop, fetch_whole_over);
    deferred_init(&f->end, fetch_finish);
    response_head_init(&f->head);
    list_append(&c->fetches, &f->link);
    r = fetch_prepare(f, options);
    if (r < 0) {
        http_fetch_free(f);
        return r;
    }
    *ret = f;
    return 0;
}
