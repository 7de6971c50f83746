/* A playground's hub and an app on USB: lines of JSON both ways. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_play_hub.h"

#define MS INT64_C(1000)
#define S INT64_C(1000000)
#define ACK(command, mode, n)                                                                      \
    "{\"type\":\"ack\",\"command\":\"" command "\",\"status\":\"sent\",\"mode\":\"" mode           \
    "\",\"recipients\":" n "}\n"

static struct fake_hub *w;

static void begin(void)
{
    w = calloc(1, sizeof *w);
    w->has_serial = true;
    fake_hub_boot(w);
}

static void end(void)
{
    free(w);
}

TestSuite(play_serial, .init = begin, .fini = end);

/* What came since this was last asked. */
static const char *got(void)
{
    static char copy[sizeof w->serial];

    memcpy(copy, w->serial, w->n_serial);
    copy[w->n_serial] = '\0';
    w->n_serial = 0;
    return copy;
}

static void say(const char *text)
{
    play_hub_serial_received(&w->hub, w->now_us, text, strlen(text));
}

static void expect_answer(const char *line, const char *answer)
{
    const char *text;

    got();
    say(line);
    text = got();
    cr_expect_str_eq(text, answer, "%s gave %s", line, text);
}

static void expect_error(const char *line, const char *message)
{
    char answer[300];
    const char *text;

    got();
    say(line);
    text = got();
    snprintf(answer, sizeof answer,
        "{\"type\":\"error\",\"message\":\"%s\",\"available_commands\":[\"Notes\",", message);
    cr_expect_eq(strncmp(text, answer, strlen(answer)), 0, "%s gave %s", line, text);
}

Test(play_serial, says_that_it_is_ready_and_alive)
{
    cr_expect_str_eq(got(),
        "{\"type\":\"ready\",\"mac\":\"aa:bb:cc:08:48:22\",\"version\":\"v2.1.0\",\"timestamp\":0}"
        "\n");
    fake_hub_pass(w, 10 * S);
    cr_expect_str_eq(got(),
        "{\"type\":\"heartbeat\",\"timestamp\":5000,\"uptime\":5000}\n"
        "{\"type\":\"heartbeat\",\"timestamp\":10000,\"uptime\":10000}\n");
}

Test(play_serial, lists_whom_it_heard_of_every_thirty_seconds)
{
    fake_hub_pass(w, 1 * S);
    fake_hub_hear(w, 0x1b2c, -55, "{\"topic\":\"/battery/GREEN1\",\"value\":72}");
    fake_hub_hear(w, 2, 0, "{\"deviceScan\": {\"RSSI\": -45, \"value\": \"\"}}");
    fake_hub_pass(w, 29 * S);
    cr_expect(strstr(got(),
        "{\"type\":\"devices\",\"list\":[{\"id\":\"GREEN1\",\"mac\":\"020000001b2c\",\"rssi\":-55,"
        "\"battery\":72,\"last_seen\":1000},{\"id\":\"M-000002\",\"mac\":\"020000000002\",\"rssi\":"
        "-100,"
        "\"battery\":-1,\"last_seen\":1000}],\"timestamp\":30000}\n"));
    fake_hub_pass(w, 300 * S);
    cr_expect(strstr(got(), "{\"type\":\"devices\",\"list\":[],\"timestamp\":330000}\n"));
}

Test(play_serial, a_command_goes_to_all_in_both_dialects)
{
    expect_answer("{\"cmd\":\"Rainbow\",\"mode\":\"all\"}\n", ACK("Rainbow", "all", "0"));
    cr_expect_eq(w->n_air, 2);
    cr_expect_str_eq(w->air[0].text, "{\"topic\": \"/game\", \"value\": [5, \"qrvMCEgi\\n\"]}",
        "%s", w->air[0].text);
    cr_expect_str_eq(w->air[1].text, "{\"rainbow\": {\"RSSI\": -100, \"value\": 0}}");
    cr_expect(w->air[0].to_all && w->air[1].to_all);
    expect_answer("{\"cmd\": \"Shake\"}\r\n", ACK("Shake", "all", "0"));
    cr_expect_eq(w->n_air, 3, "the first dialect has none");
    expect_answer("{\"mode\":\"all\",\"cmd\":\"Number Game\"}\n", ACK("Number Game", "all", "0"));
    cr_expect_str_eq(w->air[3].text, "{\"updateGame\": {\"RSSI\": -100, \"value\": 2}}");
    cr_expect_eq(w->n_air, 4, "the second has none");
    expect_answer("{\"cmd\":\"Stop\"}\n", ACK("Stop", "all", "0"));
    cr_expect_str_eq(w->air[4].text, "{\"topic\": \"/game\", \"value\": [-1, \"qrvMCEgi\\n\"]}");
    w->n_air_refusing = 1;
    expect_answer("{\"cmd\":\"Stop\"}\n",
        "{\"type\":\"ack\",\"command\":\"Stop\",\"status\":\"failed\",\"mode\":\"all\","
        "\"recipients\":0}\n");
}

