/* Our own dialect: the window, and that nothing is forgotten before it is stored. */
#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>
#include <string.h>

#include "ble.h"

#define BOOT 0xabcd1234u
#define N 3000

static struct fake_host *offered(const uint8_t *jpeg)
{
    struct fake_host *h = ble_ready(BLE_WARREN, NULL);

    ble_info(h, BOOT, 1);
    ble_offer(h, 7, jpeg, N, 60000);
    return h;
}

Test(ble_window, picture_comes_with_its_time_and_is_stored_before_it_is_forgotten)
{
    const uint8_t *jpeg = ble_picture(N, 1);
    struct fake_host *h = offered(jpeg);
    const struct fake_capture *c;

    cr_assert_eq(ble_said(h, BATCH_LINK_HELLO).hello.window_bytes, 65535);
    cr_assert_eq(ble_said(h, BATCH_LINK_HELLO).hello.clock_ms, FAKE_WALL_US / 1000);
    cr_assert_eq(ble_said(h, BATCH_LINK_HELLO).hello.ahead, 1);
    ble_bytes(h, 7, jpeg, 0, N, 500);
    cr_assert_eq(ble_n_said(h, BATCH_LINK_GET), 0, "it comes by itself");
    cr_assert_eq(ble_n_said(h, BATCH_LINK_STORED), 0);
    fake_host_advance(h, 20 * FAKE_MS);
    cr_assert_eq(ble_said(h, BATCH_LINK_STORED).picture.id, 7);
    c = fake_capture(h, 0);
    cr_assert_eq(c->picture.n, N);
    cr_assert_arr_eq(c->picture.bytes, jpeg, N);
    cr_assert_eq(c->captured_us, FAKE_WALL_US - 60 * FAKE_S);
    cr_assert_str_eq(c->key, "abcd1234:7");
    cr_assert_eq(fake_n_frames(fake_dev(h)), 1);
    ble_info(h, BOOT, 0);
    cr_assert_str_eq(fake_value(fake_dev(h), "images_waiting"), "0");
    cr_assert_str_eq(fake_value(fake_dev(h), "storage_used_percent"), "12.3");
    cr_assert_str_eq(fake_value(fake_dev(h), "dialect"), "warren");
    fake_host_advance(h, 600 * FAKE_S);
    cr_assert(fake_online(fake_dev(h)), "an idle camera is left in peace");
    cr_assert_eq(ble_n_said(h, BATCH_LINK_HELLO), 1);
    fake_host_free(h);
}

Test(ble_window, picture_is_shown_with_the_time_when_it_was_taken_and_that_when_it_was_here)
{
    const uint8_t *jpeg = ble_picture(N, 1);
    struct fake_host *h = offered(jpeg);
    const struct wr_frame *shown;

    ble_bytes(h, 7, jpeg, 0, N / 2, 500);
    fake_host_advance(h, 700 * FAKE_MS);
    ble_bytes(h, 7, jpeg, N / 2, N, 500);
    fake_host_advance(h, 20 * FAKE_MS);
    shown = &fake_frame(fake_dev(h), 0)->frame;
    cr_assert_eq(fake_clock(fake_dev(h)), WR_CLOCK_UTC);
    cr_assert_eq(shown->captured_us, FAKE_WALL_US - 60 * FAKE_S);
    cr_assert_geq(shown->received_us, FAKE_WALL_US + 700 * FAKE_MS);
    cr_assert_eq(fake_capture(h, 0)->picture.frame.received_us, shown->received_us);
    fake_host_free(h);
}

Test(ble_window, have_is_said_each_quarter_of_the_window)
{
    const uint8_t *jpeg = ble_picture(N, 1);
    struct fake_host *h = offered(jpeg);

    ble_bytes(h, 7, jpeg, 0, 1000, 500);
    cr_assert_eq(ble_n_said(h, BATCH_LINK_HAVE), 0);
    ble_bytes(h, 7, jpeg, 1000, 1500, 500);
    cr_assert_eq(ble_said(h, BATCH_LINK_HAVE).picture.offset, 1500, "a quarter of 4096 came");
    ble_bytes(h, 7, jpeg, 1500, N, 500);
    cr_assert_eq(ble_n_said(h, BATCH_LINK_HAVE), 2);
    cr_assert_eq(ble_said(h, BATCH_LINK_HAVE).picture.offset, N, "before it is stored");
    cr_assert_eq(ble_n_said(h, BATCH_LINK_STORED), 0);
    fake_host_free(h);
}

