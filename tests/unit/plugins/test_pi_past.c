#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <string.h>

#include "pi.h"
#include "pi_part.h"

/* One camera, and the newest past_frames that it was asked for. */
static struct fake_host *h;
static const struct fake_call *call;
static struct fake_tcp *t;

/* What it sends: a shortstream as it comes over the wire. */
static struct {
    uint8_t bytes[1 << 16];
    size_t n;
} wire;

static void end(void)
{
    if (h)
        h = fake_host_free(h);
}

TestSuite(pi_past, .fini = end);

static void put(const void *bytes, size_t n)
{
    memcpy(wire.bytes + wire.n, bytes, n);
    wire.n += n;
}

static void put_length(size_t n)
{
    put((const uint8_t[]){(uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n},
        4);
}

static void put_plain(uint8_t tag)
{
    uint8_t jpeg[JPEG_BYTES];

    pi_jpeg(jpeg, tag);
    put_length(sizeof jpeg);
    put(jpeg, sizeof jpeg);
}

static void put_timed(uint64_t id, int64_t time_us, bool night)
{
    struct pi_part part = {.frame_id = id, .time_us = time_us, .dark_score = 100, .night = night};
    uint8_t jpeg[JPEG_BYTES], comment[PI_PART_COMMENT_MAX];
    size_t n = (size_t)pi_part_comment_format(&part, comment, sizeof comment);

    pi_jpeg(jpeg, (uint8_t)id);
    put_length(sizeof jpeg + n);
    put(jpeg, 2);
    put(comment, n);
    put(jpeg + 2, sizeof jpeg - 2);
}

static void put_end(const char *text)
{
    put_length(0);
    put(text, strlen(text));
}

/* Pictures 1 … n, a tenth of a second apart, and the camera's count. */
static void put_all(unsigned n)
{
    char text[64];

    for (unsigned i = 0; i < n; i++)
        put_timed(1 + i, 1767225590000000 + i * 100000, false);
    snprintf(text, sizeof text, "STREAM_DONE: sent=%u, skipped=0, available=%u\n", n, n);
    put_end(text);
}

/* Asks for n pictures; the connection is open, and the wire is empty. */
static void ask(const char *n)
{
    char line[64];

    wire.n = 0;
    call = fake_run(fake_dev(h), "past_frames", "n", n, NULL);
    snprintf(line, sizeof line, "shortstream %s times\n", n);
    t = pi_expect(h, line);
}

static void ask_online(const char *n)
{
    h = pi_online();
    ask(n);
}

static void feed_all(size_t step)
{
    fake_tcp_feed_in(t, wire.bytes, wire.n, step);
    fake_tcp_close(t, 0);
    fake_host_turn(h);
}

Test(pi_past, pictures_become_captures_with_the_cameras_own_times)
{
    static const size_t steps[] = {1, 7, 64, 65536};

    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        ask_online("2");
        put_timed(900, 1767225590125000, false);
        put_timed(901, 1767225590250000, true);
        put_end("STREAM_DONE: sent=2, skipped=0, available=2\n");
        fake_host_captures_take(h, 0);
        feed_all(steps[i]);
        cr_assert(eq(int, call->result, 0), "%s", call->json);
        cr_assert(eq(str, call->json,
            STR("{\"frames\":2,\"kept_before\":0,\"skipped\":0,\"times\":\"camera\",\"captures\":["
                "1,2]}")));
        cr_assert(eq(i64, fake_capture(h, 0)->captured_us, 1767225590125000));
        cr_assert(eq(str, fake_capture(h, 0)->source, STR("past")));
        cr_assert(eq(str, fake_capture(h, 1)->key, STR("1767225590250000-f901")));
        cr_assert(eq(u64, fake_capture(h, 1)->picture.frame.device_seq, 901));
        cr_assert(eq(int, (int)fake_capture(h, 1)->picture.frame.flags, WR_FRAME_NIGHT));
        end();
    }
}

