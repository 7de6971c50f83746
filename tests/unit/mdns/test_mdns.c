#include <string.h>
#include <systemd/sd-bus.h>

#include "mdns/mirror.h"
#include "world.h"

TestSuite(mdns, .init = world_open, .fini = world_close, .timeout = 60);

/* --- what is there ----------------------------------------------------------------------------- */

Test(mdns, what_announces_itself_is_told)
{
    world_camera("Porch \xC3\xA4", "192.0.2.7", 8080);
    world_look_for_http();
    WAIT_UNTIL(w.loop, w.n_seen > 0);
    cr_expect_str_eq(w.seen, "192.0.2.7:8080");
    cr_expect_str_eq(w.name, "Porch \xC3\xA4");
    cr_expect_str_eq(world_prop("type"), HTTP);
    cr_expect_str_eq(world_prop("host"), "porch.local");
    cr_expect_str_eq(world_prop("txt.kind"), "camera");
    cr_expect_str_eq(world_prop("txt.id"), "0A", "keys are in lower case, values as they are");
    cr_expect_str_empty(mdns_why(w.mdns));
    cr_expect(mdns_is_ready(w.mdns));
    cr_expect_eq(mdns_n_services(w.mdns), 1);
}

Test(mdns, what_comes_later_is_told_and_what_goes_is_lost)
{
    world_look_for_http();
    WAIT_UNTIL(w.loop, sim_avahi_n_browsers(w.avahi) == 1);
    world_camera("Porch", "192.0.2.7", 80);
    WAIT_UNTIL(w.loop, w.n_seen > 0);
    cr_expect_eq(w.n_lost, 0);
    sim_avahi_drop(w.avahi, "Porch");
    WAIT_UNTIL(w.loop, w.n_lost == 1);
    cr_expect_str_eq(w.lost, "192.0.2.7:80");
    WAIT_UNTIL(w.loop, sim_avahi_n_resolvers(w.avahi) == 0);
    cr_expect_eq(mdns_n_services(w.mdns), 0);
}

Test(mdns, what_stays_is_told_again)
{
    world_camera("Porch", "192.0.2.7", 80);
    world_look_for_http();
    WAIT_UNTIL(w.loop, w.n_seen > 3);
    cr_expect_eq(w.n_lost, 0);
    cr_expect_eq(sim_avahi_n_resolvers(w.avahi), 1, "it is not asked for each time");
}

Test(mdns, another_address_is_told_at_once)
{
    world_camera("Porch", "192.0.2.7", 80);
    world_look_for_http();
    WAIT_UNTIL(w.loop, w.n_seen > 0);
    world_camera("Porch", "192.0.2.99", 80);
    WAIT_UNTIL(w.loop, strcmp(w.seen, "192.0.2.99:80") == 0);
    cr_expect_eq(w.n_lost, 1);
    cr_expect_str_eq(w.lost, "192.0.2.7:80");
    world_camera("Porch", "192.0.2.99", 81);
    WAIT_UNTIL(w.loop, strcmp(w.seen, "192.0.2.99:81") == 0);
    cr_expect_str_eq(w.lost, "192.0.2.99:80");
}

Test(mdns, only_the_types_that_are_wanted_are_looked_for)
{
    static const char *const other[] = {"_ipp._tcp", "_ipp._tcp"};

    world_camera("Porch", "192.0.2.7", 80);
    mdns_look_for(w.mdns, other, 2);
    WAIT_UNTIL(w.loop, sim_avahi_n_browsers(w.avahi) == 1);
    some_turns(w.loop);
    cr_expect_eq(w.n_seen, 0);
    world_look_for_http();
    WAIT_UNTIL(w.loop, w.n_seen > 0);
    WAIT_UNTIL(w.loop, sim_avahi_n_browsers(w.avahi) == 1);
    mdns_look_for(w.mdns, other, 1);
    cr_expect_eq(w.n_lost, 1, "what nobody wants any more is not there");
    WAIT_UNTIL(w.loop, sim_avahi_n_resolvers(w.avahi) == 0);
    mdns_look_for(w.mdns, NULL, 0);
    WAIT_UNTIL(w.loop,
        strcmp(mdns_why(w.mdns), "no driver that is loaded looks for devices by mDNS") == 0);
    WAIT_UNTIL(w.loop, sim_avahi_n_browsers(w.avahi) == 0);
}

/* The races of Avahi's way of making objects. */
Test(mdns, signals_before_the_reply_are_not_lost)
{
    sim_avahi_faults(w.avahi)->early = true;
    world_camera("Porch", "192.0.2.7", 80);
    world_look_for_http();
    WAIT_UNTIL(w.loop, w.n_seen > 0);
    cr_expect_str_eq(w.seen, "192.0.2.7:80");
    cr_expect_eq(mdns_stats(w.mdns)->n_failures, 0);
}

