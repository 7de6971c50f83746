#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "bus/bus.h"
#include "loop/loop.h"

static struct loop *loop;
static struct bus *bus;

static void setup(void)
{
    cr_assert_eq(loop_new_virtual(0, INT64_C(1767225600123456), &loop), 0);
    cr_assert_eq(bus_new(loop, 7, &bus), 0);
}

static void teardown(void)
{
    bus_free(bus);
    loop_free(loop);
}

TestSuite(bus, .init = setup, .fini = teardown);

/* A listener that notes ids, and may do something while it is called. */
struct ear {
    struct bus_listener listener;
    uint64_t heard[16];
    size_t n;
    void (*then)(struct ear *e);
    struct ear *other;
};

static void ear_event(struct bus_listener *l, struct event *e)
{
    struct ear *ear = container_of(l, struct ear, listener);
    void (*then)(struct ear *) = ear->then;

    ear->heard[ear->n++] = e->id;
    ear->then = NULL;
    if (then)
        then(ear);
}

static void listen_ear(struct ear *e)
{
    e->listener.event = ear_event;
    bus_listen(bus, &e->listener);
}

Test(bus, an_event_is_the_same_text_for_every_reader)
{
    struct event *e;

    cr_assert_eq(bus_publish(bus, "porch", "camera.night", "{\"score\":3}"), 0);
    e = bus_tail(bus, 7);
    cr_assert_not_null(e);
    cr_assert_str_eq(e->device, "porch");
    cr_assert_str_eq(e->type, "camera.night");
    cr_assert_eq(strncmp(e->json,
                     "{\"id\":7,\"time\":\"2026-01-01T00:00:00.123456Z\",\"device\":\"porch\","
                     "\"type\":\"camera.night\",\"data\":{\"score\":3}}",
                     e->json_len),
        0);
    cr_assert_eq(strncmp(e->data, "{\"score\":3}", e->data_len), 0);
    cr_assert_eq(memcmp(e->message, "{\"type\":\"event\",\"event\":{\"id\":7,", 31), 0);
    cr_assert_eq(e->message[e->message_len - 1], '}');
    json_t *j = json_read((char *)e->message, e->message_len, NULL);
    cr_assert_not_null(j);
    json_decref(j);
}

Test(bus, hostile_names_are_escaped_and_fit)
{
    char type[64];
    struct event *e;
    json_t *j;

    memset(type, '\x01', 63);
    type[63] = '\0';
    cr_assert_eq(bus_publish(bus, type, type, NULL), 0);
    e = bus_tail(bus, 7);
    j = json_read((char *)e->message, e->message_len, NULL);
    cr_assert_not_null(j);
    cr_assert_str_eq(json_string_value(json_object_get(json_object_get(j, "event"), "type")), type);
    json_decref(j);
}

Test(bus, data_over_the_ceiling_is_refused)
{
    char *data = malloc(BUS_MAX_DATA_BYTES + 2);

    memset(data, ' ', BUS_MAX_DATA_BYTES + 1);
    data[BUS_MAX_DATA_BYTES + 1] = '\0';
    cr_assert_eq(bus_publish(bus, "a", "b.c", data), -EMSGSIZE);
    cr_assert_eq(bus_next_id(bus), 7);
    free(data);
}

static void leave(struct ear *e)
{
    bus_unlisten(&e->listener);
}

static void leave_other(struct ear *e)
{
    bus_unlisten(&e->other->listener);
}

static void add_other(struct ear *e)
{
    listen_ear(e->other);
}

static void publish_again(struct ear *e)
{
    bus_publish(bus, "", "x.y", NULL);
}

Test(bus, a_listener_may_leave_while_it_is_called)
{
    struct ear a = {.then = leave}, b = {0};

    listen_ear(&a);
    listen_ear(&b);
    bus_publish(bus, "", "x.y", NULL);
    bus_publish(bus, "", "x.y", NULL);
    cr_assert_eq(a.n, 1);
    cr_assert_eq(b.n, 2);
    bus_unlisten(&b.listener);
    bus_unlisten(&b.listener);
}

Test(bus, a_listener_may_send_the_next_one_away)
{
    struct ear b = {0}, c = {0}, a = {.then = leave_other, .other = &b};

    listen_ear(&a);
    listen_ear(&b);
    listen_ear(&c);
    bus_publish(bus, "", "x.y", NULL);
    cr_assert_eq(a.n, 1);
    cr_assert_eq(b.n, 0);
    cr_assert_eq(c.n, 1);
    bus_unlisten(&a.listener);
    bus_unlisten(&c.listener);
}

Test(bus, who_comes_during_an_event_hears_from_the_next_on)
{
    struct ear b = {0}, a = {.then = add_other, .other = &b};

    listen_ear(&a);
    bus_publish(bus, "", "x.y", NULL);
    cr_assert_eq(b.n, 0);
    bus_publish(bus, "", "x.y", NULL);
    cr_assert_eq(b.n, 1);
    bus_unlisten(&a.listener);
    bus_unlisten(&b.listener);
}

Test(bus, a_listener_may_publish_and_all_hear_both)
{
    struct ear a = {.then = publish_again}, b = {0};

    listen_ear(&a);
    listen_ear(&b);
    bus_publish(bus, "", "x.y", NULL);
    cr_assert_eq(a.n, 2);
    cr_assert_eq(b.n, 2);
    bus_unlisten(&a.listener);
    bus_unlisten(&b.listener);
}

Test(bus, the_tail_keeps_the_newest)
{
    for (int i = 0; i < BUS_TAIL + 10; i++)
        bus_publish(bus, "", "x.y", NULL);
    cr_assert_eq(bus_tail_first(bus), 17);
    cr_assert_null(bus_tail(bus, 16));
    cr_assert_eq(bus_tail(bus, 17)->id, 17);
    cr_assert_null(bus_tail(bus, bus_next_id(bus)));
}

Test(bus, an_empty_tail_begins_with_what_comes_next)
{
    cr_assert_eq(bus_tail_first(bus), 7);
}

Test(bus, a_transient_event_says_so)
{
    cr_assert_eq(bus_publish_transient(bus, "a", "device.attributes", "{}"), 0);
    cr_assert(bus_tail(bus, 7)->transient);
    cr_assert_not_null(strstr(bus_tail(bus, 7)->json, "\"live\":true"));
}
