/* What moves, as JSON: GET …/overlay and …/overlay/stream. */
#include <string.h>
#include <warren/overlay.h>

#include "live.h"

#define S INT64_C(1000000)
#define GET(path) "GET /api/v1/devices/toy/" path " HTTP/1.1\r\nHost: localhost\r\n\r\n"
#define GET_ONCE(path) "GET /api/v1/devices/toy/" path " HTTP/1.0\r\nHost: localhost\r\n\r\n"

TestSuite(overlay, .init = live_open, .fini = live_close, .timeout = 120);

/* --- GET …/overlay ---------------------------------------------------------------------------- */

Test(overlay, is_told_in_the_words_of_debug_cameras)
{
    live_picture(1000);
    live_overlay(1);
    ask(&live.talk, GET_ONCE("overlay"));
    cr_expect(live_says("HTTP/1.1 200 "), "%s", live.talk.reply);
    cr_expect(live_says("Content-Type: application/json\r\n") &&
        live_says("Cache-Control: no-store\r\n"));
    cr_expect(live_says("X-Frame-Seq: 1\r\n") && live_says("Age: 0\r\n"));
    cr_expect(live_says("\"direction\":\"up_right\"") && live_says("\"gridCols\":8") &&
        live_says("\"seq\":1"));
    cr_expect(live_says("{\"row\":1,\"col\":2,\"x\":80,\"y\":40,\"dx\":3.25,\"dy\":-0.5,"), "%s",
        live.talk.reply);
    cr_expect_not(live_says("frameId"), "the camera's own number says nothing here");
}

/* As many that move as asked for, and the way that their middle went in twenty steps. */
static const char *told_of_busy(size_t n_blocks)
{
    static struct overlay_block blocks[120];
    struct overlay o = {.active = true,
        .direction = MOTION_UP_RIGHT,
        .active_blocks = (uint16_t)n_blocks,
        .frame_width = 640,
        .frame_height = 480,
        .columns = 26,
        .rows = 20,
        .block = 24,
        .left = 8,
        .blocks = blocks,
        .n_blocks = (uint16_t)n_blocks,
        .n_points = OVERLAY_POINTS_MAX};

    for (size_t i = 0; i < n_blocks; i++)
        blocks[i] =
            (struct overlay_block){(uint8_t)(i / 26), (uint8_t)(i % 26), 120, true, -1234, 321};
    for (size_t i = 0; i < OVERLAY_POINTS_MAX; i++)
        o.points[i] = (struct overlay_point){32000, 32000, (uint8_t)(100 + i)};
    live_picture(1000);
    cr_assert_eq(device_publish_overlay(live.toy, 1, &o), 0);
    ask(&live.talk, GET_ONCE("overlay"));
    cr_assert(live_says("HTTP/1.1 200 "), "%s", live.talk.reply);
    return strstr(live.talk.reply, "\r\n\r\n") + 4;
}

static size_t times(const char *text, const char *what)
{
    size_t n = 0;

    while ((text = strstr(text, what))) {
        text += strlen(what);
        n++;
    }
    return n;
}

Test(overlay, of_a_few_that_move_tells_their_whole_way)
{
    const char *text = told_of_busy(8);

    cr_expect_lt(strlen(text), 2000);
    cr_expect_eq(times(text, "{\"row\":"), 8);
    cr_expect(
        strstr(text, "\"trajectory\":[{\"x\":0.488,\"y\":0.488,\"intensity\":100}"), "%s", text);
}

Test(overlay, of_many_that_move_is_short_by_what_was_told_before)
{
    const char *text = told_of_busy(15);

    cr_expect_lt(strlen(text), 2000);
    cr_expect_gt(strlen(text), 1900, "no more is left out than must be");
    cr_expect_eq(times(text, "{\"row\":"), 15);
    cr_expect(strstr(text, "\"intensity\":119}],\"seq\":1"), "the newest is there: %s", text);
    cr_expect_not(strstr(text, "\"intensity\":100}"), "%s", text);
}

