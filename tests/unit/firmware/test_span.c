#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "span.h"

#define SPAN(text) ((struct span){(text), strlen(text)})

Test(span, blanks_at_both_ends_go)
{
    cr_expect(span_is(span_strip(SPAN(" \t a b\r\n")), "a b"));
    cr_expect_eq(span_strip(SPAN(" \n ")).n, 0);
}

Test(span, words_come_off_the_front)
{
    struct span rest = SPAN("  set key\tvalue ");

    cr_expect(span_is(span_word(&rest), "set"));
    cr_expect(span_is(span_word(&rest), "key"));
    cr_expect(span_is(span_word(&rest), "value"));
    cr_expect_eq(span_word(&rest).n, 0);
}

Test(span, whole_numbers_only)
{
    int64_t v = 7;

    cr_expect_eq(span_int(SPAN("-100"), &v), 0);
    cr_expect_eq(v, -100);
    cr_expect_eq(span_int(SPAN("+5"), &v), 0);
    cr_expect_eq(v, 5);
    cr_expect_eq(span_int(SPAN(""), &v), -EINVAL);
    cr_expect_eq(span_int(SPAN("-"), &v), -EINVAL);
    cr_expect_eq(span_int(SPAN("1.5"), &v), -EINVAL);
    cr_expect_eq(span_int(SPAN("99999999999999999999"), &v), -ERANGE);
    cr_expect_eq(v, 5);
}

Test(span, what_is_taken_goes_and_what_is_not_there_stays)
{
    struct span s = SPAN("OK a:b:c"), before;

    cr_expect_not(span_take(&s, "ok"));
    cr_expect(span_take(&s, "OK "));
    cr_expect_not(span_take_before_last(&s, ";", &before));
    cr_expect(span_take_before_last(&s, ":", &before));
    cr_expect(span_is(before, "a:b"));
    cr_expect(span_is(s, "c"));
}

Test(span, utf8_has_no_overlong_forms_and_no_surrogates)
{
    cr_expect(span_is_utf8((struct span){"h\xc3\xa9 \xf0\x9f\x90\x87", 8}));
    cr_expect_not(span_is_utf8((struct span){"\xc0\x80", 2}));
    cr_expect_not(span_is_utf8((struct span){"\xe0\x80\x80", 3}));
    cr_expect_not(span_is_utf8((struct span){"\xed\xa0\x80", 3}));
    cr_expect_not(span_is_utf8((struct span){"\xf4\x90\x80\x80", 4}));
    cr_expect_not(span_is_utf8((struct span){"\xe2\x82", 2}));
    cr_expect_not(span_is_utf8((struct span){"\xff", 1}));
}

Test(span, a_copy_is_cut_between_letters)
{
    char out[4];

    span_copy(SPAN("a\xe2\x82\xac"), out, sizeof out);
    cr_expect_str_eq(out, "a");
    span_copy(SPAN("\xe2\x82\xac"), out, sizeof out);
    cr_expect_str_eq(out, "\xe2\x82\xac");
    span_copy((struct span){0}, out, sizeof out);
    cr_expect_str_eq(out, "");
}

Test(span, code_points_are_taken_one_by_one)
{
    struct span s = SPAN("a\xf0\x9f\x90\x87\xff");

    cr_expect_eq(span_code_point(&s), 'a');
    cr_expect_eq(span_code_point(&s), 0x1f407);
    cr_expect_eq(span_code_point(&s), 0xfffd);
    cr_expect_eq(s.n, 0);
}

Test(span, hex_digits_are_taken_one_by_one)
{
    struct span s = SPAN("0aFg");

    cr_expect_eq(span_hex(&s), 0);
    cr_expect_eq(span_hex(&s), 10);
    cr_expect_eq(span_hex(&s), 15);
    cr_expect_eq(span_hex(&s), -1);
    cr_expect(span_is(s, "g"));
    s.n = 0;
    cr_expect_eq(span_hex(&s), -1);
}
