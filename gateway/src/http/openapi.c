/* openapi.c - GET /api/v1/openapi.json: made from the route table, and from the loaded drivers'
 * tables for settings and command arguments. */
#include <stdio.h>
#include <string.h>

#include "base/json_member.h"
#include "base/version.h"
#include "config/param.h"
#include "device/driver.h"
#include "http/openapi.h"
#include "http/routes.h"

static void reference(struct wr_json *j, const char *schema)
{
    char text[128];

    snprintf(text, sizeof text, "#/components/schemas/%s", schema);
    wr_json_object(j);
    member_string(j, "$ref", text);
    wr_json_end(j);
}

static void content(struct wr_json *j, const char *type, const char *schema)
{
    wr_json_key(j, "content");
    wr_json_object(j);
    wr_json_key(j, type);
    wr_json_object(j);
    if (schema) {
        wr_json_key(j, "schema");
        reference(j, schema);
    }
    wr_json_end(j);
    wr_json_end(j);
}

static void text_schema(struct wr_json *j)
{
    wr_json_key(j, "schema");
    wr_json_object(j);
    member_string(j, "type", "string");
    wr_json_end(j);
}

static void path_parameter(struct wr_json *j, const struct route *r, const char *name)
{
    char braced[16];

    snprintf(braced, sizeof braced, "{%s}", name);
    if (!strstr(r->path, braced))
        return;
    wr_json_object(j);
    member_string(j, "name", name);
    member_string(j, "in", "path");
    wr_json_key(j, "required");
    wr_json_bool(j, true);
    text_schema(j);
    wr_json_end(j);
}

/* The same text for all: 412 is among the problems. */
static void if_match_parameter(struct wr_json *j, const struct route *r)
{
    static const route_fn knowing[] = {
        device_patch, device_delete, capture_image, capture_thumb, capture_sound};
    bool knows = false;

    for (size_t i = 0; i < N_ELEMENTS(knowing); i++)
        knows |= r->handle == knowing[i];
    if (!knows)
        return;
    wr_json_object(j);
    member_string(j, "name", "If-Match");
    member_string(j, "in", "header");
    member_string(j, "description", "Only where the ETag is one of these; else 412");
    text_schema(j);
    wr_json_end(j);
}

static void parameters(struct wr_json *j, const struct route *r)
{
    wr_json_key(j, "parameters");
    wr_json_array(j);
    path_parameter(j, r, "id");
    path_parameter(j, r, "name");
    if_match_parameter(j, r);
    for (const struct wr_param *p = r->query; p && p->key; p++) {
        wr_json_object(j);
        member_string(j, "name", p->key);
        member_string(j, "in", "query");
        member_string(j, "description", p->help);
        wr_json_key(j, "schema");
        param_schema(j, p);
        wr_json_end(j);
    }
    wr_json_end(j);
}

static void responses(struct wr_json *j, const struct route *r)
{
    const char *status = r->response || r->type
        ? r->method == HTTP_POST && strcmp(r->response ? r->response : "", "Device") == 0 ? "201"
                                                                                          : "200"
        : "204";

    wr_json_key(j, "responses");
    wr_json_object(j);
    wr_json_key(j, status);
    wr_json_object(j);
    member_string(j, "description", r->summary);
    if (r->response || r->type)
        content(j, r->type ? r->type : "application/json", r->response);
    wr_json_end(j);
    wr_json_key(j, "default");
    wr_json_object(j);
    member_string(j, "description", "What went wrong, in a sentence");
    content(j, "application/problem+json", "Problem");
    wr_json_end(j);
    wr_json_end(j);
}

