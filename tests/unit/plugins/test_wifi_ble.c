/* The Bluetooth link: found, set up, let go; and what the camera says of its network there. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "wifi.h"

#define LED_SERVICE "4fafc201-1fb5-459e-8fcc-c5c9c331914b"
#define LED_STATE "beb5483e-36e1-4688-b7f5-ea07361b26a8"
#define CAMERA_SERVICE "5fafc301-1fb5-459e-8fcc-c5c9c331914b"
#define CAMERA_CONTROL "7dc5a4c3-eb10-4a3e-8a4c-1234567890ab"

Test(wifi_ble, is_looked_for_by_what_its_name_holds_or_by_its_address)
{
    struct fake_host *h = wifi_new();

    fake_host_start(h);
    fake_host_advance(h, FAKE_MS);
    cr_expect_str_eq(fake_ble(h, 0)->name, "*LedSaber*");
    cr_expect_null(fake_ble(h, 0)->service, "it is not advertised");
    cr_expect_str_eq(fake_value(fake_dev(h), "link"), "looking");
    cr_expect_eq(fake_n_http(h), 0, "nobody knows its address");
    fake_host_free(h);

    h = wifi_new();
    fake_host_option(h, "ble_address", "AA:BB:CC:DD:EE:FF");
    fake_host_start(h);
    fake_host_advance(h, FAKE_MS);
    cr_expect_str_eq(fake_ble(h, 0)->address, "AA:BB:CC:DD:EE:FF");
    fake_host_free(h);
}

Test(wifi_ble, a_saber_whose_firmware_has_no_wifi_is_rejected_with_a_sentence)
{
    const struct wr_ble_char saber[] = {{LED_SERVICE, LED_STATE, WR_BLE_READ | WR_BLE_NOTIFY}};
    struct fake_host *h = wifi_new();

    fake_host_start(h);
    fake_host_advance(h, FAKE_MS);
    fake_ble_open(fake_ble_last(h), saber, 1, 185);
    fake_host_turn(h);
    cr_expect(fake_rejected(fake_dev(h)));
    cr_expect_not_null(strstr(fake_why(fake_dev(h)), "LED saber"), "%s", fake_why(fake_dev(h)));
    fake_host_free(h);
}

Test(wifi_ble, other_things_are_rejected)
{
    const struct wr_ble_char other[] = {{"0000180f-0000-1000-8000-00805f9b34fb",
        "00002a19-0000-1000-8000-00805f9b34fb", WR_BLE_READ}};
    const struct wr_ble_char mute[] = {{WIFI_SERVICE_UUID, WIFI_CONTROL_UUID, WR_BLE_WRITE},
        {WIFI_SERVICE_UUID, WIFI_STATUS_UUID, WR_BLE_READ}};

    for (int i = 0; i < 2; i++) {
        struct fake_host *h = wifi_new();

        fake_host_start(h);
        fake_host_advance(h, FAKE_MS);
        fake_ble_open(fake_ble_last(h), i ? mute : other, i ? 2 : 1, 185);
        fake_host_turn(h);
        cr_expect(fake_rejected(fake_dev(h)));
        fake_host_free(h);
    }
}

static const struct fake_ble_op *written_to(struct fake_host *h, const char *uuid, unsigned nth)
{
    struct fake_ble *b = fake_ble_last(h);

    for (size_t i = 0; i < fake_n_ble_ops(b); i++) {
        const struct fake_ble_op *op = fake_ble_op(b, i);

        if (op->kind == FAKE_BLE_WRITE && strcmp(op->uuid, uuid) == 0 && nth-- == 0)
            return op;
    }
    return NULL;
}

Test(wifi_ble, the_detector_of_the_first_cameras_is_started)
{
    const struct wr_ble_char first[] = {{CAMERA_SERVICE, CAMERA_CONTROL, WR_BLE_WRITE},
        {WIFI_SERVICE_UUID, WIFI_CONTROL_UUID, WR_BLE_WRITE},
        {WIFI_SERVICE_UUID, WIFI_STATUS_UUID, WR_BLE_READ | WR_BLE_NOTIFY}};
    struct fake_host *h = wifi_new();
    const struct fake_ble_op *op;

    fake_host_start(h);
    fake_host_advance(h, FAKE_MS);
    fake_ble_open(fake_ble_last(h), first, 3, 185);
    fake_host_advance(h, FAKE_MS);
    op = written_to(h, CAMERA_CONTROL, 0);
    cr_assert(op && op->n == 4 && memcmp(op->bytes, "init", 4) == 0);
    op = written_to(h, CAMERA_CONTROL, 1);
    cr_assert(op && op->n == 5 && memcmp(op->bytes, "start", 5) == 0);
    cr_expect_eq(op->how, WR_BLE_WRITE_WITH_RESPONSE);
    fake_host_free(h);

    h = wifi_on_ble(WIFI_STATUS_OURS("false", ",\"state\":\"off\""));
    cr_expect_null(written_to(h, CAMERA_CONTROL, 0), "ours needs no word");
    fake_host_free(h);
}

Test(wifi_ble, without_a_network_it_is_online_and_says_what_to_do)
{
    struct fake_host *h = wifi_on_ble(WIFI_STATUS_IDLE);
    struct wr_dev *d = fake_dev(h);

    cr_expect_str_eq(fake_value(d, "link"), "no_wifi");
    cr_expect_str_eq(fake_why(d), "No Wi-Fi yet: tell the camera its network");
    cr_expect_str_eq(fake_value(d, "wifi_state"), "off");
    fake_host_watch(h, true);
    fake_host_advance(h, 60 * FAKE_S);
    cr_expect(!fake_ble_last(h)->over, "it is the only way to it");
    cr_expect_eq(fake_n_http(h), 0);
    fake_host_free(h);
}

/* Its value is empty until it has notified something. */
Test(wifi_ble, firmware_that_has_said_nothing_yet_is_asked_for_its_status)
{
    struct fake_host *h = wifi_on_ble("");

    cr_expect_str_eq(wifi_control(h), "{\"cmd\":\"status\"}");
    wifi_notify(h, WIFI_STATUS_JOINED);
    cr_expect_str_eq(fake_value(fake_dev(h), "ip"), "192.168.1.100");
    fake_host_free(h);
}

