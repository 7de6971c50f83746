#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "base/json.h"
#include "world.h"

static void setup(void)
{
    world_open(NULL);
}

TestSuite(device, .init = setup, .fini = world_close);

#define S INT64_C(1000000)

Test(device, is_started_with_its_options_and_goes_online)
{
    world_configure("devices:\n  toy:\n    driver: toy\n    name: My toy\n    options: {host: "
                    "pond, port: 81}\n");
    devices_driver_added(world.devices, &toy_driver);
    world_pass(1);
    struct device *d = devices_find(world.devices, "toy");
    cr_assert_eq(device_state(d), DEVICE_ONLINE);
    cr_assert_str_eq(device_name(d), "My toy");
    cr_assert_str_eq(toy.dev->options[0].s, "pond");
    cr_assert_eq(toy.dev->options[1].i, 81);
    cr_assert_str_eq(toy.dev->kind, "toy-camera");
    cr_assert_eq(device_channel(d), 1);
    cr_assert_eq(world_events("device.online", NULL), 1);
}

/* "null", or a time. */
static const char *last_seen(const struct device *d)
{
    static char text[64];
    struct buf b = BUF_INIT(1u << 20);
    struct wr_json j = buf_json(&b);
    struct error e = ERROR_NULL;
    json_t *o;

    device_json(d, &j);
    cr_assert_eq(buf_json_end(&b, &j), 0);
    o = json_read(buf_text(&b), b.len, &e);
    snprintf(text, sizeof text, "%s",
        json_is_null(json_object_get(o, "last_seen"))
            ? "null"
            : json_string_value(json_object_get(o, "last_seen")));
    json_decref(o);
    buf_fini(&b);
    return text;
}

Test(device, that_never_was_there_was_never_seen_whatever_its_driver_says)
{
    struct wr_value why = {.type = WR_STRING, .s = "refused"};
    struct device *d;

    toy.online_at_start = false;
    d = world_toy();
    cr_assert_eq(toy.dev->host->report(toy.dev, "trouble", &why), 0);
    cr_assert_eq(toy.dev->host->publish(toy.dev, "toy.said", NULL), 0);
    cr_assert_str_eq(last_seen(d), "null");
    toy.dev->host->online(toy.dev, true, NULL);
    world_pass(1);
    cr_assert_str_neq(last_seen(d), "null");
}

Test(device, with_options_that_do_not_fit_says_where_they_stand)
{
    world_configure("devices:\n  toy:\n    driver: toy\n    options:\n      port: many\n");
    devices_driver_added(world.devices, &toy_driver);
    world_pass(1);
    struct device *d = devices_find(world.devices, "toy");
    cr_assert_eq(device_state(d), DEVICE_ERROR);
    cr_assert_not_null(strstr(device_why(d), "test.yaml:5"), "got: %s", device_why(d));
    cr_assert_eq(toy.n_starts, 0);
}

/* --- one Bluetooth address, one device -------------------------------------------------------- */

#define ADDRESS "00:AA:01:00:C0:01"

static void configure_two(const char *address_of_a)
{
    char text[256];

    snprintf(text, sizeof text,
        "devices:\n  a:\n    driver: toy\n    options: {address: \"%s\"}\n"
        "  b:\n    driver: toy\n    options: {address: \"00:aa:01:00:c0:01\"}\n",
        address_of_a);
    world_configure(text);
}

Test(device, of_two_in_the_configuration_at_one_address_the_second_says_so_until_it_is_free)
{
    configure_two(ADDRESS);
    devices_driver_added(world.devices, &toy_driver);
    world_pass(1);
    cr_assert_eq(device_state(devices_find(world.devices, "a")), DEVICE_ONLINE);
    cr_assert_eq(device_state(devices_find(world.devices, "b")), DEVICE_ERROR);
    cr_assert_str_eq(device_why(devices_find(world.devices, "b")),
        "00:aa:01:00:c0:01 is the device \"a\" already");
    configure_two("00:AA:01:00:C0:02");
    world_pass(1);
    cr_assert_eq(device_state(devices_find(world.devices, "b")), DEVICE_ONLINE);
}

