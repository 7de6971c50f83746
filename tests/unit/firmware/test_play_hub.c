/* A playground's hub: lines and answers, the air in both dialects, apps that come and go. Scans are in test_play_scan.c. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_play_hub.h"

#define MS INT64_C(1000)
#define S INT64_C(1000000)
#define AVAILABLE                                                                                  \
    ",\"available_commands\":[\"Play\",\"Pause\",\"Win\",\"Color Game\",\"Number "                 \
    "Game\",\"Off\",\"PING\"]}\n"
#define ERROR(text) "{\"type\":\"error\",\"message\":\"" text "\"" AVAILABLE
#define ACK(command, threshold)                                                                    \
    "{\"type\":\"ack\",\"command\":\"" command "\",\"status\":\"sent\",\"rssi\":\"" threshold      \
    "\"}\n"

static struct fake_hub *w;

static void begin(void)
{
    w = calloc(1, sizeof *w);
    fake_hub_boot(w);
    fake_hub_connect(w, 0, 247);
}

static void end(void)
{
    free(w);
}

TestSuite(play_hub, .init = begin, .fini = end);

static void expect_answer(const char *line, const char *answer)
{
    const char *got;

    fake_hub_write(w, 0, line);
    fake_hub_pass(w, 1 * S);
    got = fake_hub_got(w, 0);
    cr_expect_str_eq(got, answer, "%s gave %s", line, got);
}

/* --- lines ------------------------------------------------------------------------------------ */

Test(play_hub, the_vector_of_a_command)
{
    fake_hub_write(w, 0, "\"Play\":\"all\"\n");
    fake_hub_pass(w, 100 * MS);
    cr_expect_str_eq(w->air[0].text, "{\"updateGame\": {\"RSSI\": -100, \"value\": 0}}");
    cr_expect_eq(strlen(w->air[0].text), 42);
    cr_expect(w->air[0].to_all);
    cr_expect_eq(w->apps[0].n_notifications, 2, "header, and 60 bytes");
    cr_expect_eq(w->apps[0].n, 60);
    cr_expect_str_eq(fake_hub_got(w, 0), ACK("Play", "all"));
}

Test(play_hub, each_command_goes_out_with_its_threshold)
{
    static const struct {
        const char *line, *air;
    } rows[] = {
        {"\"Play\":\"-60\"\n", "{\"updateGame\": {\"RSSI\": -60, \"value\": 0}}"},
        {"\"Color Game\":\"-60\"\n", "{\"updateGame\": {\"RSSI\": -60, \"value\": 1}}"},
        {"\"Number Game\":\"-60\"\n", "{\"updateGame\": {\"RSSI\": -60, \"value\": 2}}"},
        {"\"Pause\":\"-50\"\n", "{\"lightOff\": {\"RSSI\": -50, \"value\": 0}}"},
        {"\"Win\":\"-70\"\n", "{\"rainbow\": {\"RSSI\": -70, \"value\": 0}}"},
        {"\"Off\":\"-90\"\n", "{\"deepSleep\": {\"RSSI\": -90, \"value\": 0}}"},
    };

    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        fake_hub_write(w, 0, rows[i].line);
        cr_expect_str_eq(w->air[i].text, rows[i].air);
    }
    cr_expect_eq(w->n_air, sizeof rows / sizeof *rows);
}

