/* host_http.c - HTTP whose server is the test. Streams are cut into parts by the gateway's own
 * reader. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "fakes/host_private.h"
#include "media/multipart.h"

#define CONNECT_TIMEOUT_MS 10000
#define TIMEOUT_MS 30000
#define MAX_BODY_BYTES (1u << 20)
#define MAX_HEADERS 32
/* A part without length begins with so little room that growing is always met. */
#define FIRST_PART_BYTES 64

struct http {
    struct fake_http pub; /* first */
    struct fake_device *d;
    wr_http_done done;
    const struct wr_http_stream_events *events;
    void *ctx;
    char *headers; /* as sent: "name: value\n…" */
    size_t max_bytes;
    int64_t timeout_us, last_heard_us;
    struct multipart *multipart;
    struct fake_frame *part;
    bool feeding, cancelled; /* cancelled while feeding: the reader is freed when it returns */
    char error[256];
};

static struct http *http_of(struct fake_http *q)
{
    return (struct http *)q;
}

/* --- the end ---------------------------------------------------------------------------------- */

static void respond(struct http *q, const struct wr_http_response *response)
{
    q->pub.over = true;
    fake_handle_drop(q->d->host, q->pub.handle);
    fake_trace(
        "    (http: %s %d %d %s)", q->pub.url, response->result, response->status, response->error);
    fake_enter(q->d, "http.done");
    q->done(&q->d->pub, q->pub.handle, q->ctx, response);
    fake_leave(q->d);
}

static void drop_part(struct http *q)
{
    if (q->part)
        fake_frame_release(q->part);
    q->part = NULL;
}

static void end(struct http *q, int result, const char *error)
{
    if (q->pub.over)
        return;
    if (q->pub.kind == FAKE_HTTP_REQUEST) {
        respond(q, &(struct wr_http_response){.result = result, .error = error});
        return;
    }
    q->pub.over = true;
    q->pub.open = false;
    q->multipart = multipart_free(q->multipart);
    fake_handle_drop(q->d->host, q->pub.handle);
    fake_trace("    (http: %s %d %s)", q->pub.url, result, error);
    fake_enter(q->d, "http.closed");
    q->events->closed(&q->d->pub, q->pub.handle, q->ctx, result, error);
    fake_leave(q->d);
}

void fake_http_cancel(void *object)
{
    struct http *q = object;

    q->pub.over = q->cancelled = true;
    q->pub.open = false;
    if (!q->feeding)
        q->multipart = multipart_free(q->multipart);
}

static void connect_timed_out(struct fake_host *h, struct fake_task *task)
{
    struct http *q = task->object;

    if (!q->pub.open && q->last_heard_us == 0)
        end(q, -ETIMEDOUT, "no connection in time");
}

static void timed_out(struct fake_host *h, struct fake_task *task)
{
    struct http *q = task->object;
    int64_t left = q->last_heard_us + q->timeout_us - h->now_us;

    if (q->pub.kind != FAKE_HTTP_REQUEST && q->last_heard_us > 0 && left > 0)
        fake_task_add(h, left, q->pub.handle, timed_out, q);
    else
        end(q, -ETIMEDOUT, "no answer in time");
}

/* --- what the driver calls -------------------------------------------------------------------- */

static char *join_headers(const struct wr_http_request *r)
{
    struct buf b = BUF_INIT(65536);
    char *text;

    for (size_t i = 0; i < r->n_headers; i++)
        buf_printf(&b, "%s: %s\n", r->headers[i].key, r->headers[i].value);
    text = fake_strdup(b.len > 0 ? buf_text(&b) : "");
    buf_fini(&b);
    return text;
}

static struct http *begin(
    struct wr_dev *dev, const char *function, const struct wr_http_request *r, void *ctx, int kind)
{
    struct fake_device *d = fake_device_of(dev, function);
    uint32_t connect_ms = r->connect_timeout_ms ? r->connect_timeout_ms : CONNECT_TIMEOUT_MS;
    struct http *q;

