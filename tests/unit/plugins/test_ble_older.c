/* The older dialects: every thing that the page says a host has to know about real cameras. */
#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>
#include <string.h>

#include "ble.h"

static void is_kept(struct fake_host *h, size_t i, const uint8_t *bytes, size_t n)
{
    const struct fake_capture *c = fake_capture(h, i);

    cr_assert_eq(c->picture.n, n);
    cr_assert_arr_eq(c->picture.bytes, bytes, n);
}

Test(ble_batch, hands_its_pictures_over_byte_by_byte_and_shows_them)
{
    struct fake_host *h = ble_ready(BLE_BATCH, NULL);

    ble_say(h, "PSRAM: 12.3% | Imgs: 3");
    cr_assert_str_eq(fake_value(fake_dev(h), "storage_used_percent"), "12.3");
    cr_assert_str_eq(fake_value(fake_dev(h), "images_waiting"), "3");
    ble_say(h, "COUNT:3");
    for (unsigned i = 0; i < 3; i++)
        cr_assert(ble_send(h, ble_picture(1200 + i, i), 1200 + i));
    for (unsigned i = 0; i < 3; i++)
        is_kept(h, i, ble_picture(1200 + i, i), 1200 + i);
    cr_assert_str_eq(ble_commands(h), "AANNANNANN");
    cr_assert_eq(fake_n_frames(fake_dev(h)), 3);
    cr_assert_str_eq(fake_capture(h, 0)->source, "batch");
    cr_assert_str_eq(fake_value(fake_dev(h), "dialect"), "batch");
    cr_assert_str_eq(fake_value(fake_dev(h), "mtu"), "517");
    cr_assert(fake_online(fake_dev(h)), "it stays: such a camera takes one link per start");
    fake_host_free(h);
}

Test(ble_batch, subscribes_data_then_status_then_reads_status)
{
    struct fake_host *h = ble_ready(BLE_BATCH, NULL);
    struct fake_ble *b = fake_ble_last(h);

    cr_assert_eq(fake_ble_op(b, 0)->kind, FAKE_BLE_SUBSCRIBE);
    cr_assert_str_eq(fake_ble_op(b, 0)->uuid, BATCH_DATA_UUID);
    cr_assert_eq(fake_ble_op(b, 1)->kind, FAKE_BLE_SUBSCRIBE);
    cr_assert_str_eq(fake_ble_op(b, 1)->uuid, BATCH_STATUS_UUID);
    cr_assert_eq(fake_ble_op(b, 2)->kind, FAKE_BLE_READ);
    fake_host_free(h);
}

Test(ble_batch, count_that_came_before_we_listened_is_found_by_reading)
{
    struct fake_host *h = ble_ready(BLE_BATCH, "COUNT:1");

    cr_assert_str_eq(ble_commands(h), "A");
    cr_assert(ble_send(h, ble_picture(600, 1), 600));
    is_kept(h, 0, ble_picture(600, 1), 600);
    fake_host_free(h);
}

Test(ble_batch, count_that_is_heard_and_read_is_acknowledged_once)
{
    struct fake_host *h = ble_open(BLE_BATCH);
    struct fake_ble_op *read = fake_ble_op_last(fake_ble_last(h));

    ble_say(h, "COUNT:1");
    fake_ble_answer(read, 0, "COUNT:1", 7);
    fake_host_turn(h);
    cr_assert_str_eq(ble_commands(h), "A");
    fake_host_free(h);
}

static void is_at(const char *latitude, const char *longitude, double lat, double lon)
{
    struct fake_host *h = ble_new();

    fake_host_option(h, "latitude", latitude);
    if (longitude)
        fake_host_option(h, "longitude", longitude);
    fake_host_start(h);
    ble_connect(h, BLE_BATCH, "COUNT:1");
    cr_assert(ble_send(h, ble_picture(600, 1), 600));
    cr_assert(
        isnan(lat) ? isnan(fake_capture(h, 0)->latitude) : fake_capture(h, 0)->latitude == lat);
    cr_assert(
        isnan(lon) ? isnan(fake_capture(h, 0)->longitude) : fake_capture(h, 0)->longitude == lon);
    fake_host_free(h);
}

Test(ble_batch, captures_have_the_position_of_the_options)
{
    is_at("48.5", "-11.25", 48.5, -11.25);
    is_at("48.5", NULL, NAN, NAN);
    is_at("0", "0", 0, 0);
}