Test(ble_window, gap_is_asked_for_once_and_what_came_twice_is_passed_over)
{
    const uint8_t *jpeg = ble_picture(N, 1);
    struct fake_host *h = offered(jpeg);

    ble_bytes(h, 7, jpeg, 0, 500, 500);
    ble_bytes(h, 7, jpeg, 1000, 2500, 500);
    cr_assert_eq(ble_n_said(h, BATCH_LINK_GET), 1);
    cr_assert_eq(ble_said(h, BATCH_LINK_GET).picture.offset, 500);
    ble_bytes(h, 7, jpeg, 0, N, 500);
    fake_host_advance(h, 20 * FAKE_MS);
    cr_assert_arr_eq(fake_capture(h, 0)->picture.bytes, jpeg, N);
    cr_assert_str_eq(fake_value(fake_dev(h), "chunks_lost"), "1");
    cr_assert_str_eq(fake_value(fake_dev(h), "chunks_repeated"), "1");
    fake_host_free(h);
}

Test(ble_window, silence_is_asked_into_each_second_and_ends_the_link_at_last)
{
    const uint8_t *jpeg = ble_picture(N, 1);
    struct fake_host *h = offered(jpeg);
    struct fake_ble *b = fake_ble_last(h);

    ble_bytes(h, 7, jpeg, 0, 500, 500);
    fake_host_advance(h, 1 * FAKE_S);
    cr_assert_eq(ble_n_said(h, BATCH_LINK_GET), 1);
    cr_assert_eq(ble_said(h, BATCH_LINK_GET).picture.offset, 500);
    fake_host_advance(h, 4 * FAKE_S);
    cr_assert_eq(ble_n_said(h, BATCH_LINK_GET), 5);
    cr_assert(!b->over);
    fake_host_advance(h, 1 * FAKE_S);
    cr_assert(b->over);
    fake_host_free(h);
}

Test(ble_window, lost_info_and_lost_offer_are_asked_for_by_another_hello)
{
    struct fake_host *h = ble_ready(BLE_WARREN, NULL);

    fake_host_advance(h, 1500 * FAKE_MS);
    cr_assert_eq(ble_n_said(h, BATCH_LINK_HELLO), 2);
    ble_info(h, BOOT, 1);
    fake_host_advance(h, 3 * FAKE_S);
    cr_assert_geq(ble_n_said(h, BATCH_LINK_HELLO), 3);
    fake_host_advance(h, 30 * FAKE_S);
    cr_assert(!fake_online(fake_dev(h)) || fake_n_ble(h) > 1, "it is given up at last");
    fake_host_free(h);
}

Test(ble_window, transfer_goes_on_after_a_lost_link_with_the_first_byte_that_lacks)
{
    const uint8_t *jpeg = ble_picture(N, 1);
    struct fake_host *h = offered(jpeg);

    ble_bytes(h, 7, jpeg, 0, 1500, 500);
    fake_ble_close(fake_ble_last(h), -ECONNRESET, "out of range");
    fake_host_advance(h, 2 * FAKE_S);
    ble_connect(h, BLE_WARREN, NULL);
    ble_info(h, BOOT, 1);
    ble_offer(h, 7, jpeg, N, 62000);
    cr_assert_eq(ble_said(h, BATCH_LINK_GET).picture.offset, 1500);
    ble_bytes(h, 7, jpeg, 1500, N, 500);
    fake_host_advance(h, 20 * FAKE_MS);
    cr_assert_arr_eq(fake_capture(h, 0)->picture.bytes, jpeg, N);
    cr_assert_eq(fake_capture(h, 0)->captured_us, FAKE_WALL_US - 60 * FAKE_S);
    fake_host_free(h);
}

Test(ble_window, camera_that_was_started_anew_begins_with_another_picture)
{
    const uint8_t *jpeg = ble_picture(N, 1);
    struct fake_host *h = offered(jpeg);

    ble_bytes(h, 7, jpeg, 0, 1500, 500);
    fake_ble_close(fake_ble_last(h), -ECONNRESET, "out of range");
    fake_host_advance(h, 2 * FAKE_S);
    ble_connect(h, BLE_WARREN, NULL);
    ble_info(h, BOOT + 1, 1);
    ble_offer(h, 7, jpeg, N, 0);
    ble_bytes(h, 7, jpeg, 0, N, 500);
    fake_host_advance(h, 20 * FAKE_MS);
    cr_assert_eq(ble_n_said(h, BATCH_LINK_GET), 0, "the same id is another picture");
    cr_assert_str_eq(fake_capture(h, 0)->key, "abcd1235:7");
    fake_host_free(h);
}

