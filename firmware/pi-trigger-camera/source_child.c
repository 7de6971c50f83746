/* source_child.c - see source_child.h. */
#include "source_child.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jpeg_scan.h"
#include "loop/loop.h"
#include "loop/process.h"

void child_arg(struct child_args *a, const char *word)
{
    if (a->n < CHILD_MAX_ARGS)
        a->argv[a->n++] = word;
}

void child_argf(struct child_args *a, const char *format, ...)
{
    char *word = a->text + a->n_text;
    size_t room = sizeof a->text - a->n_text;
    va_list args;

    va_start(args, format);
    int n = vsnprintf(word, room, format, args);
    va_end(args);
    if (n < 0 || (size_t)n >= room)
        return;
    a->n_text += (size_t)n + 1;
    child_arg(a, word);
}

/* Every whole JPEG that is there; a sender that is faster than we are loses none here: the
 * camera takes what it wants. */
static size_t output(void *ctx, struct process *p, const uint8_t *bytes, size_t n)
{
    struct source_child *s = ctx;
    size_t used = 0, first, end;

    if (s->ending)
        return n;
    while (jpeg_split_feed(s->split, bytes + used, n - used, &first, &end)) {
        struct raw_frame f = {.form = RAW_JPEG, .bytes = bytes + used + first, .n = end - first};
        *s->split = (struct jpeg_split){0};
        used += end;
        s->source.events->frame(s->source.ctx, &f);
        if (s->ending)
            return n; /* stopped by who heard of it */
    }
    if (first > 0)
        jpeg_split_dropped(s->split, first);
    else if (n - used >= SOURCE_MAX_FRAME_BYTES) {
        *s->split = (struct jpeg_split){0}; /* no picture is so large: look for the next */
        return n;
    }
    return used + first;
}

static int start(struct source_child *s, struct error *e);

static void ended(void *ctx, struct process *p, int status)
{
    struct source_child *s = ctx;
    struct error e = ERROR_NULL;
    char why[ERROR_TEXT_MAX + 32];
    bool expected = s->ending;

    s->process = NULL;
    s->ending = false;
    if (expected && !s->pending)
        return;
    if (expected && start(s, &e) >= 0)
        return;
    if (expected)
        snprintf(why, sizeof why, "Source does not start: %s", error_text(&e));
    else if (status > 128)
        snprintf(why, sizeof why, "Source has ended: %s was killed by signal %d", s->program,
            status - 128);
    else
        snprintf(why, sizeof why, "Source has ended: %s with status %d", s->program, status);
    s->source.events->ended(s->source.ctx, why);
}

static const struct process_events process_events = {.output = output, .ended = ended};

static int start(struct source_child *s, struct error *e)
{
    struct child_args args = {0};
    int r;

    s->pending = false;
    s->build(s->argument, &s->want, &args);
    *s->split = (struct jpeg_split){0};
    snprintf(s->program, sizeof s->program, "%s", args.argv[0]);
    r = process_start(
        s->source.loop, args.argv, SOURCE_MAX_FRAME_BYTES, &process_events, s, &s->process, e);
    if (r >= 0)
        snprintf(s->source.format, sizeof s->source.format, "%s MJPEG %ux%u", s->program,
            s->want.width, s->want.height);
    return r;
}

static int child_start(struct source *source, const struct pi_source_want *want, struct error *e)
{
    struct source_child *s = container_of(source, struct source_child, source);

    s->want = *want;
    s->pending = s->ending;
    return s->pending ? 0 : start(s, e);
}

static void child_stop(struct source *source)
{
    struct source_child *s = container_of(source, struct source_child, source);

    s->pending = false;
    if (!s->process || s->ending)
        return;
    s->ending = true;
    process_stop(s->process, PROCESS_CLOSE_GRACE_US);
}

static int child_exposure(struct source *source, struct pi_exposure *ret)
{
    struct source_child *s = container_of(source, struct source_child, source);

    ret->automatic = !s->want.manual;
    if (s->want.manual) {
        ret->exposure_us = s->want.exposure_us;
        ret->gain = s->want.gain;
    }
    return 0;
}

static void child_free(struct source *source)
{
    struct source_child *s = container_of(source, struct source_child, source);

    if (s->process)
        process_close(s->process);
    free(s->split);
    free(s->argument);
    free(s);
}

/* What a program is told stands on its command line: any change is a new start. */
static const struct source_kind kind = {
    .start = child_start, .stop = child_stop, .exposure = child_exposure, .free = child_free};

int source_child_new(const char *argument,
    void (*build)(const char *argument, const struct pi_source_want *want, struct child_args *ret),
    struct source **ret, struct error *e)
{
    struct source_child *s = calloc(1, sizeof *s);

    if (s) {
        s->source.kind = &kind;
        s->build = build;
        s->argument = strdup(argument);
        s->split = calloc(1, sizeof *s->split);
    }
    if (!s || !s->argument || !s->split) {
        if (s)
            child_free(&s->source);
        return error_set(e, -ENOMEM, "no memory");
    }
    *ret = &s->source;
    return 0;
}
