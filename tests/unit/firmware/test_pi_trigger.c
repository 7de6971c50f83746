#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "pi_part.h"
#include "pi_text.h"
#include "pi_trigger.h"

#define SPAN(text) ((struct span){(text), strlen(text)})

static void expect_span(struct span s, const char *text)
{
    cr_expect(span_is(s, text), "\"%.*s\" instead of \"%s\"", (int)s.n, s.at, text);
}

static struct pi_command command(const char *text, int result)
{
    struct pi_command c = {.kind = 99};
    int r = pi_command_parse(text, strlen(text), &c);

    cr_expect_eq(r, result, "%s: %d", text, r);
    return c;
}

static struct pi_reply reply(const char *text)
{
    struct pi_reply r;

    pi_reply_parse(text, strlen(text), &r);
    return r;
}

/* Reads a reply, writes it again, and expects the same bytes. */
static struct pi_reply round_trip(const char *text, enum pi_reply_kind kind)
{
    struct pi_reply r = reply(text);
    char out[1024];

    cr_expect_eq(r.kind, kind, "%s: kind %d", text, r.kind);
    cr_expect_eq(pi_reply_format(&r, out, sizeof out), (int)strlen(text), "%s", text);
    cr_expect_str_eq(out, text);
    return r;
}

Test(pi_command, knows_every_word)
{
    const struct {
        const char *text;
        enum pi_command_kind kind;
    } rows[] = {
        {"set camera.framerate 5", PI_COMMAND_SET},
        {"overwrite_config\n", PI_COMMAND_OVERWRITE_CONFIG},
        {"dump_config\r\n", PI_COMMAND_DUMP_CONFIG},
        {"save", PI_COMMAND_SAVE},
        {"  pastStack png ", PI_COMMAND_PAST_STACK},
        {"night_level", PI_COMMAND_NIGHT_LEVEL},
        {"health", PI_COMMAND_HEALTH},
        {"shortstream", PI_COMMAND_SHORTSTREAM},
        {"dump_cam_exposure", PI_COMMAND_DUMP_CAM_EXPOSURE},
        {"dump_cam_controls", PI_COMMAND_DUMP_CAM_CONTROLS},
        {"", PI_COMMAND_UNKNOWN},
        {"SAVE", PI_COMMAND_UNKNOWN},
        {"stream 3", PI_COMMAND_UNKNOWN},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        cr_expect_eq(command(rows[i].text, 0).kind, rows[i].kind, "%s", rows[i].text);
}

Test(pi_command, goes_by_how_most_begin_and_by_the_whole_of_two)
{
    cr_expect_eq(command("settle a b", 0).kind, PI_COMMAND_SET);
    cr_expect_eq(command("saveXYZ", 0).kind, PI_COMMAND_SAVE);
    cr_expect_eq(command("pastStacking", 0).kind, PI_COMMAND_PAST_STACK);
    cr_expect_eq(command("health2", 0).kind, PI_COMMAND_UNKNOWN);
    cr_expect_eq(command("night_level now", 0).kind, PI_COMMAND_UNKNOWN);
}

Test(pi_command, takes_key_and_a_value_with_blanks)
{
    struct pi_command c = command(" set   export.base_dir  /a b/c  \n", 0);

    expect_span(c.key, "export.base_dir");
    expect_span(c.value, "/a b/c");
    command("set", -EINVAL);
    command("set camera.width", -EINVAL);
    cr_expect_eq(command("set camera.width ", -EINVAL).kind, PI_COMMAND_SET);
}

Test(pi_command, takes_formats_and_passes_over_others)
{
    cr_expect_eq(command("save png bmp jpg", 0).formats, PI_FORMAT_PNG | PI_FORMAT_JPG);
    cr_expect_not(command("save", 0).has_formats);

    struct pi_command c = command("pastStack JPG", 0);
    cr_expect(c.has_formats && c.formats == 0);
}

Test(pi_command, takes_a_count)
{
    cr_expect_eq(command("shortstream", 0).count, PI_SHORTSTREAM_DEFAULT);
    cr_expect_eq(command("shortstream 2", 0).count, 2);
    cr_expect_eq(command("shortstream -3", 0).count, -3);
    command("shortstream abc", -EINVAL);
    command("shortstream 2.5", -EINVAL);
    command("shortstream 99999999999999999999", -ERANGE);
}

Test(pi_command, takes_a_token_in_front)
{
    struct pi_command c = command("token s3cret set a b", 0);

    expect_span(c.token, "s3cret");
    cr_expect_eq(c.kind, PI_COMMAND_SET);
    cr_expect_eq(command("token", 0).kind, PI_COMMAND_UNKNOWN);
}

Test(pi_command, writes_what_it_reads)
{
    const char *lines[] = {"set camera.framerate 5\n", "save\n", "save jpg npy\n",
        "pastStack png\n", "shortstream 2\n", "health\n", "token x set a b c\n",
        "dump_cam_controls\n"};
    char out[PI_COMMAND_MAX_BYTES + 1];

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct pi_command c = command(lines[i], 0);
        cr_expect_eq(pi_command_format(&c, out, sizeof out), (int)strlen(lines[i]));
        cr_expect_str_eq(out, lines[i]);
    }
}

