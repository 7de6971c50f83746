/* The link: whom the driver takes, settings, and cameras that mean no good. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "ble.h"

Test(ble_link, probe_wants_the_service_and_the_name)
{
    const struct wr_driver *d = plugin("ble-batch-camera");

    cr_assert_eq(fake_probe(d, "ble", "AA:BB:CC:DD:EE:FF", "T-Camera-BLE-Batch", "service",
                     BATCH_SERVICE_UUID, NULL),
        0);
    cr_assert_eq(
        fake_probe(d, "ble", "AA:BB:CC:DD:EE:FF", "LedSaber", "service", BATCH_SERVICE_UUID, NULL),
        -ENODEV);
    cr_assert_eq(fake_probe(d, "ble", "AA:BB:CC:DD:EE:FF", "T-Camera-BLE", NULL), -ENODEV);
}

static void is_rejected(const struct wr_ble_char *chars, size_t n, const char *why)
{
    struct fake_host *h = ble_new();

    fake_host_option(h, "address", "AA:BB:CC:DD:EE:FF");
    fake_host_start(h);
    cr_assert_str_eq(fake_ble_last(h)->address, "AA:BB:CC:DD:EE:FF");
    fake_ble_open(fake_ble_last(h), chars, n, 517);
    fake_host_turn(h);
    cr_assert(fake_rejected(fake_dev(h)));
    cr_assert_not_null(strstr(fake_why(fake_dev(h)), why), "%s", fake_why(fake_dev(h)));
    fake_host_free(h);
}

Test(ble_link, ledsaber_is_rejected)
{
    is_rejected(
        (struct wr_ble_char[]){{BATCH_SERVICE_UUID, BATCH_STATUS_UUID, WR_BLE_READ | WR_BLE_NOTIFY},
            {BATCH_SERVICE_UUID, "d1e5a4c3-eb10-4a3e-8a4c-1234567890ab", WR_BLE_WRITE}},
        2, "LedSaber");
}

Test(ble_link, other_device_of_that_example_is_rejected)
{
    is_rejected((struct wr_ble_char[]){{BATCH_SERVICE_UUID, BATCH_STATUS_UUID,
                    WR_BLE_READ | WR_BLE_WRITE | WR_BLE_NOTIFY}},
        1, "example");
}

Test(ble_link, names_are_looked_for_without_a_pause)
{
    struct fake_host *h = ble_new();

    fake_host_option(h, "names", "T-Camera-BLE*,Garden");
    fake_host_start(h);
    cr_assert_str_eq(fake_ble(h, 0)->name, "T-Camera-BLE*,Garden");
    cr_assert_str_eq(fake_ble(h, 0)->service, BATCH_SERVICE_UUID);
    fake_host_advance(h, 121 * FAKE_S);
    cr_assert_str_eq(fake_ble(h, 1)->name, "T-Camera-BLE*,Garden");
    cr_assert_eq(fake_n_starts(h), 1, "who sleeps is listened for without a pause");
    fake_host_free(h);
}

Test(ble_link, link_that_cannot_be_made_is_tried_with_growing_pauses)
{
    struct fake_host *h = ble_new();

    fake_host_start(h);
    for (unsigned i = 0; i < 8; i++) {
        fake_ble_close(fake_ble_last(h), -EIO, "no answer");
        fake_host_advance(h, 61 * FAKE_S);
        cr_assert_eq(fake_n_ble(h), i + 2);
    }
    fake_ble_close(fake_ble_last(h), -EIO, "no answer");
    fake_host_advance(h, 30 * FAKE_S);
    cr_assert_eq(fake_n_ble(h), 9);
    fake_host_free(h);
}

Test(ble_link, refused_subscription_is_said)
{
    struct fake_host *h = ble_new();
    struct wr_ble_char chars[8];

    fake_host_start(h);
    fake_ble_hold(fake_ble_last(h), true);
    fake_ble_open(fake_ble_last(h), chars, ble_chars(BLE_BATCH, chars), 517);
    fake_host_turn(h);
    fake_ble_answer(fake_ble_op_last(fake_ble_last(h)), -EACCES, NULL, 0);
    fake_host_turn(h);
    cr_assert_not_null(strstr(fake_why(fake_dev(h)), "refuses"), "%s", fake_why(fake_dev(h)));
    fake_host_free(h);
}

Test(ble_link, why_walks_through_the_states)
{
    struct fake_host *h = ble_new();
    struct wr_dev *d = fake_dev(h);
    struct wr_ble_char chars[8];

    fake_host_start(h);
    cr_assert_str_eq(fake_why(d), "Looking for the camera");
    fake_ble_connecting(fake_ble_last(h), "00:AA:01:00:C0:01");
    fake_host_turn(h);
    cr_assert_str_eq(fake_why(d), "Connecting to 00:AA:01:00:C0:01");
    fake_ble_open(fake_ble_last(h), chars, ble_chars(BLE_BATCH, chars), 517);
    fake_host_turn(h);
    cr_assert_str_eq(fake_why(d), "Connected: setting up notifications");
    fake_ble_answer(fake_ble_op_last(fake_ble_last(h)), 0, "", 0);
    fake_host_turn(h);
    cr_assert_str_eq(fake_why(d), "Ready: waiting for the camera's next pictures");
    ble_say(h, "COUNT:2");
    cr_assert_str_eq(fake_why(d), "A batch of 2 pictures is coming");
    ble_say(h, "IMAGE:600");
    cr_assert_str_eq(fake_why(d), "Receiving picture 1 of 2 (600 bytes)");
    ble_data(h, ble_picture(600, 1), 512);
    ble_data(h, ble_picture(600, 1) + 512, 88);
    cr_assert_str_eq(fake_why(d), "Keeping picture 1 of 2");
    fake_host_advance(h, FAKE_S);
    cr_assert_str_eq(fake_why(d), "Picture 1 of 2 was kept");
    ble_say(h, "IMAGE:600");
    fake_host_advance(h, 16 * FAKE_S);
    cr_assert_str_eq(fake_why(d), "Picture 2 of 2 was lost: the camera sent nothing more for 15 s");
    fake_host_advance(h, 10 * FAKE_S);
    cr_assert_str_eq(fake_why(d), "Ready: waiting for the camera's next pictures");
    fake_desire(d, "frequency", "30");
    fake_host_turn(h);
    cr_assert_str_eq(
        fake_why(d), "The settings were sent; they count when the camera is seen again");
    fake_ble_close(fake_ble_last(h), -ECONNRESET, "out of range");
    fake_host_turn(h);
    cr_assert_str_eq(fake_why(d), "The link to the camera was lost: out of range");
    fake_host_free(h);
}

/* --- settings --------------------------------------------------------------------------------- */

