#include "device/ble_finder.h"

#include "found_world.h"

static struct ble *ble;
static struct ble_finder *finder;

static void open_all(void)
{
    static const struct ble_config c = {.enabled = true,
        .bus = "unix:path=/nonexistent/bus",
        .scan = true,
        .scan_us = 1000000,
        .scan_every_us = 1000000};

    found_open();
    cr_assert_eq(ble_new(world.loop, &c, NULL, NULL, &ble), 0);
    cr_assert_eq(ble_finder_new(world.bus, ble, here.drivers, here.found, &finder), 0);
}

static void close_all(void)
{
    finder = ble_finder_free(finder);
    ble = ble_free(ble);
    found_close();
}

TestSuite(ble_finder, .init = open_all, .fini = close_all);

#define A "AA:BB:CC:DD:EE:01"

static void see(const char *name)
{
    struct wr_found seen = {.size = sizeof seen, .bus = "ble", .address = A, .name = name};

    ble_finder_seen(finder, &seen);
    world_pass(1);
}

Test(ble_finder, what_is_seen_is_offered)
{
    see("Lamp-1");
    cr_assert_not_null(found_at(A));
    cr_expect_str_eq(found_at(A)->driver, "lamp");
    cr_expect_eq(devices_count(world.devices, DEVICE_ONLINE), 0);
}

Test(ble_finder, what_is_seen_is_adopted_where_that_is_wanted)
{
    ble_finder_adopt(finder, true);
    see("");
    cr_expect_eq(devices_count(world.devices, DEVICE_ONLINE), 0);
    see("Lamp-1");
    cr_assert_not_null(devices_find(world.devices, "lamp-1"));
    see("Lamp-1");
    cr_expect_eq(devices_count(world.devices, DEVICE_ONLINE), 1);
}

Test(ble_finder, an_hour_has_an_end_of_what_is_adopted_by_itself)
{
    char address[18], name[16];

    ble_finder_adopt(finder, true);
    for (int i = 0; i < 40; i++) {
        struct wr_found seen = {
            .size = sizeof seen, .bus = "ble", .address = address, .name = name};

        snprintf(address, sizeof address, "AA:BB:CC:DD:00:%02X", i);
        snprintf(name, sizeof name, "Lamp-%d", i);
        ble_finder_seen(finder, &seen);
        world_pass(1);
    }
    cr_expect_eq(devices_count(world.devices, DEVICE_ONLINE), 16);
    cr_expect_not_null(found_at("AA:BB:CC:DD:00:27"), "the others are offered");
}

Test(ble_finder, bluetooth_is_used_while_a_driver_wants_it)
{
    world_pass(1);
    cr_expect(strstr(ble_why(ble), "there is no D-Bus"), "%s", ble_why(ble));
    found_remove_driver("lamp");
    found_remove_driver("lantern");
    found_remove_driver("picky");
    world_pass(1);
    cr_expect_str_eq(ble_why(ble), "no driver that is loaded uses Bluetooth");
    found_put_driver("lantern");
    world_pass(DRIVERS_SETTLE_US);
    cr_expect(strstr(ble_why(ble), "there is no D-Bus"), "%s", ble_why(ble));
}
