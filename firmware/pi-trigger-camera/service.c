/* service.c - see service.h: the port of the camera's core. */
#include "service.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "export_work.h"
#include "http_face.h"
#include "log_file.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "memory_use.h"
#include "pipeline.h"
#include "source.h"
#include "trigger_face.h"

/* Between looks at work that must end before we do. */
#define WAIT_US 2000

struct service {
    struct loop *loop;
    struct service_config config;
    const struct service_events *events;
    void *ctx;
    struct log_file *log;
    struct source *source;
    struct pipeline *pipeline;
    struct export_work *exports;
    struct trigger_face *triggers;
    struct http_face *http;
    struct service_peer_events peers;
    struct timer step;
    bool running;
    uint64_t n_frames;
    void *memory;
    size_t n_memory;
    struct pi_camera camera;
};

static int64_t now(const struct service *s)
{
    return loop_now_us(s->loop);
}

/* Time goes on: whatever happened may have moved the camera's next deadline. */
static void step(struct service *s)
{
    int64_t next;

    if (!s->running)
        return;
    next = pi_camera_step(&s->camera, now(s));
    if (next != INT64_MAX)
        (void)timer_once(&s->step, next - now(s));
}

static void step_due(struct timer *t)
{
    step(container_of(t, struct service, step));
}

/* --- the core's world: log, memory, files ----------------------------------------------------- */

static int64_t port_wall(void *ctx)
{
    return loop_wall_us(((struct service *)ctx)->loop);
}

static void port_log(void *ctx, enum pi_log level, const char *text)
{
    log_file_write(((struct service *)ctx)->log, level, text);
}

static int port_memory(void *ctx, struct pi_memory *ret)
{
    return memory_read(ret);
}

/* Whole pages that lie inside. */
static void port_release(void *ctx, void *at, size_t n)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE),
              from = ((uintptr_t)at + page - 1) / page * page;
    uintptr_t to = ((uintptr_t)at + n) / page * page;

    if (from < to)
        (void)madvise((void *)from, to - from, MADV_DONTNEED);
}

static int port_export(void *ctx, const struct pi_export *job)
{
    return export_work_run(((struct service *)ctx)->exports, job);
}

static int port_save_config(void *ctx, const char *text, size_t n)
{
    return export_work_save_config(((struct service *)ctx)->exports, text, n);
}

static void exported(void *ctx, uint32_t id, const struct pi_export_result *result)
{
    struct service *s = ctx;

    pi_camera_export_done(&s->camera, now(s), id, result);
    step(s);
}

static void config_saved(void *ctx, const char *why)
{
    struct service *s = ctx;

    pi_camera_config_saved(&s->camera, why);
}

static const struct export_events export_events = {
    .exported = exported, .config_saved = config_saved};

/* --- the source ------------------------------------------------------------------------------- */

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
    unsigned wanted = pi_camera_offer(&s->camera, now(s));
    if (!wanted)
        return;
    want.full = wanted & PI_WANT_FULL;
    int r = pipeline_submit(s->pipeline, f, &want);
    if (r < 0)
        pi_camera_bad_frame(&s->camera, now(s), error_name(r));
}

static void source_ended(void *ctx, const char *why)
{
    struct service *s = ctx;

    pi_camera_source_ended(&s->camera, now(s), why);
    step(s);
}

static void source_said(void *ctx, const char *text)
{
    port_log(ctx, PI_LOG_INFO, text);
}

static const struct source_events source_events = {
    .frame = source_frame, .ended = source_ended, .said = source_said};

static int start_source(struct service *s, const struct pi_source_want *want, struct error *e)
{
    int r = s->source ? 0 : source_new(s->loop, s->config.source, &source_events, s, &s->source, e);

    return r < 0 ? r : s->source->kind->start(s->source, want, e);
}

static int port_source_start(void *ctx, const struct pi_source_want *want)
{
    struct service *s = ctx;
    struct error e = ERROR_NULL;
    int r = start_source(s, want, &e);

    if (r < 0)
        port_log(s, PI_LOG_ERROR, error_text(&e));
    return r;
}

static void port_source_stop(void *ctx)
{
    struct service *s = ctx;

    if (s->source)
        s->source->kind->stop(s->source);
}

