/* Overlays: every generation's, as they come or asked for. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "wifi.h"

#define HEAD(active)                                                                               \
    "{\"intensity\":96,\"speed\":3.25,\"direction\":\"up_right\",\"active\":" active               \
    ",\"activeBlocks\":1,\"confidence\":88,"
#define GRID(cols, rows, block)                                                                    \
    "\"frameWidth\":320,\"frameHeight\":240,\"blockSize\":" block ",\"gridCols\":" cols            \
    ",\"gridRows\":" rows ","
#define BLOCK                                                                                      \
    "\"blocks\":[{\"row\":2,\"col\":3,\"x\":120,\"y\":80,\"dx\":4,\"dy\":-2,\"confidence\":241,"   \
    "\"valid\":true}]"

static const char shipped[] = HEAD("true") GRID("8", "6", "40") BLOCK "}";
static const char later[] = HEAD("true") GRID("6", "6", "40") BLOCK "}";

Test(wifi_overlay, older_cameras_are_asked_ten_times_a_second_while_somebody_looks_else_once)
{
    struct fake_host *h = wifi_on_web(NULL);
    struct wr_dev *d = fake_dev(h);

    cr_expect_str_eq(fake_http_header(fake_http_for(h, "/overlay"), "Accept"),
        "text/event-stream, application/json;q=0.9");
    wifi_answer(h, "/overlay", 200, "application/json", shipped);
    cr_expect_eq(fake_n_overlays(d), 1, "the answer is one already");
    cr_expect_str_eq(fake_value(d, "overlay_by"), "poll");
    cr_expect_str_eq(fake_value(d, "grid"), "8x6 of 40 px");
    fake_host_advance(h, 100 * FAKE_MS);
    wifi_answer(h, "/overlay", 200, "application/json", later);
    cr_expect_str_eq(fake_value(d, "grid"), "6x6 of 40 px");
    fake_host_advance(h, 900 * FAKE_MS);
    cr_expect(fake_http_for(h, "/overlay")->over);
    fake_host_watch(h, true);
    fake_host_advance(h, 2 * FAKE_MS);
    for (int i = 0; i < 10; i++) {
        wifi_answer(h, "/overlay", 200, "application/json", shipped);
        fake_host_advance(h, 100 * FAKE_MS);
    }
    cr_expect_eq(fake_n_overlays(d), 12);
    fake_host_free(h);
}

Test(wifi_overlay, says_what_the_camera_said)
{
    struct fake_host *h = wifi_on_web(NULL);
    const struct wr_overlay *o;

    wifi_answer(h, "/overlay", 200, "application/json", shipped);
    o = fake_overlay(fake_dev(h), 0);
    cr_expect_eq(o->device_seq, 0, "it numbers nothing");
    cr_expect_eq(o->flags, WR_OVERLAY_ACTIVE);
    cr_expect_eq(o->intensity, 96);
    cr_expect_eq(o->confidence_percent, 88);
    cr_expect_eq(o->direction, 6);
    cr_expect_eq(o->speed, 3 * 256 + 64);
    cr_expect_eq(o->frame_width, 320);
    cr_expect_eq(o->columns, 8);
    cr_expect_eq(o->block, 40);
    cr_assert_eq(o->n_blocks, 1);
    cr_expect_eq(o->blocks[0].column, 3);
    cr_expect_eq(o->blocks[0].dx, 4 * 256);
    cr_expect_eq(o->blocks[0].dy, -2 * 256);
    fake_host_free(h);
}

static struct fake_http *streaming(struct fake_host *h)
{
    struct fake_http *q = fake_http_for(h, "/overlay");

    fake_http_open(q, 200, "content-type: text/event-stream; charset=utf-8\n");
    fake_host_turn(h);
    return q;
}

Test(wifi_overlay, ours_come_as_they_are_found_and_in_step)
{
    static const char event[] = "event: overlay\nid: 4711\ndata: " HEAD("true") GRID("8", "6", "40")
        BLOCK ",\"frameId\":4711,\"timeUs\":81276332}\n\n";
    struct fake_host *h = wifi_on_web(NULL);
    struct wr_dev *d = fake_dev(h);
    struct fake_http *q = streaming(h);

    for (size_t i = 0; i < sizeof event - 1; i++)
        fake_http_feed(q, event + i, 1);
    fake_host_turn(h);
    cr_assert_eq(fake_n_overlays(d), 1);
    cr_expect_eq(fake_overlay(d, 0)->device_seq, 4711);
    cr_expect_eq(fake_overlay(d, 0)->captured_us, 81276332);
    cr_expect_str_eq(fake_value(d, "overlay_by"), "sse");
    for (int i = 0; i < 49; i++) {
        fake_host_advance(h, 100 * FAKE_MS);
        fake_http_feed(q, event, sizeof event - 1);
    }
    fake_host_advance(h, 100 * FAKE_MS);
    cr_expect_str_eq(fake_value(d, "overlay_hz"), "10");
    fake_host_free(h);
}

Test(wifi_overlay, a_stream_of_them_that_ends_is_opened_again)
{
    struct fake_host *h = wifi_on_web(NULL);

    fake_http_close(streaming(h), 0);
    fake_host_advance(h, FAKE_S + FAKE_MS);
    cr_expect(!fake_http_for(h, "/overlay")->over);
    streaming(h);
    cr_expect_str_eq(fake_value(fake_dev(h), "overlay_by"), "sse");
    fake_host_free(h);
}

/* With too many connections open, say: that it has no event stream was not said. */
Test(wifi_overlay, a_camera_that_is_too_busy_to_tell_is_asked_again_for_a_stream_of_them)
{
    struct fake_host *h = wifi_on_web(NULL);
    struct wr_dev *d = fake_dev(h);

    wifi_answer(h, "/overlay", 503, "text/plain", "There are too many connections.\n");
    cr_expect_str_eq(fake_value(d, "trouble"), "");
    fake_host_advance(h, FAKE_S + FAKE_MS);
    cr_expect_str_eq(fake_http_header(fake_http_for(h, "/overlay"), "Accept"),
        "text/event-stream, application/json;q=0.9");
    streaming(h);
    cr_expect_str_eq(fake_value(d, "overlay_by"), "sse");
    fake_host_free(h);
}

