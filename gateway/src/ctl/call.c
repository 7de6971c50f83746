/* call.c - one request at a time: the loop runs until it is answered. */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "ctl/ctl.h"
#include "loop/http_client.h"
#include "loop/loop.h"

#define CONNECT_TIMEOUT_US INT64_C(5000000)

struct call {
    struct ctl *ctl;
    struct buf body;
    int status, result;
    char error[256];
};

static int on_head(void *ctx, int status, const struct http_header *headers, size_t n_headers)
{
    struct call *call = ctx;

    call->status = status;
    return 0;
}

static int on_body(void *ctx, const uint8_t *bytes, size_t n)
{
    struct call *call = ctx;

    return buf_append(&call->body, bytes, n);
}

static void on_done(void *ctx, int result, const char *error)
{
    struct call *call = ctx;

    call->result = result;
    snprintf(call->error, sizeof call->error, "%s", error ? error : error_name(result));
    loop_stop(call->ctl->loop);
}

const char *ctl_escape(const char *text, char *out, size_t cap)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t n = 0;

    for (; *text && n + 4 <= cap; text++) {
        unsigned char c = (unsigned char)*text;

        if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
            strchr("-._~", c)) {
            out[n++] = (char)c;
            continue;
        }
        out[n++] = '%';
        out[n++] = digits[c >> 4];
        out[n++] = digits[c & 15];
    }
    out[n] = '\0';
    return out;
}

static enum ctl_exit say_problem(struct ctl *c, const struct ctl_reply *r)
{
    char text[1024];

    if (json_is_string(json_object_get(r->body, "detail")))
        return ctl_fail(c, CTL_REFUSED, "%s", ctl_member(r->body, "detail", text, sizeof text));
    if (json_is_string(json_object_get(r->body, "title")))
        return ctl_fail(c, CTL_REFUSED, "the gateway answered %d %s", r->status,
            ctl_member(r->body, "title", text, sizeof text));
    return ctl_fail(c, CTL_REFUSED, "the gateway answered %d", r->status);
}

enum ctl_exit ctl_refused(struct ctl *c, int status, const struct buf *body)
{
    struct ctl_reply reply = {.status = status};
    enum ctl_exit code;

    if (body->len > 0)
        reply.body = json_read((const char *)buf_data(body), body->len, NULL);
    code = say_problem(c, &reply);
    json_decref(reply.body);
    return code;
}

enum ctl_exit ctl_no_gateway(struct ctl *c, const char *why)
{
    return ctl_fail(
        c, CTL_UNREACHABLE, "%s: what answers there is no Warren gateway (%s)", c->url, why);
}

/* --- one request ------------------------------------------------------------------------------ */

static enum ctl_exit unreachable(struct ctl *c, const struct call *call)
{
    if (call->result == -ENOBUFS)
        return ctl_fail(c, CTL_UNREACHABLE, "%s: the answer is larger than %u bytes", c->url,
            CTL_MAX_REPLY_BYTES);
    return ctl_fail(c, CTL_UNREACHABLE, "cannot reach %s: %s; is the gateway running there?",
        c->url, call->error);
}

static enum ctl_exit read_reply(struct ctl *c, struct call *call, struct ctl_reply *ret)
{
    json_t *body = NULL;

    if (call->body.len > 0) {
        body = json_read((const char *)buf_data(&call->body), call->body.len, NULL);
        if (!body)
            return ctl_no_gateway(c, "no JSON");
    }
    *ret = (struct ctl_reply){call->status, body};
    return CTL_OK;
}

static int start(struct ctl *c, const char *method, const char *path, const char *body,
    int64_t timeout_us, struct call *call)
{
    const struct http_header headers[] = {
        {"Accept", "application/json"}, {"Content-Type", "application/json"}};
    char url[2048];
    static const struct http_fetch_events events = {on_head, on_body, on_done};
    struct http_fetch *fetch;
    struct http_fetch_options options = {
        .method = method,
        .url = url,
        .headers = headers,
        .n_headers = body ? 2 : 1,
        .body = body,
        .body_len = body ? strlen(body) : 0,
        .connect_timeout_us = CONNECT_TIMEOUT_US,
        .timeout_us = timeout_us,
    };

    if ((size_t)snprintf(url, sizeof url, "%s%s", c->url, path) >= sizeof url)
        return -EINVAL;
    return http_fetch_start(c->client, &options, &events, call, &fetch);
}

