/* host_http.c - HTTP requests and picture streams of drivers: loop/http_client.h and
 * media/multipart.h under handles.
 *
 * A stream's bytes go from the client's buffer into a frame: that one copy is how a picture comes
 * into the gateway.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <warren/http.h>

#include "base/buf.h"
#include "base/log.h"
#include "device/device.h"
#include "loop/http_client.h"
#include "media/multipart.h"

#define REQUEST_MAX_BYTES (1u << 20)
/* Where a part does not say its length: most small cameras' pictures fit, others grow. */
#define PART_FIRST_BYTES (64u << 10)

struct host_fetch {
    struct device *device;
    struct http_fetch *fetch;
    wr_handle handle;
    void *ctx;
    struct inflow_tap tap;
    bool inside; /* the client's call is on the stack: cancelling only marks */
    bool dead;

    /* request */
    wr_http_done done;
    bool into_frame;
    int status;
    struct buf body, head; /* head: names and values, NUL after each */
    size_t n_headers;

    /* stream, stream_raw */
    const struct wr_http_stream_events *events;
    bool raw;
    struct multipart *multipart;
    size_t max_bytes;
    struct frame *frame; /* the part that is being received */
    char error[ERROR_TEXT_MAX];
};

static void fetch_free(struct host_fetch *f)
{
    inflow_tap_fini(&f->tap);
    multipart_free(f->multipart);
    frame_unref(f->frame);
    buf_fini(&f->body);
    buf_fini(&f->head);
    free(f);
}

static void fetch_cancel(void *object)
{
    struct host_fetch *f = object;

    http_fetch_cancel(f->fetch);
    f->dead = true;
    if (!f->inside)
        fetch_free(f);
}

static const struct scope_kind fetch_kind = {"http", fetch_cancel};

/* Leaves the client's call: frees what was cancelled meanwhile. */
static int leave(struct host_fetch *f, int result)
{
    f->inside = false;
    if (!f->dead)
        return result;
    fetch_free(f);
    return -ECANCELED;
}

/* Leaves the body's call: what comes faster than it may waits in the connection. */
static int leave_body(struct host_fetch *f, size_t n, int result)
{
    if (inflow_took(f->device, f->dead ? NULL : &f->tap, f->raw ? n * INFLOW_RAW_WEIGHT : n))
        http_fetch_pause(f->fetch);
    return leave(f, result);
}

static void go_on(struct inflow_tap *t)
{
    http_fetch_resume(container_of(t, struct host_fetch, tap)->fetch);
}

/* --- a request -------------------------------------------------------------------------------- */

static int request_head(void *ctx, int status, const struct http_header *headers, size_t n)
{
    struct host_fetch *f = ctx;

    f->status = status;
    f->n_headers = 0;
    buf_clear(&f->head);
    for (size_t i = 0; i < n; i++) {
        int r = buf_append(&f->head, headers[i].name, strlen(headers[i].name) + 1);

        if (r == 0)
            r = buf_append(&f->head, headers[i].value, strlen(headers[i].value) + 1);
        if (r < 0)
            return r;
        f->n_headers++;
    }
    return 0;
}

static int request_body(void *ctx, const uint8_t *bytes, size_t n)
{
    struct host_fetch *f = ctx;

    return leave_body(f, n, buf_append(&f->body, bytes, n) < 0 ? -EMSGSIZE : 0);
}

static void split_head(const struct host_fetch *f, struct wr_prop *out)
{
    const char *p = (const char *)buf_data(&f->head);

    for (size_t i = 0; i < f->n_headers; i++) {
        out[i].key = p;
        p += strlen(p) + 1;
        out[i].value = p;
        p += strlen(p) + 1;
    }
}

static struct wr_frame *body_as_frame(struct host_fetch *f)
{
    struct wr_frame *frame = f->into_frame && f->body.len > 0
        ? host_table.frame_new(&f->device->pub, f->body.len)
        : NULL;

    if (frame) {
        memcpy(frame->data, buf_data(&f->body), f->body.len);
        frame->len = f->body.len;
    }
    return frame;
}

static void request_done(void *ctx, int result, const char *error)
{
    struct host_fetch *f = ctx;
    struct device *d = f->device;
    struct wr_prop headers[HTTP_CLIENT_MAX_HEADERS];
    struct wr_http_response response = {.result = result, .error = result < 0 ? error : ""};

    scope_take(&d->scope, f->handle, &fetch_kind);
    if (result == 0) {
        split_head(f, headers);
        response.status = f->status;
        response.headers = headers;
        response.n_headers = f->n_headers;
        response.body = buf_data(&f->body);
        response.body_len = f->body.len;
        response.frame = body_as_frame(f);
    }
    driver_enter(d);
    f->done(&d->pub, f->handle, f->ctx, &response);
    driver_leave(d);
    fetch_free(f);
}

