#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/sha256.h"
#include "base/text.h"
#include "http/pending.h"
#include "http/range.h"

static int one_device(void *ctx, struct device *d)
{
    device_json(d, ctx);
    return 0;
}

void devices_list(struct api *a, struct http_request *q, const struct route_args *args)
{
    struct buf b = BUF_INIT(API_MAX_REPLY_BYTES);
    struct wr_json j = list_begin(&b);

    devices_each(a->devices, one_device, &j);
    reply_list_consume(q, &b, &j, NULL);
}

/* Quotes, half of a digest in hexadecimal, and a NUL. */
#define TAG_BYTES (2 + SHA256_BYTES + 1)

/* Of what people may change, not of what the device says of itself all the time: two who edit it
 * are kept apart, and nobody who edits alone is refused. -EMSGSIZE, -ENOMEM */
static int device_tag(const struct device *d, char out[static TAG_BYTES])
{
    struct buf b = BUF_INIT(API_MAX_REPLY_BYTES);
    struct wr_json j = buf_json(&b);
    char hex[2 * SHA256_BYTES + 1];
    uint8_t digest[SHA256_BYTES];
    int r;

    device_edited_json(d, &j);
    r = buf_json_end(&b, &j);
    if (r == 0)
        r = sha256(buf_data(&b), b.len, digest);
    buf_fini(&b);
    if (r < 0)
        return r;
    text_hex(digest, sizeof digest, hex);
    snprintf(out, TAG_BYTES, "\"%.*s\"", SHA256_BYTES, hex);
    return 0;
}

/* Whether If-Match allows it; false: it was answered. */
static bool may_change(struct http_request *q, const struct device *d)
{
    const char *if_match = http_field(q, HTTP_FIELD_IF_MATCH);
    char tag[TAG_BYTES];

    if (!if_match || (device_tag(d, tag) == 0 && etag_allows(if_match, tag)))
        return true;
    reply_problem(
        q, 412, "%s was changed since, or is not the one that If-Match names", device_id(d));
    return false;
}

static void reply_device(struct http_request *q, int status, const struct device *d)
{
    struct buf b = BUF_INIT(API_MAX_REPLY_BYTES);
    struct wr_json j = buf_json(&b);
    char tag[TAG_BYTES];

    device_json(d, &j);
    reply_tagged_json_consume(q, status, &b, &j, device_tag(d, tag) == 0 ? tag : NULL);
}

void device_get(struct api *a, struct http_request *q, const struct route_args *args)
{
    struct device *d = request_device(a, q, args);

    if (d)
        reply_device(q, 200, d);
}

/* "field" of an object as text; NULL when absent. Any other type is an error. */
static bool text_field(const json_t *body, const char *field, const char **ret, struct error *e)
{
    const json_t *v = json_object_get(body, field);

    *ret = json_string_value(v);
    if (v && !*ret)
        error_set(e, -EINVAL, "%s: expected a string", field);
    return !v || *ret;
}

static bool only_fields(const json_t *body, const char *const *fields, struct error *e)
{
    const char *key;
    json_t *value;

    json_object_foreach((json_t *)body, key, value)
    {
        bool known = false;

        for (const char *const *f = fields; *f; f++)
            known |= strcmp(*f, key) == 0;
        if (!known) {
            error_set(e, -EINVAL, "unknown field \"%.60s\"", key);
            return false;
        }
    }
    return true;
}

void devices_post(struct api *a, struct http_request *q, const struct route_args *args)
{
    static const char *const fields[] = {"id", "name", "driver", "options", NULL};
    _cleanup_(json_freep) json_t *body = request_json(q, false);
    const char *id, *name, *driver;
    const json_t *options = json_object_get(body, "options");
    struct error e = ERROR_NULL;
    struct device *d;

    if (!body)
        return;
    if (!only_fields(body, fields, &e) || !text_field(body, "id", &id, &e) ||
        !text_field(body, "name", &name, &e) || !text_field(body, "driver", &driver, &e)) {
        reply_error(q, &e);
        return;
    }
    if (!driver || (options && !json_is_object(options))) {
        reply_problem(q, 422, "expected {\"driver\": …, \"name\": …, \"options\": {…}}");
        return;
    }
    if (devices_add(a->devices, id, name ? name : "", driver, options, &d, &e) < 0)
        reply_error(q, &e);
    else
        reply_device(q, 201, d);
}

