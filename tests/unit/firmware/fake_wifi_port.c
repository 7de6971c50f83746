#include "fake_wifi_port.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAC "a0b1c2d3e4f5"

/* --- Bluetooth and WiFi ----------------------------------------------------------------------- */

static void set_value(void *ctx, enum wifi_camera_value which, const void *bytes, size_t n)
{
    struct fake_wifi *f = ctx;
    char *to = which == WIFI_CAMERA_STATUS ? f->status : f->ssid_value;

    memcpy(to, bytes, n);
    to[n] = '\0';
}

static bool notify(void *ctx, const void *bytes, size_t n)
{
    struct fake_wifi *f = ctx;

    if (f->radio_full)
        return false;
    f->n_notified++;
    memcpy(f->notified, bytes, n);
    f->notified[n] = '\0';
    return true;
}

static void join(void *ctx, const char *ssid, const char *pass)
{
    struct fake_wifi *f = ctx;

    f->n_joins++;
    strcpy(f->ssid, ssid);
    strcpy(f->pass, pass);
}

static void leave(void *ctx)
{
    struct fake_wifi *f = ctx;

    f->n_leaves++;
    f->ssid[0] = '\0';
}

static int rssi(void *ctx)
{
    return -51;
}

static void announce(void *ctx, uint16_t port)
{
    struct fake_wifi *f = ctx;

    f->announced = port;
}

/* --- the sensor ------------------------------------------------------------------------------- */

static int camera_open(void *ctx, enum wifi_frame_size size, unsigned buffers)
{
    struct fake_wifi *f = ctx;

    cr_assert_not(f->sensor_open, "it was not closed");
    f->n_opens++;
    f->size = size;
    f->buffers = buffers;
    f->sensor_open = !f->no_sensor;
    return f->no_sensor ? -1 : 0;
}

static void camera_close(void *ctx)
{
    struct fake_wifi *f = ctx;

    cr_assert(!f->capture_to && !f->job, "somebody works on the pictures");
    f->sensor_open = false;
}

static void capture(void *ctx, uint8_t *to)
{
    struct fake_wifi *f = ctx;

    cr_assert(f->sensor_open && !f->capture_to && !f->job);
    cr_assert_not(f->encoding && to == f->encode.grey, "that one is being encoded");
    f->capture_to = to;
    f->capture_us = f->now_us + FAKE_CAPTURE_US;
}

static void draw(struct fake_wifi *f)
{
    unsigned width = f->size == WIFI_QVGA ? 320 : 160, height = width * 3 / 4;
    double shift = FAKE_STEP_PX * (double)f->n_frames;

    for (unsigned y = 0; y < height; y++)
        for (unsigned x = 0; x < width; x++)
            f->capture_to[y * width + x] = (uint8_t)(128 + 50 * sin((x - shift) / 6.0) +
                50 * sin(y / 7.0 + (x - shift) / 31.0));
}

static void captured(struct fake_wifi *f)
{
    if (!f->blind)
        draw(f);
    f->n_frames += !f->blind;
    f->capture_to = NULL;
    wifi_camera_captured(f->camera, f->now_us, !f->blind);
}

static void encode(void *ctx, const struct wifi_camera_encoding *what)
{
    struct fake_wifi *f = ctx;

    cr_assert_not(f->encoding);
    f->encoding = true;
    f->encode = *what;
    f->encode_us = f->now_us + FAKE_ENCODE_US;
}

static void encoded(struct fake_wifi *f)
{
    size_t n = f->jpeg_bytes * f->encode.quality / 100;

    f->encoding = false;
    f->n_encoded++;
    if (n <= f->encode.cap) {
        memset(f->encode.jpeg, 'j', n);
        memcpy(f->encode.jpeg, "\xFF\xD8", 2);
    }
    wifi_camera_encoded(f->camera, f->now_us, n <= f->encode.cap ? n : 0);
}

static void work(void *ctx, void (*job)(void *arg), void *arg)
{
    struct fake_wifi *f = ctx;

    cr_assert(!f->job && !f->capture_to);
    f->job = job;
    f->job_arg = arg;
    f->work_us = f->now_us + FAKE_WORK_US;
}

static void worked(struct fake_wifi *f)
{
    void (*job)(void *arg) = f->job;

    job(f->job_arg);
    f->job = NULL;
    wifi_camera_worked(f->camera, f->now_us);
}