    fake_check_size(r->size, sizeof *r, "struct wr_http_request");
    if (!r->url || (strncmp(r->url, "http://", 7) != 0 && strncmp(r->url, "https://", 8) != 0))
        fake_fail("%s(%s): \"%s\" is no http(s) URL", function, d->id, r->url ? r->url : "(null)");
    fake_trace("    (http: %s %s)", r->method ? r->method : "GET", r->url);
    q = fake_array_add(&d->host->https, sizeof *q);
    q->pub.method = fake_strdup(r->method ? r->method : "GET");
    q->pub.url = fake_strdup(r->url);
    q->pub.user = fake_strdup(r->user);
    q->pub.password = fake_strdup(r->password);
    q->pub.body = r->body ? fake_memdup(r->body, r->body_len) : NULL;
    q->pub.n_body = r->body_len;
    q->pub.kind = kind;
    q->d = d;
    q->ctx = ctx;
    q->headers = join_headers(r);
    q->max_bytes = r->max_bytes     ? r->max_bytes
        : kind == FAKE_HTTP_REQUEST ? MAX_BODY_BYTES
                                    : WR_FRAME_MAX_BYTES;
    q->timeout_us = (r->timeout_ms ? r->timeout_ms : TIMEOUT_MS) * FAKE_MS;
    q->pub.handle = fake_handle_add(d, FAKE_HTTP, q);
    fake_task_add(d->host, connect_ms * FAKE_MS, q->pub.handle, connect_timed_out, q);
    fake_task_add(d->host, q->timeout_us, q->pub.handle, timed_out, q);
    return q;
}

static wr_handle http_request(struct wr_dev *dev, const struct wr_http_request *r, bool into_frame,
    wr_http_done done, void *ctx)
{
    struct http *q;

    if (!done)
        fake_fail("http.request: done must not be NULL");
    if (fake_device_of(dev, "http.request")->host->refuses_links)
        return 0;
    q = begin(dev, "http.request", r, ctx, FAKE_HTTP_REQUEST);
    q->done = done;
    q->pub.into_frame = into_frame;
    return q->pub.handle;
}

static wr_handle stream(struct wr_dev *dev, const char *function, const struct wr_http_request *r,
    const struct wr_http_stream_events *events, void *ctx, int kind)
{
    struct http *q;

    fake_check_size(events->size, sizeof *events, "struct wr_http_stream_events");
    if (!events->closed || (kind == FAKE_HTTP_STREAM && !events->part) ||
        (kind == FAKE_HTTP_RAW && !events->data))
        fake_fail("%s: closed and part or data must not be NULL", function);
    if (fake_device_of(dev, function)->host->refuses_links)
        return 0;
    q = begin(dev, function, r, ctx, kind);
    q->events = events;
    return q->pub.handle;
}

static wr_handle http_stream(struct wr_dev *dev, const struct wr_http_request *r,
    const struct wr_http_stream_events *events, void *ctx)
{
    return stream(dev, "http.stream", r, events, ctx, FAKE_HTTP_STREAM);
}

static wr_handle http_stream_raw(struct wr_dev *dev, const struct wr_http_request *r,
    const struct wr_http_stream_events *events, void *ctx)
{
    return stream(dev, "http.stream_raw", r, events, ctx, FAKE_HTTP_RAW);
}

const struct wr_http fake_http_table = {
    sizeof(struct wr_http), http_request, http_stream, http_stream_raw};

/* --- answers ---------------------------------------------------------------------------------- */

/* "Name: value\n…" in place into rows with names in lower case. */
static size_t split_headers(char *text, struct wr_prop *rows)
{
    size_t n = 0;

    for (char *line = strtok(text, "\r\n"); line && n < MAX_HEADERS; line = strtok(NULL, "\r\n")) {
        char *colon = strchr(line, ':');

        if (!colon)
            fake_fail("headers are \"name: value\" lines, got \"%s\"", line);
        for (char *c = line; c < colon; c++)
            *c = (char)(*c >= 'A' && *c <= 'Z' ? *c + 'a' - 'A' : *c);
        *colon = '\0';
        rows[n++] = (struct wr_prop){line, colon + 1 + strspn(colon + 1, " ")};
    }
    return n;
}