Test(overlay, tells_every_block_that_moves_even_if_all_do)
{
    const char *text = told_of_busy(120);

    cr_expect_eq(times(text, "{\"row\":"), 120);
    cr_expect_not(strstr(text, "trajectory"));
}

Test(overlay, that_has_no_picture_has_no_number)
{
    struct wr_overlay o = {.size = sizeof o, .intensity = 9};

    cr_assert_eq(toy.dev->host->overlay_publish(toy.dev, &o), 0);
    ask(&live.talk, GET_ONCE("overlay"));
    cr_expect(live_says("HTTP/1.1 200 ") && live_says("\"intensity\":9"));
    cr_expect_not(live_says("\"seq\"") || live_says("X-Frame-Seq"));
}

Test(overlay, that_is_not_there_yet_is_waited_for_while_the_camera_runs)
{
    int fd = client_new(&live.talk);

    client_say(&live.talk, fd, GET("overlay"));
    live_turns(5);
    world_pass(1);
    cr_expect(toy.watched);
    live_picture(1000);
    live_overlay(1);
    client_read(&live.talk, fd, "\"seq\":1");
    close(fd);
    live_turns(5);
    world_pass(DEVICE_LINGER_US + 1000);
    cr_expect_not(toy.watched);
}

Test(overlay, that_does_not_come_is_503_and_an_old_one_is_better_than_none)
{
    int fd = client_new(&live.talk);

    client_say(&live.talk, fd, GET("overlay"));
    live_turns(5);
    loop_advance(world.loop, 3 * S);
    client_read(&live.talk, fd, "in this camera's pictures");
    cr_expect(live_says("HTTP/1.1 503 ") && live_says("Retry-After: 3\r\n"));
    live_picture(1000);
    live_overlay(1);
    loop_advance(world.loop, 20 * S);
    client_say(&live.talk, fd, GET("overlay"));
    live_turns(5);
    cr_expect(client_silent(&live.talk, fd));
    loop_advance(world.loop, 3 * S);
    client_read(&live.talk, fd, "\"seq\":1");
    cr_expect(live_says("Age: 23\r\n"), "%s", live.talk.reply);
    close(fd);
}

Test(overlay, whose_asker_goes_is_no_longer_waited_for)
{
    int fd = client_new(&live.talk);

    client_say(&live.talk, fd, GET("overlay"));
    live_turns(5);
    close(fd);
    live_turns(5);
    live_picture(1000);
    live_overlay(1);
    world_pass(DEVICE_LINGER_US + 1000);
    cr_expect_not(toy.watched);
}

Test(overlay, is_a_cameras)
{
    ask(&live.talk, "GET /api/v1/devices/nobody/overlay HTTP/1.0\r\nHost: localhost\r\n\r\n");
    cr_expect(live_says("HTTP/1.1 404 "));
    ask(&live.talk,
        "GET /api/v1/devices/nobody/overlay/stream HTTP/1.0\r\nHost: localhost\r\n\r\n");
    cr_expect(live_says("HTTP/1.1 404 "));
    ask(&live.talk, GET_ONCE("frame.jpg?overlay=yes"));
    cr_expect(live_says("HTTP/1.1 422 ") && live_says("overlay: expected an integer from 0 to 1"));
}

Test(overlay, of_a_camera_where_nobody_looks_for_motion_is_404)
{
    struct device_change off = {.flow = "off"}, on = {.flow = "device"};
    struct error e = ERROR_NULL;

    live_picture(1000);
    live_overlay(1);
    cr_assert_eq(device_change(live.toy, &off, NULL, NULL, &e), 0, "%s", error_text(&e));
    ask(&live.talk, GET_ONCE("overlay"));
    cr_expect(live_says("HTTP/1.1 404 ") && live_says("its \\\"flow\\\" is \\\"off\\\""), "%s",
        live.talk.reply);
    ask(&live.talk, GET_ONCE("overlay/stream"));
    cr_expect(live_says("HTTP/1.1 404 "));
    cr_assert_eq(device_change(live.toy, &on, NULL, NULL, &e), 0, "%s", error_text(&e));
    cr_expect_null(last_overlay(world.last, device_channel(live.toy)), "what was is forgotten");
}

