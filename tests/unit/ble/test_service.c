#include <errno.h>
#include <string.h>
#include <systemd/sd-bus.h>

#include "world.h"

TestSuite(ble_service, .init = world_open, .fini = world_close, .timeout = 60);

static struct link l;

static void close_link(struct link *link)
{
    ble_close(link->k);
    link->k = NULL;
}

/* --- scanning ---------------------------------------------------------------------------------- */

static bool was_seen_with(const char *text)
{
    for (size_t i = 0; i < w.n_seen_props; i++) {
        if (strcmp(w.seen_text[i], text) == 0)
            return true;
    }
    return false;
}

Test(ble_service, what_is_on_the_air_is_told)
{
    struct camera *c = world_camera(0);

    ble_look_for(w.ble, NULL, 0, true);
    WAIT_UNTIL(w.loop, w.n_seen > 1);
    cr_expect_str_eq(w.seen_address, c->address);
    cr_expect_str_eq(w.seen_name, c->name);
    cr_expect(was_seen_with("service=" SERVICE));
    cr_expect(was_seen_with("adapter=hci0"));
    cr_expect(was_seen_with("address_type=public"));
}

Test(ble_service, a_name_that_comes_late_is_told)
{
    struct camera *c = world_camera(0);

    c->faults->name_ms = 150;
    ble_look_for(w.ble, NULL, 0, true);
    WAIT_UNTIL(w.loop, strcmp(w.seen_name, c->name) == 0);
}

Test(ble_service, it_scans_for_the_services_that_are_asked_for)
{
    static const char *const other[] = {"0000fe0f-0000-1000-8000-00805f9b34fb"};
    static const char *const ours[] = {SERVICE};

    world_camera(0);
    ble_look_for(w.ble, other, 1, false);
    WAIT_UNTIL(w.loop, sim_bluez_stats(w.z)->scans == 2);
    cr_expect_eq(w.n_seen, 0);
    ble_look_for(w.ble, ours, 1, false);
    WAIT_UNTIL(w.loop, w.n_seen > 0);
}

Test(ble_service, nothing_is_scanned_or_even_opened_while_nobody_wants_it)
{
    world_camera(0);
    for (int i = 0; i < 50; i++)
        wait_turn(w.loop);
    cr_expect_eq(sim_bluez_stats(w.z)->scans, 0);
    cr_expect_str_eq(ble_why(w.ble), "no driver that is loaded uses Bluetooth");
}

Test(ble_service, it_scans_by_turns)
{
    struct ble_config c = world_config();

    c.scan_us = 100000;
    c.scan_every_us = 10000000;
    cr_assert_eq(ble_configure(w.ble, &c), 0);
    ble_look_for(w.ble, NULL, 0, true);
    for (int i = 0; i < 150; i++)
        wait_turn(w.loop);
    cr_expect_eq(sim_bluez_stats(w.z)->scans, 1);
}

/* What a scan that is on says when it is begun once more. bluetoothd also says it when its controller is busy, as right after
 * its start, and then there is none. */
Test(ble_service, a_scan_that_is_in_progress_but_not_on_is_begun_again)
{
    struct ble_config c = world_config();
    int64_t from_us;

    c.scan_us = 60 * US_PER_S;
    cr_assert_eq(ble_configure(w.ble, &c), 0);
    sim_bluez_busy(w.z, 0, 2);
    from_us = clock_mono_us();
    link_open(&l, world_camera(0));
    cr_expect_lt(clock_mono_us() - from_us, 5 * US_PER_S, "not after the time that a scan takes");
    cr_expect_eq(sim_bluez_stats(w.z)->scans, 1);
    close_link(&l);
}

/* --- bluetoothd and adapters come and go ------------------------------------------------------- */

Test(ble_service, bluetoothd_dies_and_comes_back)
{
    struct camera *c = world_camera(0);
    struct error e = ERROR_NULL;

    link_open(&l, c);
    sim_bluez_stop(w.z);
    WAIT_UNTIL(w.loop, l.n_closed == 1);
    cr_expect_eq(l.why, -ENODEV);
    cr_expect(strstr(l.error, "bluetoothd"), "%s", l.error);
    WAIT_UNTIL(w.loop, strstr(ble_why(w.ble), "bluetoothd does not run"));
    cr_expect_not(ble_is_ready(w.ble));
    link_start(&l, c, 0);
    some_turns(w.loop);
    cr_expect_eq(l.n_closed, 0);
    cr_assert_eq(sim_bluez_start(w.z, &e), 0);
    WAIT_UNTIL(w.loop, l.n_opened == 1);
    cr_expect_str_empty(ble_why(w.ble));
    cr_expect_eq(w.n_ready, 2);
    close_link(&l);
}