/* task: result is the status; number: where the body begins in bytes, after headers and NUL */
static void answered(struct fake_host *h, struct fake_task *task)
{
    struct http *q = task->object;
    struct wr_prop headers[MAX_HEADERS];
    struct wr_http_response response = {.status = task->result, .headers = headers, .error = ""};
    struct fake_frame *frame = NULL;

    response.body = (const uint8_t *)task->bytes + task->number;
    response.body_len = task->n - (size_t)task->number;
    if (response.body_len > q->max_bytes) {
        end(q, -EMSGSIZE, "the answer is larger than allowed");
        return;
    }
    response.n_headers = split_headers(task->bytes, headers);
    if (q->pub.into_frame && response.body_len > 0)
        frame = fake_frame_make(q->d, response.body_len);
    if (frame) {
        memcpy(frame->pub.data, response.body, response.body_len);
        frame->pub.len = response.body_len;
        response.frame = &frame->pub;
    }
    respond(q, &response);
}

static void must_live(const struct fake_http *q, const char *function)
{
    if (q->over)
        fake_fail("%s: %s is over", function, q->url);
}

static struct fake_task *add_with_headers(struct fake_http *q,
    void (*run)(struct fake_host *, struct fake_task *), int status, const char *headers,
    const void *body, size_t n)
{
    size_t n_headers = headers ? strlen(headers) : 0;
    struct fake_task *t = fake_task_add(http_of(q)->d->host, 0, q->handle, run, q);

    t->result = status;
    t->number = (int64_t)n_headers + 1;
    t->n = n_headers + 1 + n;
    t->bytes = calloc(1, t->n);
    if (!t->bytes)
        fake_fail("no memory");
    if (n_headers > 0)
        memcpy(t->bytes, headers, n_headers);
    if (n > 0)
        memcpy((char *)t->bytes + t->number, body, n);
    return t;
}

void fake_http_respond(
    struct fake_http *q, int status, const char *headers, const void *body, size_t n)
{
    must_live(q, "fake_http_respond");
    if (q->kind != FAKE_HTTP_REQUEST)
        fake_fail("fake_http_respond: %s is a stream", q->url);
    add_with_headers(q, answered, status, headers, body, n);
}

static void closed(struct fake_host *h, struct fake_task *task)
{
    struct http *q = task->object;

    end(q, task->result, task->result < 0 ? error_name(task->result) : "");
}

void fake_http_close(struct fake_http *q, int why)
{
    if (why == 0 && q->kind == FAKE_HTTP_REQUEST)
        fake_fail("fake_http_close: a request ends with fake_http_respond() or an error");
    fake_task_add(http_of(q)->d->host, 0, q->handle, closed, q)->result = why;
}

/* --- streams ---------------------------------------------------------------------------------- */

static uint8_t *part_begin(void *ctx, size_t length, size_t *cap)
{
    struct http *q = ctx;

    q->part = q->cancelled ? NULL : fake_frame_make(q->d, length > 0 ? length : FIRST_PART_BYTES);
    *cap = q->part ? q->part->pub.cap : 0;
    return q->part ? q->part->pub.data : NULL;
}

static uint8_t *part_grow(void *ctx, size_t used, size_t *cap)
{
    struct http *q = ctx;
    struct fake_frame *larger = fake_frame_make(q->d, q->part->pub.cap * 2);

    if (!larger)
        return NULL;
    memcpy(larger->pub.data, q->part->pub.data, used);
    drop_part(q);
    q->part = larger;
    *cap = larger->pub.cap;
    return larger->pub.data;
}

static void part_end(void *ctx, const struct multipart_header *headers, size_t n, size_t length)
{
    struct http *q = ctx;
    struct wr_prop props[MULTIPART_MAX_HEADERS];
    struct fake_frame *frame = steal(q->part);

    if (q->cancelled) {
        if (frame)
            fake_frame_release(frame);
        return;
    }
    for (size_t i = 0; i < n; i++)
        props[i] = (struct wr_prop){headers[i].name, headers[i].value};
    frame->pub.len = length;
    fake_enter(q->d, "http.part");
    q->events->part(&q->d->pub, q->pub.handle, q->ctx, props, n, &frame->pub);
    fake_leave(q->d);
}

static void part_abandon(void *ctx)
{
    drop_part(ctx);
}

static const struct multipart_sink sink = {part_begin, part_grow, part_end, part_abandon};

