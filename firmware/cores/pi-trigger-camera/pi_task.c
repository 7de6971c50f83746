/* pi_task.c - saving: fresh pictures, pictures of the past, and those that are saved by themselves.
 */
#include <stdio.h>
#include <string.h>

#include "pi_camera_private.h"

static struct pi_task *task_new(struct pi_camera *c, int kind, unsigned formats)
{
    for (unsigned i = 0; i < PI_MAX_TASKS; i++) {
        struct pi_task *t = &c->tasks[i];
        if (t->kind != PI_TASK_FREE)
            continue;
        *t = (struct pi_task){.id = ++c->next_task, .formats = formats, .asked_us = c->now_us};
        t->kind = kind;
        t->save_before_us = (int64_t)c->config.export_save_before_s * 1000000;
        return t;
    }
    return NULL;
}

static void task_add_session(struct pi_camera *c, struct pi_task *t, struct pi_session *s)
{
    t->sessions |= 1u << (s - c->sessions);
    s->state = PI_AWAITS_EXPORT;
}

/* --- what the peers are told ------------------------------------------------------------------ */

static struct span span(const char *text)
{
    return (struct span){text, strlen(text)};
}

static struct pi_reply reply_of(const struct pi_camera *c, const struct pi_task *t)
{
    struct pi_reply r = {.kind = PI_REPLY_NOT_SAVED};

    if (t->n_files == 0)
        return r;
    if (t->kind == PI_TASK_STACK) {
        r.kind = PI_REPLY_STACKED;
        r.stacked = (struct pi_stacked){.path = span(t->first_path),
            .n_frames = t->n_frames,
            .first_us = t->first_us,
            .first_age_us = t->asked_us - t->first_mono_us,
            .last_us = t->last_us,
            .last_age_us = t->asked_us - t->last_mono_us,
            .save_before_us = t->save_before_us};
    } else if (t->kind == PI_TASK_SEPARATE) {
        r.kind = PI_REPLY_SEPARATE;
        r.separate = (struct pi_separate){.n_images = t->n_files,
            .first_us = t->first_us,
            .first_age_us = t->asked_us - t->first_mono_us,
            .save_before_us = t->save_before_us,
            .bright_threshold = c->config.night_bright_threshold};
    } else {
        r.kind = PI_REPLY_SAVED;
        r.saved = (struct pi_saved){.path = span(t->first_path),
            .time_us = t->first_us,
            .age_us = c->now_us - t->first_mono_us};
    }
    return r;
}

static void say_result(struct pi_camera *c, const struct pi_task *t, const struct pi_reply *r)
{
    char line[PI_EXPORT_PATH_MAX + 256];

    if (t->kind == PI_TASK_AUTO) {
        pi_say(c, t->n_files ? PI_LOG_INFO : PI_LOG_ERROR,
            t->n_files ? "Auto-save: %s" : "Auto-save failed%s", t->first_path);
        return;
    }
    int n = pi_reply_format(r, line, sizeof line);
    if (n > 0)
        pi_say(c, PI_LOG_INFO, "%.*s", n - 1, line);
}

/* The next pastStack that had to wait. */
static void go_on(struct pi_camera *c)
{
    for (unsigned i = 0; i < PI_MAX_SESSIONS; i++)
        if (c->sessions[i].state == PI_AWAITS_TASK)
            return pi_task_past(c, &c->sessions[i]);
}

static void task_end(struct pi_camera *c, struct pi_task *t)
{
    struct pi_reply r = reply_of(c, t);
    uint32_t sessions = t->sessions;

    say_result(c, t, &r);
    pi_session_reply_mask(c, sessions, &r);
    t->kind = PI_TASK_FREE; /* not before: the reply names its path */
    go_on(c);
}

static void task_export(
    struct pi_camera *c, struct pi_task *t, const struct pi_ring_frame *frames, unsigned n)
{
    struct pi_export job = {.id = t->id,
        .stack = t->kind == PI_TASK_STACK,
        .formats = t->formats,
        .frames = frames,
        .n_frames = n};
    int r = c->port.export(c->port.ctx, &job);

    if (r >= 0)
        return;
    pi_say(c, PI_LOG_ERROR, "Cannot save: %s", strerror(-r));
    task_end(c, t);
}

static void note_times(
    struct pi_task *t, const struct pi_frame_meta *first, const struct pi_frame_meta *last)
{
    t->first_us = first->time_us;
    t->first_mono_us = first->mono_us;
    t->last_us = last->time_us;
    t->last_mono_us = last->mono_us;
}

/* --- fresh ones ------------------------------------------------------------------------------- */

static void task_fresh(struct pi_camera *c, struct pi_task *t, const struct pi_ring_frame *f)
{
    note_times(t, &f->meta, &f->meta);
    t->n_frames = 1;
    task_export(c, t, f, 1);
}