Test(wifi_ble, a_notification_that_was_cut_short_is_read)
{
    struct fake_host *h = wifi_on_ble(WIFI_STATUS_IDLE);

    wifi_notify(h, "{\"enabled\":true,\"conn");
    wifi_read(h, WIFI_STATUS_JOINED);
    cr_expect_str_eq(fake_value(fake_dev(h), "ip"), "192.168.1.100");
    cr_expect_str_eq(fake_value(fake_dev(h), "trouble"), "");
    fake_host_free(h);
}

Test(wifi_ble, a_status_that_is_none_is_told_and_does_no_harm)
{
    struct fake_host *h = wifi_on_ble("{\"enabled\":1}");

    cr_expect_not_null(strstr(fake_value(fake_dev(h), "trouble"), "cannot be read"));
    wifi_notify(h, WIFI_STATUS_IDLE);
    cr_expect_str_eq(fake_value(fake_dev(h), "trouble"), "");
    fake_host_free(h);
}

Test(wifi_ble, the_link_is_let_go_when_http_works_and_asked_for_again_when_it_does_not)
{
    struct fake_host *h = wifi_on_ble(WIFI_STATUS_JOINED);
    struct wr_dev *d = fake_dev(h);

    cr_expect_str_eq(fake_value(d, "link"), "connecting");
    cr_expect_str_eq(fake_http_for(h, "/metrics")->url, "http://192.168.1.100:80/metrics");
    wifi_found_on_web(h, NULL);
    cr_expect_str_eq(fake_value(d, "link"), "idle");
    fake_host_advance(h, 4 * FAKE_S);
    cr_expect(fake_ble_last(h)->over, "an app may have it");
    cr_expect(fake_online(d));

    for (int i = 0; i < 4; i++) { /* it is gone from there */
        struct fake_http *q;

        fake_host_advance(h, 6 * FAKE_S);
        q = fake_http_for(h, "/metrics");
        if (!q->over)
            fake_http_close(q, -ECONNREFUSED);
        fake_host_advance(h, FAKE_MS);
    }
    cr_expect_not(fake_online(d));
    cr_expect_not_null(strstr(fake_log(h), "192.168.1.100"));
    cr_expect_eq(fake_n_ble(h), 2);
    wifi_open(h);
    wifi_read(h,
        "{\"enabled\":true,\"connected\":true,\"ssid\":\"Home\",\"ip\":\"192.168.1.7\","
        "\"rssi\":-50,\"url\":\"http://192.168.1.7:8080\"}");
    cr_expect_str_eq(fake_http_for(h, "/metrics")->url, "http://192.168.1.7:8080/metrics");
    wifi_found_on_web(h, NULL);
    cr_expect(fake_online(d));
    cr_expect_eq(fake_n_starts(h), 1);
    fake_host_free(h);
}

