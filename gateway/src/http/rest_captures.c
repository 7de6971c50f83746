/* rest_captures.c - what was kept: pages, one, its picture and thumbnail. The store answers later;
 * the client may be gone by then. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/json_member.h"
#include "base/text.h"
#include "http/api.h"

/* A request that waits for the store. */
struct pending {
    struct api *api;
    struct http_request *request; /* NULL: gone */
    uint64_t id;
    bool thumb;
};

static void pending_gone(void *ctx, struct http_request *q)
{
    struct pending *p = http_ctx(q);

    p->request = NULL;
}

static struct pending *pending_new(struct api *a, struct http_request *q)
{
    struct pending *p = calloc(1, sizeof *p);

    if (!p) {
        reply_problem(q, 500, "no memory");
        return NULL;
    }
    p->api = a;
    p->request = q;
    http_set_ctx(q, p);
    http_on_gone(q, pending_gone);
    return p;
}

/* The store did not take the job: the answer is due now. */
static void pending_failed(struct pending *p, int result)
{
    http_on_gone(p->request, NULL);
    reply_problem(p->request, status_of(result), "the store has too much to do");
    free(p);
}

/* Begins the answer: NULL when the client is gone; the pending is freed by the caller in any
 * case. */
static struct http_request *pending_take(struct pending *p)
{
    if (p->request)
        http_on_gone(p->request, NULL);
    return p->request;
}

static void row_json(struct wr_json *j, const struct capture_row *r)
{
    char sha256[65];

    text_hex(r->sha256, sizeof r->sha256, sha256);
    wr_json_object(j);
    wr_json_key(j, "id");
    wr_json_uint(j, r->id);
    wr_json_key(j, "device");
    wr_json_string(j, r->device);
    member_time(j, "captured_at", r->captured_us);
    member_time(j, "received_at", r->received_us);
    wr_json_key(j, "width");
    wr_json_uint(j, r->width);
    wr_json_key(j, "height");
    wr_json_uint(j, r->height);
    wr_json_key(j, "bytes");
    wr_json_uint(j, r->bytes);
    wr_json_key(j, "sha256");
    wr_json_string(j, sha256);
    wr_json_key(j, "source");
    wr_json_string(j, r->source);
    wr_json_key(j, "key");
    wr_json_string(j, *r->key ? r->key : NULL);
    wr_json_key(j, "pinned");
    wr_json_bool(j, r->pinned);
    wr_json_key(j, "latitude");
    wr_json_float(j, r->latitude);
    wr_json_key(j, "longitude");
    wr_json_float(j, r->longitude);
    wr_json_end(j);
}

/* --- pages ------------------------------------------------------------------------------------ */

/* A cursor is the last row of the page before: "<captured µs>-<id>". */
static bool parse_cursor(struct http_request *q, struct capture_filter *f)
{
    char text[64];
    long long us;
    unsigned long long id;
    int end = 0;

    if (!request_text(q, "cursor", text, sizeof text))
        return false;
    if (!text[0])
        return true;
    if (strspn(text, "0123456789") > 0 && sscanf(text, "%lld-%llu%n", &us, &id, &end) == 2 &&
        text[end] == '\0' && id > 0) {
        f->before_us = us;
        f->before_id = id;
        return true;
    }
    reply_problem(q, 422, "cursor: expected the `next` of an earlier page");
    return false;
}

static void page_answer(void *ctx, int result, const struct capture_row *rows, size_t n, bool more)
{
    _cleanup_(freep) struct pending *p = ctx;
    struct http_request *q = pending_take(p);
    struct buf b = BUF_INIT(API_MAX_REPLY_BYTES);
    char cursor[64];
    struct wr_json j;

    if (!q)
        return;
    if (result < 0) {
        reply_problem(q, status_of(result), "the captures cannot be read: %s", error_name(result));
        return;
    }
    j = buf_json(&b);
    wr_json_object(&j);
    wr_json_key(&j, "items");
    wr_json_array(&j);
    for (size_t i = 0; i < n; i++)
        row_json(&j, &rows[i]);
    wr_json_end(&j);
    if (more && n > 0)
        snprintf(cursor, sizeof cursor, "%lld-%llu", (long long)rows[n - 1].captured_us,
            (unsigned long long)rows[n - 1].id);
    wr_json_key(&j, "next");
    wr_json_string(&j, more && n > 0 ? cursor : NULL);
    wr_json_end(&j);
    reply_json_consume(q, 200, &b, &j);
}

void captures_list(struct api *a, struct http_request *q, const struct route_args *args)
{
    char device[WR_NAME_MAX + 1];
    struct capture_filter f = {0};
    struct pending *p;
    int64_t limit;
    int r;

    if (!request_text(q, "device", device, sizeof device) ||
        !request_int(q, "limit", 1, STORE_MAX_PAGE, 50, &limit) ||
        !request_time(q, "from", &f.from_us) || !request_time(q, "to", &f.to_us) ||
        !parse_cursor(q, &f))
        return;
    f.device = device[0] ? device : NULL;
    f.limit = (unsigned)limit;
    p = pending_new(a, q);
    if (p && (r = store_captures(a->store, &f, page_answer, p)) < 0)
        pending_failed(p, r);
}

/* --- one -------------------------------------------------------------------------------------- */