Test(pi_past, original_tells_no_times_and_they_are_estimated)
{
    int64_t now;

    h = pi_online_original();
    ask("3");
    now = fake_wall_us(h);
    for (uint8_t i = 0; i < 3; i++)
        put_plain(i);
    put_end("STREAM_DONE: sent=3, skipped=0, available=3\n");
    fake_host_captures_take(h, 0);
    feed_all(1000);
    cr_assert(eq(str, call->json,
        STR("{\"frames\":3,\"kept_before\":0,\"skipped\":0,\"times\":\"estimated\",\"captures\":[1,"
            "2,3]}")));
    for (int i = 0; i < 3; i++) /* ten pictures per second, by its configuration */
        cr_assert(eq(i64, fake_capture(h, (size_t)i)->captured_us, now - (2 - i) * 100000));
    cr_assert(eq(ptr, fake_capture(h, 0)->key, NULL));
}

Test(pi_past, times_are_estimated_from_the_measured_pace)
{
    struct fake_http *q;

    h = pi_online_original();
    fake_host_watch(h, true);
    q = pi_stream(h);
    for (unsigned i = 0; i < 5; i++)
        pi_part(q, 10 + i, 1767225600 + i * 4, 20, 1);
    ask("2");
    put_plain(1);
    put_plain(2);
    put_end("STREAM_DONE: sent=2, skipped=0, available=2\n");
    fake_host_captures_take(h, 0);
    feed_all(1000);
    cr_assert(eq(i64, fake_capture(h, 1)->captured_us - fake_capture(h, 0)->captured_us, 4000000));
}

Test(pi_past, same_picture_is_kept_once)
{
    ask_online("2");
    put_all(2);
    feed_all(1000);
    fake_capture_done(fake_capture(h, 0), -EEXIST, 77);
    fake_capture_done(fake_capture(h, 1), 0, 78);
    fake_host_turn(h);
    cr_assert(eq(str, call->json,
        STR("{\"frames\":2,\"kept_before\":1,\"skipped\":0,\"times\":\"camera\",\"captures\":[77,"
            "78]}")));
}

Test(pi_past, camera_waits_for_the_disk)
{
    ask_online("30");
    put_all(30);
    feed_all(65536);
    fake_host_advance(h, 20 * FAKE_S);
    cr_assert(eq(sz, fake_n_captures(h), 4), "a few at a time");
    cr_assert(t->paused);
    for (size_t i = 0; i < 30; i++) {
        fake_capture_done(fake_capture(h, i), 0, i + 1);
        fake_host_turn(h);
    }
    cr_assert(call->over);
    cr_assert(eq(int, call->result, 0), "%s", call->json);
    cr_assert(eq(sz, fake_n_events(fake_dev(h), "transfer.progress"), 3));
    cr_assert(
        eq(str, STR(fake_event(fake_dev(h), "transfer.progress")), STR("{\"done\":30,\"of\":30}")));
}

Test(pi_past, progress_is_told_live_and_is_no_history)
{
    const struct wr_topic *row = plugin("pi-trigger-camera")->kinds[0].topics;

    while (row->type && strcmp(row->type, "transfer.progress") != 0)
        row++;
    cr_assert_not_null(row->type);
    cr_assert(row->flags & WR_TOPIC_LIVE);
}

Test(pi_past, waits_where_there_is_no_frame_to_be_had)
{
    ask_online("1");
    put_all(1);
    fake_host_captures_take(h, 0);
    fake_host_refuse_frames(h, 3);
    feed_all(1000);
    cr_assert(not(call->over));
    fake_host_advance(h, 2 * FAKE_S);
    cr_assert(eq(int, call->result, 0), "%s", call->json);
}

