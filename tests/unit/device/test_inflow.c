/* What a device may send: all that a camera films, and no flood. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <warren/http.h>
#include <warren/tcp.h>

#include "base/clock.h"
#include "loop/tcp.h"
#include "loop/wait.h"
#include "world.h"

#define KIB 1024u
#define MIB (1024u * KIB)
#define READ_BYTES (16u * KIB)

static struct device *d;
static struct inflow_tap taps[2];
static unsigned n_gone_on;

static void on_go_on(struct inflow_tap *t)
{
    n_gone_on++;
}

static void setup(void)
{
    world_open(NULL);
    d = world_toy();
    n_gone_on = 0;
    for (size_t i = 0; i < N_ELEMENTS(taps); i++)
        inflow_tap_init(&taps[i], on_go_on);
}

TestSuite(inflow, .init = setup, .fini = world_close, .timeout = 60);

static uint64_t held_ms(void)
{
    return (uint64_t)device_stats(d)->held_us / 1000;
}

/* So many pictures a second, for so many seconds; in pieces, as a socket has them. */
static void film(unsigned fps, size_t picture_bytes, unsigned seconds)
{
    for (unsigned i = 0; i < fps * seconds; i++) {
        inflow_picture(d);
        for (size_t n = 0; n < picture_bytes; n += READ_BYTES)
            inflow_took(d, &taps[0], READ_BYTES);
        loop_advance(world.loop, US_PER_S / fps);
    }
}

Test(inflow, cameras_are_never_held_back)
{
    film(30, 800 * KIB, 60); /* 1600 x 1200 at its best */
    film(60, 380 * KIB, 60);
    film(10, 2 * MIB, 60);
    cr_expect(n_gone_on == 0 && held_ms() == 0);
    cr_expect_eq(world_events("device.held_back", NULL), 0);
}

Test(inflow, what_was_stuck_in_a_network_comes_at_once)
{
    for (size_t n = 0; n < 20 * MIB; n += READ_BYTES)
        cr_assert_not(inflow_took(d, &taps[0], READ_BYTES));
}

/* Whoever is not held sends at once; how much in so many seconds. */
static size_t flood(size_t piece, unsigned seconds)
{
    size_t n = 0;

    for (int64_t end_us = loop_now_us(world.loop) + seconds * US_PER_S;
         loop_now_us(world.loop) < end_us;) {
        if (inflow_holds(&taps[0])) {
            loop_advance(world.loop, US_PER_MS);
            continue;
        }
        inflow_took(d, &taps[0], piece);
        n += piece;
    }
    return n;
}

Test(inflow, a_flood_is_held_back_and_goes_on)
{
    size_t n = flood(64 * KIB, 20);

    cr_expect(n > 20 * 24 * MIB && n < 22 * 24 * MIB, "%zu MiB", n / MIB);
    cr_expect_gt(n_gone_on, 1000);
    cr_expect(held_ms() > 15000 && held_ms() <= 20000, "%lu ms", held_ms());
}

Test(inflow, single_bytes_count_as_what_it_costs_to_hand_them_over)
{
    size_t n = flood(1, 5);

    cr_expect_lt(n, 7 * 24 * KIB, "%zu", n);
}

Test(inflow, pictures_have_a_limit_of_their_own)
{
    unsigned n = 0;

    while (!inflow_took(d, &taps[0], 100)) {
        inflow_picture(d);
        n++;
    }
    cr_expect_leq(n, INFLOW_BURST_PICTURES + 1);
    loop_advance(world.loop, US_PER_S / 50);
    cr_expect_eq(n_gone_on, 1);
    cr_expect_not(inflow_holds(&taps[0]));
}

