/* service.c - see service.h: the port of the camera's core. */
#include "service_private.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "export_work.h"
#include "http_face.h"
#include "memory_use.h"
#include "pipeline.h"
#include "source.h"
#include "trigger_face.h"

/* Between looks at work that must end before we do. */
#define WAIT_US 2000

void service_step(struct service *s)
{
    int64_t next;

    if (!s->running)
        return;
    next = pi_camera_step(&s->camera, service_now(s));
    if (next != INT64_MAX)
        (void)timer_once(&s->step, next - service_now(s));
}

static void step_due(struct timer *t)
{
    service_step(container_of(t, struct service, step));
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

    pi_camera_export_done(&s->camera, service_now(s), id, result);
    service_step(s);
}

static void config_saved(void *ctx, const char *why)
{
    struct service *s = ctx;

    pi_camera_config_saved(&s->camera, why);
}

static const struct export_events export_events = {
    .exported = exported, .config_saved = config_saved};

/* --- pictures --------------------------------------------------------------------------------- */

static void pipeline_picture(void *ctx, const struct pi_picture *p)
{
    struct service *s = ctx;

    if (!s->running)
        return;
    pi_camera_frame(&s->camera, service_now(s), p);
    s->n_frames++;
    service_step(s);
    if (s->events && s->events->frame)
        s->events->frame(s->ctx, s->n_frames);
}

static void pipeline_failed(void *ctx, const char *why)
{
    struct service *s = ctx;

    pi_camera_bad_frame(&s->camera, service_now(s), why);
}

static const struct pipeline_events pipeline_events = {
    .picture = pipeline_picture, .failed = pipeline_failed};

/* --- life ------------------------------------------------------------------------------------- */

static const struct pi_camera_port port = {
    .wall_us = port_wall,
    .log = port_log,
    .memory = port_memory,
    .release = port_release,
    .source_start = service_source_start,
    .source_stop = service_source_stop,
    .source_adjust = service_source_adjust,
    .exposure = service_exposure,
    .controls = service_controls,
    .publish = service_publish,
    .live = service_live,
    .export = port_export,
    .save_config = port_save_config,
    .send = service_send,
    .finish = service_finish,
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
    r = source_new(s->loop, s->config.source, &service_source_events, s, &s->source, e);
    if (r < 0 && r != -ENODEV)
        return r; /* a camera that is not there may come */
    return service_open_faces(s, e);
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
    pi_camera_start(&s->camera, service_now(s));
    service_step(s);
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
