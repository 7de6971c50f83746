/* wifi_routes.c - what is asked for over HTTP, and the heads of answers; see wifi_camera_private.h. */
#include "wifi_camera_private.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "http_request.h"
#include "pi_part.h"
#include "websocket.h"
#include "wifi_page.h"

static const char TEXT[] = "text/plain; charset=utf-8";
static const char JSON[] = "application/json";

/* --- answers ---------------------------------------------------------------------------------- */

/* `more`: header lines, each with its end. */
static void put_head(struct wifi_connection *n, const char *status, const char *type,
    const char *more, size_t n_body)
{
    int n_head = snprintf(n->head, sizeof n->head,
        "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\nCache-Control: no-store\r\n"
        "%sConnection: %s\r\n\r\n",
        status, type, n_body, more, n->last ? "close" : "keep-alive");

    n->state = WIFI_SENDING;
    wifi_connection_put(n, n->head, (size_t)n_head);
}

static void put_answer(struct wifi_connection *n, const char *status, const char *type,
    const char *more, const void *body, size_t n_body)
{
    put_head(n, status, type, more, n_body);
    wifi_connection_put(n, body, n_body);
}

static void put_text(struct wifi_connection *n, const char *status, const char *text)
{
    put_answer(n, status, TEXT, "", text, strlen(text));
}

void wifi_routes_refuse(struct wifi_connection *n, const char *status, const char *text)
{
    n->last = true;
    n->n_in = 0;
    put_text(n, status, text);
}

/* Something without an end: it goes on until one side ends it. */
static void put_endless(
    struct wifi_connection *n, enum wifi_connection_state state, const char *type)
{
    int n_head = snprintf(n->head, sizeof n->head,
        "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nCache-Control: no-store\r\n"
        "Connection: close\r\n\r\n",
        type);

    n->state = state;
    n->n_in = 0;
    wifi_connection_put(n, n->head, (size_t)n_head);
}

/* JSON that `write` makes of the camera; its room is a blob, held until it is sent. */
static void put_json(struct wifi_camera *c, struct wifi_connection *n, const char *status,
    size_t (*write)(const struct wifi_camera *c, char *out, size_t cap))
{
    struct wifi_blob *b = wifi_blob_new(c, &c->server->texts, WIFI_METRICS_BYTES);

    if (!b) {
        wifi_routes_refuse(n, "503 Service Unavailable", "There is no memory.\n");
        return;
    }
    b->n = write(c, (char *)b->bytes, b->cap);
    put_head(n, status, JSON, "", b->n);
    wifi_connection_hold(n, b);
}

/* --- routes ----------------------------------------------------------------------------------- */

static void answer_page(struct wifi_camera *c, struct wifi_connection *n,
    const struct http_request *r, struct span body)
{
    static const char type[] = "text/html; charset=utf-8";

    if (r->gzip)
        put_answer(n, "200 OK", type, "Content-Encoding: gzip\r\nVary: Accept-Encoding\r\n",
            wifi_page_gz, wifi_page_gz_bytes);
    else
        put_answer(n, "200 OK", type, "Vary: Accept-Encoding\r\n", wifi_page, wifi_page_bytes);
}

static unsigned n_streams(const struct wifi_server *s)
{
    unsigned n = 0;

    for (unsigned k = 0; k < WIFI_CAMERA_CONNECTIONS; k++)
        n += s->connections[k].state == WIFI_PICTURES;
    return n;
}

/* From the next picture on: the last one may be of when somebody looked last. */
static void answer_stream(struct wifi_camera *c, struct wifi_connection *n,
    const struct http_request *r, struct span body)
{
    if (n_streams(c->server) >= WIFI_STREAMS_MAX)
        wifi_routes_refuse(n, "503 Service Unavailable", "Too many are watching already.\n");
    else
        put_endless(n, WIFI_PICTURES, PI_PART_CONTENT_TYPE);
    n->shown = c->lens.frame_id;
}

/* As it is now: it waits for the next picture. */
static void answer_snapshot(struct wifi_camera *c, struct wifi_connection *n,
    const struct http_request *r, struct span body)
{
    n->state = WIFI_WAITING;
    n->shown = c->lens.frame_id;
}

void wifi_routes_picture(struct wifi_connection *n, struct wifi_blob *blob)
{
    char more[64];

    if (!blob) {
        put_text(n, "503 Service Unavailable", "Camera capture failed");
        return;
    }
    (void)snprintf(more, sizeof more, "X-Frame-Id: %llu\r\n", (unsigned long long)blob->frame_id);
    put_head(n, "200 OK", "image/jpeg", more, blob->n);
    blob->n_refs++;
    wifi_connection_hold(n, blob);
}

/* What a page from elsewhere may not read by fetching, its browser would let it read this way. */
static void open_websocket(struct wifi_connection *n, const struct http_request *r)
{
    char answer[WEBSOCKET_ANSWER_BYTES];
    int n_head;

    if (r->foreign) {
        wifi_routes_refuse(n, "403 Forbidden", "Pages from elsewhere are not told.\n");
        return;
    }
    if (!websocket_answer(r->websocket_key, answer)) {
        wifi_routes_refuse(n, "400 Bad Request", "This is no key of a WebSocket.\n");
        return;
    }
    n_head = snprintf(n->head, sizeof n->head,
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: %s\r\n\r\n",
        answer);
    n->state = WIFI_SOCKET;
    wifi_connection_put(n, n->head, (size_t)n_head);
}