Test(wifi_overlay, an_event_without_end_is_cut_off)
{
    static char much[200 << 10];
    struct fake_host *h = wifi_on_web(NULL);
    struct fake_http *q = streaming(h);

    memset(much, 'x', sizeof much);
    fake_http_feed(q, much, sizeof much);
    fake_host_turn(h);
    cr_expect(q->over);
    cr_expect_not_null(strstr(fake_value(fake_dev(h), "trouble"), "too long"));
    cr_expect(fake_online(fake_dev(h)));
    fake_host_free(h);
}

Test(wifi_overlay, a_flood_of_them_is_cut_off_and_heard_again_much_later)
{
    static const char *const events[] = {"event: overlay\ndata: " HEAD("true") GRID("8", "6", "40")
                                             BLOCK "}\n\n",
        "event: overlay\ndata: nonsense\n\n", "data: something else\n\n"};

    for (size_t k = 0; k < sizeof events / sizeof *events; k++) {
        struct fake_host *h = wifi_on_web(NULL);
        struct fake_http *q = streaming(h);
        unsigned n = 0;

        for (; n < 5000 && !q->over; n++) {
            fake_http_feed(q, events[k], strlen(events[k]));
            fake_host_turn(h);
        }
        cr_expect(n > 500 && n < 2000, "%u", n);
        cr_expect_not_null(strstr(fake_value(fake_dev(h), "trouble"), "more of motion"));
        for (int i = 0; i < 6; i++) {
            cr_expect(fake_http_for(h, "/overlay")->over, "after %d s", 5 * i);
            fake_host_advance(h, 5 * FAKE_S + FAKE_MS);
            wifi_answer(h, "/metrics", 200, "application/json", WIFI_METRICS);
        }
        cr_expect_not(fake_http_for(h, "/overlay")->over);
        fake_host_free(h);
    }
}

Test(wifi_overlay, nothing_and_nonsense_do_no_harm)
{
    struct fake_host *h = wifi_on_web(NULL);
    struct wr_dev *d = fake_dev(h);

    wifi_answer(h, "/overlay", 200, "application/json", "{ }");
    cr_expect_eq(fake_n_overlays(d), 0);
    cr_expect_str_eq(fake_value(d, "trouble"), "");
    fake_host_advance(h, FAKE_S);
    wifi_answer(h, "/overlay", 200, "application/json", "<html>");
    cr_expect_not_null(strstr(fake_value(d, "trouble"), "cannot be read"));
    fake_host_advance(h, FAKE_S);
    wifi_answer(h, "/overlay", 500, "text/plain", "busy");
    fake_host_advance(h, FAKE_S);
    wifi_answer(h, "/overlay", 200, "application/json", shipped);
    cr_expect_eq(fake_n_overlays(d), 1);
    cr_expect_str_eq(fake_value(d, "trouble"), "");
    fake_host_free(h);
}
