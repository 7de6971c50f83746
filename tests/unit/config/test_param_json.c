#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "config/param.h"

static const char *const MODES[] = {"night", "day", NULL};
static const struct wr_param ROWS[] = {
    {.key = "count",
        .type = WR_INT,
        .min = 1,
        .max = 9,
        .def = "3",
        .unit = "frames",
        .help = "How many."},
    {.key = "path", .type = WR_STRING, .flags = WR_REQUIRED},
    {.key = "level", .type = WR_FLOAT},
    {.key = "flag", .type = WR_BOOL, .def = "yes"},
    {.key = "modes", .type = WR_LIST, .choices = MODES},
    {.key = "pin", .type = WR_STRING, .flags = WR_SECRET},
    {0},
};

static json_t *json(const char *text)
{
    struct error e = ERROR_NULL;
    json_t *j = json_read(text, strlen(text), &e);

    cr_assert(j, "%s", e.text);
    return j;
}

/* The sentence of a refused object of arguments; "" when it was taken. */
static const char *refusal(const char *text)
{
    static struct error e;
    struct param_value values[N_ELEMENTS(ROWS) - 1] = {{.v = {.type = WR_INT, .i = 77}}};
    json_t *args = json(text);
    int r;

    e = ERROR_NULL;
    r = param_args_from_json(ROWS, args, values, &e);
    json_decref(args);
    if (r < 0)
        cr_expect_eq(values[0].v.i, 77, "the output is untouched on failure");
    else
        param_values_fini(values, N_ELEMENTS(values));
    return e.text;
}

static const char *written(
    void (*write)(struct wr_json *, const struct wr_param *), const struct wr_param *p)
{
    static char text[1024];
    struct wr_json j = wr_json_into(text, sizeof text);

    write(&j, p);
    cr_assert(wr_json_text(&j));
    return text;
}

static void write_row(struct wr_json *j, const struct wr_param *p)
{
    wr_json_object(j);
    param_row_to_json(j, p);
    wr_json_end(j);
}

static const char *value_text(const struct wr_param *p, const struct wr_value *v)
{
    static char text[256];
    struct wr_json j = wr_json_into(text, sizeof text);

    param_to_json(&j, p, v);
    return wr_json_text(&j);
}

Test(param_json, arguments_come_typed_in_table_order_with_defaults)
{
    struct param_value v[6] = {0};
    struct error e = ERROR_NULL;
    json_t *args = json("{\"modes\":[\"day\",\"night\"],\"path\":\"/tmp/x\",\"level\":2}");

    cr_assert_eq(param_args_from_json(ROWS, args, v, &e), 0, "%s", e.text);
    json_decref(args);
    cr_expect(v[0].v.type == WR_INT && v[0].v.i == 3);
    cr_expect_str_eq(v[1].v.s, "/tmp/x");
    cr_expect(
        v[2].v.type == WR_FLOAT && v[2].v.f == 2.0, "an integer will do where a float is expected");
    cr_expect(v[3].v.type == WR_BOOL && v[3].v.b);
    cr_expect_str_eq(v[4].v.s, "day,night");
    cr_expect_eq((int)v[5].v.type, 0, "no default and not given: unset");
    param_values_fini(v, 6);
}

Test(param_json, no_object_is_an_empty_one)
{
    const struct wr_param rows[] = {{.key = "n", .type = WR_INT, .def = "5"}, {0}};
    struct param_value v = {0};

    cr_expect_eq(param_args_from_json(rows, NULL, &v, NULL), 0);
    cr_expect_eq(v.v.i, 5);
    cr_expect_eq(param_args_from_json(NULL, NULL, NULL, NULL), 0);
}