/* --- connections ------------------------------------------------------------------------------ */

static int start_listening(void *ctx, uint16_t port)
{
    struct fake_wifi *f = ctx;

    if (f->no_listen)
        return -1;
    cr_assert_eq(f->listening, 0);
    f->listening = port;
    return 0;
}

static void unlisten(void *ctx)
{
    struct fake_wifi *f = ctx;

    f->listening = 0;
}

static int send_bytes(void *ctx, unsigned k, const void *bytes, size_t n)
{
    struct fake_wifi *f = ctx;
    struct fake_connection *to = &f->connections[k];
    size_t taken = n < to->room ? n : to->room;

    cr_assert(to->open && !to->ended);
    if (to->broken)
        return -1;
    cr_assert_leq(taken, FAKE_OUT_BYTES - to->n_out);
    memcpy(to->out + to->n_out, bytes, taken);
    to->n_out += taken;
    to->out[to->n_out] = '\0';
    to->room -= to->room == SIZE_MAX ? 0 : taken;
    to->waiting = taken < n;
    return (int)taken;
}

static void end_sending(void *ctx, unsigned k)
{
    struct fake_wifi *f = ctx;

    f->connections[k].ended = true;
}

static void close_it(void *ctx, unsigned k)
{
    struct fake_wifi *f = ctx;

    cr_assert(f->connections[k].open);
    f->connections[k].open = false;
    f->connections[k].closed = true;
}

/* --- the rest --------------------------------------------------------------------------------- */

static void *memory_new(void *ctx, size_t n)
{
    struct fake_wifi *f = ctx;
    size_t *piece = f->no_memory ? NULL : malloc(sizeof *piece * 2 + n);

    if (!piece)
        return NULL;
    *piece = n;
    f->n_memory++;
    f->memory_bytes += n;
    if (f->memory_bytes > f->memory_most)
        f->memory_most = f->memory_bytes;
    return piece + 2;
}

static void memory_free(void *ctx, void *at)
{
    struct fake_wifi *f = ctx;
    size_t *piece = at;

    if (!piece)
        return;
    piece -= 2;
    f->n_memory--;
    f->memory_bytes -= *piece;
    free(piece);
}

static size_t heap_free(void *ctx)
{
    struct fake_wifi *f = ctx;

    return f->heap;
}

static unsigned cpu_percent(void *ctx)
{
    struct fake_wifi *f = ctx;

    return f->cpu;
}

static bool load(void *ctx, struct wifi_camera_kept *ret)
{
    struct fake_wifi *f = ctx;

    if (f->has_kept)
        *ret = f->kept;
    return f->has_kept;
}

static int save(void *ctx, const struct wifi_camera_kept *kept)
{
    struct fake_wifi *f = ctx;

    if (f->no_flash)
        return -1;
    f->kept = *kept;
    f->has_kept = true;
    f->n_saves++;
    return 0;
}

static uint32_t no_chance(void *ctx)
{
    return 0;
}

static int64_t now(void *ctx)
{
    struct fake_wifi *f = ctx;

    return f->now_us;
}

static void keep_line(void *ctx, const char *line)
{
    struct fake_wifi *f = ctx;

    (void)snprintf(f->log, sizeof f->log, "%s", line);
}

/* --- life ------------------------------------------------------------------------------------- */

static struct wifi_camera_port port_of(struct fake_wifi *f)
{
    return (struct wifi_camera_port){.ctx = f,
        .set_value = set_value,
        .notify = notify,
        .join = join,
        .leave = leave,
        .rssi = rssi,
        .announce = announce,
        .camera_open = camera_open,
        .camera_close = camera_close,
        .capture = capture,
        .encode = encode,
        .work = work,
        .listen = start_listening,
        .unlisten = unlisten,
        .send = send_bytes,
        .end = end_sending,
        .close = close_it,
        .memory_new = memory_new,
        .memory_free = memory_free,
        .heap_free = heap_free,
        .cpu_percent = cpu_percent,
        .load = load,
        .save = save,
        .random = no_chance,
        .now_us = now,
        .log = keep_line};
}

void fake_wifi_boot(struct fake_wifi *f)
{
    static const struct wifi_camera_identity who = {.fw = "1.0.0", .mac = MAC};
    struct wifi_camera_port port = port_of(f);

    f->camera = wifi_camera_init(f->room, &port, &who);
    wifi_camera_start(f->camera, f->now_us);
}

