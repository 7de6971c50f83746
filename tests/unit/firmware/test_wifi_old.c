/* Old debug cameras over Bluetooth, against a host that stands in for the radio. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/util.h"
#include "firmware/sim/wifi_sim.h"
#include "loop/loop.h"
#include "wifi_text.h"

#define S US_PER_S
#define IDLE                                                                                       \
    "{\"enabled\":false,\"connected\":false,\"ssid\":\"\",\"ip\":\"\",\"rssi\":0,\"url\":\"\"}"

static struct loop *l;
static struct wifi_options o;
static struct wifi_old *camera;
static struct gatt_app *app;
static char status[GATT_VALUE_MAX + 1]; /* the last notification */
static unsigned n_status, mtu;

/* --- the radio --- */

static int notify(struct gatt_app *a, unsigned chr, const void *bytes, size_t n)
{
    n = MIN(n, (size_t)mtu - 3);
    snprintf(status, sizeof status, "%.*s", (int)n, (const char *)bytes);
    n_status++;
    return 0;
}

static void nothing(struct gatt_app *a, bool on)
{
}

static void nobody(struct gatt_app *a)
{
}

static const struct gatt_stack stack = {notify, nothing, nobody};

/* `with`: the options, up to eight words. */
static void begin(const char *with)
{
    static char text[256];
    char *argv[12] = {(char *)"sim", (char *)"--source", (char *)"still"};
    struct error e = ERROR_NULL;
    int argc = 3;

    snprintf(text, sizeof text, "%s", with);
    for (char *word = strtok(text, " "); word; word = strtok(NULL, " "))
        argv[argc++] = word;
    cr_assert_eq(loop_new_virtual(1000 * S, 0, &l), 0);
    cr_assert_eq(wifi_options_parse(&o, argc, argv, &e), 0, "%s", error_text(&e));
    cr_assert_eq(wifi_old_new(l, &o, &camera, &e), 0, "%s", error_text(&e));
    app = wifi_old_app(camera);
    app->stack = &stack;
    mtu = GATT_MTU_MAX;
    wifi_old_start(camera);
}

static void end(void)
{
    camera = wifi_old_free(camera);
    l = loop_free(l);
}

TestSuite(wifi_old, .fini = end);

static unsigned chr_of(const char *uuid)
{
    unsigned i = 0;

    while (i < app->n_chars && strcmp(app->chars[i].uuid, uuid) != 0)
        i++;
    cr_assert_lt(i, app->n_chars, "no characteristic %s", uuid);
    return i;
}

static void write_to(const char *uuid, const char *text)
{
    cr_assert_eq(
        app->calls->written(app->ctx, chr_of(uuid), (const uint8_t *)text, strlen(text), true), 0);
}

static void control(const char *text)
{
    write_to(WIFI_CONTROL_UUID, text);
}

static const char *read_from(const char *uuid)
{
    static char text[GATT_VALUE_MAX + 1];
    int n = app->calls->read(app->ctx, chr_of(uuid), (uint8_t *)text, GATT_VALUE_MAX);

    cr_assert_geq(n, 0);
    text[n] = '\0';
    return text;
}

static struct wifi_status said(void)
{
    struct wifi_status s;

    cr_assert_eq(wifi_status_read((struct span){status, strlen(status)}, &s), 0, "%s", status);
    return s;
}

/* --- */

Test(wifi_old, status_is_empty_until_it_is_told)
{
    begin("");
    cr_expect_str_eq(read_from(WIFI_STATUS_UUID), "");
    control("{\"cmd\":\"status\"}");
    cr_expect_str_eq(status, IDLE);
    cr_expect_str_eq(read_from(WIFI_STATUS_UUID), IDLE);
}

Test(wifi_old, a_small_mtu_cuts_what_is_notified_and_not_what_is_read)
{
    begin("");
    mtu = GATT_MTU_MIN;
    control("{\"cmd\":\"status\"}");
    cr_expect_eq(strlen(status), GATT_MTU_MIN - 3u);
    cr_expect_str_eq(read_from(WIFI_STATUS_UUID), IDLE);
}

Test(wifi_old, the_first_configure_has_no_answer_and_enable_waits_for_the_join)
{
    begin("--join 3.2");
    control("{\"cmd\":\"configure\",\"ssid\":\"Home\",\"pass\":\"secret\"}");
    cr_expect_eq(n_status, 0);
    cr_expect_str_eq(read_from(WIFI_SSID_UUID), "Home");
    control("{\"cmd\":\"enable\"}");
    control("{\"cmd\":\"status\"}"); /* is heard after the join only */
    loop_advance(l, 3400 * US_PER_MS);
    cr_expect_eq(n_status, 0);
    loop_advance(l, 200 * US_PER_MS);
    cr_expect_eq(n_status, 3, "connected, enabled, and the one that was asked for");
    cr_expect(said().enabled && said().connected);
    cr_expect_str_eq(said().ip, "127.0.0.1");
    cr_expect_eq(strncmp(said().url, "http://127.0.0.1:", 17), 0, "%s", said().url);
    cr_expect_eq(said().state, WIFI_STATE_UNKNOWN);
    cr_expect_null(strstr(status, "secret"));
}

