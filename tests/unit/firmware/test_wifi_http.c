/* Requests and answers of the camera's HTTP server, and who is too many, too long or too slow. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "fake_wifi_port.h"
#include "overlay_json.h"
#include "wifi_page.h"

static struct fake_wifi f;

static void begin(void)
{
    fake_wifi_begin(&f);
    fake_wifi_online(&f);
    fake_wifi_pass(&f, 1000000);
}

static void end(void)
{
    fake_wifi_end(&f);
}

TestSuite(wifi_http, .init = begin, .fini = end);

static const char *out(unsigned k)
{
    return f.connections[k].out;
}

static bool says(unsigned k, const char *text)
{
    return strstr(out(k), text) != NULL;
}

static void expect_answer(unsigned k, const char *status)
{
    cr_expect_eq(strncmp(out(k), status, strlen(status)), 0, "%s: %.200s", status, out(k));
}

Test(wifi_http, the_page_comes_packed_and_plain)
{
    fake_wifi_get(&f, 0, "/", "Accept-Encoding: gzip, br\r\n");
    expect_answer(0, "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n");
    cr_expect(says(0, "Content-Encoding: gzip\r\n"));
    cr_expect_eq(memcmp(fake_wifi_body(&f, 0), wifi_page_gz, wifi_page_gz_bytes), 0);
    fake_wifi_get(&f, 1, "/?from=somewhere", "");
    cr_expect_not(says(1, "Content-Encoding"));
    cr_expect_eq(strlen(fake_wifi_body(&f, 1)), wifi_page_bytes);
    cr_expect(f.connections[0].open && !f.connections[0].ended);
}

Test(wifi_http, one_connection_answers_one_request_after_the_other)
{
    fake_wifi_get(&f, 0, "/metrics", "");
    fake_wifi_clear(&f, 0);
    fake_wifi_get(&f, 0, "/wifi/status", "");
    cr_expect(says(0, "\"ssid\":\"Home\""));
    fake_wifi_clear(&f, 0);
    fake_wifi_ask(&f, 0,
        "GET /nothing HTTP/1.1\r\n\r\nGET /wifi/status HTTP/1.1\r\n\r\nGET /nothing HTTP/1.1\r\n"
        "Connection: close\r\n\r\n");
    expect_answer(0, "HTTP/1.1 404 Not Found\r\n");
    cr_expect(says(0, "\"ssid\":\"Home\""));
    cr_expect(says(0, "Connection: close\r\n"));
    cr_expect(f.connections[0].ended);
    fake_wifi_pass(&f, 2100000);
    cr_expect(f.connections[0].closed, "who does not end it, too, is cut");
}

Test(wifi_http, a_request_may_come_in_pieces)
{
    static const char request[] = "GET /wifi/status HTTP/1.1\r\nHost: a\r\n\r\n";

    fake_wifi_ask(&f, 0, "");
    for (size_t i = 0; i + 1 < sizeof request; i++) {
        cr_expect_eq(f.connections[0].n_out, 0);
        fake_wifi_say(&f, 0, request + i, 1);
    }
    expect_answer(0, "HTTP/1.1 200 OK\r\n");
}

Test(wifi_http, other_paths_and_methods_are_refused)
{
    fake_wifi_get(&f, 0, "/../etc", "");
    expect_answer(0, "HTTP/1.1 404 Not Found\r\n");
    fake_wifi_ask(&f, 1, "DELETE /stream HTTP/1.1\r\n\r\n");
    expect_answer(1, "HTTP/1.1 405 Method Not Allowed\r\n");
    cr_expect(says(1, "Allow: GET\r\n"));
    fake_wifi_get(&f, 2, "/settings", "");
    expect_answer(2, "HTTP/1.1 405 Method Not Allowed\r\n");
    cr_expect(says(2, "Allow: PATCH\r\n"));
    fake_wifi_ask(&f, 3, "nonsense\r\n\r\n");
    expect_answer(3, "HTTP/1.1 400 Bad Request\r\n");
    cr_expect(f.connections[3].ended);
    fake_wifi_ask(&f, 4, "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
    expect_answer(4, "HTTP/1.1 501 Not Implemented\r\n");
    fake_wifi_ask(&f, 5, "POST / HTTP/1.1\r\nContent-Length: 5000\r\n\r\n");
    expect_answer(5, "HTTP/1.1 413 Content Too Large\r\n");
}

Test(wifi_http, a_page_that_led_its_own_name_here_reads_nothing)
{
    static const char *const paths[] = {"/", "/stream", "/overlay", "/snapshot", "/metrics"};
    char text[200];

    for (unsigned k = 0; k < 5; k++) {
        (void)snprintf(
            text, sizeof text, "GET %s HTTP/1.1\r\nHost: evil.example\r\n\r\n", paths[k]);
        fake_wifi_ask(&f, k, text);
        expect_answer(k, "HTTP/1.1 421 Misdirected Request\r\n");
        cr_expect(f.connections[k].ended);
    }
    fake_wifi_ask(
        &f, 5, "GET /wifi/status HTTP/1.1\r\nHost: camera.example\r\nSec-Fetch-Site: none\r\n\r\n");
    expect_answer(5, "HTTP/1.1 200 OK\r\n");
}

Test(wifi_http, who_asks_for_a_head_gets_no_body)
{
    fake_wifi_ask(&f, 0, "HEAD /metrics HTTP/1.1\r\n\r\nHEAD /nothing HTTP/1.1\r\n\r\n");
    expect_answer(0, "HTTP/1.1 405 Method Not Allowed\r\n");
    cr_expect_eq(strncmp(fake_wifi_body(&f, 0), "HTTP/1.1 404 Not Found\r\n", 24), 0, "%s", out(0));
    cr_expect_not(says(0, "nothing here"));
}

Test(wifi_http, a_head_that_is_too_long_is_refused)
{
    static char text[4096];

    memset(text, 'a', sizeof text - 1);
    memcpy(text, "GET / HTTP/1.1\r\nCookie: ", 24);
    fake_wifi_ask(&f, 0, text);
    expect_answer(0, "HTTP/1.1 431 Request Header Fields Too Large\r\n");
    cr_expect(f.connections[0].ended);
}

Test(wifi_http, who_is_too_many_is_told_unless_one_is_idle)
{
    for (unsigned k = 0; k < 6; k++)
        fake_wifi_get(&f, k, "/overlay", "Accept: text/event-stream\r\n");
    fake_wifi_get(&f, 6, "/metrics", "");
    expect_answer(6, "HTTP/1.1 503 Service Unavailable\r\n");
    cr_expect(f.connections[6].ended);
    wifi_camera_hung_up(f.camera, f.now_us, 6);
    wifi_camera_hung_up(f.camera, f.now_us, 0);
    fake_wifi_get(&f, 0, "/metrics", "");
    fake_wifi_get(&f, 6, "/metrics", "");
    expect_answer(6, "HTTP/1.1 200 OK\r\n");
    cr_expect(f.connections[0].closed, "the idle one made room");
}

Test(wifi_http, three_may_watch)
{
    for (unsigned k = 0; k < 4; k++)
        fake_wifi_get(&f, k, "/stream", "");
    expect_answer(2, "HTTP/1.1 200 OK\r\n");
    expect_answer(3, "HTTP/1.1 503 Service Unavailable\r\n");
}

/* Asks for `path`, and takes no more than the head's first bytes. */
static void take_little(unsigned k, const char *path)
{
    fake_wifi_ask(&f, k, "");
    f.connections[k].room = 10;
    fake_wifi_get(&f, k, path, "Accept: text/event-stream\r\n");
    fake_wifi_pass(&f, 200000);
    cr_assert(f.connections[k].waiting);
}