static bool is_multipart(struct http *q, int status, const struct wr_prop *headers, size_t n)
{
    const char *type = "";
    struct error e = ERROR_NULL;

    for (size_t i = 0; i < n; i++) {
        if (strcmp(headers[i].key, "content-type") == 0)
            type = headers[i].value;
    }
    if (status != 200)
        snprintf(q->error, sizeof q->error, "the camera answered with HTTP status %d", status);
    else if (multipart_new(type, q->max_bytes, &sink, q, &q->multipart, &e) < 0)
        snprintf(q->error, sizeof q->error, "this is no picture stream: %.200s", e.text);
    return q->multipart != NULL;
}

static void opened(struct fake_host *h, struct fake_task *task)
{
    struct http *q = task->object;
    struct wr_prop headers[MAX_HEADERS];
    size_t n = split_headers(task->bytes, headers);

    q->last_heard_us = h->now_us;
    if (q->pub.kind == FAKE_HTTP_STREAM && !is_multipart(q, task->result, headers, n)) {
        end(q, -EBADMSG, q->error);
        return;
    }
    q->pub.open = true;
    if (!q->events->opened)
        return;
    fake_enter(q->d, "http.opened");
    q->events->opened(&q->d->pub, q->pub.handle, q->ctx, task->result, headers, n);
    fake_leave(q->d);
}

void fake_http_open(struct fake_http *q, int status, const char *headers)
{
    must_live(q, "fake_http_open");
    if (q->kind == FAKE_HTTP_REQUEST)
        fake_fail("fake_http_open: %s is no stream", q->url);
    add_with_headers(q, opened, status, headers, NULL, 0);
}

static void heard(struct fake_host *h, struct fake_task *task)
{
    struct http *q = task->object;
    int r = 0;

    if (!q->pub.open)
        fake_fail("fake_http_feed: %s is not open", q->pub.url);
    q->last_heard_us = h->now_us;
    if (q->pub.kind == FAKE_HTTP_STREAM) {
        q->feeding = true;
        r = multipart_feed(q->multipart, task->bytes, task->n);
        q->feeding = false;
        if (q->cancelled)
            q->multipart = multipart_free(q->multipart);
    } else {
        fake_enter(q->d, "http.data");
        q->events->data(&q->d->pub, q->pub.handle, q->ctx, task->bytes, task->n);
        fake_leave(q->d);
    }
    if (r < 0)
        end(q, r,
            r == -EMSGSIZE ? "a picture is larger than allowed" : "this is no picture stream");
}

void fake_http_feed(struct fake_http *q, const void *bytes, size_t n)
{
    must_live(q, "fake_http_feed");
    fake_task_bytes(fake_task_add(http_of(q)->d->host, 0, q->handle, heard, q), bytes, n);
}

/* --- what a test asks ------------------------------------------------------------------------- */

size_t fake_n_http(const struct fake_host *h)
{
    return h->https.n;
}

struct fake_http *fake_http(struct fake_host *h, size_t i)
{
    return fake_array_get(&h->https, i, "request");
}

struct fake_http *fake_http_last(struct fake_host *h)
{
    return fake_http(h, h->https.n - 1);
}

struct fake_http *fake_http_for(struct fake_host *h, const char *path)
{
    for (size_t i = h->https.n; i-- > 0;) {
        struct fake_http *q = h->https.items[i];
        const char *slash = strchr(strstr(q->url, "://") + 3, '/');

        if (strcmp(slash ? slash : "/", path) == 0)
            return q;
    }
    return NULL;
}

const char *fake_http_header(const struct fake_http *q, const char *name)
{
    struct http *x = http_of((struct fake_http *)q);
    static char value[512];

    for (const char *line = x->headers; *line; line = strchr(line, '\n') + 1) {
        size_t n = strlen(name);

        if (strncasecmp(line, name, n) == 0 && line[n] == ':') {
            snprintf(value, sizeof value, "%.*s", (int)(strcspn(line + n + 2, "\n")), line + n + 2);
            return value;
        }
    }
    return NULL;
}

void fake_http_fini(void *item)
{
    struct http *q = item;

    multipart_free(q->multipart);
    free(q->headers);
    free(q->pub.method);
    free(q->pub.url);
    free(q->pub.body);
    free(q->pub.user);
    free(q->pub.password);
}