Test(ble_window, stored_that_was_lost_with_the_link_is_said_again_without_a_transfer)
{
    const uint8_t *jpeg = ble_picture(N, 1);
    struct fake_host *h = offered(jpeg);

    ble_bytes(h, 7, jpeg, 0, N, 500);
    fake_ble_close(fake_ble_last(h), -ECONNRESET, "out of range");
    fake_host_advance(h, 2 * FAKE_S);
    ble_connect(h, BLE_WARREN, NULL);
    ble_info(h, BOOT, 1);
    ble_offer(h, 7, jpeg, N, 62000);
    cr_assert_eq(ble_said(h, BATCH_LINK_STORED).picture.id, 7);
    cr_assert_eq(ble_n_said(h, BATCH_LINK_GET), 0);
    cr_assert_eq(fake_n_captures(h), 1);
    fake_host_free(h);
}

Test(ble_window, picture_that_the_store_has_already_is_stored)
{
    const uint8_t *jpeg = ble_picture(N, 1);
    struct fake_host *h = offered(jpeg);

    fake_host_captures_take(h, -1);
    ble_bytes(h, 7, jpeg, 0, N, 500);
    fake_host_advance(h, FAKE_MS);
    fake_capture_done(fake_capture(h, 0), -EEXIST, 4);
    fake_host_turn(h);
    cr_assert_eq(ble_said(h, BATCH_LINK_STORED).picture.id, 7);
    fake_host_free(h);
}

Test(ble_window, impossible_sizes_are_one_trouble_whatever_the_numbers)
{
    struct fake_host *h = ble_ready(BLE_WARREN, NULL);
    struct batch_link m = {.type = BATCH_LINK_OFFER};

    ble_info(h, BOOT, 50);
    for (unsigned i = 0; i < 50; i++) {
        m.offer.id = i + 1;
        m.offer.size = 4000000000u + i;
        ble_link(h, &m);
    }
    cr_assert_eq(fake_n_events(fake_dev(h), "device.error"), 1);
    cr_assert_eq(ble_n_said(h, BATCH_LINK_SKIP), 50);
    fake_host_free(h);
}

Test(ble_window, wrong_checksum_is_fetched_twice_more_then_left_with_the_camera)
{
    const uint8_t *jpeg = ble_picture(N, 1);
    struct fake_host *h = offered(jpeg);
    uint8_t wrong[N];

    memcpy(wrong, jpeg, N);
    wrong[1234] ^= 1;
    for (unsigned i = 0; i < 3; i++) {
        cr_assert_eq(ble_n_said(h, BATCH_LINK_GET), i);
        cr_assert_eq(ble_said(h, BATCH_LINK_GET).picture.offset, 0);
        ble_bytes(h, 7, wrong, 0, N, 500);
    }
    cr_assert_eq(ble_said(h, BATCH_LINK_SKIP).picture.id, 7);
    cr_assert_eq(fake_n_captures(h), 0);
    cr_assert_not_null(strstr(fake_event(fake_dev(h), "device.error"), "checksum"));
    ble_offer(h, 8, ble_picture(N, 2), N, 0);
    ble_bytes(h, 8, ble_picture(N, 2), 0, N, 500);
    fake_host_advance(h, 20 * FAKE_MS);
    cr_assert_eq(ble_said(h, BATCH_LINK_STORED).picture.id, 8);
    fake_host_free(h);
}

Test(ble_window, full_disk_is_tried_again_and_the_camera_keeps_its_picture)
{
    const uint8_t *jpeg = ble_picture(N, 1);
    struct fake_host *h = offered(jpeg);

    fake_host_captures_take(h, -1);
    ble_bytes(h, 7, jpeg, 0, N, 500);
    fake_host_advance(h, FAKE_MS);
    fake_capture_done(fake_capture(h, 0), -ENOSPC, 0);
    fake_host_turn(h);
    cr_assert_eq(fake_n_events(fake_dev(h), "device.error"), 1);
    fake_host_refuse_captures(h, -ENOSPC);
    fake_host_advance(h, 300 * FAKE_S);
    cr_assert_eq(ble_n_said(h, BATCH_LINK_STORED), 0);
    cr_assert_eq(fake_n_events(fake_dev(h), "device.error"), 1, "told once");
    fake_host_refuse_captures(h, 0);
    fake_host_captures_take(h, 0);
    for (int s = 0; s < 61 && ble_n_said(h, BATCH_LINK_STORED) == 0; s++)
        fake_host_advance(h, FAKE_S);
    cr_assert_eq(ble_said(h, BATCH_LINK_STORED).picture.id, 7);
    cr_assert_eq(ble_n_said(h, BATCH_LINK_GET), 0, "no second transfer");
    cr_assert_str_eq(fake_value(fake_dev(h), "trouble"), "");
    fake_host_free(h);
}

