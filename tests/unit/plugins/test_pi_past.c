#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <string.h>

#include "pi.h"
#include "pi_part.h"

/* A shortstream as it comes over the wire. */
struct wire {
    uint8_t bytes[1 << 16];
    size_t n;
};

static void put(struct wire *w, const void *bytes, size_t n)
{
    memcpy(w->bytes + w->n, bytes, n);
    w->n += n;
}

static void put_length(struct wire *w, size_t n)
{
    put(w, (const uint8_t[]){(uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n},
        4);
}

static void put_plain(struct wire *w, uint8_t tag)
{
    uint8_t jpeg[JPEG_BYTES];

    pi_jpeg(jpeg, tag);
    put_length(w, sizeof jpeg);
    put(w, jpeg, sizeof jpeg);
}

static void put_timed(struct wire *w, uint64_t id, int64_t time_us, bool night)
{
    struct pi_part part = {.frame_id = id, .time_us = time_us, .dark_score = 100, .night = night};
    uint8_t jpeg[JPEG_BYTES], comment[PI_PART_COMMENT_MAX];
    size_t n = (size_t)pi_part_comment_format(&part, comment, sizeof comment);

    pi_jpeg(jpeg, (uint8_t)id);
    put_length(w, sizeof jpeg + n);
    put(w, jpeg, 2);
    put(w, comment, n);
    put(w, jpeg + 2, sizeof jpeg - 2);
}

static void put_end(struct wire *w, const char *text)
{
    put_length(w, 0);
    put(w, text, strlen(text));
}

static struct fake_tcp *ask(struct fake_host *h, const char *n, const struct fake_call **ret)
{
    char line[64];

    *ret = fake_run(fake_dev(h), "past_frames", "n", n, NULL);
    snprintf(line, sizeof line, "shortstream %s times\n", n);
    return pi_expect(h, line);
}

static void feed_all(struct fake_host *h, struct fake_tcp *t, const struct wire *w, size_t step)
{
    fake_tcp_feed_in(t, w->bytes, w->n, step);
    fake_tcp_close(t, 0);
    fake_host_turn(h);
}

Test(pi_past, pictures_become_captures_with_the_cameras_own_times)
{
    static const size_t steps[] = {1, 7, 64, 65536};

    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        static struct wire w;
        struct fake_host *h = pi_online();
        const struct fake_call *call;
        struct fake_tcp *t = ask(h, "2", &call);

        w.n = 0;
        put_timed(&w, 900, 1767225590125000, false);
        put_timed(&w, 901, 1767225590250000, true);
        put_end(&w, "STREAM_DONE: sent=2, skipped=0, available=2\n");
        fake_host_captures_take(h, 0);
        feed_all(h, t, &w, steps[i]);
        cr_assert(eq(int, call->result, 0), "%s", call->json);
        cr_assert(eq(str, call->json,
            STR("{\"frames\":2,\"kept_before\":0,\"skipped\":0,\"times\":\"camera\",\"captures\":["
                "1,2]}")));
        cr_assert(eq(i64, fake_capture(h, 0)->captured_us, 1767225590125000));
        cr_assert(eq(str, fake_capture(h, 0)->source, STR("past")));
        cr_assert(eq(str, fake_capture(h, 1)->key, STR("1767225590250000-f901")));
        cr_assert(eq(u64, fake_capture(h, 1)->picture.frame.device_seq, 901));
        cr_assert(eq(int, (int)fake_capture(h, 1)->picture.frame.flags, WR_FRAME_NIGHT));
        fake_host_free(h);
    }
}

Test(pi_past, original_tells_no_times_and_they_are_estimated)
{
    static struct wire w;
    struct fake_host *h = pi_online_original();
    const struct fake_call *call;
    struct fake_tcp *t = ask(h, "3", &call);
    int64_t now = fake_wall_us(h);

    for (uint8_t i = 0; i < 3; i++)
        put_plain(&w, i);
    put_end(&w, "STREAM_DONE: sent=3, skipped=0, available=3\n");
    fake_host_captures_take(h, 0);
    feed_all(h, t, &w, 1000);
    cr_assert(eq(str, call->json,
        STR("{\"frames\":3,\"kept_before\":0,\"skipped\":0,\"times\":\"estimated\",\"captures\":[1,"
            "2,3]}")));
    for (int i = 0; i < 3; i++) /* ten pictures per second, by its configuration */
        cr_assert(eq(i64, fake_capture(h, (size_t)i)->captured_us, now - (2 - i) * 100000));
    cr_assert(eq(ptr, fake_capture(h, 0)->key, NULL));
    fake_host_free(h);
}

