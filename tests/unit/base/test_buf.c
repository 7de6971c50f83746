#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "base/buf.h"

static void assert_holds(struct buf *b, const char *text)
{
    cr_assert_str_eq(buf_text(b), text);
    cr_assert_eq(b->len, strlen(text));
}

Test(buf, appends_and_consumes)
{
    struct buf b = BUF_INIT(100);

    cr_assert_null(buf_data(&b));
    cr_assert_eq(buf_append(&b, "hello world", 11), 0);
    buf_consume(&b, 6);
    assert_holds(&b, "world");
    cr_assert_eq(buf_printf(&b, " %d%s", 42, "!"), 0);
    assert_holds(&b, "world 42!");
    buf_consume(&b, 1000);
    assert_holds(&b, "");
    buf_fini(&b);
}

Test(buf, holds_exactly_its_ceiling)
{
    struct buf b = BUF_INIT(10);

    cr_assert_eq(buf_append(&b, "0123456789", 10), 0);
    cr_assert_eq(buf_append(&b, "x", 1), -ENOBUFS);
    cr_assert_eq(buf_append(&b, "", 0), 0);
    cr_assert_eq(buf_printf(&b, "%d", 1), -ENOBUFS);
    assert_holds(&b, "0123456789");
    buf_consume(&b, 3);
    cr_assert_eq(buf_printf(&b, "%s", "abc"), 0);
    assert_holds(&b, "3456789abc");
    cr_assert_eq(buf_reserve(&b, SIZE_MAX), -ENOBUFS);
    buf_fini(&b);
}

Test(buf, reserve_and_commit_write_in_place)
{
    struct buf b = BUF_INIT(1000);

    cr_assert_eq(buf_reserve(&b, 600), 0);
    memset(buf_tail(&b), 'a', 600);
    cr_assert_eq(b.len, 0);
    buf_commit(&b, 600);
    cr_assert_eq(buf_reserve(&b, 400), 0);
    memset(buf_tail(&b), 'b', 400);
    buf_commit(&b, 400);
    cr_assert_eq(buf_data(&b)[599], 'a');
    cr_assert_eq(buf_data(&b)[600], 'b');
    cr_assert_eq(buf_reserve(&b, 1), -ENOBUFS);
    buf_fini(&b);
}

Test(buf, a_long_queue_stays_small_and_in_order)
{
    struct buf b = BUF_INIT(4096);
    unsigned char in = 0, out = 0;

    for (int round = 0; round < 10000; round++) {
        for (int i = 0; i < 37; i++, in++)
            cr_assert_eq(buf_append(&b, &in, 1), 0);
        while (b.len > 100) {
            cr_assert_eq(buf_data(&b)[0], out++);
            buf_consume(&b, 1);
        }
    }
    cr_assert_leq(b.cap, 512, "%zu bytes for a content of at most 137", b.cap);
    buf_fini(&b);
}

Test(buf, json_grows_with_the_content_before_it_kept)
{
    struct buf b = BUF_INIT(100000);
    struct wr_json j;

    buf_append(&b, "drop", 4);
    buf_append(&b, "keep:", 5);
    buf_consume(&b, 4);
    j = buf_json(&b);
    wr_json_array(&j);
    for (int i = 0; i < 10000; i++)
        wr_json_int(&j, i % 10);
    wr_json_end(&j);
    cr_assert_eq(buf_json_end(&b, &j), 0);
    cr_assert_eq(b.len, 5 + 2 + 10000 + 9999);
    cr_assert_eq(memcmp(buf_data(&b), "keep:[0,1,2,3", 13), 0);
    cr_assert_eq(memcmp(buf_tail(&b) - 5, ",8,9]", 5), 0);
    buf_fini(&b);
}

Test(buf, json_over_the_ceiling_leaves_the_buffer_as_it_was)
{
    struct buf b = BUF_INIT(20);
    struct wr_json j;

    buf_append(&b, "abc", 3);
    j = buf_json(&b);
    wr_json_string(&j, "sixteen chars...");
    cr_assert_eq(buf_json_end(&b, &j), -ENOBUFS);
    assert_holds(&b, "abc");
    j = buf_json(&b);
    wr_json_string(&j, "fifteen chars..");
    cr_assert_eq(buf_json_end(&b, &j), 0);
    assert_holds(&b, "abc\"fifteen chars..\"");
    j = buf_json(&b);
    wr_json_array(&j);
    cr_assert_eq(buf_json_end(&b, &j), -ENOBUFS);
    cr_assert_eq(b.len, 20);
    buf_fini(&b);
}

Test(buf, clear_keeps_the_memory)
{
    struct buf b = BUF_INIT(100);

    buf_append(&b, "abc", 3);
    buf_clear(&b);
    cr_assert_eq(b.len, 0);
    cr_assert_gt(b.cap, 0);
    buf_fini(&b);
    cr_assert_null(buf_data(&b));
    buf_fini(&b);
}