Test(ble_batch, next_piece_is_asked_for_20_ms_after_the_last)
{
    struct fake_host *h = ble_ready(BLE_BATCH, NULL);

    ble_say(h, "COUNT:1");
    ble_say(h, "IMAGE:1200");
    ble_data(h, ble_picture(1200, 1), 512);
    fake_host_advance(h, 19 * FAKE_MS);
    cr_assert_eq(ble_count(h, 'N'), 0, "within 10 ms it would be lost");
    fake_host_advance(h, 1 * FAKE_MS);
    cr_assert_eq(ble_count(h, 'N'), 1);
    fake_host_free(h);
}

Test(ble_batch, next_piece_is_asked_for_again_each_second)
{
    struct fake_host *h = ble_ready(BLE_BATCH, NULL);
    const uint8_t *jpeg = ble_picture(1000, 1);

    ble_say(h, "COUNT:1");
    ble_say(h, "IMAGE:1000");
    ble_data(h, jpeg, 512);
    fake_host_advance(h, 3050 * FAKE_MS);
    cr_assert_eq(ble_count(h, 'N'), 4);
    ble_data(h, jpeg + 512, 488);
    fake_host_advance(h, FAKE_S);
    is_kept(h, 0, jpeg, 1000);
    cr_assert_str_neq(fake_value(fake_dev(h), "chunks_lost"), "0");
    fake_host_free(h);
}

Test(ble_batch, camera_that_falls_silent_loses_its_picture_after_15_s)
{
    struct fake_host *h = ble_ready(BLE_BATCH, NULL);

    ble_say(h, "COUNT:2");
    ble_say(h, "IMAGE:1000");
    ble_data(h, ble_picture(1000, 1), 512);
    fake_host_advance(h, 14900 * FAKE_MS);
    cr_assert_eq(fake_n_events(fake_dev(h), "device.error"), 0);
    fake_host_advance(h, 200 * FAKE_MS);
    cr_assert_eq(fake_n_events(fake_dev(h), "device.error"), 1);
    cr_assert_eq(fake_n_captures(h), 0);
    cr_assert_str_eq(fake_value(fake_dev(h), "pictures_failed"), "1");
    cr_assert_str_neq(fake_value(fake_dev(h), "trouble"), "");
    ble_say(h, "COUNT:1");
    cr_assert(ble_send(h, ble_picture(700, 2), 700), "it goes on");
    is_kept(h, 0, ble_picture(700, 2), 700);
    cr_assert_str_eq(fake_value(fake_dev(h), "trouble"), "", "now all works");
    fake_host_free(h);
}

Test(ble_batch, impossible_sizes_are_one_trouble_whatever_the_numbers)
{
    struct fake_host *h = ble_ready(BLE_BATCH, NULL);
    char line[32];

    ble_say(h, "COUNT:2");
    for (unsigned i = 0; i < 50; i++) {
        snprintf(line, sizeof line, "IMAGE:%u", 4000000000u + i);
        ble_say(h, line);
    }
    cr_assert_eq(fake_n_events(fake_dev(h), "device.error"), 1);
    cr_assert_str_eq(fake_value(fake_dev(h), "pictures_failed"), "50");
    fake_host_free(h);
}

/* An impossible size, then a picture that is broken off for the next: never the same trouble twice. */
static unsigned troubles_told(struct fake_host *h, unsigned n)
{
    size_t before = fake_n_events(fake_dev(h), "device.error");

    for (unsigned i = 0; i < n; i++) {
        ble_say(h, "IMAGE:0");
        ble_say(h, "IMAGE:1000");
        ble_data(h, ble_picture(1000, 1), 512);
        ble_say(h, "COUNT:2");
    }
    return (unsigned)(fake_n_events(fake_dev(h), "device.error") - before);
}

Test(ble_batch, ever_new_troubles_are_told_now_and_then)
{
    struct fake_host *h = ble_ready(BLE_BATCH, NULL);

    ble_say(h, "COUNT:2");
    cr_assert_eq(troubles_told(h, 20), 6);
    cr_assert_eq(troubles_told(h, 20), 0);
    cr_assert(ble_send(h, ble_picture(700, 2), 700));
    cr_assert_str_eq(fake_value(fake_dev(h), "trouble"), "", "now all works");
    fake_host_advance(h, 20 * FAKE_S);
    cr_assert_eq(troubles_told(h, 20), 1);
    fake_host_advance(h, 600 * FAKE_S);
    cr_assert_eq(troubles_told(h, 20), 6);
    fake_host_free(h);
}