Test(param_json, refusals_name_the_key)
{
    cr_expect_str_eq(refusal("[]"), "expected an object");
    cr_expect_str_eq(refusal("{}"), "\"path\" is missing: expected text");
    cr_expect_str_eq(refusal("{\"path\":\"x\",\"cuont\":1}"),
        "\"cuont\" is not known here, did you mean \"count\"?");
    cr_expect_str_eq(refusal("{\"path\":\"x\",\"count\":10}"),
        "count: expected an integer from 1 to 9 frames, got 10");
    cr_expect_str_eq(refusal("{\"path\":\"x\",\"count\":\"5\"}"),
        "count: expected an integer from 1 to 9 frames, got \"5\"");
    cr_expect_str_eq(refusal("{\"path\":\"x\",\"count\":5.0}"),
        "count: expected an integer from 1 to 9 frames, got the float 5");
    cr_expect_str_eq(refusal("{\"path\":7}"), "path: expected text, got 7");
    cr_expect_str_eq(refusal("{\"path\":null}"), "path: expected text, got null");
    cr_expect_str_eq(refusal("{\"path\":{}}"), "path: expected text, got an object");
    cr_expect_str_eq(refusal("{\"path\":\"x\",\"flag\":1}"), "flag: expected true or false, got 1");
    cr_expect_str_eq(
        refusal("{\"path\":\"x\",\"flag\":[]}"), "flag: expected true or false, got an array");
}

Test(param_json, lists_are_arrays_of_strings)
{
    cr_expect_str_eq(refusal("{\"path\":\"x\",\"modes\":\"day\"}"),
        "modes: expected a list of night, day, got a single text");
    cr_expect_str_eq(refusal("{\"path\":\"x\",\"modes\":[1]}"),
        "modes: expected a list of night, day, got an array with something else than strings in "
        "it");
    cr_expect_str_eq(refusal("{\"path\":\"x\",\"modes\":[\"day,night\"]}"),
        "modes: expected a list of night, day, got an element that is empty or has a comma or NUL "
        "in it");
    cr_expect_str_eq(refusal("{\"path\":\"x\",\"modes\":[\"dusk\"]}"),
        "modes: expected a list of night, day, got \"dusk\"");
    cr_expect_str_eq(refusal("{\"path\":\"x\",\"modes\":[]}"), "");
}

Test(param_json, a_list_has_a_ceiling)
{
    const struct wr_param p = {.key = "l", .type = WR_LIST};
    json_t *j = json_array();
    struct param_value v = {0};
    struct error e = ERROR_NULL;

    for (size_t i = 0; i < PARAM_MAX_TEXT; i++)
        json_array_append_new(j, json_string("xy"));
    cr_expect_eq(param_from_json(&p, j, &v, &e), -EINVAL);
    cr_expect_str_eq(e.text, "expected a list, got too long a list");
    json_decref(j);
}

Test(param_json, text_with_a_nul_is_refused)
{
    const struct wr_param p = {.key = "s", .type = WR_STRING};
    json_t *j = json_stringn("a\0b", 3);
    struct param_value v = {0};
    struct error e = ERROR_NULL;

    cr_expect_eq(param_from_json(&p, j, &v, &e), -EINVAL);
    cr_expect_str_eq(e.text, "expected text, got text with a NUL in it");
    json_decref(j);
}

Test(param_json, a_refused_secret_is_not_repeated)
{
    cr_expect_str_eq(refusal("{\"path\":\"x\",\"pin\":1234}"), "pin: expected text");
}

Test(param_json, values_are_written_by_type)
{
    cr_expect_str_eq(value_text(NULL, &(struct wr_value){.type = WR_BOOL, .b = true}), "true");
    cr_expect_str_eq(value_text(NULL, &(struct wr_value){.type = WR_INT, .i = -7}), "-7");
    cr_expect_str_eq(value_text(NULL, &(struct wr_value){.type = WR_FLOAT, .f = 0.1}), "0.1");
    cr_expect_str_eq(
        value_text(NULL, &(struct wr_value){.type = WR_STRING, .s = "a\"b"}), "\"a\\\"b\"");
    cr_expect_str_eq(
        value_text(NULL, &(struct wr_value){.type = WR_LIST, .s = "a,b c"}), "[\"a\",\"b c\"]");
    cr_expect_str_eq(value_text(NULL, &(struct wr_value){.type = WR_LIST, .s = ""}), "[]");
    cr_expect_str_eq(value_text(NULL, &(struct wr_value){0}), "null");
}

