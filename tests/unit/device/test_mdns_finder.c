#include "device/mdns_finder.h"

#include "found_world.h"

static struct mdns *mdns;
static struct mdns_finder *finder;

static void open_all(void)
{
    static const struct mdns_config c = {.enabled = true, .bus = "unix:path=/nonexistent/bus"};

    found_open();
    cr_assert_eq(mdns_new(world.loop, &c, NULL, NULL, &mdns), 0);
    cr_assert_eq(mdns_finder_new(world.bus, mdns, here.drivers, here.found, &finder), 0);
    world_pass(1);
}

static void close_all(void)
{
    finder = mdns_finder_free(finder);
    mdns = mdns_free(mdns);
    found_close();
}

TestSuite(mdns_finder, .init = open_all, .fini = close_all);

Test(mdns_finder, what_announces_itself_is_offered_until_it_is_lost)
{
    static const struct wr_prop props[] = {{"type", "_lantern._tcp"}, {"port", "80"}};
    const struct wr_found seen = {.size = sizeof seen,
        .bus = "mdns",
        .address = "192.0.2.1",
        .name = "Lantern",
        .props = props,
        .n_props = 2};

    mdns_finder_seen(finder, &seen);
    cr_assert_not_null(found_at("192.0.2.1"));
    cr_expect_str_eq(found_at("192.0.2.1")->driver, "lantern");
    mdns_finder_lost(finder, &seen);
    cr_assert_null(found_at("192.0.2.1"));
    mdns_finder_seen(NULL, &seen);
    mdns_finder_lost(NULL, &seen);
}

Test(mdns_finder, the_network_is_looked_at_while_a_driver_wants_it)
{
    cr_expect(strstr(mdns_why(mdns), "there is no D-Bus"), "%s", mdns_why(mdns));
    found_remove_driver("lantern");
    world_pass(1);
    cr_expect_str_eq(mdns_why(mdns), "no driver that is loaded looks for devices by mDNS");
    found_put_driver("rover");
    world_pass(DRIVERS_SETTLE_US);
    cr_expect(strstr(mdns_why(mdns), "there is no D-Bus"), "%s", mdns_why(mdns));
}