Test(pi_past, full_disk_is_told)
{
    ask_online("2");
    put_all(2);
    feed_all(1000);
    fake_capture_done(fake_capture(h, 0), 0, 1);
    fake_capture_done(fake_capture(h, 1), -ENOSPC, 0);
    fake_host_turn(h);
    cr_assert(eq(int, call->result, -ENOSPC));
    cr_assert(eq(str, call->json, STR("1 of 2 pictures are kept: the disk is full")));
}

Test(pi_past, camera_that_dies_in_the_middle_keeps_what_came)
{
    ask_online("3");
    put_timed(1, 1767225590000000, false);
    put_length(1000);
    put("\xFF\xD8half", 6);
    fake_host_captures_take(h, 0);
    fake_tcp_feed(t, wire.bytes, wire.n);
    fake_tcp_close(t, -ECONNRESET);
    fake_host_turn(h);
    cr_assert(eq(int, call->result, -ECONNRESET));
    cr_assert(
        eq(str, call->json, STR("1 of 3 pictures are kept: the camera ended in the middle of it")));
    cr_assert(eq(sz, fake_n_held_frames(h), 0));
}

Test(pi_past, camera_that_stops_sending_is_given_up)
{
    ask_online("3");
    put_timed(1, 1767225590000000, false);
    fake_host_captures_take(h, 0);
    fake_tcp_feed(t, wire.bytes, wire.n);
    fake_host_advance(h, 11 * FAKE_S);
    cr_assert(eq(int, call->result, -ETIMEDOUT));
    cr_assert(eq(str, call->json, STR("1 of 3 pictures are kept: the camera stopped sending")));
    cr_assert(t->over);
}

Test(pi_past, camera_that_does_not_hang_up_is_left)
{
    ask_online("1");
    put_timed(1, 1767225590000000, false);
    put_length(0);
    fake_host_captures_take(h, 0);
    fake_tcp_feed(t, wire.bytes, wire.n);
    fake_host_advance(h, 2 * FAKE_S);
    cr_assert(eq(int, call->result, 0), "%s", call->json);
}

Test(pi_past, empty_ring_and_errors_are_told)
{
    ask_online("5");
    put_end("STREAM_DONE: sent=0, skipped=0, available=0\n");
    feed_all(1000);
    cr_assert(eq(int, call->result, -ENODATA));
    ask("5");
    put_end("ERROR: too many commands at once\n");
    feed_all(1000);
    cr_assert(eq(str, call->json, STR("the camera says: too many commands at once")));
}

Test(pi_past, an_error_behind_pictures_is_told_and_made_fit)
{
    ask_online("5");
    put_timed(1, 1767225590000000, false);
    put_end("ERROR: the ring \x1b[1mbroke\xff\n");
    fake_host_captures_take(h, 0);
    feed_all(1000);
    cr_assert(eq(int, call->result, -EIO));
    cr_assert(
        eq(str, call->json, STR("1 of 5 pictures are kept: the camera says: the ring ?[1mbroke?")));
}

Test(pi_past, a_count_that_contradicts_what_came_is_told)
{
    ask_online("5");
    put_timed(1, 1767225590000000, false);
    put_end("STREAM_DONE: sent=3, skipped=0, available=3\n");
    fake_host_captures_take(h, 0);
    feed_all(1000);
    cr_assert(eq(int, call->result, 0), "%s", call->json);
    cr_assert(ne(ptr, strstr(call->json, "\"note\":\"the camera says that it sent 3\""), NULL),
        "%s", call->json);
    ask("5");
    put_end("STREAM_DONE: sent=3, skipped=0, available=3\n");
    feed_all(1000);
    cr_assert(eq(int, call->result, -EBADMSG));
    cr_assert(eq(str, call->json, STR("the camera says that it sent 3 pictures, and none came")));
}