Test(pi_command, refuses_to_write_two_lines)
{
    char out[64];
    struct pi_command c = {.kind = PI_COMMAND_SET, .key = SPAN("a"), .value = SPAN("1\nset b 2")};

    cr_expect_eq(pi_command_format(&c, out, sizeof out), -EINVAL);
    c = (struct pi_command){.kind = PI_COMMAND_SET, .key = SPAN("a b"), .value = SPAN("1")};
    cr_expect_eq(pi_command_format(&c, out, sizeof out), -EINVAL);
    c = (struct pi_command){.kind = PI_COMMAND_SET, .key = SPAN("a"), .value = SPAN(" ")};
    cr_expect_eq(pi_command_format(&c, out, sizeof out), -EINVAL);
    c = (struct pi_command){.kind = PI_COMMAND_SET, .key = SPAN("a"), .value = SPAN("123")};
    cr_expect_eq(pi_command_format(&c, out, 10), -ENOBUFS);
    cr_expect_eq(pi_command_format(&c, out, 11), 10);
    c = (struct pi_command){.kind = PI_COMMAND_UNKNOWN};
    cr_expect_eq(pi_command_format(&c, out, sizeof out), -EINVAL);
}

Test(pi_reply, changed)
{
    struct pi_reply r =
        round_trip("OK: changed export.formats from ['jpg', 'png'] to jpg\n", PI_REPLY_CHANGED);

    expect_span(r.changed.key, "export.formats");
    expect_span(r.changed.old_value, "['jpg', 'png']");
    expect_span(r.changed.new_value, "jpg");
}

Test(pi_reply, saved_with_any_path)
{
    struct pi_reply r =
        round_trip("Saved single full-resolution image: /a (timestamp: b/20260101_120000_f7.jpg "
                   "(timestamp: 1767265200.123, age: 0.04s)\n",
            PI_REPLY_SAVED);

    expect_span(r.saved.path, "/a (timestamp: b/20260101_120000_f7.jpg");
    cr_expect_eq(r.saved.time_us, INT64_C(1767265200123000));
    cr_expect_eq(r.saved.age_us, 40000);
}

Test(pi_reply, stacked)
{
    struct pi_reply r =
        round_trip("Saved stacked image: /c/x.jpg | stack of 4 frames | first frame timestamp: "
                   "1767265195.100 (age: 5.02s) | last "
                   "frame timestamp: 1767265195.400 (age: 4.72s)(export.save_before_s: 5.000 s)\n",
            PI_REPLY_STACKED);

    expect_span(r.stacked.path, "/c/x.jpg");
    cr_expect_eq(r.stacked.n_frames, 4);
    cr_expect_eq(r.stacked.last_age_us, 4720000);
    cr_expect_eq(r.stacked.save_before_us, 5000000);
}

Test(pi_reply, separate_with_its_trailing_blank)
{
    struct pi_reply r = round_trip("Saved 50 separate images from ring buffer, starting at "
                                   "timestamp: 1767265195.100 (age: 5.02s)"
                                   "(export.save_before_s: 5.000 s)bright_threshold: > 240 \n",
        PI_REPLY_SEPARATE);

    cr_expect_eq(r.separate.n_images, 50);
    cr_expect_float_eq(r.separate.bright_threshold, 240, 1e-9);
}

Test(pi_reply, night_level)
{
    struct pi_reply r = round_trip("LEVEL=31.4 relevant threshold=240 dark_threshold: < 50 "
                                   "bright_threshold: > 240 STATUS=NIGHT\n",
        PI_REPLY_NIGHT_LEVEL);

    cr_expect(r.night_level.night);
    cr_expect_float_eq(r.night_level.level, 31.4, 1e-9);
    r = round_trip("LEVEL=131.4 relevant threshold=45.5 dark_threshold: < 45.5 bright_threshold: > "
                   "240 STATUS=DAY\n",
        PI_REPLY_NIGHT_LEVEL);
    cr_expect_not(r.night_level.night);
}

