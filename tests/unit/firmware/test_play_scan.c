/* A playground's hub looks who is there, and remembers. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_play_hub.h"

#define MS INT64_C(1000)
#define S INT64_C(1000000)
#define PING "\"PING\":\"all\"\n"
#define EMPTY "{\"type\":\"devices\",\"list\":[]}\n"

static struct fake_hub *w;

static void begin(void)
{
    w = calloc(1, sizeof *w);
    fake_hub_boot(w);
    fake_hub_connect(w, 0, 247);
    fake_hub_pass(w, 100 * MS);
}

static void end(void)
{
    free(w);
}

TestSuite(play_scan, .init = begin, .fini = end);

/* The scan that goes on ends; what the app then has. */
static const char *scanned(void)
{
    fake_hub_pass(w, 6 * S);
    return fake_hub_got(w, 0);
}

Test(play_scan, asks_three_times_and_lists_after_five_seconds)
{
    int64_t began_us = w->now_us;

    fake_hub_write(w, 0, PING);
    fake_hub_pass(w, 100 * MS);
    fake_hub_answer(w, 0x1b2c, -45, "duck");
    fake_hub_pass(w, 4899 * MS);
    cr_expect_eq(w->n_air, 3);
    for (unsigned i = 0; i < 3; i++) {
        cr_expect_str_eq(w->air[i].text, "{\"pingCall\": {\"RSSI\": -100, \"value\": \"app\"}}");
        cr_expect_eq(w->air[i].at_us, began_us + i * S);
    }
    cr_expect_eq(w->apps[0].n_notifications, 0, "no ack");
    fake_hub_pass(w, 1 * MS);
    cr_expect_eq(w->apps[0].begun_us, began_us + 5 * S);
    fake_hub_pass(w, 200 * MS);
    cr_expect_str_eq(fake_hub_got(w, 0),
        "{\"type\":\"devices\",\"list\":[{\"id\":\"duck\",\"rssi\":-45,\"battery\":85,\"type\":"
        "\"module\","
        "\"mac\":\"020000001b2c\"}]}\n");
}

Test(play_scan, nobody_there_is_a_list_too)
{
    fake_hub_write(w, 0, PING);
    cr_expect_str_eq(scanned(), EMPTY);
}

Test(play_scan, the_threshold_of_who_asked_is_the_only_one)
{
    const char *got;

    fake_hub_write(w, 0, "\"PING\":\"-60\"\n");
    cr_expect_str_eq(w->air[0].text, "{\"pingCall\": {\"RSSI\": -100, \"value\": \"app\"}}");
    fake_hub_answer(w, 1, -59, "a");
    fake_hub_answer(w, 2, -60, "b");
    fake_hub_answer(w, 3, -61, "c");
    fake_hub_hear(w, 4, 0, "{\"deviceScan\": {\"RSSI\": -45, \"value\": \"d\"}}");
    got = scanned();
    cr_expect(strstr(got, "\"a\"") && strstr(got, "\"b\""), "weaker than the modules' own -45");
    cr_expect_not(strstr(got, "\"c\""));
    cr_expect(
        strstr(got, "{\"id\":\"d\",\"rssi\":-50,\"battery\":-1,\"type\":\"Unknown\""), "%s", got);
}

Test(play_scan, each_module_is_listed_once_as_loud_as_it_was_at_best)
{
    fake_hub_write(w, 0, PING);
    fake_hub_answer(w, 1, -70, "duck");
    fake_hub_answer(w, 1, -50, "duck");
    fake_hub_hear(w, 1, -40, "{\"finalCall\": {\"RSSI\": -45, \"value\": 1}}");
    fake_hub_answer(w, 1, -60, "duck");
    cr_expect_str_eq(scanned(),
        "{\"type\":\"devices\",\"list\":[{\"id\":\"duck\",\"rssi\":-40,\"battery\":85,\"type\":"
        "\"module\","
        "\"mac\":\"020000000001\"}]}\n");
    fake_hub_write(w, 0, PING);
    fake_hub_answer(w, 1, -80, "duck");
    cr_expect(strstr(scanned(), "\"rssi\":-80"), "the last scan's does not count in this one");
}

Test(play_scan, who_has_no_name_is_called_by_the_end_of_its_address)
{
    const char *got;

    fake_hub_write(w, 0, PING);
    fake_hub_answer(w, 0x1b2c, -45, "");
    fake_hub_answer(w, 0x1b2d, -45, "");
    got = scanned();
    cr_expect(strstr(got, "\"M-001b2c\"") && strstr(got, "\"M-001b2d\""), "%s", got);
}

