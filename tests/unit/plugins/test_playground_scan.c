/* Scans: limit, pause, by a person or by themselves. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "playground.h"

#define DUCK                                                                                       \
    "{\"id\": \"duck\", \"rssi\": -45, \"battery\": 85, \"type\": \"module\", \"mac\": "           \
    "\"aabbccddee01\"}"

static unsigned n_pings(struct fake_host *h)
{
    const char *p = playground_written(h);
    unsigned n = 0;

    while ((p = strstr(p, "\"PING\""))) {
        n++;
        p++;
    }
    return n;
}

Test(playground_scan, answers_with_what_came)
{
    struct fake_host *h = playground_ready();
    const struct fake_call *c = fake_run(fake_dev(h), "scan", "threshold", "-70", NULL);

    fake_host_advance(h, FAKE_MS);
    cr_expect_str_eq(playground_line(h), "\"PING\":\"-70\"\n");
    cr_expect_str_eq(
        fake_event(fake_dev(h), "hub.scan.started"), "{\"threshold_dbm\":-70,\"by\":\"person\"}");
    fake_host_advance(h, 5100 * FAKE_MS);
    playground_list(h, DUCK);
    cr_expect(c->over && c->result == 0);
    cr_expect_str_eq(c->json, "{\"modules\":1,\"threshold_dbm\":-70,\"seconds\":5.1}");
    cr_expect_str_eq(fake_event(fake_dev(h), "hub.scan.finished"),
        "{\"ok\":true,\"modules\":1,\"seconds\":5.1,\"list\":[{\"id\":\"duck\",\"mac\":"
        "\"aabbccddee01\","
        "\"rssi_dbm\":-45,\"signal_bars\":3,\"battery_percent\":85}]}");
    cr_expect_str_eq(fake_value(fake_dev(h), "modules"), "1");
    cr_expect_str_eq(fake_value(fake_dev(h), "scanned_at"), "2026-01-01T00:00:07Z");
    cr_expect_str_eq(fake_why(fake_dev(h)), "Ready: 1 module");
    fake_host_free(h);
}

Test(playground_scan, a_second_one_is_refused)
{
    struct fake_host *h = playground_ready();
    const struct fake_call *c = fake_run(fake_dev(h), "scan", NULL),
                           *second = fake_run(fake_dev(h), "scan", NULL);

    fake_host_advance(h, FAKE_S);
    cr_expect(second->over && second->result == -EBUSY);
    cr_expect_str_eq(second->json, "A scan is running");
    playground_list(h, "");
    cr_expect(c->over && c->result == 0);
    fake_host_free(h);
}

Test(playground_scan, one_by_itself_will_do_for_a_person)
{
    struct fake_host *h = playground_asked();
    const struct fake_call *c = fake_run(fake_dev(h), "scan", NULL);

    fake_host_advance(h, FAKE_S);
    playground_list(h, DUCK);
    cr_expect(c->over && c->result == 0);
    cr_expect_eq(n_pings(h), 1);
    fake_host_free(h);
}

Test(playground_scan, begins_two_seconds_after_the_last_one)
{
    struct fake_host *h = playground_asked();
    const struct fake_call *c;

    playground_list(h, "");
    c = fake_run(fake_dev(h), "scan", NULL);
    fake_host_advance(h, 1900 * FAKE_MS);
    cr_expect_eq(n_pings(h), 1);
    fake_host_advance(h, 200 * FAKE_MS);
    cr_expect_eq(n_pings(h), 2);
    playground_list(h, "");
    cr_expect(c->over);
    fake_host_free(h);
}

Test(playground_scan, without_a_list_is_tried_once_more_and_then_fails)
{
    struct fake_host *h = playground_ready();
    const struct fake_call *c = fake_run(fake_dev(h), "scan", NULL);

    fake_host_advance(h, 7100 * FAKE_MS);
    cr_expect_not(c->over);
    cr_expect_str_eq(fake_event(fake_dev(h), "hub.scan.finished"),
        "{\"ok\":false,\"why\":\"The hub sent no list of its modules within 7 s\"}");
    cr_expect_str_eq(fake_value(fake_dev(h), "answers_missing"), "1");
    cr_expect_eq(n_pings(h), 2);
    fake_host_advance(h, 2 * FAKE_S);
    cr_expect_eq(n_pings(h), 3);
    fake_host_advance(h, 7100 * FAKE_MS);
    cr_expect(c->over && c->result == -EPROTO);
    cr_expect_not_null(strstr(c->json, "within 7 s"));
    cr_expect_str_eq(fake_value(fake_dev(h), "trouble"), c->json);
    cr_expect_eq(n_pings(h), 3);
    fake_host_free(h);
}

Test(playground_scan, without_a_list_says_nothing_of_who_is_there)
{
    struct fake_host *h = playground_asked();

    fake_host_advance(h, 7100 * FAKE_MS);
    cr_expect_str_eq(fake_why(fake_dev(h)), "Ready");
    fake_host_advance(h, 10 * FAKE_S);
    cr_expect_neq(fake_value(fake_dev(h), "trouble")[0], '\0');
    cr_expect_str_eq(fake_why(fake_dev(h)), "Ready");
    fake_host_free(h);
}

Test(playground_scan, no_trouble_stays_after_a_list)
{
    struct fake_host *h = playground_asked();

    fake_host_advance(h, 17 * FAKE_S);
    cr_expect_str_neq(fake_value(fake_dev(h), "trouble"), "");
    fake_host_advance(h, 120 * FAKE_S);
    playground_list(h, DUCK);
    cr_expect_str_eq(fake_value(fake_dev(h), "trouble"), "");
    fake_host_free(h);
}

Test(playground_scan, a_list_that_comes_late_counts)
{
    struct fake_host *h = playground_ready();
    const struct fake_call *c = fake_run(fake_dev(h), "scan", NULL);

    fake_host_advance(h, 7500 * FAKE_MS);
    playground_list(h, DUCK);
    cr_expect(c->over && c->result == 0);
    fake_host_advance(h, 3 * FAKE_S);
    cr_expect_eq(n_pings(h), 2, "no second attempt");
    fake_host_free(h);
}

Test(playground_scan, a_list_that_has_begun_is_waited_for)
{
    struct fake_host *h = playground_ready();
    const struct fake_call *c = fake_run(fake_dev(h), "scan", NULL);

    fake_host_advance(h, 6900 * FAKE_MS);
    playground_notify(h, "MSG:119|");
    for (unsigned i = 0; i < 4; i++) {
        fake_host_advance(h, 1000 * FAKE_MS);
        playground_notify(h,
            i == 0       ? "{\"type\": \"devices\", "
                : i == 1 ? "\"list\": ["
                : i == 2 ? DUCK
                         : "]}");
    }
    cr_expect(c->over && c->result == 0, "%s", c->json);
    fake_host_free(h);
}

Test(playground_scan, an_error_is_its_answer)
{
    struct fake_host *h = playground_ready();
    const struct fake_call *c = fake_run(fake_dev(h), "scan", NULL);

    for (unsigned i = 0; i < 2; i++) {
        fake_host_advance(h, 2100 * FAKE_MS);
        playground_say(h,
            "{\"type\":\"error\",\"message\":\"Busy: a scan is "
            "running\",\"available_commands\":[]}");
    }
    cr_expect(c->over && c->result == -EPROTO);
    cr_expect_str_eq(c->json, "The hub says: Busy: a scan is running");
    fake_host_free(h);
}

Test(playground_scan, ends_with_the_link)
{
    struct fake_host *h = playground_ready();
    const struct fake_call *c = fake_run(fake_dev(h), "scan", NULL);

    fake_host_advance(h, FAKE_S);
    fake_ble_close(fake_ble_last(h), -ECONNRESET, "reset");
    fake_host_turn(h);
    cr_expect(c->over && c->result == -ENOTCONN);
    cr_expect_not_null(strstr(fake_event(fake_dev(h), "hub.scan.finished"), "\"ok\":false"));
    fake_host_free(h);
}

/* --- by itself --------------------------------------------------------------------------------- */