Test(param_json, a_secret_never_comes_out)
{
    cr_expect_str_eq(
        value_text(&ROWS[5], &(struct wr_value){.type = WR_STRING, .s = "hunter2"}), "null");
}

Test(param_json, a_row_tells_everything_a_form_needs)
{
    cr_expect_str_eq(written(write_row, &ROWS[0]),
        "{\"type\":\"int\",\"unit\":\"frames\",\"default\":3,\"min\":1,\"max\":9,\"choices\":null,"
        "\"required\":false,"
        "\"secret\":false,\"unreadable\":false,\"format\":null,\"help\":\"How many.\"}");
    cr_expect_str_eq(written(write_row, &ROWS[4]),
        "{\"type\":\"list\",\"unit\":null,\"default\":null,\"min\":null,\"max\":null,\"choices\":["
        "\"night\",\"day\"],"
        "\"required\":false,\"secret\":false,\"unreadable\":false,\"format\":null,\"help\":null}");
    cr_expect_str_eq(
        written(write_row,
            &(struct wr_param){
                .key = "x", .type = WR_INT, .min = 0, .max = INFINITY, .flags = WR_UNREADABLE}),
        "{\"type\":\"int\",\"unit\":null,\"default\":null,\"min\":0,\"max\":null,\"choices\":null,"
        "\"required\":false,"
        "\"secret\":false,\"unreadable\":true,\"format\":null,\"help\":null}");
}

Test(param_json, a_row_tells_that_it_is_a_host)
{
    cr_expect_neq(strstr(written(write_row,
                             &(struct wr_param){.key = "h", .type = WR_STRING, .flags = WR_HOST}),
                      "\"format\":\"host\""),
        NULL);
}

Test(param_json, a_row_is_a_json_schema)
{
    cr_expect_str_eq(written(param_schema, &ROWS[0]),
        "{\"type\":\"integer\",\"description\":\"How "
        "many.\",\"x-unit\":\"frames\",\"default\":3,\"minimum\":1,\"maximum\":9}");
    cr_expect_str_eq(written(param_schema, &ROWS[1]), "{\"type\":\"string\",\"maxLength\":4096}");
    cr_expect_str_eq(written(param_schema, &ROWS[2]), "{\"type\":\"number\"}");
    cr_expect_str_eq(written(param_schema, &ROWS[3]), "{\"type\":\"boolean\",\"default\":true}");
    cr_expect_str_eq(written(param_schema, &ROWS[4]),
        "{\"type\":\"array\",\"items\":{\"type\":\"string\",\"enum\":[\"night\",\"day\"]}}");
    cr_expect_str_eq(written(param_schema, &ROWS[5]),
        "{\"type\":\"string\",\"maxLength\":4096,\"writeOnly\":true}");
    cr_expect_str_eq(written(param_schema,
                         &(struct wr_param){.key = "s", .type = WR_STRING, .min = 5, .max = 64}),
        "{\"type\":\"string\",\"minLength\":2,\"maxLength\":64}");
    cr_expect_str_eq(written(param_schema,
                         &(struct wr_param){.key = "h",
                             .type = WR_STRING,
                             .min = 1,
                             .max = 253,
                             .flags = WR_HOST | WR_REQUIRED}),
        "{\"type\":\"string\",\"minLength\":1,\"maxLength\":253,\"pattern\":"
        "\"^([A-Za-z0-9_-]+([.][A-Za-z0-9_-]+)*[.]?|[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*(%.+)?)"
        "$\"}");
}
