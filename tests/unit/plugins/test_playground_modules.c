/* Modules: children that are there, grow stale, and are gone. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "playground.h"

#define MODULE(id, rssi, battery, mac)                                                             \
    "{\"id\": \"" id "\", \"rssi\": " rssi ", \"battery\": " battery                               \
    ", \"type\": \"module\", \"mac\": \"" mac "\"}"
#define DUCK MODULE("duck", "-45", "85", "aabbccddee01")
#define OWL MODULE("owl", "-71", "-1", "aabbccddee02")

/* The hub answers a scan that is asked for now. */
static void scan(struct fake_host *h, const char *devices)
{
    const struct fake_call *c = fake_run(fake_dev(h), "scan", NULL);

    fake_host_advance(h, 5 * FAKE_S);
    playground_list(h, devices);
    cr_assert(c->over && c->result == 0);
}

Test(playground_modules, are_children_with_what_the_list_says)
{
    struct fake_host *h = playground_asked();
    struct wr_dev *duck, *owl;

    playground_list(h, DUCK ", " OWL);
    duck = fake_child(h, "aabbccddee01");
    owl = fake_child(h, "aabbccddee02");
    cr_assert(duck && owl && fake_online(duck) && fake_online(owl));
    cr_expect_str_eq(duck->kind, "playground-module");
    cr_expect_str_eq(fake_value(duck, "id"), "duck");
    cr_expect_str_eq(fake_value(duck, "mac"), "aabbccddee01");
    cr_expect_str_eq(fake_value(duck, "type"), "module");
    cr_expect_str_eq(fake_value(duck, "rssi_dbm"), "-45");
    cr_expect_str_eq(fake_value(duck, "signal_bars"), "3");
    cr_expect_str_eq(fake_value(duck, "battery_percent"), "85");
    cr_expect_str_eq(fake_value(duck, "battery_level"), "full");
    cr_expect_str_eq(fake_value(duck, "stale"), "false");
    cr_expect_str_eq(fake_event(duck, "module.seen"),
        "{\"id\":\"duck\",\"mac\":\"aabbccddee01\",\"rssi_dbm\":-45,\"signal_bars\":3,\"battery_"
        "percent\":85}");
    cr_expect_str_eq(fake_value(owl, "signal_bars"), "1");
    cr_expect_null(fake_value(owl, "battery_percent"), "unknown stays unknown");
    cr_expect_str_eq(fake_value(owl, "battery_level"), "");
    fake_host_free(h);
}

Test(playground_modules, of_one_address_are_one_and_the_louder_counts)
{
    struct fake_host *h = playground_asked();
    struct wr_dev *duck;

    playground_list(h,
        MODULE("duck", "-80", "40", "aabbccddee01") ", " MODULE(
            "goose", "-50", "10", "AABBCCDDEE01") ", " MODULE("duck", "-60", "40", "aabbccddee01"));
    cr_expect_eq(fake_n_children(h), 1);
    duck = fake_child(h, "aabbccddee01");
    cr_expect_str_eq(fake_value(duck, "rssi_dbm"), "-50");
    cr_expect_str_eq(fake_value(duck, "id"), "duck", "all else is the first one's");
    cr_expect_str_eq(fake_value(duck, "battery_percent"), "40");
    cr_expect_str_eq(fake_value(fake_dev(h), "modules"), "1");
    fake_host_free(h);
}

Test(playground_modules, without_an_address_are_none)
{
    struct fake_host *h = playground_asked();

    playground_list(
        h, MODULE("x", "-50", "1", "") ", " MODULE("y", "-50", "1", "nonsense") ", {}, 7");
    cr_expect_eq(fake_n_children(h), 0);
    cr_expect_str_eq(fake_value(fake_dev(h), "modules"), "0");
    fake_host_free(h);
}