Test(overlay, where_the_gateway_looks_and_pictures_are_rare_it_says_what_it_needs)
{
    struct device_change on = {.flow = "on"};
    struct error e = ERROR_NULL;
    int fd;

    cr_assert_eq(device_change(live.toy, &on, NULL, NULL, &e), 0, "%s", error_text(&e));
    fd = client_new(&live.talk);
    client_say(&live.talk, fd, GET("overlay"));
    live_turns(5);
    world_pass(4000000);
    client_read(&live.talk, fd, "within a second of each other");
    cr_expect(live_says("HTTP/1.1 503 "));
    close(fd);
}

Test(overlay, who_waits_for_a_camera_that_is_removed_does_not_look_at_the_one_in_its_place)
{
    int fd = client_new(&live.talk);

    client_say(&live.talk, fd, GET("overlay"));
    live_turns(5);
    world_configure("devices: {}\n");
    world_pass(1);
    device_look(world_toy());
    world_pass(4000000);
    client_read(&live.talk, fd, "nothing is known yet");
    world_pass(DEVICE_LINGER_US + 1000000);
    cr_expect(toy.watched, "somebody else looks");
    close(fd);
}

/* --- GET …/overlay/stream --------------------------------------------------------------------- */

Test(overlay, stream_tells_each_as_an_event)
{
    int fd = client_new(&live.talk);

    live_picture(1000);
    live_overlay(1);
    client_say(&live.talk, fd, GET("overlay/stream"));
    client_read(&live.talk, fd, "\"seq\":1}\n\n");
    cr_expect(live_says("Content-Type: text/event-stream\r\n"));
    cr_expect(live_says("id: 1\nevent: overlay\ndata: {\"intensity\":1,"), "%s", live.talk.reply);
    live_picture(1000);
    live_overlay(2);
    client_read(&live.talk, fd, "\"seq\":2}\n\n");
    cr_expect(live_says("id: 2\nevent: overlay\ndata: {\"intensity\":2,"));
    world_pass(1);
    cr_expect(toy.watched);
    close(fd);
    live_turns(5);
    world_pass(DEVICE_LINGER_US + 1000);
    cr_expect_not(toy.watched);
}

Test(overlay, stream_is_kept_alive_and_ends_with_its_camera)
{
    int fd = client_new(&live.talk);

    client_say(&live.talk, fd, GET("overlay/stream"));
    client_read_head(&live.talk, fd);
    client_read(&live.talk, fd, ":\n\n");
    loop_advance(world.loop, 16 * S);
    client_read(&live.talk, fd, ":\n\n");
    world_configure("devices: {}\n");
    world_pass(1);
    client_read(&live.talk, fd, NULL);
    cr_expect(live.talk.end);
    close(fd);
}

Test(overlay, of_a_slow_reader_is_the_newest)
{
    int fd = client_new(&live.talk);
    struct wr_overlay o = {.size = sizeof o};

    client_say(&live.talk, fd, GET("overlay/stream"));
    client_read_head(&live.talk, fd);
    for (unsigned i = 1; i <= 30000; i++) {
        o.intensity = (uint8_t)(i % 200);
        o.speed = i << 8;
        cr_assert_eq(toy.dev->host->overlay_publish(toy.dev, &o), 0);
        live_turns(i % 100 == 0);
    }
    client_read(&live.talk, fd, "\"speed\":30000,");
    cr_expect_not(live_says("\"speed\":29990,"), "others were skipped");
    close(fd);
}
