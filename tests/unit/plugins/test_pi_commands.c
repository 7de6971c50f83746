#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <string.h>

#include "pi.h"

#define SAVED                                                                                      \
    "Saved single full-resolution image: /home/pi/captures/20260101_000000_f4711.jpg (timestamp: " \
    "1767225600.125, age: 0.04s)\n"
#define STACKED                                                                                    \
    "Saved stacked image: /home/pi/captures/20260101_000000_f4750.jpg | stack of 4 frames | "      \
    "first frame timestamp: 1767225595.000 (age: 5.00s) | last "                                   \
    "frame timestamp: 1767225595.300 (age: 4.70s)(export.save_before_s: 5.000 s)\n"

/* Runs a command and answers it; what the caller of the command gets. */
static const struct fake_call *ask(
    struct fake_host *h, const char *name, const char *line, const char *reply)
{
    const struct fake_call *call = fake_run(fake_dev(h), name, NULL);

    pi_serve(h, line, reply);
    return call;
}

static void assert_answer(const struct fake_call *call, const char *json)
{
    cr_assert(call->over);
    cr_assert(eq(int, call->result, 0), "%s", call->json);
    cr_assert(eq(str, call->json, STR(json)));
}

static void assert_failed(const struct fake_call *call, int result, const char *says)
{
    cr_assert(call->over);
    cr_assert(eq(int, call->result, result));
    cr_assert(ne(ptr, strstr(call->json, says), NULL), "%s", call->json);
}

/* --- questions -------------------------------------------------------------------------------- */

Test(pi_commands, night_level)
{
    struct fake_host *h = pi_online();

    assert_answer(ask(h, "night_level", "night_level\n",
                      "LEVEL=37.4 relevant threshold=240 dark_threshold: < 50 bright_threshold: > "
                      "240 STATUS=NIGHT\n"),
        "{\"level\":37.4,\"dark_threshold\":50,\"bright_threshold\":240,\"night\":true}");
    cr_assert(eq(str, STR(fake_value(fake_dev(h), "night")), STR("true")));
    assert_failed(ask(h, "night_level", "night_level\n", "NO_DATA\n"), -ENODATA, "no picture yet");
    fake_host_free(h);
}

Test(pi_commands, health)
{
    struct fake_host *h = pi_online();

    assert_answer(ask(h, "health", "health\n", "RSS=123.4MiB SWAP=5.0%\n"),
        "{\"rss_mib\":123.4,\"swap_percent\":5}");
    cr_assert(eq(str, STR(fake_value(fake_dev(h), "rss_mib")), STR("123.4")));
    fake_host_free(h);
}

Test(pi_commands, dumps_are_passed_on_as_they_come)
{
    struct fake_host *h = pi_online();

    assert_answer(ask(h, "dump_config", "dump_config\n",
                      "{\n    \"camera\": {\n        \"framerate\": 7\n    }\n}\n"),
        "{\n    \"camera\": {\n        \"framerate\": 7\n    }\n}");
    cr_assert(eq(str, STR(fake_value(fake_dev(h), "camera.framerate")), STR("7")));
    assert_answer(
        ask(h, "dump_cam_exposure", "dump_cam_exposure\n",
            "{\n  \"ExposureTime\": 100,\n  \"AnalogueGain\": 1.0,\n  \"AeEnable\": true\n}\n"),
        "{\n  \"ExposureTime\": 100,\n  \"AnalogueGain\": 1.0,\n  \"AeEnable\": true\n}");
    assert_answer(ask(h, "dump_cam_controls", "dump_cam_controls\n", "{}\n"), "{}");
    assert_failed(
        ask(h, "dump_cam_controls", "dump_cam_controls\n", "{\"a\": NaN}\n"), -EBADMSG, "no JSON");
    assert_failed(ask(h, "dump_cam_exposure", "dump_cam_exposure\n", "UNKNOWN_COMMAND\n"), -ENOSYS,
        "does not know");
    fake_host_free(h);
}

