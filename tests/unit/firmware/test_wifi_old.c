/* Old debug cameras over Bluetooth, against a host that stands in for the radio. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "loop/loop.h"
#include "wifi_host.h"

#define S US_PER_S
#define IDLE                                                                                       \
    "{\"enabled\":false,\"connected\":false,\"ssid\":\"\",\"ip\":\"\",\"rssi\":0,\"url\":\"\"}"

static struct wifi_host h;
static struct wifi_old *camera;

static void begin(const char *options)
{
    struct error e = ERROR_NULL;

    wifi_host_init(&h, options);
    cr_assert_eq(wifi_old_new(h.loop, &h.options, &camera, &e), 0, "%s", error_text(&e));
    wifi_host_shows(&h, wifi_old_app(camera));
    wifi_old_start(camera);
}

static void end(void)
{
    camera = wifi_old_free(camera);
    h.loop = loop_free(h.loop);
}

TestSuite(wifi_old, .fini = end);

static void control(const char *text)
{
    cr_assert_eq(wifi_host_write(&h, WIFI_CONTROL_UUID, text), 0);
}

static struct wifi_status said(void)
{
    return wifi_host_said(&h);
}

Test(wifi_old, status_is_empty_until_it_is_told)
{
    begin("");
    cr_expect_str_eq(wifi_host_read(&h, WIFI_STATUS_UUID), "");
    control("{\"cmd\":\"status\"}");
    cr_expect_str_eq(h.status, IDLE);
    cr_expect_str_eq(wifi_host_read(&h, WIFI_STATUS_UUID), IDLE);
}

Test(wifi_old, a_small_mtu_cuts_what_is_notified_and_not_what_is_read)
{
    begin("");
    h.mtu = GATT_MTU_MIN;
    control("{\"cmd\":\"status\"}");
    cr_expect_eq(strlen(h.status), GATT_MTU_MIN - 3u);
    cr_expect_str_eq(wifi_host_read(&h, WIFI_STATUS_UUID), IDLE);
}

Test(wifi_old, the_first_configure_has_no_answer_and_enable_waits_for_the_join)
{
    begin("--join 3.2");
    control("{\"cmd\":\"configure\",\"ssid\":\"Home\",\"pass\":\"secret\"}");
    cr_expect_eq(h.n_status, 0);
    cr_expect_str_eq(wifi_host_read(&h, WIFI_SSID_UUID), "Home");
    control("{\"cmd\":\"enable\"}");
    control("{\"cmd\":\"status\"}"); /* is heard after the join only */
    loop_advance(h.loop, 3400 * US_PER_MS);
    cr_expect_eq(h.n_status, 0);
    loop_advance(h.loop, 200 * US_PER_MS);
    cr_expect_eq(h.n_status, 3, "connected, enabled, and the one that was asked for");
    cr_expect(said().enabled && said().connected);
    cr_expect_str_eq(said().ip, "127.0.0.1");
    cr_expect_eq(strncmp(said().url, "http://127.0.0.1:", 17), 0, "%s", said().url);
    cr_expect_eq(said().state, WIFI_STATE_UNKNOWN);
    cr_expect_null(strstr(h.status, "secret"));
}

Test(wifi_old, a_join_that_fails_takes_15_s_and_leaves_it_enabled)
{
    begin("--join 1 --join-fail wrong-password");
    control("{\"cmd\":\"configure\",\"ssid\":\"Home\",\"pass\":\"wrong\"}");
    control("{\"cmd\":\"enable\"}");
    loop_advance(h.loop, 14 * S);
    cr_expect_eq(h.n_status, 0);
    loop_advance(h.loop, 2 * S);
    cr_expect_eq(h.n_status, 1);
    cr_expect(said().enabled && !said().connected);
    loop_advance(h.loop, 5 * S);
    cr_expect_eq(h.n_status, 2, "and every 5 s");
}