Test(ble_window, rubbish_with_a_right_checksum_is_left_and_not_fetched_again)
{
    uint8_t rubbish[N] = {0x42};
    struct fake_host *h = offered(rubbish);

    ble_bytes(h, 7, rubbish, 0, N, 500);
    fake_host_advance(h, 20 * FAKE_MS);
    cr_assert_eq(ble_said(h, BATCH_LINK_SKIP).picture.id, 7);
    fake_ble_close(fake_ble_last(h), -ECONNRESET, "gone");
    fake_host_advance(h, 2 * FAKE_S);
    ble_connect(h, BLE_WARREN, NULL);
    ble_info(h, BOOT, 1);
    ble_offer(h, 7, rubbish, N, 0);
    cr_assert_eq(ble_n_said(h, BATCH_LINK_GET), 0);
    cr_assert_eq(ble_said(h, BATCH_LINK_SKIP).picture.id, 7);
    fake_host_free(h);
}

Test(ble_window, picture_that_is_gone_makes_room_for_the_next)
{
    const uint8_t *jpeg = ble_picture(N, 1);
    struct fake_host *h = offered(jpeg);

    ble_link(h, &(struct batch_link){.type = BATCH_LINK_GONE, .picture = {.id = 7}});
    ble_offer(h, 8, jpeg, N, 0);
    ble_bytes(h, 8, jpeg, 0, N, 500);
    fake_host_advance(h, 20 * FAKE_MS);
    cr_assert_eq(ble_said(h, BATCH_LINK_STORED).picture.id, 8);
    fake_host_free(h);
}

Test(ble_window, place_of_the_camera_goes_before_that_of_the_options)
{
    const uint8_t *jpeg = ble_picture(N, 1);
    struct fake_host *h = ble_new();

    fake_host_option(h, "latitude", "48.5");
    fake_host_option(h, "longitude", "11.25");
    fake_host_start(h);
    ble_connect(h, BLE_WARREN, NULL);
    ble_info(h, BOOT, 2);
    ble_link(h,
        &(struct batch_link){.type = BATCH_LINK_PLACE,
            .place = {.id = 7, .latitude_e7 = -335000000, .longitude_e7 = 1512500000}});
    ble_offer(h, 7, jpeg, N, 0);
    ble_bytes(h, 7, jpeg, 0, N, 500);
    fake_host_advance(h, 20 * FAKE_MS);
    ble_offer(h, 8, jpeg, N, 0);
    ble_bytes(h, 8, jpeg, 0, N, 500);
    fake_host_advance(h, 20 * FAKE_MS);
    cr_assert_float_eq(fake_capture(h, 0)->latitude, -33.5, 1e-9);
    cr_assert_float_eq(fake_capture(h, 0)->longitude, 151.25, 1e-9);
    cr_assert_float_eq(fake_capture(h, 1)->latitude, 48.5, 1e-9);
    cr_assert_float_eq(fake_capture(h, 1)->longitude, 11.25, 1e-9);
    fake_host_free(h);
}

Test(ble_window, offer_whose_place_was_lost_is_asked_for_again)
{
    const uint8_t *jpeg = ble_picture(N, 1);
    struct fake_host *h = ble_ready(BLE_WARREN, NULL);
    const struct batch_link offer = {.type = BATCH_LINK_OFFER,
        .offer = {.flags = BATCH_LINK_OFFER_PLACE, .id = 7, .size = N, .crc = 1}};

    ble_info(h, BOOT, 1);
    ble_link(h, &offer);
    cr_assert_eq(ble_n_said(h, BATCH_LINK_HELLO), 2);
    cr_assert_eq(fake_n_events(fake_dev(h), "transfer.progress"), 0);
    ble_link(h, &offer);
    ble_link(h, &offer);
    cr_assert_eq(ble_n_said(h, BATCH_LINK_HELLO), 3);
    cr_assert_eq(fake_n_events(fake_dev(h), "transfer.progress"), 1, "it is taken without at last");
    ble_bytes(h, 7, jpeg, 0, 500, 500);
    fake_host_free(h);
}