Test(play_serial, near_and_target_are_said_to_those_alone)
{
    fake_hub_answer(w, 1, -60, "near");
    fake_hub_answer(w, 2, -61, "far");
    fake_hub_hear(w, 3, 0, "{\"topic\":\"/battery/x\",\"value\":7}");
    expect_answer("{\"cmd\":\"Clap\",\"mode\":\"near\"}\n", ACK("Clap", "near", "1"));
    cr_expect_eq(w->n_air, 1);
    cr_expect(!w->air[0].to_all && w->air[0].mac[5] == 1);
    expect_answer("{\"cmd\":\"Clap\",\"mode\":\"target\",\"target_mac\":\"020000000002\"}\n",
        ACK("Clap", "target", "1"));
    cr_expect(!w->air[1].to_all && w->air[1].mac[5] == 2);
    expect_answer("{\"cmd\":\"Clap\",\"mode\":\"target\",\"target_mac\":\"02:00:00:00:00:09\"}\n",
        ACK("Clap", "target", "0"));
    cr_expect(w->n_air == 3 && w->air[2].mac[5] == 9, "it may be there all the same");
    fake_hub_pass(w, 120 * S);
    expect_answer("{\"cmd\":\"Clap\",\"mode\":\"near\"}\n", ACK("Clap", "near", "0"));
    cr_expect_eq(w->n_air, 3, "silent for two minutes");
}

Test(play_serial, each_line_that_is_wrong_is_told_why)
{
    expect_error("Rainbow\n", "Not understood: Rainbow");
    expect_error("{\"cmd\":5}\n", "Not understood: {\\\"cmd\\\":5}");
    expect_error("{\"cmd\":\"Rainbow\"\n", "Not understood: {\\\"cmd\\\":\\\"Rainbow\\\"");
    expect_error("{\"cmd\":\"Dance\"}\n", "Unknown command: Dance");
    expect_error("{\"cmd\":\"Off\",\"mode\":\"far\"}\n", "Unknown mode: far");
    expect_error("{\"cmd\":\"Off\",\"mode\":\"target\"}\n", "target_mac is no address: ");
    cr_expect_eq(w->n_air, 0);
    expect_answer("\n\r\n", "");
}

Test(play_serial, too_much_at_once_is_told_and_what_follows_is_heard)
{
    static char many[HUB_LINE_MAX_BYTES + 100];

    memset(many, 'x', HUB_LINE_MAX_BYTES + 10);
    strcat(many, "\n{\"cmd\":\"Off\"}\n");
    expect_error(many, "Too much at once: lines were lost");
    cr_expect_eq(w->n_air, 2);
}

Test(play_serial, scans_and_is_not_disturbed_by_one_of_bluetooth)
{
    const char *text;

    fake_hub_connect(w, 0, 100);
    say("{\"cmd\":\"PING\"}\n");
    fake_hub_answer(w, 1, -45, "duck");
    expect_error("{\"cmd\":\"PING\"}\n", "Busy: a scan is running");
    fake_hub_write(w, 0, "PING\n");
    fake_hub_pass(w, 5 * S);
    text = got();
    cr_expect(strstr(text, "\"type\":\"devices\",\"list\":[{\"id\":\"duck\""), "%s", text);
    cr_expect_eq(w->n_air, 3);
    fake_hub_pass(w, 1 * S);
    cr_expect(strstr(fake_hub_got(w, 0), "Busy"));
}

Test(play_serial, waits_for_who_does_not_read)
{
    got();
    w->serial_full = true;
    for (int i = 0; i < 15; i++)
        say("{\"cmd\":\"Jump\"}\n");
    fake_hub_pass(w, 1 * S);
    cr_expect_eq(w->n_air, PLAY_HUB_MAX_REPLIES, "no more than answers find place");
    cr_expect_leq(w->n_refused, 102, "every 10 ms");
    w->serial_full = false;
    fake_hub_pass(w, 20 * MS);
    cr_expect_eq(w->n_air, 15);
    cr_expect_eq(strlen(got()), 15 * strlen(ACK("Jump", "all", "0")));
}
