#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <warren/json_write.h>

#include "base/util.h"

static void assert_string(const char *bytes, size_t n, const char *json)
{
    char text[256];
    struct wr_json j = wr_json_into(text, sizeof text);

    wr_json_string_n(&j, bytes, n);
    cr_assert_str_eq(wr_json_text(&j), json);
}

Test(json_write, writes_a_whole_object)
{
    char text[256];
    struct wr_json j = wr_json_into(text, sizeof text);

    wr_json_object(&j);
    wr_json_key(&j, "a");
    wr_json_int(&j, -3);
    wr_json_key(&j, "list");
    wr_json_array(&j);
    wr_json_bool(&j, true);
    wr_json_bool(&j, false);
    wr_json_null(&j);
    wr_json_array(&j);
    wr_json_end(&j);
    wr_json_object(&j);
    wr_json_key(&j, "k");
    wr_json_string(&j, NULL);
    wr_json_end(&j);
    wr_json_end(&j);
    wr_json_key(&j, "raw");
    wr_json_raw(&j, "{\"x\":1}", 7);
    wr_json_key(&j, "u");
    wr_json_uint(&j, UINT64_MAX);
    wr_json_end(&j);
    cr_assert_str_eq(wr_json_text(&j),
        "{\"a\":-3,\"list\":[true,false,null,[],{\"k\":null}],\"raw\":{\"x\":1},"
        "\"u\":18446744073709551615}");
    cr_assert_eq(j.len, strlen(text));
}

Test(json_write, escapes_what_must_be_escaped)
{
    assert_string("a\"b\\c/d", 7, "\"a\\\"b\\\\c/d\"");
    assert_string("\n\r\t\b\x01\x1F\x7F", 7, "\"\\n\\r\\t\\u0008\\u0001\\u001f\\u007f\"");
    assert_string("a\0b", 3, "\"a\\u0000b\"");
    assert_string("é€𝄞", 9, "\"é€𝄞\"");
    assert_string("", 0, "\"\"");
}

Test(json_write, bytes_that_are_not_utf8_become_replacement_characters)
{
    assert_string("a\xFFz", 3, "\"a\xEF\xBF\xBDz\"");
    assert_string("\xC3", 1, "\"\xEF\xBF\xBD\"");
    assert_string("\xED\xA0\x80", 3, "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
    assert_string("\xC0\xAF", 2, "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
    assert_string("\xF4\x90\x80\x80", 4, "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

Test(json_write, every_buffer_that_is_too_small_gives_null)
{
    const char *whole = "{\"key\":[1,\"a\\nb\"]}";

    for (size_t cap = 0; cap < 64; cap++) {
        char *text = malloc(cap + 1); /* on the heap, so that a sanitizer sees every byte too far */
        struct wr_json j = wr_json_into(text, cap);

        wr_json_object(&j);
        wr_json_key(&j, "key");
        wr_json_array(&j);
        wr_json_int(&j, 1);
        wr_json_string(&j, "a\nb");
        wr_json_end(&j);
        wr_json_end(&j);
        if (cap <= strlen(whole))
            cr_assert_null(wr_json_text(&j), "cap %zu", cap);
        else
            cr_assert_str_eq(wr_json_text(&j), whole);
        free(text);
    }
}

Test(json_write, depth_has_a_limit)
{
    char text[256];
    struct wr_json j = wr_json_into(text, sizeof text);

    for (int i = 0; i < WR_JSON_MAX_DEPTH; i++) {
        wr_json_array(&j);
        wr_json_int(&j, i);
    }
    cr_assert_not(j.failed);
    for (int i = 0; i < WR_JSON_MAX_DEPTH; i++)
        wr_json_end(&j);
    cr_assert_not_null(wr_json_text(&j));
    cr_assert_not_null(strstr(text, "[30,[31]]]"));

    j = wr_json_into(text, sizeof text);
    for (int i = 0; i <= WR_JSON_MAX_DEPTH; i++)
        wr_json_array(&j);
    cr_assert(j.failed);
}

Test(json_write, what_is_left_open_or_closed_twice_gives_null)
{
    char text[64];
    struct wr_json j = wr_json_into(text, sizeof text);

    wr_json_object(&j);
    cr_assert_null(wr_json_text(&j));
    wr_json_end(&j);
    cr_assert_str_eq(wr_json_text(&j), "{}");
    wr_json_end(&j);
    cr_assert_null(wr_json_text(&j));

    j = wr_json_into(text, sizeof text);
    wr_json_object(&j);
    wr_json_key(&j, "no value");
    wr_json_end(&j);
    cr_assert_null(wr_json_text(&j));
}

static bool grow_by_realloc(struct wr_json *j, size_t more)
{
    size_t cap = j->len + more;
    char *text = cap > *(size_t *)j->ctx ? NULL : realloc(j->text, cap);

    if (!text)
        return false;
    j->text = text;
    j->cap = cap;
    return true;
}

Test(json_write, grows_until_the_owner_says_no)
{
    size_t max = 1000;
    struct wr_json j = {.grow = grow_by_realloc, .ctx = &max};

    wr_json_array(&j);
    for (int i = 0; i < 400; i++)
        wr_json_int(&j, 7);
    wr_json_end(&j);
    cr_assert_eq(strlen(wr_json_text(&j)), 801);
    free(j.text);

    j = (struct wr_json){.grow = grow_by_realloc, .ctx = &max};
    wr_json_array(&j);
    for (int i = 0; i < 500; i++)
        wr_json_int(&j, 7);
    wr_json_end(&j);
    cr_assert_null(wr_json_text(&j));
    free(j.text);
}

Test(json_write, floats_are_short_and_read_back)
{
    const struct {
        double v;
        const char *text;
    } rows[] = {
        {0, "0"},
        {-0.0, "-0.0"},
        {0.1, "0.1"},
        {-2.5, "-2.5"},
        {1e21, "1e+21"},
        {1.0 / 3, "0.3333333333333333"},
        {0.1 + 0.2, "0.30000000000000004"},
        {NAN, "null"},
        {INFINITY, "null"},
        {-INFINITY, "null"},
    };
    const double all[] = {DBL_MAX, DBL_MIN, 5e-324, 123456789.123456789, 1e15 + 0.5, -1e-7};
    char text[64];

    for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
        struct wr_json j = wr_json_into(text, sizeof text);

        wr_json_float(&j, rows[i].v);
        cr_expect_str_eq(wr_json_text(&j), rows[i].text);
    }
    for (size_t i = 0; i < N_ELEMENTS(all); i++) {
        struct wr_json j = wr_json_into(text, sizeof text);

        wr_json_float(&j, all[i]);
        cr_expect_eq(strtod(wr_json_text(&j), NULL), all[i], "%s", text);
    }
}
