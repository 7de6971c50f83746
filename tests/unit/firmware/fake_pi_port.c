#include "fake_pi_port.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define START_US INT64_C(1000000000)
#define WALL_US INT64_C(1767225600000000)

static int64_t wall_us(void *ctx)
{
    const struct fake_pi *w = ctx;

    return WALL_US + (w->now_us - START_US);
}

static void log_line(void *ctx, enum pi_log level, const char *text)
{
    struct fake_pi *w = ctx;

    if (w->n_log < sizeof w->log - 1024)
        w->n_log +=
            (size_t)snprintf(w->log + w->n_log, sizeof w->log - w->n_log, "%d %s\n", level, text);
}

static int memory(void *ctx, struct pi_memory *ret)
{
    const struct fake_pi *w = ctx;

    *ret = w->readings;
    return w->memory_result;
}

static int source_start(void *ctx, const struct pi_source_want *want)
{
    struct fake_pi *w = ctx;

    cr_assert_not(w->running, "started twice");
    w->n_starts++;
    w->want = *want;
    w->running = w->start_result >= 0;
    return w->start_result;
}

static void source_stop(void *ctx)
{
    struct fake_pi *w = ctx;

    cr_assert(w->running, "stopped without having been started");
    w->running = false;
    w->n_stops++;
}

static int source_adjust(void *ctx, const struct pi_source_want *want)
{
    struct fake_pi *w = ctx;

    cr_assert(w->running);
    w->n_adjusts++;
    if (w->adjust_result == 0)
        w->want = *want;
    return w->adjust_result;
}

static int exposure(void *ctx, struct pi_exposure *ret)
{
    const struct fake_pi *w = ctx;

    if (w->want.manual)
        *ret = (struct pi_exposure){w->want.exposure_us, w->want.gain, false};
    else
        ret->automatic = true;
    return 0;
}

static unsigned controls(void *ctx, struct pi_control *out, unsigned cap)
{
    const struct fake_pi *w = ctx;

    for (unsigned i = 0; i < w->n_controls && i < cap; i++) {
        out[i] = (struct pi_control){.min = -1, .max = 1000 + i, .fallback = 5, .value = 6};
        snprintf(out[i].name, sizeof out[i].name, i == 0 ? "Sharp\"ness" : "Control %u", 99 - i);
    }
    return w->n_controls;
}

static void publish(void *ctx, const struct pi_frame_meta *meta, const uint8_t *jpeg, size_t n)
{
    struct fake_pi *w = ctx;

    w->published = *meta;
    w->n_published++;
}

static void live(void *ctx, bool is)
{
    struct fake_pi *w = ctx;

    cr_assert_neq(w->live, is);
    w->live = is;
}

static int export(void *ctx, const struct pi_export *job)
{
    struct fake_pi *w = ctx;

    if (w->export_result < 0)
        return w->export_result;
    cr_assert_lt(w->n_exports, FAKE_EXPORTS);
    struct fake_export *e = &w->exports[w->n_exports++];
    e->job = *job;
    memcpy(e->frames, job->frames, job->n_frames * sizeof *e->frames);
    e->job.frames = e->frames;
    return 0;
}

static int save_config(void *ctx, const char *text, size_t n)
{
    struct fake_pi *w = ctx;

    if (w->save_result < 0)
        return w->save_result;
    memcpy(w->saved_config, text, n);
    w->saved_config[n] = '\0';
    return 0;
}

static int send_bytes(
    void *ctx, void *peer, const void *head, size_t n_head, const void *body, size_t n_body)
{
    struct fake_peer *p = peer;

    cr_assert_not(p->finished, "sent after the end");
    if (p->refuse_after == 1)
        return -EAGAIN;
    if (p->refuse_after > 1)
        p->refuse_after--;
    cr_assert_lt(p->n + n_head + n_body, sizeof p->got);
    memcpy(p->got + p->n, head ? head : "", n_head);
    memcpy(p->got + p->n + n_head, body, n_body);
    p->n += n_head + n_body;
    return 0;
}

static void finish(void *ctx, void *peer)
{
    struct fake_peer *p = peer;

    cr_assert_not(p->finished, "finished twice");
    p->finished = true;
}

