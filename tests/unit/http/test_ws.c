#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "live.h"

#define S INT64_C(1000000)

TestSuite(ws, .init = live_open, .fini = live_close, .timeout = 60);

static const struct ws_hub_stats *stats(void)
{
    return ws_hub_stats(live.api.ws);
}

static bool says(const char *text)
{
    return strstr(live.talk.reply, text) != NULL;
}

/* --- pictures --------------------------------------------------------------------------------- */

Test(ws, begins_with_a_hello)
{
    int fd = ws_client_new(&live.talk, "/api/v1/ws");

    cr_expect_eq(ws_client_read(&live.talk, fd), 0x81);
    cr_expect(says("\"type\":\"hello\"") && says("\"version\":\"") &&
        says("\"boot_id\":\"0123456789abcdef0123456789abcdef\"") &&
        says("\"time\":\"2026-01-01T00:00:0"));
    cr_expect_eq(stats()->n_viewers, 1);
    close(fd);
    live_turns(5);
    cr_expect_eq(stats()->n_viewers, 0);
}

Test(ws, subscription_tells_channels_and_brings_the_newest_picture_at_once)
{
    int fd;

    live_picture(1000);
    live_picture(1000);
    fd = viewer_new("\"devices\":[\"*\"],\"frames\":true");
    cr_expect(says("\"result\":{\"channels\":{\"toy\":1}}"), "%s", live.talk.reply);
    viewer_read_picture(fd);
    cr_expect_eq(picture_seq(), 2);
    cr_expect_eq(picture_channel(), device_channel(live.toy));
    cr_expect_eq(picture_length(), 1000);
    cr_expect(client_silent(&live.talk, fd), "and only that");
    close(fd);
}

Test(ws, every_picture_reaches_every_viewer_who_keeps_up)
{
    int fd[5];

    for (unsigned i = 0; i < N_ELEMENTS(fd); i++)
        fd[i] = viewer_new("\"devices\":[\"toy\"],\"frames\":true");
    for (uint32_t n = 1; n <= 50; n++) {
        live_picture(30000);
        for (unsigned i = 0; i < N_ELEMENTS(fd); i++) {
            viewer_read_picture(fd[i]);
            cr_expect_eq(picture_seq(), n);
        }
    }
    cr_expect_eq(stats()->n_frames_skipped, 0);
    cr_expect_eq(frame_pool_stats(world.pool)->n_copies, 0);
    for (unsigned i = 0; i < N_ELEMENTS(fd); i++)
        close(fd[i]);
}

Test(ws, a_slow_viewer_gets_the_newest_and_the_others_do_not_notice)
{
    int slow = viewer_new("\"devices\":[\"toy\"],\"frames\":true"),
        fast = viewer_new("\"devices\":[\"toy\"],\"frames\":true");
    uint32_t last = 0;
    unsigned n = 0;

    for (uint32_t i = 1; i <= 200; i++) {
        live_picture(200000);
        viewer_read_picture(fast);
        cr_expect_eq(picture_seq(), i);
    }
    cr_expect_gt(stats()->n_frames_skipped, 100);
    while (!client_silent(&live.talk, slow)) {
        viewer_read_picture(slow);
        cr_expect_gt(picture_seq(), last);
        last = picture_seq();
        n++;
    }
    cr_expect_eq(last, 200, "the newest is the last");
    cr_expect_lt(n, 100);
    close(slow);
    close(fast);
}