Test(device, that_goes_away_is_stopped_and_tried_again_with_growing_pauses)
{
    struct device *d = world_toy();

    toy.online_at_start = false;
    toy.start_result = -ECONNREFUSED;
    toy.dev->host->online(toy.dev, false, "the camera hung up");
    world_pass(1);
    cr_assert_eq(toy.n_stops, 1);
    cr_assert_eq(device_state(d), DEVICE_OFFLINE);
    cr_assert_str_eq(device_why(d), "the camera hung up");
    world_pass(1000 * S);
    cr_assert_geq(toy.n_starts, 12, "%u", toy.n_starts);
    cr_assert_eq(toy.n_stops, 1);
    for (unsigned i = 2; i < 6; i++)
        cr_assert_gt(
            toy.started_us[i + 2] - toy.started_us[i], toy.started_us[i] - toy.started_us[i - 1]);
    cr_assert_leq(toy.started_us[11] - toy.started_us[10], RETRY_MAX_US);
    toy.start_result = 0;
    toy.online_at_start = true;
    world_pass(RETRY_MAX_US);
    cr_assert_eq(device_state(d), DEVICE_ONLINE);
    cr_assert_eq(world_events("device.offline", NULL), 1);
}

Test(device, status_is_a_sentence_beside_the_state_and_no_history)
{
    struct device *d = world_toy();
    const char *data = NULL;

    toy.dev->host->online(toy.dev, true, NULL);
    toy.dev->host->status(toy.dev, "receiving a picture");
    toy.dev->host->status(toy.dev, "receiving a picture");
    world_pass(1000);
    cr_assert_eq(device_state(d), DEVICE_ONLINE);
    cr_assert_str_eq(device_why(d), "receiving a picture");
    cr_assert_eq(world_events("device.status", &data), 1, "the same again is nothing to tell");
    cr_assert_str_eq(data, "{\"why\":\"receiving a picture\"}");
    toy.dev->host->status(toy.dev, NULL);
    cr_assert_str_eq(device_why(d), "");
}

Test(device, away_is_offline_with_its_driver_going_on)
{
    struct device *d = world_toy();

    toy.dev->host->online(toy.dev, true, NULL);
    toy.dev->host->away(toy.dev, "it sleeps");
    world_pass(600 * S);
    cr_assert_eq(device_state(d), DEVICE_OFFLINE);
    cr_assert_str_eq(device_why(d), "it sleeps");
    cr_assert_eq(world_events("device.offline", NULL), 1);
    cr_assert_eq(toy.n_starts, 1);
    cr_assert_eq(toy.n_stops, 0);
    toy.dev->host->status(toy.dev, "it is looked for");
    cr_assert_eq(device_state(d), DEVICE_OFFLINE);
    toy.dev->host->online(toy.dev, true, NULL);
    world_pass(1000);
    cr_assert_eq(device_state(d), DEVICE_ONLINE);
    cr_assert_str_eq(device_why(d), "");
}

static void count_timer(struct wr_dev *dev, void *ctx)
{
    toy.n_timers++;
}

static void cancel_itself(struct wr_dev *dev, void *ctx)
{
    toy.n_timers++;
    cr_assert_eq(dev->host->cancel(dev, *(wr_handle *)ctx), 0);
    cr_assert_eq(dev->host->cancel(dev, *(wr_handle *)ctx), -ESTALE);
}

Test(device, hears_nothing_after_stop)
{
    world_toy();
    toy.dev->host->every(toy.dev, 10000, count_timer, NULL);
    toy.dev->host->after(toy.dev, 500000, count_timer, NULL);
    world_pass(45000);
    cr_assert_eq(toy.n_timers, 4);
    toy.online_at_start = false;
    toy.dev->host->online(toy.dev, false, "gone");
    world_pass(1);
    cr_assert_eq(toy.n_stops, 1);
    world_pass(400000);
    cr_assert_eq(toy.n_timers, 4);
}

Test(device, timers_end_once_and_may_cancel_themselves)
{
    wr_handle once, every;

    world_toy();
    once = toy.dev->host->after(toy.dev, 1000, count_timer, NULL);
    every = toy.dev->host->every(toy.dev, 1000, cancel_itself, &every);
    cr_assert_neq(once, 0);
    world_pass(10000);
    cr_assert_eq(toy.n_timers, 2);
    cr_assert_eq(toy.dev->host->cancel(toy.dev, once), -ESTALE);
    cr_assert_eq(toy.dev->host->after(toy.dev, 0, count_timer, NULL), 0);
}

