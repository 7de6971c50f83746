/* The link to the hub: found, set up, lost, released. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "playground.h"

#define NUS "service", HUB_SERVICE_UUID

Test(playground_link, a_hub_is_known_by_service_and_name)
{
    const struct wr_driver *d = plugin("playground-hub");

    cr_expect_eq(fake_probe(d, "ble", "AA:BB:CC:DD:EE:FF", "SPHub", NUS, NULL), 0);
    cr_expect_eq(fake_probe(d, "ble", "AA:BB:CC:DD:EE:FF", "SPHub-2", NUS, NULL), 0);
    cr_expect_eq(fake_probe(d, "ble", "AA:BB:CC:DD:EE:FF", "Thermo", NUS, NULL), -ENODEV,
        "thousands of other things have that service");
    cr_expect_eq(fake_probe(d, "ble", "AA:BB:CC:DD:EE:FF", "SPHub", NULL), -ENODEV);
}

Test(playground_link, is_looked_for_by_name_or_by_address)
{
    struct fake_host *h = playground_new();

    fake_host_start(h);
    cr_expect_str_eq(fake_ble(h, 0)->name, "SPHub*");
    cr_expect_str_eq(fake_ble(h, 0)->service, HUB_SERVICE_UUID);
    fake_host_free(h);

    h = playground_new();
    fake_host_option(h, "address", "AA:BB:CC:DD:EE:FF");
    fake_host_start(h);
    cr_expect_str_eq(fake_ble(h, 0)->address, "AA:BB:CC:DD:EE:FF");
    fake_host_free(h);
}

Test(playground_link, says_where_it_stands)
{
    struct fake_host *h = playground_new();
    struct wr_dev *d = fake_dev(h);

    fake_host_start(h);
    cr_expect_str_eq(fake_value(d, "link"), "looking");
    cr_expect_str_eq(fake_why(d), "Looking for the hub");
    fake_ble_connecting(fake_ble_last(h), "AA:BB:CC:DD:EE:FF");
    fake_host_turn(h);
    cr_expect_str_eq(fake_value(d, "link"), "connecting");
    cr_expect_str_eq(fake_why(d), "Connecting to AA:BB:CC:DD:EE:FF");
    fake_ble_hold(fake_ble_last(h), true);
    playground_open(h);
    cr_expect_str_eq(fake_value(d, "link"), "setting_up");
    fake_ble_answer(fake_ble_op_last(fake_ble_last(h)), 0, NULL, 0);
    fake_host_turn(h);
    cr_expect_str_eq(fake_value(d, "link"), "ready");
    fake_host_advance(h, FAKE_MS);
    fake_ble_answer(fake_ble_op_last(fake_ble_last(h)), 0, NULL, 0);
    fake_host_turn(h);
    cr_expect_str_eq(fake_value(d, "link"), "scanning");
    playground_list(h, "");
    cr_expect_str_eq(fake_value(d, "link"), "ready");
    cr_expect_str_eq(fake_why(d), "Ready: no module was heard");
    fake_host_stop(h);
    cr_expect_str_eq(fake_value(d, "link"), "off");
    fake_host_free(h);
}

Test(playground_link, other_things_of_that_service_are_rejected)
{
    struct fake_host *h = playground_new();
    const struct wr_ble_char mute[] = {{HUB_SERVICE_UUID, HUB_RX_UUID, WR_BLE_WRITE},
        {HUB_SERVICE_UUID, HUB_TX_UUID, WR_BLE_READ}};

    fake_host_start(h);
    fake_ble_open(fake_ble_last(h), mute, 2, 185);
    fake_host_turn(h);
    cr_expect(fake_rejected(fake_dev(h)));
    cr_expect_not_null(strstr(fake_why(fake_dev(h)), "TX"));
    fake_host_free(h);
}

Test(playground_link, refused_notifications_are_said_and_tried_again)
{
    struct fake_host *h = playground_new();

    fake_host_start(h);
    fake_ble_hold(fake_ble_last(h), true);
    playground_open(h);
    fake_ble_answer(fake_ble_op_last(fake_ble_last(h)), -EACCES, NULL, 0);
    fake_host_turn(h);
    cr_expect_not_null(strstr(fake_why(fake_dev(h)), "refuses notifications"));
    fake_host_advance(h, 2 * FAKE_S);
    cr_expect_eq(fake_n_ble(h), 2);
    fake_host_free(h);
}

Test(playground_link, a_lost_link_is_looked_for_again_and_scanned_anew)
{
    struct fake_host *h = playground_ready();
    struct wr_dev *d = fake_dev(h);

    fake_ble_close(fake_ble_last(h), -ECONNRESET, "out of range");
    fake_host_turn(h);
    cr_expect_not(fake_online(d));
    cr_expect_str_eq(fake_why(d), "The link to the hub was lost: out of range");
    cr_expect_str_eq(fake_value(d, "link"), "looking");
    fake_host_advance(h, FAKE_S);
    cr_assert_eq(fake_n_ble(h), 2);
    playground_open(h);
    fake_host_advance(h, FAKE_S);
    cr_expect(fake_online(d));
    cr_expect_str_eq(playground_line(h), "\"PING\":\"all\"\n");
    cr_expect_eq(fake_n_starts(h), 1, "modules are remembered");
    fake_host_free(h);
}

Test(playground_link, a_hub_without_write_requests_is_written_to_without)
{
    struct fake_host *h = playground_new();
    const struct wr_ble_char chars[] = {{HUB_SERVICE_UUID, HUB_RX_UUID, WR_BLE_WRITE_NO_RESPONSE},
        {HUB_SERVICE_UUID, HUB_TX_UUID, WR_BLE_NOTIFY}};

    fake_host_start(h);
    fake_ble_open(fake_ble_last(h), chars, 2, 185);
    fake_host_advance(h, FAKE_MS);
    cr_expect_eq(fake_ble_op_last(fake_ble_last(h))->how, WR_BLE_WRITE_COMMAND);
    fake_host_free(h);
    h = playground_asked();
    cr_expect_eq(fake_ble_op_last(fake_ble_last(h))->how, WR_BLE_WRITE_WITH_RESPONSE);
    fake_host_free(h);
}

/* One from before status() and away(). */
Test(playground_link, runs_on_an_older_gateway_which_begins_it_anew)
{
    struct fake_host *h = playground_new();

    fake_host_older(h, offsetof(struct wr_host, status));
    fake_host_start(h);
    playground_open(h);
    playground_list(h, "");
    cr_expect(fake_online(fake_dev(h)));
    fake_ble_close(fake_ble_last(h), -ECONNRESET, "gone");
    fake_host_advance(h, FAKE_RETRY_FIRST_US + FAKE_MS);
    cr_expect_eq(fake_n_starts(h), 2);
    playground_open(h);
    cr_expect(fake_online(fake_dev(h)));
    fake_host_free(h);
}
