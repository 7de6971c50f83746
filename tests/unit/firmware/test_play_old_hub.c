/* The playground's hub that is out there, as it is played: protocols' lines one by one. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "firmware/sim/play_old_hub.h"
#include "play_app.h"

#define MS INT64_C(1000)
#define S INT64_C(1000000)

static struct old_hub h;
static struct play_app app;
static int64_t now_us;
static unsigned n_on_air;
static char on_air[64][AIR_MAX_BYTES + 1];
static int64_t on_air_us[64];
static bool advertised, radio_fails;

static int air(void *ctx, const char *bytes, size_t n)
{
    if (radio_fails)
        return -1;
    cr_assert(n_on_air < 64 && n <= AIR_MAX_BYTES);
    memcpy(on_air[n_on_air], bytes, n);
    on_air[n_on_air][n] = '\0';
    on_air_us[n_on_air++] = h.now_us;
    return 0;
}

static void notify(void *ctx, const void *bytes, size_t n)
{
    play_app_notified(&app, bytes, n);
}

static void advertise(void *ctx, bool on)
{
    advertised = on;
}

static void pass(int64_t us)
{
    now_us += us;
    old_hub_step(&h, now_us);
}

static void setup(void)
{
    const struct old_hub_port port = {.air = air, .notify = notify, .advertise = advertise};

    play_app_init(&app);
    old_hub_init(&h, &port);
    now_us = 100 * S;
    old_hub_start(&h, now_us);
    cr_assert(advertised);
    pass(1300 * MS);
    old_hub_connected(&h, now_us, true);
}

static void write_line(const char *text)
{
    for (size_t n = strlen(text), i = 0; i < n; i += OLD_HUB_WRITE_BYTES)
        old_hub_written(
            &h, now_us, text + i, n - i < OLD_HUB_WRITE_BYTES ? n - i : OLD_HUB_WRITE_BYTES);
}

static void say(const char *line)
{
    write_line(line);
    write_line("\n");
    pass(S);
}

static void hear(uint8_t module, int rssi_dbm, const char *text)
{
    const uint8_t mac[HUB_MAC_RAW_BYTES] = {0xaa, 0xbb, 0xcc, 0, 0, module};

    old_hub_received(&h, now_us, mac, rssi_dbm, text, strlen(text));
}

TestSuite(old_hub, .init = setup, .timeout = 60);

/* --- commands --------------------------------------------------------------------------------- */

Test(old_hub, a_command_goes_on_the_air_and_is_acknowledged_with_blanks)
{
    say("\"Play\":\"all\"");
    cr_assert_eq(n_on_air, 1);
    cr_expect_str_eq(on_air[0], "{\"updateGame\": {\"RSSI\": -100, \"value\": 0}}");
    cr_expect_eq(app.n_text, 67, "%s", app.text);
    cr_expect_eq(app.answer.kind, HUB_ACK);
    cr_expect_str_eq(app.answer.command, "Play");
    cr_expect(app.answer.sent && app.in_step);
    cr_expect_eq(app.n_notifications, 2, "the header has one of its own");
}

Test(old_hub, what_the_radio_does_not_take_is_told)
{
    radio_fails = true;
    say("\"Play\":\"all\"");
    cr_expect(app.n_answers == 1 && !app.answer.sent);
}

Test(old_hub, an_unknown_command_is_an_error_of_145_bytes)
{
    say("\"Test\":\"all\"");
    cr_expect_eq(app.n_text, 145, "%s", app.text);
    cr_expect_str_eq(app.answer.message, "Unknown command: Test");
    cr_expect_eq(n_on_air, 0);
    cr_expect_eq(app.most_bytes, 100);
}