Test(pi_past, times_are_estimated_from_the_measured_pace)
{
    static struct wire w;
    struct fake_host *h = pi_online_original();
    const struct fake_call *call;
    struct fake_http *q;
    struct fake_tcp *t;

    fake_host_watch(h, true);
    q = pi_stream(h);
    for (unsigned i = 0; i < 5; i++)
        pi_part(q, 10 + i, 1767225600 + i * 4, 20, 1);
    t = ask(h, "2", &call);
    put_plain(&w, 1);
    put_plain(&w, 2);
    put_end(&w, "STREAM_DONE: sent=2, skipped=0, available=2\n");
    fake_host_captures_take(h, 0);
    feed_all(h, t, &w, 1000);
    cr_assert(eq(i64, fake_capture(h, 1)->captured_us - fake_capture(h, 0)->captured_us, 4000000));
    fake_host_free(h);
}

Test(pi_past, same_picture_is_kept_once)
{
    static struct wire w;
    struct fake_host *h = pi_online();
    const struct fake_call *call;
    struct fake_tcp *t = ask(h, "2", &call);

    put_timed(&w, 1, 1767225590000000, false);
    put_timed(&w, 2, 1767225590100000, false);
    put_end(&w, "STREAM_DONE: sent=2, skipped=0, available=2\n");
    feed_all(h, t, &w, 1000);
    fake_capture_done(fake_capture(h, 0), -EEXIST, 77);
    fake_capture_done(fake_capture(h, 1), 0, 78);
    fake_host_turn(h);
    cr_assert(eq(str, call->json,
        STR("{\"frames\":2,\"kept_before\":1,\"skipped\":0,\"times\":\"camera\",\"captures\":[77,"
            "78]}")));
    fake_host_free(h);
}

Test(pi_past, camera_waits_for_the_disk)
{
    static struct wire w;
    struct fake_host *h = pi_online();
    const struct fake_call *call;
    struct fake_tcp *t = ask(h, "30", &call);

    for (uint8_t i = 0; i < 30; i++)
        put_timed(&w, i, 1767225590000000 + i, false);
    put_end(&w, "STREAM_DONE: sent=30, skipped=0, available=30\n");
    feed_all(h, t, &w, 65536);
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
    fake_host_free(h);
}

Test(pi_past, waits_where_there_is_no_frame_to_be_had)
{
    static struct wire w;
    struct fake_host *h = pi_online();
    const struct fake_call *call;
    struct fake_tcp *t = ask(h, "1", &call);

    put_timed(&w, 1, 1767225590000000, false);
    put_end(&w, "STREAM_DONE: sent=1, skipped=0, available=1\n");
    fake_host_captures_take(h, 0);
    fake_host_refuse_frames(h, 3);
    feed_all(h, t, &w, 1000);
    cr_assert(not(call->over));
    fake_host_advance(h, 2 * FAKE_S);
    cr_assert(eq(int, call->result, 0), "%s", call->json);
    fake_host_free(h);
}

Test(pi_past, full_disk_is_told)
{
    static struct wire w;
    struct fake_host *h = pi_online();
    const struct fake_call *call;
    struct fake_tcp *t = ask(h, "2", &call);

    put_timed(&w, 1, 1767225590000000, false);
    put_timed(&w, 2, 1767225590100000, false);
    put_end(&w, "STREAM_DONE: sent=2, skipped=0, available=2\n");
    feed_all(h, t, &w, 1000);
    fake_capture_done(fake_capture(h, 0), 0, 1);
    fake_capture_done(fake_capture(h, 1), -ENOSPC, 0);
    fake_host_turn(h);
    cr_assert(eq(int, call->result, -ENOSPC));
    cr_assert(eq(str, call->json, STR("1 of 2 pictures are kept: the disk is full")));
    fake_host_free(h);
}

Test(pi_past, camera_that_dies_in_the_middle_keeps_what_came)
{
    static struct wire w;
    struct fake_host *h = pi_online();
    const struct fake_call *call;
    struct fake_tcp *t = ask(h, "3", &call);

    put_timed(&w, 1, 1767225590000000, false);
    put_length(&w, 1000);
    put(&w, "\xFF\xD8half", 6);
    fake_host_captures_take(h, 0);
    fake_tcp_feed(t, w.bytes, w.n);
    fake_tcp_close(t, -ECONNRESET);
    fake_host_turn(h);
    cr_assert(eq(int, call->result, -ECONNRESET));
    cr_assert(
        eq(str, call->json, STR("1 of 3 pictures are kept: the camera ended in the middle of it")));
    cr_assert(eq(sz, fake_n_held_frames(h), 0));
    fake_host_free(h);
}