Test(mdns, what_goes_while_it_is_being_resolved_leaves_nothing_behind)
{
    world_look_for_http();
    WAIT_UNTIL(w.loop, sim_avahi_n_browsers(w.avahi) == 1);
    for (int i = 0; i < 20; i++) {
        world_camera("Porch", "192.0.2.7", 80);
        for (int k = 0; k < i % 5; k++)
            loop_turn(w.loop);
        sim_avahi_drop(w.avahi, "Porch");
    }
    world_camera("Last", "192.0.2.8", 80);
    WAIT_UNTIL(w.loop, strcmp(w.name, "Last") == 0);
    WAIT_UNTIL(w.loop, sim_avahi_n_resolvers(w.avahi) == 1);
    cr_expect_eq(mdns_n_services(w.mdns), 1);
}

Test(mdns, what_nobody_wants_any_more_while_it_is_being_made_is_freed)
{
    static const char *const other[] = {"_ipp._tcp"};

    world_camera("Porch", "192.0.2.7", 80);
    for (int i = 0; i < 30; i++) {
        world_look_for_http();
        for (int k = 0; k < i % 15; k++)
            wait_turn(w.loop);
        mdns_look_for(w.mdns, other, 1);
    }
    world_look_for_http();
    WAIT_UNTIL(w.loop, w.n_seen > 0);
    WAIT_UNTIL(w.loop, sim_avahi_n_browsers(w.avahi) == 1);
    WAIT_UNTIL(w.loop, sim_avahi_n_resolvers(w.avahi) == 1);
}

Test(mdns, one_that_does_not_answer_is_asked_again)
{
    world_camera("Porch", NULL, 80);
    world_look_for_http();
    WAIT_UNTIL(w.loop, mdns_stats(w.mdns)->n_failures > 0);
    cr_expect_eq(w.n_seen, 0);
    world_camera("Porch", "192.0.2.7", 80);
    WAIT_UNTIL(w.loop, w.n_seen > 0);
}

Test(mdns, what_had_no_room_is_told_when_others_have_gone)
{
    char name[32];

    for (unsigned i = 0; i < MDNS_MAX_VIEWS; i++) {
        snprintf(name, sizeof name, "Crowd %u", i);
        world_camera(name, "192.0.2.1", (uint16_t)(1000 + i));
    }
    world_camera("Porch", "192.0.2.7", 80);
    world_look_for_http();
    WAIT_UNTIL(w.loop, mdns_stats(w.mdns)->n_left_out > 0);
    cr_expect_eq(mdns_n_services(w.mdns), MDNS_MAX_VIEWS);
    sim_avahi_drop(w.avahi, "Crowd 7");
    WAIT_UNTIL(w.loop, strcmp(w.seen, "192.0.2.7:80") == 0);
    WAIT_UNTIL(w.loop, sim_avahi_n_browsers(w.avahi) == 1);
}

/* --- networks ---------------------------------------------------------------------------------- */

static void on_interface(int interface, int protocol, const char *address, bool local)
{
    const struct sim_service s = {.interface = interface,
        .protocol = protocol,
        .name = "Porch",
        .type = HTTP,
        .address = address,
        .port = 80,
        .local = local};

    cr_assert_eq(sim_avahi_put(w.avahi, &s), 0);
}

Test(mdns, one_thing_in_several_networks_is_told_once_by_its_best_address)
{
    on_interface(3, 0, "192.0.2.3", false);
    on_interface(2, 1, "2001:db8::2", false);
    on_interface(2, 0, "192.0.2.2", false);
    on_interface(1, 0, "127.0.0.1", true);
    world_look_for_http();
    WAIT_UNTIL(w.loop, strcmp(w.seen, "192.0.2.2:80") == 0);
    cr_expect_eq(mdns_n_services(w.mdns), 1);
    w.n_seen = 0;
    WAIT_UNTIL(w.loop, w.n_seen == 1);
    cr_expect_str_eq(w.seen, "192.0.2.2:80");
}

Test(mdns, what_has_no_address_for_us_is_passed_over)
{
    on_interface(2, 1, "fe80::1", false);
    on_interface(3, 0, "127.0.0.1", false);
    world_look_for_http();
    WAIT_UNTIL(w.loop, sim_avahi_n_resolvers(w.avahi) == 2);
    some_turns(w.loop);
    cr_expect_eq(w.n_seen, 0);
    on_interface(4, 1, "2001:db8::2", false);
    WAIT_UNTIL(w.loop, w.n_seen == 1);
    cr_expect_str_eq(w.seen, "2001:db8::2:80");
}

/* --- avahi-daemon comes and goes --------------------------------------------------------------- */

