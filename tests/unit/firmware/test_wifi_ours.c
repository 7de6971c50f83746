/* The virtual debug camera with the firmware's core: its world, on a virtual clock. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "loop/loop.h"
#include "wifi_host.h"

#define S US_PER_S
#define CONFIGURE "{\"cmd\":\"configure\",\"ssid\":\"Home\",\"pass\":\"very secret\"}"
#define ENABLE "{\"cmd\":\"enable\"}"

static struct wifi_host h;
static struct wifi_ours *camera;

static void show(void)
{
    struct error e = ERROR_NULL;

    cr_assert_eq(wifi_ours_new(h.loop, &h.options, &camera, &e), 0, "%s", error_text(&e));
    wifi_host_shows(&h, wifi_ours_app(camera));
    wifi_ours_start(camera);
    h.app->calls->connected(h.app->ctx, h.mtu);
    for (unsigned i = 0; i < h.app->n_chars; i++)
        if (h.app->chars[i].props & GATT_NOTIFY)
            h.app->calls->subscribed(h.app->ctx, i, true);
}

static void begin(const char *options)
{
    wifi_host_init(&h, options);
    show();
}

static void end(void)
{
    camera = wifi_ours_free(camera);
    h.loop = loop_free(h.loop);
}

TestSuite(wifi_ours, .fini = end);

static struct wifi_status said(void)
{
    return wifi_host_said(&h);
}

/* Small steps, in which the worker's answers come, too. */
static void pass(int64_t us)
{
    for (int64_t t = 0; t < us; t += 50 * US_PER_MS)
        loop_advance(h.loop, 50 * US_PER_MS);
}

/* 192.0.2.1 is in documents only. */
Test(wifi_ours, says_at_once_when_it_cannot_be_asked_where_it_shall)
{
    struct error e = ERROR_NULL;

    wifi_host_init(&h, "--http 192.0.2.1:8080");
    cr_expect_eq(wifi_ours_new(h.loop, &h.options, &camera, &e), -EADDRNOTAVAIL);
    cr_expect(strstr(error_text(&e), "cannot listen on 192.0.2.1:8080"), "%s", error_text(&e));
}

Test(wifi_ours, joins_and_says_where_it_is)
{
    begin("--join 3");
    cr_expect_eq(wifi_host_write(&h, WIFI_CONTROL_UUID, CONFIGURE), 0);
    cr_expect_eq(wifi_host_write(&h, WIFI_CONTROL_UUID, ENABLE), 0);
    pass(S);
    cr_expect_eq(said().state, WIFI_STATE_CONNECTING);
    pass(3 * S);
    cr_expect(said().enabled && said().connected);
    cr_expect_str_eq(said().ip, "127.0.0.1");
    cr_expect_eq(strncmp(said().url, "http://127.0.0.1:", 17), 0, "%s", said().url);
    cr_expect(said().secure);
    cr_expect_eq(strlen(said().mac), 12);
    cr_expect_eq(said().rssi_dbm, -58);
    cr_expect_str_eq(wifi_host_read(&h, WIFI_SSID_UUID), "Home");
    cr_expect_null(strstr(h.status, "secret"));
}

Test(wifi_ours, says_why_it_could_not_join)
{
    begin("--join 1 --ssid Home --password another");
    (void)wifi_host_write(&h, WIFI_CONTROL_UUID, CONFIGURE);
    (void)wifi_host_write(&h, WIFI_CONTROL_UUID, ENABLE);
    pass(2 * S);
    cr_expect_eq(said().state, WIFI_STATE_FAILED);
    cr_expect(strstr(said().reason, "password"), "%s", said().reason);
}

Test(wifi_ours, takes_no_password_over_a_plain_link)
{
    begin("--join 1 --plain");
    cr_expect_eq(wifi_host_write(&h, WIFI_CONTROL_UUID, CONFIGURE), -EACCES);
    pass(S);
    cr_expect_str_neq(said().error, "");
    cr_expect_eq(wifi_host_write(&h, WIFI_CONTROL_UUID,
                     "{\"cmd\":\"configure\",\"ssid\":\"Open\",\"pass\":\"\"}"),
        0);
    (void)wifi_host_write(&h, WIFI_CONTROL_UUID, ENABLE);
    pass(2 * S);
    cr_expect(said().connected, "an open network has no password");
}

Test(wifi_ours, with_too_little_memory_it_stays_off)
{
    begin("--heap 90");
    (void)wifi_host_write(&h, WIFI_CONTROL_UUID, CONFIGURE);
    cr_expect_eq(wifi_host_write(&h, WIFI_CONTROL_UUID, ENABLE), -EINVAL);
    pass(S);
    cr_expect(strstr(said().error, "memory"), "%s", said().error);
    cr_expect_not(said().enabled);
}

Test(wifi_ours, a_strike_takes_the_network_and_it_joins_again_at_the_next_address)
{
    begin("--join 2 --online --move");
    pass(3 * S);
    cr_assert(said().connected);
    wifi_ours_strike(camera);
    pass(S);
    cr_expect_not(said().connected);
    pass(3 * S);
    cr_expect_str_eq(said().ip, "127.0.0.2");
}

Test(wifi_ours, remembers_its_network_while_it_is_off)
{
    char options[100], file[] = "/tmp/warren-flash-XXXXXX";
    int fd = mkstemp(file);

    cr_assert_geq(fd, 0);
    close(fd); /* empty: not written yet */
    snprintf(options, sizeof options, "--join 1 --flash %s", file);
    begin(options);
    (void)wifi_host_write(&h, WIFI_CONTROL_UUID, CONFIGURE);
    (void)wifi_host_write(&h, WIFI_CONTROL_UUID, ENABLE);
    pass(2 * S);
    camera = wifi_ours_free(camera);
    show();
    pass(2 * S);
    cr_expect(said().connected);
    cr_expect_str_eq(said().ssid, "Home");
    cr_expect_eq(access(file, F_OK), 0);
    unlink(file);
}