Test(wifi_old, a_join_that_is_slower_than_it_waits_is_told_when_it_is_there)
{
    begin("--join 20");
    control("{\"cmd\":\"configure\",\"ssid\":\"Home\",\"pass\":\"\"}");
    control("{\"cmd\":\"enable\"}");
    loop_advance(h.loop, 19900 * US_PER_MS);
    cr_expect_not(said().connected);
    loop_advance(h.loop, 200 * US_PER_MS);
    cr_expect(said().connected);
}

Test(wifi_old, another_network_needs_its_name_and_password)
{
    begin("--join 0 --ssid Home --password secret");
    control("{\"cmd\":\"configure\",\"ssid\":\"Home\",\"pass\":\"wrong\"}");
    control("{\"cmd\":\"enable\"}");
    loop_advance(h.loop, 16 * S);
    cr_expect_not(said().connected);
    control("{\"cmd\":\"configure\",\"ssid\":\"Home\",\"pass\":\"secret\"}"); /* joins at once */
    loop_advance(h.loop, S);
    cr_expect(said().connected);
    control("{\"cmd\":\"configure\",\"ssid\":\"Other\",\"pass\":\"secret\"}");
    loop_advance(h.loop, 16 * S);
    cr_expect_not(said().connected);
}

Test(wifi_old, what_it_does_not_understand_is_passed_over)
{
    begin("");
    control("{\"ssid\":\"Home\",\"pass\":\"secret\"}"); /* as its own description has it */
    control("{\"cmd\":\"wifi_enable\"}");
    control("{\"cmd\":");
    control("enable");
    (void)wifi_host_write(&h, WIFI_SSID_UUID, "Other");
    (void)wifi_host_write(&h, WIFI_PASSWORD_UUID, "secret");
    cr_expect_eq(h.n_status, 0);
    cr_expect_str_eq(wifi_host_read(&h, WIFI_SSID_UUID), "Other", "which means nothing");
    control("{\"cmd\":\"enable\"}");
    cr_expect_str_eq(h.status, IDLE, "no network is configured");
}

Test(wifi_old, a_text_that_is_missing_is_null)
{
    begin("--join 0 --ssid null --password null");
    control("{\"cmd\":\"configure\"}");
    cr_expect_str_eq(wifi_host_read(&h, WIFI_SSID_UUID), "null");
    control("{\"cmd\":\"enable\"}");
    loop_advance(h.loop, S);
    cr_expect(said().connected);
    cr_expect_str_eq(said().ssid, "null");
}

Test(wifi_old, disable_says_so_and_is_quiet_then)
{
    begin("--join 0");
    control("{\"cmd\":\"configure\",\"ssid\":\"Home\",\"pass\":\"\"}");
    control("{\"cmd\":\"enable\"}");
    loop_advance(h.loop, S);
    control("{\"cmd\":\"disable\"}");
    cr_expect(!said().enabled && !said().connected);
    cr_expect_str_eq(said().ssid, "Home");
    h.n_status = 0;
    loop_advance(h.loop, 20 * S);
    cr_expect_eq(h.n_status, 0);
}

Test(wifi_old, what_a_strike_takes_it_joins_again_at_the_next_address)
{
    char first[40];

    begin("--join 2 --online --move");
    loop_advance(h.loop, 2100 * US_PER_MS);
    snprintf(first, sizeof first, "%s", said().url);
    cr_expect_str_eq(said().ip, "127.0.0.1");
    wifi_old_strike(camera);
    loop_advance(h.loop, 100 * US_PER_MS);
    cr_expect_not(said().connected);
    loop_advance(h.loop, 2100 * US_PER_MS);
    cr_expect_str_eq(said().ip, "127.0.0.2");
    cr_expect_str_eq(strrchr(said().url, ':'), strrchr(first, ':'), "the port stays");
}

/* 192.0.2.1 is in documents only. */
Test(wifi_old, says_at_once_when_it_cannot_be_asked_where_it_shall)
{
    struct error e = ERROR_NULL;

    wifi_host_init(&h, "--dialect head --http 192.0.2.1:8080");
    cr_expect_eq(wifi_old_new(h.loop, &h.options, &camera, &e), -EADDRNOTAVAIL);
    cr_expect(strstr(error_text(&e), "cannot listen on 192.0.2.1:8080"), "%s", error_text(&e));
}
