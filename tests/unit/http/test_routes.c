#include <criterion/criterion.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "http/openapi.h"
#include "http/routes.h"

Test(routes, each_is_whole)
{
    struct error e = ERROR_NULL;

    cr_assert_eq(routes_check(&e), 0, "%s", e.text);
}

Test(routes, each_finds_itself)
{
    size_t n;
    const struct route *r = routes(&n);

    for (size_t i = 0; i < n; i++) {
        struct route_args args;
        unsigned allow;

        cr_assert_eq(route_find(r[i].method, r[i].path, &args, &allow), &r[i], "%s", r[i].path);
        cr_assert(allow & 1u << r[i].method);
    }
}

Test(routes, arguments_are_taken_out_of_the_path)
{
    struct route_args args;
    unsigned allow;
    const struct route *r =
        route_find(HTTP_POST, "/api/v1/devices/porch/commands/past_stack", &args, &allow);

    cr_assert_not_null(r);
    cr_assert_str_eq(args.id, "porch");
    cr_assert_str_eq(args.name, "past_stack");
}

Test(routes, what_is_close_is_not_found)
{
    static const char *const paths[] = {"/api/v1/devices/", "/api/v1/devices//", "/api/v1/device",
        "/api/v1/devices/porch/commands/", "/api/v1/devices/porch/x", "/api/v2/devices",
        "/API/v1/devices", "/healthz/", "/", "/api/v1/devices/porch/commands/save/now"};
    char path[200] = "/api/v1/devices/";

    for (size_t i = 0; i < N_ELEMENTS(paths); i++) {
        struct route_args args;
        unsigned allow;

        cr_assert_null(route_find(HTTP_GET, paths[i], &args, &allow), "%s", paths[i]);
        cr_assert_eq(allow, 0, "%s", paths[i]);
    }
    memset(path + strlen(path), 'a', 64);
    struct route_args args;
    unsigned allow;
    cr_assert_null(route_find(HTTP_GET, path, &args, &allow), "an id longer than any");
}

Test(routes, a_wrong_method_tells_the_right_ones)
{
    struct route_args args;
    unsigned allow;

    cr_assert_null(route_find(HTTP_DELETE, "/api/v1/devices", &args, &allow));
    cr_assert_eq(allow, 1u << HTTP_GET | 1u << HTTP_HEAD | 1u << HTTP_POST);
}

Test(routes, head_is_answered_where_get_is)
{
    struct route_args args;
    unsigned allow;

    cr_assert_not_null(route_find(HTTP_HEAD, "/api/v1/captures/1/image.jpg", &args, &allow));
}

Test(routes, only_liveness_and_readiness_are_public)
{
    size_t n;
    const struct route *r = routes(&n);

    for (size_t i = 0; i < n; i++) {
        if (r[i].permission == PERMISSION_PUBLIC)
            cr_assert(strcmp(r[i].path, "/healthz") == 0 || strcmp(r[i].path, "/readyz") == 0, "%s",
                r[i].path);
    }
}

Test(routes, what_changes_something_needs_more_than_looking)
{
    size_t n;
    const struct route *r = routes(&n);

    for (size_t i = 0; i < n; i++) {
        if (r[i].method != HTTP_GET)
            cr_assert_geq(r[i].permission, PERMISSION_OPERATE, "%s", r[i].path);
    }
}

static json_t *document(void)
{
    struct buf b = BUF_INIT(1 << 20);
    struct wr_json w = buf_json(&b);
    struct error e = ERROR_NULL;
    json_t *j;

    openapi_write(&w, NULL);
    cr_assert_eq(buf_json_end(&b, &w), 0);
    j = json_read((char *)buf_data(&b), b.len, &e);
    cr_assert_not_null(j, "%s", e.text);
    buf_fini(&b);
    return j;
}

Test(openapi, names_every_route_and_no_other)
{
    _cleanup_(json_freep) json_t *j = document();
    json_t *paths = json_object_get(j, "paths"), *item;
    const char *key;
    size_t n, n_operations = 0;
    const struct route *r = routes(&n);

    for (size_t i = 0; i < n; i++) {
        char method[8] = "";

        for (size_t k = 0; http_method_name(r[i].method)[k]; k++)
            method[k] = (char)(http_method_name(r[i].method)[k] + 32);
        cr_assert_not_null(
            json_object_get(json_object_get(paths, r[i].path), method), "%s %s", method, r[i].path);
    }
    json_object_foreach(paths, key, item) n_operations += json_object_size(item);
    cr_assert_eq(n_operations, n);
}

static void check_references(const json_t *j, const json_t *schemas)
{
    static const char prefix[] = "#/components/schemas/";
    const char *key;
    json_t *value;
    size_t i;

    json_object_foreach((json_t *)j, key, value)
    {
        const char *to = json_string_value(value);

        if (strcmp(key, "$ref") == 0)
            cr_assert(to && strncmp(to, prefix, sizeof prefix - 1) == 0 &&
                    json_object_get(schemas, to + sizeof prefix - 1),
                "%s", to);
        check_references(value, schemas);
    }
    json_array_foreach((json_t *)j, i, value) check_references(value, schemas);
}

Test(openapi, every_reference_leads_somewhere)
{
    _cleanup_(json_freep) json_t *j = document();

    check_references(j, json_object_get(json_object_get(j, "components"), "schemas"));
}

Test(openapi, every_argument_of_a_path_is_described)
{
    _cleanup_(json_freep) json_t *j = document();
    json_t *get = json_object_get(
        json_object_get(json_object_get(j, "paths"), "/api/v1/devices/{id}/commands/{name}"),
        "post");

    cr_assert_eq(json_array_size(json_object_get(get, "parameters")), 2);
}