static bool capture_id(struct http_request *q, const struct route_args *args, uint64_t *ret)
{
    int64_t id;

    if (text_to_int(args->id, &id) == 0 && id > 0) {
        *ret = (uint64_t)id;
        return true;
    }
    reply_problem(q, 404, "there is no capture \"%s\"", args->id);
    return false;
}

static void one_answer(void *ctx, int result, const struct capture_row *rows, size_t n, bool more)
{
    _cleanup_(freep) struct pending *p = ctx;
    struct http_request *q = pending_take(p);
    struct buf b = BUF_INIT(API_MAX_REPLY_BYTES);
    struct wr_json j;

    if (!q)
        return;
    if (result < 0 || n == 0) {
        reply_problem(q, result < 0 ? status_of(result) : 404, "%s",
            result < 0 ? "the capture cannot be read" : "there is no such capture");
        return;
    }
    j = buf_json(&b);
    row_json(&j, &rows[0]);
    reply_json_consume(q, 200, &b, &j);
}

static void get_one(struct pending *p)
{
    int r = store_capture_get(p->api->store, p->id, one_answer, p);

    if (r < 0)
        pending_failed(p, r);
}

void capture_get(struct api *a, struct http_request *q, const struct route_args *args)
{
    struct pending *p;
    uint64_t id;

    if (!capture_id(q, args, &id) || !(p = pending_new(a, q)))
        return;
    p->id = id;
    get_one(p);
}

static void pinned(void *ctx, int result)
{
    struct pending *p = ctx;

    if (result == 0 && p->request) {
        get_one(p);
        return;
    }
    if (pending_take(p))
        reply_problem(p->request, status_of(result), "%s",
            result == -ENOENT ? "there is no such capture" : "the change could not be stored");
    free(p);
}

void capture_patch(struct api *a, struct http_request *q, const struct route_args *args)
{
    _cleanup_(json_freep) json_t *body = request_json(q, false);
    const json_t *pin = json_object_get(body, "pinned");
    struct pending *p;
    uint64_t id;
    int r;

    if (!body || !capture_id(q, args, &id))
        return;
    if (!json_is_boolean(pin) || json_object_size(body) != 1) {
        reply_problem(q, 422, "expected {\"pinned\": true or false}");
        return;
    }
    p = pending_new(a, q);
    if (!p)
        return;
    p->id = id;
    r = store_capture_pin(a->store, id, json_is_true(pin), pinned, p);
    if (r < 0)
        pending_failed(p, r);
}

static void removed(void *ctx, int result)
{
    _cleanup_(freep) struct pending *p = ctx;
    struct http_request *q = pending_take(p);

    if (!q)
        return;
    if (result < 0)
        reply_problem(q, status_of(result), "%s",
            result == -ENOENT ? "there is no such capture" : "the capture could not be removed");
    else
        http_reply(q, 204, NULL, NULL, 0, NULL, 0);
}

void capture_delete(struct api *a, struct http_request *q, const struct route_args *args)
{
    struct pending *p;
    uint64_t id;
    int r;

    if (!capture_id(q, args, &id) || !(p = pending_new(a, q)))
        return;
    r = store_capture_remove(a->store, id, removed, p);
    if (r < 0)
        pending_failed(p, r);
}

/* --- pictures --------------------------------------------------------------------------------- */

static void file_answer(
    void *ctx, int result, int fd, uint64_t bytes, const struct capture_row *row)
{
    static const char *const caching = "private, max-age=31536000, immutable";
    _cleanup_(freep) struct pending *p = ctx;
    _cleanup_(closep) int file = result == 0 ? fd : -1;
    struct http_request *q = pending_take(p);
    char etag[80], sha256[65], name[WR_NAME_MAX + 64];
    struct http_reply_header headers[] = {{"Cache-Control", caching}, {"Content-Disposition", name},
        {"X-Content-Type-Options", "nosniff"}};

    if (!q)
        return;
    if (result < 0) {
        reply_problem(q, status_of(result), "%s",
            result == -ENOENT ? "there is no such picture" : "the picture cannot be read");
        return;
    }
    text_hex(row->sha256, sizeof row->sha256, sha256);
    snprintf(etag, sizeof etag, "\"%s%s\"", sha256, p->thumb ? "-thumb" : "");
    snprintf(name, sizeof name, "inline; filename=\"%s-%llu.jpg\"", row->device,
        (unsigned long long)row->id);
    http_reply_file(q, "image/jpeg", file, bytes, etag, headers, N_ELEMENTS(headers));
    file = -1;
}

static void send_file(
    struct api *a, struct http_request *q, const struct route_args *args, enum capture_file which)
{
    struct pending *p;
    uint64_t id;
    int r;

    if (!capture_id(q, args, &id) || !(p = pending_new(a, q)))
        return;
    p->thumb = which == CAPTURE_THUMB;
    r = store_capture_open(a->store, id, which, file_answer, p);
    if (r < 0)
        pending_failed(p, r);
}

void capture_image(struct api *a, struct http_request *q, const struct route_args *args)
{
    send_file(a, q, args, CAPTURE_IMAGE);
}

void capture_thumb(struct api *a, struct http_request *q, const struct route_args *args)
{
    send_file(a, q, args, CAPTURE_THUMB);
}