Test(wifi_old, a_join_that_fails_takes_15_s_and_leaves_it_enabled)
{
    begin("--join 1 --join-fail wrong-password");
    control("{\"cmd\":\"configure\",\"ssid\":\"Home\",\"pass\":\"wrong\"}");
    control("{\"cmd\":\"enable\"}");
    loop_advance(l, 14 * S);
    cr_expect_eq(n_status, 0);
    loop_advance(l, 2 * S);
    cr_expect_eq(n_status, 1);
    cr_expect(said().enabled && !said().connected);
    loop_advance(l, 5 * S);
    cr_expect_eq(n_status, 2, "and every 5 s");
}

Test(wifi_old, a_join_that_is_slower_than_it_waits_is_told_when_it_is_there)
{
    begin("--join 20");
    control("{\"cmd\":\"configure\",\"ssid\":\"Home\",\"pass\":\"\"}");
    control("{\"cmd\":\"enable\"}");
    loop_advance(l, 19900 * US_PER_MS);
    cr_expect_not(said().connected);
    loop_advance(l, 200 * US_PER_MS);
    cr_expect(said().connected);
}

Test(wifi_old, another_network_needs_its_name_and_password)
{
    begin("--join 0 --ssid Home --password secret");
    control("{\"cmd\":\"configure\",\"ssid\":\"Home\",\"pass\":\"wrong\"}");
    control("{\"cmd\":\"enable\"}");
    loop_advance(l, 16 * S);
    cr_expect_not(said().connected);
    control("{\"cmd\":\"configure\",\"ssid\":\"Home\",\"pass\":\"secret\"}"); /* joins at once */
    loop_advance(l, S);
    cr_expect(said().connected);
    control("{\"cmd\":\"configure\",\"ssid\":\"Other\",\"pass\":\"secret\"}");
    loop_advance(l, 16 * S);
    cr_expect_not(said().connected);
}

Test(wifi_old, what_it_does_not_understand_is_passed_over)
{
    begin("");
    control("{\"ssid\":\"Home\",\"pass\":\"secret\"}"); /* as its own description has it */
    control("{\"cmd\":\"wifi_enable\"}");
    control("{\"cmd\":");
    control("enable");
    write_to(WIFI_SSID_UUID, "Other");
    write_to(WIFI_PASSWORD_UUID, "secret");
    cr_expect_eq(n_status, 0);
    cr_expect_str_eq(read_from(WIFI_SSID_UUID), "Other", "which means nothing");
    control("{\"cmd\":\"enable\"}");
    cr_expect_str_eq(status, IDLE, "no network is configured");
}

Test(wifi_old, a_text_that_is_missing_is_null)
{
    begin("--join 0 --ssid null --password null");
    control("{\"cmd\":\"configure\"}");
    cr_expect_str_eq(read_from(WIFI_SSID_UUID), "null");
    control("{\"cmd\":\"enable\"}");
    loop_advance(l, S);
    cr_expect(said().connected);
    cr_expect_str_eq(said().ssid, "null");
}

Test(wifi_old, disable_says_so_and_is_quiet_then)
{
    begin("--join 0");
    control("{\"cmd\":\"configure\",\"ssid\":\"Home\",\"pass\":\"\"}");
    control("{\"cmd\":\"enable\"}");
    loop_advance(l, S);
    control("{\"cmd\":\"disable\"}");
    cr_expect(!said().enabled && !said().connected);
    cr_expect_str_eq(said().ssid, "Home");
    n_status = 0;
    loop_advance(l, 20 * S);
    cr_expect_eq(n_status, 0);
}

Test(wifi_old, what_a_strike_takes_it_joins_again_at_the_next_address)
{
    char first[40];

    begin("--join 2 --online --move");
    loop_advance(l, 2100 * US_PER_MS);
    snprintf(first, sizeof first, "%s", said().url);
    cr_expect_str_eq(said().ip, "127.0.0.1");
    wifi_old_strike(camera);
    loop_advance(l, 100 * US_PER_MS);
    cr_expect_not(said().connected);
    loop_advance(l, 2100 * US_PER_MS);
    cr_expect_str_eq(said().ip, "127.0.0.2");
    cr_expect_str_eq(strrchr(said().url, ':'), strrchr(first, ':'), "the port stays");
}
