/* Commands: what is written for them, and what becomes of them. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "playground.h"

static const struct {
    const char *name, *text;
} commands[] = {{"play", "Play"}, {"pause", "Pause"}, {"win", "Win"}, {"color_game", "Color Game"},
    {"number_game", "Number Game"}, {"off", "Off"}};

Test(playground_commands, each_is_a_line_of_its_own_and_done_with_its_ack)
{
    struct fake_host *h = playground_ready();

    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        const struct fake_call *c = fake_run(fake_dev(h), commands[i].name, NULL);
        char line[64];

        fake_host_turn(h);
        snprintf(line, sizeof line, "\"%s\":\"all\"\n", commands[i].text);
        cr_expect_str_eq(playground_line(h), line);
        cr_expect_not(c->over, "the hub has not answered");
        playground_ack(h, commands[i].text, "all");
        cr_expect(c->over && c->result == 0);
        cr_expect_str_eq(c->json, "{\"status\":\"sent\",\"threshold_dbm\":-100}");
        snprintf(line, sizeof line, "\"command\":\"%s\"", commands[i].name);
        cr_expect_not_null(strstr(fake_event(fake_dev(h), "hub.ack"), line));
    }
    fake_host_free(h);
}

static void threshold_is(struct fake_host *h, const char *text, const char *written)
{
    const struct fake_call *c = fake_run(fake_dev(h), "play", "threshold", text, NULL);
    char line[64];

    fake_host_turn(h);
    snprintf(line, sizeof line, "\"Play\":\"%s\"\n", written);
    cr_expect_str_eq(playground_line(h), line, "%s gives %s", text, playground_line(h));
    playground_ack(h, "Play", written);
    cr_expect(c->over && c->result == 0);
}

Test(playground_commands, thresholds_are_all_or_dbm_or_the_slider)
{
    struct fake_host *h = playground_ready();

    threshold_is(h, "all", "all");
    threshold_is(h, "-60", "-60");
    threshold_is(h, " -1 ", "-1");
    threshold_is(h, "-100", "all");
    threshold_is(h, "-127", "all");
    threshold_is(h, "100", "all");
    threshold_is(h, "1", "-30");
    threshold_is(h, "40", "-54");
    threshold_is(h, "50", "-60");
    threshold_is(h, "99", "-90");
    fake_host_free(h);
}

Test(playground_commands, no_threshold_is_refused_and_nothing_is_written)
{
    static const char *const wrong[] = {"", "near", "0", "101", "-128", "5.5", "All"};
    struct fake_host *h = playground_ready();
    unsigned n = playground_n_writes(h);

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const struct fake_call *c = fake_run(fake_dev(h), "play", "threshold", wrong[i], NULL);

        fake_host_turn(h);
        cr_expect(c->over && c->result == -EDOM, "%s", wrong[i]);
        cr_expect_not_null(strstr(c->json, "expected"));
    }
    cr_expect_eq(playground_n_writes(h), n);
    fake_host_free(h);
}

Test(playground_commands, one_is_at_the_hub_the_others_wait)
{
    struct fake_host *h = playground_ready();
    const struct fake_call *play = fake_run(fake_dev(h), "play", NULL),
                           *win = fake_run(fake_dev(h), "win", NULL);

    fake_host_turn(h);
    cr_expect_str_eq(playground_line(h), "\"Play\":\"all\"\n");
    playground_ack(h, "Play", "all");
    cr_expect(play->over && !win->over);
    cr_expect_str_eq(playground_line(h), "\"Win\":\"all\"\n");
    playground_ack(h, "Win", "all");
    cr_expect(win->over);
    fake_host_free(h);
}

Test(playground_commands, an_ack_of_something_else_is_told_and_answers_nothing)
{
    struct fake_host *h = playground_ready();
    const struct fake_call *c = fake_run(fake_dev(h), "play", "threshold", "-60", NULL);

    fake_host_turn(h);
    playground_ack(h, "Win", "-60");
    playground_ack(h, "Play", "all");
    cr_expect_not(c->over);
    cr_expect_eq(fake_n_events(fake_dev(h), "hub.ack"), 2);
    playground_ack(h, "Play", "-60");
    cr_expect(c->over && c->result == 0);
    fake_host_free(h);
}

Test(playground_commands, a_silent_hub_fails_it_after_three_seconds)
{
    struct fake_host *h = playground_ready();
    const struct fake_call *c = fake_run(fake_dev(h), "play", NULL),
                           *next = fake_run(fake_dev(h), "win", NULL);

    fake_host_advance(h, 2900 * FAKE_MS);
    cr_expect_not(c->over);
    fake_host_advance(h, 200 * FAKE_MS);
    cr_expect(c->over && c->result == -ETIMEDOUT);
    cr_expect_not_null(strstr(c->json, "did not answer within 3 s"));
    cr_expect_str_eq(fake_value(fake_dev(h), "answers_missing"), "1");
    cr_expect_str_eq(playground_line(h), "\"Win\":\"all\"\n", "the next one is not held up");
    playground_ack(h, "Win", "all");
    cr_expect(next->over && next->result == 0);
    fake_host_free(h);
}

Test(playground_commands, a_hubs_error_is_its_answer_and_an_event)
{
    struct fake_host *h = playground_ready();
    const struct fake_call *c = fake_run(fake_dev(h), "play", NULL);

    fake_host_turn(h);
    playground_say(h,
        "{\"type\": \"error\", \"message\": \"Unknown command: Play\", "
        "\"available_commands\": [\"Pause\", \"Win\"]}");
    cr_expect(c->over && c->result == -EPROTO);
    cr_expect_str_eq(c->json, "The hub says: Unknown command: Play");
    cr_expect_str_eq(fake_event(fake_dev(h), "hub.error"),
        "{\"message\":\"Unknown command: Play\",\"available_commands\":[\"Pause\",\"Win\"]}");
    fake_host_free(h);
}

/* As long as a hub can make them, and of letters of which each is written as two. */
Test(playground_commands, an_error_is_told_whole_whatever_the_hub_says_it_knows)
{
    struct fake_host *h = playground_ready();
    char name[2 * HUB_ID_BYTES + 3] = "", text[8192];
    const char *event;
    size_t n;

    for (unsigned i = 0; i < HUB_ID_BYTES - 1; i++)
        strcat(name, "\\\"");
    n = (size_t)snprintf(
        text, sizeof text, "{\"type\":\"error\",\"message\":\"Unknown\",\"available_commands\":[");
    for (unsigned i = 0; i < 30; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%s\"%s\"", i > 0 ? "," : "", name);
    snprintf(text + n, sizeof text - n, "]}");
    playground_say(h, text);
    event = fake_event(fake_dev(h), "hub.error");
    cr_assert_not_null(event);
    cr_expect_not_null(strstr(event, "\"message\":\"Unknown\""), "got: %s", event);
    cr_expect_not_null(strstr(event, name));
    fake_host_free(h);
}

