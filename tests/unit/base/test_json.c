#include <criterion/criterion.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"

static void assert_refused(const char *text, const char *sentence)
{
    struct error e = ERROR_NULL;

    cr_assert_null(json_read(text, strlen(text), &e));
    cr_assert_str_eq(error_text(&e), sentence);
}

static void assert_same(const char *text)
{
    struct error e = ERROR_NULL;
    _cleanup_(json_freep) json_t *j = json_read(text, strlen(text), &e);
    _cleanup_(freep) char *again = NULL;

    cr_assert_not_null(j, "%s: %s", text, error_text(&e));
    again = json_text(j);
    cr_assert_str_eq(again, text);
}

static void nested(char *text, int depth)
{
    memset(text, '[', (size_t)depth);
    memset(text + depth, ']', (size_t)depth);
    text[2 * depth] = '\0';
}

Test(json, reads_and_writes_back_the_same)
{
    assert_same("{\"b\":1,\"a\":[true,false,null,-3,0.1,\"é\\n\\u0001\"],\"\":{}}");
    assert_same("[]");
    assert_same("\"text\"");
    assert_same("9223372036854775807");
    assert_same("-0.0");
}

Test(json, says_line_and_column)
{
    assert_refused("{\n  \"a\": x\n}", "line 2, column 8: invalid token");
    assert_refused("[1,", "line 1, column 3: ']' expected near end of file");
    assert_refused("", "line 1, column 0: unexpected token near end of file");
}

Test(json, repeats_nothing_of_what_it_refuses)
{
    static const char *const texts[] = {"{\"password\":\"secret\\u0000\"}",
        "{\"password\":\"secret", "{\"password\":\"secret\"\"", "{\"secret\":1,\"secret\":2}"};
    struct error e = ERROR_NULL;

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        cr_assert_null(json_read(texts[i], strlen(texts[i]), &e));
        cr_expect_null(strstr(error_text(&e), "secret"), "%s", error_text(&e));
    }
}

Test(json, refuses_trailing_bytes_and_duplicates)
{
    struct error e = ERROR_NULL;

    assert_refused("{} x", "line 1, column 4: end of file expected");
    cr_assert_null(json_read("{\"a\":1,\"a\":2}", 13, &e));
    cr_assert_not_null(strstr(error_text(&e), "duplicate object key"), "%s", error_text(&e));
}

Test(json, refuses_nul_characters_and_bad_utf8)
{
    cr_assert_null(json_read("\"\\u0000\"", 8, NULL));
    cr_assert_null(json_read("\"a\0b\"", 5, NULL));
    cr_assert_null(json_read("\"\xFF\"", 3, NULL));
}

Test(json, depth_has_a_limit_and_is_writable_up_to_it)
{
    char text[2 * JSON_MAX_DEPTH + 3];

    nested(text, JSON_MAX_DEPTH);
    assert_same(text);
    nested(text, JSON_MAX_DEPTH + 1);
    assert_refused(text, "line 1, column 33: nested deeper than 32 levels");
}

Test(json, brackets_in_strings_do_not_count)
{
    char text[512] = "[\"\\\"";

    memset(text + 4, '[', 200);
    strcpy(text + 204, "\\\\\"]");
    assert_same(text);
}

Test(json, a_hundred_thousand_brackets_do_no_harm)
{
    static char text[100000];

    memset(text, '[', sizeof text);
    cr_assert_null(json_read(text, sizeof text, NULL));
}

Test(json, sentences_hold_no_control_characters)
{
    struct error e = ERROR_NULL;

    cr_assert_null(json_read("[\"a\nb\"]", 7, &e));
    for (const char *c = error_text(&e); *c; c++)
        cr_assert_geq((unsigned char)*c, 0x20);
}

Test(json, sentences_are_utf8_whatever_was_read)
{
    static const char text[] = "{\"\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\xed\x83\x8f\xc5";
    struct error e = ERROR_NULL;

    for (size_t n = 1; n < sizeof text; n++) {
        cr_assert_null(json_read(text, n, &e));
        cr_assert(text_is_utf8(e.text, strlen(e.text)), "of %zu bytes: %s", n, e.text);
    }
}