Test(device, is_told_when_somebody_looks_and_after_a_while_when_nobody_does)
{
    struct device *d = world_toy();

    device_look(d);
    device_look(d);
    cr_assert_not(toy.watched);
    world_pass(1);
    cr_assert(toy.watched);
    device_unlook(d);
    world_pass(DEVICE_LINGER_US * 2);
    cr_assert(toy.watched);
    device_unlook(d);
    world_pass(DEVICE_LINGER_US / 2);
    device_look(d);
    device_unlook(d);
    world_pass(DEVICE_LINGER_US - 1000);
    cr_assert(toy.watched);
    world_pass(2000);
    cr_assert_not(toy.watched);
    cr_assert_eq(toy.n_watches, 2);
}

Test(device, that_restarts_is_told_again_that_somebody_looks)
{
    struct device *d = world_toy();

    device_look(d);
    world_pass(1);
    toy.watched = false;
    toy.dev->host->online(toy.dev, false, "gone");
    world_pass(3 * S);
    cr_assert_eq(toy.n_starts, 2);
    cr_assert(toy.watched);
}

Test(device, can_be_disabled_and_enabled_by_the_configuration)
{
    struct device *d = world_toy();

    world_configure("devices:\n  toy:\n    driver: toy\n    enabled: false\n");
    devices_driver_added(world.devices, &toy_driver);
    world_pass(1);
    cr_assert_eq(toy.n_stops, 1);
    cr_assert_eq(device_state(d), DEVICE_DISABLED);
    world_configure("devices:\n  toy:\n    driver: toy\n    enabled: true\n");
    devices_driver_added(world.devices, &toy_driver);
    world_pass(1);
    cr_assert_eq(device_state(d), DEVICE_ONLINE);
}

Test(device, that_leaves_the_configuration_is_stopped_and_gone)
{
    world_toy();
    world_configure("devices: {}\n");
    cr_assert_null(devices_find(world.devices, "toy"));
    cr_assert_eq(toy.n_stops, 1);
    cr_assert_eq(world_events("device.removed", NULL), 1);
}

/* --- events, attributes, frames --------------------------------------------------------------- */

Test(device, publishes_declared_events_with_sound_data_only)
{
    const char *data = NULL;

    world_toy();
    cr_assert_eq(toy.dev->host->publish(toy.dev, "toy.said", "{\"word\":\"moo\"}"), 0);
    cr_assert_eq(world_events("toy.said", &data), 1);
    cr_assert_str_eq(data, "{\"word\":\"moo\"}");
    cr_assert_eq(toy.dev->host->publish(toy.dev, "toy.said", NULL), 0);
    cr_assert_eq(toy.dev->host->publish(toy.dev, "toy.sang", "{}"), -EINVAL);
    cr_assert_eq(toy.dev->host->publish(toy.dev, "toy.said", "[1]"), -EINVAL);
    cr_assert_eq(toy.dev->host->publish(toy.dev, "toy.said", "{\"word\":"), -EINVAL);
    cr_assert_eq(world_events("toy.said", NULL), 2);
}

Test(device, a_topic_for_who_is_there_now_stays_out_of_the_history)
{
    world_toy();
    world.n_events = 0;
    cr_assert_eq(toy.dev->host->publish(toy.dev, "toy.said", NULL), 0);
    cr_assert_eq(toy.dev->host->publish(toy.dev, "toy.hums", "{\"loud\":true}"), 0);
    cr_assert_eq(world.n_events, 2);
    cr_expect_not(world.events[0].transient);
    cr_expect(world.events[1].transient);
}

Test(device, attributes_are_kept_and_told_together_once_a_second)
{
    struct wr_value v = {.type = WR_INT, .i = 71}, wrong = {.type = WR_BOOL},
                    text = {.type = WR_STRING, .s = "1.2"};
    const char *data = NULL;

    world_toy();
    for (v.i = 71; v.i < 80; v.i++)
        cr_assert_eq(toy.dev->host->report(toy.dev, "battery", &v), 0);
    cr_assert_eq(toy.dev->host->report(toy.dev, "firmware", &text), 0);
    cr_assert_eq(toy.dev->host->report(toy.dev, "battery", &wrong), -EINVAL);
    cr_assert_eq(toy.dev->host->report(toy.dev, "mood", &text), -ENOENT);
    world_pass(ATTRIBUTES_EVERY_US);
    cr_assert_eq(world_events("device.attributes", &data), 1);
    cr_assert_str_eq(data, "{\"battery\":79,\"firmware\":\"1.2\"}");
}

