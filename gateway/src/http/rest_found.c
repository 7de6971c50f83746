#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/json_member.h"
#include "device/found.h"
#include "http/api.h"

static int one_item(void *ctx, const struct found_item *i)
{
    struct wr_json *j = ctx;

    wr_json_object(j);
    wr_json_key(j, "id");
    wr_json_string(j, i->id);
    wr_json_key(j, "bus");
    wr_json_string(j, i->bus);
    wr_json_key(j, "address");
    wr_json_string(j, i->address);
    wr_json_key(j, "name");
    wr_json_string(j, i->name);
    wr_json_key(j, "driver");
    wr_json_string(j, i->driver);
    member_time(j, "first_seen", i->first_seen_us);
    member_time(j, "last_seen", i->last_seen_us);
    wr_json_key(j, "properties");
    wr_json_array(j);
    for (size_t k = 0; k < i->n_props; k++) {
        wr_json_object(j);
        wr_json_key(j, "key");
        wr_json_string(j, i->props[k].key);
        wr_json_key(j, "value");
        wr_json_string(j, i->props[k].value);
        wr_json_end(j);
    }
    wr_json_end(j);
    wr_json_end(j);
    return 0;
}

void found_list(struct api *a, struct http_request *q, const struct route_args *args)
{
    struct buf b = BUF_INIT(API_MAX_REPLY_BYTES);
    struct wr_json j = list_begin(&b);

    found_each(a->found, one_item, &j);
    reply_list_consume(q, &b, &j, NULL);
}

void found_adopt_post(struct api *a, struct http_request *q, const struct route_args *args)
{
    _cleanup_(json_freep) json_t *body = request_json(q, true);
    const json_t *name = json_object_get(body, "name"), *options = json_object_get(body, "options");
    struct buf b = BUF_INIT(API_MAX_REPLY_BYTES);
    struct error e = ERROR_NULL;
    struct device *d;
    struct wr_json j;

    if (!body)
        return;
    if ((name && !json_is_string(name)) || (options && !json_is_object(options))) {
        reply_problem(q, 422, "expected {\"name\": text, \"options\": {…}}, both optional");
        return;
    }
    if (found_adopt(a->found, args->id, json_string_value(name), options, &d, &e) < 0) {
        reply_error(q, &e);
        return;
    }
    j = buf_json(&b);
    device_json(d, &j);
    reply_json_consume(q, 201, &b, &j);
}