static const struct http_fetch_events request_events = {
    .head = request_head, .body = request_body, .done = request_done};

/* --- a stream of parts ------------------------------------------------------------------------ */

static uint8_t *part_begin(void *ctx, size_t length, size_t *cap)
{
    struct host_fetch *f = ctx;
    struct wr_frame *frame = host_table.frame_new(
        &f->device->pub, length ? length : MIN(PART_FIRST_BYTES, f->max_bytes));

    f->frame = frame ? frame_of(frame) : NULL;
    if (!frame)
        return NULL;
    *cap = frame->cap;
    return frame->data;
}

static uint8_t *part_grow(void *ctx, size_t used, size_t *cap)
{
    struct host_fetch *f = ctx;
    struct wr_frame *larger = host_frame_larger(&f->device->pub, f->frame->pub.cap * 2);

    if (larger) {
        memcpy(larger->data, f->frame->pub.data, used);
        larger->received_us = f->frame->pub.received_us;
    }
    frame_unref(f->frame);
    f->frame = larger ? frame_of(larger) : NULL;
    if (!larger)
        return NULL;
    *cap = larger->cap;
    return larger->data;
}

static void part_abandon(void *ctx)
{
    struct host_fetch *f = ctx;

    f->frame = frame_unref(f->frame);
}

static void part_end(void *ctx, const struct multipart_header *headers, size_t n, size_t length)
{
    struct host_fetch *f = ctx;
    struct wr_prop props[MULTIPART_MAX_HEADERS];
    struct frame *frame = steal(f->frame);

    if (f->dead) {
        frame_unref(frame);
        return;
    }
    if (frame)
        frame->pub.len = length;
    for (size_t i = 0; i < n; i++)
        props[i] = (struct wr_prop){.key = headers[i].name, .value = headers[i].value};
    driver_enter(f->device);
    f->events->part(&f->device->pub, f->handle, f->ctx, props, n, frame ? &frame->pub : NULL);
    driver_leave(f->device);
}

static const struct multipart_sink part_sink = {
    .begin = part_begin, .grow = part_grow, .end = part_end, .abandon = part_abandon};

static const char *find_header(const struct http_header *headers, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(headers[i].name, name) == 0)
            return headers[i].value;
    }
    return NULL;
}

static int expect_multipart(
    struct host_fetch *f, int status, const struct http_header *headers, size_t n)
{
    const char *type = find_header(headers, n, "content-type");
    struct error e = ERROR_NULL;
    int r;

    if (status != 200) {
        snprintf(f->error, sizeof f->error, "the camera answered with HTTP status %d", status);
        return -EBADMSG;
    }
    r = multipart_new(type ? type : "", f->max_bytes, &part_sink, f, &f->multipart, &e);
    if (r < 0)
        snprintf(f->error, sizeof f->error, "this is no picture stream: %s", error_text(&e));
    return r;
}

static int stream_head(void *ctx, int status, const struct http_header *headers, size_t n)
{
    struct host_fetch *f = ctx;
    struct wr_prop props[HTTP_CLIENT_MAX_HEADERS];
    int r = f->raw ? 0 : expect_multipart(f, status, headers, n);

    if (r < 0)
        return r;
    if (!f->events->opened)
        return 0;
    for (size_t i = 0; i < n; i++)
        props[i] = (struct wr_prop){.key = headers[i].name, .value = headers[i].value};
    f->inside = true;
    driver_enter(f->device);
    f->events->opened(&f->device->pub, f->handle, f->ctx, status, props, n);
    driver_leave(f->device);
    return leave(f, 0);
}

static int stream_body(void *ctx, const uint8_t *bytes, size_t n)
{
    struct host_fetch *f = ctx;
    int r = 0;

    f->inside = true;
    if (f->raw) {
        driver_enter(f->device);
        f->events->data(&f->device->pub, f->handle, f->ctx, bytes, n);
        driver_leave(f->device);
    } else {
        r = multipart_feed(f->multipart, bytes, n);
        if (r < 0)
            snprintf(f->error, sizeof f->error,
                r == -EMSGSIZE ? "a picture is larger than allowed" : "this is no picture stream");
    }
    return leave_body(f, n, r);
}