Test(play_scan, who_does_not_answer_any_more_is_not_listed)
{
    fake_hub_write(w, 0, PING);
    fake_hub_answer(w, 1, -45, "duck");
    fake_hub_answer(w, 2, -45, "cat");
    scanned();
    fake_hub_answer(w, 1, -45, "duck");
    fake_hub_write(w, 0, PING);
    fake_hub_answer(w, 2, -45, "cat");
    cr_expect_not(strstr(scanned(), "duck"), "an answer between scans is none");
}

Test(play_scan, modules_of_the_second_dialect_are_listed_while_they_are_heard_of)
{
    const char *got;

    fake_hub_hear(w, 1, -55, "{\"topic\":\"/battery/GREEN1\",\"value\":72}");
    fake_hub_pass(w, 100 * S);
    fake_hub_write(w, 0, PING);
    got = scanned();
    cr_expect(strstr(got, "{\"id\":\"GREEN1\",\"rssi\":-55,\"battery\":72,"), "%s", got);
    fake_hub_pass(w, 70 * S);
    fake_hub_write(w, 0, PING);
    cr_expect_str_eq(scanned(), EMPTY, "silent for three minutes");
    cr_expect_eq(w->hub.modules.n, 1);
    fake_hub_pass(w, 120 * S);
    cr_expect_eq(w->hub.modules.n, 0, "for five");
}

Test(play_scan, answers_wait_during_a_scan_and_come_after_the_list)
{
    const char *got;

    fake_hub_write(w, 0, PING);
    fake_hub_pass(w, 500 * MS);
    fake_hub_write(w, 0, "\"Play\":\"all\"\n");
    fake_hub_write(w, 0, PING);
    fake_hub_write(w, 0, "Test\n");
    cr_expect_eq(w->n_air, 3, "a command goes out at once: ping, and both dialects");
    fake_hub_pass(w, 4 * S);
    cr_expect_eq(w->apps[0].n_notifications, 0);
    got = scanned();
    cr_expect_eq(strncmp(got, EMPTY, strlen(EMPTY)), 0, "%s", got);
    got = strstr(got, "{\"type\":\"ack\"");
    cr_assert(got);
    got = strstr(got, "Busy: a scan is running");
    cr_assert(got);
    cr_expect(strstr(got, "Unknown command: Test"));
    cr_expect_eq(w->apps[0].n_answers, 4, "each line has its answer");
}

Test(play_scan, an_answer_that_has_begun_is_finished)
{
    fake_hub_write(w, 0, "Test\n");
    fake_hub_write(w, 0, PING);
    fake_hub_pass(w, 200 * MS);
    cr_expect(strstr(fake_hub_got(w, 0), "Unknown command: Test"));
    cr_expect(w->hub.scan.on);
}

Test(play_scan, one_at_a_time_whoever_asks)
{
    fake_hub_connect(w, 1, 23);
    fake_hub_write(w, 0, PING);
    fake_hub_write(w, 1, PING);
    cr_expect_str_eq(scanned(), EMPTY);
    cr_expect(strstr(fake_hub_got(w, 1), "Busy: a scan is running"));
    fake_hub_write(w, 1, PING);
    fake_hub_pass(w, 6 * S);
    cr_expect_str_eq(fake_hub_got(w, 1), EMPTY);
}

Test(play_scan, that_nobody_waits_for_any_more_is_taken_over)
{
    int64_t began_us = w->now_us;

    fake_hub_write(w, 0, PING);
    fake_hub_answer(w, 1, -70, "duck");
    play_hub_disconnected(&w->hub, w->now_us, 0);
    fake_hub_pass(w, 2500 * MS);
    fake_hub_connect(w, 1, 247);
    fake_hub_write(w, 1, "\"PING\":\"-80\"\n");
    fake_hub_pass(w, 3 * S);
    cr_expect_eq(w->apps[1].begun_us, began_us + 5 * S);
    cr_expect_not_null(strstr(fake_hub_got(w, 1), "\"duck\""), "heard before it came");
    cr_expect_eq(w->n_air, 3, "nobody is asked again");
}

Test(play_scan, the_list_of_who_left_is_nobodys)
{
    fake_hub_write(w, 0, PING);
    fake_hub_pass(w, 1 * S);
    play_hub_disconnected(&w->hub, w->now_us, 0);
    fake_hub_connect(w, 0, 23);
    cr_expect_str_eq(scanned(), "");
    fake_hub_write(w, 0, PING);
    cr_expect_str_eq(scanned(), EMPTY);
}

