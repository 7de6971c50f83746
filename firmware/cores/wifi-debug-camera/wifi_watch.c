/* wifi_watch.c - looks once a second whether processor and memory suffice, and takes fewer or smaller pictures if not; see
 * wifi_camera_private.h. */
#include "wifi_camera_private.h"

#define EVERY_US INT64_C(1000000)
/* Below this it can do more again: well under the limit, or it would go up and down. */
#define CPU_CALM_PERCENT 55
/* What was given back shows by then. */
#define LEAN_PAUSE_US INT64_C(3000000)
#define LEAN_FPS 5

void wifi_watch_begin(struct wifi_camera *c)
{
    bool was_lean = c->watch.leanness > 0;

    c->watch = (struct wifi_watch){.next_us = c->now_us + EVERY_US,
        .fps = c->kept.settings.stream_fps,
        .lean_us = c->now_us + LEAN_PAUSE_US,
        .last_id = c->lens.frame_id,
        .measured = c->watch.measured,
        .cpu = c->watch.cpu};
    if (was_lean && c->lens.state != WIFI_LENS_CLOSED)
        wifi_lens_open(c);
}

const char *wifi_watch_refusal(const struct wifi_camera *c)
{
    if (c->port.heap_free(c->port.ctx) > WIFI_CAMERA_HEAP_TO_ENABLE)
        return NULL;
    return "there is too little memory: less than 100 kB are free";
}

static unsigned fps_limit(const struct wifi_camera *c)
{
    unsigned set = c->kept.settings.stream_fps;

    return c->watch.leanness >= WIFI_LEAN_SMALL && set > LEAN_FPS ? LEAN_FPS : set;
}

static void watch_processor(struct wifi_camera *c)
{
    struct wifi_watch *w = &c->watch;

    w->cpu = c->port.cpu_percent(c->port.ctx);
    if (w->cpu > WIFI_CAMERA_CPU_MAX_PERCENT && w->fps > 1)
        w->fps -= w->fps >= 4 ? w->fps / 4 : 1;
    else if (w->cpu < CPU_CALM_PERCENT && w->fps < fps_limit(c))
        w->fps++;
    if (w->fps > fps_limit(c))
        w->fps = fps_limit(c);
}

/* What was given up is not taken back until settings change or WiFi begins anew: it would be given up again. */
static void watch_memory(struct wifi_camera *c)
{
    struct wifi_watch *w = &c->watch;

    if (c->port.heap_free(c->port.ctx) >= WIFI_CAMERA_HEAP_TO_KEEP || c->now_us < w->lean_us ||
        w->leanness == WIFI_LEAN_SMALL)
        return;
    w->leanness++;
    w->lean_us = c->now_us + LEAN_PAUSE_US;
    c->port.log(c->port.ctx,
        w->leanness == WIFI_LEAN_SMALL ? "memory is short: smaller and fewer pictures"
                                       : "memory is short: one picture at a time");
    wifi_lens_open(c);
}

void wifi_watch_step(struct wifi_camera *c)
{
    struct wifi_watch *w = &c->watch;

    if (c->now_us < wifi_watch_next_us(c))
        return;
    w->next_us = c->now_us + EVERY_US;
    w->measured = (unsigned)(c->lens.frame_id - w->last_id);
    w->last_id = c->lens.frame_id;
    watch_processor(c);
    watch_memory(c);
}

int64_t wifi_watch_next_us(const struct wifi_camera *c)
{
    return c->server ? c->watch.next_us : WIFI_NEVER_US;
}