Test(ws, a_slow_viewer_holds_no_frames_of_the_camera)
{
    int fd[20], small = 4096;

    for (unsigned i = 0; i < N_ELEMENTS(fd); i++) {
        fd[i] = viewer_new("\"devices\":[\"toy\"],\"frames\":true");
        setsockopt(fd[i], SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    }
    for (unsigned i = 0; i < 300; i++) {
        live_picture(100000); /* fails when none is to be had */
        live_turns(i % 10 == 0);
    }
    cr_expect_leq(frame_pool_stats(world.pool)->bytes_out, 2 * (128u << 10), "the newest only");
    for (unsigned i = 0; i < N_ELEMENTS(fd); i++)
        close(fd[i]);
}

Test(ws, nothing_is_allocated_per_picture)
{
    int fd[4];
    unsigned long before;

    for (unsigned i = 0; i < N_ELEMENTS(fd); i++)
        fd[i] = viewer_new("\"devices\":[\"toy\"],\"frames\":true");
    for (unsigned n = 0; n < 20; n++) {
        live_picture(30000);
        for (unsigned i = 0; i < N_ELEMENTS(fd); i++)
            viewer_read_picture(fd[i]);
    }
    before = frame_pool_stats(world.pool)->n_allocations;
    allocations_count(true);
    for (unsigned n = 0; n < 100; n++) {
        live_picture(30000);
        for (unsigned i = 0; i < N_ELEMENTS(fd); i++)
            viewer_read_picture(fd[i]);
    }
    allocations_count(false);
    cr_expect_eq(allocations(), 0, "%lu allocations for 400 delivered pictures", allocations());
    cr_expect_eq(frame_pool_stats(world.pool)->n_allocations, before);
    for (unsigned i = 0; i < N_ELEMENTS(fd); i++)
        close(fd[i]);
}

Test(ws, max_fps_thins_out)
{
    int thin = viewer_new("\"devices\":[\"toy\"],\"frames\":true,\"max_fps\":10"),
        full = viewer_new("\"devices\":[\"toy\"],\"frames\":true,\"max_fps\":30");
    unsigned n = 0;

    for (uint32_t i = 1; i <= 60; i++) {
        loop_advance(world.loop, 33333 + (i % 2 ? 3000 : -3000));
        live_picture(1000);
        viewer_read_picture(full);
        cr_expect_eq(picture_seq(), i, "a rate that is the camera's own gets all");
    }
    for (; !client_silent(&live.talk, thin); n++)
        viewer_read_picture(thin);
    cr_expect(n >= 18 && n <= 22, "%u of 60", n);
    close(thin);
    close(full);
}

Test(ws, acknowledging_viewer_has_two_pictures_in_flight)
{
    int fd = viewer_new("\"devices\":[\"toy\"],\"frames\":true");

    live_picture(1000);
    viewer_read_picture(fd);
    ws_client_say(&live.talk, fd, "{\"type\":\"ack\",\"channel\":1,\"seq\":1}");
    for (unsigned i = 2; i <= 9; i++) {
        live_picture(1000);
        live_turns(3);
    }
    viewer_read_picture(fd);
    viewer_read_picture(fd);
    cr_expect_eq(picture_seq(), 3);
    cr_expect(client_silent(&live.talk, fd), "the third waits");
    loop_advance(world.loop, 250000);
    ws_client_say(&live.talk, fd, "{\"type\":\"ack\",\"channel\":1,\"seq\":3}");
    viewer_read_picture(fd);
    cr_expect_eq(picture_seq(), 9, "and is then the newest");
    cr_expect(client_silent(&live.talk, fd));
    cr_expect_eq(stats()->n_acked, 2);
    cr_expect_geq(stats()->age_max_us, 250000);
    close(fd);
}

Test(ws, acknowledgements_of_what_was_never_sent_change_nothing)
{
    int fd = viewer_new("\"devices\":[\"toy\"],\"frames\":true");

    ws_client_say(&live.talk, fd, "{\"type\":\"ack\",\"channel\":77,\"seq\":1}");
    ws_client_say(&live.talk, fd, "{\"type\":\"ack\",\"channel\":-1,\"seq\":1}");
    ws_client_say(&live.talk, fd, "{\"type\":\"ack\",\"channel\":99999999999,\"seq\":1}");
    ws_client_say(&live.talk, fd, "{\"type\":\"ack\",\"channel\":1,\"seq\":4000}");
    ws_client_say(&live.talk, fd, "{\"type\":\"ack\"}");
    live_picture(1000);
    viewer_read_picture(fd);
    cr_expect_eq(stats()->n_acked, 0);
    close(fd);
}

Test(ws, the_camera_runs_while_somebody_looks)
{
    int fd = viewer_new("\"devices\":[\"*\"],\"frames\":true");

    world_pass(1);
    cr_expect(toy.watched);
    ws_client_say(&live.talk, fd, "{\"id\":2,\"type\":\"unsubscribe\"}");
    cr_expect_eq(ws_client_read(&live.talk, fd), 0x81);
    cr_expect(says("\"id\":2") && says("\"success\":true"));
    world_pass(DEVICE_LINGER_US + 1000);
    cr_expect_not(toy.watched);
    live_picture(1000);
    cr_expect(client_silent(&live.talk, fd));
    ws_client_say(
        &live.talk, fd, "{\"id\":3,\"type\":\"subscribe\",\"devices\":[\"toy\"],\"frames\":true}");
    live_turns(5);
    world_pass(1);
    cr_expect(toy.watched);
    close(fd);
    live_turns(5);
    world_pass(DEVICE_LINGER_US + 1000);
    cr_expect_not(toy.watched, "a viewer that goes takes its look with it");
}

/* A page asks so for what is in sight. */
Test(ws, only_the_cameras_whose_frames_are_wanted_run)
{
    int fd = viewer_new("\"devices\":[\"*\"],\"events\":[\"*\"],\"frames\":[\"other\"]");

    cr_expect(says("\"channels\":{\"toy\":1}"), "channels are told of all: %s", live.talk.reply);
    live_picture(1000);
    world_pass(1);
    cr_expect_not(toy.watched);
    cr_expect(client_silent(&live.talk, fd));
    ws_client_say(&live.talk, fd,
        "{\"id\":2,\"type\":\"subscribe\",\"devices\":[\"*\"],\"events\":[\"*\"],\"frames\":["
        "\"toy\"]}");
    cr_expect_eq(ws_client_read(&live.talk, fd), 0x81);
    viewer_read_picture(fd);
    cr_expect_eq(picture_seq(), 1, "the newest comes at once");
    world_pass(1);
    cr_expect(toy.watched);
    ws_client_say(&live.talk, fd,
        "{\"id\":3,\"type\":\"subscribe\",\"devices\":[\"*\"],\"events\":[\"*\"],\"frames\":[]}");
    cr_expect_eq(ws_client_read(&live.talk, fd), 0x81);
    world_pass(DEVICE_LINGER_US + 1000);
    cr_expect_not(toy.watched);
    close(fd);
}

Test(ws, a_camera_that_comes_later_is_seen_without_asking_again)
{
    struct drivers *drivers = NULL;
    int fd = viewer_new("\"devices\":[\"*\"],\"frames\":true,\"events\":[\"device.*\"]");

    cr_assert_eq(drivers_new(world.loop, world.bus, world.devices, world.folder, &drivers), 0);
    world_configure("devices:\n  toy:\n    driver: toy\n  second:\n    driver: toy\n");
    devices_driver_added(world.devices, &toy_driver);
    world_pass(1);
    do
        cr_assert_eq(ws_client_read(&live.talk, fd), 0x81);
    while (!says("\"type\":\"device.changed\""));
    cr_expect(says("\"device\":\"second\"") && says("\"channel\":2"), "%s", live.talk.reply);
    world_pass(1);
    live_picture(500); /* of the last that was started */
    viewer_read_picture(fd);
    cr_expect_eq(picture_channel(), 2);
    close(fd);
    devices_set_drivers(world.devices, NULL);
    drivers_free(drivers);
}

Test(ws, only_the_cameras_asked_for_are_sent)
{
    int fd = viewer_new("\"devices\":[\"porch*\"],\"frames\":true"),
        none = viewer_new("\"devices\":[\"*\"]");

    live_picture(1000);
    cr_expect(client_silent(&live.talk, fd));
    cr_expect(client_silent(&live.talk, none), "without frames");
    world_pass(1);
    cr_expect_not(toy.watched);
    close(fd);
    close(none);
}

/* --- events ----------------------------------------------------------------------------------- */

Test(ws, events_come_in_order_as_they_were_written)
{
    int fd = viewer_new("\"devices\":[\"toy\"],\"events\":[\"a.*\"]");

    bus_publish(world.bus, "toy", "a.one", "{\"n\":1}");
    bus_publish(world.bus, "toy", "b.no", NULL);
    bus_publish(world.bus, "other", "a.no", NULL);
    bus_publish(world.bus, "", "a.two", "{\"n\":2}");
    cr_expect_eq(ws_client_read(&live.talk, fd), 0x81);
    cr_expect_eq(strncmp(live.talk.reply, "{\"type\":\"event\",\"event\":{\"id\":", 30), 0);
    cr_expect(
        says("\"device\":\"toy\",\"type\":\"a.one\",\"data\":{\"n\":1}}}"), "%s", live.talk.reply);
    cr_expect_eq(ws_client_read(&live.talk, fd), 0x81);
    cr_expect(says("\"type\":\"a.two\""));
    cr_expect(client_silent(&live.talk, fd));
    close(fd);
}

Test(ws, a_viewer_that_is_lapped_by_events_is_told_so)
{
    int fd = viewer_new("\"devices\":[\"*\"],\"events\":[\"*\"]"),
        fine = viewer_new("\"devices\":[\"*\"],\"events\":[\"other\"]");

    for (unsigned i = 0; i < BUS_TAIL + 10; i++)
        bus_publish(world.bus, "toy", "flood", NULL);
    cr_expect_eq(ws_client_read_close(&live.talk, fd), 4408);
    cr_expect(client_silent(&live.talk, fine), "who wanted none of them lost none");
    close(fd);
    close(fine);
}

Test(ws, events_go_before_pictures)
{
    int fd = viewer_new("\"devices\":[\"*\"],\"frames\":true,\"events\":[\"*\"]");

    live_picture(1000);
    bus_publish(world.bus, "toy", "now", NULL);
    cr_expect_eq(ws_client_read(&live.talk, fd), 0x81);
    cr_expect_eq(ws_client_read(&live.talk, fd), 0x82);
    close(fd);
}

/* --- who takes nothing ------------------------------------------------------------------------ */

Test(ws, who_takes_no_byte_for_ten_seconds_is_closed)
{
    int fd = viewer_new("\"devices\":[\"toy\"],\"frames\":true"), small = 4096;

    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    for (unsigned i = 0; i < 60; i++) {
        live_picture(1 << 20);
        live_turns(1);
    }
    for (unsigned i = 0; i < 9; i++)
        loop_advance(world.loop, S);
    cr_expect_eq(stats()->n_slow_closed, 0);
    for (unsigned i = 0; i < 6; i++)
        loop_advance(world.loop, S);
    cr_expect_eq(stats()->n_slow_closed, 1);
    for (unsigned i = 0; i < 10 && stats()->n_viewers > 0; i++) {
        loop_advance(world.loop, S);
        live_turns(10);
    }
    cr_expect_eq(stats()->n_viewers, 0);
    close(fd);
}

Test(ws, who_takes_a_little_now_and_then_stays)
{
    int fd = viewer_new("\"devices\":[\"toy\"],\"frames\":true");

    for (unsigned i = 0; i < 60; i++) {
        live_picture(1 << 20);
        live_turns(1);
    }
    for (unsigned i = 0; i < 8; i++) {
        for (unsigned k = 0; k < 5; k++) {
            live_picture(1 << 20);
            loop_advance(world.loop, S);
        }
        client_read_n(&live.talk, fd, 400000);
    }
    cr_expect_eq(stats()->n_slow_closed, 0);
    close(fd);
}

/* --- control ---------------------------------------------------------------------------------- */

static void answer_to(int fd, const char *message)
{
    ws_client_say(&live.talk, fd, message);
    world_pass(1);
    cr_assert_eq(ws_client_read(&live.talk, fd), 0x81);
}

Test(ws, answers_a_ping_with_its_time)
{
    int fd = viewer_new("\"devices\":[]");

    answer_to(fd, "{\"id\":7,\"type\":\"ping\"}");
    cr_expect(says("{\"id\":7,\"type\":\"pong\",\"time\":\"2026-01-01T"), "%s", live.talk.reply);
    close(fd);
}

Test(ws, says_what_is_wrong_with_a_message_and_goes_on)
{
#define COMMAND "{\"id\":1,\"type\":\"command\",\"device\":\"toy\",\"command\":\"say\",\"args\":"
    static const char *const wrong[] = {
        "",
        "{",
        "[]",
        "null",
        "{\"id\":1}",
        "{\"id\":1,\"type\":\"dance\"}",
        "{\"type\":\"ping\"}",
        "{\"id\":\"x\",\"type\":\"ping\"}",
        "{\"id\":1,\"type\":\"subscribe\",\"devices\":\"*\"}",
        "{\"id\":1,\"type\":\"subscribe\",\"devices\":[1]}",
        "{\"id\":1,\"type\":\"subscribe\",\"frames\":1}",
        "{\"id\":1,\"type\":\"subscribe\",\"max_fps\":0}",
        "{\"id\":1,\"type\":\"subscribe\",\"max_fps\":\"fast\"}",
        "{\"type\":\"ack\"}",
        "{\"type\":\"ack\",\"channel\":-1,\"seq\":1}",
        "{\"id\":1,\"type\":\"command\"}",
        "{\"id\":1,\"type\":\"command\",\"device\":\"nobody\",\"command\":\"say\"}",
        "{\"id\":1,\"type\":\"command\",\"device\":\"toy\",\"command\":\"sing\"}",
        COMMAND "[]}",
        COMMAND "{\"n\":99,\"word\":\"x\"}}",
    };
#undef COMMAND
    int fd = viewer_new("\"devices\":[]");

    for (unsigned i = 0; i < N_ELEMENTS(wrong); i++) {
        answer_to(fd, wrong[i]);
        cr_expect(
            says("\"success\":false") && says("\"error\":{\"code\":\"") && says("\"message\":\""),
            "%s → %s", wrong[i], live.talk.reply);
    }
    answer_to(fd, "{\"id\":8,\"type\":\"ping\"}");
    cr_expect(says("pong"));
    close(fd);
}

Test(ws, a_wrong_subscription_leaves_the_old_one)
{
    int fd = viewer_new("\"devices\":[\"toy\"],\"frames\":true");

    answer_to(fd, "{\"id\":2,\"type\":\"subscribe\",\"devices\":[\"toy\"],\"frames\":\"yes\"}");
    live_picture(1000);
    viewer_read_picture(fd);
    close(fd);
}

Test(ws, runs_commands_and_brings_their_answers)
{
    int fd = viewer_new("\"devices\":[]");

    toy.answer_at_once = true;
    toy.answer = "{\"said\":true}";
    answer_to(fd,
        "{\"id\":5,\"type\":\"command\",\"device\":\"toy\",\"command\":\"say\",\"args\":{\"word\":"
        "\"moo\"}}");
    cr_expect_str_eq(live.talk.reply,
        "{\"id\":5,\"type\":\"result\",\"success\":true,\"result\":{\"said\":true}}");
    cr_expect_str_eq(toy.arg_text, "moo");
    toy.answer_at_once = false;
    ws_client_say(&live.talk, fd,
        "{\"id\":6,\"type\":\"command\",\"device\":\"toy\",\"command\":\"say\",\"args\":{\"word\":"
        "\"x\"}}");
    world_pass(1);
    world_pass(3 * S);
    cr_assert_eq(ws_client_read(&live.talk, fd), 0x81);
    cr_expect(says("\"id\":6") && says("\"code\":\"timeout\""), "%s", live.talk.reply);
    close(fd);
}

Test(ws, a_viewer_may_go_while_its_command_runs)
{
    int fd = viewer_new("\"devices\":[]");

    ws_client_say(&live.talk, fd,
        "{\"id\":5,\"type\":\"command\",\"device\":\"toy\",\"command\":\"say\",\"args\":{\"word\":"
        "\"moo\"}}");
    world_pass(1);
    close(fd);
    live_turns(5);
    cr_expect_eq(stats()->n_viewers, 0);
    toy.dev->host->done(toy.dev, toy.call, 0, "true");
    world_pass(1);
    cr_expect_eq(world_events("command.done", NULL), 1, "the device has done it nevertheless");
}

Test(ws, a_flood_of_messages_is_closed)
{
    int fd = viewer_new("\"devices\":[]");
    static char many[40 * 3000];
    size_t n = 0;

    /* Masked with zeros, 34 bytes. */
    for (unsigned i = 0; i < 3000; i++) {
        memcpy(many + n, "\x81\xa2\0\0\0\0{\"type\":\"ack\",\"channel\":9,\"seq\":1}", 40);
        n += 40;
    }
    client_send(&live.talk, fd, many, n);
    cr_expect_eq(ws_client_read_close(&live.talk, fd), 1008);
    close(fd);
}

Test(ws, who_asks_and_does_not_read_is_closed)
{
    static char much[60000];
    int fd = viewer_new("\"devices\":[]");

    memset(much, 'x', sizeof much - 1);
    much[0] = much[sizeof much - 2] = '"';
    toy.answer_at_once = true;
    toy.answer = much;
    for (unsigned i = 0; i < 300 && stats()->n_slow_closed == 0; i++) {
        ws_client_say(&live.talk, fd,
            "{\"id\":5,\"type\":\"command\",\"device\":\"toy\",\"command\":\"say\",\"args\":{"
            "\"word\":\"moo\"}}");
        world_pass(1000);
    }
    cr_expect_eq(stats()->n_slow_closed, 1);
    close(fd);
}

Test(ws, pages_of_others_are_refused)
{
    ask(&live.talk,
        "GET /api/v1/ws HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\nUpgrade: "
        "websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Key: "
        "dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
    cr_expect_eq(strncmp(live.talk.reply, "HTTP/1.1 403 ", 13), 0);
    ask(&live.talk,
        "GET /api/v1/ws2 HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Key: "
        "dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
    cr_expect_eq(strncmp(live.talk.reply, "HTTP/1.1 404 ", 13), 0);
}

Test(ws, all_may_go_with_viewers_and_commands_open)
{
    int fd[3];

    for (unsigned i = 0; i < N_ELEMENTS(fd); i++)
        fd[i] = viewer_new("\"devices\":[\"*\"],\"frames\":true,\"events\":[\"*\"]");
    ws_client_say(&live.talk, fd[0],
        "{\"id\":5,\"type\":\"command\",\"device\":\"toy\",\"command\":\"say\",\"args\":{\"word\":"
        "\"moo\"}}");
    live_picture(1000);
    bus_publish(world.bus, "toy", "now", NULL);
    /* live_close() does the rest */
}
