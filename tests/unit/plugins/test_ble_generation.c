/* A camera that stays awake, or one that sleeps: told by when it says COUNT. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "ble.h"

/* The last ones that stay awake have the characteristics of those that sleep. */
#define BLE_BATCH_LATE BLE_LOW_POWER

static void batch_of_one(struct fake_host *h)
{
    ble_say(h, "COUNT:1");
    cr_assert(ble_send(h, ble_picture(600, 1), 600));
}

static void is(struct fake_host *h, const char *dialect, bool left)
{
    cr_assert_str_eq(fake_value(fake_dev(h), "dialect"), dialect);
    cr_assert_eq(fake_ble_last(h)->over, left);
}

Test(ble_generation, ready_is_held_back_and_said_once)
{
    struct fake_host *h = ble_ready(BLE_LOW_POWER, NULL);

    fake_host_advance(h, BLE_HOLD_US - FAKE_MS);
    cr_assert_str_eq(ble_commands(h), "");
    fake_host_advance(h, FAKE_MS);
    cr_assert_str_eq(ble_commands(h), "R");
    fake_host_advance(h, 60 * FAKE_S);
    cr_assert_str_eq(ble_commands(h), "R");
    fake_host_free(h);
}

Test(ble_generation, count_only_after_ready_is_of_one_that_sleeps)
{
    struct fake_host *h = ble_ready_asleep();
    struct fake_ble *b = fake_ble_last(h);

    ble_say(h, "COUNT:2");
    cr_assert(ble_send(h, ble_picture(600, 1), 600));
    cr_assert(!b->over);
    cr_assert(ble_send(h, ble_picture(600, 2), 600));
    is(h, "low-power", true);
    cr_assert_not_null(strstr(fake_why(fake_dev(h)), "sleeps"));
    fake_host_advance(h, 3600 * FAKE_S);
    ble_connect(h, BLE_LOW_POWER, NULL);
    is(h, "low-power", false);
    fake_host_advance(h, BLE_HOLD_US);
    batch_of_one(h);
    is(h, "low-power", true);
    cr_assert_eq(fake_n_captures(h), 3);
    cr_assert_eq(fake_n_starts(h), 1);
    fake_host_free(h);
}

Test(ble_generation, count_that_came_before_we_listened_is_of_one_that_stays_awake)
{
    struct fake_host *h = ble_ready(BLE_BATCH_LATE, "COUNT:1");

    cr_assert(ble_send(h, ble_picture(600, 1), 600));
    is(h, "batch", false);
    fake_host_advance(h, 30 * FAKE_S);
    cr_assert_eq(ble_count(h, 'R'), 0, "nobody waits for it");
    is(h, "batch", false);
    fake_host_free(h);
}

Test(ble_generation, count_before_ready_is_of_one_that_stays_awake)
{
    struct fake_host *h = ble_ready(BLE_BATCH_LATE, NULL);

    fake_host_advance(h, 600 * FAKE_MS);
    batch_of_one(h);
    is(h, "batch", false);
    fake_host_free(h);
}

Test(ble_generation, one_that_tells_its_memory_stays_awake)
{
    struct fake_host *h = ble_ready_asleep();

    ble_say(h, "PSRAM: 1.0% | Imgs: 1");
    fake_host_advance(h, 500 * FAKE_MS);
    batch_of_one(h);
    is(h, "batch", false);
    fake_ble_close(fake_ble_last(h), -ECONNRESET, "gone");
    fake_host_advance(h, 2 * FAKE_S);
    ble_connect(h, BLE_BATCH_LATE, "COUNT:1");
    cr_assert(ble_send(h, ble_picture(600, 1), 600));
    is(h, "batch", false);
    fake_host_free(h);
}

Test(ble_generation, config_without_writes_without_response_is_of_one_that_stays_awake)
{
    struct fake_host *h = ble_ready(BLE_BATCH, NULL);

    fake_host_advance(h, 10 * FAKE_S);
    cr_assert_str_eq(ble_commands(h), "");
    batch_of_one(h);
    is(h, "batch", false);
    fake_host_free(h);
}