static void stream_done(void *ctx, int result, const char *error)
{
    struct host_fetch *f = ctx;
    struct device *d = f->device;

    scope_take(&d->scope, f->handle, &fetch_kind);
    driver_enter(d);
    f->events->closed(&d->pub, f->handle, f->ctx, result,
        f->error[0] ? f->error
            : error ? error
                    : "");
    driver_leave(d);
    fetch_free(f);
}

static const struct http_fetch_events stream_events = {
    .head = stream_head, .body = stream_body, .done = stream_done};

/* --- beginning -------------------------------------------------------------------------------- */

static wr_handle begin(struct wr_dev *dev, const struct wr_http_request *q, struct host_fetch *f,
    const struct http_fetch_events *events, bool stream)
{
    struct device *d = device_of(dev);
    struct http_header headers[HTTP_CLIENT_MAX_HEADERS];
    int64_t timeout = (int64_t)(q->timeout_ms ? q->timeout_ms : 30000) * 1000;
    struct http_fetch_options o = {.method = q->method,
        .url = q->url,
        .headers = headers,
        .n_headers = MIN(q->n_headers, N_ELEMENTS(headers)),
        .body = q->body,
        .body_len = q->body_len,
        .user = q->user,
        .password = q->password,
        .connect_timeout_us = (int64_t)q->connect_timeout_ms * 1000,
        .timeout_us = stream ? 0 : timeout,
        .silence_timeout_us = stream ? timeout : 0};
    int r;

    for (size_t i = 0; i < o.n_headers; i++)
        headers[i] = (struct http_header){.name = q->headers[i].key, .value = q->headers[i].value};
    f->device = d;
    f->handle = scope_add(&d->scope, &fetch_kind, f);
    r = f->handle ? http_fetch_start(d->all->env.http, &o, events, f, &f->fetch) : -EAGAIN;
    if (r == 0)
        return f->handle;
    host_table.log(
        dev, WR_LOG_ERROR, "no request to %s: %s", q->url ? q->url : "(no URL)", error_name(r));
    if (f->handle)
        scope_take(&d->scope, f->handle, &fetch_kind);
    fetch_free(f);
    return 0;
}

static struct host_fetch *fetch_new(struct wr_dev *dev, const struct wr_http_request *q, void *ctx)
{
    struct host_fetch *f;

    if (!device_of(dev)->running || !q || !q->url)
        return NULL;
    f = calloc(1, sizeof *f);
    if (!f)
        return NULL;
    f->ctx = ctx;
    inflow_tap_init(&f->tap, go_on);
    f->body = BUF_INIT(q->max_bytes ? q->max_bytes : REQUEST_MAX_BYTES);
    f->head = BUF_INIT(HTTP_CLIENT_MAX_HEAD_BYTES * 2);
    f->max_bytes =
        q->max_bytes ? MIN(q->max_bytes, (size_t)WR_FRAME_MAX_BYTES) : WR_FRAME_MAX_BYTES;
    return f;
}

static wr_handle host_request(struct wr_dev *dev, const struct wr_http_request *q, bool into_frame,
    wr_http_done done, void *ctx)
{
    struct host_fetch *f = done ? fetch_new(dev, q, ctx) : NULL;

    if (!f)
        return 0;
    f->done = done;
    f->into_frame = into_frame;
    return begin(dev, q, f, &request_events, false);
}

static wr_handle stream(struct wr_dev *dev, const struct wr_http_request *q,
    const struct wr_http_stream_events *events, void *ctx, bool raw)
{
    struct host_fetch *f;

    if (!events || !events->closed || (raw ? !events->data : !events->part))
        return 0;
    f = fetch_new(dev, q, ctx);
    if (!f)
        return 0;
    f->events = events;
    f->raw = raw;
    return begin(dev, q, f, &stream_events, true);
}

static wr_handle host_stream(struct wr_dev *dev, const struct wr_http_request *q,
    const struct wr_http_stream_events *events, void *ctx)
{
    return stream(dev, q, events, ctx, false);
}

static wr_handle host_stream_raw(struct wr_dev *dev, const struct wr_http_request *q,
    const struct wr_http_stream_events *events, void *ctx)
{
    return stream(dev, q, events, ctx, true);
}

const struct wr_http host_http = {.size = sizeof(struct wr_http),
    .request = host_request,
    .stream = host_stream,
    .stream_raw = host_stream_raw};