Test(wifi_ble, a_camera_that_is_in_a_network_out_of_reach_says_so)
{
    struct fake_host *h = wifi_on_ble(WIFI_STATUS_JOINED);

    fake_http_close(fake_http_for(h, "/metrics"), -EHOSTUNREACH);
    fake_host_advance(h, FAKE_MS);
    cr_expect(fake_online(fake_dev(h)), "Bluetooth leads to it");
    cr_expect_not_null(strstr(fake_value(fake_dev(h), "trouble"), "192.168.1.100"));
    cr_expect_not_null(strstr(fake_value(fake_dev(h), "trouble"), "same network"));
    fake_host_advance(h, 3 * FAKE_S);
    wifi_found_on_web(h, NULL);
    cr_expect_str_eq(fake_value(fake_dev(h), "trouble"), "");
    fake_host_free(h);
}

/* Each attempt in vain makes the next pause longer. */
static void be_long_away(struct fake_host *h)
{
    for (int i = 0; i < 4; i++) {
        fake_http_close(fake_http_for(h, "/metrics"), -ECONNREFUSED);
        fake_host_advance(h, 30 * FAKE_S);
    }
    fake_http_close(fake_http_for(h, "/metrics"), -ECONNREFUSED);
    fake_host_turn(h);
}

Test(wifi_ble, one_that_joins_again_is_reached_at_once)
{
    struct fake_host *h = wifi_on_ble(WIFI_STATUS_JOINED);
    unsigned n;

    be_long_away(h);
    n = fake_n_http(h);
    wifi_notify(h, WIFI_STATUS_IDLE);
    wifi_notify(h, WIFI_STATUS_JOINED);
    fake_host_advance(h, FAKE_MS);
    cr_expect_eq(fake_n_http(h), n + 1, "what failed before it joined is no reason to wait");
    wifi_found_on_web(h, NULL);
    cr_expect_str_eq(fake_value(fake_dev(h), "link"), "idle");
    cr_expect_str_eq(fake_value(fake_dev(h), "trouble"), "");
    fake_host_free(h);
}

Test(wifi_ble, one_that_leaves_its_network_is_not_lost)
{
    struct fake_host *h = wifi_on_ble(WIFI_STATUS_JOINED);
    struct wr_dev *d = fake_dev(h);

    wifi_found_on_web(h, NULL);
    wifi_notify(h, WIFI_STATUS_IDLE);
    cr_expect_str_eq(fake_value(d, "link"), "no_wifi");
    for (int i = 0; i < 4; i++) {
        if (!fake_http_for(h, "/metrics")->over)
            fake_http_close(fake_http_for(h, "/metrics"), -ECONNREFUSED);
        fake_host_advance(h, 6 * FAKE_S);
    }
    cr_expect(fake_online(d), "Bluetooth leads to it");
    cr_expect_not(fake_ble_last(h)->over);
    fake_host_free(h);
}