static void desire(struct fake_host *h, const char *frequency, const char *threshold)
{
    fake_desire(fake_dev(h), "frequency", frequency);
    fake_desire(fake_dev(h), "threshold", threshold);
    fake_host_turn(h);
}

static enum wr_ble_write config_how(struct fake_host *h)
{
    struct fake_ble *b = fake_ble_last(h);
    enum wr_ble_write how = WR_BLE_WRITE_BEST;

    for (size_t i = 0; i < fake_n_ble_ops(b); i++)
        if (fake_ble_op(b, i)->kind == FAKE_BLE_WRITE &&
            strcmp(fake_ble_op(b, i)->uuid, BATCH_CONFIG_UUID) == 0)
            how = fake_ble_op(b, i)->how;
    return how;
}

Test(ble_settings, are_pending_until_the_camera_is_seen_again)
{
    struct fake_host *h = ble_ready(BLE_BATCH, NULL);

    desire(h, "30", "12.5");
    fake_host_advance(h, 5 * FAKE_S);
    cr_assert_str_eq(ble_config(h), "F:30,T:12.5");
    cr_assert_eq(config_how(h), WR_BLE_WRITE_WITH_RESPONSE, "it takes nothing else");
    cr_assert_eq(fake_applied(fake_dev(h), "frequency"), FAKE_PENDING);
    cr_assert_null(fake_value(fake_dev(h), "frequency"));
    ble_say(h, "PSRAM: 1.0% | Imgs: 1");
    cr_assert_eq(fake_applied(fake_dev(h), "frequency"), 0);
    cr_assert_str_eq(fake_value(fake_dev(h), "frequency"), "30");
    cr_assert_str_eq(fake_value(fake_dev(h), "threshold"), "12.5");
    fake_host_free(h);
}

Test(ble_settings, that_were_confirmed_are_not_written_to_its_flash_again)
{
    struct fake_host *h = ble_ready(BLE_BATCH, NULL);

    desire(h, "30", "80");
    fake_host_advance(h, 5 * FAKE_S);
    ble_say(h, "PSRAM: 1.0% | Imgs: 1");
    fake_ble_close(fake_ble_last(h), -ECONNRESET, "gone");
    fake_host_advance(h, 2 * FAKE_S);
    ble_connect(h, BLE_BATCH, NULL);
    fake_host_advance(h, 5 * FAKE_S);
    cr_assert_null(ble_config(h));
    cr_assert_eq(fake_applied(fake_dev(h), "frequency"), 0);
    fake_host_free(h);
}

Test(ble_settings, wait_for_the_end_of_a_batch)
{
    struct fake_host *h = ble_ready_asleep();
    struct fake_ble *b = fake_ble_last(h);

    ble_say(h, "COUNT:1");
    desire(h, "60", "5");
    fake_host_advance(h, 3 * FAKE_S);
    cr_assert_null(ble_config(h));
    cr_assert(ble_send(h, ble_picture(600, 1), 600));
    cr_assert_str_eq(ble_config(h), "F:60,T:5");
    cr_assert(!b->over, "it has to look at it first");
    fake_host_advance(h, 1 * FAKE_S);
    cr_assert(b->over, "and it is left");
    fake_host_advance(h, 3 * FAKE_S);
    ble_connect(h, BLE_LOW_POWER, NULL);
    cr_assert_eq(fake_applied(fake_dev(h), "threshold"), 0);
    cr_assert_str_eq(fake_value(fake_dev(h), "frequency"), "60");
    fake_host_free(h);
}

