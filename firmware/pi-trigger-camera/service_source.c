/* service_source.c - where pictures come from: started, stopped and told as the core wants it. */
#include "service_private.h"

#include <errno.h>
#include <math.h>

#include "pipeline.h"
#include "source.h"

static void source_frame(void *ctx, const struct raw_frame *f)
{
    struct service *s = ctx;
    const struct pi_config *g = &s->camera.config;
    struct pipeline_want want = {.width = (unsigned)g->camera_width,
        .height = (unsigned)g->camera_height,
        .ring_width =
            (unsigned)(g->ring_downscale_enable ? g->ring_downscale_width : g->camera_width),
        .ring_height =
            (unsigned)(g->ring_downscale_enable ? g->ring_downscale_height : g->camera_height),
        .quality = (unsigned)g->camera_jpeg_quality};

    if (pipeline_busy(s->pipeline))
        return; /* the next one is newer anyway */
    unsigned wanted = pi_camera_offer(&s->camera, service_now(s));
    if (!wanted)
        return;
    want.full = wanted & PI_WANT_FULL;
    int r = pipeline_submit(s->pipeline, f, &want);
    if (r < 0)
        pi_camera_bad_frame(&s->camera, service_now(s), error_name(r));
}

static void source_ended(void *ctx, const char *why)
{
    struct service *s = ctx;

    pi_camera_source_ended(&s->camera, service_now(s), why);
    service_step(s);
}

static void source_said(void *ctx, const char *text)
{
    log_file_write(((struct service *)ctx)->log, PI_LOG_INFO, text);
}

const struct source_events service_source_events = {
    .frame = source_frame, .ended = source_ended, .said = source_said};

static int start_source(struct service *s, const struct pi_source_want *want, struct error *e)
{
    int r = s->source
        ? 0
        : source_new(s->loop, s->config.source, &service_source_events, s, &s->source, e);

    return r < 0 ? r : s->source->kind->start(s->source, want, e);
}

int service_source_start(void *ctx, const struct pi_source_want *want)
{
    struct service *s = ctx;
    struct error e = ERROR_NULL;
    int r = start_source(s, want, &e);

    if (r < 0)
        log_file_write(s->log, PI_LOG_ERROR, error_text(&e));
    return r;
}

void service_source_stop(void *ctx)
{
    struct service *s = ctx;

    if (s->source)
        s->source->kind->stop(s->source);
}

int service_source_adjust(void *ctx, const struct pi_source_want *want)
{
    struct service *s = ctx;

    if (!s->source)
        return -ENODEV;
    return s->source->kind->adjust ? s->source->kind->adjust(s->source, want) : 1;
}

int service_exposure(void *ctx, struct pi_exposure *ret)
{
    struct service *s = ctx;
    const struct pi_source_want *w = &s->camera.want;

    if (s->source && s->source->kind->exposure)
        return s->source->kind->exposure(s->source, ret);
    ret->automatic = !w->manual;
    return 0;
}

/* Where the source tells nothing: what it can be told. */
static unsigned told_controls(struct service *s, struct pi_control *out)
{
    struct pi_exposure e = {.exposure_us = -1, .gain = NAN};
    bool known = service_exposure(s, &e) >= 0;

    out[0] = (struct pi_control){"AeEnable", 0, 1, 1, known && e.automatic};
    out[1] =
        (struct pi_control){"AnalogueGain", 1, 100, 1, known && e.gain > 0 ? (int64_t)e.gain : 0};
    out[2] = (struct pi_control){
        "ExposureTime", 1, 240000000, 0, known && e.exposure_us > 0 ? e.exposure_us : 0};
    return 3;
}

unsigned service_controls(void *ctx, struct pi_control *out, unsigned cap)
{
    struct service *s = ctx;

    return s->source && s->source->kind->controls ? s->source->kind->controls(s->source, out, cap)
                                                  : told_controls(s, out);
}
