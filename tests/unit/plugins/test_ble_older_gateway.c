/* The driver on gateways that are older than its header: what they lack is left out, and pictures come. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "ble.h"

/* From before status(), away() and limit(). */
#define FIRST offsetof(struct wr_host, status)

static struct fake_host *older(size_t size, enum ble_generation g, const char *status)
{
    struct fake_host *h = ble_new();

    fake_host_older(h, size);
    fake_host_start(h);
    ble_connect(h, g, status);
    cr_assert(fake_online(fake_dev(h)));
    return h;
}

static void lose_link(struct fake_host *h)
{
    fake_ble_close(fake_ble_last(h), -ECONNRESET, "gone");
    fake_host_advance(h, FAKE_RETRY_FIRST_US + FAKE_MS);
}

Test(ble_older_gateway, batch_is_kept_also_after_a_lost_link)
{
    struct fake_host *h = older(FIRST, BLE_BATCH, "COUNT:1");

    cr_assert(ble_send(h, ble_picture(2000, 1), 2000));
    cr_assert_eq(fake_n_captures(h), 1);
    lose_link(h);
    cr_assert_eq(fake_n_starts(h), 2, "by the gateway, which knows no other way");
    ble_connect(h, BLE_BATCH, "COUNT:1");
    cr_assert(ble_send(h, ble_picture(3000, 2), 3000));
    cr_assert_eq(fake_n_captures(h), 2);
    fake_host_free(h);
}

Test(ble_older_gateway, picture_of_ours_comes_from_its_first_byte_after_a_lost_link)
{
    struct fake_host *h = older(FIRST, BLE_WARREN, NULL);
    const uint8_t *picture = ble_picture(9000, 3);

    ble_info(h, 1, 1);
    ble_offer(h, 7, picture, 9000, 0);
    ble_bytes(h, 7, picture, 0, 4000, 500);
    lose_link(h);
    cr_assert_eq(fake_n_starts(h), 2);
    ble_connect(h, BLE_WARREN, NULL);
    ble_info(h, 1, 1);
    ble_offer(h, 7, picture, 9000, 0);
    ble_bytes(h, 7, picture, 0, 9000, 500);
    fake_host_advance(h, FAKE_S);
    cr_assert_eq(fake_n_captures(h), 1);
    cr_assert_eq(ble_said(h, BATCH_LINK_STORED).picture.id, 7);
    fake_host_free(h);
}

/* One that sleeps is away between its batches. */
Test(ble_older_gateway, camera_that_sleeps_is_found_again)
{
    struct fake_host *h = older(FIRST, BLE_LOW_POWER, NULL);

    for (unsigned i = 1; i <= 2; i++) {
        fake_host_advance(h, BLE_HOLD_US);
        ble_say(h, "COUNT:1");
        cr_assert(ble_send(h, ble_picture(600, i), 600));
        fake_host_advance(h, FAKE_S);
        cr_assert_eq(fake_n_captures(h), i);
        cr_assert(!fake_online(fake_dev(h)));
        cr_assert_not_null(strstr(fake_why(fake_dev(h)), "sleeps"));
        fake_host_advance(h, 2 * FAKE_RETRY_FIRST_US);
        ble_connect(h, BLE_LOW_POWER, NULL);
    }
    fake_host_free(h);
}

/* Without limit() people are not refused at once; the camera's driver does it. */
Test(ble_older_gateway, low_threshold_is_refused_by_the_driver_where_the_gateway_cannot)
{
    struct fake_host *h = older(offsetof(struct wr_host, limit), BLE_BATCH, NULL);

    fake_desire(fake_dev(h), "threshold", "5");
    fake_host_advance(h, 10 * FAKE_S);
    cr_assert_eq(fake_applied(fake_dev(h), "threshold"), -ERANGE);
    cr_assert_eq(fake_limit_min(fake_dev(h), "threshold"), 0);
    fake_ble_close(fake_ble_last(h), -ECONNRESET, "gone");
    fake_host_advance(h, 2 * FAKE_S);
    ble_connect(h, BLE_BATCH, NULL);
    cr_assert_eq(fake_n_starts(h), 1, "away() is there");
    fake_host_free(h);
}
