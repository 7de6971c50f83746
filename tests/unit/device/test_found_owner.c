#include "base/json.h"
#include "found_world.h"

static void open_all(void)
{
    found_open();
    found_put_driver("rover");
}

TestSuite(found_owner, .init = open_all, .fini = found_close);

#define BLE "AA:BB:CC:DD:EE:01"

static struct error e;

static int see(const char *address, const char *port, const char *serial)
{
    const struct wr_prop props[] = {{"type", "_http._tcp"}, {"host", "rover.local"}, {"port", port},
        {"txt.kind", "rover"}, {"txt.id", serial}};
    struct wr_found seen = {.size = sizeof seen,
        .bus = "mdns",
        .address = address,
        .name = "Rover",
        .props = props,
        .n_props = *serial ? 5 : 4};
    int r = found_report(here.found, &seen);

    world_pass(1000);
    return r;
}

static struct device *add(const char *id, const char *options)
{
    _cleanup_(json_freep) json_t *j = json_read(options, strlen(options), NULL);
    struct device *d = NULL;

    cr_assert_eq(devices_add(world.devices, id, id, "rover", j, &d, &e), 0, "%s", error_text(&e));
    world_pass(1000);
    return d;
}

static struct device *adopt(const char *id)
{
    struct device *d = NULL;

    cr_assert_eq(found_adopt(here.found, id, NULL, NULL, &d, &e), 0, "%s", error_text(&e));
    world_pass(1000);
    return d;
}

static const char *at(const struct device *d)
{
    return d->attributes[0].value.v.s;
}

Test(found_owner, a_device_is_told_that_it_was_seen)
{
    struct device *d;

    cr_assert_eq(see("192.0.2.1", "80", ""), 0);
    d = adopt("mdns-192-0-2-1");
    cr_assert_str_eq(at(d), "");
    cr_assert_eq(see("192.0.2.1", "80", ""), -ENODEV);
    cr_assert_str_eq(at(d), "mdns 192.0.2.1 80");
}

Test(found_owner, a_device_is_known_again_at_another_address)
{
    struct device *d = add("a", "{\"address\": \"192.0.2.1\", \"serial\": \"0a\"}");

    cr_assert_eq(see("192.0.2.7", "8080", "0a"), -ENODEV);
    cr_assert_str_eq(at(d), "mdns 192.0.2.7 8080");
    cr_assert_eq(found_count(), 0, "it is not offered once more");
}

Test(found_owner, another_one_at_its_old_address_is_not_taken_for_it)
{
    struct device *d = add("a", "{\"address\": \"192.0.2.1\", \"serial\": \"0a\"}");

    cr_assert_eq(see("192.0.2.1", "80", "0b"), 0);
    cr_assert_str_eq(at(d), "");
    cr_assert_eq(found_count(), 1);
}

Test(found_owner, two_that_have_changed_their_addresses_are_told_apart)
{
    struct device *a = add("a", "{\"address\": \"192.0.2.1\", \"serial\": \"0a\"}"),
                  *b = add("b", "{\"address\": \"192.0.2.2\", \"serial\": \"0b\"}");

    see("192.0.2.2", "80", "0a");
    see("192.0.2.1", "80", "0b");
    cr_assert_str_eq(at(a), "mdns 192.0.2.2 80");
    cr_assert_str_eq(at(b), "mdns 192.0.2.1 80");
}

Test(found_owner, a_serial_number_that_its_driver_has_read_takes_it_off_the_list)
{
    cr_assert_eq(see("192.0.2.1", "80", "0a"), 0);
    add("a", "{\"ble_address\": \"" BLE "\", \"serial\": \"0a\"}");
    cr_assert_eq(see("192.0.2.1", "80", "0a"), -ENODEV);
    cr_assert_eq(found_count(), 0);
    cr_assert_eq(world_events("found.removed", NULL), 1);
}

Test(found_owner, who_is_another_thing_now_is_not_the_old_one_any_more)
{
    struct device *d = add("a", "{\"address\": \"192.0.2.1\", \"serial\": \"0a\"}");

    cr_assert_eq(d->pub.host->identify(&d->pub, "0b"), 0);
    cr_assert_eq(see("192.0.2.5", "80", "0a"), 0, "it is nobody's");
    cr_assert_str_eq(at(d), "");
    cr_assert_eq(see("192.0.2.6", "80", "0b"), -ENODEV);
    cr_assert_str_eq(at(d), "mdns 192.0.2.6 80");
}

Test(found_owner, who_waits_for_his_next_try_begins_at_once)
{
    struct device *d = add("a", "{\"address\": \"192.0.2.1\", \"serial\": \"0a\"}");

    d->pub.host->online(&d->pub, false, "gone");
    world_pass(1000);
    cr_assert_not(d->running);
    see("192.0.2.7", "80", "0a");
    cr_assert(d->running);
    cr_assert_str_eq(at(d), "mdns 192.0.2.7 80");
}

Test(found_owner, is_known_by_its_host_name_too)
{
    struct device *d = add("a", "{\"address\": \"Rover.local\"}");

    cr_assert_eq(see("192.0.2.1", "80", ""), -ENODEV);
    cr_assert_str_eq(at(d), "mdns 192.0.2.1 80");
}

Test(found_owner, ports_of_one_address_are_things_of_their_own)
{
    struct device *d;

    cr_assert_eq(see("192.0.2.1", "8081", ""), 0);
    cr_assert_eq(see("192.0.2.1", "8082", ""), 0);
    cr_assert_eq(found_count(), 2);
    d = adopt("mdns-192-0-2-1");
    cr_assert_eq(d->option_view[2].i, 8081);
    cr_assert_eq(see("192.0.2.1", "8082", ""), 0);
    cr_assert_eq(see("192.0.2.1", "8081", ""), -ENODEV);
    cr_assert_eq(found_count(), 1);
}

Test(found_owner, a_device_that_is_open_takes_the_first_until_it_is_identified)
{
    struct device *d = add("any", "{}"), *other = add("here", "{\"address\": \"192.0.2.9\"}");

    cr_assert_eq(see("192.0.2.1", "80", "0a"), 0, "it is nobody's as long as nobody says so");
    cr_assert_str_eq(at(d), "mdns 192.0.2.1 80");
    cr_assert_eq(d->pub.host->identify(&d->pub, "0a"), 0);
    cr_assert_eq(see("192.0.2.1", "80", "0a"), -ENODEV);
    see("192.0.2.2", "80", "0b");
    cr_assert_str_eq(at(d), "mdns 192.0.2.1 80");
    cr_assert_str_eq(at(other), "");
}

Test(found_owner, what_is_lost_leaves_the_list_at_once)
{
    const struct wr_prop port = {"port", "80"};
    struct wr_found gone = {.size = sizeof gone,
        .bus = "mdns",
        .address = "192.0.2.1",
        .name = "",
        .props = &port,
        .n_props = 1};

    cr_assert_eq(see("192.0.2.1", "80", ""), 0);
    cr_assert_eq(see("192.0.2.1", "8081", ""), 0);
    found_lost(here.found, &gone);
    cr_assert_eq(found_count(), 1);
    cr_assert_eq(world_events("found.removed", NULL), 1);
    found_lost(here.found, &gone);
    cr_assert_eq(world_events("found.removed", NULL), 1);
}
