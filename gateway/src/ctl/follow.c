/* follow.c - one of the gateway's event streams, made again when it breaks. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/ctl.h"
#include "loop/http_client.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "sse_pull.h"

/* The pause before a new connection: what the gateway asks for (retry:), doubled after each that
 * failed, at most half a minute. */
#define FIRST_PAUSE_US INT64_C(1000000)
#define SHORTEST_PAUSE_US INT64_C(10000)
#define LONGEST_PAUSE_US INT64_C(30000000)
/* The gateway says something (a comment at least) every 15 s: four of them missing is a dead
 * connection. */
#define SILENCE_US INT64_C(60000000)
/* An event of the gateway has at most 64 KiB of JSON. */
#define ROOM_BYTES (256u << 10)

struct follow {
    struct ctl *ctl;
    ctl_follow_fn fn;
    struct sse_pull reader;
    struct http_fetch *fetch; /* NULL: none is under way */
    struct timer again;
    int64_t pause_us;
    char url[1536];
    int status;
    bool was_connected;
    struct buf problem; /* the body of a refusal */
    enum ctl_exit code;
};

static void stop(struct follow *w, enum ctl_exit code)
{
    w->code = code;
    loop_stop(w->ctl->loop);
}

static void on_event(void *ctx, const char *data, size_t n)
{
    struct follow *w = ctx;
    _cleanup_(json_freep) json_t *event = json_read(data, n, NULL);

    if (!event)
        return;
    w->fn(w->ctl, w->reader.type, event);
    if (fflush(w->ctl->out) != 0) /* the reader of our pipe has gone */
        stop(w, CTL_OK);
}

static int64_t first_pause_us(const struct follow *w)
{
    int64_t asked_us = MIN(w->reader.retry_ms, LONGEST_PAUSE_US / 1000) * 1000;

    return asked_us > 0 ? MAX(asked_us, SHORTEST_PAUSE_US) : FIRST_PAUSE_US;
}

static bool is_stream(const struct http_header *headers, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(headers[i].name, "content-type") == 0)
            return strncmp(headers[i].value, "text/event-stream", 17) == 0;
    }
    return false;
}

static int on_head(void *ctx, int status, const struct http_header *headers, size_t n_headers)
{
    struct follow *w = ctx;

    if (status == 200 && !is_stream(headers, n_headers))
        return -EPROTO;
    w->status = status;
    w->was_connected |= status == 200;
    return 0;
}

static int on_body(void *ctx, const uint8_t *bytes, size_t n)
{
    struct follow *w = ctx;

    if (w->status != 200)
        return buf_append(&w->problem, bytes, n);
    return sse_pull_feed(&w->reader, bytes, n, on_event, w);
}

static void try_again(struct follow *w, const char *why)
{
    if (w->status == 200)
        w->pause_us = first_pause_us(w);
    fprintf(w->ctl->err, "warrenctl: the connection was lost (%s), trying again in %.3g s\n", why,
        (double)w->pause_us / 1e6);
    buf_clear(&w->problem);
    sse_pull_restart(&w->reader);
    timer_once(&w->again, w->pause_us);
    w->pause_us = MIN(w->pause_us * 2, LONGEST_PAUSE_US);
}

/* Before the first success a person waits for an answer; later the gateway may be restarting. */
static void on_done(void *ctx, int result, const char *error)
{
    struct follow *w = ctx;
    const char *why = result < 0 ? error : "the gateway closed it";

    w->fetch = NULL;
    if (w->status >= 400 && (w->status < 500 || !w->was_connected))
        stop(w, ctl_refused(w->ctl, w->status, &w->problem));
    else if (result == -EPROTO)
        stop(w, ctl_no_gateway(w->ctl, "no event stream"));
    else if (!w->was_connected)
        stop(w, ctl_fail(w->ctl, CTL_UNREACHABLE, "cannot reach %s: %s", w->ctl->url, why));
    else
        try_again(w, why);
}

static int connect_now(struct follow *w)
{
    static const struct http_fetch_events events = {on_head, on_body, on_done};
    const struct http_header headers[] = {
        {"Accept", "text/event-stream"}, {"Last-Event-ID", w->reader.id}};
    const struct http_fetch_options options = {
        .url = w->url,
        .headers = headers,
        .n_headers = w->reader.id[0] ? 2 : 1,
        .connect_timeout_us = CTL_TIMEOUT_US,
        .silence_timeout_us = SILENCE_US,
    };

    w->status = 0;
    return http_fetch_start(w->ctl->client, &options, &events, w, &w->fetch);
}

static void on_again(struct timer *t)
{
    struct follow *w = container_of(t, struct follow, again);

    if (connect_now(w) < 0)
        try_again(w, "no memory");
}

enum ctl_exit ctl_follow(struct ctl *c, const char *path, ctl_follow_fn fn)
{
    struct follow w = {
        .ctl = c, .fn = fn, .pause_us = FIRST_PAUSE_US, .problem = BUF_INIT(64u << 10)};
    _cleanup_(freep) char *room = malloc(ROOM_BYTES);

    if (!room)
        return ctl_fail(c, CTL_USAGE, "no memory");
    snprintf(w.url, sizeof w.url, "%s%s", c->url, path);
    sse_pull_init(&w.reader, room, ROOM_BYTES);
    timer_init(&w.again, c->loop, on_again);
    if (connect_now(&w) < 0)
        w.code = ctl_fail(c, CTL_USAGE, "%s: not a URL that can be asked", w.url);
    else
        loop_run(c->loop);
    timer_stop(&w.again);
    if (w.fetch)
        http_fetch_cancel(w.fetch);
    buf_fini(&w.problem);
    return w.code;
}
