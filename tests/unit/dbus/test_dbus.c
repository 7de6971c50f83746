#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "dbus/dbus.h"
#include "firmware/sim/private_bus.h"
#include "loop/timer.h"
#include "loop/wait.h"

#define NAME "org.example.Echo"

static struct loop *l;
static struct private_bus *bus;
static struct dbus *server, *client;
static unsigned n_ready, n_closed, n_replies, n_signals;
static int last_error;
static bool free_in_reply;
static char text[64];

static void on_ready(void *ctx, struct dbus *d)
{
    n_ready++;
}

static void on_closed(void *ctx, struct dbus *d, int why)
{
    n_closed++;
    last_error = why;
    cr_expect_lt(why, 0);
    if (d == client)
        client = dbus_free(d);
}

static const struct dbus_events events = {.ready = on_ready, .closed = on_closed};

static int echo(sd_bus_message *m, void *ctx, sd_bus_error *e)
{
    const char *s;

    return sd_bus_message_read(m, "s", &s) < 0 ? -EINVAL : sd_bus_reply_method_return(m, "s", s);
}

static int never(sd_bus_message *m, void *ctx, sd_bus_error *e)
{
    return 1;
}

static const sd_bus_vtable vtable[] = {SD_BUS_VTABLE_START(0),
    SD_BUS_METHOD("Echo", "s", "s", echo, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("Never", "", "", never, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_SIGNAL("Shout", "s", 0), SD_BUS_VTABLE_END};

static int on_reply(sd_bus_message *m, void *ctx, sd_bus_error *e)
{
    const char *s = "";

    n_replies++;
    last_error = -sd_bus_message_get_errno(m);
    if (last_error == 0 && sd_bus_message_read(m, "s", &s) > 0)
        snprintf(text, sizeof text, "%s", s);
    if (free_in_reply)
        client = dbus_free(client);
    return 0;
}

static int on_shout(sd_bus_message *m, void *ctx, sd_bus_error *e)
{
    n_signals++;
    return 0;
}

static void setup(void)
{
    struct error e = ERROR_NULL;

    n_ready = n_closed = n_replies = n_signals = 0;
    free_in_reply = false;
    cr_assert_eq(loop_new(&l), 0);
    cr_assert_eq(private_bus_new(NULL, &bus, &e), 0, "%s", e.text);
    cr_assert_eq(dbus_open(l, private_bus_address(bus), &events, NULL, &server, &e), 0);
    cr_assert_eq(dbus_open(l, private_bus_address(bus), &events, NULL, &client, &e), 0);
    cr_assert_geq(sd_bus_add_object_vtable(dbus_bus(server), NULL, "/x", NAME, vtable, NULL), 0);
    WAIT_UNTIL(l, n_ready == 2);
}

static void teardown(void)
{
    client = dbus_free(client);
    server = dbus_free(server);
    bus = private_bus_free(bus);
    cr_assert_null(loop_free(l));
}

static void call(const char *method, const char *argument, uint64_t timeout_us)
{
    const char *name = NULL;
    sd_bus_message *m = NULL;

    cr_assert_geq(sd_bus_get_unique_name(dbus_bus(server), &name), 0);
    cr_assert_geq(
        sd_bus_message_new_method_call(dbus_bus(client), &m, name, "/x", NAME, method), 0);
    if (argument)
        cr_assert_geq(sd_bus_message_append(m, "s", argument), 0);
    cr_assert_geq(sd_bus_call_async(dbus_bus(client), NULL, m, on_reply, NULL, timeout_us), 0);
    sd_bus_message_unref(m);
}

TestSuite(dbus, .init = setup, .fini = teardown, .timeout = 60);

Test(dbus, a_call_and_its_answer)
{
    call("Echo", "hello", 0);
    WAIT_UNTIL(l, n_replies == 1);
    cr_expect_eq(last_error, 0);
    cr_expect_str_eq(text, "hello");
}

Test(dbus, a_call_without_an_answer_times_out_although_nothing_comes)
{
    int64_t from_us = clock_mono_us();

    call("Never", NULL, 100 * US_PER_MS);
    WAIT_UNTIL(l, n_replies == 1);
    cr_expect_eq(last_error, -ETIMEDOUT);
    cr_expect_geq(clock_mono_us() - from_us, 100 * US_PER_MS);
    cr_expect_lt(clock_mono_us() - from_us, 5 * US_PER_S);
}

Test(dbus, waits_for_who_answers_and_not_for_ever_for_who_does_not)
{
    const char *name = NULL;
    int64_t from_us;

    cr_expect_eq(dbus_wait(client, "org.freedesktop.DBus", WAIT_MAX_US), 0);
    cr_expect_lt(dbus_wait(client, ":1.4711", WAIT_MAX_US), 0, "nobody has that name");
    cr_assert_geq(sd_bus_get_unique_name(dbus_bus(server), &name), 0);
    from_us = clock_mono_us();
    cr_expect_eq(dbus_wait(client, name, 100 * US_PER_MS), -ETIMEDOUT, "it is ourselves who wait");
    cr_expect_geq(clock_mono_us() - from_us, 100 * US_PER_MS);
    call("Echo", "and goes on", 0);
    WAIT_UNTIL(l, n_replies == 1);
    cr_expect_str_eq(text, "and goes on");
}

Test(dbus, an_earlier_limit_of_a_later_call_counts)
{
    call("Never", NULL, 60 * US_PER_S);
    some_turns(l);
    call("Never", NULL, 50 * US_PER_MS);
    WAIT_UNTIL(l, n_replies == 1);
    cr_expect_eq(last_error, -ETIMEDOUT);
}

Test(dbus, a_burst_larger_than_a_turn_is_all_handled)
{
    cr_assert_geq(
        sd_bus_match_signal(dbus_bus(client), NULL, NULL, "/x", NAME, "Shout", on_shout, NULL), 0);
    for (int i = 0; i < 5 * DBUS_MESSAGES_AT_ONCE; i++)
        cr_assert_geq(sd_bus_emit_signal(dbus_bus(server), "/x", NAME, "Shout", "s", "!"), 0);
    WAIT_UNTIL(l, n_signals == 5 * DBUS_MESSAGES_AT_ONCE);
}

Test(dbus, may_be_freed_in_an_answer)
{
    free_in_reply = true;
    call("Echo", "a", 0);
    call("Echo", "b", 0);
    WAIT_UNTIL(l, n_replies >= 1);
    some_turns(l);
    cr_expect_eq(n_replies, 1, "the second came with it, and had nobody any more");
    cr_expect_null(client);
}

Test(dbus, what_is_sent_just_before_the_end_arrives)
{
    sd_bus_match_signal(dbus_bus(client), NULL, NULL, "/x", NAME, "Shout", on_shout, NULL);
    some_turns(l);
    sd_bus_emit_signal(dbus_bus(server), "/x", NAME, "Shout", "s", "!");
    server = dbus_free(server);
    WAIT_UNTIL(l, n_signals == 1);
}

Test(dbus, a_bus_that_goes_away_is_told_and_open_calls_are_answered)
{
    call("Never", NULL, 60 * US_PER_S);
    some_turns(l);
    bus = private_bus_free(bus);
    WAIT_UNTIL(l, n_closed == 2);
    cr_expect_eq(n_replies, 1);
    cr_expect_null(client, "freed in its own event");
    cr_expect_lt(sd_bus_emit_signal(dbus_bus(server), "/x", NAME, "Shout", "s", "!"), 0);
    some_turns(l);
}

Test(dbus, an_address_without_a_bus_is_an_error_with_a_sentence)
{
    struct error e = ERROR_NULL;
    struct dbus *d = NULL;

    cr_expect_eq(dbus_open(l, "unix:path=/nonexistent/bus", &events, NULL, &d, &e), -ENOENT);
    cr_expect_null(d);
    cr_expect(strstr(e.text, "/nonexistent/bus"), "%s", e.text);
    cr_expect_lt(dbus_open(l, "no address", &events, NULL, &d, &e), 0);
}

Test(dbus, a_second_bus_at_the_same_place_replaces_the_socket_of_one_that_was_killed)
{
    struct error e = ERROR_NULL;
    char path[64];
    struct private_bus *b = NULL;

    snprintf(path, sizeof path, "/tmp/warren-test-bus-%d", getpid());
    fclose(fopen(path, "w"));
    cr_assert_eq(private_bus_new(path, &b, &e), 0, "%s", e.text);
    cr_expect(strstr(private_bus_address(b), path));
    private_bus_free(b);
    cr_expect_neq(access(path, F_OK), 0);
}

Test(dbus, a_bus_may_be_at_a_path_of_any_characters)
{
    struct error e = ERROR_NULL;
    struct private_bus *b = NULL;
    struct dbus *d;
    char path[64];

    snprintf(path, sizeof path, "/tmp/a <b> & \"c\";%%,é-%d", getpid());
    cr_assert_eq(private_bus_new(path, &b, &e), 0, "%s", e.text);
    cr_expect_eq(access(path, F_OK), 0);
    cr_assert_eq(dbus_open(l, private_bus_address(b), &events, NULL, &d, &e), 0, "%s", e.text);
    WAIT_UNTIL(l, n_ready == 3);
    dbus_free(d);
    private_bus_free(b);
}