/* To every name that anybody may have, as a signal that the daemon alone should send. */
static void pretend_that_bluetoothd_ended(void)
{
    sd_bus *bus;
    char name[16];

    cr_assert_geq(sd_bus_new(&bus), 0);
    cr_assert_geq(sd_bus_set_address(bus, private_bus_address(w.bus)), 0);
    cr_assert_geq(sd_bus_set_bus_client(bus, 1), 0);
    cr_assert_geq(sd_bus_start(bus), 0);
    for (int i = 0; i < 16; i++) {
        sd_bus_message *m = NULL;

        snprintf(name, sizeof name, ":1.%d", i);
        cr_assert_geq(sd_bus_message_new_signal(bus, &m, "/org/freedesktop/DBus",
                          "org.freedesktop.DBus", "NameOwnerChanged"),
            0);
        cr_assert_geq(sd_bus_message_append(m, "sss", "org.bluez", "", ""), 0);
        cr_assert_geq(sd_bus_message_set_destination(m, name), 0);
        cr_assert_geq(sd_bus_send(bus, m, NULL), 0);
        sd_bus_message_unref(m);
    }
    cr_assert_geq(sd_bus_flush(bus), 0);
    sd_bus_flush_close_unref(bus);
}

Test(ble_service, somebody_who_says_that_bluetoothd_ended_is_not_believed)
{
    struct camera *c = world_camera(0);

    link_open(&l, c);
    link_subscribe(&l);
    pretend_that_bluetoothd_ended();
    for (uint32_t i = 0; i < 20; i++) {
        camera_send(c, i, 20);
        WAIT_UNTIL(w.loop, l.n_notified == i + 1);
    }
    cr_expect_eq(l.n_closed, 0, "%s", l.error);
    cr_expect_str_empty(ble_why(w.ble));
    close_link(&l);
}

Test(ble_service, who_waits_without_bluetoothd_is_told_why)
{
    struct camera *c = world_camera(0);

    sim_bluez_stop(w.z);
    link_start(&l, c, 200);
    WAIT_UNTIL(w.loop, l.n_closed == 1);
    cr_expect_eq(l.why, -ENODEV);
    cr_expect(strstr(l.error, "bluetoothd does not run"), "%s", l.error);
}

Test(ble_service, an_adapter_is_unplugged_and_comes_back)
{
    struct camera *c = world_camera(0);

    link_open(&l, c);
    sim_bluez_plug(w.z, 0, false);
    WAIT_UNTIL(w.loop, l.n_closed == 1);
    cr_expect_eq(l.why, -ENODEV);
    cr_expect(strstr(l.error, "hci0 is gone"), "%s", l.error);
    WAIT_UNTIL(w.loop, strcmp(ble_why(w.ble), "there is no Bluetooth adapter") == 0);
    sim_bluez_plug(w.z, 0, true);
    link_open(&l, c);
    close_link(&l);
}

Test(ble_service, an_adapter_is_turned_off_and_on)
{
    struct camera *c = world_camera(0);

    link_open(&l, c);
    sim_bluez_power(w.z, 0, false);
    WAIT_UNTIL(w.loop, l.n_closed == 1);
    WAIT_UNTIL(w.loop, strstr(ble_why(w.ble), "hci0 has no power"));
    sim_bluez_power(w.z, 0, true);
    link_open(&l, c);
    close_link(&l);
}

static void count_adapter(void *ctx, const struct ble_adapter_info *a)
{
    unsigned *n = ctx;

    n[0]++;
    n[1] += a->used;
    n[2] += a->n_links;
}

static void open_two(void)
{
    world_open_with(2, NULL);
}

Test(ble_adapters, links_are_spread_over_the_adapters, .init = open_two, .fini = world_close,
    .timeout = 60)
{
    struct link links[2];
    struct camera *c[2] = {world_camera(0), world_camera(1)};
    unsigned n[3] = {0};

    for (int i = 0; i < 2; i++)
        link_start(&links[i], c[i], 0);
    for (int i = 0; i < 2; i++)
        WAIT_UNTIL(w.loop, links[i].n_opened);
    ble_each_adapter(w.ble, count_adapter, n);
    cr_expect_eq(n[0], 2);
    cr_expect_eq(n[1], 2);
    cr_expect_eq(n[2], 2);
    for (int i = 0; i < 2; i++)
        close_link(&links[i]);
}