static int port_source_adjust(void *ctx, const struct pi_source_want *want)
{
    struct service *s = ctx;

    if (!s->source)
        return -ENODEV;
    return s->source->kind->adjust ? s->source->kind->adjust(s->source, want) : 1;
}

static int port_exposure(void *ctx, struct pi_exposure *ret)
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
    bool known = port_exposure(s, &e) >= 0;

    out[0] = (struct pi_control){"AeEnable", 0, 1, 1, known && e.automatic};
    out[1] =
        (struct pi_control){"AnalogueGain", 1, 100, 1, known && e.gain > 0 ? (int64_t)e.gain : 0};
    out[2] = (struct pi_control){
        "ExposureTime", 1, 240000000, 0, known && e.exposure_us > 0 ? e.exposure_us : 0};
    return 3;
}

static unsigned port_controls(void *ctx, struct pi_control *out, unsigned cap)
{
    struct service *s = ctx;

    return s->source && s->source->kind->controls ? s->source->kind->controls(s->source, out, cap)
                                                  : told_controls(s, out);
}

/* --- pictures --------------------------------------------------------------------------------- */

static void pipeline_picture(void *ctx, const struct pi_picture *p)
{
    struct service *s = ctx;

    if (!s->running)
        return;
    pi_camera_frame(&s->camera, now(s), p);
    s->n_frames++;
    step(s);
    if (s->events && s->events->frame)
        s->events->frame(s->ctx, s->n_frames);
}

static void pipeline_failed(void *ctx, const char *why)
{
    struct service *s = ctx;

    pi_camera_bad_frame(&s->camera, now(s), why);
}

static const struct pipeline_events pipeline_events = {
    .picture = pipeline_picture, .failed = pipeline_failed};

static void port_publish(void *ctx, const struct pi_frame_meta *meta, const uint8_t *jpeg, size_t n)
{
    struct service *s = ctx;

    if (s->http)
        http_face_publish(s->http, meta, jpeg, n);
}

static void port_live(void *ctx, bool live)
{
    struct service *s = ctx;

    if (!live && s->http)
        http_face_stop_streams(s->http);
}

static bool http_newest(void *ctx, struct pi_ring_frame *ret)
{
    return pi_camera_newest(&((struct service *)ctx)->camera, ret);
}

static unsigned http_fps(void *ctx)
{
    return (unsigned)((struct service *)ctx)->camera.config.mjpeg_fps;
}

static const struct http_face_events http_events = {.newest = http_newest, .fps = http_fps};

/* --- triggers --------------------------------------------------------------------------------- */

static int port_send(
    void *ctx, void *peer, const void *head, size_t n_head, const void *body, size_t n_body)
{
    return ((struct service *)ctx)->peers.send(peer, head, n_head, body, n_body);
}

static void port_finish(void *ctx, void *peer)
{
    ((struct service *)ctx)->peers.finish(peer);
}

static void on_command(void *ctx, void *peer, const char *text, size_t n)
{
    struct service *s = ctx;

    pi_camera_trigger(&s->camera, now(s), peer, text, n);
    step(s);
}

static void on_refused(void *ctx, void *peer, const char *why)
{
    pi_camera_refuse(&((struct service *)ctx)->camera, peer, why);
}

static void on_drained(void *ctx, void *peer)
{
    struct service *s = ctx;

    pi_camera_drained(&s->camera, now(s), peer);
}

static void on_gone(void *ctx, void *peer)
{
    pi_camera_gone(&((struct service *)ctx)->camera, peer);
}

static const struct trigger_events trigger_events = {
    .command = on_command, .refused = on_refused, .drained = on_drained, .gone = on_gone};

void service_set_peers(struct service *s, const struct service_peer_events *events)
{
    s->peers = *events;
}

void service_trigger(struct service *s, void *peer, const char *text, size_t n)
{
    on_command(s, peer, text, n);
}

void service_peer_drained(struct service *s, void *peer)
{
    on_drained(s, peer);
}

void service_peer_gone(struct service *s, void *peer)
{
    on_gone(s, peer);
}

void service_set_quietly(struct service *s, const struct pi_key *k, struct pi_span value)
{
    pi_camera_set(&s->camera, now(s), k, value);
    step(s);
}

