#include <criterion/criterion.h>
#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"

#define A10 "aaaaaaaaaa"
#define A63 A10 A10 A10 A10 A10 A10 "aaa"

Test(text, knows_slugs)
{
    const char *good[] = {"a", "0", "porch-cam", "a--b", A63};
    const char *bad[] = {"", "-a", "a-", "A", "a_b", "a b", "é", A63 "a"};

    for (size_t i = 0; i < N_ELEMENTS(good); i++)
        cr_expect(text_is_slug(good[i]), "%s", good[i]);
    for (size_t i = 0; i < N_ELEMENTS(bad); i++)
        cr_expect_not(text_is_slug(bad[i]), "%s", bad[i]);
}

Test(text, makes_slugs_of_anything)
{
    const struct {
        const char *from, *to;
    } rows[] = {
        {"Porch Cam", "porch-cam"},
        {"  --Shed__2!! ", "shed-2"},
        {"", "device"},
        {"→→", "device"},
        {"été", "t"},
        {A63 "b", A63},
    };

    for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
        char out[64];

        text_slug(rows[i].from, out, sizeof out);
        cr_expect_str_eq(out, rows[i].to);
        cr_expect(text_is_slug(out));
    }
}

Test(text, slugs_fit_small_buffers)
{
    char nothing[1];

    text_slug("abc", nothing, 1);
    cr_expect_str_eq(nothing, "");
    for (size_t cap = 2; cap < 12; cap++) {
        char out[12];

        memset(out, 'X', sizeof out);
        text_slug("ab c d-ef", out, cap);
        cr_expect_lt(strlen(out), cap);
        cr_expect(text_is_slug(out), "cap %zu: %s", cap, out);
    }
}

Test(text, checks_utf8)
{
    const char *good[] = {"", "abc", "é", "€", "𝄞", "\x7F", "\xEF\xBF\xBF", "\xF4\x8F\xBF\xBF"};
    const char *bad[] = {"\x80", "\xC3", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82",
        "a\xFF", "\xF0\x80\x80\x80"};

    for (size_t i = 0; i < N_ELEMENTS(good); i++)
        cr_expect(text_is_utf8(good[i], strlen(good[i])), "good %zu", i);
    for (size_t i = 0; i < N_ELEMENTS(bad); i++)
        cr_expect_not(text_is_utf8(bad[i], strlen(bad[i])), "bad %zu", i);
    cr_expect(text_is_utf8("a\0b", 3));
}

Test(text, matches_patterns)
{
    const struct {
        const char *pattern, *s;
        bool match;
    } rows[] = {
        {"", "", true},
        {"", "a", false},
        {"*", "", true},
        {"*", "anything", true},
        {"a?c", "abc", true},
        {"a?c", "ac", false},
        {"CAM-*", "CAM-1234", true},
        {"CAM-*", "cam-1234", false},
        {"*.jpg", "a.jpg.jpg", true},
        {"*.jpg", "a.jpg.png", false},
        {"a*b*c", "a1b2b3c", true},
        {"a*b*c", "a1c2b", false},
        {"**a**", "xax", true},
        {"?*", "", false},
        {"camera.*", "camera.night", true},
        {"[a]", "a", false},
        {"\\*", "\\x", true},
    };

    for (size_t i = 0; i < N_ELEMENTS(rows); i++)
        cr_expect_eq(text_match(rows[i].pattern, rows[i].s), rows[i].match, "%s %s",
            rows[i].pattern, rows[i].s);
}

Test(text, a_list_of_patterns_is_met_by_any_of_them)
{
    static const struct {
        const char *patterns, *s;
        bool match;
    } rows[] = {
        {"SPHub", "SPHub", true},
        {"SPHub,Garden*", "Garden 2", true},
        {"SPHub,Garden*", "SPHub,Garden", false},
        {"SPHub,Garden*", "SPHu", false},
        {"a*,b", "b", true},
        {"a,,b", "", true},
        {"", "a", false},
    };

    for (size_t i = 0; i < N_ELEMENTS(rows); i++)
        cr_expect_eq(text_match_list(rows[i].patterns, rows[i].s), rows[i].match, "%s %s",
            rows[i].patterns, rows[i].s);
}

/* A backtracking matcher would need longer than the universe has. */
Test(text, patterns_of_many_stars_end, .timeout = 10)
{
    static char pattern[201], s[20001];

    for (size_t i = 0; i < 200; i += 2)
        memcpy(pattern + i, "a*", 2);
    pattern[199] = 'b';
    memset(s, 'a', 20000);
    cr_assert_not(text_match(pattern, s));
}

