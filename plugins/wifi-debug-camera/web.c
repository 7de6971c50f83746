/* web.c - the camera's HTTP server: is it there, is it a debug camera's, and is it still?
 *
 *     NONE ──address──▶ TRYING: /metrics, /wifi/status ──▶ UP: /metrics every 5 s, ours /wifi/status every 15 s
 *                          ▲                                │
 *                          └───────── pause ─── DOWN ◀──────┘ no answer, and nothing else has come either
 *
 * The address is that of the option, or where it was the last time; what the camera says over Bluetooth, or where mDNS has seen
 * it, takes their place.
 */
#include "camera.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* In the device's memory: "192.168.1.7 80 a4cf12000001"; of older firmware without the last. */
#define REMEMBERED "web"

#define CONNECT_MS 5000
#define ANSWER_MS 8000
#define BEAT_US (5 * US_PER_S)
#define BEATS_PER_STATUS 3
/* A camera that is busy with pictures may leave a question unanswered. */
#define ALIVE_US (12 * US_PER_S)
#define FIRST_PAUSE_US (2 * US_PER_S)
#define MAX_PAUSE_US (30 * US_PER_S)

static struct web *web_of(const struct wr_dev *dev)
{
    return &camera_of(dev)->web;
}

void web_request(const struct wr_dev *dev, const char *path, const struct wr_prop *header,
    struct web_request *ret)
{
    const struct web *w = web_of(dev);
    bool v6 = strchr(w->host, ':') != NULL;

    *ret = (struct web_request){.http = {.size = sizeof ret->http,
                                    .url = ret->url,
                                    .headers = ret->headers,
                                    .n_headers = 1},
        /* No page is behind it: ours wants to know where `address` is a name that anybody may have (http_request.h). */
        .headers = {{"Sec-Fetch-Site", "none"}}};
    if (header)
        ret->headers[ret->http.n_headers++] = *header;
    snprintf(ret->url, sizeof ret->url, "http://%s%s%s:%u%s", v6 ? "[" : "", w->host, v6 ? "]" : "",
        (unsigned)w->port, path);
}

wr_handle web_get(
    struct wr_dev *dev, const char *path, bool into_frame, wr_http_done done, void *ctx)
{
    struct web_request q;

    web_request(dev, path, NULL, &q);
    q.http.connect_timeout_ms = CONNECT_MS;
    q.http.timeout_ms = ANSWER_MS;
    return dev->host->http->request(dev, &q.http, into_frame, done, ctx);
}

void web_alive(struct wr_dev *dev)
{
    web_of(dev)->alive_us = dev->host->now_us(dev);
}

/* --- up and down ------------------------------------------------------------------------------ */

static void ask(struct wr_dev *dev, void *ctx);
static void beat(struct wr_dev *dev, void *ctx);

static void changed(struct wr_dev *dev)
{
    stream_update(dev);
    motion_update(dev);
    presence_update(dev);
    ble_update(dev);
}

static void remember(struct wr_dev *dev)
{
    const struct web *w = web_of(dev);
    const char *mac = w->tells_status ? camera_of(dev)->status.is.mac : "", *before;
    char text[HOST_MAX + 24];
    size_t n_before, n;

    if (!dev->host->store)
        return;
    n = (size_t)snprintf(text, sizeof text, "%s %u %s", w->host, (unsigned)w->port, mac);
    before = dev->host->store->get(dev, REMEMBERED, &n_before);
    if (!before || n_before != n || memcmp(before, text, n) != 0)
        dev->host->store->put(dev, REMEMBERED, text, n, NULL, NULL);
}

static void up(struct wr_dev *dev)
{
    struct web *w = web_of(dev);

    w->state = WEB_UP;
    w->n_failures = 0;
    w->why[0] = '\0';
    wr_timer_set(dev, &w->timer, BEAT_US, beat);
    remember(dev);
    changed(dev);
}

static void answer_call(struct wr_dev *dev, const struct wifi_status *s);

/* Nothing that was asked is answered any more. */
static void stop(struct wr_dev *dev)
{
    struct web *w = web_of(dev);

    dev->host->cancel(dev, w->metrics);
    dev->host->cancel(dev, w->status);
    w->metrics = w->status = 0;
    answer_call(dev, NULL);
    wr_timer_set(dev, &w->timer, 0, NULL);
}

static void down(struct wr_dev *dev, const char *why)
{
    struct web *w = web_of(dev);
    int64_t us = FIRST_PAUSE_US;

    stop(dev);
    w->state = WEB_DOWN;
    snprintf(w->why, sizeof w->why, "%s", why);
    for (unsigned i = 0; i < w->n_failures && us < MAX_PAUSE_US; i++)
        us *= 2;
    w->n_failures++;
    wr_timer_set(dev, &w->timer, us < MAX_PAUSE_US ? us : MAX_PAUSE_US, ask);
    presence_away(dev, why);
    changed(dev);
}

/* --- asking ----------------------------------------------------------------------------------- */

static void failed(struct wr_dev *dev, const struct wr_http_response *r)
{
    struct web *w = web_of(dev);
    char why[WHY_MAX];

    if (w->state == WEB_UP && dev->host->now_us(dev) - w->alive_us < ALIVE_US) {
        wr_timer_set(dev, &w->timer, BEAT_US, beat);
        return;
    }
    if (r && r->result < 0)
        snprintf(why, sizeof why, "The camera does not answer at %.80s: %s", w->host,
            *r->error ? r->error : strerror(-r->result));
    else if (r)
        snprintf(why, sizeof why,
            "What answers at %.80s, port %u, is no debug camera: /metrics gives status %d%s",
            w->host, (unsigned)w->port, r->status,
            r->status == 200 ? ", and none of its values" : "");
    else
        snprintf(why, sizeof why, "Nothing can be asked at %.80s: is that a name or an address?",
            w->host);
    down(dev, why);
}

