/* Answers without an end: the pictures of /stream, and overlays as events and over a WebSocket. */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_wifi_port.h"

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

TestSuite(wifi_stream, .init = begin, .fini = end);

static unsigned count(unsigned k, const char *text)
{
    unsigned n = 0;
    const char *end = f.connections[k].out + f.connections[k].n_out;

    for (const char *at = f.connections[k].out; at < end; at++)
        n += (size_t)(end - at) >= strlen(text) && memcmp(at, text, strlen(text)) == 0;
    return n;
}

/* Of the last line that begins so; 0: there is none. */
static uint64_t last_id(unsigned k, const char *before)
{
    const char *end = f.connections[k].out + f.connections[k].n_out;

    for (const char *at = end; at > f.connections[k].out; at--)
        if ((size_t)(end - at) > strlen(before) && memcmp(at, before, strlen(before)) == 0)
            return strtoull(at + strlen(before), NULL, 10);
    return 0;
}

Test(wifi_stream, pictures_are_parts_with_length_and_number)
{
    fake_wifi_get(&f, 0, "/stream", "");
    fake_wifi_pass(&f, 2000000);
    cr_expect(strstr(
        f.connections[0].out, "Content-Type: multipart/x-mixed-replace; boundary=frame\r\n"));
    cr_expect_leq(19, count(0, "--frame\r\nContent-Type: image/jpeg\r\nContent-Length: 7200\r\n"));
    cr_expect_geq(21, count(0, "--frame\r\n"));
    cr_expect_eq(last_id(0, "X-Frame-Id: "), f.n_frames);
    cr_expect_eq(memcmp(f.connections[0].out + f.connections[0].n_out - 3, "j\r\n", 3), 0);
}

Test(wifi_stream, nobody_who_looks_nothing_to_encode)
{
    unsigned n;

    fake_wifi_get(&f, 0, "/stream", "");
    fake_wifi_pass(&f, 1000000);
    wifi_camera_hung_up(f.camera, f.now_us, 0);
    fake_wifi_pass(&f, 200000);
    n = f.n_encoded;
    cr_expect_gt(n, 8);
    fake_wifi_pass(&f, 2000000);
    cr_expect_eq(f.n_encoded, n);
}

Test(wifi_stream, who_is_slow_misses_pictures_and_never_gets_an_old_one)
{
    uint64_t seen;

    fake_wifi_get(&f, 0, "/stream", "");
    fake_wifi_get(&f, 1, "/stream", "");
    fake_wifi_pass(&f, 300000);
    f.connections[0].room = 10;
    fake_wifi_pass(&f, 2000000);
    cr_expect(f.connections[0].waiting);
    fake_wifi_clear(&f, 0);
    fake_wifi_room(&f, 0, SIZE_MAX);
    seen = last_id(0, "X-Frame-Id: ");
    cr_expect_geq(seen + 1, f.n_frames);
    cr_expect_eq(count(0, "--frame\r\n"), 1);
    cr_expect_geq(count(1, "--frame\r\n"), 20, "the other one is not held up");
}

Test(wifi_stream, who_reads_nothing_is_cut)
{
    fake_wifi_get(&f, 0, "/stream", "");
    f.connections[0].room = 10;
    fake_wifi_pass(&f, 10500000);
    cr_expect(f.connections[0].closed);
}

Test(wifi_stream, events_are_named_numbered_and_as_many_as_frames)
{
    unsigned n = f.n_frames;
    char line[64];

    fake_wifi_get(&f, 0, "/overlay", "Accept: text/event-stream\r\n");
    fake_wifi_pass(&f, 1000000);
    cr_expect(strstr(f.connections[0].out, "Content-Type: text/event-stream\r\n"));
    cr_expect_eq(count(0, "event: overlay\n"), f.n_frames - n + 1);
    (void)snprintf(line, sizeof line, "event: overlay\nid: %u\ndata: {\"intensity\":", f.n_frames);
    cr_expect_eq(count(0, line), 1);
    cr_expect_str_eq(f.connections[0].out + f.connections[0].n_out - 3, "}\n\n");
    cr_expect_eq(last_id(0, "\"frameId\":"), f.n_frames);
}

Test(wifi_stream, a_stream_without_news_says_something_now_and_then)
{
    fake_wifi_get(&f, 0, "/overlay", "Accept: text/event-stream\r\n");
    f.blind = true;
    fake_wifi_pass(&f, 1000000);
    fake_wifi_clear(&f, 0);
    fake_wifi_pass(&f, 31000000);
    cr_expect_str_eq(f.connections[0].out, ":\n\n:\n\n");
}