Test(wifi_http, who_asks_for_nothing_is_cut)
{
    fake_wifi_ask(&f, 0, "");
    fake_wifi_pass(&f, 14000000);
    fake_wifi_get(&f, 0, "/metrics", "");
    fake_wifi_pass(&f, 14000000);
    cr_expect_not(f.connections[0].closed);
    fake_wifi_pass(&f, 2000000);
    cr_expect(f.connections[0].closed);
}

Test(wifi_http, who_trickles_is_cut)
{
    take_little(0, "/");
    take_little(1, "/stream");
    take_little(2, "/overlay");
    fake_wifi_ask(&f, 3, "GET / HT");
    for (unsigned i = 0; i < 9; i++) {
        fake_wifi_pass(&f, 1000000);
        for (unsigned k = 0; k < 3; k++)
            fake_wifi_room(&f, k, 1);
        fake_wifi_say(&f, 3, "T", 1);
    }
    for (unsigned k = 0; k < 4; k++)
        cr_expect_not(f.connections[k].closed, "%u", k);
    fake_wifi_pass(&f, 1000000);
    for (unsigned k = 0; k < 4; k++)
        cr_expect(f.connections[k].closed, "%u", k);
}

Test(wifi_http, who_takes_each_picture_in_time_may_watch_for_ever)
{
    take_little(0, "/stream");
    for (unsigned i = 0; i < 20; i++) {
        fake_wifi_pass(&f, 3000000);
        fake_wifi_room(&f, 0, 4000);
    }
    cr_expect_not(f.connections[0].closed);
}