static void answer_call(struct wr_dev *dev, const struct wifi_status *s)
{
    struct web *w = web_of(dev);
    char text[STATUS_JSON_MAX];

    if (w->call)
        dev->host->done(dev, w->call, s ? 0 : -EIO,
            s ? status_json(s, text) : "The camera did not tell its status");
    w->call = 0;
}

/* Addresses are lent: where it was the last time there may be another one by now. */
static bool is_another(const struct web *w, const struct wifi_status *s)
{
    return *w->mac && *s->mac && strcmp(w->mac, s->mac) != 0;
}

static void take_status(struct wr_dev *dev, const struct wifi_status *s)
{
    struct web *w = web_of(dev);

    if (is_another(w, s)) {
        down(dev, "Another camera has the address now that this one had");
        return;
    }
    w->tells_status = true;
    web_alive(dev);
    if (!status_take(dev, s, false))
        down(dev, "The camera that answers there is another device already");
}

/* Older firmware has no such page. */
static void status_came(
    struct wr_dev *dev, wr_handle h, void *ctx, const struct wr_http_response *r)
{
    struct web *w = web_of(dev);
    struct wifi_status s;
    bool told = r->result == 0 && r->status == 200 &&
        wifi_status_read((struct span){(const char *)r->body, r->body_len}, &s) == 0;

    w->status = 0;
    w->unsure = !w->tells_status && r->result < 0;
    answer_call(dev, told ? &s : NULL);
    if (told)
        take_status(dev, &s);
    if (w->state == WEB_TRYING)
        up(dev);
}

static void ask_status(struct wr_dev *dev)
{
    struct web *w = web_of(dev);

    if (w->status)
        return;
    w->status = web_get(dev, "/wifi/status", false, status_came, NULL);
    if (!w->status && w->state == WEB_TRYING)
        up(dev);
}

int web_tell_status(struct wr_dev *dev, const struct wr_call *call)
{
    struct web *w = web_of(dev);

    w->call = call->id;
    ask_status(dev);
    if (!w->status)
        answer_call(dev, NULL);
    return 0;
}

static void metrics_came(
    struct wr_dev *dev, wr_handle h, void *ctx, const struct wr_http_response *r)
{
    struct web *w = web_of(dev);

    w->metrics = 0;
    if (r->result < 0 || r->status != 200 ||
        metrics_take(dev, (const char *)r->body, r->body_len) < 0) {
        failed(dev, r);
        return;
    }
    web_alive(dev);
    if (w->state == WEB_UP)
        wr_timer_set(dev, &w->timer, BEAT_US, beat);
    if (w->state == WEB_TRYING || w->unsure ||
        (w->tells_status && ++w->n_beats % BEATS_PER_STATUS == 0))
        ask_status(dev);
}

static void ask_metrics(struct wr_dev *dev)
{
    struct web *w = web_of(dev);

    w->metrics = web_get(dev, "/metrics", false, metrics_came, NULL);
    if (!w->metrics)
        failed(dev, NULL);
}

static void beat(struct wr_dev *dev, void *ctx)
{
    web_of(dev)->timer = 0;
    ask_metrics(dev);
}

static void ask(struct wr_dev *dev, void *ctx)
{
    struct web *w = web_of(dev);

    stop(dev);
    w->state = WEB_TRYING;
    w->tells_status = w->unsure = false; /* it may have got other firmware meanwhile */
    ask_metrics(dev);
    changed(dev);
}

/* --- the address ------------------------------------------------------------------------------ */

void web_move(struct wr_dev *dev, const char *host, uint16_t port)
{
    struct web *w = web_of(dev);
    bool same = strcmp(w->host, host) == 0 && w->port == port;

    if (same && w->state != WEB_DOWN)
        return;
    if (!same)
        dev->host->log(dev, WR_LOG_INFO, "the camera is at %s, port %u", host, (unsigned)port);
    snprintf(w->host, sizeof w->host, "%s", host);
    w->port = port;
    w->mac[0] = '\0';
    if (!same)
        w->n_failures = 0;
    else if (w->n_failures > 1)
        return; /* the pause goes on: it has been tried since the camera said so */
    ask(dev, NULL);
}

void web_joined(struct wr_dev *dev)
{
    web_of(dev)->n_failures = 0;
}

void web_left(struct wr_dev *dev)
{
    if (web_up(web_of(dev)))
        down(dev, "The camera has left the network");
}

/* Where it was the last time. */
static bool recall(struct wr_dev *dev)
{
    struct web *w = web_of(dev);
    struct span rest = {NULL, 0}, host;
    int64_t port;

    if (dev->host->store)
        rest.at = dev->host->store->get(dev, REMEMBERED, &rest.n);
    if (!rest.at)
        return false;
    host = span_word(&rest);
    if (host.n == 0 || host.n >= sizeof w->host || span_int(span_word(&rest), &port) < 0 ||
        port < 1 || port > UINT16_MAX)
        return false;
    span_copy(host, w->host, sizeof w->host);
    w->port = (uint16_t)port;
    span_copy(span_word(&rest), w->mac, sizeof w->mac);
    return true;
}

void web_start(struct wr_dev *dev)
{
    const char *host = dev->options[OPTION_ADDRESS].s;
    struct web *w = web_of(dev);

    if (*host) {
        snprintf(w->host, sizeof w->host, "%s", host);
        w->port = (uint16_t)dev->options[OPTION_PORT].i;
    } else if (!recall(dev)) {
        return;
    }
    ask(dev, NULL);
}
