#include "base/json.h"
#include "found_world.h"

TestSuite(adopt, .init = found_open, .fini = found_close);

#define A "AA:BB:CC:DD:EE:01"
#define A_ID "ble-aa-bb-cc-dd-ee-01"
#define TWIN "AA:BB:CC:DD:EE:99"
#define TWIN_ID "ble-aa-bb-cc-dd-ee-99"

static struct error e;

static int adopt(const char *id, const char *name, const char *options, struct device **ret)
{
    _cleanup_(json_freep) json_t *j = options ? json_read(options, strlen(options), NULL) : NULL;
    int r;

    e = ERROR_NULL;
    r = found_adopt(here.found, id, name, j, ret, &e);
    world_pass(1000);
    return r;
}

static void announce(const char *address, const char *port)
{
    cr_assert_eq(found_announce(address, "_lantern._tcp", port), 0);
}

Test(adopt, makes_a_device_with_the_address_that_was_seen)
{
    struct device *d = NULL;

    found_see(A, "Lamp-7", "", "");
    cr_assert_eq(adopt(A_ID, NULL, NULL, &d), 0, "%s", error_text(&e));
    cr_assert_str_eq(device_id(d), "lamp-7");
    cr_assert_str_eq(device_name(d), "Lamp-7");
    cr_assert_eq(device_state(d), DEVICE_ONLINE);
    cr_assert_str_eq(device_address(d), A);
    cr_assert_eq(world_events("device.added", NULL), 1);
    cr_assert_null(found_at(A));
    cr_assert_eq(world_events("found.removed", NULL), 1);
    cr_assert_eq(found_see(A, "Lamp-7", "", ""), -ENODEV, "it is owned");
    cr_assert_eq(world_events("device.found", NULL), 1);
}

Test(adopt, takes_a_name_and_options)
{
    struct device *d = NULL;

    found_see(A, "Lamp-7", "", "");
    cr_assert_eq(adopt(A_ID, "Porch light", "{\"level\": 8}", &d), 0, "%s", error_text(&e));
    cr_assert_str_eq(device_id(d), "porch-light");
    cr_assert_eq(d->option_view[1].i, 8);
}

Test(adopt, takes_the_port_that_was_announced_where_the_driver_has_one)
{
    struct device *d = NULL;

    announce("one.local", "8554");
    cr_assert_eq(adopt("mdns-one-local", NULL, NULL, &d), 0, "%s", error_text(&e));
    cr_expect_eq(d->option_view[2].i, 8554);
    announce("two.local", "8554");
    cr_assert_eq(adopt("mdns-two-local", NULL, "{\"port\": 99}", &d), 0, "%s", error_text(&e));
    cr_expect_eq(d->option_view[2].i, 99);
    announce("three.local", "a door");
    cr_assert_eq(adopt("mdns-three-local", NULL, NULL, &d), 0, "%s", error_text(&e));
    cr_expect_eq(d->option_view[2].i, 80);
}

/* host, ble_address */
Test(adopt, what_is_found_in_two_ways_gets_its_address_where_it_belongs)
{
    struct device *d = NULL;

    found_put_driver("buoy");
    found_see(A, "Buoy-1", "", "");
    cr_assert_eq(adopt(A_ID, NULL, NULL, &d), 0, "%s", error_text(&e));
    cr_expect_str_eq(d->option_view[0].s, "");
    cr_expect_str_eq(d->option_view[1].s, A);
    cr_expect_eq(found_see(A, "Buoy-1", "", ""), -ENODEV, "it is owned");
    cr_assert_eq(found_announce("10.0.0.7", "_buoy._tcp", "80"), 0);
    cr_assert_eq(adopt("mdns-10-0-0-7", NULL, NULL, &d), 0, "%s", error_text(&e));
    cr_expect_str_eq(d->option_view[0].s, "10.0.0.7");
    cr_expect_str_eq(d->option_view[1].s, "");
    cr_assert_eq(found_announce("10.0.0.8", "_buoy._tcp", "80"), 0);
    cr_expect_eq(adopt("mdns-10-0-0-8", NULL, "{\"ble_address\": \"" A "\"}", &d), -EEXIST,
        "that one is the first");
}

Test(adopt, wrong_options_are_told_and_it_stays_found)
{
    struct device *d = NULL;

    found_see(A, "Lamp-7", "", "");
    cr_assert_eq(adopt(A_ID, NULL, "{\"level\": 80}", &d), -EINVAL);
    cr_assert(strstr(error_text(&e), "level: expected an integer from 0 to 9"), "%s", e.text);
    cr_assert_not_null(found_at(A));
    cr_assert_eq(devices_count(world.devices, DEVICE_ONLINE), 0);
}