Test(wifi_http, who_is_slowest_makes_room)
{
    take_little(0, "/overlay");
    take_little(1, "/stream");
    for (unsigned k = 2; k < 6; k++)
        fake_wifi_get(&f, k, "/overlay", "Accept: text/event-stream\r\n");
    fake_wifi_get(&f, 6, "/metrics", "");
    expect_answer(6, "HTTP/1.1 503 Service Unavailable\r\n");
    wifi_camera_hung_up(f.camera, f.now_us, 6);
    fake_wifi_pass(&f, 1700000);
    fake_wifi_get(&f, 6, "/metrics", "");
    expect_answer(6, "HTTP/1.1 200 OK\r\n");
    cr_expect(f.connections[0].closed);
    cr_expect_not(f.connections[1].closed, "it was a little faster");
    fake_wifi_pass(&f, 500000);
    fake_wifi_get(&f, 7, "/metrics", "");
    expect_answer(7, "HTTP/1.1 200 OK\r\n");
    cr_expect(f.connections[1].closed);
    for (unsigned k = 2; k < 6; k++)
        cr_expect_not(f.connections[k].closed, "who takes what comes stays");
}

Test(wifi_http, an_answer_goes_out_as_there_is_room)
{
    fake_wifi_ask(&f, 0, "");
    f.connections[0].room = 1;
    fake_wifi_get(&f, 0, "/", "");
    while (f.connections[0].waiting)
        fake_wifi_room(&f, 0, 997);
    cr_expect_eq(memcmp(fake_wifi_body(&f, 0), wifi_page, wifi_page_bytes), 0);
    cr_expect_eq(strlen(fake_wifi_body(&f, 0)), wifi_page_bytes);
}

Test(wifi_http, a_connection_that_breaks_is_closed)
{
    fake_wifi_ask(&f, 0, "");
    f.connections[0].broken = true;
    fake_wifi_get(&f, 0, "/", "");
    cr_expect(f.connections[0].closed);
}

Test(wifi_http, a_snapshot_is_the_next_picture)
{
    unsigned n = f.n_frames;

    fake_wifi_get(&f, 0, "/snapshot", "");
    cr_expect_eq(f.connections[0].n_out, 0);
    fake_wifi_pass(&f, 200000);
    expect_answer(0, "HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: 7200\r\n");
    cr_expect(says(0, "X-Frame-Id: "));
    cr_expect_geq(f.n_frames, n + 1);
    cr_expect_eq(f.n_encoded, 1, "and nobody encodes when nobody looks");
    cr_expect_eq((unsigned char)fake_wifi_body(&f, 0)[0], 0xFF);
}

Test(wifi_http, without_a_picture_a_snapshot_fails_as_the_first_cameras_say_it)
{
    f.blind = true;
    fake_wifi_get(&f, 0, "/snapshot", "");
    fake_wifi_pass(&f, 3100000);
    expect_answer(0, "HTTP/1.1 503 Service Unavailable\r\n");
    cr_expect_str_eq(fake_wifi_body(&f, 0), "Camera capture failed");
}