/* --- life ------------------------------------------------------------------------------------- */

static const struct pi_camera_port port = {
    .wall_us = port_wall,
    .log = port_log,
    .memory = port_memory,
    .release = port_release,
    .source_start = port_source_start,
    .source_stop = port_source_stop,
    .source_adjust = port_source_adjust,
    .exposure = port_exposure,
    .controls = port_controls,
    .publish = port_publish,
    .live = port_live,
    .export = port_export,
    .save_config = port_save_config,
    .send = port_send,
    .finish = port_finish,
};

static int init_camera(struct service *s)
{
    struct pi_camera_port with_us = port;

    with_us.ctx = s;
    s->n_memory = pi_camera_memory(&s->config.config);
    s->memory = mmap(NULL, s->n_memory, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (s->memory == MAP_FAILED) {
        s->memory = NULL;
        return -ENOMEM;
    }
    pi_camera_init(&s->camera, &with_us, &s->config.config, s->config.config_path, s->config.token,
        s->memory, s->n_memory);
    return 0;
}

static int open_faces(struct service *s, struct error *e)
{
    const struct pi_config *g = &s->config.config;
    const struct http_face_config http = {
        s->config.listen, (uint16_t)g->mjpeg_port, g->export_base_dir};
    int r;

    if (s->config.seed_dialect)
        return 0;
    r = trigger_face_new(s->loop, s->config.listen, (uint16_t)g->network_trigger_port,
        &trigger_events, s, &s->triggers, e);
    if (r >= 0 && g->mjpeg_enable)
        r = http_face_new(s->loop, &http, &http_events, s, &s->http, e);
    s->peers =
        (struct service_peer_events){.send = trigger_face_send, .finish = trigger_face_finish};
    return r;
}

static int service_init(struct service *s, struct error *e)
{
    int r = init_camera(s);

    timer_init(&s->step, s->loop, step_due);
    if (r >= 0)
        r = pipeline_new(s->loop, &pipeline_events, s, &s->pipeline);
    if (r >= 0)
        r = export_work_new(s->loop, s->config.config.export_base_dir, s->config.config_path,
            &export_events, s, &s->exports);
    if (r < 0)
        return error_set(e, r, "no memory");
    r = source_new(s->loop, s->config.source, &source_events, s, &s->source, e);
    if (r < 0 && r != -ENODEV)
        return r; /* a camera that is not there may come */
    return open_faces(s, e);
}

int service_new(struct loop *l, const struct service_config *config, struct log_file *log,
    const struct service_events *events, void *ctx, struct service **ret, struct error *e)
{
    struct service *s = calloc(1, sizeof *s);
    int r;

    if (!s)
        return error_set(e, -ENOMEM, "no memory");
    s->loop = l;
    s->config = *config;
    s->log = log;
    s->events = events;
    s->ctx = ctx;
    r = service_init(s, e);
    if (r < 0) {
        service_free(s);
        return r;
    }
    *ret = s;
    return 0;
}

void service_start(struct service *s)
{
    s->running = true;
    pi_camera_start(&s->camera, now(s));
    step(s);
}

struct service *service_free(struct service *s)
{
    if (!s)
        return NULL;
    if (s->running)
        pi_camera_stop(&s->camera);
    s->running = false;
    timer_stop(&s->step);
    source_free(s->source);
    while (s->exports && export_work_busy(s->exports)) { /* what was asked for is saved first */
        loop_turn(s->loop);
        usleep(WAIT_US);
    }
    export_work_free(s->exports);
    pipeline_free(s->pipeline);
    trigger_face_free(s->triggers);
    http_face_free(s->http);
    if (s->memory)
        munmap(s->memory, s->n_memory);
    free(s);
    return NULL;
}

bool service_busy(const struct service *s)
{
    return pipeline_busy(s->pipeline) || export_work_busy(s->exports);
}

uint16_t service_trigger_port(const struct service *s)
{
    return s->triggers ? trigger_face_port(s->triggers) : 0;
}

uint16_t service_http_port(const struct service *s)
{
    return s->http ? http_face_port(s->http) : 0;
}

const char *service_source_format(const struct service *s)
{
    return s->source ? s->source->format : "";
}

struct pi_camera *service_camera(struct service *s)
{
    return &s->camera;
}
