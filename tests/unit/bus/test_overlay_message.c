#include <criterion/criterion.h>
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

TestSuite(overlay_message, .init = setup, .fini = teardown);

static const struct overlay_block some_blocks[] = {{1, 2, 200, true, 0x0102, -2}};

/* Each field another number, so that none can stand in another's place. */
static struct overlay some_overlay(void)
{
    return (struct overlay){.frame_width = 320,
        .frame_height = 240,
        .columns = 8,
        .rows = 6,
        .block = 40,
        .left = 3,
        .top = 4,
        .active = true,
        .centred = true,
        .intensity = 77,
        .confidence_percent = 88,
        .direction = 4,
        .gesture = 3,
        .brightness = 99,
        .active_blocks = 0x0506,
        .speed = 0x01020304,
        .speed_px_s = 0x05060708,
        .x = 0x1112,
        .y = 0x1314,
        .n_blocks = 1,
        .blocks = some_blocks,
        .n_points = 1,
        .points = {{0x2122, 0x2324, 55}}};
}

static struct overlay_message *message(const struct overlay *o)
{
    struct overlay_message *m = overlay_message_new(pool, o, 0x1234, true);

    cr_assert_not_null(m);
    m->seq = 0x12345678;
    m->captured_us = 7;
    m->received_us = 9;
    m->in_step = true;
    overlay_message_seal(m);
    return m;
}

Test(overlay_message, is_laid_out_as_documented)
{
    static const uint8_t header[32] = {1, 2, 0x34, 0x12, 0x78, 0x56, 0x34, 0x12, 7, 0, 0, 0, 0, 0,
        0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 36 + 8 + 6, 0, 0, 0, 0, 0, 0, 0};
    static const uint8_t body[] = {0x40, 1, 240, 0, 8, 6, 40, 0, 3, 0, 4, 0, /* the grid */
        1 | 2 | 4, 77, 88, 4, 3, 99, 6, 5, 4, 3, 2, 1, 8, 7, 6, 5, 0x12, 0x11, 0x14, 0x13, 1, 0, 1,
        0,                              /* n, m */
        1, 2, 200, 1, 2, 1, 0xFE, 0xFF, /* the block */
        0x22, 0x21, 0x24, 0x23, 55, 0}; /* the point */
    struct overlay o = some_overlay();
    struct overlay_message *m = message(&o);

    cr_assert_eq(m->len, sizeof header + sizeof body);
    cr_assert_arr_eq(m->message, header, sizeof header);
    cr_assert_arr_eq(m->message + sizeof header, body, sizeof body);
    overlay_message_unref(m);
}

Test(overlay_message, tells_that_it_is_not_in_step_and_whose_it_is)
{
    struct overlay o = some_overlay();
    struct overlay_message *m = overlay_message_new(pool, &o, 1, false);

    overlay_message_seal(m);
    cr_assert_eq(m->message[28], 4);
    cr_assert_eq(m->message[32 + 12], 1 | 2 | 8);
    overlay_message_unref(m);
}

Test(overlay_message, keeps_blocks_of_its_own)
{
    struct overlay_block blocks[] = {{1, 2, 200, true, 5, -6}};
    struct overlay o = some_overlay();
    struct overlay_message *m;

    o.blocks = blocks;
    m = message(&o);
    memset(blocks, 0, sizeof blocks);
    cr_assert_eq(m->overlay.blocks[0].dy, -6);
    overlay_message_unref(m);
}

Test(overlay_message, takes_no_new_memory_in_the_steady_state)
{
    const struct frame_pool_stats *stats = frame_pool_stats(pool);
    struct overlay o = some_overlay();

    for (int i = 0; i < 100; i++)
        overlay_message_unref(message(&o));
    cr_assert_eq(stats->n_allocations, 1);
}

Test(overlay_message, of_the_largest_grid_fits)
{
    static struct overlay_block blocks[OVERLAY_BLOCKS_MAX];
    struct overlay o = some_overlay();
    struct overlay_message *m;

    for (unsigned i = 0; i < OVERLAY_BLOCKS_MAX; i++)
        blocks[i] = (struct overlay_block){(uint8_t)(i / 32), (uint8_t)(i % 32), 1, true, 1, 1};
    o.blocks = blocks;
    o.n_blocks = OVERLAY_BLOCKS_MAX;
    o.n_points = OVERLAY_POINTS_MAX;
    m = message(&o);
    cr_assert_eq(m->len, 32 + 36 + OVERLAY_BLOCKS_MAX * 8 + OVERLAY_POINTS_MAX * 6);
    memset(m->message - OVERLAY_HEADROOM, 0, OVERLAY_HEADROOM);
    cr_assert_eq(m->overlay.blocks[OVERLAY_BLOCKS_MAX - 1].row, 31);
    overlay_message_unref(m);
}

Test(overlay_message, the_newest_of_each_channel_is_kept)
{
    struct overlay o = some_overlay();
    struct overlay_message *first = message(&o), *second = message(&o);
    struct loop *loop;
    struct bus *bus;
    struct last *last;

    cr_assert_eq(loop_new_virtual(0, 0, &loop), 0);
    cr_assert_eq(bus_new(loop, 1, &bus), 0);
    cr_assert_eq(last_new(bus, &last), 0);
    bus_publish_overlay(bus, first);
    bus_publish_overlay(bus, second);
    cr_assert_eq(last_overlay(last, 0x1234), second);
    cr_assert_null(last_overlay(last, 7));
    cr_assert_null(last_frame(last, 0x1234));
    cr_assert_eq(first->n_refs, 1);
    last_forget(last, 0x1234);
    cr_assert_null(last_overlay(last, 0x1234));
    overlay_message_unref(first);
    overlay_message_unref(second);
    last_free(last);
    bus_free(bus);
    loop_free(loop);
}