/* A change is answered when it is durable. By then the client may have gone, or the device. */
static void change_stored(void *ctx, int result)
{
    _cleanup_(freep) struct pending *p = ctx;
    struct http_request *q = pending_take(p);
    struct device *d = devices_find(p->api->devices, p->args.id);

    if (!q)
        return;
    if (result < 0)
        reply_problem(
            q, status_of(result), "the change could not be stored: %s", error_name(result));
    else if (!d)
        reply_problem(q, 404, "the device was removed meanwhile");
    else
        reply_device(q, 200, d);
}

static bool parse_change(
    const json_t *body, struct device_change *ret, bool *enabled, struct error *e)
{
    static const char *const fields[] = {"name", "enabled", "flow", "settings", "options", NULL};
    const json_t *on = json_object_get(body, "enabled");

    if (!only_fields(body, fields, e) || !text_field(body, "name", &ret->name, e) ||
        !text_field(body, "flow", &ret->flow, e))
        return false;
    if (on && !json_is_boolean(on)) {
        error_set(e, -EINVAL, "enabled: expected true or false");
        return false;
    }
    *enabled = json_is_true(on);
    ret->enabled = on ? enabled : NULL;
    ret->settings = json_object_get(body, "settings");
    ret->options = json_object_get(body, "options");
    return true;
}

void device_patch(struct api *a, struct http_request *q, const struct route_args *args)
{
    struct device *d = request_device(a, q, args);
    _cleanup_(json_freep) json_t *body = d ? request_json(q, false) : NULL;
    struct device_change change = {0};
    struct error e = ERROR_NULL;
    struct pending *p;
    bool enabled;

    if (!body || !may_change(q, d))
        return;
    if (!parse_change(body, &change, &enabled, &e)) {
        reply_error(q, &e);
        return;
    }
    p = pending_new(a, q, args);
    if (p && device_change(d, &change, change_stored, p, &e) < 0)
        pending_failed(p, e.code, error_text(&e));
}

void device_delete(struct api *a, struct http_request *q, const struct route_args *args)
{
    struct device *d = request_device(a, q, args);
    struct error e = ERROR_NULL;

    if (!d || !may_change(q, d))
        return;
    if (devices_remove(a->devices, d, &e) < 0)
        reply_error(q, &e);
    else
        http_reply(q, 204, NULL, NULL, 0, NULL, 0);
}

/* --- commands --------------------------------------------------------------------------------- */

static void command_gone(void *ctx, struct http_request *q)
{
    command_abandon(http_ctx(q));
}

/* Arguments were checked before the command ran: what is wrong now is the device's, not the client's, but for what only the
 * driver can check (EDOM). */
static int answer_status(int result)
{
    switch (result) {
    case -EINVAL:
    case -EBADMSG:
    case -EMSGSIZE:
    case -ERANGE:
    case -EIO:
    case -EPROTO:
        return 502;
    case -ENODATA:
    case -EOPNOTSUPP: /* never on this device: trying later is of no use */
        return 409;
    case -EDOM:
        return 422;
    default:
        return status_of(result);
    }
}

static void command_answered(void *ctx, int result, const char *json)
{
    struct http_request *q = ctx;
    struct buf b = BUF_INIT(API_MAX_REPLY_BYTES);
    struct wr_json j;

    if (result < 0) {
        reply_problem(q, answer_status(result), "%s", json);
        return;
    }
    j = buf_json(&b);
    wr_json_object(&j);
    wr_json_key(&j, "result");
    wr_json_raw(&j, json, strlen(json));
    wr_json_end(&j);
    reply_json_consume(q, 200, &b, &j);
}

void device_command_post(struct api *a, struct http_request *q, const struct route_args *args)
{
    static const char *const fields[] = {"args", NULL};
    struct device *d = request_device(a, q, args);
    _cleanup_(json_freep) json_t *body = d ? request_json(q, true) : NULL;
    const json_t *command_args = json_object_get(body, "args");
    struct error e = ERROR_NULL;
    struct command_call *call;

    if (!body)
        return;
    if (!only_fields(body, fields, &e) ||
        (command_args && !json_is_object(command_args) &&
            error_set(&e, -EINVAL, "args: expected an object") < 0)) {
        reply_error(q, &e);
        return;
    }
    if (device_command(d, args->name, command_args, command_answered, q, &call, &e) < 0) {
        reply_error(q, &e);
        return;
    }
    http_set_ctx(q, call);
    http_on_gone(q, command_gone);
}