Test(inflow, is_told_once_and_again_when_it_goes_on_for_long)
{
    const char *data;

    flood(64 * KIB, 30);
    cr_assert_eq(world_events("device.held_back", &data), 1);
    cr_expect_str_eq(data,
        "{\"why\":\"more than 24 MiB of pictures, or 6 MiB of lines, come from it in a second\"}");
    loop_advance(world.loop, 540 * US_PER_S);
    flood(64 * KIB, 20);
    cr_expect_eq(world_events("device.held_back", NULL), 1);
    loop_advance(world.loop, 20 * US_PER_S);
    flood(64 * KIB, 2);
    cr_expect_eq(world_events("device.held_back", NULL), 2);
}

Test(inflow, all_connections_of_a_device_count_together)
{
    while (!inflow_took(d, &taps[0], MIB))
        ;
    cr_expect(inflow_took(d, &taps[1], 1), "it was the other one's turn");
    inflow_tap_fini(&taps[0]);
    loop_advance(world.loop, US_PER_S);
    cr_expect_eq(n_gone_on, 1, "who has ended does not go on");
    cr_expect_not(inflow_took(d, NULL, 1));
}

/* --- over the network --------------------------------------------------------------------------- */

/* Says the same again and again, as fast as it goes. */
static struct {
    struct tcp_listener *listener;
    struct tcp *t;
    const char *head, *again;
    size_t n_again;
    char block[64 * KIB];
    size_t n_block;
    bool pauses;
    size_t n_got;
    unsigned n_parts;
    wr_handle handle;
} peer;

static void pour(void *ctx, struct tcp *t)
{
    while (tcp_send(t, peer.block, peer.n_block) == 0)
        ;
}

static size_t peer_data(void *ctx, struct tcp *t, const uint8_t *bytes, size_t n)
{
    cr_assert_eq(tcp_send(t, peer.head, strlen(peer.head)), 0);
    pour(ctx, t);
    return n;
}

static void peer_closed(void *ctx, struct tcp *t, int why, size_t left)
{
    peer.t = NULL;
}

static void peer_accepted(void *ctx, struct tcp *t)
{
    static const struct tcp_events events = {
        .data = peer_data, .drained = pour, .closed = peer_closed};

    peer.t = t;
    tcp_set_events(t, &events, NULL);
}

static uint16_t peer_open(const char *head, const char *again, size_t n_again)
{
    static const struct tcp_limits limits = {.send_max_bytes = MIB};

    memset(&peer, 0, sizeof peer);
    peer.head = head;
    while (peer.n_block + n_again <= sizeof peer.block) {
        memcpy(peer.block + peer.n_block, again, n_again);
        peer.n_block += n_again;
    }
    cr_assert_eq(tcp_listen(world.loop, "127.0.0.1", 0, 1, &limits, peer_accepted, NULL,
                     &peer.listener, NULL),
        0);
    return tcp_listener_port(peer.listener);
}

static void peer_close(void)
{
    toy.dev->host->cancel(toy.dev, peer.handle);
    if (peer.t)
        tcp_abort(peer.t);
    tcp_listener_free(peer.listener);
}

static void turns_until_held(void)
{
    WAIT_UNTIL(world.loop, !list_empty(&d->inflow.held));
    some_turns(world.loop);
}

static void toy_opened(struct wr_dev *dev, wr_handle h, void *ctx)
{
    dev->host->tcp->send(dev, h, "?", 1);
}

static size_t toy_data(struct wr_dev *dev, wr_handle h, void *ctx, const uint8_t *bytes, size_t n)
{
    peer.n_got += n;
    if (peer.pauses)
        dev->host->tcp->pause(dev, h);
    return n;
}

static void toy_closed(struct wr_dev *dev, wr_handle h, void *ctx, int why, size_t left)
{
    cr_assert_fail("it is not closed");
}

static void connect_toy(void)
{
    static const struct wr_tcp_events events = {
        .size = sizeof events, .opened = toy_opened, .data = toy_data, .closed = toy_closed};
    const struct wr_tcp_target target = {
        .size = sizeof target, .host = "127.0.0.1", .port = peer_open("", "noise", 5)};

    peer.handle = toy.dev->host->tcp->connect(toy.dev, &target, &events, NULL);
    cr_assert(peer.handle);
    turns_until_held();
}

