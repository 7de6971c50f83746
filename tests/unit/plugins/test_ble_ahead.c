/* Our own dialect, one ahead: a picture comes in while the one before is on its way to the disk. The
 * disk answers when the test says so. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "ble.h"

#define BOOT 0xabcd1234u
#define N 3000

static struct fake_host *ready(unsigned n_waiting)
{
    struct fake_host *h = ble_ready(BLE_WARREN, NULL);

    fake_host_captures_take(h, -1);
    ble_info(h, BOOT, n_waiting);
    return h;
}

static void offer(struct fake_host *h, uint32_t id)
{
    ble_offer(h, id, ble_picture(N, id), N, 0);
}

static void bytes(struct fake_host *h, uint32_t id, size_t from, size_t to)
{
    ble_bytes(h, id, ble_picture(N, id), from, to, 500);
    fake_host_advance(h, 2 * FAKE_MS);
}

/* As the camera sends it to a host that is one ahead: without a GET. */
static void comes(struct fake_host *h, uint32_t id)
{
    offer(h, id);
    bytes(h, id, 0, N);
}

/* The i-th capture that was handed to the disk is this picture. */
static void is_on_its_way(struct fake_host *h, size_t i, uint32_t id)
{
    cr_assert_eq(fake_n_captures(h), i + 1);
    cr_assert_arr_eq(fake_capture(h, i)->picture.bytes, ble_picture(N, id), N);
}

static void disk_says(struct fake_host *h, size_t i, int result)
{
    fake_capture_done(fake_capture(h, i), result, i + 1);
    fake_host_advance(h, 2 * FAKE_MS);
}

static void is_stored(struct fake_host *h, unsigned n, uint32_t id)
{
    cr_assert_eq(ble_n_said(h, BATCH_LINK_STORED), n);
    cr_assert_eq(ble_said(h, BATCH_LINK_STORED).picture.id, id);
}

static void link_is_lost(struct fake_host *h)
{
    fake_ble_close(fake_ble_last(h), -ECONNRESET, "out of range");
    fake_host_advance(h, 2 * FAKE_S);
    ble_connect(h, BLE_WARREN, NULL);
}

Test(ble_ahead, next_comes_in_while_one_is_saved_and_they_are_stored_in_order)
{
    struct fake_host *h = ready(3);

    comes(h, 1);
    is_on_its_way(h, 0, 1);
    cr_assert_eq(ble_said(h, BATCH_LINK_HAVE).picture.offset, N, "so the next one is sent");
    comes(h, 2);
    cr_assert_eq(fake_n_captures(h), 1, "the disk takes one after the other");
    cr_assert_eq(ble_said(h, BATCH_LINK_HAVE).picture.id, 2);
    cr_assert_eq(ble_n_said(h, BATCH_LINK_STORED), 0);
    disk_says(h, 0, 0);
    is_stored(h, 1, 1);
    is_on_its_way(h, 1, 2);
    comes(h, 3);
    disk_says(h, 1, 0);
    is_stored(h, 2, 2);
    disk_says(h, 2, 0);
    is_stored(h, 3, 3);
    cr_assert_eq(ble_n_said(h, BATCH_LINK_GET), 0, "all of them came by themselves");
    cr_assert_eq(fake_n_frames(fake_dev(h)), 3);
    fake_host_free(h);
}

Test(ble_ahead, pictures_are_counted_through_the_batch)
{
    struct fake_host *h = ready(3);

    comes(h, 1);
    offer(h, 2);
    cr_assert_str_eq(fake_why(fake_dev(h)), "Receiving picture 2 of 3 (3000 bytes)");
    disk_says(h, 0, 0);
    cr_assert_str_eq(fake_value(fake_dev(h), "images_waiting"), "2");
    bytes(h, 2, 0, N);
    cr_assert_str_eq(fake_event(fake_dev(h), "transfer.progress"),
        "{\"picture\":2,\"of\":3,\"bytes\":3000,\"size\":3000}");
    disk_says(h, 1, 0);
    cr_assert_str_eq(fake_value(fake_dev(h), "images_waiting"), "1");
    cr_assert_str_eq(fake_why(fake_dev(h)), "A picture was kept");
    fake_host_free(h);
}

Test(ble_ahead, first_that_the_disk_refuses_is_not_stored_and_holds_the_second_back)
{
    struct fake_host *h = ready(2);

    comes(h, 1);
    fake_host_refuse_captures(h, -ENOSPC);
    disk_says(h, 0, -ENOSPC);
    comes(h, 2);
    fake_host_advance(h, 100 * FAKE_S);
    cr_assert_eq(ble_n_said(h, BATCH_LINK_STORED) + ble_n_said(h, BATCH_LINK_SKIP), 0);
    cr_assert(fake_online(fake_dev(h)), "the camera keeps both, and is not bothered");
    cr_assert_eq(ble_n_said(h, BATCH_LINK_HELLO), 1);
    fake_host_refuse_captures(h, 0);
    fake_host_advance(h, 61 * FAKE_S);
    is_on_its_way(h, 1, 1);
    disk_says(h, 1, 0);
    is_stored(h, 1, 1);
    is_on_its_way(h, 2, 2);
    disk_says(h, 2, 0);
    is_stored(h, 2, 2);
    fake_host_free(h);
}

