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

#define REF "{\"$ref\":\"#/components/schemas/"
#define LIST(item)                                                                                 \
    "{\"type\":\"object\",\"required\":[\"items\",\"next\"],\"properties\":{\"items\":{\"type\":"  \
    "\"array\",\"items\":" item "},\"next\":{\"type\":[\"string\",\"null\"]}}}"
#define TEXT "{\"type\":\"string\"}"
#define TEXT_OR_NULL "{\"type\":[\"string\",\"null\"]}"
#define INT "{\"type\":\"integer\"}"
#define INT_OR_NULL "{\"type\":[\"integer\",\"null\"]}"
#define BOOL "{\"type\":\"boolean\"}"
#define TIME "{\"type\":[\"string\",\"null\"],\"format\":\"date-time\"}"
#define DEGREES "{\"type\":[\"number\",\"null\"]}"
#define ANY "{}"
#define OBJECT "{\"type\":\"object\"}"

static const struct {
    const char *name, *schema;
} schemas[] = {
    {"Problem",
        "{\"type\":\"object\",\"description\":\"RFC "
        "9457\",\"required\":[\"type\",\"title\",\"status\",\"detail\"],\"properties\":{"
        "\"type\":" TEXT ",\"title\":" TEXT ",\"status\":" INT ",\"detail\":" TEXT "}}"},
    {"Device",
        "{\"type\":\"object\",\"required\":[\"id\",\"name\",\"state\",\"camera\",\"enabled\","
        "\"attributes\",\"settings\",\"commands\"],\"properties\":{\"id\":" TEXT ",\"name\":" TEXT
        ",\"kind\":" TEXT_OR_NULL ",\"driver\":" TEXT
        ",\"state\":{\"enum\":[\"disabled\",\"starting\",\"online\",\"offline\",\"error\"]},"
        "\"why\":" TEXT_OR_NULL ",\"parent\":" TEXT_OR_NULL
        ",\"channel\":{\"type\":[\"integer\",\"null\"]},\"camera\":" BOOL ",\"overlay\":" BOOL
        ",\"flow\":{\"enum\":[\"off\",\"on\",\"device\",null],\"description\":\"who looks for "
        "motion "
        "in a camera's pictures; null: it is no camera\"},\"enabled\":" BOOL
        ",\"owner\":{\"enum\":[\"config\",\"database\",\"driver\",\"parent\"]},\"fixed\":{"
        "\"type\":\"array\",\"items\":{\"enum\":[\"name\",\"enabled\",\"options\",\"flow\"]},"
        "\"description\":\"what cannot be changed here, for it stands in the configuration file "
        "or there is none\"},\"options\":{"
        "\"type\":\"object\",\"additionalProperties\":" REF "Option\"}},\"attributes\":{"
        "\"type\":\"object\",\"additionalProperties\":{\"type\":\"object\",\"properties\":{"
        "\"value\":" ANY ",\"unit\":" TEXT_OR_NULL ",\"help\":" TEXT_OR_NULL ",\"time\":" TIME
        "}}},\"settings\":{\"type\":\"object\",\"additionalProperties\":" REF
        "Setting\"}},\"commands\":{\"type\":\"object\",\"additionalProperties\":" REF
        "Command\"}},\"last_seen\":" TIME "}}"},
    {"Option",
        "{\"type\":\"object\",\"properties\":{\"type\":" TEXT ",\"unit\":" TEXT_OR_NULL
        ",\"default\":" ANY ",\"min\":" ANY ",\"max\":" ANY
        ",\"choices\":{\"type\":[\"array\",\"null\"]},\"required\":" BOOL ",\"secret\":" BOOL
        ",\"format\":{\"enum\":[\"host\",\"bluetooth-address\",null]},\"help\":" TEXT_OR_NULL
        ",\"value\":" ANY ",\"owner\":{\"enum\":[\"config\",\"database\",\"default\"]}}}"},
    {"Setting",
        "{\"type\":\"object\",\"properties\":{\"type\":" TEXT ",\"unit\":" TEXT_OR_NULL
        ",\"default\":" ANY ",\"min\":" ANY ",\"max\":" ANY
        ",\"choices\":{\"type\":[\"array\",\"null\"]},\"secret\":" BOOL ",\"unreadable\":" BOOL
        ",\"format\":{\"enum\":[\"host\",\"bluetooth-address\",null]},\"help\":" TEXT_OR_NULL
        ",\"desired\":" ANY ",\"reported\":" ANY ",\"pending\":" BOOL ",\"error\":" TEXT_OR_NULL
        ",\"owner\":" TEXT "}}"},
    {"Command",
        "{\"type\":\"object\",\"properties\":{\"help\":" TEXT_OR_NULL ",\"timeout_ms\":" INT
        ",\"exclusive\":" BOOL ",\"role\":{\"enum\":[\"viewer\",\"operator\",\"admin\"]},\"args\":{"
        "\"type\":\"array\",\"items\":" OBJECT "}}}"},
    {"DeviceList", LIST(REF "Device\"}")},
    {"NewDevice",
        "{\"type\":\"object\",\"required\":[\"driver\"],\"additionalProperties\":false,"
        "\"properties\":{\"id\":" TEXT ",\"name\":" TEXT ",\"driver\":" TEXT ",\"options\":" OBJECT
        "}}"},
    {"DeviceChange",
        "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{\"name\":" TEXT
        ",\"enabled\":" BOOL
        ",\"flow\":{\"enum\":[\"off\",\"on\",\"device\"],\"description\":\"of a camera\"},"
        "\"settings\":{\"type\":\"object\",\"description\":\"key to value; "
        "null: nothing desired any more\"},\"options\":{\"type\":\"object\",\"description\":\"key "
        "to "
        "value; null: the default; what is not named stays\"}}}"},
    {"CommandArguments",
        "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{\"args\":" OBJECT
        "}}"},
    {"CommandResult",
        "{\"type\":\"object\",\"required\":[\"result\"],\"properties\":{\"result\":" ANY "}}"},
    {"Found",
        "{\"type\":\"object\",\"properties\":{\"id\":" TEXT ",\"bus\":" TEXT ",\"address\":" TEXT
        ",\"name\":" TEXT ",\"driver\":" TEXT ",\"first_seen\":" TIME ",\"last_seen\":" TIME
        ",\"properties\":{\"type\":\"array\",\"items\":" OBJECT "}}}"},
    {"FoundList", LIST(REF "Found\"}")},
    {"Adoption", "{\"type\":\"object\",\"properties\":{\"name\":" TEXT ",\"options\":" OBJECT "}}"},
    {"Capture",
        "{\"type\":\"object\",\"properties\":{\"id\":" INT ",\"device\":" TEXT
        ",\"captured_at\":" TIME ",\"received_at\":" TIME ",\"width\":" INT ",\"height\":" INT
        ",\"bytes\":" INT ",\"sound\":" INT_OR_NULL ",\"sha256\":" TEXT ",\"source\":" TEXT
        ",\"key\":" TEXT_OR_NULL ",\"pinned\":" BOOL ",\"latitude\":" DEGREES
        ",\"longitude\":" DEGREES "}}"},
    {"CaptureList", LIST(REF "Capture\"}")},
    {"CaptureChange",
        "{\"type\":\"object\",\"required\":[\"pinned\"],\"additionalProperties\":false,"
        "\"properties\":{\"pinned\":" BOOL "}}"},
    {"Event",
        "{\"type\":\"object\",\"properties\":{\"id\":" INT ",\"time\":" TIME ",\"device\":" TEXT
        ",\"type\":" TEXT ",\"data\":" OBJECT "}}"},
    {"EventList", LIST(REF "Event\"}")},
    {"Plugin",
        "{\"type\":\"object\",\"properties\":{\"name\":" TEXT_OR_NULL ",\"file\":" TEXT
        ",\"version\":" TEXT_OR_NULL ",\"summary\":" TEXT_OR_NULL
        ",\"state\":{\"enum\":[\"loaded\",\"refused\"]},\"why\":" TEXT_OR_NULL
        ",\"options\":{\"type\":\"array\",\"items\":" OBJECT "}}}"},
    {"PluginList", LIST(REF "Plugin\"}")},
    {"Info",
        "{\"type\":\"object\",\"properties\":{\"version\":" TEXT ",\"boot_id\":" TEXT
        ",\"time\":" TIME ",\"uptime_s\":" INT ",\"driver_abi\":" INT ",\"host\":" TEXT
        ",\"machine\":" TEXT ",\"storage\":" OBJECT "}}"},
    {"Ready",
        "{\"type\":\"object\",\"properties\":{\"ready\":" BOOL
        ",\"checks\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{"
        "\"name\":" TEXT ",\"ok\":" BOOL ",\"detail\":" TEXT "}}}}}"},
    {"OpenApi", OBJECT},
};

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
    wr_json_key(j, "schema");
    wr_json_raw(j, TEXT, strlen(TEXT));
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
    wr_json_key(j, "schema");
    wr_json_raw(j, TEXT, strlen(TEXT));
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
    for (size_t i = 0; i < N_ELEMENTS(schemas); i++) {
        wr_json_key(j, schemas[i].name);
        wr_json_raw(j, schemas[i].schema, strlen(schemas[i].schema));
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