Test(play_hub, every_line_gets_an_answer)
{
    expect_answer("Play\n", ACK("Play", "all"));
    expect_answer("Play\":\"all\r\n", ACK("Play", "all"));
    expect_answer("Play\":\"all\"\n", ACK("Play", "all\\\""));
    expect_answer("\"Play\"\n", ERROR("Not understood: \\\"Play\\\""));
    expect_answer("\"\n", ERROR("Not understood: \\\""));
    expect_answer("\"\"\n", ERROR("Not understood: \\\"\\\""));
    expect_answer("\"Play\" : \"all\"\n", ERROR("Not understood: \\\"Play\\\" : \\\"all\\\""));
    expect_answer("\"Play\":\"all\n", ERROR("Unknown command: \\\"Play"));
    expect_answer("\"Play\":-50\n", ERROR("Unknown command: \\\"Play\\\":-50"));
    expect_answer("{\"Play\":\"all\"}\n", ERROR("Unknown command: {\\\"Play"));
    expect_answer("\"Test\":\"all\"\n", ERROR("Unknown command: Test"));
    expect_answer("\"play\":\"all\"\n", ERROR("Unknown command: play"));
    expect_answer("\"\xc3\xa9\xff\":\"all\"\n", ERROR("Unknown command: \\u00e9\\ufffd"));
    expect_answer("\n\r\n  \n", "");
}

Test(play_hub, a_write_may_have_any_size)
{
    fake_hub_write(w, 0, "\"Number Game\":\"-100\"\n\"Win\":\"-7");
    fake_hub_write(w, 0, "");
    fake_hub_write(w, 0, "0\"");
    fake_hub_pass(w, 1 * S);
    cr_expect_str_eq(fake_hub_got(w, 0), ACK("Number Game", "-100"));
    expect_answer("\n", ACK("Win", "-70"));
}

Test(play_hub, more_lines_at_once_than_answers_find_place_wait)
{
    char many[HUB_LINE_MAX_BYTES] = "";

    for (int i = 0; i < 60; i++)
        strcat(many, "\"Play\":\"all\"\n");
    fake_hub_write(w, 0, many);
    cr_expect_lt(w->n_air, 24, "not more than there are places");
    fake_hub_pass(w, 10 * S);
    cr_expect_eq(w->n_air, 120, "in both dialects");
    cr_expect_eq(w->apps[0].n_answers, 60);
}

Test(play_hub, what_does_not_fit_is_told_and_the_next_line_is_whole_again)
{
    static char many[3 * HUB_LINE_MAX_BYTES + 1];

    memset(many, 'x', HUB_LINE_MAX_BYTES + 200);
    strcat(many, "\"Off\":\"all\"\n\"Play\":\"all\"\n");
    expect_answer(many, ERROR("Too much at once: lines were lost") ACK("Play", "all"));
    cr_expect_eq(w->n_air, 2, "the end of a long line is no line");
    many[0] = '\0';
    for (int i = 0; i < 200; i++)
        strcat(many, "\"Pause\":\"all\"\n");
    fake_hub_write(w, 0, many);
    fake_hub_write(w, 0, "use\":\"all\"\n");
    fake_hub_pass(w, 30 * S);
    cr_expect(strstr(fake_hub_got(w, 0), "lost"));
    cr_expect_gt(w->apps[0].n_answers, 70);
    for (unsigned i = 2; i < w->n_air; i++)
        cr_expect(strstr(w->air[i].text, "lightOff") || strstr(w->air[i].text, "/game"));
    expect_answer("\"Win\":\"-20\"\n", ACK("Win", "-20"));
}

Test(play_hub, long_commands_are_cut_in_the_answer)
{
    char line[600], *at = line;
    const char *got;

    for (int i = 0; i < 250; i++)
        at = stpcpy(at, "\xc3\xa9");
    strcpy(at, "\n");
    fake_hub_write(w, 0, line);
    fake_hub_pass(w, 1 * S);
    got = fake_hub_got(w, 0);
    cr_expect_eq(strncmp(got, "{\"type\":\"error\",\"message\":\"Unknown command: \\u00e9", 50), 0);
    cr_expect(strstr(got, "\\u00e9\",\"available"));
}

/* --- the radio -------------------------------------------------------------------------------- */

Test(play_hub, says_failed_when_the_radio_refuses)
{
    w->n_air_refusing = 1;
    expect_answer("\"Play\":\"all\"\n",
        "{\"type\":\"ack\",\"command\":\"Play\",\"status\":\"failed\",\"rssi\":\"all\"}\n");
    expect_answer("\"Play\":\"all\"\n", ACK("Play", "all"));
}