Test(pi_reply, the_short_ones)
{
    round_trip("RSS=41.5MiB SWAP=0.0%\n", PI_REPLY_HEALTH);
    struct pi_reply r =
        round_trip("STREAM_DONE: sent=2, skipped=0, available=2\n", PI_REPLY_STREAM_DONE);
    cr_expect_eq(r.stream_done.n_sent, 2);
    round_trip("UNKNOWN_COMMAND\n", PI_REPLY_UNKNOWN_COMMAND);
    round_trip("NOT_SAVED\n", PI_REPLY_NOT_SAVED);
    round_trip("NO_FRAMES\n", PI_REPLY_NO_FRAMES);
    round_trip("NO_DATA\n", PI_REPLY_NO_DATA);
    r = round_trip("OK: configuration dumped to config.json\n", PI_REPLY_CONFIG_WRITTEN);
    expect_span(r.written, "config.json");
    r = round_trip("ERROR: usage set <key_path> <value>\n", PI_REPLY_ERROR);
    expect_span(r.text, "usage set <key_path> <value>");
    round_trip("{\n    \"camera\": {}\n}\n", PI_REPLY_JSON);
    round_trip("SAVED:/a,/b\n", PI_REPLY_OTHER);
}

Test(pi_reply, takes_no_half_of_one_for_the_whole)
{
    const char *half[] = {"RSS=41.5MiB SWAP=0.0",
        "STREAM_DONE: sent=2, skipped=0, available=", "LEVEL=31.4 relevant threshold=240",
        "Saved single full-resolution image: /x.jpg (timestamp: 1.5, age: ", "OK: changed a from b",
        "{\"camera\":", "STREAM_DONE: sent=99999999999, "};

    for (size_t i = 0; i < sizeof half / sizeof *half; i++)
        cr_expect_eq(reply(half[i]).kind, PI_REPLY_OTHER, "%s", half[i]);
}

Test(pi_reply, says_when_it_does_not_fit)
{
    struct pi_reply r = {.kind = PI_REPLY_NOT_SAVED};
    char out[16];

    cr_expect_eq(pi_reply_format(&r, out, 10), -ENOBUFS);
    cr_expect_eq(pi_reply_format(&r, out, 11), 10);
}

Test(pi_text, seconds_are_rounded)
{
    const struct {
        int64_t us;
        unsigned decimals;
        const char *text;
    } rows[] = {{1234567, 2, "1.23"}, {1235000, 2, "1.24"}, {-40000, 2, "-0.04"},
        {-4000, 2, "0.00"}, {0, 3, "0.000"}, {1999999, 3, "2.000"},
        {INT64_C(1767265200123456), 3, "1767265200.123"}, {1500000, 0, "2"}};
    char out[PI_NUMBER_TEXT];

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        cr_expect_str_eq(pi_seconds_text(rows[i].us, rows[i].decimals, out), rows[i].text);
}

Test(pi_text, floats_are_written_as_python_does)
{
    const struct {
        double v;
        const char *text;
    } rows[] = {{6, "6.0"}, {0.1, "0.1"}, {-2.5, "-2.5"}, {1e-5, "1e-05"}, {0.0001, "0.0001"},
        {0.00025, "0.00025"}, {1e15, "1000000000000000.0"}, {1e16, "1e+16"}, {1.5e300, "1.5e+300"},
        {123456.789, "123456.789"}, {0, "0.0"}, {-0.0, "-0.0"}, {1.0 / 3, "0.3333333333333333"},
        {5e-324, "5e-324"}, {100, "100.0"}, {INFINITY, "inf"}, {NAN, "nan"}};
    char out[PI_NUMBER_TEXT];

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        cr_expect_str_eq(pi_float_text(rows[i].v, out), rows[i].text);
}

Test(pi_part, writes_the_head_in_its_order)
{
    struct pi_part p = {.length = 3,
        .frame_id = 4711,
        .time_us = INT64_C(1767225600123400),
        .dark_score = 131.44,
        .night = true};
    char out[PI_PART_HEAD_MAX];

    cr_expect_gt(pi_part_format(&p, out, sizeof out), 0);
    cr_expect_str_eq(out,
        "--frame\r\nContent-Type: image/jpeg\r\nContent-Length: 3\r\nX-Frame-Id: "
        "4711\r\nX-Timestamp: 1767225600.123\r\n"
        "X-Dark-Score: 131.4\r\nX-Night: 1\r\n\r\n");
    cr_expect_eq(pi_part_format(&p, out, 20), -ENOBUFS);
}

Test(pi_part, any_head_fits)
{
    struct pi_part p = {.length = UINT64_MAX,
        .frame_id = UINT64_MAX,
        .time_us = INT64_MIN,
        .dark_score = 255,
        .night = true};
    char out[PI_PART_HEAD_MAX];

    cr_expect_gt(pi_part_format(&p, out, sizeof out), 0);
}