Test(playground_scan, comes_again_by_itself_while_nobody_wants_anything)
{
    struct fake_host *h = playground_ready();
    const struct fake_call *c;

    fake_host_advance(h, 115 * FAKE_S);
    cr_expect_eq(n_pings(h), 1);
    c = fake_run(fake_dev(h), "play", NULL);
    fake_host_turn(h);
    playground_ack(h, "Play", "all");
    fake_host_advance(h, 9 * FAKE_S);
    cr_expect(c->over);
    cr_expect_eq(n_pings(h), 1, "somebody plays");
    fake_host_advance(h, 10 * FAKE_S);
    cr_expect_eq(n_pings(h), 2);
    fake_host_free(h);
}

Test(playground_scan, never_by_itself_but_at_the_beginning)
{
    struct fake_host *h = playground_new();

    fake_host_option(h, "scan_every_s", "0");
    fake_host_start(h);
    playground_open(h);
    fake_host_advance(h, FAKE_S);
    playground_list(h, "");
    fake_host_advance(h, 3600 * FAKE_S);
    cr_expect_eq(n_pings(h), 1);
    fake_host_free(h);
}

Test(playground_scan, of_one_second_is_every_thirty_and_says_so)
{
    struct fake_host *h = playground_new();

    fake_host_option(h, "scan_every_s", "1");
    fake_host_start(h);
    cr_expect(strstr(fake_log(h), "every 30 s at the most, not every 1 s"), "%s", fake_log(h));
    playground_open(h);
    fake_host_advance(h, FAKE_S);
    playground_list(h, "");
    fake_host_advance(h, 29 * FAKE_S);
    cr_expect_eq(n_pings(h), 1);
    fake_host_advance(h, 2 * FAKE_S);
    cr_expect_eq(n_pings(h), 2);
    fake_host_free(h);
}