Test(play_scan, a_list_that_nobody_reads_blocks_nobody)
{
    fake_hub_connect(w, 1, 23);
    fake_hub_write(w, 0, PING);
    play_hub_subscribed(&w->hub, w->now_us, 0, false);
    fake_hub_pass(w, 6 * S);
    fake_hub_write(w, 1, PING);
    fake_hub_pass(w, 6 * S);
    cr_expect_str_eq(fake_hub_got(w, 1), EMPTY);
}

Test(play_scan, a_list_is_not_overtaken_by_the_next)
{
    fake_hub_connect(w, 1, 247);
    fake_hub_write(w, 0, PING);
    fake_hub_answer(w, 1, -45, "duck");
    fake_hub_pass(w, 4999 * MS);
    w->notify_full = true;
    fake_hub_pass(w, 1 * S);
    fake_hub_write(w, 1, PING);
    w->notify_full = false;
    fake_hub_pass(w, 1 * S);
    cr_expect(strstr(fake_hub_got(w, 0), "duck"));
    cr_expect(strstr(fake_hub_got(w, 1), "Busy: the last list is still on its way"));
}

Test(play_scan, a_radio_that_refuses_is_asked_again)
{
    w->n_air_refusing = 5;
    fake_hub_write(w, 0, PING);
    fake_hub_pass(w, 4 * S);
    cr_expect_eq(w->n_air, 3);
    cr_expect_eq(w->air[1].at_us - w->air[0].at_us, 950 * MS, "by the clock of the scan");
}

Test(play_scan, fifty_modules_are_listed_whole)
{
    struct hub_modules list;
    struct hub_module m;
    char name[64];
    const char *got;
    int64_t began_us = w->now_us;
    unsigned n = 0;

    fake_hub_write(w, 0, PING);
    for (int turn = 0; turn < 3; turn++) {
        for (unsigned i = 1; i <= 50; i++) {
            snprintf(name, sizeof name,
                "m\xc3\xb6"
                "dule number %u",
                i);
            fake_hub_answer(w, i, -30 - (int)i, name);
        }
        fake_hub_pass(w, 1 * S);
    }
    fake_hub_pass(w, 5 * S);
    cr_expect_eq(w->apps[0].begun_us, began_us + 5 * S);
    got = fake_hub_got(w, 0);
    hub_modules_begin(&list, (struct span){got, strlen(got)});
    while (hub_modules_next(&list, &m)) {
        n++;
        snprintf(name, sizeof name,
            "m\xc3\xb6"
            "dule number %u",
            n);
        cr_expect_str_eq(m.id, name);
        cr_expect_eq(m.rssi_dbm, -30 - (int)n);
    }
    cr_expect_eq(n, 50);
}

Test(play_scan, a_full_table_forgets_who_was_silent_longest_but_nobody_who_answered)
{
    for (unsigned i = 1; i <= PLAY_HUB_MAX_MODULES; i++) {
        fake_hub_hear(w, i, -50, "{\"topic\":\"/battery/old\",\"value\":1}");
        fake_hub_pass(w, 1 * MS);
    }
    fake_hub_write(w, 0, PING);
    for (unsigned i = 0; i < PLAY_HUB_MAX_MODULES; i++)
        fake_hub_answer(w, 1000 + i, -50, "new");
    cr_expect_eq(w->hub.n_forgotten, PLAY_HUB_MAX_MODULES);
    fake_hub_answer(w, 2000, -50, "one too many");
    cr_expect_eq(w->hub.modules.n, PLAY_HUB_MAX_MODULES);
    for (unsigned i = 0; i < w->hub.modules.n; i++)
        cr_expect_str_eq(w->hub.modules.rows[i].id, "new");
}

Test(play_scan, what_a_module_says_badly_is_counted)
{
    fake_hub_hear(w, 1, -50, "{'deviceScan': {'RSSI': -45, 'value': 'duck'}}");
    fake_hub_hear(w, 1, -50, "{\"dance\": {\"RSSI\": -45, \"value\": \"duck\"}}");
    fake_hub_hear(w, 1, -50, "{\"pongCall\": {\"RSSI\": -45, \"value\": \"duck\"}}");
    cr_expect_eq(w->hub.n_messages, 3);
    cr_expect_eq(w->hub.n_not_understood, 2);
    cr_expect_eq(w->hub.modules.n, 0, "no word about itself");
}