Test(wifi_http, the_overlay_is_that_of_the_newest_frame)
{
    struct overlay_block room[64];
    struct overlay o;

    fake_wifi_get(&f, 0, "/overlay", "");
    expect_answer(0, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n");
    const char *body = fake_wifi_body(&f, 0);
    cr_assert_eq(overlay_json_read(body, strlen(body), &o, room, 64), 0);
    cr_expect_eq(o.columns, 8);
    cr_expect_eq(o.frame_id, f.n_frames);
    cr_expect(o.active);
    cr_expect_gt(o.n_blocks, 20);
    cr_expect_float_eq(o.blocks[0].dx / 256.0, FAKE_STEP_PX, 0.5);
}

Test(wifi_http, before_two_frames_the_overlay_is_empty)
{
    f.blind = true;
    fake_wifi_control(&f, "{\"cmd\":\"disable\"}");
    fake_wifi_pass(&f, 100000);
    fake_wifi_online(&f);
    fake_wifi_get(&f, 0, "/overlay", "");
    cr_expect_str_eq(fake_wifi_body(&f, 0), "{}");
}

Test(wifi_http, metrics_have_the_names_of_the_first_cameras_and_ours)
{
    static const char *const names[] = {"totalFrames", "motionFrames", "intensity", "avgBrightness",
        "flashIntensity", "trajectoryLength", "motionActive", "avgComputeTimeMs", "avgConfidence",
        "avgActiveBlocks", "direction", "avgSpeed", "heapFree", "cpuPercent", "streamFps"};
    char quoted[40];

    fake_wifi_pass(&f, 2000000);
    fake_wifi_get(&f, 0, "/metrics", "");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        (void)snprintf(quoted, sizeof quoted, "\"%s\":", names[i]);
        cr_expect(says(0, quoted), "%s", names[i]);
    }
    cr_expect(says(0, "\"heapFree\":153600,\"cpuPercent\":30,\"streamFps\":10}"), "%s", out(0));
    cr_expect(says(0, "\"direction\":\"right\""));
}

static void patch(unsigned k, const char *type, const char *body)
{
    char text[512];

    (void)snprintf(text, sizeof text,
        "PATCH /settings HTTP/1.1\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n%s", type,
        strlen(body), body);
    fake_wifi_ask(&f, k, text);
}

Test(wifi_http, rate_and_size_are_set_by_patch)
{
    patch(0, "application/json", "{\"stream_fps\":5,\"frame_size\":\"QQVGA\"}");
    expect_answer(0, "HTTP/1.1 200 OK\r\n");
    cr_expect(says(0, "\"stream_fps\":5,\"frame_size\":\"QQVGA\""));
    cr_expect_eq(f.kept.settings.stream_fps, 5);
    fake_wifi_pass(&f, 1000000);
    cr_expect_eq(f.size, WIFI_QQVGA);
    patch(1, "text/plain", "{\"stream_fps\":6}");
    expect_answer(1, "HTTP/1.1 415 Unsupported Media Type\r\n");
    patch(2, "application/json", "{\"web_enabled\":false}");
    expect_answer(2, "HTTP/1.1 403 Forbidden\r\n");
    patch(3, "application/json", "{\"stream_fps\":0}");
    expect_answer(3, "HTTP/1.1 422 Unprocessable Entity\r\n");
    cr_expect_eq(f.kept.settings.stream_fps, 5);
    f.no_flash = true;
    patch(4, "application/json", "{\"stream_fps\":7}");
    expect_answer(4, "HTTP/1.1 500 Internal Server Error\r\n");
}

Test(wifi_http, a_body_may_come_later_and_be_followed_by_another_request)
{
    fake_wifi_ask(&f, 0,
        "PATCH /settings HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n"
        "{\"stream");
    cr_expect_eq(f.connections[0].n_out, 0);
    fake_wifi_ask(&f, 0, "_fps\":6}GET /nothing HTTP/1.1\r\n\r\n");
    expect_answer(0, "HTTP/1.1 200 OK\r\n");
    cr_expect(says(0, "HTTP/1.1 404 Not Found\r\n"));
}

Test(wifi_http, when_the_network_is_lost_all_connections_end)
{
    fake_wifi_get(&f, 0, "/stream", "");
    fake_wifi_get(&f, 1, "/wifi/status", "");
    wifi_camera_lost(f.camera, f.now_us);
    cr_expect(f.connections[0].closed && f.connections[1].closed);
}