Test(pi_past, camera_that_stops_sending_is_given_up)
{
    static struct wire w;
    struct fake_host *h = pi_online();
    const struct fake_call *call;
    struct fake_tcp *t = ask(h, "3", &call);

    put_timed(&w, 1, 1767225590000000, false);
    fake_host_captures_take(h, 0);
    fake_tcp_feed(t, w.bytes, w.n);
    fake_host_advance(h, 11 * FAKE_S);
    cr_assert(eq(int, call->result, -ETIMEDOUT));
    cr_assert(eq(str, call->json, STR("1 of 3 pictures are kept: the camera stopped sending")));
    cr_assert(t->over);
    fake_host_free(h);
}

Test(pi_past, camera_that_does_not_hang_up_is_left)
{
    static struct wire w;
    struct fake_host *h = pi_online();
    const struct fake_call *call;
    struct fake_tcp *t = ask(h, "1", &call);

    put_timed(&w, 1, 1767225590000000, false);
    put_length(&w, 0);
    fake_host_captures_take(h, 0);
    fake_tcp_feed(t, w.bytes, w.n);
    fake_host_advance(h, 2 * FAKE_S);
    cr_assert(eq(int, call->result, 0), "%s", call->json);
    fake_host_free(h);
}

Test(pi_past, empty_ring_and_errors_are_told)
{
    static struct wire w;
    struct fake_host *h = pi_online();
    const struct fake_call *call;
    struct fake_tcp *t = ask(h, "5", &call);

    put_end(&w, "STREAM_DONE: sent=0, skipped=0, available=0\n");
    feed_all(h, t, &w, 1000);
    cr_assert(eq(int, call->result, -ENODATA));
    t = ask(h, "5", &call);
    w.n = 0;
    put_end(&w, "ERROR: too many commands at once\n");
    feed_all(h, t, &w, 1000);
    cr_assert(eq(str, call->json, STR("the camera says: too many commands at once")));
    fake_host_free(h);
}

Test(pi_past, an_error_behind_pictures_is_told_and_made_fit)
{
    static struct wire w;
    struct fake_host *h = pi_online();
    const struct fake_call *call;
    struct fake_tcp *t = ask(h, "5", &call);

    put_timed(&w, 1, 1767225590000000, false);
    put_end(&w, "ERROR: the ring \x1b[1mbroke\xff\n");
    fake_host_captures_take(h, 0);
    feed_all(h, t, &w, 1000);
    cr_assert(eq(int, call->result, -EIO));
    cr_assert(
        eq(str, call->json, STR("1 of 5 pictures are kept: the camera says: the ring ?[1mbroke?")));
    fake_host_free(h);
}

Test(pi_past, a_count_that_contradicts_what_came_is_told)
{
    static struct wire w;
    struct fake_host *h = pi_online();
    const struct fake_call *call;
    struct fake_tcp *t = ask(h, "5", &call);

    put_timed(&w, 1, 1767225590000000, false);
    put_end(&w, "STREAM_DONE: sent=3, skipped=0, available=3\n");
    fake_host_captures_take(h, 0);
    feed_all(h, t, &w, 1000);
    cr_assert(eq(int, call->result, 0), "%s", call->json);
    cr_assert(ne(ptr, strstr(call->json, "\"note\":\"the camera says that it sent 3\""), NULL),
        "%s", call->json);
    t = ask(h, "5", &call);
    w.n = 0;
    put_end(&w, "STREAM_DONE: sent=3, skipped=0, available=3\n");
    feed_all(h, t, &w, 1000);
    cr_assert(eq(int, call->result, -EBADMSG));
    cr_assert(eq(str, call->json, STR("the camera says that it sent 3 pictures, and none came")));
    fake_host_free(h);
}

Test(pi_past, a_camera_that_accepts_and_sends_nothing_is_named)
{
    struct fake_host *h = pi_online();
    const struct fake_call *call;

    ask(h, "5", &call);
    fake_host_advance(h, 11 * FAKE_S);
    cr_assert(eq(int, call->result, -ETIMEDOUT));
    cr_assert(eq(str, call->json,
        STR("the trigger port 9999 accepts and says nothing: another client may block it")));
    cr_assert(eq(str, STR(fake_value(fake_dev(h), "trigger")), STR("silent")));
    fake_host_free(h);
}

