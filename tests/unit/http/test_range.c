#include <criterion/criterion.h>

#include "http/range.h"

static uint64_t first, last;

static enum range_kind of(const char *header, uint64_t n)
{
    first = last = 12345;
    return range_parse(header, n, &first, &last);
}

#define PART(header, n, from, to)                                                                  \
    do {                                                                                           \
        cr_expect_eq(of(header, n), RANGE_PART, "%s", header);                                     \
        cr_expect_eq(first, from);                                                                 \
        cr_expect_eq(last, to);                                                                    \
    } while (0)

Test(range, names_bytes_from_both_ends)
{
    PART("bytes=0-0", 10, 0, 0);
    PART("bytes=0-", 10, 0, 9);
    PART("bytes=3-5", 10, 3, 5);
    PART("Bytes=9-9", 10, 9, 9);
    PART("bytes=5-100", 10, 5, 9);
    PART("bytes=-1", 10, 9, 9);
    PART("bytes=-10", 10, 0, 9);
    PART("bytes=-99999999999999999999999", 10, 0, 9);
    PART("bytes=0-99999999999999999999999", 10, 0, 9);
}

Test(range, beyond_the_end_cannot_be_had)
{
    cr_expect_eq(of("bytes=10-", 10), RANGE_UNSATISFIABLE);
    cr_expect_eq(of("bytes=10-20", 10), RANGE_UNSATISFIABLE);
    cr_expect_eq(of("bytes=99999999999999999999999-", 10), RANGE_UNSATISFIABLE);
    cr_expect_eq(of("bytes=-0", 10), RANGE_UNSATISFIABLE);
    cr_expect_eq(of("bytes=0-", 0), RANGE_UNSATISFIABLE);
    cr_expect_eq(of("bytes=-5", 0), RANGE_UNSATISFIABLE);
}

Test(range, that_is_several_or_unclear_means_the_whole)
{
    static const char *const whole[] = {"bytes=", "bytes=-", "bytes=a-b", "bytes=0", "bytes=5-3",
        "bytes=0-1,3-4", "bytes=0-0 ", "bytes= 0-1", "lines=0-1", "0-1", "", "bytes=1-2x",
        "bytes=--1"};

    cr_expect_eq(of(NULL, 10), RANGE_WHOLE);
    for (unsigned i = 0; i < sizeof whole / sizeof whole[0]; i++)
        cr_expect_eq(of(whole[i], 10), RANGE_WHOLE, "%s", whole[i]);
    cr_expect_eq(first, 12345);
}

Test(range, holds_only_if_the_tag_is_the_very_same)
{
    cr_expect(range_if(NULL, "\"a\""));
    cr_expect(range_if("\"a\"", "\"a\""));
    cr_expect_not(range_if("\"b\"", "\"a\""));
    cr_expect_not(range_if("W/\"a\"", "W/\"a\""));
    cr_expect_not(range_if("Sun, 06 Nov 1994 08:49:37 GMT", "\"a\""));
    cr_expect_not(range_if("\"a\"", NULL));
}

Test(range, only_the_very_same_tag_allows)
{
    cr_expect(etag_allows(NULL, "\"a\""));
    cr_expect(etag_allows("*", "\"a\""));
    cr_expect(etag_allows("\"x\", \"a\"", "\"a\""));
    cr_expect_not(etag_allows("\"x\"", "\"a\""));
    cr_expect_not(etag_allows("", "\"a\""));
    cr_expect_not(etag_allows("W/\"a\"", "\"a\""));
    cr_expect_not(etag_allows("\"a\"", NULL));
}

Test(range, tag_is_found_in_a_list)
{
    cr_expect(etag_among("\"a\"", "\"a\""));
    cr_expect(etag_among("\"x\", W/\"a\" , \"b\"", "\"a\""));
    cr_expect(etag_among("\"x\",\"a\"", "W/\"a\""));
    cr_expect(etag_among("*", "\"a\""));
    cr_expect_not(etag_among("\"ab\"", "\"a\""));
    cr_expect_not(etag_among("\"x\"", "\"a\""));
    cr_expect_not(etag_among(NULL, "\"a\""));
    cr_expect_not(etag_among("\"a\"", NULL));
    cr_expect_not(etag_among(" , ,", "\"a\""));
}
