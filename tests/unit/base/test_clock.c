#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/util.h"

Test(clock, formats_in_utc_with_microseconds)
{
    const struct {
        int64_t us;
        const char *text;
    } rows[] = {
        {0, "1970-01-01T00:00:00.000000Z"},
        {INT64_C(1767225600000000), "2026-01-01T00:00:00.000000Z"},
        {INT64_C(1709164800000001), "2024-02-29T00:00:00.000001Z"},
        {-1, "1969-12-31T23:59:59.999999Z"},
        {INT64_MAX, "9999-12-31T23:59:59.999999Z"},
        {INT64_MIN, "0000-01-01T00:00:00.000000Z"},
    };
    char text[CLOCK_TEXT_BYTES];

    for (size_t i = 0; i < N_ELEMENTS(rows); i++)
        cr_expect_str_eq(clock_format(rows[i].us, text), rows[i].text);
}

Test(clock, parses_what_rfc_3339_allows)
{
    const struct {
        const char *text;
        int64_t us;
    } rows[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"1970-01-01t00:00:00z", 0},
        {"1970-01-01 00:00:00.5Z", 500000},
        {"1970-01-01T00:00:00.123456789Z", 123456},
        {"1970-01-01T01:30:00+01:30", 0},
        {"1969-12-31T19:00:00-05:00", 0},
        {"2024-02-29T00:00:00.000001Z", INT64_C(1709164800000001)},
        {"2016-12-31T23:59:60Z", INT64_C(1483228800000000)},
        {"0000-01-01T00:00:00Z", INT64_C(-62167219200000000)},
    };

    for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
        int64_t us = 7;

        cr_expect_eq(clock_parse(rows[i].text, &us), 0, "%s", rows[i].text);
        cr_expect_eq(us, rows[i].us, "%s: %lld", rows[i].text, (long long)us);
    }
}

Test(clock, refuses_all_else)
{
    const char *bad[] = {
        "",
        "2026-01-01",
        "2026-01-01T00:00:00",
        "2026-13-01T00:00:00Z",
        "2026-02-29T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "2026-01-01T00:60:00Z",
        "2026-01-01T00:00:61Z",
        "2026-01-01T00:00:00.Z",
        "2026-01-01T00:00:00+1:00",
        "2026-01-01T00:00:00+24:00",
        "2026-01-01T00:00:00Zx",
        "2026-01-01T00:00Z",
        " 2026-01-01T00:00:00Z",
        "2026-01-01T00:00:00",
        "-026-01-01T00:00:00Z",
    };
    int64_t us = 7;

    for (size_t i = 0; i < N_ELEMENTS(bad); i++)
        cr_expect_eq(clock_parse(bad[i], &us), -EINVAL, "%s", bad[i]);
    cr_expect_eq(us, 7, "untouched on failure");
}

Test(clock, reads_back_what_it_wrote)
{
    char text[CLOCK_TEXT_BYTES];

    for (int64_t us = INT64_C(-62167219200000000); us < INT64_C(253402300800000000);
         us += INT64_C(86399999999) * 977) {
        int64_t back;

        cr_assert_eq(clock_parse(clock_format(us, text), &back), 0, "%s", text);
        cr_assert_eq(back, us, "%s", text);
    }
}

Test(clock, monotonic_time_does_not_go_back)
{
    int64_t a = clock_mono_us(), b = clock_mono_us();

    cr_assert_leq(a, b);
    cr_assert_gt(clock_wall_us(), INT64_C(1700000000) * US_PER_S);
}