Test(pi_part, reads_header_values)
{
    struct pi_part p = {0};

    cr_expect(pi_part_header(&p, "X-Frame-Id", "4711"));
    cr_expect(pi_part_header(&p, "x-timestamp", " 1767225600.123"));
    cr_expect(pi_part_header(&p, "X-DARK-SCORE", "131.4"));
    cr_expect(pi_part_header(&p, "X-Night", "1"));
    cr_expect_not(pi_part_header(&p, "X-Other", "1"));
    cr_expect_not(pi_part_header(&p, "X-Nigh", "1"));
    cr_expect_eq(p.have, PI_PART_FRAME_ID | PI_PART_TIME | PI_PART_DARK_SCORE | PI_PART_NIGHT);
    cr_expect_eq(p.frame_id, 4711);
    cr_expect_eq(p.time_us, INT64_C(1767225600123000));
    cr_expect(p.night);
}

Test(pi_part, passes_over_values_that_make_no_sense)
{
    struct pi_part p = {0};

    pi_part_header(&p, "X-Frame-Id", "-1");
    pi_part_header(&p, "X-Timestamp", "soon");
    pi_part_header(&p, "X-Dark-Score", "256");
    pi_part_header(&p, "X-Night", "yes");
    pi_part_header(&p, "Content-Length", "1e3");
    cr_expect_eq(p.have, 0);
}

static const struct pi_part some_part = {
    .frame_id = 4711, .time_us = 1767225600123000, .dark_score = 131.4, .night = true};

Test(pi_part, comment_is_a_segment_that_a_jpeg_may_hold)
{
    static const char text[] =
        "X-Frame-Id: 4711\r\nX-Timestamp: 1767225600.123\r\nX-Dark-Score: 131.4\r\nX-Night: 1\r\n";
    uint8_t out[PI_PART_COMMENT_MAX];
    int n = pi_part_comment_format(&some_part, out, sizeof out);

    cr_assert_eq(n, (int)sizeof text - 1 + 4);
    cr_expect_eq(out[0] << 8 | out[1], 0xFFFE);
    cr_expect_eq(out[2] << 8 | out[3], (int)sizeof text - 1 + 2);
    cr_expect_arr_eq(out + 4, text, sizeof text - 1);
    cr_expect_eq(pi_part_comment_format(&some_part, out, (size_t)n), -ENOBUFS);
    cr_expect_eq(pi_part_comment_format(&some_part, out, 3), -ENOBUFS);
}

Test(pi_part, any_comment_fits)
{
    struct pi_part p = {
        .frame_id = UINT64_MAX, .time_us = INT64_MAX, .dark_score = 255, .night = true};
    uint8_t out[PI_PART_COMMENT_MAX];

    cr_expect_gt(pi_part_comment_format(&p, out, sizeof out), 0);
}

Test(pi_part, comment_reads_back)
{
    uint8_t out[PI_PART_COMMENT_MAX];
    int n = pi_part_comment_format(&some_part, out, sizeof out);
    struct pi_part p = {0};

    cr_assert(pi_part_comment_parse(&p, out + 4, (size_t)n - 4));
    cr_expect_eq(p.have, PI_PART_FRAME_ID | PI_PART_TIME | PI_PART_DARK_SCORE | PI_PART_NIGHT);
    cr_expect_eq(p.frame_id, some_part.frame_id);
    cr_expect_eq(p.time_us, some_part.time_us);
    cr_expect(p.night);
}

Test(pi_part, other_comments_are_none_of_ours)
{
    static const char *const comments[] = {"", "Lavc59.37.100", "X-Frame-Id", "x: y\n"};
    struct pi_part p = {0};

    for (size_t i = 0; i < sizeof comments / sizeof *comments; i++) {
        cr_expect_not(pi_part_comment_parse(&p, (const uint8_t *)comments[i], strlen(comments[i])));
        cr_expect_eq(p.have, 0);
    }
    cr_expect(pi_part_comment_parse(&p, (const uint8_t *)"X-Frame-Id: 1\n:\n\nX-Night: 7", 28));
    cr_expect_eq(p.have, PI_PART_FRAME_ID);
}

Test(pi_command, shortstream_may_ask_for_times)
{
    struct pi_command c = command("shortstream 5 times", 0);
    char out[64];

    cr_expect(c.times);
    cr_expect_eq(c.count, 5);
    cr_expect_gt(pi_command_format(&c, out, sizeof out), 0);
    cr_expect_str_eq(out, "shortstream 5 times\n");
    cr_expect_not(command("shortstream 5 time", 0).times);
}