Test(wifi_ble, changes_of_the_network_are_events_and_signal_strength_is_none)
{
    struct fake_host *h = wifi_on_ble(WIFI_STATUS_IDLE);
    struct wr_dev *d = fake_dev(h);

    cr_expect_eq(fake_n_events(d, "wifi.status"), 0, "what it is at first is no event");
    wifi_notify(h, WIFI_STATUS_OURS("true", ",\"state\":\"connecting\""));
    cr_expect_eq(fake_n_events(d, "wifi.status"), 1);
    cr_expect_str_eq(fake_value(d, "link"), "joining");
    cr_expect_str_eq(fake_value(d, "firmware"), "1.0");
    cr_expect_str_eq(fake_identity(d), "a4cf12000001");
    wifi_notify(h, WIFI_STATUS_JOINED);
    cr_expect_str_eq(fake_event(d, "wifi.status"),
        "{\"state\":\"connected\",\"connected\":true,\"ssid\":\"Home\",\"ip\":\"192.168.1.100\","
        "\"rssi_dbm\":-45,\"reason\":\"\"}");
    wifi_notify(h,
        "{\"enabled\":true,\"connected\":true,\"ssid\":\"Home\",\"ip\":\"192.168.1.100\","
        "\"rssi\":-60,\"url\":\"http://192.168.1.100\"}");
    cr_expect_eq(fake_n_events(d, "wifi.status"), 2);
    cr_expect_str_eq(fake_value(d, "wifi_rssi_dbm"), "-60");
    wifi_notify(h, WIFI_STATUS_IDLE);
    cr_expect_null(fake_value(d, "wifi_rssi_dbm"), "nothing is heard of what is switched off");
    fake_host_free(h);
}

/* Two without an address, and the other one has let its link go. */
Test(wifi_ble, another_devices_camera_is_left_to_it)
{
    struct fake_host *h = wifi_new();

    fake_host_identity_taken(h, "a4cf12000001");
    fake_host_start(h);
    fake_host_advance(h, FAKE_MS);
    wifi_open(h);
    wifi_read(h,
        WIFI_STATUS_OURS(
            "true", ",\"connected\":true,\"ip\":\"10.0.0.9\",\"state\":\"connected\""));
    cr_expect_not(fake_online(fake_dev(h)));
    cr_expect_not_null(
        strstr(fake_why(fake_dev(h)), "another device"), "%s", fake_why(fake_dev(h)));
    cr_expect_eq(fake_n_http(h), 0);
    cr_expect(fake_ble_last(h)->over);
    fake_host_advance(h, 2 * FAKE_S);
    cr_expect_eq(fake_n_ble(h), 2, "the right one may come");
    fake_host_free(h);
}

Test(wifi_ble, its_last_address_is_tried_before_bluetooth)
{
    struct fake_host *h = wifi_on_ble(WIFI_STATUS_JOINED);

    wifi_found_on_web(h, NULL);
    fake_host_stop(h);
    fake_host_start(h);
    fake_host_advance(h, FAKE_MS);
    cr_expect_eq(fake_n_ble(h), 1, "there is no need of another link");
    wifi_found_on_web(h, NULL);
    cr_expect(fake_online(fake_dev(h)));
    fake_host_free(h);
}

Test(wifi_ble, an_address_that_is_none_is_not_asked)
{
    static const char *const wrong[] = {"192.168.1.1000", "evil.example", "10.0.0.1/x", "::1",
        "0.0.0.0", "224.0.0.251", "255.255.255.255"};

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct fake_host *h = wifi_on_ble(WIFI_STATUS_IDLE);
        char text[256];

        snprintf(text, sizeof text,
            "{\"enabled\":true,\"connected\":true,\"ssid\":\"x\",\"ip\":\"%s\",\"rssi\":-1,\"url\":"
            "\"\"}",
            wrong[i]);
        wifi_notify(h, text);
        cr_expect_eq(fake_n_http(h), 0, "%s", wrong[i]);
        fake_host_free(h);
    }
}

Test(wifi_ble, a_gateway_without_overlays_is_too_old)
{
    struct fake_host *h = wifi_new();

    fake_host_older(h, offsetof(struct wr_host, overlay_publish));
    fake_host_start(h);
    cr_expect_not(fake_online(fake_dev(h)));
    cr_expect_not_null(strstr(fake_log(h), "too old"));
    fake_host_free(h);
}