static void gives_up_with(const char *line)
{
    struct fake_host *h = ble_ready(BLE_BATCH, NULL);

    ble_say(h, "COUNT:2");
    ble_say(h, "IMAGE:1000");
    ble_data(h, ble_picture(1000, 1), 512);
    ble_say(h, line);
    cr_assert_eq(fake_n_events(fake_dev(h), "device.error"), 1, "%s", line);
    if (strncmp(line, "IMAGE", 5) != 0)
        ble_say(h, "COUNT:1"), ble_say(h, "IMAGE:600");
    ble_data(h, ble_picture(600, 3), 512);
    fake_host_advance(h, 30 * FAKE_MS);
    ble_data(h, ble_picture(600, 3) + 512, 88);
    fake_host_advance(h, FAKE_S);
    cr_assert_eq(fake_n_captures(h), 1, "%s", line);
    is_kept(h, 0, ble_picture(600, 3), 600);
    fake_host_free(h);
}

Test(ble_batch, count_in_the_middle_of_a_picture_begins_anew)
{
    gives_up_with("COUNT:1");
}

Test(ble_batch, image_in_the_middle_of_a_picture_begins_anew)
{
    gives_up_with("IMAGE:600");
}

Test(ble_batch, memory_in_the_middle_of_a_picture_begins_anew)
{
    gives_up_with("PSRAM: 50.0% | Imgs: 2");
}

Test(ble_batch, bytes_beyond_the_announced_size_belong_to_nothing)
{
    struct fake_host *h = ble_ready(BLE_BATCH, NULL);
    uint8_t more[512];

    memset(more, 0x55, sizeof more);
    memcpy(more, ble_picture(600, 1) + 512, 88);
    ble_say(h, "COUNT:2");
    ble_say(h, "IMAGE:600");
    ble_data(h, ble_picture(600, 1), 512);
    ble_data(h, more, sizeof more);
    ble_data(h, more, sizeof more);
    fake_host_advance(h, FAKE_S);
    is_kept(h, 0, ble_picture(600, 1), 600);
    cr_assert(ble_send(h, ble_picture(800, 2), 800));
    is_kept(h, 1, ble_picture(800, 2), 800);
    fake_host_free(h);
}

Test(ble_batch, link_with_a_small_mtu_is_said_to_be_of_no_use)
{
    struct fake_host *h = ble_new();
    struct wr_ble_char chars[8];

    fake_host_start(h);
    fake_ble_open(fake_ble_last(h), chars, ble_chars(BLE_BATCH, chars), 185);
    fake_host_turn(h);
    cr_assert_not_null(strstr(fake_why(fake_dev(h)), "MTU of 185"), "%s", fake_why(fake_dev(h)));
    cr_assert(!fake_online(fake_dev(h)));
    fake_host_advance(h, 2 * FAKE_S);
    cr_assert_eq(fake_n_ble(h), 2, "the next one may have another");
    fake_host_free(h);
}

Test(ble_batch, no_jpeg_is_lost_with_a_sentence)
{
    struct fake_host *h = ble_ready(BLE_BATCH, NULL);
    uint8_t rubbish[700];

    memset(rubbish, 0x42, sizeof rubbish);
    ble_say(h, "COUNT:1");
    ble_send(h, rubbish, sizeof rubbish);
    cr_assert_eq(fake_n_captures(h), 0);
    cr_assert_not_null(strstr(fake_event(fake_dev(h), "device.error"), "JPEG"));
    fake_host_free(h);
}

Test(ble_batch, next_picture_is_acknowledged_when_the_one_before_is_durable)
{
    struct fake_host *h = ble_ready(BLE_BATCH, NULL);

    fake_host_captures_take(h, -1);
    ble_say(h, "COUNT:2");
    cr_assert(ble_send(h, ble_picture(600, 1), 600));
    ble_say(h, "IMAGE:600");
    fake_host_advance(h, 2 * FAKE_S);
    cr_assert_eq(ble_count(h, 'A'), 2);
    fake_capture_done(fake_capture(h, 0), 0, 1);
    fake_host_turn(h);
    cr_assert_eq(ble_count(h, 'A'), 3);
    fake_host_free(h);
}