Test(playground_modules, without_a_name_are_called_by_the_end_of_their_address)
{
    struct fake_host *h = playground_asked();

    playground_list(h, MODULE("", "-50", "1", "aabbccddee01"));
    cr_expect_str_eq(fake_value(fake_child(h, "aabbccddee01"), "id"), "M-ddee01");
    fake_host_free(h);
}

Test(playground_modules, are_told_when_they_appear_and_not_each_time)
{
    struct fake_host *h = playground_asked();
    struct wr_dev *duck;

    playground_list(h, DUCK);
    duck = fake_child(h, "aabbccddee01");
    scan(h, DUCK);
    cr_expect_eq(fake_n_events(duck, "module.seen"), 1);
    fake_host_free(h);
}

Test(playground_modules, that_a_scan_did_not_reach_stay)
{
    struct fake_host *h = playground_asked();

    playground_list(h, DUCK ", " OWL);
    scan(h, DUCK);
    cr_expect(fake_online(fake_child(h, "aabbccddee02")));
    cr_expect_str_eq(fake_value(fake_dev(h), "modules"), "2");
    fake_host_free(h);
}

Test(playground_modules, grow_stale_after_three_minutes_and_are_gone_after_five)
{
    struct fake_host *h = playground_new();
    struct wr_dev *owl;

    fake_host_option(h, "scan_every_s", "0");
    fake_host_start(h);
    playground_open(h);
    fake_host_advance(h, FAKE_S);
    playground_list(h, DUCK ", " OWL);
    owl = fake_child(h, "aabbccddee02");
    fake_host_advance(h, 170 * FAKE_S);
    cr_expect_str_eq(fake_value(owl, "stale"), "false");
    scan(h, DUCK);
    fake_host_advance(h, 20 * FAKE_S);
    cr_expect_str_eq(fake_value(owl, "stale"), "true");
    cr_expect(fake_online(owl));
    cr_expect_str_eq(fake_value(fake_child(h, "aabbccddee01"), "stale"), "false");
    fake_host_advance(h, 120 * FAKE_S);
    cr_expect_str_eq(fake_value(fake_dev(h), "modules"), "1");
    cr_expect_str_eq(fake_why(fake_dev(h)), "Ready: 1 module");
    fake_host_free(h);
}

Test(playground_modules, that_were_gone_come_back)
{
    struct fake_host *h = playground_asked();
    struct wr_dev *duck;

    playground_list(h, DUCK);
    fake_host_advance(h, 320 * FAKE_S);
    cr_expect_str_eq(fake_value(fake_dev(h), "modules"), "0");
    playground_list(h, DUCK);
    duck = fake_child(h, "aabbccddee01");
    cr_expect(duck && fake_online(duck));
    cr_expect_str_eq(fake_value(fake_dev(h), "modules"), "1");
    fake_host_free(h);
}

Test(playground_modules, are_out_of_reach_without_a_link_and_come_back_with_it)
{
    struct fake_host *h = playground_asked();
    struct wr_dev *duck;

    playground_list(h, DUCK);
    duck = fake_child(h, "aabbccddee01");
    fake_ble_close(fake_ble_last(h), -ECONNRESET, "reset");
    fake_host_advance(h, 2 * FAKE_S);
    cr_expect_not(fake_online(duck));
    cr_expect_str_eq(fake_value(fake_dev(h), "modules"), "0");
    playground_open(h);
    fake_host_advance(h, 2 * FAKE_S);
    playground_list(h, DUCK);
    cr_expect(fake_online(duck));
    cr_expect_eq(fake_n_events(duck, "module.seen"), 2);
    fake_host_free(h);
}

static void off(struct fake_host *h, const char *threshold)
{
    const struct fake_call *c = fake_run(fake_dev(h), "off", "threshold", threshold, NULL);

    fake_host_turn(h);
    playground_ack(h, "Off", threshold);
    cr_assert(c->over && c->result == 0);
}