Test(adopt, what_is_not_there_any_more_is_told)
{
    struct device *d = NULL;

    cr_assert_eq(adopt("ble-nothing", NULL, NULL, &d), -ENOENT);
    found_see(A, "Lamp-7", "", "");
    world_pass(2 * FOUND_TTL_US);
    cr_assert_eq(adopt(A_ID, NULL, NULL, &d), -ENOENT);
}

Test(adopt, what_was_adopted_is_told_with_its_name)
{
    struct device *d = NULL;

    found_see(A, "Lamp-7", "", "");
    cr_assert_eq(adopt(A_ID, NULL, NULL, &d), 0);
    cr_assert_eq(adopt(A_ID, NULL, NULL, &d), -EEXIST);
    cr_assert_str_eq(error_text(&e), A " is the device \"lamp-7\" already");
    world_pass(2 * FOUND_TTL_US);
    cr_assert_eq(adopt(A_ID, NULL, NULL, &d), -EEXIST, "however long that is ago");
    cr_assert_eq(devices_remove(world.devices, devices_find(world.devices, "lamp-7"), &e), 0);
    cr_assert_eq(adopt(A_ID, NULL, NULL, &d), -ENOENT);
}

/* Their ids are not of bus and address alone. */
Test(adopt, what_was_adopted_is_told_also_of_two_behind_one_address)
{
    char ids[2][WR_NAME_MAX + 1];
    struct device *d = NULL;

    announce("one.local", "80");
    snprintf(ids[0], sizeof ids[0], "%s", found_at("one.local")->id);
    announce("one.local", "81");
    cr_assert_eq(adopt(ids[0], "First", NULL, &d), 0);
    snprintf(ids[1], sizeof ids[1], "%s", found_at("one.local")->id);
    cr_assert_eq(adopt(ids[1], "Second", NULL, &d), 0);
    cr_assert_eq(adopt(ids[0], NULL, NULL, &d), -EEXIST);
    cr_assert_str_eq(error_text(&e), "one.local is the device \"first\" already");
    cr_assert_eq(adopt(ids[1], NULL, NULL, &d), -EEXIST);
    cr_assert_str_eq(error_text(&e), "one.local is the device \"second\" already");
}

/* Somebody added it by its address meanwhile, in small letters. */
Test(adopt, what_became_a_device_otherwise_is_told_with_its_name)
{
    _cleanup_(json_freep) json_t *options = json_object();
    struct device *d = NULL;

    found_see(A, "Lamp-7", "", "");
    json_object_set_new(options, "address", json_string("aa:bb:cc:dd:ee:01"));
    cr_assert_eq(devices_add(world.devices, "mine", "Mine", "lamp", options, &d, &e), 0);
    cr_assert_null(found_at(A), "it is not offered any more");
    cr_assert_eq(world_events("found.removed", NULL), 1);
    cr_assert_eq(adopt(A_ID, NULL, NULL, &d), -EEXIST);
    cr_assert_str_eq(error_text(&e), A " is the device \"mine\" already");
    cr_assert_eq(found_see(A, "Lamp-7", "", ""), -ENODEV);
    cr_assert_eq(world_events("found.removed", NULL), 1, "once is enough");
}

static int add_at(const char *id, const char *address)
{
    _cleanup_(json_freep) json_t *options = json_object();
    struct device *d;

    json_object_set_new(options, "address", json_string(address));
    return devices_add(world.devices, id, id, "lamp", options, &d, &e);
}

Test(adopt, a_second_at_the_same_address_is_refused)
{
    cr_assert_eq(add_at("a", A), 0, "%s", error_text(&e));
    cr_assert_eq(add_at("b", "aa:bb:cc:dd:ee:01"), -EEXIST);
    cr_assert_str_eq(error_text(&e), "aa:bb:cc:dd:ee:01 is the device \"a\" already");
    cr_assert_eq(add_at("b", "AA:BB:CC:DD:EE:02"), 0, "%s", error_text(&e));
    cr_assert_eq(devices_remove(world.devices, devices_find(world.devices, "a"), &e), 0);
    cr_assert_eq(add_at("c", A), 0, "it is free again: %s", error_text(&e));
}

Test(adopt, what_is_free_again_is_offered_again_and_told)
{
    _cleanup_(json_freep) json_t *options = json_object();
    struct device *d = NULL;

    found_see(A, "Lamp-7", "", "");
    json_object_set_new(options, "address", json_string(A));
    cr_assert_eq(devices_add(world.devices, "mine", "Mine", "lamp", options, &d, &e), 0);
    cr_assert_eq(devices_remove(world.devices, d, &e), 0);
    world_pass(1000);
    cr_assert_not_null(found_at(A));
    cr_assert_eq(world_events("device.found", NULL), 2);
}