static void open_socket(unsigned k)
{
    fake_wifi_get(&f, k, "/overlay",
        "Upgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n");
    cr_assert(strstr(f.connections[k].out, "HTTP/1.1 101 Switching Protocols\r\n"));
}

/* A client's frame, masked with nothing. */
static void say_frame(unsigned k, uint8_t first, const char *payload)
{
    uint8_t frame[140] = {first, (uint8_t)(0x80 | strlen(payload))};

    memcpy(frame + 6, payload, strlen(payload));
    fake_wifi_say(&f, k, frame, 6 + strlen(payload));
}

Test(wifi_stream, a_websocket_opens_and_brings_the_same_json)
{
    open_socket(0);
    cr_expect(
        strstr(f.connections[0].out, "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
    const uint8_t *frame = (const uint8_t *)fake_wifi_body(&f, 0);
    cr_assert_eq(frame[0], 0x81);
    cr_assert_eq(frame[1], 126);
    cr_expect_eq(frame[4], '{');
    cr_expect_eq(frame[3 + (frame[2] << 8 | frame[3])], '}');
    fake_wifi_pass(&f, 1000000);
    cr_expect_eq(last_id(0, "\"frameId\":"), f.n_frames);
}

Test(wifi_stream, a_websocket_answers_ping_skips_messages_and_closes)
{
    f.blind = true;
    fake_wifi_pass(&f, 500000);
    open_socket(0);
    fake_wifi_clear(&f, 0);
    say_frame(0, 0x81, "hello camera");
    cr_expect_eq(f.connections[0].n_out, 0);
    say_frame(0, 0x89, "abc");
    cr_assert_eq(f.connections[0].n_out, 5);
    cr_expect_eq(memcmp(f.connections[0].out,
                     "\x8a\x03"
                     "abc",
                     5),
        0);
    fake_wifi_clear(&f, 0);
    say_frame(0, 0x88, "\x03\xe8");
    cr_expect_eq(memcmp(f.connections[0].out, "\x88\x02\x03\xe8", 4), 0);
    cr_expect(f.connections[0].ended);
}

Test(wifi_stream, a_websocket_hears_what_came_with_its_request)
{
    static const char both[] =
        "GET /overlay HTTP/1.1\r\nHost: camera\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        "\x89\x83\0\0\0\0abc";

    f.blind = true;
    fake_wifi_pass(&f, 500000);
    fake_wifi_ask(&f, 0, "");
    fake_wifi_say(&f, 0, both, sizeof both - 1);
    cr_assert(fake_wifi_body(&f, 0));
    cr_expect_eq(memcmp(fake_wifi_body(&f, 0),
                     "\x8a\x03"
                     "abc",
                     5),
        0);
}

Test(wifi_stream, a_websocket_in_single_bytes_and_of_long_messages)
{
    static const uint8_t head[] = {0x82, 0xfe, 0x10, 0x00, 1, 2, 3, 4};
    static const uint8_t ping[] = {0x89, 0x80, 1, 2, 3, 4};

    f.blind = true;
    fake_wifi_pass(&f, 500000);
    open_socket(0);
    fake_wifi_clear(&f, 0);
    fake_wifi_say(&f, 0, head, sizeof head);
    for (unsigned i = 0; i < 0x1000; i++)
        fake_wifi_say(&f, 0, "x", 1);
    for (unsigned i = 0; i < sizeof ping; i++)
        fake_wifi_say(&f, 0, ping + i, 1);
    cr_expect_eq(f.connections[0].n_out, 2);
    cr_expect(f.connections[0].open);
}

Test(wifi_stream, a_page_from_elsewhere_opens_no_websocket)
{
    fake_wifi_get(&f, 0, "/overlay",
        "Origin: http://elsewhere\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n");
    cr_expect(strstr(f.connections[0].out, "HTTP/1.1 403 Forbidden\r\n"));
}

Test(wifi_stream, what_is_no_websocket_ends)
{
    open_socket(0);
    fake_wifi_say(&f, 0, "\x81\x05hello", 7);
    cr_expect(f.connections[0].closed);
    fake_wifi_get(&f, 1, "/overlay",
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x\r\n"
        "Sec-WebSocket-Version: 13\r\n");
    cr_expect(strstr(f.connections[1].out, "HTTP/1.1 400 Bad Request\r\n"));
}
