#include "live.h"

#include <endian.h>
#include <stdio.h>
#include <string.h>

#include "http/routes.h"
#include "motion_words.h"

struct live live;

static void on_request(void *ctx, struct http_request *q)
{
    route_dispatch(&live.api, q);
}

static int on_ws_check(void *ctx, struct http_request *q)
{
    return ws_hub_check(live.api.ws, q);
}

static void on_ws_opened(void *ctx, struct ws *w, const char *peer)
{
    ws_hub_opened(live.api.ws, w);
}

static void on_ws_text(void *ctx, struct ws *w, const char *text, size_t n)
{
    ws_hub_text(w, text, n);
}

static void on_ws_writable(void *ctx, struct ws *w)
{
    ws_hub_writable(w);
}

static void on_ws_closed(void *ctx, struct ws *w)
{
    ws_hub_closed(w);
}

static void listen_here(void)
{
    static const struct http_server_events events = {.request = on_request,
        .ws_check = on_ws_check,
        .ws_opened = on_ws_opened,
        .ws_text = on_ws_text,
        .ws_writable = on_ws_writable,
        .ws_closed = on_ws_closed};
    static const struct http_server_config config = {.address = "127.0.0.1"};
    struct error e = ERROR_NULL;

    cr_assert_eq(ws_hub_new(&live.api, &live.api.ws), 0);
    cr_assert_eq(mjpeg_new(&live.api, &live.api.mjpeg), 0);
    cr_assert_eq(sse_new(&live.api, &live.api.sse), 0);
    cr_assert_eq(overlay_stream_new(&live.api, &live.api.overlays), 0);
    cr_assert_eq(burn_new(world.loop, world.bus, world.last, world.pool, &live.api.burn), 0);
    cr_assert_eq(
        http_server_new(world.loop, &config, &events, NULL, &live.api.server, &e), 0, "%s", e.text);
}

void live_open(void)
{
    struct config_problems problems;
    struct error e = ERROR_NULL;

    world_open(NULL);
    live.toy = world_toy();
    cr_assert_eq(config_parse("empty.yaml", "", 0, NULL, &live.config, &problems), 0);
    config_problems_fini(&problems);
    live.api = (struct api){.loop = world.loop,
        .bus = world.bus,
        .last = world.last,
        .pool = world.pool,
        .store = world.store,
        .devices = world.devices,
        .config = live.config,
        .boot_id = "0123456789abcdef0123456789abcdef",
        .started_us = loop_now_us(world.loop)};
    cr_assert_eq(auth_new(live.config, &live.api.auth, &e), 0, "%s", e.text);
    listen_here();
    talk_init(&live.talk, world.loop, http_server_port(live.api.server));
}

void live_close(void)
{
    http_server_free(live.api.server);
    ws_hub_free(live.api.ws);
    mjpeg_free(live.api.mjpeg);
    sse_free(live.api.sse);
    overlay_stream_free(live.api.overlays);
    burn_free(live.api.burn);
    auth_free(live.api.auth);
    config_free(live.config);
    world_close();
    talk_fini(&live.talk);
}

uint32_t live_picture(size_t n)
{
    struct wr_frame *f = toy_frame(n);

    cr_assert_not_null(f, "no frame is to be had");
    memset(f->data + 4, (int)(world.last_seq + 1), n - 4);
    f->captured_us = 0;
    cr_assert_eq(toy.dev->host->frame_publish(toy.dev, f), 0);
    return world.last_seq;
}

void live_overlay(uint32_t seq)
{
    static const struct overlay_block blocks[] = {{1, 2, 200, true, 3 * OVERLAY_UNIT + 64, -128}};
    struct overlay o = {.active = true,
        .intensity = (uint8_t)seq,
        .direction = MOTION_UP_RIGHT,
        .frame_id = 77,
        .has_frame_id = true,
        .frame_width = 320,
        .frame_height = 240,
        .columns = 8,
        .rows = 6,
        .block = 40,
        .blocks = blocks,
        .n_blocks = 1};

    cr_assert_eq(device_publish_overlay(live.toy, seq, &o), 0);
}

bool live_says(const char *text)
{
    return strstr(live.talk.reply, text) != NULL;
}

void live_turns(unsigned n)
{
    turns(&live.talk, n);
}

int viewer_new(const char *members)
{
    char text[1024];
    int fd = ws_client_new(&live.talk, "/api/v1/ws");

    cr_assert_eq(ws_client_read(&live.talk, fd), 0x81);
    cr_assert_not_null(strstr(live.talk.reply, "\"type\":\"hello\""));
    snprintf(text, sizeof text, "{\"id\":1,\"type\":\"subscribe\",%s}", members);
    ws_client_say(&live.talk, fd, text);
    cr_assert_eq(ws_client_read(&live.talk, fd), 0x81);
    cr_assert_not_null(strstr(live.talk.reply, "\"success\":true"), "%s", live.talk.reply);
    return fd;
}

void viewer_read_picture(int fd)
{
    while (ws_client_read(&live.talk, fd) != 0x82)
        ;
    cr_assert_geq(live.talk.n_reply, 32);
    cr_assert_eq(live.talk.reply[0], 1);
    cr_assert_eq(live.talk.reply[1], 1);
    cr_assert_eq(picture_length() + 32, live.talk.n_reply);
    cr_assert_eq((uint8_t)live.talk.reply[live.talk.n_reply - 1], (uint8_t)picture_seq(),
        "another picture's bytes");
}

uint32_t picture_seq(void)
{
    uint32_t seq;

    memcpy(&seq, live.talk.reply + 4, sizeof seq);
    return le32toh(seq);
}

unsigned picture_channel(void)
{
    uint16_t channel;

    memcpy(&channel, live.talk.reply + 2, sizeof channel);
    return le16toh(channel);
}

size_t picture_length(void)
{
    uint32_t length;

    memcpy(&length, live.talk.reply + 24, sizeof length);
    return le32toh(length);
}