Test(pi_commands, overwrite_config)
{
    struct fake_host *h = pi_online();

    assert_answer(ask(h, "overwrite_config", "overwrite_config\n",
                      "OK: configuration dumped to config.json\n"),
        "{\"written\":\"config.json\"}");
    assert_failed(ask(h, "overwrite_config", "overwrite_config\n",
                      "ERROR: failed to dump configuration: read-only\n"),
        -EIO, "read-only");
    fake_host_free(h);
}

Test(pi_commands, large_dump_in_small_pieces)
{
    static char dump[60000];
    struct fake_host *h = pi_online();
    const struct fake_call *call = fake_run(fake_dev(h), "dump_cam_controls", NULL);
    struct fake_tcp *t = pi_expect(h, "dump_cam_controls\n");

    memset(dump, ' ', sizeof dump);
    dump[0] = '{';
    dump[sizeof dump - 1] = '}';
    fake_tcp_feed_in(t, dump, sizeof dump, 997);
    fake_tcp_close(t, 0);
    fake_host_turn(h);
    cr_assert(eq(int, call->result, 0));
    cr_assert(eq(sz, strlen(call->json), sizeof dump));
    fake_host_free(h);
}

Test(pi_commands, answer_without_end_is_cut_off)
{
    static char endless[200000];
    struct fake_host *h = pi_online();
    const struct fake_call *call = fake_run(fake_dev(h), "health", NULL);
    struct fake_tcp *t = pi_expect(h, "health\n");

    memset(endless, 'x', sizeof endless);
    fake_tcp_feed(t, endless, sizeof endless);
    fake_host_turn(h);
    assert_failed(call, -EMSGSIZE, "ended the connection");
    fake_host_free(h);
}

Test(pi_commands, strange_answers_are_told)
{
    struct fake_host *h = pi_online();

    assert_failed(ask(h, "health", "health\n", "OK\n"), -EBADMSG, "answered something else: OK");
    assert_failed(ask(h, "health", "health\n", "ERROR: memory cannot be read\n"), -EIO,
        "the camera says: memory cannot be read");
    fake_host_free(h);
}

/* Control characters (a terminal's, and C1 in UTF-8), what is no UTF-8, a text cut within a
 * character: none gets through. */
Test(pi_commands, the_cameras_own_words_are_cut_and_made_fit)
{
    static const char *const asked[][3] = {
        {"health", "health\n", "ERROR: "},
        {"health", "health\n", "\x1b[2J"},
        {"dump_config", "dump_config\n", "{"},
        {"overwrite_config", "overwrite_config\n", "OK: configuration dumped to "},
    };
    struct fake_host *h = pi_online();
    char reply[4000];

    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
        const struct fake_call *call;
        size_t n = (size_t)snprintf(
            reply, sizeof reply, "%sa\x1b[31m\x07 \xff\xfe \xc2\x9b\x7f \xc3\xa9", asked[i][2]);

        while (n + 8 < sizeof reply) {
            memcpy(reply + n, "\xe2\x82\xac", 3);
            n += 3;
        }
        strcpy(reply + n, i == 2 ? "}\n" : "\n");
        call = ask(h, asked[i][0], asked[i][1], reply);
        cr_assert(call->over);
        cr_assert(ne(ptr, strstr(call->json, "a?[31m? ?? ??? \xc3\xa9\xe2\x82\xac"), NULL), "%s",
            call->json);
        cr_assert(ne(ptr, strstr(call->json, "\xe2\x82\xac…"), NULL), "%s", call->json);
        cr_assert(lt(sz, strlen(call->json), 256));
    }
    fake_host_free(h);
}

Test(pi_commands, an_empty_answer_is_told_as_such)
{
    struct fake_host *h = pi_online();

    assert_failed(
        ask(h, "health", "health\n", "\n"), -EBADMSG, "answered something else: (nothing)");
    fake_host_free(h);
}