/* One job for all that ask for the same formats. */
static void save_for(struct pi_camera *c, unsigned formats, const struct pi_ring_frame *f)
{
    struct pi_task *t = task_new(c, PI_TASK_SAVE, formats);

    if (!t)
        return; /* they wait for the next picture */
    for (unsigned i = 0; i < PI_MAX_SESSIONS; i++) {
        struct pi_session *s = &c->sessions[i];
        if (s->state == PI_AWAITS_FRAME && s->formats == formats && s->since_us <= f->meta.mono_us)
            task_add_session(c, t, s);
    }
    task_fresh(c, t, f);
}

static void auto_save(struct pi_camera *c, const struct pi_ring_frame *f)
{
    struct pi_task *t = task_new(c, PI_TASK_AUTO, PI_FORMAT_JPG);

    if (!t)
        return;
    c->auto_due = false;
    c->next_auto_us = c->now_us + (int64_t)c->config.export_auto_save_interval_s * 1000000;
    task_fresh(c, t, f);
}

void pi_task_frame(
    struct pi_camera *c, const struct pi_picture *p, const struct pi_frame_meta *meta)
{
    struct pi_ring_frame full = {.meta = *meta, .jpeg = p->full, .n = p->n_full},
                         kept = {.meta = *meta, .jpeg = p->jpeg, .n = p->n};

    full.meta.width = p->full_width;
    full.meta.height = p->full_height;
    for (unsigned i = 0; i < PI_MAX_SESSIONS && p->full; i++) {
        const struct pi_session *s = &c->sessions[i];
        if (s->state == PI_AWAITS_FRAME && s->since_us <= meta->mono_us)
            save_for(c, s->formats, &full);
    }
    if (c->auto_due && c->config.export_auto_save_use_ring)
        auto_save(c, &kept);
    else if (c->auto_due && p->full)
        auto_save(c, &full);
}

/* --- the past --------------------------------------------------------------------------------- */

static void past_stacked(struct pi_camera *c, struct pi_task *t)
{
    struct pi_ring_frame frames[PI_STACK_MAX_FRAMES];
    uint32_t n = pi_ring_past(&c->ring, t->save_before_us, (uint32_t)c->config.export_stack_count,
        PI_EXPORT_MAX_BYTES, frames);

    if (n == 0)
        return task_end(c, t);
    note_times(t, &frames[0].meta, &frames[n - 1].meta);
    t->n_frames = n;
    task_export(c, t, frames, n);
}

/* The next few of those that are still in the ring. */
static void past_separate(struct pi_camera *c, struct pi_task *t)
{
    struct pi_ring_frame frames[PI_TASK_BATCH];
    size_t bytes = 0;
    unsigned n = 0;

    for (; t->next_id <= t->last_id && n < PI_TASK_BATCH && bytes < PI_EXPORT_MAX_BYTES;
         t->next_id++)
        if (pi_ring_find(&c->ring, t->next_id, &frames[n]))
            bytes += frames[n++].n;
    if (n == 0)
        return task_end(c, t);
    t->n_frames += n;
    task_export(c, t, frames, n);
}

void pi_task_past(struct pi_camera *c, struct pi_session *s)
{
    struct pi_ring_frame first, last;
    bool stack = c->config.export_stack_dark_frames;

    if (c->ring.n_frames == 0) {
        struct pi_reply r = {.kind = PI_REPLY_NO_FRAMES};
        pi_say(c, PI_LOG_INFO, "NO_FRAMES");
        return pi_session_reply(c, s, &r);
    }
    struct pi_task *t = task_new(c, stack ? PI_TASK_STACK : PI_TASK_SEPARATE, s->formats);
    if (!t) {
        s->state = PI_AWAITS_TASK;
        return;
    }
    task_add_session(c, t, s);
    if (stack)
        return past_stacked(c, t);
    (void)pi_ring_at(&c->ring, pi_ring_since(&c->ring, t->save_before_us), &first);
    (void)pi_ring_newest(&c->ring, &last);
    note_times(t, &first.meta, &last.meta);
    t->next_id = first.meta.id;
    t->last_id = last.meta.id;
    past_separate(c, t);
}

void pi_camera_export_done(
    struct pi_camera *c, int64_t now_us, uint32_t id, const struct pi_export_result *result)
{
    c->now_us = now_us;
    for (unsigned i = 0; i < PI_MAX_TASKS; i++) {
        struct pi_task *t = &c->tasks[i];
        if (t->kind == PI_TASK_FREE || t->id != id)
            continue;
        if (result->why[0])
            pi_say(c, PI_LOG_ERROR, "Cannot save %s", result->why);
        if (t->n_files == 0)
            memcpy(t->first_path, result->first_path, sizeof t->first_path);
        t->n_files += result->n_files;
        if (t->kind == PI_TASK_SEPARATE && t->next_id <= t->last_id)
            past_separate(c, t);
        else
            task_end(c, t);
        return;
    }
}
