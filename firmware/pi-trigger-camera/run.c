/* run.c - see run.h. */
#include "run.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/util.h"
#include "log_file.h"
#include "loop/loop.h"
#include "loop/signals.h"
#include "loop/timer.h"
#include "service.h"

/* Pictures that are asked for by --exit-after-frames must come in this time. */
#define EXIT_AFTER_US (60 * US_PER_S)

struct running {
    const struct options *options;
    struct loop *loop;
    struct signals *signals;
    struct log_file *log;
    struct service *service;
    const struct run_faces *kind;
    void *faces;
    struct timer deadline;
    int status;
};

/* What our libraries say: their own time and level are left out, the line has them already. */
static void take_log(void *ctx, enum log_level level, const char *line)
{
    static const enum pi_log levels[] = {PI_LOG_DEBUG, PI_LOG_INFO, PI_LOG_WARNING, PI_LOG_ERROR};
    const char *message = strstr(line, " msg=");

    log_file_write(ctx, levels[level], message ? message + 5 : line);
}

static void on_signal(void *ctx, int number)
{
    loop_stop(((struct running *)ctx)->loop);
}

static void on_frame(void *ctx, uint64_t n)
{
    struct running *r = ctx;

    if (n != r->options->exit_after_frames)
        return;
    printf("source=%s format=\"%s\" asked=%dx%d frames=%llu\n", r->options->source,
        service_source_format(r->service), r->options->config.camera_width,
        r->options->config.camera_height, (unsigned long long)n);
    loop_stop(r->loop);
}

static void too_late(struct timer *t)
{
    struct running *r = container_of(t, struct running, deadline);

    fprintf(stderr, "%llu pictures did not come within a minute\n",
        (unsigned long long)r->options->exit_after_frames);
    r->status = EXIT_FAILURE;
    loop_stop(r->loop);
}

static const struct service_events service_events = {.frame = on_frame};

static int open_all(struct running *r, struct error *e)
{
    static const int numbers[] = {SIGINT, SIGTERM};
    const struct options *o = r->options;
    const struct service_config config = {.config = o->config,
        .config_path = o->config_path,
        .source = o->source,
        .listen = o->listen,
        .token = o->token,
        .seed_dialect = o->seed_dialect};
    int result = loop_new(&r->loop);

    if (result < 0)
        return error_set(e, result, "no event loop: %s", error_name(result));
    result = signals_new(r->loop, numbers, N_ELEMENTS(numbers), on_signal, r, &r->signals);
    if (result < 0)
        return error_set(e, result, "no signal handlers: %s", error_name(result));
    result = log_file_new(r->loop, o->log_folder, o->log_max_bytes, o->log_backups, &r->log);
    if (result < 0)
        return error_set(e, result, "no log in %s: %s", o->log_folder, error_name(result));
    log_set_sink(take_log, r->log);
    result = service_new(r->loop, &config, r->log, &service_events, r, &r->service, e);
    if (result >= 0 && r->kind)
        result = r->kind->attach(r->loop, r->service, o, &r->faces, e);
    return result;
}

static void say_start(struct running *r)
{
    const struct options *o = r->options;
    char text[700];

    if (!o->config_found) {
        snprintf(text, sizeof text, "There is no %s: all settings have their first values",
            o->config_path);
        log_file_write(r->log, PI_LOG_INFO, text);
    }
    if (o->unknown_keys[0]) {
        snprintf(text, sizeof text, "%s: keys that are not known here have no effect: %s",
            o->config_path, o->unknown_keys);
        log_file_write(r->log, PI_LOG_WARNING, text);
    }
    if (r->kind)
        return; /* they say it themselves */
    snprintf(text, sizeof text, "Commands on %s port %u, pictures on http://%s:%u/stream",
        o->listen, service_trigger_port(r->service),
        strcmp(o->listen, "0.0.0.0") == 0 ? "localhost" : o->listen, service_http_port(r->service));
    log_file_write(r->log, PI_LOG_INFO, text);
    printf("listening trigger_port=%u mjpeg_port=%u\n", service_trigger_port(r->service),
        service_http_port(r->service));
    fflush(stdout);
}

static int run_all(struct running *r, struct error *e)
{
    int result = open_all(r, e);

    if (result < 0)
        return result;
    say_start(r);
    timer_init(&r->deadline, r->loop, too_late);
    if (r->options->exit_after_frames > 0)
        (void)timer_once(&r->deadline, EXIT_AFTER_US);
    service_start(r->service);
    result = loop_run(r->loop);
    timer_stop(&r->deadline);
    return result < 0 ? error_set(e, result, "the loop ended: %s", error_name(result)) : 0;
}

static void close_all(struct running *r)
{
    if (r->faces)
        r->kind->detach(r->faces);
    service_free(r->service);
    log_set_sink(NULL, NULL);
    log_file_free(r->log);
    signals_free(r->signals);
    loop_free(r->loop);
}

static int print_config(const struct options *o)
{
    char text[PI_CONFIG_DUMP_MAX];

    if (pi_config_dump(&o->config, text, sizeof text) < 0)
        return EXIT_FAILURE;
    puts(text);
    return EXIT_SUCCESS;
}

int run(const struct options *o, const struct run_faces *faces)
{
    struct running r = {.options = o, .kind = faces};
    struct error e = ERROR_NULL;

    if (o->print_config)
        return print_config(o);
    signal(SIGPIPE, SIG_IGN);
    memory_tame();
    if (run_all(&r, &e) < 0) {
        fprintf(stderr, "%s\n", error_text(&e));
        r.status = EXIT_FAILURE;
    }
    close_all(&r);
    return r.status;
}