Test(pi_commands, a_path_with_control_characters_is_not_passed_on)
{
    struct fake_host *h = pi_online();
    const struct fake_call *call = ask(h, "save", "save\n",
        "Saved single full-resolution image: /c/\x1b[2J\xff.png (timestamp: 1.000, age: 0.00s)\n");

    cr_assert(call->over);
    cr_assert(ne(ptr, strstr(call->json, "\"path\":\"/c/?[2J?.png\""), NULL), "%s", call->json);
    fake_host_free(h);
}

/* --- one after the other ---------------------------------------------------------------------- */

Test(pi_commands, never_two_connections_at_a_time)
{
    struct fake_host *h = pi_online();
    size_t n = fake_n_tcp(h);
    const struct fake_call *a = fake_run(fake_dev(h), "health", NULL),
                           *b = fake_run(fake_dev(h), "night_level", NULL);

    fake_host_turn(h);
    cr_assert(eq(sz, fake_n_tcp(h), n + 1));
    pi_serve(h, "health\n", "RSS=1.0MiB SWAP=0.0%\n");
    cr_assert(a->over);
    cr_assert(not(b->over));
    pi_serve(h, "night_level\n", "NO_DATA\n");
    cr_assert(b->over);
    fake_host_free(h);
}

Test(pi_commands, answer_that_is_whole_counts_although_the_camera_does_not_hang_up)
{
    struct fake_host *h = pi_online();
    const struct fake_call *call = fake_run(fake_dev(h), "health", NULL);
    struct fake_tcp *t = pi_expect(h, "health\n");

    fake_tcp_feed(t, "RSS=1.0MiB SWAP=0.0%\n", 21);
    fake_host_advance(h, 11 * FAKE_S);
    assert_answer(call, "{\"rss_mib\":1,\"swap_percent\":0}");
    cr_assert(t->over);
    fake_host_free(h);
}

Test(pi_commands, camera_that_says_nothing_fails_all_that_wait)
{
    struct fake_host *h = pi_online();
    const struct fake_call *a = fake_run(fake_dev(h), "health", NULL),
                           *b = fake_run(fake_dev(h), "night_level", NULL);

    fake_host_watch(h, true);
    pi_stream(h);
    pi_expect(h, "health\n");
    fake_host_advance(h, 9 * FAKE_S);
    cr_assert(not(a->over));
    fake_host_advance(h, 2 * FAKE_S);
    assert_failed(a, -ETIMEDOUT, "accepts and says nothing");
    assert_failed(b, -ETIMEDOUT, "accepts and says nothing");
    fake_host_free(h);
}

/* --- save and past_stack ---------------------------------------------------------------------- */

Test(pi_commands, saved_picture_becomes_a_capture)
{
    struct fake_host *h = pi_online();
    const struct fake_call *call = fake_run(fake_dev(h), "save", "formats", "jpg,npy", NULL);
    uint8_t jpeg[JPEG_BYTES];
    struct fake_http *q;

    pi_jpeg(jpeg, 1);
    pi_serve(h, "save jpg npy\n", SAVED);
    cr_assert(not(call->over));
    q = fake_http_for(h, "/captures/20260101_000000_f4711.jpg");
    cr_assert(ne(ptr, q, NULL));
    fake_http_respond(q, 200, "Content-Type: image/jpeg", jpeg, sizeof jpeg);
    fake_host_turn(h);
    cr_assert(eq(sz, fake_n_captures(h), 1));
    cr_assert(eq(str, fake_capture(h, 0)->source, STR("save")));
    cr_assert(eq(str, fake_capture(h, 0)->key, STR("20260101_000000_f4711.jpg")));
    cr_assert(eq(i64, fake_capture(h, 0)->captured_us, 1767225600125000));
    cr_assert(not(call->over), "not before it is on the disk");
    fake_capture_done(fake_capture(h, 0), 0, 42);
    fake_host_turn(h);
    assert_answer(call,
        "{\"path\":\"/home/pi/captures/"
        "20260101_000000_f4711.jpg\",\"captured_at\":\"2026-01-01T00:00:00.125000Z\",\"age_s\":0."
        "04,\"capture\":42}");
    fake_host_free(h);
}