enum ctl_exit ctl_request(struct ctl *c, const char *method, const char *path, const json_t *body,
    int64_t timeout_us, struct ctl_reply *ret)
{
    struct call call = {.ctl = c, .body = BUF_INIT(CTL_MAX_REPLY_BYTES)};
    _cleanup_(freep) char *text = body ? json_text(body) : NULL;
    enum ctl_exit code;
    int r = start(c, method, path, text, timeout_us, &call);

    if (r < 0)
        return ctl_fail(c, CTL_USAGE, "%s%s: not a URL that can be asked", c->url, path);
    loop_run(c->loop);
    code = call.result < 0 ? unreachable(c, &call) : read_reply(c, &call, ret);
    buf_fini(&call.body);
    return code;
}

enum ctl_exit ctl_call(struct ctl *c, const char *method, const char *path, const json_t *body,
    int64_t timeout_us, json_t **ret)
{
    struct ctl_reply reply = {0};
    enum ctl_exit code = ctl_request(c, method, path, body, timeout_us, &reply);

    if (code != CTL_OK)
        return code;
    if (reply.status >= 400) {
        code = say_problem(c, &reply);
        json_decref(reply.body);
        return code;
    }
    *ret = reply.body ? reply.body : json_null();
    return CTL_OK;
}

/* --- a device ---------------------------------------------------------------------------------- */

const char *ctl_device_path(const char *id, char *out, size_t cap)
{
    char escaped[192];

    snprintf(out, cap, "/api/v1/devices/%s", ctl_escape(id, escaped, sizeof escaped));
    return out;
}

enum ctl_exit ctl_get_device(struct ctl *c, const char *id, json_t **ret)
{
    char path[CTL_PATH_BYTES];

    return ctl_call(c, "GET", ctl_device_path(id, path, sizeof path), NULL, CTL_TIMEOUT_US, ret);
}

/* --- lists ------------------------------------------------------------------------------------ */

/* Returns how many the page had. */
static size_t take_items(json_t *items, const json_t *page, size_t limit)
{
    const json_t *of_page = json_object_get(page, "items");
    size_t i;
    json_t *item;

    json_array_foreach((json_t *)of_page, i, item)
    {
        if (json_array_size(items) < limit)
            json_array_append(items, item);
    }
    return json_array_size(of_page);
}

/* `path` with the cursor of the next page; false: that was the last one. */
static bool next_page(const char *path, const json_t *page, char *out, size_t cap)
{
    const char *cursor = json_string_value(json_object_get(page, "next"));
    char escaped[1024];

    if (!cursor)
        return false;
    snprintf(out, cap, "%s%ccursor=%s", path, strchr(path, '?') ? '&' : '?',
        ctl_escape(cursor, escaped, sizeof escaped));
    return true;
}

enum ctl_exit ctl_list(struct ctl *c, const char *path, size_t limit, json_t **ret)
{
    _cleanup_(json_freep) json_t *items = json_array();
    char at[2048];
    bool more = true;

    limit = limit > 0 ? limit : CTL_MAX_ITEMS;
    snprintf(at, sizeof at, "%s", path);
    while (more) {
        _cleanup_(json_freep) json_t *page = NULL;
        enum ctl_exit code = ctl_call(c, "GET", at, NULL, CTL_TIMEOUT_US, &page);

        if (code != CTL_OK)
            return code;
        if (!json_is_array(json_object_get(page, "items")))
            return ctl_no_gateway(c, "no list");
        more = take_items(items, page, limit) > 0 && json_array_size(items) < limit &&
            next_page(path, page, at, sizeof at);
    }
    *ret = steal(items);
    return CTL_OK;
}