Test(adopt, a_device_of_the_configuration_owns_its_address_also_without_its_driver)
{
    world_configure("devices:\n  x:\n    driver: absent\n    options: {address: \"" A "\"}\n");
    cr_assert_eq(found_see(A, "Lamp-7", "", ""), -ENODEV);
}

Test(adopt, outlives_a_restart)
{
    struct device *d = NULL;

    found_see(A, "Lamp-7", "", "");
    cr_assert_eq(adopt(A_ID, "Porch light", "{\"level\": 8}", &d), 0);
    found_restart();
    d = devices_find(world.devices, "porch-light");
    cr_assert_not_null(d);
    cr_assert_str_eq(device_name(d), "Porch light");
    cr_assert_eq(device_state(d), DEVICE_ONLINE);
    cr_assert_str_eq(device_address(d), A);
    cr_assert_eq(d->option_view[1].i, 8);
    cr_assert_eq(found_see(A, "Lamp-7", "", ""), -ENODEV);
}

Test(adopt, what_is_removed_is_found_again_and_may_be_adopted_anew)
{
    struct device *d = NULL;

    found_see(A, "Lamp-7", "", "");
    cr_assert_eq(adopt(A_ID, "First", NULL, &d), 0);
    cr_assert_eq(devices_remove(world.devices, d, &e), 0);
    world_pass(1000);
    cr_assert_eq(found_see(A, "Lamp-7", "", ""), 0);
    cr_assert_eq(adopt(A_ID, "Second", NULL, &d), 0);
    cr_assert_eq(
        device_state(d), DEVICE_ONLINE, "its serial number is free again: %s", device_why(d));
    found_restart();
    cr_assert_null(devices_find(world.devices, "first"));
    cr_assert_not_null(devices_find(world.devices, "second"));
}

/* --- a driver that sees only after connecting that it is not his -------------------------------- */

Test(adopt, what_its_driver_rejects_is_offered_to_the_next)
{
    struct device *d = NULL;

    found_see(TWIN, "Lamp-7", UUID_LANTERN, "");
    cr_assert_str_eq(found_at(TWIN)->driver, "lamp");
    cr_assert_eq(adopt(TWIN_ID, "Porch", NULL, &d), 0);
    cr_assert_eq(device_state(d), DEVICE_ERROR);
    cr_assert_str_eq(device_why(d), "it is a lantern, not a lamp");
    cr_assert_eq(found_see(TWIN, "Lamp-7", UUID_LANTERN, ""), 0);
    cr_assert_str_eq(found_at(TWIN)->driver, "lantern");
    cr_assert_eq(world_events("device.found", NULL), 2);
    cr_assert_eq(adopt(TWIN_ID, "Porch", NULL, &d), 0, "%s", error_text(&e));
    cr_assert_str_eq(device_id(d), "porch", "it takes the place of the other");
    cr_assert_eq(device_state(d), DEVICE_ONLINE);
    cr_assert_str_eq(d->driver->name, "lantern");
    found_restart();
    d = devices_find(world.devices, "porch");
    cr_assert_eq(device_state(d), DEVICE_ONLINE);
    cr_assert_str_eq(d->driver->name, "lantern");
}

Test(adopt, a_rejected_one_does_not_hide_that_another_device_has_the_address)
{
    _cleanup_(json_freep) json_t *options = json_object();
    struct device *d = NULL;

    found_see(TWIN, "Lamp-7", UUID_LANTERN, "");
    cr_assert_eq(adopt(TWIN_ID, "Porch", NULL, &d), 0);
    json_object_set_new(options, "address", json_string(TWIN));
    cr_assert_eq(devices_add(world.devices, "mine", "Mine", "lantern", options, &d, &e), 0);
    cr_assert_eq(found_see(TWIN, "Lamp-7", UUID_LANTERN, ""), -ENODEV);
}

Test(adopt, what_was_rejected_is_remembered_over_a_restart)
{
    struct device *d = NULL;

    found_see(TWIN, "Lamp-7", "", "");
    cr_assert_eq(adopt(TWIN_ID, "Porch", NULL, &d), 0);
    cr_assert_eq(devices_remove(world.devices, d, &e), 0);
    found_restart();
    cr_assert_eq(found_see(TWIN, "Lamp-7", "", ""), -ENODEV);
    cr_assert_eq(found_see(A, "Lamp-7", "", ""), 0, "others of its name are still lamps");
}
