#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "bus/bus.h"
#include "bus/last.h"
#include "loop/loop.h"

static struct frame_pool *pool;

static void setup(void)
{
    cr_assert_eq(frame_pool_new(&pool), 0);
}

static void teardown(void)
{
    frame_pool_free(pool);
}

TestSuite(frame, .init = setup, .fini = teardown);

static struct frame *filled(struct frame_quota *quota, size_t n)
{
    struct frame *f = frame_new(pool, quota, n);

    cr_assert_not_null(f);
    memset(f->pub.data, 0xAB, n);
    f->pub.data[0] = 0xFF;
    f->pub.data[1] = 0xD8;
    f->pub.len = n;
    return f;
}

Test(frame, the_header_is_laid_out_as_documented)
{
    static const uint8_t expected[32] = {1, 1, 0x34, 0x12, 0x78, 0x56, 0x34, 0x12, 8, 7, 6, 5, 4, 3,
        2, 1, 9, 0, 0, 0, 0, 0, 0, 0, 0xE8, 3, 0, 0, 1, 0, 0, 0};
    struct frame *f = filled(NULL, 1000);
    size_t n;

    f->pub.captured_us = 0x0102030405060708;
    f->pub.received_us = 9;
    f->pub.flags = WR_FRAME_NIGHT;
    frame_seal(f, 0x1234, 0x12345678);
    cr_assert_eq(memcmp(frame_message(f, &n), expected, sizeof expected), 0);
    cr_assert_eq(n, 1032);
    cr_assert_eq(frame_message(f, &n)[32], 0xFF);
    frame_unref(f);
}

Test(frame, a_returned_frame_is_used_again)
{
    const struct frame_pool_stats *stats = frame_pool_stats(pool);

    for (int i = 0; i < 100; i++)
        frame_unref(filled(NULL, 30000));
    cr_assert_eq(stats->n_allocations, 1);
    cr_assert_eq(stats->bytes_out, 0);
    cr_assert_gt(stats->bytes_idle, 0);
    frame_pool_trim(pool);
    cr_assert_eq(stats->bytes_idle, 0);
}

Test(frame, the_last_reference_gives_it_back)
{
    struct frame *f = filled(NULL, 100);

    frame_ref(f);
    frame_unref(f);
    cr_assert_gt(frame_pool_stats(pool)->bytes_out, 0);
    frame_unref(f);
    cr_assert_eq(frame_pool_stats(pool)->bytes_out, 0);
}

Test(frame, a_device_over_its_quota_gets_none_and_it_is_counted)
{
    struct frame_quota quota = {.max = 2};
    struct frame *a = filled(&quota, 100), *b = filled(&quota, 100);

    cr_assert_null(frame_new(pool, &quota, 100));
    cr_assert_eq(quota.n_dropped, 1);
    frame_unref(a);
    a = frame_new(pool, &quota, 100);
    cr_assert_not_null(a);
    frame_unref(a);
    frame_unref(b);
    cr_assert_eq(quota.n_out, 0);
}

Test(frame, a_device_may_go_while_its_frames_are_out)
{
    struct frame_quota quota = {.max = 2};
    struct frame *f = filled(&quota, 100);

    frame_quota_release(pool, &quota);
    memset(&quota, 0xEE, sizeof quota);
    frame_unref(f);
    cr_assert_eq(quota.n_out, 0xEEEEEEEE);
}

Test(frame, what_a_driver_holds_is_taken_back)
{
    struct frame_quota quota = {.max = 4};
    struct frame *held = filled(&quota, 100), *shown = filled(&quota, 100);

    held->held = true;
    frame_quota_reclaim(pool, &quota);
    cr_assert_eq(quota.n_out, 1);
    frame_quota_reclaim(pool, &quota);
    cr_assert_eq(quota.n_out, 1, "once");
    frame_unref(shown);
}

Test(frame, too_large_a_picture_is_refused)
{
    cr_assert_null(frame_new(pool, NULL, WR_FRAME_MAX_BYTES + 1));
    struct frame *f = frame_new(pool, NULL, WR_FRAME_MAX_BYTES);
    cr_assert_not_null(f);
    frame_unref(f);
}

Test(frame, the_mjpeg_part_is_built_once_and_whole)
{
    struct frame *f = filled(NULL, 500);
    struct frame_part *part;
    const char *body;

    frame_seal(f, 1, 42);
    part = frame_mjpeg_part(f);
    cr_assert_eq(f->part, part);
    cr_assert_eq(frame_part_unref(frame_mjpeg_part(f)), NULL);
    cr_assert_eq(frame_pool_stats(pool)->n_copies, 1);
    cr_assert_eq(memcmp(part->bytes, "--frame\r\n", 9), 0);
    cr_assert_not_null(memmem(part->bytes, part->len, "Content-Length: 500\r\n", 21));
    cr_assert_not_null(memmem(part->bytes, part->len, "X-Frame-Seq: 42\r\n", 17));
    body = memmem(part->bytes, part->len, "\r\n\r\n", 4);
    cr_assert_not_null(body);
    cr_assert_eq(memcmp(body + 4, f->pub.data, 500), 0);
    cr_assert_eq((const uint8_t *)body + 4 + 500 + 2, part->bytes + part->len);
    frame_unref(f);
    cr_assert_eq(frame_pool_stats(pool)->bytes_out, 0, "a viewer of the part holds no frame");
    cr_assert_eq(part->bytes[0], '-');
    frame_part_unref(part);
}

Test(frame, parts_cost_no_allocation_in_the_steady_state)
{
    const struct frame_pool_stats *stats = frame_pool_stats(pool);

    for (int i = 0; i < 100; i++) {
        struct frame *f = filled(NULL, 30000);

        frame_seal(f, 1, 1);
        frame_part_unref(frame_mjpeg_part(f));
        frame_unref(f);
    }
    cr_assert_eq(stats->n_copies, 100);
    cr_assert_eq(stats->n_allocations, 2);
}

Test(frame, the_largest_picture_can_be_a_part)
{
    struct frame *f = filled(NULL, WR_FRAME_MAX_BYTES);
    struct frame_part *part;

    frame_seal(f, 1, 1);
    part = frame_mjpeg_part(f);
    frame_unref(f);
    cr_assert_gt(part->len, WR_FRAME_MAX_BYTES);
    cr_assert_eq(part->bytes[part->len - 1], '\n');
    frame_part_unref(part);
}

Test(last, the_newest_frame_of_each_channel_is_kept)
{
    struct loop *loop;
    struct bus *bus;
    struct last *last;
    struct frame *a, *b;

    cr_assert_eq(frame_pool_new(&pool), 0);
    cr_assert_eq(loop_new(&loop), 0);
    cr_assert_eq(bus_new(loop, 1, &bus), 0);
    cr_assert_eq(last_new(bus, &last), 0);
    a = filled(NULL, 100);
    b = filled(NULL, 100);
    frame_seal(a, 900, 1);
    frame_seal(b, 900, 2);
    cr_assert_null(last_frame(last, 900));
    bus_publish_frame(bus, a);
    bus_publish_frame(bus, b);
    cr_assert_eq(last_frame(last, 900), b);
    cr_assert_null(last_frame(last, 1));
    frame_unref(a);
    frame_unref(b);
    last_forget(last, 900);
    cr_assert_null(last_frame(last, 900));
    last_free(last);
    bus_free(bus);
    loop_free(loop);
    frame_pool_free(pool);
}