Test(playground_commands, a_radio_that_refuses_fails_it)
{
    struct fake_host *h = playground_ready();
    const struct fake_call *c = fake_run(fake_dev(h), "play", NULL);

    fake_host_turn(h);
    playground_say(
        h, "{\"type\":\"ack\",\"command\":\"Play\",\"status\":\"failed\",\"rssi\":\"all\"}");
    cr_expect(c->over && c->result == -EPROTO);
    cr_expect_not_null(strstr(fake_event(fake_dev(h), "hub.ack"), "\"failed\""));
    fake_host_free(h);
}

/* --- writes ------------------------------------------------------------------------------------ */

static struct fake_ble_op *held_write(struct fake_host *h)
{
    struct fake_ble_op *op = fake_ble_op_last(fake_ble_last(h));

    cr_assert(op->kind == FAKE_BLE_WRITE && !op->over);
    return op;
}

Test(playground_commands, a_refused_write_is_tried_twice_more_a_second_apart)
{
    struct fake_host *h = playground_ready();
    unsigned n = playground_n_writes(h);
    const struct fake_call *c;

    fake_ble_hold(fake_ble_last(h), true);
    c = fake_run(fake_dev(h), "play", NULL);
    fake_host_turn(h);
    for (unsigned i = 1; i <= 3; i++) {
        cr_assert_eq(playground_n_writes(h), n + i);
        cr_expect_not(c->over);
        fake_ble_answer(held_write(h), -EIO, NULL, 0);
        fake_host_advance(h, 900 * FAKE_MS);
        cr_expect_eq(playground_n_writes(h), n + i);
        fake_host_advance(h, 200 * FAKE_MS);
    }
    cr_expect_eq(playground_n_writes(h), n + 3);
    cr_expect(c->over && c->result == -EPROTO);
    cr_expect_not_null(strstr(c->json, "does not take"));
    fake_host_free(h);
}