/* Before the first pair of frames there is nothing to say, and said so as the first cameras do. */
static void answer_overlay(struct wifi_camera *c, struct wifi_connection *n,
    const struct http_request *r, struct span body)
{
    struct wifi_blob *newest = c->server->texts.newest;

    if (r->websocket) {
        open_websocket(n, r);
    } else if (r->events) {
        put_endless(n, WIFI_EVENTS, "text/event-stream");
    } else if (!newest || newest->n == 0) {
        put_answer(n, "200 OK", JSON, "", "{}", 2);
    } else {
        put_head(n, "200 OK", JSON, "", newest->n);
        newest->n_refs++;
        wifi_connection_hold(n, newest);
    }
}

static void answer_metrics(struct wifi_camera *c, struct wifi_connection *n,
    const struct http_request *r, struct span body)
{
    put_json(c, n, "200 OK", wifi_metrics_write);
}

static size_t write_status(const struct wifi_camera *c, char *out, size_t cap)
{
    return wifi_tell_write(c, out);
}

static void answer_status(struct wifi_camera *c, struct wifi_connection *n,
    const struct http_request *r, struct span body)
{
    put_json(c, n, "200 OK", write_status);
}

/* Whether it can be reached at all is only set by who holds it in his hands, or knows its Bluetooth. That a page of somebody else
 * cannot make a browser say this is why it is PATCH, and JSON. */
static void answer_settings(struct wifi_camera *c, struct wifi_connection *n,
    const struct http_request *r, struct span body)
{
    struct wifi_settings s;
    const char *why;

    if (!r->json)
        put_text(n, "415 Unsupported Media Type", "Settings are application/json.\n");
    else if (wifi_settings_read(body, &s, &why) < 0)
        put_text(n, "422 Unprocessable Entity", why);
    else if (s.has & (WIFI_HAS_WEB_ENABLED | WIFI_HAS_WEB_PORT))
        put_text(n, "403 Forbidden", "web_enabled and web_port are set over Bluetooth only.\n");
    else {
        const char *fault = wifi_orders_set(c, &s);

        if (fault)
            put_text(n, "500 Internal Server Error", fault);
        else
            put_json(c, n, "200 OK", write_status);
    }
}

/* --- requests --------------------------------------------------------------------------------- */

static const struct route {
    const char *path;
    enum http_method method;
    const char *allow;
    void (*answer)(struct wifi_camera *c, struct wifi_connection *n, const struct http_request *r,
        struct span body);
} routes[] = {
    {"/", HTTP_GET, "Allow: GET\r\n", answer_page},
    {"/stream", HTTP_GET, "Allow: GET\r\n", answer_stream},
    {"/overlay", HTTP_GET, "Allow: GET\r\n", answer_overlay},
    {"/snapshot", HTTP_GET, "Allow: GET\r\n", answer_snapshot},
    {"/metrics", HTTP_GET, "Allow: GET\r\n", answer_metrics},
    {"/wifi/status", HTTP_GET, "Allow: GET\r\n", answer_status},
    {"/settings", HTTP_PATCH, "Allow: PATCH\r\n", answer_settings},
};

static const struct route *find_route(struct span path)
{
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++)
        if (span_is(path, routes[i].path))
            return &routes[i];
    return NULL;
}

static void answer(struct wifi_camera *c, struct wifi_connection *n, const struct http_request *r,
    struct span body)
{
    static const char no_method[] = "That cannot be done to it.\n";
    const struct route *route = find_route(r->path);

    if (!route)
        put_text(n, "404 Not Found", "There is nothing here.\n");
    else if (route->method != r->method)
        put_answer(
            n, "405 Method Not Allowed", TEXT, route->allow, no_method, sizeof no_method - 1);
    else
        route->answer(c, n, r, body);
    if (r->method == HTTP_HEAD)
        n->n_parts = 1; /* who asks so takes what comes behind the head for the next answer */
}

/* What was asked for goes on pointing into `in` until it is answered; some answers forget all that came. */
static void take_request(
    struct wifi_camera *c, struct wifi_connection *n, const struct http_request *r, size_t n_head)
{
    size_t n_bytes = n_head + r->n_body;

    n->last = !r->keep_alive;
    n->since_us = c->now_us;
    answer(c, n, r, (struct span){(const char *)n->in + n_head, r->n_body});
    wifi_connection_drop(n, n_bytes < n->n_in ? n_bytes : n->n_in);
}

bool wifi_routes_answer(struct wifi_camera *c, struct wifi_connection *n)
{
    struct http_request r;
    int n_head = n->n_in > 0 ? http_request_read((const char *)n->in, n->n_in, &r) : 0;

    if (n_head == -ENOTSUP) {
        wifi_routes_refuse(n, "501 Not Implemented", "This is not spoken here.\n");
        return true;
    }
    if (n_head < 0) {
        wifi_routes_refuse(n, "400 Bad Request", "This is no request.\n");
        return true;
    }
    if (n_head == 0)
        return false;
    if (r.rebound) {
        wifi_routes_refuse(n, "421 Misdirected Request",
            "Anybody could have led this name here: ask by the address, or by a name in .local.\n");
        return true;
    }
    if (r.n_body > sizeof n->in - (size_t)n_head) {
        wifi_routes_refuse(n, "413 Content Too Large", "That is too much.\n");
        return true;
    }
    if (n->n_in < (size_t)n_head + r.n_body)
        return false;
    take_request(c, n, &r, (size_t)n_head);
    return true;
}