Test(ble_generation, another_camera_of_the_same_name_is_judged_by_itself)
{
    struct fake_host *h = ble_ready_asleep();

    batch_of_one(h);
    is(h, "low-power", true);
    fake_host_advance(h, 3 * FAKE_S);
    ble_connect(h, BLE_BATCH_LATE, "COUNT:1");
    cr_assert(ble_send(h, ble_picture(600, 1), 600));
    is(h, "batch", false);
    fake_host_free(h);
}

/* Finding out what it offers took so long that R could not be held back: then it cannot be told, and
 * is not left. */
Test(ble_generation, ready_is_in_time_when_setting_up_was_slow_and_nothing_is_judged)
{
    struct fake_host *h = ble_new();
    struct wr_ble_char chars[8];
    struct fake_ble *b;

    fake_host_start(h);
    b = fake_ble_last(h);
    fake_ble_hold(b, true);
    fake_ble_open(b, chars, ble_chars(BLE_LOW_POWER, chars), 517);
    fake_host_turn(h);
    fake_host_advance(h, 2 * FAKE_S);
    fake_ble_answer(fake_ble_op_last(b), 0, NULL, 0);
    fake_host_advance(h, 2 * FAKE_S);
    fake_ble_answer(fake_ble_op_last(b), 0, NULL, 0);
    fake_host_turn(h);
    fake_ble_answer(fake_ble_op_last(b), 0, "", 0);
    fake_host_turn(h);
    fake_ble_hold(b, false);
    fake_host_advance(h, 1 * FAKE_S);
    cr_assert_str_eq(ble_commands(h), "R");
    batch_of_one(h);
    is(h, "batch", false);
    fake_host_free(h);
}

/* --- thresholds that only those that sleep take ------------------------------------------------- */

static void desire_low(struct fake_host *h)
{
    fake_desire(fake_dev(h), "frequency", "60");
    fake_desire(fake_dev(h), "threshold", "5");
    fake_host_turn(h);
}

Test(ble_generation, low_threshold_waits_until_it_is_known_who_gets_it)
{
    struct fake_host *h = ble_ready_asleep();

    desire_low(h);
    fake_host_advance(h, 10 * FAKE_S);
    cr_assert_str_eq(ble_config(h), "F:60", "it alone is not in doubt");
    cr_assert_eq(fake_applied(fake_dev(h), "threshold"), FAKE_PENDING);
    batch_of_one(h);
    cr_assert_str_eq(ble_config(h), "T:5");
    cr_assert_eq(fake_limit_min(fake_dev(h), "threshold"), 0);
    fake_host_advance(h, 4 * FAKE_S);
    ble_connect(h, BLE_LOW_POWER, NULL);
    cr_assert_eq(fake_applied(fake_dev(h), "threshold"), 0);
    cr_assert_str_eq(fake_value(fake_dev(h), "threshold"), "5");
    fake_host_free(h);
}

Test(ble_generation, low_threshold_is_refused_when_it_turns_out_to_stay_awake)
{
    struct fake_host *h = ble_ready(BLE_BATCH_LATE, NULL);

    desire_low(h);
    fake_host_advance(h, 10 * FAKE_S);
    cr_assert_eq(fake_applied(fake_dev(h), "threshold"), FAKE_PENDING);
    ble_say(h, "PSRAM: 1.0% | Imgs: 1");
    cr_assert_eq(fake_applied(fake_dev(h), "threshold"), -ERANGE);
    cr_assert_eq(fake_applied(fake_dev(h), "frequency"), 0);
    cr_assert_eq(fake_limit_min(fake_dev(h), "threshold"), 10);
    cr_assert_not_null(strstr(fake_value(fake_dev(h), "trouble"), "10 to 95"));
    fake_host_free(h);
}