void fake_wifi_begin(struct fake_wifi *f)
{
    memset(f, 0, sizeof *f);
    f->now_us = 1000000;
    f->heap = 150 * 1024;
    f->cpu = 30;
    f->jpeg_bytes = 9000;
    f->room = malloc(wifi_camera_bytes());
    fake_wifi_boot(f);
}

void fake_wifi_end(struct fake_wifi *f)
{
    f->capture_to = NULL;
    f->encoding = false;
    f->job = NULL;
    wifi_camera_fini(f->camera);
    free(f->room);
    cr_expect_eq(f->n_memory, 0, "%u pieces of memory were not given back", f->n_memory);
}

static int64_t next_us(const struct fake_wifi *f)
{
    int64_t at = wifi_camera_next_us(f->camera);

    if (f->capture_to && f->capture_us < at)
        at = f->capture_us;
    if (f->encoding && !f->slow_encoder && f->encode_us < at)
        at = f->encode_us;
    if (f->job && !f->slow_worker && f->work_us < at)
        at = f->work_us;
    return at;
}

void fake_wifi_pass(struct fake_wifi *f, int64_t us)
{
    int64_t until = f->now_us + us;
    unsigned n_still = 0;

    while (next_us(f) <= until) {
        int64_t at = next_us(f);

        n_still = at > f->now_us ? 0 : n_still + 1;
        cr_assert_lt(n_still, 100, "it wants to be stepped again and again");
        f->now_us = at > f->now_us ? at + f->late_us : f->now_us;
        if (f->capture_to && f->capture_us <= f->now_us)
            captured(f);
        else if (f->encoding && !f->slow_encoder && f->encode_us <= f->now_us)
            encoded(f);
        else if (f->job && !f->slow_worker && f->work_us <= f->now_us)
            worked(f);
        else
            wifi_camera_step(f->camera, f->now_us);
    }
    f->now_us = until;
    wifi_camera_step(f->camera, f->now_us);
}

/* --- what a test does ------------------------------------------------------------------------- */

int fake_wifi_control(struct fake_wifi *f, const char *json)
{
    return wifi_camera_control_written(f->camera, f->now_us, true, json, strlen(json));
}

void fake_wifi_online(struct fake_wifi *f)
{
    fake_wifi_control(f, "{\"cmd\":\"configure\",\"ssid\":\"Home\",\"pass\":\"secret77\"}");
    fake_wifi_control(f, "{\"cmd\":\"enable\"}");
    fake_wifi_pass(f, 1000000);
    wifi_camera_joined(f->camera, f->now_us, "10.0.0.7");
    cr_assert_neq(f->listening, 0);
}

struct wifi_status fake_wifi_status(const struct fake_wifi *f)
{
    struct wifi_status s;

    cr_assert_eq(
        wifi_status_read((struct span){f->status, strlen(f->status)}, &s), 0, "%s", f->status);
    return s;
}

void fake_wifi_say(struct fake_wifi *f, unsigned k, const void *bytes, size_t n)
{
    wifi_camera_received(f->camera, f->now_us, k, bytes, n);
}

void fake_wifi_ask(struct fake_wifi *f, unsigned k, const char *text)
{
    struct fake_connection *to = &f->connections[k];

    if (!to->open) {
        memset(to, 0, sizeof *to);
        to->open = true;
        to->room = SIZE_MAX;
        wifi_camera_accepted(f->camera, f->now_us, k);
    }
    fake_wifi_say(f, k, text, strlen(text));
}

void fake_wifi_get(struct fake_wifi *f, unsigned k, const char *path, const char *headers)
{
    char text[1024];

    (void)snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: 10.0.0.7\r\n%s\r\n", path, headers);
    fake_wifi_ask(f, k, text);
}

void fake_wifi_room(struct fake_wifi *f, unsigned k, size_t n)
{
    f->connections[k].room = n;
    f->connections[k].waiting = false;
    wifi_camera_room(f->camera, f->now_us, k);
}

const char *fake_wifi_body(const struct fake_wifi *f, unsigned k)
{
    const char *end = strstr(f->connections[k].out, "\r\n\r\n");

    return end ? end + 4 : NULL;
}

void fake_wifi_clear(struct fake_wifi *f, unsigned k)
{
    f->connections[k].n_out = 0;
    f->connections[k].out[0] = '\0';
}