Test(playground_commands, an_ack_before_the_writes_answer_counts)
{
    struct fake_host *h = playground_ready();
    const struct fake_call *c;

    fake_ble_hold(fake_ble_last(h), true);
    c = fake_run(fake_dev(h), "play", NULL);
    fake_host_turn(h);
    playground_ack(h, "Play", "all");
    cr_expect(c->over && c->result == 0);
    fake_ble_hold(fake_ble_last(h), false);
    fake_ble_answer(held_write(h), 0, NULL, 0);
    fake_host_turn(h);
    c = fake_run(fake_dev(h), "win", NULL);
    fake_host_turn(h);
    cr_expect_str_eq(playground_line(h), "\"Win\":\"all\"\n");
    playground_ack(h, "Win", "all");
    cr_expect(c->over);
    fake_host_free(h);
}

/* --- and scans --------------------------------------------------------------------------------- */

Test(playground_commands, wait_while_a_scan_runs)
{
    struct fake_host *h = playground_asked();
    const struct fake_call *c = fake_run(fake_dev(h), "play", NULL);

    fake_host_advance(h, 4 * FAKE_S);
    cr_expect_str_eq(playground_line(h), "\"PING\":\"all\"\n", "the answer would be lost");
    playground_list(h, "");
    cr_expect_str_eq(playground_line(h), "\"Play\":\"all\"\n");
    playground_ack(h, "Play", "all");
    cr_expect(c->over && c->result == 0);
    fake_host_free(h);
}

Test(playground_commands, more_than_eight_that_wait_are_refused)
{
    struct fake_host *h = playground_ready();
    const struct fake_call *c = NULL;

    for (unsigned i = 0; i < 9; i++)
        c = fake_run(fake_dev(h), "play", NULL);
    fake_host_turn(h);
    cr_expect(c->over && c->result == -EBUSY);
    for (unsigned i = 0; i < 8; i++)
        playground_ack(h, "Play", "all");
    fake_host_free(h);
}

Test(playground_commands, end_with_the_link)
{
    struct fake_host *h = playground_ready();
    const struct fake_call *c = fake_run(fake_dev(h), "play", NULL),
                           *other = fake_run(fake_dev(h), "win", NULL);

    fake_host_turn(h);
    fake_ble_close(fake_ble_last(h), -ECONNRESET, "reset");
    fake_host_turn(h);
    cr_expect(c->over && c->result == -ENOTCONN);
    cr_expect(other->over && other->result == -ENOTCONN);
    fake_host_advance(h, FAKE_S);
    playground_open(h);
    fake_host_advance(h, FAKE_S);
    cr_expect_str_eq(playground_written(h), "\"PING\":\"all\"\n", "nothing of the link before");
    fake_host_free(h);
}