Test(ble_batch, full_disk_is_tried_again_while_the_camera_waits_then_said)
{
    struct fake_host *h = ble_ready(BLE_BATCH, NULL);

    fake_host_refuse_captures(h, -ENOSPC);
    ble_say(h, "COUNT:2");
    cr_assert(ble_send(h, ble_picture(600, 1), 600));
    cr_assert_not_null(strstr(fake_value(fake_dev(h), "trouble"), "disk is full"));
    fake_host_advance(h, 9 * FAKE_S);
    cr_assert_str_eq(fake_value(fake_dev(h), "pictures_failed"), "1");
    fake_host_refuse_captures(h, 0);
    ble_say(h, "COUNT:1");
    cr_assert(ble_send(h, ble_picture(600, 2), 600));
    is_kept(h, 0, ble_picture(600, 2), 600);
    fake_host_free(h);
}

Test(ble_batch, full_disk_that_is_freed_in_time_loses_nothing)
{
    struct fake_host *h = ble_ready(BLE_BATCH, NULL);

    fake_host_refuse_captures(h, -ENOSPC);
    ble_say(h, "COUNT:1");
    cr_assert(ble_send(h, ble_picture(600, 1), 600));
    fake_host_refuse_captures(h, 0);
    fake_host_advance(h, 3 * FAKE_S);
    is_kept(h, 0, ble_picture(600, 1), 600);
    cr_assert_str_eq(fake_value(fake_dev(h), "trouble"), "");
    fake_host_free(h);
}

Test(ble_batch, fewer_pictures_than_announced_end_the_batch_as_well)
{
    struct fake_host *h = ble_ready_asleep();

    ble_say(h, "COUNT:3");
    cr_assert(ble_send(h, ble_picture(600, 1), 600));
    fake_host_advance(h, 9 * FAKE_S);
    cr_assert(fake_online(fake_dev(h)));
    fake_host_advance(h, 2 * FAKE_S);
    cr_assert(!fake_online(fake_dev(h)));
    fake_host_free(h);
}

Test(ble_batch, link_that_is_lost_in_mid_picture_comes_back)
{
    struct fake_host *h = ble_ready(BLE_BATCH, NULL);

    ble_say(h, "COUNT:1");
    ble_say(h, "IMAGE:1000");
    ble_data(h, ble_picture(1000, 1), 512);
    fake_ble_close(fake_ble_last(h), -ECONNRESET, "out of range");
    fake_host_turn(h);
    cr_assert(!fake_online(fake_dev(h)));
    cr_assert_not_null(strstr(fake_why(fake_dev(h)), "out of range"));
    cr_assert_eq(fake_n_held_frames(h), 0);
    fake_host_advance(h, 2 * FAKE_S);
    ble_connect(h, BLE_BATCH, NULL);
    cr_assert(fake_online(fake_dev(h)));
    cr_assert_eq(fake_n_starts(h), 1);
    fake_host_free(h);
}

/* A WAV of n bytes as far as anybody looks. */
static const uint8_t *wav(size_t n)
{
    static uint8_t bytes[4096];

    cr_assert_leq(n, sizeof bytes);
    for (size_t i = 0; i < n; i++)
        bytes[i] = (uint8_t)(i * 7);
    memcpy(bytes, "RIFF....WAVE", 12);
    return bytes;
}

/* DATA in pieces, each after its N. */
static void pieces(struct fake_host *h, const uint8_t *bytes, size_t n)
{
    for (size_t at = 0; at < n; at += BATCH_CHUNK_BYTES) {
        ble_data(h, bytes + at, n - at < BATCH_CHUNK_BYTES ? n - at : BATCH_CHUNK_BYTES);
        if (at + BATCH_CHUNK_BYTES < n)
            fake_host_advance(h, 25 * FAKE_MS);
    }
}

/* The first picture was asked for, and came; its sound is to follow. */
static struct fake_host *v0_picture(size_t n_sound)
{
    struct fake_host *h = ble_ready(BLE_V0, NULL);
    char line[32];

    fake_host_advance(h, FAKE_S);
    snprintf(line, sizeof line, "600:%zu", n_sound);
    ble_say(h, line);
    pieces(h, ble_picture(600, 1), 600);
    return h;
}

