#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"

Test(error, set_returns_the_code_and_keeps_a_sentence)
{
    struct error e = ERROR_NULL;

    cr_assert_eq(error_set(&e, -EINVAL, "line %d: not a number", 7), -EINVAL);
    cr_assert_eq(e.code, -EINVAL);
    cr_assert_str_eq(error_text(&e), "line 7: not a number");
}

Test(error, null_is_allowed)
{
    cr_assert_eq(error_set(NULL, -ENOENT, "gone"), -ENOENT);
    cr_assert_lt(error_prefix(NULL, "x"), 0);
}

Test(error, without_a_sentence_says_what_errno_says)
{
    struct error e = {.code = -ECONNREFUSED};

    cr_assert_str_eq(error_text(&e), "Connection refused");
    cr_assert_str_eq(error_name(-ETIMEDOUT), "Connection timed out");
    cr_assert_not_null(error_name(-99999));
}

Test(error, prefix_stands_before_the_old_sentence)
{
    struct error e = ERROR_NULL;

    error_set(&e, -EINVAL, "expected a port");
    cr_assert_eq(error_prefix(&e, "warren.yaml:%d", 3), -EINVAL);
    cr_assert_str_eq(error_text(&e), "warren.yaml:3: expected a port");
}

Test(error, an_argument_may_be_the_old_sentence)
{
    struct error e = ERROR_NULL;

    error_set(&e, -EINVAL, "first");
    error_set(&e, -EIO, "second after %s", e.text);
    cr_assert_str_eq(e.text, "second after first");
}

Test(error, long_sentences_are_cut_between_characters)
{
    struct error e = ERROR_NULL;
    char text[400];

    for (size_t i = 0; i + 2 < sizeof text; i += 2)
        memcpy(text + i, "é", 3);
    error_set(&e, -EINVAL, "%s", text);
    cr_assert_eq(strlen(e.text), 254);
    cr_assert(text_is_utf8(e.text, strlen(e.text)));
    error_prefix(&e, "x");
    cr_assert(text_is_utf8(e.text, strlen(e.text)));
    cr_assert_lt(strlen(e.text), ERROR_TEXT_MAX);
}
