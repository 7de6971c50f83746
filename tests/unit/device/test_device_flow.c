/* Who looks for motion in a camera's pictures: nobody, the gateway, the camera. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <time.h>
#include <warren/overlay.h>

#include "base/log.h"
#include "media/moving_picture.h"
#include "world.h"

#define MS INT64_C(1000)
/* ms of real time, on a machine that may be busy. */
#define PATIENCE 30000

static struct device *d;
static struct bus_listener ear;
static struct {
    unsigned n;
    uint32_t seq;
    bool in_step, by_gateway, active;
} seen;

static void saw(struct bus_listener *l, struct overlay_message *o)
{
    seen.n++;
    seen.seq = o->seq;
    seen.in_step = o->in_step;
    seen.by_gateway = o->by_gateway;
    seen.active = o->overlay.active;
}

static void setup(void)
{
    world_open(NULL);
    memset(&seen, 0, sizeof seen);
    ear = (struct bus_listener){.overlay = saw};
    bus_listen(world.bus, &ear);
    d = world_toy();
}

static void teardown(void)
{
    bus_unlisten(&ear);
    world_close();
}

TestSuite(device_flow, .init = setup, .fini = teardown);

static int choose(const char *flow, struct error *e)
{
    int r = device_change(d, &(struct device_change){.flow = flow}, NULL, NULL, e);

    world_pass(1);
    return r;
}

/* The next picture of a scene that has gone so far to the left. */
static void show(unsigned x)
{
    struct moving_picture m = moving_picture(320, 240, x, 0, 0);
    struct wr_frame *f = toy_frame(m.n);

    cr_assert(f);
    memcpy(f->data, m.jpeg, m.n);
    free(m.jpeg);
    loop_advance(world.loop, 100 * MS);
    f->received_us = loop_wall_us(world.loop);
    cr_assert_eq(toy.dev->host->frame_publish(toy.dev, f), 0);
}

static void show_bytes(const char *bytes)
{
    struct wr_frame *f = toy_frame(100);

    memcpy(f->data, bytes, strlen(bytes));
    cr_assert_eq(toy.dev->host->frame_publish(toy.dev, f), 0);
}

static void wait_for_looks(uint64_t n)
{
    struct timespec piece = {.tv_nsec = 1000000};

    for (int i = 0; i < PATIENCE && device_flow_stats(d)->n_seen < n; i++) {
        nanosleep(&piece, NULL);
        loop_turn(world.loop);
    }
    cr_assert_geq(device_flow_stats(d)->n_seen, n);
}

static int overlay_of_camera(void)
{
    struct wr_overlay o = {.size = sizeof o, .flags = WR_OVERLAY_ACTIVE};

    return toy.dev->host->overlay_publish(toy.dev, &o);
}

Test(device_flow, is_the_camera_s_by_itself)
{
    cr_expect_eq(overlay_of_camera(), 0);
    cr_expect(seen.n == 1 && !seen.by_gateway);
    cr_expect(!toy.watched && !device_flow_stats(d));
}

Test(device_flow, of_the_gateway_looks_at_every_picture_without_a_viewer)
{
    cr_assert_eq(choose("on", NULL), 0);
    cr_expect(toy.watched && device_has_overlay(d));
    show(0);
    wait_for_looks(1);
    show(5);
    wait_for_looks(2);
    cr_expect(seen.n == 1 && seen.by_gateway && seen.in_step && seen.active && seen.seq == 2);
    cr_expect_eq(overlay_of_camera(), 0);
    cr_expect_eq(seen.n, 1, "what the camera says is not passed on");
}

Test(device_flow, tells_motion_as_an_event)
{
    choose("on", NULL);
    for (unsigned i = 1; i <= 5; i++) {
        show(4 * i);
        wait_for_looks(i);
    }
    cr_expect_eq(world_events("motion.started", NULL), 1);
    choose("device", NULL);
    cr_expect_eq(world_events("motion.ended", NULL), 1);
}

Test(device_flow, that_is_off_is_off_for_the_camera_too)
{
    choose("off", NULL);
    show(0);
    cr_expect_eq(overlay_of_camera(), 0);
    cr_expect(seen.n == 0 && !device_has_overlay(d) && !toy.watched);
}