Test(ble_v0, pictures_are_asked_for_with_response)
{
    struct fake_host *h = ble_ready(BLE_V0, NULL);

    cr_assert_str_eq(fake_value(fake_dev(h), "dialect"), "v0");
    fake_host_advance(h, FAKE_S);
    cr_assert_str_eq(ble_commands(h), "T");
    cr_assert_eq(fake_ble_op_last(fake_ble_last(h))->how, WR_BLE_WRITE_WITH_RESPONSE);
    fake_host_free(h);
}

Test(ble_v0, picture_is_kept_with_its_sound_and_the_camera_is_told_the_end)
{
    struct fake_host *h = v0_picture(700);

    cr_assert_eq(fake_n_captures(h), 0, "not yet");
    pieces(h, wav(700), 700);
    fake_host_advance(h, FAKE_S);
    cr_assert_str_eq(ble_commands(h), "TNNC");
    is_kept(h, 0, ble_picture(600, 1), 600);
    cr_assert_eq(fake_capture(h, 0)->n_sound, 700);
    cr_assert_arr_eq(fake_capture(h, 0)->sound, wav(700), 700);
    cr_assert_eq(fake_n_events(fake_dev(h), "device.error"), 0);
    fake_host_advance(h, 30 * FAKE_S);
    cr_assert_eq(ble_count(h, 'T'), 2);
    fake_host_free(h);
}

Test(ble_v0, sound_is_kept_with_its_picture_when_the_disk_is_well_again)
{
    struct fake_host *h = v0_picture(700);

    fake_host_refuse_captures(h, -ENOSPC);
    pieces(h, wav(700), 700);
    fake_host_advance(h, 2 * FAKE_S);
    fake_host_refuse_captures(h, 0);
    fake_host_advance(h, 10 * FAKE_S);
    cr_assert_eq(fake_n_captures(h), 1);
    cr_assert_arr_eq(fake_capture(h, 0)->sound, wav(700), 700);
    fake_host_free(h);
}

static void is_kept_alone(struct fake_host *h, const char *why)
{
    is_kept(h, 0, ble_picture(600, 1), 600);
    cr_assert_eq(fake_capture(h, 0)->n_sound, 0);
    cr_assert_not_null(strstr(fake_event(fake_dev(h), "device.error"), why), "%s",
        fake_event(fake_dev(h), "device.error"));
    cr_assert_eq(fake_n_held_frames(h), 0);
    cr_assert_str_eq(fake_value(fake_dev(h), "pictures_failed"), "0");
}

Test(ble_v0, picture_whose_sound_does_not_come_is_kept)
{
    struct fake_host *h = v0_picture(700);

    ble_data(h, wav(700), 512);
    fake_host_advance(h, 16 * FAKE_S);
    is_kept_alone(h, "nothing more for 15 s");
    cr_assert_eq(ble_count(h, 'C'), 1);
    fake_host_free(h);
}

Test(ble_v0, picture_whose_sound_is_none_is_kept)
{
    struct fake_host *h = v0_picture(700);

    pieces(h, ble_picture(700, 2), 700);
    fake_host_advance(h, FAKE_S);
    is_kept_alone(h, "no WAV");
    fake_host_free(h);
}

Test(ble_v0, picture_whose_link_ends_while_its_sound_comes_is_kept)
{
    struct fake_host *h = v0_picture(700);

    ble_data(h, wav(700), 512);
    fake_ble_close(fake_ble_last(h), -ECONNRESET, "out of range");
    fake_host_advance(h, 500 * FAKE_MS);
    is_kept_alone(h, "the link ended");
    fake_host_advance(h, 2 * FAKE_S);
    ble_connect(h, BLE_V0, NULL);
    fake_host_advance(h, 2 * FAKE_S);
    cr_assert_eq(ble_count(h, 'T'), 1, "it goes on");
    fake_host_free(h);
}

Test(ble_v0, stopping_while_the_sound_comes_leaves_nothing)
{
    struct fake_host *h = v0_picture(700);

    ble_data(h, wav(700), 512);
    fake_host_free(h);
}