Test(mdns, avahi_dies_and_comes_back)
{
    struct error e = ERROR_NULL;

    world_camera("Porch", "192.0.2.7", 80);
    world_look_for_http();
    WAIT_UNTIL(w.loop, w.n_seen > 0);
    sim_avahi_stop(w.avahi);
    WAIT_UNTIL(w.loop, w.n_lost == 1);
    WAIT_UNTIL(w.loop, strstr(mdns_why(w.mdns), "avahi-daemon does not run"));
    cr_expect_not(mdns_is_ready(w.mdns));
    w.n_seen = 0;
    cr_assert_eq(sim_avahi_start(w.avahi, &e), 0);
    WAIT_UNTIL(w.loop, w.n_seen > 0);
    cr_expect_str_empty(mdns_why(w.mdns));
    cr_expect_eq(sim_avahi_n_browsers(w.avahi), 1);
}

Test(mdns, avahi_may_come_later)
{
    struct error e = ERROR_NULL;

    sim_avahi_stop(w.avahi);
    world_camera("Porch", "192.0.2.7", 80);
    world_look_for_http();
    WAIT_UNTIL(w.loop, strstr(mdns_why(w.mdns), "avahi-daemon does not run"));
    cr_assert_eq(sim_avahi_start(w.avahi, &e), 0);
    WAIT_UNTIL(w.loop, w.n_seen > 0);
}

Test(mdns, the_bus_may_go_too)
{
    world_camera("Porch", "192.0.2.7", 80);
    world_look_for_http();
    WAIT_UNTIL(w.loop, w.n_seen > 0);
    w.bus = private_bus_free(w.bus);
    WAIT_UNTIL(w.loop, w.n_lost == 1);
    WAIT_UNTIL(w.loop, strstr(mdns_why(w.mdns), "there is no D-Bus"));
}

Test(mdns, an_avahi_that_makes_nothing_is_told_and_asked_again)
{
    sim_avahi_faults(w.avahi)->refuse = true;
    world_camera("Porch", "192.0.2.7", 80);
    world_look_for_http();
    WAIT_UNTIL(w.loop, strstr(mdns_why(w.mdns), "Too many objects"));
    cr_expect_not(mdns_is_ready(w.mdns));
    sim_avahi_faults(w.avahi)->refuse = false;
    WAIT_UNTIL(w.loop, w.n_seen > 0);
    WAIT_UNTIL(w.loop, mdns_is_ready(w.mdns));
}

Test(mdns, an_avahi_that_does_not_answer_is_asked_again)
{
    sim_avahi_faults(w.avahi)->mute = true;
    world_camera("Porch", "192.0.2.7", 80);
    world_look_for_http();
    WAIT_UNTIL(w.loop, mdns_stats(w.mdns)->n_failures > 0);
    sim_avahi_faults(w.avahi)->mute = false;
    WAIT_UNTIL(w.loop, w.n_seen > 0);
}

/* --- others on the bus ------------------------------------------------------------------------- */

Test(mdns, somebody_who_pretends_to_be_avahi_is_not_believed)
{
    sd_bus *bus;

    world_look_for_http();
    WAIT_UNTIL(w.loop, sim_avahi_n_browsers(w.avahi) == 1);
    cr_assert_geq(sd_bus_new(&bus), 0);
    cr_assert_geq(sd_bus_set_address(bus, private_bus_address(w.bus)), 0);
    cr_assert_geq(sd_bus_set_bus_client(bus, 1), 0);
    cr_assert_geq(sd_bus_start(bus), 0);
    for (int i = 0; i < 16; i++) {
        sd_bus_message *m = NULL;
        char name[16];

        snprintf(name, sizeof name, ":1.%d", i);
        cr_assert_geq(sd_bus_message_new_signal(bus, &m, "/Client1/ServiceBrowser1",
                          "org.freedesktop.Avahi.ServiceBrowser", "ItemNew"),
            0);
        cr_assert_geq(sd_bus_message_append(m, "iisssu", 2, 0, "Bad", HTTP, "local", 0u), 0);
        cr_assert_geq(sd_bus_message_set_destination(m, name), 0);
        cr_assert_geq(sd_bus_send(bus, m, NULL), 0);
        sd_bus_message_unref(m);
    }
    cr_assert_geq(sd_bus_flush(bus), 0);
    sd_bus_flush_close_unref(bus);
    world_camera("Porch", "192.0.2.7", 80);
    WAIT_UNTIL(w.loop, w.n_seen > 0);
    cr_expect_eq(mdns_n_services(w.mdns), 1);
}

Test(mdns, nothing_is_opened_while_nobody_wants_it)
{
    some_turns(w.loop);
    cr_expect_eq(sim_avahi_n_browsers(w.avahi), 0);
}

Test(mdns, turned_off_it_looks_for_nothing)
{
    struct mdns_config c = {.enabled = false, .bus = private_bus_address(w.bus)};

    w.mdns = mdns_free(w.mdns);
    cr_assert_eq(mdns_new(w.loop, &c, NULL, NULL, &w.mdns), 0);
    world_look_for_http();
    some_turns(w.loop);
    cr_expect_str_eq(mdns_why(w.mdns), "mDNS is turned off by mdns.enabled");
    cr_expect_eq(sim_avahi_n_browsers(w.avahi), 0);
}