Test(play_hub, modules_of_the_second_dialect_are_told_when_they_are_near)
{
    fake_hub_hear(w, 1, -50, "{\"topic\":\"/battery/near\",\"value\":40}");
    fake_hub_hear(w, 2, -60, "{\"topic\":\"/battery/far\",\"value\":40}");
    fake_hub_hear(w, 3, -40, "{\"topic\":\"/battery/both\",\"value\":40}");
    fake_hub_answer(w, 3, -40, "both");
    fake_hub_write(w, 0, "\"Win\":\"-60\"\n");
    cr_expect_eq(w->n_air, 2);
    cr_expect_str_eq(w->air[1].text, "{\"topic\": \"/game\", \"value\": 5}");
    cr_expect(!w->air[1].to_all && w->air[1].mac[5] == 1, "the third understands RSSI");
    fake_hub_write(w, 0, "\"Win\":\"all\"\n");
    cr_expect_eq(w->n_air, 4);
    cr_expect(w->air[3].to_all);
    fake_hub_write(w, 0, "\"Number Game\":\"all\"\n");
    cr_expect_eq(w->n_air, 5, "there is none");
    fake_hub_pass(w, 180 * S);
    fake_hub_write(w, 0, "\"Win\":\"-60\"\n");
    cr_expect_eq(w->n_air, 6, "it was silent for three minutes");
}

/* --- apps ------------------------------------------------------------------------------------- */

Test(play_hub, notifications_fit_the_link)
{
    fake_hub_connect(w, 1, 0);
    fake_hub_write(w, 1, "\"Play\":\"all\"\n");
    fake_hub_pass(w, 1 * S);
    cr_expect_eq(w->apps[1].n_notifications, 4, "header, 20, 20, 20");
    play_hub_mtu(&w->hub, w->now_us, 1, 517);
    w->apps[1].mtu = 517;
    fake_hub_write(w, 1, "Test\n");
    fake_hub_pass(w, 1 * S);
    cr_expect_eq(
        w->apps[1].n_notifications, 7, "header, 100, and the rest: apps in use know no more");
    cr_expect_str_eq(fake_hub_got(w, 1), ACK("Play", "all") ERROR("Unknown command: Test"));
}

Test(play_hub, waits_for_a_radio_that_is_full)
{
    w->notify_full = true;
    fake_hub_write(w, 0, "\"Play\":\"all\"\n");
    fake_hub_pass(w, 1 * S);
    cr_expect_eq(w->n_refused, 101, "every 10 ms: %u", w->n_refused);
    w->notify_full = false;
    play_hub_room(&w->hub, w->now_us);
    cr_expect_eq(w->apps[0].n_notifications, 1, "at once");
    w->notify_full = true;
    fake_hub_pass(w, 1 * S);
    w->notify_full = false;
    fake_hub_pass(w, 1 * S);
    cr_expect_str_eq(fake_hub_got(w, 0), ACK("Play", "all"));
}

Test(play_hub, several_apps_each_get_their_own_answers)
{
    fake_hub_connect(w, 1, 100);
    fake_hub_connect(w, 2, 23);
    fake_hub_write(w, 0, "\"Pla");
    fake_hub_write(w, 1, "\"Win\":\"all\"\n");
    fake_hub_write(w, 2, "\"Off\":\"all\"\n");
    fake_hub_write(w, 0, "y\":\"all\"\n");
    fake_hub_pass(w, 1 * S);
    cr_expect_str_eq(fake_hub_got(w, 0), ACK("Play", "all"));
    cr_expect_str_eq(fake_hub_got(w, 1), ACK("Win", "all"));
    cr_expect_str_eq(fake_hub_got(w, 2), ACK("Off", "all"));
    play_hub_connected(&w->hub, w->now_us, PLAY_HUB_MAX_CENTRALS, 23);
    play_hub_written(&w->hub, w->now_us, PLAY_HUB_MAX_CENTRALS, "Play\n", 5);
    cr_expect_eq(w->n_air, 6, "there is no such app");
}