Test(ble_v0, camera_failure_is_said_and_tried_again)
{
    struct fake_host *h = ble_ready(BLE_V0, NULL);

    fake_host_advance(h, FAKE_S);
    ble_say(h, "0:0");
    cr_assert_eq(fake_n_events(fake_dev(h), "device.error"), 1);
    fake_host_advance(h, 30 * FAKE_S);
    cr_assert_eq(ble_count(h, 'T'), 2);
    fake_host_free(h);
}

Test(ble_v0, frequency_is_the_gateways_and_take_picture_answers)
{
    struct fake_host *h = ble_ready(BLE_V0, NULL);
    const struct fake_call *call;
    const uint8_t *jpeg = ble_picture(400, 1);

    fake_desire(fake_dev(h), "frequency", "600");
    fake_desire(fake_dev(h), "threshold", "50");
    fake_host_turn(h);
    cr_assert_eq(fake_applied(fake_dev(h), "frequency"), 0);
    cr_assert_eq(fake_applied(fake_dev(h), "threshold"), -EOPNOTSUPP);
    call = fake_run(fake_dev(h), "take_picture", NULL);
    fake_host_turn(h);
    ble_say(h, "400:0");
    ble_data(h, jpeg, 400);
    fake_host_advance(h, FAKE_S);
    cr_assert_eq(call->result, 0);
    cr_assert_str_eq(call->json, "{\"capture\":1}");
    fake_host_advance(h, 590 * FAKE_S);
    cr_assert_eq(ble_count(h, 'T'), 1);
    fake_host_advance(h, 20 * FAKE_S);
    cr_assert_eq(ble_count(h, 'T'), 2);
    fake_host_free(h);
}

/* They come by two ways, and a gateway that was kept busy for a moment may look at the second first. */
Test(ble_v0, first_piece_may_be_seen_before_the_sizes)
{
    struct fake_host *h = ble_ready(BLE_V0, NULL);

    fake_host_advance(h, FAKE_S);
    ble_data(h, ble_picture(600, 1), 512);
    ble_say(h, "600:0");
    fake_host_advance(h, 25 * FAKE_MS);
    cr_assert_eq(ble_count(h, 'N'), 1, "for the second");
    ble_data(h, ble_picture(600, 1) + 512, 88);
    fake_host_advance(h, FAKE_S);
    is_kept(h, 0, ble_picture(600, 1), 600);
    cr_assert_str_eq(fake_value(fake_dev(h), "pictures_failed"), "0");
    fake_host_free(h);
}

Test(ble_v0, what_is_left_of_a_picture_before_is_no_first_piece)
{
    struct fake_host *h = ble_ready(BLE_V0, NULL);

    fake_host_advance(h, FAKE_S);
    ble_data(h, ble_picture(600, 2) + 512, 88);
    ble_say(h, "600:0");
    pieces(h, ble_picture(600, 1), 600);
    fake_host_advance(h, FAKE_S);
    is_kept(h, 0, ble_picture(600, 1), 600);
    fake_host_free(h);
}

/* The camera forgets what it is told before it is done with the picture before. */
Test(ble_v0, next_picture_is_not_asked_for_in_the_moment_after_one)
{
    struct fake_host *h = v0_picture(0);
    const struct fake_call *call;

    fake_host_advance(h, 20 * FAKE_MS);
    cr_assert_eq(fake_n_captures(h), 1, "kept at once");
    call = fake_run(fake_dev(h), "take_picture", NULL);
    fake_desire(fake_dev(h), "frequency", "600");
    fake_host_advance(h, 470 * FAKE_MS);
    cr_assert_eq(ble_count(h, 'T'), 1);
    cr_assert(!call->over);
    fake_host_advance(h, 20 * FAKE_MS);
    cr_assert_eq(ble_count(h, 'T'), 2);
    ble_say(h, "600:0");
    pieces(h, ble_picture(600, 2), 600);
    fake_host_advance(h, FAKE_S);
    cr_assert_eq(call->result, 0);
    fake_host_free(h);
}

Test(ble_v0, one_without_config_that_pushes_batches_is_a_batch_camera)
{
    struct fake_host *h = ble_ready(BLE_V0, NULL);

    ble_say(h, "COUNT:1");
    cr_assert(ble_send(h, ble_picture(600, 1), 600));
    is_kept(h, 0, ble_picture(600, 1), 600);
    fake_host_advance(h, 60 * FAKE_S);
    cr_assert_eq(ble_count(h, 'T'), 0);
    fake_host_free(h);
}