Test(pi_commands, stacked_picture_becomes_a_capture)
{
    struct fake_host *h = pi_online();
    const struct fake_call *call = fake_run(fake_dev(h), "past_stack", NULL);
    uint8_t jpeg[JPEG_BYTES];

    fake_host_captures_take(h, 0);
    pi_jpeg(jpeg, 1);
    pi_serve(h, "pastStack\n", STACKED);
    fake_http_respond(fake_http_last(h), 200, NULL, jpeg, sizeof jpeg);
    fake_host_turn(h);
    assert_answer(call,
        "{\"path\":\"/home/pi/captures/"
        "20260101_000000_f4750.jpg\",\"captured_at\":\"2025-12-31T23:59:55.300000Z\",\"first_at\":"
        "\"2025-12-31T23:59:55.000000Z\","
        "\"frames\":4,\"age_s\":4.7,\"capture\":1}");
    cr_assert(eq(str, fake_capture(h, 0)->source, STR("stack")));
    fake_host_free(h);
}

Test(pi_commands, separate_pictures_are_told)
{
    struct fake_host *h = pi_online();
    const struct fake_call *call = fake_run(fake_dev(h), "past_stack", "formats", "png", NULL);

    pi_serve(h, "pastStack png\n",
        "Saved 50 separate images from ring buffer, starting at timestamp: 1767225595.000 (age: "
        "5.00s)(export.save_before_s: 5.000 s)bright_threshold: > 240 \n");
    cr_assert(eq(int, call->result, 0));
    cr_assert(ne(ptr,
        strstr(call->json, "\"pictures\":50,\"first_at\":\"2025-12-31T23:59:55.000000Z\""), NULL));
    fake_host_free(h);
}

Test(pi_commands, nothing_saved_is_a_failure)
{
    struct fake_host *h = pi_online();

    assert_failed(ask(h, "save", "save\n", "NOT_SAVED\n"), -EIO, "saved nothing");
    assert_failed(ask(h, "past_stack", "pastStack\n", "NO_FRAMES\n"), -ENODATA, "no picture yet");
    fake_host_free(h);
}

Test(pi_commands, picture_that_cannot_be_fetched_is_told_with_its_path)
{
    struct fake_host *h = pi_online();
    const struct fake_call *call = fake_run(fake_dev(h), "save", NULL);

    pi_serve(h, "save\n", SAVED);
    fake_http_respond(fake_http_last(h), 404, NULL, "gone", 4);
    fake_host_turn(h);
    cr_assert(eq(int, call->result, 0));
    cr_assert(ne(ptr,
                  strstr(call->json,
                      "\"capture\":null,\"note\":\"it could not be fetched: HTTP status 404\""),
                  NULL),
        "%s", call->json);
    call = fake_run(fake_dev(h), "save", NULL);
    pi_serve(h, "save\n", SAVED);
    fake_host_advance(h, 11 * FAKE_S);
    cr_assert(ne(ptr, strstr(call->json, "could not be fetched: "), NULL), "%s", call->json);
    fake_host_free(h);
}

Test(pi_commands, full_disk_is_told_with_the_path)
{
    struct fake_host *h = pi_online();
    const struct fake_call *call = fake_run(fake_dev(h), "save", NULL);
    uint8_t jpeg[JPEG_BYTES];

    pi_jpeg(jpeg, 1);
    pi_serve(h, "save\n", SAVED);
    fake_http_respond(fake_http_last(h), 200, NULL, jpeg, sizeof jpeg);
    fake_host_turn(h);
    fake_capture_done(fake_capture(h, 0), -ENOSPC, 0);
    fake_host_turn(h);
    cr_assert(
        ne(ptr,
            strstr(call->json, "on the camera only; the gateway could not keep it: No space left"),
            NULL),
        "%s", call->json);
    fake_host_free(h);
}