Test(play_hub, is_found_again_at_once)
{
    unsigned n = w->n_advertised;

    cr_expect_eq(n, 2, "from the beginning, and while there is a place");
    fake_hub_connect(w, 1, 23);
    fake_hub_connect(w, 2, 23);
    cr_expect_eq(w->n_advertised, n + 1, "not when there is none");
    play_hub_disconnected(&w->hub, w->now_us, 1);
    cr_expect_eq(w->n_advertised, n + 2);
}

Test(play_hub, nothing_of_one_link_comes_in_the_next)
{
    fake_hub_write(w, 0, "Test\n\"Win\":\"");
    fake_hub_pass(w, 10 * MS);
    cr_expect_eq(w->apps[0].n_notifications, 1, "in the middle of an answer");
    play_hub_disconnected(&w->hub, w->now_us, 0);
    fake_hub_pass(w, 1 * S);
    cr_expect_eq(w->apps[0].n_notifications, 1);
    fake_hub_connect(w, 0, 23);
    expect_answer("Play\n", ACK("Play", "all"));
}

Test(play_hub, who_does_not_listen_is_obeyed_and_finds_the_last_answers)
{
    play_hub_subscribed(&w->hub, w->now_us, 0, false);
    for (int i = 0; i < 20; i++)
        fake_hub_write(w, 0, "\"Number Game\":\"all\"\n");
    cr_expect_eq(w->n_air, 20);
    fake_hub_pass(w, 1 * S);
    cr_expect_eq(w->apps[0].n_notifications, 0);
    play_hub_subscribed(&w->hub, w->now_us, 0, true);
    fake_hub_pass(w, 2 * S);
    cr_expect_eq(w->apps[0].n_answers, 9, "%u", w->apps[0].n_answers);
}

/* --- itself ----------------------------------------------------------------------------------- */

Test(play_hub, the_display_and_the_light_tell_how_it_is)
{
    cr_expect_str_eq(w->lines[PLAY_HUB_LINE_TITLE], "Hub Status");
    cr_expect_str_eq(w->lines[PLAY_HUB_LINE_BUFFER], "Buf:0");
    cr_expect_str_eq(w->lines[PLAY_HUB_LINE_BLE], "BLE:Y");
    cr_expect_eq(w->light, PLAY_HUB_CONNECTED);
    fake_hub_write(w, 0, "PING\n");
    fake_hub_write(w, 0, "Play\n");
    cr_expect_str_eq(w->lines[PLAY_HUB_LINE_SCAN], "Scan:Y");
    cr_expect_str_eq(w->lines[PLAY_HUB_LINE_BUFFER], "Buf:1");
    cr_expect_eq(w->light, PLAY_HUB_SCANNING);
    play_hub_disconnected(&w->hub, w->now_us, 0);
    fake_hub_pass(w, 6 * S);
    cr_expect_str_eq(w->lines[PLAY_HUB_LINE_SCAN], "Scan:N");
    cr_expect_str_eq(w->lines[PLAY_HUB_LINE_BLE], "BLE:N");
    cr_expect_eq(w->light, PLAY_HUB_ALONE);
}

Test(play_hub, the_watchdog_hears_of_it_every_second)
{
    unsigned n = w->n_watched;

    fake_hub_pass(w, 60 * S);
    cr_expect_eq(w->n_watched, n + 60);
    cr_expect_geq(w->watched_us, w->now_us - 1 * S);
}

Test(play_hub, needs_neither_display_nor_light_nor_watchdog)
{
    struct play_hub_port port = w->hub.port;

    port.watch = NULL;
    port.display = NULL;
    port.light = NULL;
    play_hub_init(&w->hub, &port, w->hub.mac);
    play_hub_start(&w->hub, w->now_us);
    cr_expect_eq(play_hub_next_us(&w->hub), INT64_MAX, "nothing is due");
    fake_hub_connect(w, 0, 100);
    expect_answer("Play\n", ACK("Play", "all"));
}