Test(ble_ahead, first_that_is_no_jpeg_is_left_and_the_second_is_stored)
{
    static const uint8_t rubbish[N] = {0x42};
    struct fake_host *h = ready(2);

    ble_offer(h, 1, rubbish, N, 0);
    ble_bytes(h, 1, rubbish, 0, N, 500);
    comes(h, 2);
    cr_assert_eq(ble_said(h, BATCH_LINK_SKIP).picture.id, 1);
    is_on_its_way(h, 0, 2);
    disk_says(h, 0, 0);
    is_stored(h, 1, 2);
    fake_host_free(h);
}

Test(ble_ahead, link_that_is_lost_in_between_goes_on_where_both_were)
{
    struct fake_host *h = ready(2);

    comes(h, 1);
    offer(h, 2);
    bytes(h, 2, 0, 1500);
    link_is_lost(h);
    ble_info(h, BOOT, 2);
    offer(h, 1);
    cr_assert_eq(ble_said(h, BATCH_LINK_GET).picture.id, 1);
    cr_assert_eq(ble_said(h, BATCH_LINK_GET).picture.offset, N, "all of it is here");
    offer(h, 2);
    cr_assert_eq(ble_said(h, BATCH_LINK_GET).picture.id, 2);
    cr_assert_eq(ble_said(h, BATCH_LINK_GET).picture.offset, 1500);
    bytes(h, 2, 1500, N);
    cr_assert_eq(ble_n_said(h, BATCH_LINK_STORED), 0);
    disk_says(h, 0, 0);
    is_stored(h, 1, 1);
    disk_says(h, 1, 0);
    is_stored(h, 2, 2);
    cr_assert_eq(fake_n_captures(h), 2);
    fake_host_free(h);
}

Test(ble_ahead, what_was_saved_without_a_link_is_stored_when_it_is_offered_again)
{
    struct fake_host *h = ready(2);

    comes(h, 1);
    comes(h, 2);
    fake_ble_close(fake_ble_last(h), -ECONNRESET, "out of range");
    fake_host_turn(h);
    disk_says(h, 0, 0);
    disk_says(h, 1, 0);
    fake_host_advance(h, 2 * FAKE_S);
    ble_connect(h, BLE_WARREN, NULL);
    ble_info(h, BOOT, 2);
    offer(h, 1);
    is_stored(h, 1, 1);
    offer(h, 2);
    is_stored(h, 2, 2);
    cr_assert_eq(ble_n_said(h, BATCH_LINK_GET), 0);
    fake_host_free(h);
}

Test(ble_ahead, lost_end_of_the_first_is_asked_for_when_the_second_is_offered)
{
    struct fake_host *h = ready(2);

    offer(h, 1);
    bytes(h, 1, 0, 2000);
    offer(h, 2);
    cr_assert_eq(ble_n_said(h, BATCH_LINK_GET), 1);
    cr_assert_eq(ble_said(h, BATCH_LINK_GET).picture.id, 1);
    cr_assert_eq(ble_said(h, BATCH_LINK_GET).picture.offset, 2000);
    bytes(h, 2, 0, 1000); /* on their way already */
    cr_assert_eq(ble_n_said(h, BATCH_LINK_GET), 1, "once");
    bytes(h, 1, 2000, N);
    bytes(h, 2, 1000, N);
    disk_says(h, 0, 0);
    disk_says(h, 1, 0);
    is_stored(h, 2, 2);
    cr_assert_eq(ble_n_said(h, BATCH_LINK_GET), 1, "what came of the second was not thrown away");
    fake_host_free(h);
}

Test(ble_ahead, lost_beginning_of_the_second_is_asked_for_as_well)
{
    struct fake_host *h = ready(2);

    offer(h, 1);
    offer(h, 2); /* all DATA of the first were lost, and the first of the second */
    bytes(h, 2, 500, 1000);
    cr_assert_eq(ble_n_said(h, BATCH_LINK_GET), 2);
    cr_assert_eq(ble_said(h, BATCH_LINK_GET).picture.id, 2);
    cr_assert_eq(ble_said(h, BATCH_LINK_GET).picture.offset, 0);
    bytes(h, 1, 0, N);
    bytes(h, 2, 0, N);
    disk_says(h, 0, 0);
    disk_says(h, 1, 0);
    is_stored(h, 2, 2);
    fake_host_free(h);
}

Test(ble_ahead, offers_said_again_in_silence_are_answered_without_a_transfer)
{
    struct fake_host *h = ready(2);

    comes(h, 1);
    offer(h, 2);
    bytes(h, 2, 0, 500);
    offer(h, 1);
    cr_assert_eq(ble_said(h, BATCH_LINK_HAVE).picture.id, 1);
    cr_assert_eq(ble_said(h, BATCH_LINK_HAVE).picture.offset, N);
    offer(h, 2);
    cr_assert_eq(ble_n_said(h, BATCH_LINK_GET), 1);
    cr_assert_eq(ble_said(h, BATCH_LINK_GET).picture.offset, 500, "from where it is");
    fake_host_free(h);
}