Test(old_hub, lines_are_read_as_they_are_read_out_there)
{
    static const struct {
        const char *line, *said; /* NULL: nothing; else the ack's threshold, or the error's text */
    } rows[] = {
        {"\"Play\":\"all\"", "all"},
        {"Play\":\"all", "all"},
        {"Play", "all"},
        {"\"Play\"", NULL},
        {"\"", NULL},
        {"\"\"", NULL},
        {"\"Play\" : \"all\"", NULL},
        {"\"Play\":\"all", "Unknown command: \"Play"},
        {"Play\":\"all\"", "all\""},
        {"\"Play\":-50", "Unknown command: \"Play\":-50"},
        {"{\"Play\":\"all\"}", "Unknown command: {\"Play"},
        {"\"Play\":\"B\":\"C\"", "B\":\"C"},
        {"\"play\":\"all\"", "Unknown command: play"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        unsigned before = app.n_answers;

        say(rows[i].line);
        cr_assert_eq(app.n_answers - before, rows[i].said ? 1 : 0, "%s", rows[i].line);
        if (rows[i].said)
            cr_expect_str_eq(app.answer.kind == HUB_ACK ? app.answer.threshold : app.answer.message,
                rows[i].said);
    }
    cr_expect(app.in_step);
}

Test(old_hub, of_a_write_20_bytes_are_taken_and_the_line_s_end_is_lost)
{
    static const char fits[] = "\"Number Game\":\"all\"\n", cut[] = "\"Number Game\":\"-100\"\n";

    old_hub_written(&h, now_us, fits, strlen(fits));
    pass(S);
    cr_expect_eq(app.n_answers, 1);
    old_hub_written(&h, now_us, cut, strlen(cut));
    pass(10 * S);
    cr_expect_eq(app.n_answers, 1, "it waits for a line's end");
    old_hub_written(&h, now_us, "\n", 1);
    pass(S);
    cr_expect_eq(app.n_answers, 2);
    cr_expect_str_eq(app.answer.threshold, "-100");
}

Test(old_hub, lines_end_with_cr_too_and_several_come_at_once)
{
    write_line("\r\n\nWin\rPause\r\n");
    pass(S);
    cr_expect_eq(app.n_answers, 2);
    cr_expect_str_eq(on_air[0], "{\"rainbow\": {\"RSSI\": -100, \"value\": 0}}");
    cr_expect_str_eq(on_air[1], "{\"lightOff\": {\"RSSI\": -100, \"value\": 0}}");
}

Test(old_hub, more_than_1024_bytes_without_an_end_are_forgotten)
{
    for (int i = 0; i < 52; i++)
        write_line("12345678901234567890");
    say("Play");
    cr_expect_eq(app.n_answers, 1);
    cr_expect_eq(app.answer.kind, HUB_ACK, "what came before is gone");
}

Test(old_hub, of_more_than_ten_lines_the_oldest_are_dropped)
{
    for (int i = 0; i < 15; i++) {
        char line[16];

        snprintf(line, sizeof line, "Play\":\"-%d\n", 40 + i);
        write_line(line);
    }
    pass(10 * S);
    cr_expect_eq(n_on_air, 10);
    cr_expect_str_eq(on_air[0], "{\"updateGame\": {\"RSSI\": -45, \"value\": 0}}");
}

Test(old_hub, who_is_not_connected_is_obeyed_and_told_nothing)
{
    old_hub_connected(&h, now_us, false);
    say("Off");
    cr_expect_eq(n_on_air, 1);
    cr_expect_eq(app.n_notifications, 0);
}

/* --- scans ------------------------------------------------------------------------------------ */

static void scan(const char *threshold)
{
    char line[64];

    snprintf(line, sizeof line, "\"PING\":\"%s\"\n", threshold);
    write_line(line);
    pass(500 * MS);
}

Test(old_hub, a_scan_asks_three_times_and_ends_5_to_6_seconds_later)
{
    int64_t began_us = now_us;

    scan("all");
    cr_expect_not(advertised);
    while (app.n_answers == 0 && now_us < began_us + 10 * S)
        pass(10 * MS);
    cr_assert_eq(app.n_answers, 1);
    cr_expect_str_eq(app.text, "{\"list\": [], \"type\": \"devices\"}");
    cr_expect_eq(app.n_text, 31);
    cr_assert_eq(n_on_air, 3);
    cr_expect_str_eq(on_air[0], "{\"pingCall\": {\"RSSI\": -100, \"value\": \"app\"}}");
    for (int i = 1; i < 3; i++)
        cr_expect((on_air_us[i] - 100 * S) % S < 20 * MS, "whole seconds of its clock");
    cr_expect(now_us - began_us > 5100 * MS && now_us - began_us < 6200 * MS, "%d ms",
        (int)((now_us - began_us) / MS));
    cr_expect(advertised, "again, although somebody is connected");
}

Test(old_hub, in_a_scan_commands_are_sent_and_their_acks_are_lost)
{
    scan("all");
    say("Play");
    say("PING");
    say("Nonsense");
    pass(10 * S);
    cr_expect_eq(n_on_air, 4, "three questions and the command");
    cr_expect_eq(app.n_answers, 1, "the list of the one scan");
    cr_expect_eq(app.answer.kind, HUB_DEVICES);
}

Test(old_hub, a_message_that_waits_when_a_scan_begins_ends_it)
{
    write_line("PING\n");
    pass(20 * MS);
    cr_expect_not(advertised);
    hear(1, -40, "{\"pingCall\": {\"RSSI\": -45, \"value\": \"duck\"}}");
    pass(20 * S);
    cr_expect_eq(h.n_died, 1);
    cr_expect_eq(n_on_air, 0);
    cr_expect_eq(app.n_answers, 0);
    cr_expect_not(advertised);
    scan("all");
    pass(7 * S);
    cr_expect_eq(app.n_answers, 1, "the next one works");
}

Test(old_hub, answers_are_filtered_by_their_own_rssi_and_then_by_the_threshold)
{
    scan("-43");
    hear(1, -40, "{\"deviceScan\": {\"RSSI\": -45, \"value\": \"duck\"}}");
    hear(2, -45, "{\"deviceScan\": {\"RSSI\": -45, \"value\": \"fox\"}}");
    hear(3, -44, "{\"deviceScan\": {\"RSSI\": -45, \"value\": \"frog\"}}");
    hear(4, -43, "{\"deviceScan\": {\"RSSI\": -60, \"value\": \"owl\"}}");
    hear(5, 0, "{\"deviceScan\": {\"RSSI\": -45, \"value\": \"bee\"}}");
    pass(7 * S);
    cr_assert_eq(app.n_answers, 1);
    cr_expect_eq(play_app_n_listed(&app), 2);
    cr_expect_str_eq(play_app_listed(&app, "aabbcc000001")->id, "duck");
    cr_expect_str_eq(play_app_listed(&app, "aabbcc000004")->id, "owl");
    cr_expect_null(play_app_listed(&app, "aabbcc000005"), "not known is -50");
}

Test(old_hub, the_loudest_counts_and_the_first_words)
{
    const struct hub_module *m;

    scan("all");
    hear(1, -50, "{\"deviceScan\": {\"RSSI\": -99, \"value\": \"duck\"}}");
    hear(1, -41, "{\"deviceScan\": {\"RSSI\": -99, \"value\": \"goose\", \"battery\": 50}}");
    hear(1, -60, "{\"deviceScan\": {\"RSSI\": -99, \"value\": \"swan\"}}");
    pass(7 * S);
    cr_assert_eq(play_app_n_listed(&app), 1);
    m = play_app_listed(&app, "aabbcc000001");
    cr_expect_str_eq(m->id, "duck");
    cr_expect_eq(m->rssi_dbm, -41);
    cr_expect_eq(m->battery_percent, HUB_BATTERY_UNKNOWN);
    cr_expect_str_eq(m->type, "Unknown");
}

Test(old_hub, who_has_no_name_is_called_by_the_maker)
{
    scan("all");
    hear(1, -40, "{\"deviceScan\": {\"RSSI\": -45, \"value\": \"\"}}");
    hear(2, -40, "{\"deviceScan\": {\"RSSI\": -45, \"value\": 7}}");
    pass(7 * S);
    cr_expect_str_eq(play_app_listed(&app, "aabbcc000001")->id, "M-aabbcc");
    cr_expect_str_eq(play_app_listed(&app, "aabbcc000002")->id, "M-aabbcc");
}

Test(old_hub, names_go_out_as_they_are)
{
    scan("all");
    hear(1, -40, "{\"deviceScan\": {\"RSSI\": -45, \"value\": \"b\\u00e4r \\\"1\\\"\"}}");
    pass(7 * S);
    cr_expect(strstr(app.text, "\"id\": \"b\xc3\xa4r \\\"1\\\"\""), "%s", app.text);
    cr_expect(app.in_step, "bytes are counted");
}

Test(old_hub, lists_have_the_lengths_that_were_seen)
{
    static const struct {
        unsigned n;
        size_t bytes;
    } rows[] = {{0, 31}, {1, 117}, {2, 205}, {5, 469}, {7, 645}};
    struct old_hub_row m[7];
    char text[1024];

    for (int i = 0; i < 7; i++)
        m[i] = (struct old_hub_row){
            .id = "M-aabb", .type = "Unknown", .rssi_dbm = -50, .battery_percent = -1};
    for (int i = 0; i < 5; i++)
        cr_expect_eq(old_hub_devices(m, rows[i].n, -100, text, sizeof text), rows[i].bytes);
    cr_expect_eq(old_hub_devices(m, 7, -100, text, 644), 0, "no room");
    cr_expect_eq(old_hub_devices(m, 7, -49, text, sizeof text), 31, "none is as loud");
}

Test(old_hub, out_of_a_scan_answers_are_ignored_and_50_wait_at_most)
{
    hear(1, -40, "{\"deviceScan\": {\"RSSI\": -45, \"value\": \"duck\"}}");
    pass(S);
    scan("all");
    for (uint8_t i = 0; i < 60; i++)
        hear((uint8_t)(10 + i), -40, "{\"deviceScan\": {\"RSSI\": -45, \"value\": \"x\"}}");
    cr_expect_eq(h.n_messages, OLD_HUB_MESSAGES);
    pass(8 * S);
    cr_expect_eq(play_app_n_listed(&app), 50);
    cr_expect_null(play_app_listed(&app, "aabbcc000001"));
    cr_expect_null(play_app_listed(&app, "aabbcc000013"), "19, the last of the oldest");
    cr_expect_not_null(play_app_listed(&app, "aabbcc000014"));
    cr_expect(app.in_step);
}

/* --- to be seen ------------------------------------------------------------------------------- */

Test(old_hub, after_somebody_left_it_is_not_seen_for_up_to_6_seconds)
{
    int64_t longest_us = 0;

    for (int i = 0; i < 30; i++) {
        int64_t left_us;

        old_hub_connected(&h, now_us, true);
        pass(1700 * MS);
        old_hub_connected(&h, now_us, false);
        cr_assert_not(advertised);
        left_us = now_us;
        while (!advertised)
            pass(10 * MS);
        longest_us = now_us - left_us > longest_us ? now_us - left_us : longest_us;
    }
    cr_expect(longest_us > 4 * S && longest_us < 6100 * MS, "%d ms", (int)(longest_us / MS));
}

Test(old_hub, who_leaves_in_mid_answer_gets_no_more_of_it)
{
    unsigned n;

    write_line("Test\n");
    pass(15 * MS);
    n = app.n_notifications;
    cr_expect_eq(n, 1);
    old_hub_connected(&h, now_us, false);
    pass(S);
    cr_expect_eq(app.n_notifications, n);
}
