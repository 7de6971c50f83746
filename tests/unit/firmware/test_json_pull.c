#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "json_pull.h"

/* All values of a text as "path=kind:text;", and how it ended. */
static const char *walk(const char *json)
{
    static const char *const kinds[] = {"null", "bool", "number", "string", "empty"};
    static char out[2048];
    struct json_pull j;
    struct json_pull_value v;
    size_t n = 0;
    int r;

    out[0] = '\0';
    json_pull_init(&j, json, strlen(json));
    while ((r = json_pull_next(&j, &v)) > 0)
        n += (size_t)snprintf(out + n, sizeof out - n, "%s%s=%s:%.*s;", v.path,
            v.in_list ? "[]" : "", kinds[v.kind], (int)v.text.n, v.text.n ? v.text.at : "");
    snprintf(out + n, sizeof out - n, "%d", r);
    return out;
}

#define EXPECT_WALK(json, text) cr_expect_str_eq(walk(json), text)

Test(json_pull, walks_a_configuration)
{
    EXPECT_WALK("{\n    \"camera\": {\n        \"codec\": \"rgb\",\n        \"framerate\": 10\n    "
                "},\n    \"export\": {\"formats\": [\"jpg\", \"png\"], \"stack\": true},\n    "
                "\"night\": {\"gain\": 6.0, \"deep\": {\"er\": null}}\n}",
        "camera.codec=string:rgb;camera.framerate=number:10;export.formats[]=string:jpg;"
        "export.formats[]=string:png;export.stack=bool:;night.gain=number:6.0;night.deep.er=null:;"
        "0");
}

Test(json_pull, empty_things_are_values)
{
    EXPECT_WALK("{}", "=empty:;0");
    EXPECT_WALK(
        "{\"a\": {}, \"b\": [], \"c\": [[], {}]}", "a=empty:;b=empty:;c[]=empty:;c[]=empty:;0");
}

Test(json_pull, a_text_may_be_one_value)
{
    EXPECT_WALK(" 12 ", "=number:12;0");
    EXPECT_WALK("\"x\"", "=string:x;0");
    EXPECT_WALK("[1, {\"a\": 2}, 3]", "[]=number:1;a=number:2;[]=number:3;0");
}

Test(json_pull, tells_the_element_of_a_list_that_a_value_is_in)
{
    const char *text = "{\"a\": 1, \"list\": [{\"id\": 1, \"x\": {\"y\": 2}}, {}, [[3], 4], "
                       "{\"id\": 5}], \"z\": 6}";
    const uint32_t elements[] = {0, 0, 0, 1, 0, 1, 3, 0};
    struct json_pull j;
    struct json_pull_value v;

    json_pull_init(&j, text, strlen(text));
    for (size_t i = 0; i < sizeof elements / sizeof *elements; i++) {
        cr_assert_eq(json_pull_next(&j, &v), 1);
        cr_expect_eq(v.element, elements[i], "%zu: %u", i, v.element);
    }
    cr_expect_eq(json_pull_next(&j, &v), 0);
}

Test(json_pull, undoes_escapes)
{
    EXPECT_WALK("\"\\\"\\\\\\/\\n\\t\\u00e9\\u20ac\\ud83d\\ude00\"",
        "=string:\"\\/\n\t\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80;0");
}

Test(json_pull, tells_whole_numbers)
{
    struct json_pull j;
    struct json_pull_value v;
    const char *text = "[6, 6.0, -7, 1e3, 99999999999999999999, 0.5]";
    const struct {
        bool whole;
        int64_t i;
        double f;
    } rows[] = {{true, 6, 6}, {false, 0, 6}, {true, -7, -7}, {false, 0, 1000}, {false, 0, 1e20},
        {false, 0, 0.5}};

    json_pull_init(&j, text, strlen(text));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cr_assert_eq(json_pull_next(&j, &v), 1);
        cr_expect_eq(v.is_whole, rows[i].whole, "%zu", i);
        cr_expect_eq(v.f, rows[i].f, "%zu", i);
        if (rows[i].whole)
            cr_expect_eq(v.i, rows[i].i);
    }
}

Test(json_pull, refuses_what_is_no_json)
{
    static const char *const texts[] = {"", " ", "{", "}", "[", "]", "{]", "[}", "[1,]",
        "{\"a\":1,}", "{\"a\"}", "{\"a\":}", "{a:1}", "{1:1}", "[1 2]", "{\"a\":1 \"b\":2}", "01",
        "+1", "1.", ".5", "1e", "-", "NaN", "Infinity", "nul", "truee", "1 2", "{} {}", "\"",
        "\"\\", "\"\\x\"", "\"\\u12\"", "\"\\u0000\"", "\"\\ud800\"", "\"\\udc00\"",
        "\"\\ud800\\u0041\"", "\"\n\"", "\"\xFF\"", "'a'", "[,1]", "{,}", "[\"a\":1]", "{\"a\":1]"};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        cr_expect_not(json_pull_is_valid(texts[i], strlen(texts[i])), "%s", texts[i]);
}

Test(json_pull, refuses_what_is_too_deep)
{
    char text[2 * JSON_PULL_MAX_DEPTH + 3];

    memset(text, '[', JSON_PULL_MAX_DEPTH);
    memset(text + JSON_PULL_MAX_DEPTH, ']', JSON_PULL_MAX_DEPTH);
    cr_expect(json_pull_is_valid(text, 2 * JSON_PULL_MAX_DEPTH));
    memset(text, '[', JSON_PULL_MAX_DEPTH + 1);
    memset(text + JSON_PULL_MAX_DEPTH + 1, ']', JSON_PULL_MAX_DEPTH + 1);
    cr_expect_not(json_pull_is_valid(text, 2 * JSON_PULL_MAX_DEPTH + 2));
}

Test(json_pull, cuts_what_is_too_long_and_goes_on)
{
    char text[4 * JSON_PULL_TEXT_MAX], key[JSON_PULL_TEXT_MAX + 8];
    struct json_pull j;
    struct json_pull_value v;

    memset(key, 'k', sizeof key - 1);
    key[sizeof key - 1] = '\0';
    snprintf(text, sizeof text, "{\"%s\": {\"a\": 1}, \"b\": \"%s\", \"c\": 2}", key, key);
    json_pull_init(&j, text, strlen(text));
    cr_assert_eq(json_pull_next(&j, &v), 1);
    cr_expect(v.is_cut, "the path");
    cr_assert_eq(json_pull_next(&j, &v), 1);
    cr_expect(v.is_cut, "the text");
    cr_expect_eq(v.text.n, JSON_PULL_TEXT_MAX);
    cr_assert_eq(json_pull_next(&j, &v), 1);
    cr_expect_not(v.is_cut);
    cr_expect_str_eq(v.path, "c");
    cr_expect_eq(json_pull_next(&j, &v), 0);
}

Test(json_pull, cuts_no_character_in_two)
{
    char text[2 * JSON_PULL_TEXT_MAX];
    struct json_pull j;
    struct json_pull_value v;
    size_t n = 0;

    text[n++] = '"';
    text[n++] = 'x';
    while (n < JSON_PULL_TEXT_MAX + 8) {
        memcpy(text + n, "\xE2\x82\xAC", 3);
        n += 3;
    }
    text[n++] = '"';
    json_pull_init(&j, text, n);
    cr_assert_eq(json_pull_next(&j, &v), 1);
    cr_expect(v.is_cut);
    cr_expect_eq(v.text.n % 3, 1);
}