static void operation(struct wr_json *j, const struct route *r)
{
    static const char *const permissions[] = {[PERMISSION_PUBLIC] = "public",
        [PERMISSION_VIEW] = "viewer",
        [PERMISSION_OPERATE] = "operator",
        [PERMISSION_ADMIN] = "admin"};
    char method[8];
    size_t n = strlen(http_method_name(r->method));

    for (size_t i = 0; i <= n; i++)
        method[i] = (char)(http_method_name(r->method)[i] | (i < n ? 0x20 : 0));
    wr_json_key(j, method);
    wr_json_object(j);
    member_string(j, "summary", r->summary);
    member_string(j, "x-permission", permissions[r->permission]);
    parameters(j, r);
    if (r->request) {
        wr_json_key(j, "requestBody");
        wr_json_object(j);
        content(j, "application/json", r->request);
        wr_json_end(j);
    }
    responses(j, r);
    wr_json_end(j);
}

/* The table names routes of one path one after the other. */
static void paths(struct wr_json *j)
{
    size_t n;
    const struct route *r = routes(&n);

    wr_json_key(j, "paths");
    wr_json_object(j);
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || strcmp(r[i].path, r[i - 1].path) != 0) {
            wr_json_key(j, r[i].path);
            wr_json_object(j);
        }
        operation(j, &r[i]);
        if (i + 1 == n || strcmp(r[i].path, r[i + 1].path) != 0)
            wr_json_end(j);
    }
    wr_json_end(j);
}

static void rows_schema(struct wr_json *j, const char *name, const struct wr_param *rows)
{
    wr_json_key(j, name);
    wr_json_object(j);
    member_string(j, "type", "object");
    wr_json_key(j, "additionalProperties");
    wr_json_bool(j, false);
    wr_json_key(j, "properties");
    wr_json_object(j);
    for (const struct wr_param *p = rows; p && p->key; p++) {
        wr_json_key(j, p->key);
        param_schema(j, p);
    }
    wr_json_end(j);
    wr_json_end(j);
}

static void driver_schemas(struct wr_json *j, const struct wr_driver *t)
{
    char name[WR_NAME_MAX * 2 + 16];

    snprintf(name, sizeof name, "%s.options", t->name);
    rows_schema(j, name, t->options);
    for (const struct wr_kind *k = t->kinds; k->name; k++) {
        snprintf(name, sizeof name, "%s.settings", k->name);
        rows_schema(j, name, k->settings);
        for (const struct wr_command *c = k->commands; c && c->name; c++) {
            snprintf(name, sizeof name, "%s.%s", k->name, c->name);
            rows_schema(j, name, c->args);
        }
    }
}

struct writing {
    struct wr_json *j;
    const struct drivers *drivers;
};

static int one_driver(void *ctx, const struct driver_status *s)
{
    struct writing *c = ctx;

    if (s->loaded)
        driver_schemas(c->j, drivers_find(c->drivers, s->name)->table);
    return 0;
}

void openapi_write(struct wr_json *j, const struct drivers *drivers)
{
    struct writing c = {j, drivers};

    wr_json_object(j);
    member_string(j, "openapi", "3.1.0");
    wr_json_key(j, "info");
    wr_json_object(j);
    member_string(j, "title", "Warren");
    member_string(j, "description",
        "A gateway for small cameras and toys. The WebSocket at /api/v1/ws is described in "
        "docs/websocket.md.");
    member_string(j, "version", WARREN_VERSION);
    wr_json_key(j, "license");
    wr_json_object(j);
    member_string(j, "name", "MIT");
    wr_json_end(j);
    wr_json_end(j);
    paths(j);
    wr_json_key(j, "components");
    wr_json_object(j);
    wr_json_key(j, "schemas");
    wr_json_object(j);
    for (const struct openapi_schema *s = openapi_schemas; s->name; s++) {
        wr_json_key(j, s->name);
        wr_json_raw(j, s->schema, strlen(s->schema));
    }
    if (drivers)
        drivers_each(drivers, one_driver, &c);
    wr_json_end(j);
    wr_json_end(j);
    wr_json_end(j);
}

void openapi_get(struct api *a, struct http_request *q, const struct route_args *args)
{
    struct buf b = BUF_INIT(API_MAX_REPLY_BYTES);
    struct wr_json j = buf_json(&b);

    openapi_write(&j, a->drivers);
    reply_json_consume(q, 200, &b, &j);
}