Test(pi_past, what_cannot_be_begun_is_told_and_leaves_nothing_behind)
{
    struct fake_host *h = pi_online();
    const struct fake_call *call;

    fake_host_refuse_links(h, true);
    call = fake_run(fake_dev(h), "past_frames", NULL);
    fake_host_turn(h);
    cr_assert(call->over);
    cr_assert(ne(ptr, strstr(call->json, "the gateway cannot connect"), NULL), "%s", call->json);
    fake_host_refuse_links(h, false);
    ask(h, "5", &call);
    cr_assert(not(call->over));
    fake_host_free(h);
}

Test(pi_past, rubbish_is_told)
{
    struct fake_host *h = pi_online();
    const struct fake_call *call;
    struct fake_tcp *t = ask(h, "5", &call);

    fake_tcp_feed(t, "UNKNOWN_COMMAND\n", 16);
    fake_host_turn(h);
    cr_assert(eq(int, call->result, -EBADMSG));
    cr_assert(t->over);
    fake_host_free(h);
}

Test(pi_past, pictures_that_are_no_jpegs_are_skipped)
{
    static struct wire w;
    struct fake_host *h = pi_online();
    const struct fake_call *call;
    struct fake_tcp *t = ask(h, "2", &call);

    put_length(&w, 3);
    put(&w, "xxx", 3);
    put_timed(&w, 2, 1767225590000000, false);
    put_end(&w, "STREAM_DONE: sent=2, skipped=0, available=2\n");
    fake_host_captures_take(h, 0);
    feed_all(h, t, &w, 1000);
    cr_assert(eq(str, call->json,
        STR("{\"frames\":2,\"kept_before\":0,\"skipped\":1,\"times\":\"camera\",\"captures\":[1]"
            "}")));
    fake_host_free(h);
}

Test(pi_past, more_pictures_than_asked_for_are_refused)
{
    static struct wire w;
    struct fake_host *h = pi_online();
    const struct fake_call *call;
    struct fake_tcp *t = ask(h, "1", &call);

    for (uint8_t i = 0; i < 3; i++)
        put_timed(&w, i, 1767225590000000, false);
    fake_host_captures_take(h, 0);
    feed_all(h, t, &w, 1000);
    cr_assert(eq(int, call->result, -EBADMSG));
    fake_host_free(h);
}

Test(pi_past, refused_connection_is_told)
{
    struct fake_host *h = pi_online();
    const struct fake_call *call = fake_run(fake_dev(h), "past_frames", NULL);

    fake_host_watch(h, true);
    pi_stream(h);
    fake_tcp_close(fake_tcp_last(h), -ECONNREFUSED);
    fake_host_turn(h);
    cr_assert(eq(int, call->result, -ECONNREFUSED));
    cr_assert(eq(str, STR(fake_value(fake_dev(h), "trigger")), STR("refused")));
    fake_host_free(h);
}

Test(pi_past, original_gets_no_other_command_meanwhile)
{
    struct fake_host *h = pi_online_original();
    const struct fake_call *past, *other;
    struct fake_tcp *t = ask(h, "5", &past);

    other = fake_run(fake_dev(h), "health", NULL);
    fake_host_turn(h);
    cr_assert(eq(int, other->result, -EBUSY));
    fake_tcp_close(t, 0);
    fake_host_turn(h);
    fake_host_free(h);
}

Test(pi_past, ours_takes_other_commands_meanwhile)
{
    struct fake_host *h = pi_online();
    const struct fake_call *past, *other;

    ask(h, "5", &past);
    other = fake_run(fake_dev(h), "health", NULL);
    pi_serve(h, "health\n", "RSS=1.0MiB SWAP=0.0%\n");
    cr_assert(eq(int, other->result, 0));
    cr_assert(not(past->over));
    fake_host_free(h);
}

Test(pi_past, disk_that_does_not_answer_is_given_up)
{
    static struct wire w;
    struct fake_host *h = pi_online();
    const struct fake_call *call;
    struct fake_tcp *t = ask(h, "1", &call);

    put_timed(&w, 1, 1767225590000000, false);
    put_end(&w, "STREAM_DONE: sent=1, skipped=0, available=1\n");
    feed_all(h, t, &w, 1000);
    fake_host_advance(h, 99 * FAKE_S);
    cr_assert(not(call->over));
    fake_host_advance(h, 2 * FAKE_S);
    cr_assert(eq(str, call->json, STR("0 of 1 pictures are kept: it took too long")));
    fake_capture_done(fake_capture(h, 0), 0, 1);
    fake_host_turn(h);

    t = ask(h, "1", &call);
    feed_all(h, t, &w, 1000);
    fake_capture_done(fake_capture(h, 1), 0, 2);
    fake_host_turn(h);
    cr_assert(eq(int, call->result, 0), "%s", call->json);
    fake_host_free(h);
}
