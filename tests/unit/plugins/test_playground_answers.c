/* Answers as they come in the field: glued, cut, of wrong lengths. */
#include <criterion/criterion.h>
#include <string.h>

#include "playground.h"

#define DUCK                                                                                       \
    "{\"id\": \"duck\", \"rssi\": -45, \"battery\": 85, \"type\": \"module\", \"mac\": "           \
    "\"aabbccddee01\"}"
#define OWL                                                                                        \
    "{\"id\": \"owl\", \"rssi\": -60, \"battery\": 20, \"type\": \"module\", \"mac\": "            \
    "\"aabbccddee02\"}"
#define ACK "{\"type\":\"ack\",\"command\":\"Play\",\"status\":\"sent\",\"rssi\":\"all\"}"

Test(playground_answers, glued_frames_are_all_read)
{
    struct fake_host *h = playground_ready();
    const struct fake_call *c = fake_run(fake_dev(h), "play", NULL),
                           *next = fake_run(fake_dev(h), "win", NULL);

    fake_host_turn(h);
    playground_notify(h,
        "MSG:60|" ACK
        "MSG:59|{\"type\":\"ack\",\"command\":\"Win\",\"status\":\"sent\",\"rssi\":\"all\"}");
    cr_expect(c->over && c->result == 0);
    cr_expect_eq(fake_n_events(fake_dev(h), "hub.ack"), 2);
    cr_expect(next->over && next->result == 0);
    fake_host_free(h);
}

Test(playground_answers, a_wrong_length_is_no_harm)
{
    struct fake_host *h = playground_ready();
    const struct fake_call *c = fake_run(fake_dev(h), "play", NULL);

    fake_host_turn(h);
    playground_notify(h, "MSG:330|");
    playground_notify(h, ACK);
    cr_expect(c->over && c->result == 0);
    fake_host_free(h);
}

Test(playground_answers, a_list_without_its_end_has_those_that_are_whole)
{
    struct fake_host *h = playground_asked();

    playground_notify(h, "MSG:230|");
    playground_notify(h, "{\"type\": \"devices\", \"list\": [" DUCK ", " OWL);
    cr_expect_eq(fake_n_children(h), 0);
    fake_host_advance(h, 2100 * FAKE_MS);
    cr_expect_eq(fake_n_children(h), 2);
    cr_expect_not_null(strstr(fake_event(fake_dev(h), "hub.scan.finished"), "\"ok\":true"));
    fake_host_free(h);
}

Test(playground_answers, a_lost_header_is_skipped)
{
    struct fake_host *h = playground_ready();
    const struct fake_call *c = fake_run(fake_dev(h), "play", NULL);

    fake_host_turn(h);
    playground_notify(h, ACK);
    cr_expect_not(c->over);
    playground_ack(h, "Play", "all");
    cr_expect(c->over && c->result == 0);
    fake_host_free(h);
}

Test(playground_answers, what_cannot_be_read_is_counted)
{
    struct fake_host *h = playground_ready();

    playground_notify(h, "MSG:5|");
    playground_notify(h, "hello");
    playground_notify(h, "MSG:9|");
    playground_notify(h, "{\"a\": 1}\n");
    cr_expect_str_eq(fake_value(fake_dev(h), "answers_broken"), "2");
    cr_expect_not_null(strstr(fake_log(h), "cannot be read"));
    fake_host_free(h);
}

Test(playground_answers, of_a_type_from_the_future_are_left_alone)
{
    struct fake_host *h = playground_ready();

    playground_say(h, "{\"type\":\"weather\",\"sun\":true}");
    cr_expect_str_eq(fake_value(fake_dev(h), "answers_broken"), "0");
    fake_host_free(h);
}

Test(playground_answers, half_an_answer_ends_with_the_link)
{
    struct fake_host *h = playground_asked();

    playground_notify(h, "MSG:230|");
    playground_notify(h, "{\"type\": \"devices\", \"list\": [" DUCK);
    fake_ble_close(fake_ble_last(h), -104, "reset");
    fake_host_advance(h, 3 * FAKE_S);
    playground_open(h);
    fake_host_advance(h, FAKE_MS);
    playground_list(h, OWL);
    cr_expect_eq(fake_n_children(h), 1);
    cr_expect_not_null(fake_child(h, "aabbccddee02"));
    fake_host_free(h);
}
