/* face.c - the gateway's face: requests go to routes and to the page's files, upgrades to the
 * WebSocket hub. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "http/mjpeg.h"
#include "http/overlay_stream.h"
#include "http/routes.h"
#include "http/sse.h"
#include "http/ws.h"
#include "media/burn.h"
#include "web/assets.h"

static const char page_policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "media-src 'self'; connect-src 'self'; manifest-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

static bool takes_gzip(const struct http_request *q)
{
    const char *accept = http_field(q, HTTP_FIELD_ACCEPT_ENCODING);
    const char *gzip = accept ? strstr(accept, "gzip") : NULL;

    return gzip && strncmp(gzip + 4, ";q=0", 4) != 0;
}

static void reply_asset(struct http_request *q, const struct web_asset *asset)
{
    const char *known = http_field(q, HTTP_FIELD_IF_NONE_MATCH);
    bool gz = asset->gz && takes_gzip(q);
    struct http_reply_header headers[] = {
        {"ETag", asset->etag},
        {"Cache-Control", "no-cache"},
        {"Vary", "Accept-Encoding"},
        {"Content-Security-Policy", page_policy},
        {"X-Content-Type-Options", "nosniff"},
        {"Referrer-Policy", "no-referrer"},
        {"Content-Encoding", "gzip"},
    };

    if (known && strstr(known, asset->etag)) {
        http_reply(q, 304, NULL, NULL, 0, headers, N_ELEMENTS(headers) - 1);
        return;
    }
    http_reply_static(q, 200, asset->type, gz ? asset->gz : asset->bytes,
        gz ? asset->n_gz : asset->n_bytes, headers, N_ELEMENTS(headers) - !gz, NULL, NULL);
}

static void on_request(void *ctx, struct http_request *q)
{
    const struct web_asset *asset = web_asset_find(http_path(q));

    if (asset && (http_method(q) == HTTP_GET || http_method(q) == HTTP_HEAD))
        reply_asset(q, asset);
    else if (asset)
        reply_method_not_allowed(q, "GET, HEAD");
    else
        route_dispatch(ctx, q);
}

static int on_ws_check(void *ctx, struct http_request *q)
{
    struct api *a = ctx;

    return ws_hub_check(a->ws, q);
}

static void on_ws_opened(void *ctx, struct ws *w, const char *peer)
{
    struct api *a = ctx;

    ws_hub_opened(a->ws, w);
}

static void on_ws_text(void *ctx, struct ws *w, const char *text, size_t n)
{
    ws_hub_text(w, text, n);
}

static void on_ws_writable(void *ctx, struct ws *w)
{
    ws_hub_writable(w);
}

static void on_ws_closed(void *ctx, struct ws *w)
{
    ws_hub_closed(w);
}

static size_t on_refusal(
    void *ctx, int status, const char *why, char *out, size_t cap, const char **ret_content_type)
{
    *ret_content_type = "application/problem+json";
    return problem_text(status, why, out, cap);
}

int api_listen(
    struct api *a, const char *address, uint16_t port, unsigned max_connections, struct error *e)
{
    static const struct http_server_events events = {
        .request = on_request,
        .ws_check = on_ws_check,
        .ws_opened = on_ws_opened,
        .ws_text = on_ws_text,
        .ws_writable = on_ws_writable,
        .ws_closed = on_ws_closed,
        .refusal = on_refusal,
    };
    struct http_server_config config = {
        .address = address, .port = port, .max_connections = max_connections};
    int r = routes_check(e);

    if (r < 0)
        return r;
    if ((r = ws_hub_new(a, &a->ws)) < 0 || (r = mjpeg_new(a, &a->mjpeg)) < 0 ||
        (r = sse_new(a, &a->sse)) < 0 || (r = overlay_stream_new(a, &a->overlays)) < 0 ||
        (r = burn_new(a->loop, a->bus, a->last, a->pool, &a->burn)) < 0)
        return error_set(e, r, "no memory");
    return http_server_new(a->loop, &config, &events, a, &a->server, e);
}

void api_close(struct api *a)
{
    a->server = http_server_free(a->server);
    a->ws = ws_hub_free(a->ws);
    a->mjpeg = mjpeg_free(a->mjpeg);
    a->sse = sse_free(a->sse);
    a->overlays = overlay_stream_free(a->overlays);
    a->burn = burn_free(a->burn);
}