Test(device_flow, that_is_given_back_stops_watching)
{
    choose("on", NULL);
    show(0);
    choose("device", NULL);
    cr_expect(!device_flow_stats(d) && !device_has_overlay(d));
    world_pass(DEVICE_LINGER_US);
    world_pass(1);
    cr_expect_not(toy.watched);
}

Test(device_flow, outlives_a_restart_and_another_start_of_the_driver)
{
    char folder[64];

    choose("on", NULL);
    toy.dev->host->online(toy.dev, false, "gone");
    world_pass(2 * RETRY_FIRST_US);
    world_pass(1);
    cr_expect(toy.n_starts == 2 && toy.watched && device_flow_stats(d));
    bus_unlisten(&ear);
    world_leave(folder);
    world_open(folder);
    bus_listen(world.bus, &ear);
    d = world_toy();
    cr_expect(d->flow == CONFIG_FLOW_ON && device_flow_stats(d) && toy.watched);
}

static void configure(const char *yaml)
{
    world_configure(yaml);
    devices_driver_added(world.devices, &toy_driver);
    world_pass(1);
}

Test(device_flow, stands_in_the_file_and_changes_only_there)
{
    struct error e = ERROR_NULL;

    configure("devices:\n  toy:\n    driver: toy\n    flow: on\n");
    cr_expect(device_flow_stats(d) && device_is_fixed(d, DEVICE_FLOW));
    cr_expect_eq(choose("off", &e), -EPERM);
    cr_expect_str_eq(error_text(&e), "toy stands in test.yaml, line 2: change its flow there");
    configure("devices:\n  toy:\n    driver: toy\n");
    cr_expect(!device_flow_stats(d) && d->flow == CONFIG_FLOW_DEVICE);
}

Test(device_flow, is_refused_in_words)
{
    struct wr_dev *module = toy.dev->host->child(toy.dev, "toy-module", "a", "A");
    struct error e = ERROR_NULL;

    cr_expect_eq(choose("yes", &e), -EINVAL);
    cr_expect_str_eq(error_text(&e), "flow: expected one of off, on, device, got \"yes\"");
    d = device_of(module);
    cr_expect_eq(choose("on", &e), -EINVAL);
    cr_expect_str_eq(error_text(&e), "flow: toy-a is no camera");
}

Test(device_flow, goes_on_after_pictures_that_are_none)
{
    choose("on", NULL);
    show(0);
    wait_for_looks(1);
    show_bytes("\xFF\xD8 but no picture");
    wait_for_looks(2);
    cr_expect_eq(device_flow_stats(d)->n_failed, 1);
    show(4);
    wait_for_looks(3);
    cr_expect(seen.n == 1 && seen.seq == 3);
}

/* Nobody turns the loop between the last picture and the end, so a job is under way. */
Test(device_flow, may_be_in_the_middle_of_a_picture_when_the_device_stops)
{
    choose("on", NULL);
    show(0);
    wait_for_looks(1);
    show(4);
    device_halt(d, "its cable was cut");
    wait_for_looks(2);
    cr_expect_eq(seen.n, 0);
}

Test(device_flow, may_be_in_the_middle_of_a_picture_when_the_gateway_ends)
{
    choose("on", NULL);
    show(0);
    show(4);
}

static void keep_line(void *ctx, enum log_level level, const char *line)
{
    snprintf(ctx, 512, "%s", line);
}

Test(device_flow, what_the_file_says_of_what_is_no_camera_is_told_with_its_line)
{
    static const struct wr_kind kinds[] = {{.name = "lamp"}, {0}};
    struct wr_driver table = *toy_driver.table;
    struct driver lamp = {.table = &table, .memfd = -1, .name = "lamp"};
    char told[512] = "";

    table.name = "lamp";
    table.kinds = kinds;
    log_set_sink(keep_line, told);
    world_configure("devices:\n  lamp:\n    driver: lamp\n");
    devices_driver_added(world.devices, &lamp);
    cr_expect_str_empty(told);
    world_configure("devices:\n  lamp:\n    driver: lamp\n    flow: on\n");
    devices_driver_added(world.devices, &lamp);
    log_set_sink(NULL, NULL);
    cr_expect(strstr(told, "who looks for motion") && strstr(told, "test.yaml") &&
            strstr(told, "line=4") && strstr(told, "device=lamp"),
        "%s", told);
    devices_driver_removed(world.devices, &lamp, "");
}