Test(pi_commands, fetching_waits_for_a_frame)
{
    struct fake_host *h = pi_online();
    const struct fake_call *call = fake_run(fake_dev(h), "save", NULL);
    uint8_t jpeg[JPEG_BYTES];

    fake_host_captures_take(h, 0);
    pi_jpeg(jpeg, 1);
    pi_serve(h, "save\n", SAVED);
    fake_host_refuse_frames(h, 1);
    fake_http_respond(fake_http_last(h), 200, NULL, jpeg, sizeof jpeg);
    fake_host_advance(h, FAKE_S / 2);
    cr_assert(not(call->over));
    fake_http_respond(fake_http_last(h), 200, NULL, jpeg, sizeof jpeg);
    fake_host_turn(h);
    cr_assert(ne(ptr, strstr(call->json, "\"capture\":1"), NULL));
    fake_host_free(h);
}

Test(pi_commands, names_are_escaped_and_other_formats_are_not_fetched)
{
    struct fake_host *h = pi_online();
    const struct fake_call *call = fake_run(fake_dev(h), "save", NULL);

    pi_serve(h, "save\n",
        "Saved single full-resolution image: /a b/c d#1?.jpg (timestamp: 1.000, age: 0.00s)\n");
    cr_assert(
        eq(str, fake_http_last(h)->url, STR("http://10.0.0.7:8080/captures/c%20d%231%3F.jpg")));
    fake_http_close(fake_http_last(h), -ECONNRESET);
    fake_host_turn(h);
    call = fake_run(fake_dev(h), "save", "formats", "png", NULL);
    pi_serve(h, "save png\n",
        "Saved single full-resolution image: /c/x.png (timestamp: 1.000, age: 0.00s)\n");
    cr_assert(ne(ptr, strstr(call->json, "captures are JPEGs"), NULL), "%s", call->json);
    fake_host_free(h);
}

/* --- the original service --------------------------------------------------------------------- */

Test(pi_commands, original_is_asked_for_a_picture_before_it_is_told_to_save)
{
    struct fake_host *h = pi_online_original();
    const struct fake_call *call = fake_run(fake_dev(h), "save", "formats", "jpg", NULL);

    cr_assert(eq(str, STR(fake_value(fake_dev(h), "dialect")), STR("original")));
    pi_serve(h, "night_level\n",
        "LEVEL=100.0 relevant threshold=50 dark_threshold: < 50 bright_threshold: > 240 "
        "STATUS=DAY\n");
    pi_serve(h, "save jpg\n", SAVED);
    cr_assert(eq(sz, fake_n_http(h), 0), "it gives no files out");
    cr_assert(ne(ptr, strstr(call->json, "f4711.jpg\""), NULL));
    cr_assert(ne(ptr, strstr(call->json, "original service"), NULL));

    call = fake_run(fake_dev(h), "save", NULL);
    pi_serve(h, "night_level\n", "NO_DATA\n");
    assert_failed(call, -ENODATA, "no picture yet");
    fake_host_free(h);
}

Test(pi_commands, token_goes_to_our_service_and_not_to_the_original)
{
    struct fake_host *h = pi_new();

    fake_host_option(h, "token", "s3cret");
    fake_host_start(h);
    pi_serve(h, "token - health\n", "RSS=45.5MiB SWAP=1.0%\n");
    pi_serve(h, "token s3cret dump_config\n", PI_CONFIG);
    fake_host_free(h);

    h = pi_new();
    fake_host_option(h, "token", "s3cret");
    fake_host_start(h);
    pi_serve(h, "token - health\n", "UNKNOWN_COMMAND\n");
    pi_serve(h, "dump_config\n", PI_CONFIG);
    fake_host_free(h);
}