static void shown(struct device *d, char text[4096])
{
    struct wr_json j = wr_json_into(text, 4096);

    device_json(d, &j);
    cr_assert(wr_json_text(&j));
}

Test(device, attributes_that_have_no_value_any_more_are_not_shown)
{
    const struct wr_value v = {.type = WR_INT, .i = 71}, none = {0};
    const char *data = NULL;
    struct device *d = world_toy();
    char text[4096];

    cr_assert_eq(toy.dev->host->report(toy.dev, "battery", &none), 0);
    world_pass(ATTRIBUTES_EVERY_US);
    cr_expect_eq(world_events("device.attributes", NULL), 0, "it never had one");
    cr_assert_eq(toy.dev->host->report(toy.dev, "battery", &v), 0);
    world_pass(ATTRIBUTES_EVERY_US);
    shown(d, text);
    cr_expect(strstr(text, "\"battery\":{\"value\":71"), "%s", text);
    cr_assert_eq(toy.dev->host->report(toy.dev, "battery", &none), 0);
    world_pass(ATTRIBUTES_EVERY_US);
    cr_expect_eq(world_events("device.attributes", &data), 2);
    cr_expect_str_eq(data, "{\"battery\":null}");
    shown(d, text);
    cr_expect_null(strstr(text, "battery"), "%s", text);
    cr_assert_eq(toy.dev->host->report(toy.dev, "battery", &v), 0);
    shown(d, text);
    cr_expect(strstr(text, "\"battery\":{\"value\":71"), "%s", text);
    cr_expect_eq(toy.dev->host->report(toy.dev, "level", &none), -EINVAL, "a setting has one");
}

Test(device, frames_are_numbered_and_reach_the_bus)
{
    struct device *d = world_toy();

    for (int i = 0; i < 3; i++)
        cr_assert_eq(toy.dev->host->frame_publish(toy.dev, toy_frame(1000)), 0);
    cr_assert_eq(world.n_frames, 3);
    cr_assert_eq(world.last_seq, 3);
    cr_assert_eq(device_stats(d)->n_frames, 3);
    cr_assert_eq(device_stats(d)->n_frame_bytes, 3000);
    cr_assert_eq(last_frame(world.last, 1)->pub.seq, 3);
}

Test(device, what_is_no_jpeg_is_not_published)
{
    struct wr_frame *f;

    world_toy();
    f = toy_frame(1000);
    f->data[0] = 'x';
    cr_assert_eq(toy.dev->host->frame_publish(toy.dev, f), -EINVAL);
    cr_assert_eq(world.n_frames, 0);
    cr_assert_eq(frame_pool_stats(world.pool)->bytes_out, 0);
}

Test(device, that_holds_all_its_frames_gets_no_more)
{
    struct wr_frame *held[FRAME_QUOTA];
    struct device *d = world_toy();

    for (int i = 0; i < FRAME_QUOTA; i++)
        cr_assert_not_null(held[i] = toy_frame(10));
    cr_assert_null(toy_frame(10));
    cr_assert_eq(device_stats(d)->n_dropped, 1);
    for (int i = 0; i < FRAME_QUOTA; i++)
        toy.dev->host->frame_drop(toy.dev, held[i]);
    cr_assert_not_null(held[0] = toy_frame(10));
    toy.dev->host->frame_drop(toy.dev, held[0]);
}

Test(device, that_stops_in_the_middle_of_a_picture_loses_no_frame_for_good)
{
    world_toy();
    for (int i = 0; i < 2 * FRAME_QUOTA; i++) {
        cr_assert_not_null(toy_frame(10));
        toy.dev->host->online(toy.dev, false, "the link was lost");
        world_pass(RETRY_MAX_US);
    }
    cr_assert_eq(frame_pool_stats(world.pool)->bytes_out, 0);
}

Test(device, a_clock_of_its_own_is_mapped_to_ours)
{
    struct wr_frame *f;

    world_toy();
    toy.dev->host->clock(toy.dev, WR_CLOCK_MONOTONIC);
    f = toy_frame(10);
    f->captured_us = 5000;
    toy.dev->host->frame_publish(toy.dev, f);
    cr_assert_eq(
        last_frame(world.last, 1)->pub.captured_us, last_frame(world.last, 1)->pub.received_us);
}

