/* ask.c - what routes read from a request: its body, its query, its path. What is wrong with it is answered here. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "http/api.h"
#include "http/query.h"

/* --- the body --------------------------------------------------------------------------------- */

json_t *request_json(struct http_request *q, bool optional)
{
    const char *type = http_field(q, HTTP_FIELD_CONTENT_TYPE);
    struct error e = ERROR_NULL;
    size_t n = 0;
    const uint8_t *body = http_body(q, &n);
    json_t *j;

    if (n == 0 && optional)
        return json_object();
    if (!type || strncasecmp(type, "application/json", 16) != 0 ||
        (type[16] && type[16] != ';' && type[16] != ' ')) {
        reply_problem(q, 415, "the body must be JSON, with Content-Type: application/json");
        return NULL;
    }
    j = json_read((const char *)body, n, &e);
    if (j && json_is_object(j))
        return j;
    reply_problem(
        q, 400, "the body is not a JSON object%s%s", j ? "" : ": ", j ? "" : error_text(&e));
    json_decref(j);
    return NULL;
}

/* --- the query -------------------------------------------------------------------------------- */

bool request_text(struct http_request *q, const char *name, char *out, size_t cap)
{
    int r = http_query_get(q, name, out, cap);

    if (r == -ENOENT) {
        out[0] = '\0';
        return true;
    }
    if (r >= 0)
        return true;
    reply_problem(q, 422, "%s: expected at most %zu bytes of text", name, cap - 1);
    return false;
}

bool request_int(
    struct http_request *q, const char *name, int64_t min, int64_t max, int64_t def, int64_t *ret)
{
    char text[32];
    int64_t v;
    int r = http_query_get(q, name, text, sizeof text);

    if (r == -ENOENT) {
        *ret = def;
        return true;
    }
    if (r < 0 || text_to_int(text, &v) < 0 || v < min || v > max) {
        reply_problem(q, 422, "%s: expected an integer from %lld to %lld", name, (long long)min,
            (long long)max);
        return false;
    }
    *ret = v;
    return true;
}

bool request_bool(struct http_request *q, const char *name, bool *ret)
{
    int64_t v;

    if (!request_int(q, name, 0, 1, 0, &v))
        return false;
    *ret = v == 1;
    return true;
}

bool request_time(struct http_request *q, const char *name, int64_t *ret)
{
    char text[64];

    if (!request_text(q, name, text, sizeof text))
        return false;
    if (!text[0]) {
        *ret = 0;
        return true;
    }
    if (clock_parse(text, ret) == 0)
        return true;
    reply_problem(q, 422, "%s: expected a time like 2026-01-31T12:00:00Z", name);
    return false;
}

bool request_cursor(struct http_request *q, int64_t *ret_us, uint64_t *ret_id)
{
    char text[CURSOR_TEXT_BYTES];
    int r = http_query_get(q, "cursor", text, sizeof text);

    if (r >= 0)
        r = cursor_parse(text, ret_us, ret_id);
    if (r >= 0 || r == -ENOENT)
        return true;
    reply_problem(q, 400, "cursor: expected the `next` of an earlier page");
    return false;
}

/* --- the path --------------------------------------------------------------------------------- */

struct device *request_device(struct api *a, struct http_request *q, const struct route_args *args)
{
    struct device *d = devices_find(a->devices, args->id);

    if (!d)
        reply_problem(q, 404, "there is no device \"%s\"", args->id);
    return d;
}

struct device *request_camera(struct api *a, struct http_request *q, const struct route_args *args)
{
    struct device *d = request_device(a, q, args);

    if (!d || device_is_camera(d))
        return d;
    reply_problem(q, 404, "%s is not a camera", device_name(d));
    return NULL;
}

bool request_capture(struct http_request *q, const struct route_args *args, uint64_t *ret)
{
    int64_t id;

    if (text_to_int(args->id, &id) == 0 && id > 0) {
        *ret = (uint64_t)id;
        return true;
    }
    reply_problem(q, 404, "there is no capture \"%s\"", args->id);
    return false;
}