Test(inflow, a_tcp_connection_is_read_as_fast_as_it_may)
{
    size_t before;

    connect_toy();
    before = peer.n_got;
    cr_expect(before >= 24 * MIB && before < 26 * MIB, "%zu", before);
    some_turns(world.loop);
    cr_expect_eq(peer.n_got, before);
    loop_advance(world.loop, US_PER_S / 4);
    WAIT_UNTIL(world.loop, peer.n_got - before >= 5 * MIB);
    turns_until_held();
    cr_expect_lt(peer.n_got - before, 8 * MIB);
    peer_close();
}

Test(inflow, whom_its_driver_has_paused_stays_so)
{
    size_t before;

    connect_toy();
    peer.pauses = true;
    loop_advance(world.loop, US_PER_S);
    WAIT_UNTIL(world.loop, list_empty(&d->inflow.held));
    some_turns(world.loop);
    before = peer.n_got;
    loop_advance(world.loop, US_PER_S);
    some_turns(world.loop);
    cr_expect_eq(peer.n_got, before);
    peer.pauses = false;
    toy.dev->host->tcp->resume(toy.dev, peer.handle);
    WAIT_UNTIL(world.loop, peer.n_got > before);
    peer_close();
}

static void toy_part(struct wr_dev *dev, wr_handle h, void *ctx, const struct wr_prop *headers,
    size_t n_headers, struct wr_frame *frame)
{
    peer.n_parts++;
    if (frame)
        dev->host->frame_publish(dev, frame);
}

static void toy_raw(struct wr_dev *dev, wr_handle h, void *ctx, const uint8_t *bytes, size_t n)
{
    peer.n_got += n;
}

static void toy_ended(struct wr_dev *dev, wr_handle h, void *ctx, int why, const char *error)
{
    cr_assert_fail("it is not ended: %s", error);
}

static void stream_toy(const char *head, const char *again, size_t n_again, bool raw)
{
    static const struct wr_http_stream_events events = {
        .size = sizeof events, .part = toy_part, .data = toy_raw, .closed = toy_ended};
    const struct wr_http *http = toy.dev->host->http;
    char url[64];
    const struct wr_http_request q = {.size = sizeof q, .url = url, .timeout_ms = 2000};

    snprintf(url, sizeof url, "http://127.0.0.1:%u/", peer_open(head, again, n_again));
    peer.handle = (raw ? http->stream_raw : http->stream)(toy.dev, &q, &events, NULL);
    cr_assert(peer.handle);
    turns_until_held();
}

Test(inflow, comment_lines_without_end_are_held_back)
{
    size_t before;

    stream_toy("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n", ":\n", 2, true);
    before = peer.n_got;
    cr_expect(before >= 6 * MIB && before < 7 * MIB, "%zu", before);
    loop_advance(world.loop, US_PER_S);
    WAIT_UNTIL(world.loop, peer.n_got - before >= 5 * MIB);
    turns_until_held();
    cr_expect_lt(peer.n_got - before, 8 * MIB);
    peer_close();
}

/* A read of 64 KiB may hold more of them than are allowed for some time: that is no silence. */
Test(inflow, tiny_pictures_at_line_speed_are_held_back)
{
    static const char part[] = "--b\r\nContent-Length: 4\r\n\r\n\xFF\xD8\xFF\xD9\r\n";
    unsigned before;

    stream_toy("HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=b\r\n\r\n",
        part, sizeof part - 1, false);
    before = peer.n_parts;
    cr_expect_geq(before, INFLOW_BURST_PICTURES);
    loop_advance(world.loop, 3 * US_PER_S);
    some_turns(world.loop);
    cr_expect_eq(peer.n_parts, before);
    loop_advance(world.loop, 30 * US_PER_S);
    WAIT_UNTIL(world.loop, peer.n_parts > before);
    turns_until_held();
    cr_expect_leq(peer.n_parts, 33 * INFLOW_PICTURES_PER_S + 2 * 64 * KIB / (sizeof part - 1));
    peer_close();
}