Test(playground_modules, that_are_told_to_sleep_are_gone_until_they_are_heard_again)
{
    struct fake_host *h = playground_asked();

    playground_list(h, DUCK ", " OWL);
    off(h, "-60");
    cr_expect_str_eq(fake_value(fake_dev(h), "modules"), "1");
    cr_expect_str_eq(fake_why(fake_dev(h)), "Ready: 1 module");
    cr_expect(fake_online(fake_child(h, "aabbccddee02")), "it is further away");
    scan(h, DUCK ", " OWL);
    cr_expect(fake_online(fake_child(h, "aabbccddee01")), "somebody pressed its button");
    off(h, "all");
    cr_expect_str_eq(fake_value(fake_dev(h), "modules"), "0");
    cr_expect_str_eq(fake_why(fake_dev(h)), "Ready: no module was heard");
    fake_host_free(h);
}

/* --- many, and hostile ------------------------------------------------------------------------- */

static const char *crowd(unsigned n)
{
    static char text[65536];
    size_t len = 0;

    for (unsigned i = 0; i < n; i++)
        len += (size_t)snprintf(text + len, sizeof text - len,
            "%s{\"id\": \"M-%06x\", \"rssi\": -%u, \"battery\": %u, \"type\": \"module\", \"mac\": "
            "\"0200000%05x\"}",
            i ? ", " : "", i, 40 + i % 50, i % 101, i);
    return text;
}

Test(playground_modules, fifty_come_whole)
{
    struct fake_host *h = playground_asked();

    playground_list(h, crowd(50));
    cr_expect_eq(fake_n_children(h), 50);
    cr_expect_str_eq(fake_value(fake_dev(h), "modules"), "50");
    fake_host_free(h);
}

Test(playground_modules, beyond_the_room_are_left_out_with_a_word)
{
    struct fake_host *h = playground_asked();

    playground_list(h, crowd(300));
    cr_expect_str_eq(fake_value(fake_dev(h), "modules"), "256");
    cr_expect_not_null(strstr(fake_log(h), "more modules than there is room for"));
    cr_expect_not_null(strstr(fake_event(fake_dev(h), "hub.scan.finished"), "\"modules\":256"));
    fake_host_free(h);
}

Test(playground_modules, names_are_made_fit_for_people)
{
    struct fake_host *h = playground_asked();

    playground_list(h, MODULE("\\u001b[2Jduck\\n", "-50", "1", "aabbccddee01"));
    cr_expect_str_eq(fake_value(fake_child(h, "aabbccddee01"), "id"), "?[2Jduck?");
    fake_host_free(h);
}

Test(playground_modules, that_are_renamed_are_called_so)
{
    struct fake_host *h = playground_asked();

    playground_list(h, DUCK);
    cr_expect_str_eq(fake_child_name(h, "aabbccddee01"), "duck");
    fake_host_advance(h, 2 * FAKE_S);
    scan(h, MODULE("goose", "-45", "85", "aabbccddee01"));
    cr_expect_str_eq(fake_child_name(h, "aabbccddee01"), "goose");
    cr_expect_eq(fake_n_children(h), 1);
    fake_host_free(h);
}

/* A school sees new ones for years, and each address comes once. */
Test(playground_modules, that_are_gone_leave_their_room_to_others)
{
    struct fake_host *h = playground_asked();
    char text[256 * 100];

    for (unsigned day = 0; day < 4; day++) {
        size_t n = 0;

        for (unsigned i = 0; i < 100; i++)
            n += (size_t)snprintf(text + n, sizeof text - n, "%s" MODULE("m", "-50", "-1", "%012x"),
                i > 0 ? ", " : "", day * 100 + i);
        if (day == 0)
            playground_list(h, text);
        else
            scan(h, text);
        cr_expect_str_eq(fake_value(fake_dev(h), "modules"), "100", "day %u", day);
        fake_host_advance(h, 400 * FAKE_S);
        cr_expect_str_eq(fake_value(fake_dev(h), "modules"), "0");
    }
    fake_host_free(h);
}