static bool shows_offset(const struct device *d)
{
    struct buf b = BUF_INIT(1u << 20);
    struct wr_json j = buf_json(&b);

    device_json(d, &j);
    cr_assert_eq(buf_json_end(&b, &j), 0);
    bool shows = strstr(buf_text(&b), "clock_offset_us");

    buf_fini(&b);
    return shows;
}

Test(device, shows_how_far_a_clock_is_behind_if_it_tells_the_time_of_day)
{
    struct device *d = world_toy();

    for (int i = 0; i < 2; i++) {
        struct wr_frame *f = toy_frame(10);

        toy.dev->host->clock(toy.dev, i ? WR_CLOCK_UTC : WR_CLOCK_MONOTONIC);
        f->captured_us = i ? f->received_us - 5000 : 5000;
        toy.dev->host->frame_publish(toy.dev, f);
        cr_assert_eq(shows_offset(d), i == 1);
    }
}

/* --- identity --------------------------------------------------------------------------------- */

Test(device, two_of_one_serial_number_are_found_out)
{
    world_configure("devices:\n  a: {driver: toy}\n  b: {driver: toy}\n");
    devices_driver_added(world.devices, &toy_driver);
    world_pass(1);
    struct wr_dev *a = &devices_find(world.devices, "a")->pub,
                  *b = &devices_find(world.devices, "b")->pub;
    cr_assert_eq(a->host->identify(a, "0011"), 0);
    cr_assert_eq(a->host->identify(a, "0011"), 0);
    cr_assert_eq(b->host->identify(b, "0011"), -EEXIST);
    cr_assert_eq(b->host->identify(b, "0012"), 0);
    cr_assert_eq(b->host->identify(b, ""), -EINVAL);
}

Test(device, that_its_driver_rejects_is_not_tried_again)
{
    struct device *d = world_toy();

    toy.dev->host->reject(toy.dev, "it is a lamp");
    world_pass(200 * S);
    cr_assert_eq(toy.n_starts, 1);
    cr_assert_eq(toy.n_stops, 1);
    cr_assert_eq(device_state(d), DEVICE_ERROR);
    cr_assert_str_eq(device_why(d), "it is a lamp");
}

/* --- drivers come and go ---------------------------------------------------------------------- */

Test(device, stops_when_its_driver_goes_and_starts_with_the_next)
{
    struct device *d = world_toy();

    devices_driver_removed(world.devices, &toy_driver, "the driver's file was removed");
    cr_assert_eq(toy.n_stops, 1);
    cr_assert_eq(device_state(d), DEVICE_ERROR);
    cr_assert_str_eq(device_why(d), "the driver's file was removed");
    world_pass(100 * S);
    cr_assert_eq(toy.n_starts, 1);
    devices_driver_added(world.devices, &toy_driver);
    world_pass(1);
    cr_assert_eq(device_state(d), DEVICE_ONLINE);
    cr_assert_eq(device_channel(d), 1);
}

Test(device, of_a_driver_that_needs_nothing_appears_and_goes_with_it)
{
    devices_driver_added(world.devices, &toy_driver_2);
    world_pass(1);
    cr_assert_eq(device_state(devices_find(world.devices, "self")), DEVICE_ONLINE);
    cr_assert_str_eq(devices_find(world.devices, "self")->name, "self");
    devices_driver_removed(world.devices, &toy_driver_2, "the driver's file was removed");
    cr_assert_null(devices_find(world.devices, "self"));
    cr_assert_eq(world_events("device.removed", NULL), 1);
}

Test(device, its_json_is_json)
{
    struct device *d = world_toy();
    struct wr_value v = {.type = WR_INT, .i = 3};
    struct buf b = BUF_INIT(1 << 20);
    struct wr_json w = buf_json(&b);
    json_t *j;

    toy.dev->host->report(toy.dev, "battery", &v);
    device_json(d, &w);
    cr_assert_eq(buf_json_end(&b, &w), 0);
    j = json_read((char *)buf_data(&b), b.len, NULL);
    cr_assert_not_null(j);
    cr_assert_str_eq(json_string_value(json_object_get(j, "state")), "online");
    cr_assert_eq(json_object_size(json_object_get(j, "commands")), 3);
    cr_assert_eq(json_object_size(json_object_get(j, "settings")), 3);
    cr_assert_eq(json_integer_value(json_object_get(
                     json_object_get(json_object_get(j, "attributes"), "battery"), "value")),
        3);
    json_decref(j);
    buf_fini(&b);
}