Test(ble_window, offer_that_is_said_again_while_the_disk_is_slow_changes_nothing)
{
    const uint8_t *jpeg = ble_picture(N, 1);
    struct fake_host *h = offered(jpeg);

    fake_host_captures_take(h, -1);
    ble_bytes(h, 7, jpeg, 0, N, 500);
    fake_host_advance(h, 2 * FAKE_S);
    ble_offer(h, 7, jpeg, N, 63000);
    fake_host_advance(h, 2 * FAKE_S);
    cr_assert_eq(ble_n_said(h, BATCH_LINK_GET), 0);
    cr_assert_eq(ble_said(h, BATCH_LINK_HAVE).picture.offset, N);
    cr_assert_eq(ble_n_said(h, BATCH_LINK_STORED), 0);
    fake_capture_done(fake_capture(h, 0), 0, 1);
    fake_host_turn(h);
    cr_assert_eq(ble_n_said(h, BATCH_LINK_STORED), 1);
    cr_assert_eq(fake_n_captures(h), 1);
    fake_host_free(h);
}

Test(ble_window, without_stay_the_camera_is_left_and_visited_again)
{
    struct fake_host *h = ble_new();
    struct fake_ble *b;

    fake_host_option(h, "stay", "false");
    fake_host_option(h, "revisit_s", "300");
    fake_host_start(h);
    b = ble_connect(h, BLE_WARREN, NULL);
    ble_info(h, BOOT, 0);
    cr_assert_eq(ble_n_said(h, BATCH_LINK_LEAVE), 1);
    fake_host_advance(h, FAKE_S);
    cr_assert(b->over);
    cr_assert_not_null(strstr(fake_why(fake_dev(h)), "rests"));
    fake_host_advance(h, 298 * FAKE_S);
    cr_assert_eq(fake_n_ble(h), 1);
    fake_host_advance(h, 2 * FAKE_S);
    cr_assert_eq(fake_n_ble(h), 2);
    fake_host_free(h);
}

Test(ble_window, what_the_camera_forgot_or_failed_to_take_is_told)
{
    struct fake_host *h = ble_ready(BLE_WARREN, NULL);

    ble_link(h,
        &(struct batch_link){.type = BATCH_LINK_INFO,
            .info = {
                .version = 1, .boot = BOOT, .window_bytes = 4096, .n_failed = 2, .n_dropped = 5}});
    cr_assert_str_eq(fake_value(fake_dev(h), "camera_failed"), "2");
    cr_assert_str_eq(fake_value(fake_dev(h), "camera_dropped"), "5");
    cr_assert_eq(fake_n_events(fake_dev(h), "device.error"), 2);
    for (uint16_t i = 3; i < 50; i++)
        ble_link(h,
            &(struct batch_link){.type = BATCH_LINK_INFO,
                .info = {.version = 1,
                    .boot = BOOT,
                    .window_bytes = 4096,
                    .n_failed = i,
                    .n_dropped = 5}});
    cr_assert_str_eq(fake_value(fake_dev(h), "camera_failed"), "49");
    cr_assert_eq(fake_n_events(fake_dev(h), "device.error"), 2, "the same again is no news");
    fake_host_free(h);
}

Test(ble_window, progress_is_told_at_a_bounded_rate)
{
    const uint8_t *jpeg = ble_picture(60000, 1);
    struct fake_host *h = ble_ready(BLE_WARREN, NULL);

    ble_info(h, BOOT, 1);
    ble_offer(h, 7, jpeg, 60000, 0);
    ble_bytes(h, 7, jpeg, 0, 60000, 100);
    cr_assert_leq(fake_n_events(fake_dev(h), "transfer.progress"), 2);
    cr_assert_str_eq(fake_event(fake_dev(h), "transfer.progress"),
        "{\"picture\":1,\"of\":1,\"bytes\":60000,\"size\":60000}");
    fake_host_free(h);
}

Test(ble_window, stopping_at_any_moment_leaves_nothing)
{
    for (unsigned at = 0; at < 9; at++) {
        const uint8_t *jpeg = ble_picture(N, 1);
        struct fake_host *h = offered(jpeg);

        if (at > 0)
            ble_bytes(h, 7, jpeg, 0, at < 7 ? at * 500 : N, 500);
        if (at == 8)
            fake_host_advance(h, 20 * FAKE_MS);
        fake_host_free(h);
    }
}