Test(pi_past, a_camera_that_accepts_and_sends_nothing_is_named)
{
    ask_online("5");
    fake_host_advance(h, 11 * FAKE_S);
    cr_assert(eq(int, call->result, -ETIMEDOUT));
    cr_assert(eq(str, call->json,
        STR("the trigger port 9999 accepts and says nothing: another client may block it")));
    cr_assert(eq(str, STR(fake_value(fake_dev(h), "trigger")), STR("silent")));
}

Test(pi_past, what_cannot_be_begun_is_told_and_leaves_nothing_behind)
{
    h = pi_online();
    fake_host_refuse_links(h, true);
    call = fake_run(fake_dev(h), "past_frames", NULL);
    fake_host_turn(h);
    cr_assert(call->over);
    cr_assert(ne(ptr, strstr(call->json, "the gateway cannot connect"), NULL), "%s", call->json);
    fake_host_refuse_links(h, false);
    ask("5");
    cr_assert(not(call->over));
}

Test(pi_past, rubbish_is_told)
{
    ask_online("5");
    fake_tcp_feed(t, "UNKNOWN_COMMAND\n", 16);
    fake_host_turn(h);
    cr_assert(eq(int, call->result, -EBADMSG));
    cr_assert(t->over);
}

Test(pi_past, pictures_that_are_no_jpegs_are_skipped)
{
    ask_online("2");
    put_length(3);
    put("xxx", 3);
    put_timed(2, 1767225590000000, false);
    put_end("STREAM_DONE: sent=2, skipped=0, available=2\n");
    fake_host_captures_take(h, 0);
    feed_all(1000);
    cr_assert(eq(str, call->json,
        STR("{\"frames\":2,\"kept_before\":0,\"skipped\":1,\"times\":\"camera\",\"captures\":[1]"
            "}")));
}

Test(pi_past, more_pictures_than_asked_for_are_refused)
{
    ask_online("1");
    for (uint8_t i = 0; i < 3; i++)
        put_timed(i, 1767225590000000, false);
    fake_host_captures_take(h, 0);
    feed_all(1000);
    cr_assert(eq(int, call->result, -EBADMSG));
}

Test(pi_past, refused_connection_is_told)
{
    h = pi_online();
    call = fake_run(fake_dev(h), "past_frames", NULL);
    fake_host_watch(h, true);
    pi_stream(h);
    fake_tcp_close(fake_tcp_last(h), -ECONNREFUSED);
    fake_host_turn(h);
    cr_assert(eq(int, call->result, -ECONNREFUSED));
    cr_assert(eq(str, STR(fake_value(fake_dev(h), "trigger")), STR("refused")));
}

Test(pi_past, original_gets_no_other_command_meanwhile)
{
    const struct fake_call *other;

    h = pi_online_original();
    ask("5");
    other = fake_run(fake_dev(h), "health", NULL);
    fake_host_turn(h);
    cr_assert(eq(int, other->result, -EBUSY));
    fake_tcp_close(t, 0);
    fake_host_turn(h);
}

Test(pi_past, ours_takes_other_commands_meanwhile)
{
    const struct fake_call *other;

    ask_online("5");
    other = fake_run(fake_dev(h), "health", NULL);
    pi_serve(h, "health\n", "RSS=1.0MiB SWAP=0.0%\n");
    cr_assert(eq(int, other->result, 0));
    cr_assert(not(call->over));
}

Test(pi_past, disk_that_does_not_answer_is_given_up)
{
    ask_online("1");
    put_all(1);
    feed_all(1000);
    fake_host_advance(h, 99 * FAKE_S);
    cr_assert(not(call->over));
    fake_host_advance(h, 2 * FAKE_S);
    cr_assert(eq(str, call->json, STR("0 of 1 pictures are kept: it took too long")));
    fake_capture_done(fake_capture(h, 0), 0, 1);
    fake_host_turn(h);

    ask("1");
    put_all(1);
    feed_all(1000);
    fake_capture_done(fake_capture(h, 1), 0, 2);
    fake_host_turn(h);
    cr_assert(eq(int, call->result, 0), "%s", call->json);
}