Test(text, reads_whole_integers)
{
    int64_t v = 7;

    cr_expect(text_to_int("-9223372036854775808", &v) == 0 && v == INT64_MIN);
    cr_expect(text_to_int("+12", &v) == 0 && v == 12);
    cr_expect(text_to_int("007", &v) == 0 && v == 7);
    cr_expect_eq(text_to_int("9223372036854775808", &v), -ERANGE);
    const char *bad[] = {"", "-", " 1", "1 ", "1.0", "0x10", "1e3", "--1"};
    for (size_t i = 0; i < N_ELEMENTS(bad); i++)
        cr_expect_eq(text_to_int(bad[i], &v), -EINVAL, "%s", bad[i]);
    cr_expect_eq(v, 7, "untouched on failure");
}

Test(text, reads_whole_floats)
{
    double v = 7;

    cr_expect(text_to_float("1.5", &v) == 0 && v == 1.5);
    cr_expect(text_to_float("-2e3", &v) == 0 && v == -2000);
    cr_expect(text_to_float(".5", &v) == 0 && v == 0.5);
    cr_expect(text_to_float("3.", &v) == 0 && v == 3);
    cr_expect(text_to_float("1e-400", &v) == 0 && v == 0);
    v = 7;
    cr_expect_eq(text_to_float("1e400", &v), -ERANGE);
    const char *bad[] = {
        "", ".", "e5", "1e", "1,5", "inf", "nan", "0x1p3", " 1", "1 ", "1.5.2", "+-1"};
    for (size_t i = 0; i < N_ELEMENTS(bad); i++)
        cr_expect_eq(text_to_float(bad[i], &v), -EINVAL, "%s", bad[i]);
    cr_expect_eq(v, 7, "untouched on failure");
}

/* Under a locale with a decimal comma, where the system has one. */
Test(text, floats_do_not_depend_on_the_locale)
{
    double v;

    if (!setlocale(LC_ALL, "de_DE.UTF-8") && !setlocale(LC_ALL, "fr_FR.UTF-8"))
        cr_log_info("no such locale here");
    cr_assert_eq(text_to_float("1.25", &v), 0);
    cr_assert_eq(v, 1.25);
    cr_assert_eq(text_to_float("1,25", &v), -EINVAL);
}

Test(text, reads_bytes_with_units)
{
    const struct {
        const char *s;
        uint64_t v;
    } good[] = {
        {"0", 0},
        {"1500", 1500},
        {"64k", 64000},
        {"64K", 64000},
        {"64 KiB", 65536},
        {"64KiB", 65536},
        {"64Ki", 65536},
        {"10MB", 10000000},
        {"1.5GB", 1500000000},
        {"2 GiB", UINT64_C(2) << 30},
        {"1TB", UINT64_C(1000000000000)},
        {"0.1KiB", 102},
        {"12 B", 12},
        {"18446744073709551615", UINT64_MAX},
    };
    const char *bad[] = {
        "", "k", "-1", "1.5", "1.", "1.k", "5 X", "5kk", "5 iB", " 5", "5k ", "0x10", "1e3"};
    const char *large[] = {"18446744073709551616", "18446744073709551615k", "99999999999TB"};
    uint64_t v;

    for (size_t i = 0; i < N_ELEMENTS(good); i++) {
        cr_expect_eq(text_to_bytes(good[i].s, &v), 0, "%s", good[i].s);
        cr_expect_eq(v, good[i].v, "%s: %llu", good[i].s, (unsigned long long)v);
    }
    v = 7;
    for (size_t i = 0; i < N_ELEMENTS(bad); i++)
        cr_expect_eq(text_to_bytes(bad[i], &v), -EINVAL, "%s", bad[i]);
    for (size_t i = 0; i < N_ELEMENTS(large); i++)
        cr_expect_eq(text_to_bytes(large[i], &v), -ERANGE, "%s", large[i]);
    cr_expect_eq(v, 7, "untouched on failure");
}

Test(text, writes_hex)
{
    char out[9];

    text_hex((const uint8_t[]){0x00, 0x9f, 0xa0, 0xff}, 4, out);
    cr_assert_str_eq(out, "009fa0ff");
    text_hex(NULL, 0, out);
    cr_assert_str_eq(out, "");
}

Test(text, cuts_between_characters)
{
    cr_expect_eq(text_cut("abc", 3, 5), 3);
    cr_expect_eq(text_cut("abcdef", 6, 5), 5);
    cr_expect_eq(text_cut("aé", 3, 2), 1);
    cr_expect_eq(text_cut("a€", 4, 3), 1);
    cr_expect_eq(text_cut("𝄞𝄞", 8, 7), 4);
    cr_expect_eq(text_cut("𝄞", 4, 3), 0);
    cr_expect_eq(
        text_cut("\x80\x80\x80\x80\x80\x80\x80\x80", 8, 6), 6, "not UTF-8: any cut is as good");
}