Test(ble_settings, threshold_that_a_batch_camera_ignores_is_refused)
{
    struct fake_host *h = ble_ready(BLE_BATCH, NULL);

    desire(h, NULL, "5");
    fake_host_advance(h, 3 * FAKE_S);
    cr_assert_eq(fake_applied(fake_dev(h), "threshold"), -ERANGE);
    cr_assert_null(ble_config(h));
    cr_assert_eq(fake_limit_min(fake_dev(h), "threshold"), 10, "people are refused it at once");
    fake_host_free(h);
}

Test(ble_settings, are_written_without_response_where_the_camera_takes_nothing_else)
{
    struct fake_host *h = ble_new();
    struct wr_ble_char chars[8];
    size_t n = ble_chars(BLE_LOW_POWER, chars);

    chars[n - 1].props = WR_BLE_WRITE_NO_RESPONSE;
    fake_host_start(h);
    fake_ble_open(fake_ble_last(h), chars, n, 517);
    fake_host_turn(h);
    fake_ble_answer(fake_ble_op_last(fake_ble_last(h)), 0, "", 0);
    fake_host_turn(h);
    desire(h, "30", NULL);
    fake_host_advance(h, 5 * FAKE_S);
    cr_assert_str_eq(ble_config(h), "F:30");
    cr_assert_eq(config_how(h), WR_BLE_WRITE_BEST);
    fake_host_free(h);
}

Test(ble_settings, of_ours_are_read_and_written_where_they_differ_and_read_back)
{
    struct fake_host *h = ble_ready(BLE_WARREN, "F:30,T:80");
    struct fake_ble *b = fake_ble_last(h);

    cr_assert_str_eq(fake_value(fake_dev(h), "frequency"), "30");
    desire(h, "60", "80");
    cr_assert_str_eq(ble_config(h), "F:60");
    cr_assert_eq(fake_applied(fake_dev(h), "threshold"), 0);
    cr_assert_eq(fake_ble_op_last(b)->kind, FAKE_BLE_READ);
    fake_ble_answer(fake_ble_op_last(b), 0, "F:60,T:80", 9);
    fake_host_turn(h);
    cr_assert_eq(fake_applied(fake_dev(h), "frequency"), 0);
    cr_assert_str_eq(fake_value(fake_dev(h), "frequency"), "60");
    fake_host_free(h);
}

Test(ble_settings, that_ours_did_not_take_are_told)
{
    struct fake_host *h = ble_ready(BLE_WARREN, "F:30,T:80");

    desire(h, "60", NULL);
    fake_ble_answer(fake_ble_op_last(fake_ble_last(h)), 0, "F:30,T:80", 9);
    fake_host_turn(h);
    cr_assert_eq(fake_applied(fake_dev(h), "frequency"), -EIO);
    cr_assert_str_eq(fake_value(fake_dev(h), "frequency"), "30");
    fake_host_free(h);
}

/* --- hostile ---------------------------------------------------------------------------------- */

static void rubbish(enum ble_generation g, unsigned seed)
{
    static const char *const uuids[] = {BATCH_STATUS_UUID, BATCH_DATA_UUID, BATCH_LINK_UUID};
    static const char *const lines[] = {"COUNT:4294967295", "IMAGE:4294967295", "IMAGE:0",
        "PSRAM: nan% | Imgs: -1", "COUNT:", "IMAGE:900"};
    struct fake_host *h = ble_ready(g, NULL);
    uint8_t bytes[517];

    srand(seed);
    for (unsigned i = 0; i < 2000; i++) {
        size_t n = (size_t)rand() % sizeof bytes;

        for (size_t k = 0; k < n; k++)
            bytes[k] = (uint8_t)(rand() % 7 ? rand() % 9 : rand());
        if (n > 0 && i % 3 == 0)
            bytes[0] = (uint8_t)(1 + rand() % 6);
        if (i % 5 == 0)
            ble_say(h, lines[rand() % 6]);
        fake_ble_notify(fake_ble_last(h), uuids[rand() % 3], bytes, n);
        fake_host_advance(h, rand() % 300 * FAKE_MS);
        if (fake_ble_last(h)->over)
            fake_host_advance(h, 61 * FAKE_S);
        if (!fake_ble_last(h)->open)
            ble_connect(h, g, NULL);
    }
    fake_host_free(h);
}

Test(ble_hostile, rubbish_on_every_characteristic_of_a_batch_camera)
{
    rubbish(BLE_BATCH, 1);
}

Test(ble_hostile, rubbish_on_every_characteristic_of_a_v0_camera)
{
    rubbish(BLE_V0, 2);
}

Test(ble_hostile, rubbish_on_every_characteristic_of_ours)
{
    rubbish(BLE_WARREN, 3);
}
