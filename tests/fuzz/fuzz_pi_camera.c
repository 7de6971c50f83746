/* Each line is a command to the whole camera, between frames; whatever comes, each gets one answer
 * at most and one end, and the camera goes on. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "pi_camera.h"

#define MAX_PEERS 32

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct world {
    struct pi_camera camera;
    int64_t now_us;
    bool finished[MAX_PEERS];
    uint32_t exports[PI_MAX_TASKS];
    unsigned n_exports, n_saving;
};

static int64_t wall_us(void *ctx)
{
    return 0;
}

static void log_line(void *ctx, enum pi_log level, const char *text)
{
    if (strlen(text) > 4096)
        abort();
}

static int memory(void *ctx, struct pi_memory *ret)
{
    *ret = (struct pi_memory){.rss_bytes = 1 << 20};
    return 0;
}

static int source_start(void *ctx, const struct pi_source_want *want)
{
    return 0;
}

static void source_stop(void *ctx)
{
}

static int source_adjust(void *ctx, const struct pi_source_want *want)
{
    return want->framerate % 3 == 0; /* now and then a restart */
}

static int exposure(void *ctx, struct pi_exposure *ret)
{
    return 0;
}

static unsigned controls(void *ctx, struct pi_control *out, unsigned cap)
{
    return 0;
}

static void publish(void *ctx, const struct pi_frame_meta *meta, const uint8_t *jpeg, size_t n)
{
}

static void live(void *ctx, bool is)
{
}

static int export(void *ctx, const struct pi_export *job)
{
    struct world *w = ctx;

    if (w->n_exports == PI_MAX_TASKS || job->n_frames == 0 || job->formats == 0)
        abort();
    w->exports[w->n_exports++] = job->id;
    return 0;
}

static int save_config(void *ctx, const char *text, size_t n)
{
    if (((struct world *)ctx)->n_saving++ > 0)
        abort();
    return 0;
}

static int send_bytes(
    void *ctx, void *peer, const void *head, size_t n_head, const void *body, size_t n_body)
{
    if (*(bool *)peer)
        abort();
    return 0;
}

static void finish(void *ctx, void *peer)
{
    if (*(bool *)peer)
        abort();
    *(bool *)peer = true;
}

static void one_frame(struct world *w)
{
    static const uint8_t jpeg[] = "xxx";
    unsigned wanted = pi_camera_offer(&w->camera, w->now_us);
    struct pi_picture p = {.jpeg = jpeg,
        .n = 3,
        .width = 8,
        .height = 8,
        .full = wanted & PI_WANT_FULL ? jpeg : NULL,
        .n_full = 3,
        .dark_score = 20,
        .mono_us = w->now_us};

    if (wanted)
        pi_camera_frame(&w->camera, w->now_us, &p);
    while (w->n_exports > 0) {
        struct pi_export_result r = {.n_files = 1, .first_path = "/x"};
        pi_camera_export_done(&w->camera, w->now_us, w->exports[--w->n_exports], &r);
    }
    if (w->n_saving > 0) {
        w->n_saving = 0;
        pi_camera_config_saved(&w->camera, NULL);
    }
    w->now_us += 2100000;
    pi_camera_step(&w->camera, w->now_us);
}

static void run(struct world *w, const char *text, size_t n)
{
    for (unsigned i = 0; i < MAX_PEERS && n > 0; i++) {
        const char *end = memchr(text, '\n', n);
        size_t line = end ? (size_t)(end - text) : n;
        pi_camera_trigger(&w->camera, w->now_us, &w->finished[i], text,
            line < PI_COMMAND_MAX_BYTES ? line : PI_COMMAND_MAX_BYTES);
        if (i % 3 == 2)
            one_frame(w);
        text += line + (end != NULL);
        n -= line + (end != NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct world world;
    static uint64_t room[(4 << 20) / 8];
    struct world *w = &world;
    const struct pi_camera_port port = {w, wall_us, log_line, memory, NULL, source_start,
        source_stop, source_adjust, exposure, controls, publish, live, export, save_config,
        send_bytes, finish};
    struct pi_config config;

    memset(w, 0, sizeof *w);
    pi_config_init(&config);
    config.ring_max_mib = 1;
    pi_camera_init(&w->camera, &port, &config, "config.json", NULL, room, sizeof room);
    pi_camera_start(&w->camera, 0);
    run(w, (const char *)data, size);
    for (int i = 0; i < 40; i++)
        one_frame(w);
    pi_camera_stop(&w->camera);
    return 0;
}