struct fake_pi *fake_pi_new(void)
{
    struct fake_pi *w = calloc(1, sizeof *w);

    w->now_us = START_US;
    w->readings.rss_bytes = 40 << 20;
    return w;
}

void fake_pi_free(struct fake_pi *w)
{
    free(w->memory);
    free(w);
}

void fake_pi_init(struct fake_pi *w, const struct pi_config *config, const char *token)
{
    const struct pi_camera_port port = {.ctx = w,
        .wall_us = wall_us,
        .log = log_line,
        .memory = memory,
        .source_start = source_start,
        .source_stop = source_stop,
        .source_adjust = source_adjust,
        .exposure = exposure,
        .controls = controls,
        .publish = publish,
        .live = live,
        .export = export,
        .save_config = save_config,
        .send = send_bytes,
        .finish = finish};
    size_t n = pi_camera_memory(config);

    w->memory = malloc(n);
    pi_camera_init(&w->camera, &port, config, "config.json", token, w->memory, n);
}

struct fake_pi *fake_pi_started(void)
{
    struct fake_pi *w = fake_pi_new();
    struct pi_config config;

    pi_config_init(&config);
    config.export_auto_save_interval_s = 0;
    fake_pi_init(w, &config, NULL);
    pi_camera_start(&w->camera, w->now_us);
    fake_pi_wait(w, 0);
    return w;
}

void fake_pi_wait(struct fake_pi *w, int64_t us)
{
    int64_t until = w->now_us + us;

    for (;;) {
        int64_t next = pi_camera_step(&w->camera, w->now_us);
        cr_assert_gt(next, w->now_us, "a step asks to be called at once again");
        if (next > until)
            break;
        w->now_us = next;
    }
    w->now_us = until;
    pi_camera_step(&w->camera, w->now_us);
}

unsigned fake_pi_frame(struct fake_pi *w, double score)
{
    static const uint8_t jpeg[] = "xxx", full[] = "FULL";
    unsigned wanted = pi_camera_offer(&w->camera, w->now_us);
    struct pi_picture p = {.jpeg = jpeg,
        .n = 3,
        .width = (uint16_t)w->camera.config.camera_width,
        .height = (uint16_t)w->camera.config.camera_height,
        .full = wanted & PI_WANT_FULL ? full : NULL,
        .n_full = 4,
        .full_width = 1024,
        .full_height = 768,
        .dark_score = score,
        .time_us = wall_us(w),
        .mono_us = w->now_us};

    if (wanted)
        pi_camera_frame(&w->camera, w->now_us, &p);
    return wanted;
}

void fake_pi_frames(struct fake_pi *w, unsigned n, double score)
{
    for (unsigned i = 0; i < n; i++) {
        fake_pi_wait(w,
            w->camera.night.active ? PI_NIGHT_PAUSE_US
                                   : 1000000 / w->camera.config.camera_framerate);
        cr_assert(fake_pi_frame(w, score), "frame %u is not wanted", i);
    }
}

struct fake_peer *fake_pi_send(struct fake_pi *w, const char *text)
{
    cr_assert_lt(w->n_peers, FAKE_PEERS);
    struct fake_peer *p = &w->peers[w->n_peers++];

    pi_camera_trigger(&w->camera, w->now_us, p, text, strlen(text));
    return p;
}

void fake_pi_exported(struct fake_pi *w, const char *path, const char *why)
{
    struct pi_export_result r = {0};

    cr_assert_gt(w->n_exports, 0, "no job is out");
    struct fake_export e = w->exports[0];
    memmove(w->exports, w->exports + 1, --w->n_exports * sizeof *w->exports);
    if (why)
        snprintf(r.why, sizeof r.why, "%s", why);
    for (unsigned f = e.job.formats; f && !why; f &= f - 1)
        r.n_files += e.job.stack ? 1 : e.job.n_frames;
    if (!why)
        snprintf(r.first_path, sizeof r.first_path, "%s", path);
    pi_camera_export_done(&w->camera, w->now_us, e.job.id, &r);
}

bool fake_pi_logged(const struct fake_pi *w, const char *text)
{
    return strstr(w->log, text) != NULL;
}
