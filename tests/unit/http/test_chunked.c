#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "http/chunked.h"

static struct buf body;

/* Feeds pieces of `step` bytes; the last result, and how much was used of it all. */
static int feed(const char *s, size_t step, size_t max, size_t *ret_used)
{
    struct chunked c = {0};
    size_t n = strlen(s), at = 0, used = 0;
    int r = 0;

    buf_fini(&body);
    body = BUF_INIT(max);
    while (r == 0 && at < n) {
        used = 0;
        r = chunked_feed(&c, (const uint8_t *)s + at, MIN(step, n - at), &body, &used);
        at += used;
    }
    *ret_used = at;
    return r;
}

static const char *text(void)
{
    return body.len > 0 ? buf_text(&body) : "";
}

Test(chunked, is_the_same_in_pieces_of_any_size)
{
    static const char s[] = "5\r\nhello\r\n6;ext=\"a\"\r\n, you!\r\n0\r\nTrailer: x\r\n\r\nGET /";
    size_t used;

    for (size_t step = 1; step < sizeof s; step++) {
        cr_expect_eq(feed(s, step, 100, &used), 1);
        cr_expect_str_eq(text(), "hello, you!");
        cr_expect_eq(used, sizeof s - 1 - strlen("GET /"));
    }
    buf_fini(&body);
}

Test(chunked, may_be_empty)
{
    size_t used;

    cr_expect_eq(feed("0\r\n\r\n", 100, 100, &used), 1);
    cr_expect_eq(body.len, 0);
    cr_expect_eq(feed("000\r\n\r\n", 100, 100, &used), 1);
}

Test(chunked, waits_for_its_end)
{
    size_t used;

    cr_expect_eq(feed("5\r\nhel", 100, 100, &used), 0);
    cr_expect_eq(feed("5\r\nhello\r\n0\r\n", 100, 100, &used), 0);
    buf_fini(&body);
}

Test(chunked, refuses_rubbish)
{
    static const char *const bad[] = {"\r\n", "x\r\n", "5 \r\nhello", "5\nhello", "-1\r\n",
        "0x5\r\n", "5\r\nhelloX", "5\r\nhello\n", "5\r\nhello\r\n\r\n", ";a\r\n", "5;a\nhello",
        "0\r\na\n", "0\r\n\n", "5\r\r\n"};
    size_t used;

    for (size_t i = 0; i < N_ELEMENTS(bad); i++)
        cr_expect_eq(feed(bad[i], 100, 100, &used), -EBADMSG, "%s", bad[i]);
    buf_fini(&body);
}

Test(chunked, has_limits)
{
    char s[CHUNKED_MAX_LINE_BYTES + 100];
    size_t used;

    cr_expect_eq(feed("5\r\nhello\r\n", 100, 4, &used), -EMSGSIZE);
    cr_expect_eq(feed("fffffffff\r\n", 100, 100, &used), -EMSGSIZE);
    memset(s, 'a', sizeof s);
    memcpy(s, "5;", 2);
    s[sizeof s - 1] = '\0';
    cr_expect_eq(feed(s, sizeof s, 100, &used), -EBADMSG, "an endless extension");
    memcpy(s, "0\r\n", 3);
    cr_expect_eq(feed(s, sizeof s, 100, &used), -EBADMSG, "an endless trailer");
}