Test(ble_ahead, have_of_one_does_not_push_that_of_the_other_out_of_the_queue)
{
    struct fake_host *h = ready(2);
    struct fake_ble *b = fake_ble_last(h);

    fake_ble_hold(b, true);
    offer(h, 1);
    offer(h, 1); /* GET of the first is on the air, and what follows waits */
    bytes(h, 1, 0, N);
    comes(h, 2);
    for (unsigned i = 0; i < 9; i++) {
        if (!fake_ble_op_last(b)->over)
            fake_ble_answer(fake_ble_op_last(b), 0, NULL, 0);
        fake_host_turn(h);
    }
    cr_assert_eq(ble_n_said(h, BATCH_LINK_HAVE), 2);
    cr_assert_eq(ble_said(h, BATCH_LINK_HAVE).picture.id, 2);
    fake_host_free(h);
}

Test(ble_ahead, second_that_the_camera_has_dropped_makes_room_for_another)
{
    struct fake_host *h = ready(3);

    comes(h, 1);
    offer(h, 2);
    bytes(h, 2, 0, 1000);
    ble_link(h, &(struct batch_link){.type = BATCH_LINK_GONE, .picture = {.id = 2}});
    cr_assert_str_eq(fake_value(fake_dev(h), "pictures_failed"), "1");
    cr_assert_not_null(strstr(fake_event(fake_dev(h), "device.error"), "gone"));
    comes(h, 3);
    disk_says(h, 0, 0);
    is_stored(h, 1, 1);
    disk_says(h, 1, 0);
    is_stored(h, 2, 3);
    fake_host_free(h);
}

Test(ble_ahead, picture_that_is_here_is_kept_though_the_camera_has_dropped_it)
{
    struct fake_host *h = ready(2);

    comes(h, 1);
    comes(h, 2);
    ble_link(h, &(struct batch_link){.type = BATCH_LINK_GONE, .picture = {.id = 2}});
    disk_says(h, 0, 0);
    disk_says(h, 1, 0);
    is_stored(h, 2, 2);
    fake_host_free(h);
}

Test(ble_ahead, third_that_is_offered_too_early_is_asked_for_when_there_is_room)
{
    struct fake_host *h = ready(3);

    comes(h, 1);
    comes(h, 2);
    comes(h, 3);
    fake_host_advance(h, 10 * FAKE_S);
    cr_assert_eq(ble_n_said(h, BATCH_LINK_HELLO), 1);
    disk_says(h, 0, 0);
    is_stored(h, 1, 1);
    cr_assert_eq(ble_n_said(h, BATCH_LINK_HELLO), 2);
    ble_info(h, BOOT, 2);
    offer(h, 2);
    comes(h, 3);
    disk_says(h, 1, 0);
    disk_says(h, 2, 0);
    is_stored(h, 3, 3);
    fake_host_free(h);
}

Test(ble_ahead, no_memory_for_the_second_is_tried_again_each_second)
{
    struct fake_host *h = ready(2);

    comes(h, 1);
    fake_host_refuse_frames(h, 1);
    offer(h, 2);
    fake_host_advance(h, 1 * FAKE_S);
    cr_assert_eq(ble_n_said(h, BATCH_LINK_HELLO), 2);
    ble_info(h, BOOT, 2);
    offer(h, 1);
    comes(h, 2);
    disk_says(h, 0, 0);
    disk_says(h, 1, 0);
    is_stored(h, 2, 2);
    fake_host_free(h);
}

Test(ble_ahead, camera_that_was_started_anew_takes_nothing_that_is_here_along)
{
    struct fake_host *h = ready(2);

    comes(h, 1);
    comes(h, 2);
    link_is_lost(h);
    ble_info(h, BOOT + 1, 1);
    offer(h, 1); /* another one: there is no room for it yet */
    disk_says(h, 0, 0);
    cr_assert_eq(ble_n_said(h, BATCH_LINK_STORED), 0, "that one is not here");
    cr_assert_eq(ble_n_said(h, BATCH_LINK_HELLO), 2);
    disk_says(h, 1, 0);
    cr_assert_eq(ble_n_said(h, BATCH_LINK_STORED), 0);
    ble_info(h, BOOT + 1, 1);
    comes(h, 1);
    cr_assert_str_eq(fake_capture(h, 2)->key, "abcd1235:1");
    disk_says(h, 2, 0);
    is_stored(h, 1, 1);
    fake_host_free(h);
}

Test(ble_ahead, stopping_with_two_in_hand_leaves_nothing)
{
    for (unsigned at = 0; at < 5; at++) {
        struct fake_host *h = ready(2);

        comes(h, 1);
        offer(h, 2);
        bytes(h, 2, 0, at * N / 4);
        if (at == 1)
            link_is_lost(h);
        fake_host_free(h);
    }
}