Test(ble_adapters, only_those_of_the_configuration_are_used, .init = open_two, .fini = world_close,
    .timeout = 60)
{
    static const char *const names[] = {"hci7", NULL},
                             *const second[] = {"00:aa:01:01:00:01", NULL};
    struct ble_config c = world_config();
    unsigned n[3] = {0};

    c.adapters = names;
    cr_assert_eq(ble_configure(w.ble, &c), 0);
    ble_look_for(w.ble, NULL, 0, true);
    WAIT_UNTIL(
        w.loop, strcmp(ble_why(w.ble), "none of the adapters of ble.adapters is there") == 0);
    c.adapters = second;
    cr_assert_eq(ble_configure(w.ble, &c), 0);
    WAIT_UNTIL(w.loop, ble_is_ready(w.ble));
    ble_each_adapter(w.ble, count_adapter, n);
    cr_expect_eq(n[0], 2);
    cr_expect_eq(n[1], 1);
}

/* Only hci1 is to be used from now on. */
static void leave_out_the_first(void)
{
    static const char *const second[] = {"hci1", NULL};
    struct ble_config c = world_config();

    c.adapters = second;
    cr_assert_eq(ble_configure(w.ble, &c), 0);
}

Test(ble_adapters, one_that_is_left_out_lets_go_of_its_links, .init = open_two, .fini = world_close,
    .timeout = 60)
{
    struct camera *c = world_camera(0), *other = world_camera(1);
    struct link stays;
    unsigned n[3] = {0};

    link_open(&l, c);
    link_open(&stays, other);
    leave_out_the_first();
    WAIT_UNTIL(w.loop, l.n_closed == 1);
    cr_expect_eq(l.why, -ENODEV);
    cr_expect_str_eq(l.error, "the Bluetooth adapter hci0 is not among ble.adapters any more");
    WAIT_UNTIL(w.loop, !sim_device_connected(c->device));
    ble_each_adapter(w.ble, count_adapter, n);
    cr_expect_eq(n[2], 1);
    cr_expect_eq(stays.n_closed, 0);
    close_link(&stays);
}

Test(ble_adapters, one_that_is_left_out_while_it_connects_lets_go_too, .init = open_two,
    .fini = world_close, .timeout = 60)
{
    struct camera *c = world_camera(0);
    int64_t until_us;

    c->faults->connect_ms = 300;
    link_start(&l, c, 0);
    WAIT_UNTIL(w.loop, sim_bluez_stats(w.z)->connects == 1);
    leave_out_the_first();
    WAIT_UNTIL(w.loop, l.n_closed == 1);
    cr_expect_eq(l.n_opened, 0);
    cr_expect_str_eq(l.error, "the Bluetooth adapter hci0 is not among ble.adapters any more");
    until_us = loop_now_us(w.loop) + 400000;
    WAIT_UNTIL(w.loop, loop_now_us(w.loop) > until_us);
    cr_expect_eq(c->n_connected, 0);
}

/* --- no bus ------------------------------------------------------------------------------------ */

static void open_nowhere(void)
{
    struct ble_config c = world_config();

    c.bus = "unix:path=/nonexistent/bus";
    world_open_with(1, &c);
}

Test(ble_nowhere, no_bus_is_told, .init = open_nowhere, .fini = world_close, .timeout = 60)
{
    struct camera nobody = {.address = "00:AA:01:00:00:99"};

    link_start(&l, &nobody, 200);
    WAIT_UNTIL(w.loop, l.n_closed == 1);
    cr_expect(strstr(l.error, "there is no D-Bus to reach bluetoothd by"), "%s", l.error);
}

static void open_off(void)
{
    struct ble_config c = world_config();

    c.bus = NULL;
    c.enabled = false;
    world_open_with(1, &c);
}

Test(ble_off, it_can_be_turned_off, .init = open_off, .fini = world_close, .timeout = 60)
{
    struct wr_ble_target target = {.size = sizeof target, .address = "00:AA:01:00:00:23"};
    static const struct ble_link_events none = {0};
    struct error e = ERROR_NULL;

    cr_expect_eq(ble_connect(w.ble, &target, &none, NULL, &l.k, &e), -EOPNOTSUPP);
    cr_expect_str_eq(e.text, "Bluetooth is turned off by ble.enabled");
}

Test(ble_service, the_bus_dies)
{
    ble_look_for(w.ble, NULL, 0, true);
    link_open(&l, world_camera(0));
    w.bus = private_bus_free(w.bus);
    WAIT_UNTIL(w.loop, l.n_closed == 1);
    cr_expect_eq(l.why, -ENODEV);
    WAIT_UNTIL(w.loop, strstr(ble_why(w.ble), "there is no D-Bus"));
}
