/* rest_captures.c - what was kept: pages, one, pinning and removing it. */
#include <errno.h>

#include "base/json.h"
#include "base/json_member.h"
#include "base/text.h"
#include "http/pending.h"
#include "http/query.h"

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
    wr_json_key(j, "sound");
    if (r->sound_bytes > 0)
        wr_json_uint(j, r->sound_bytes);
    else
        wr_json_null(j);
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

static void page_answer(void *ctx, int result, const struct capture_row *rows, size_t n, bool more)
{
    _cleanup_(freep) struct pending *p = ctx;
    struct http_request *q = pending_take(p);
    struct buf b = BUF_INIT(API_MAX_REPLY_BYTES);
    char next[CURSOR_TEXT_BYTES];
    struct wr_json j;

    if (!q)
        return;
    if (result < 0) {
        reply_problem(q, status_of(result), "the captures cannot be read: %s", error_name(result));
        return;
    }
    j = list_begin(&b);
    for (size_t i = 0; i < n; i++)
        row_json(&j, &rows[i]);
    more = more && n > 0;
    if (more)
        cursor_text(&rows[n - 1].captured_us, rows[n - 1].id, next);
    reply_list_consume(q, &b, &j, more ? next : NULL);
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
        !request_cursor(q, &f.before_us, &f.before_id))
        return;
    f.device = device[0] ? device : NULL;
    f.limit = (unsigned)limit;
    p = pending_new(a, q, args);
    if (p && (r = store_captures(a->store, &f, page_answer, p)) < 0)
        pending_failed(p, r, NULL);
}

/* --- one -------------------------------------------------------------------------------------- */

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
        pending_failed(p, r, NULL);
}

void capture_get(struct api *a, struct http_request *q, const struct route_args *args)
{
    struct pending *p;
    uint64_t id;

    if (!request_capture(q, args, &id) || !(p = pending_new(a, q, args)))
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
    pending_failed(p, result,
        result == -ENOENT ? "there is no such capture" : "the change could not be stored");
}

void capture_patch(struct api *a, struct http_request *q, const struct route_args *args)
{
    _cleanup_(json_freep) json_t *body = request_json(q, false);
    const json_t *pin = json_object_get(body, "pinned");
    struct pending *p;
    uint64_t id;
    int r;

    if (!body || !request_capture(q, args, &id))
        return;
    if (!json_is_boolean(pin) || json_object_size(body) != 1) {
        reply_problem(q, 422, "expected {\"pinned\": true or false}");
        return;
    }
    p = pending_new(a, q, args);
    if (!p)
        return;
    p->id = id;
    r = store_capture_pin(a->store, id, json_is_true(pin), pinned, p);
    if (r < 0)
        pending_failed(p, r, NULL);
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

    if (!request_capture(q, args, &id) || !(p = pending_new(a, q, args)))
        return;
    r = store_capture_remove(a->store, id, removed, p);
    if (r < 0)
        pending_failed(p, r, NULL);
}
