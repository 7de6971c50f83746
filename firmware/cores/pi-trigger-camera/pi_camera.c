/* pi_camera.c - see pi_camera.h: birth, time, and the way of a picture. */
#include "pi_camera.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "pi_camera_private.h"

/* Unusable pictures are counted, and named in the log so often. */
#define BAD_LOG_INTERVAL_US INT64_C(10000000)

static const char *const level_names[] = {"DEBUG", "INFO", "WARNING", "ERROR"};

static bool level_wanted(const struct pi_camera *c, enum pi_log level)
{
    for (unsigned i = 0; i < sizeof level_names / sizeof *level_names; i++)
        if (strcmp(c->config.logging_level, level_names[i]) == 0)
            return level >= i;
    return false; /* CRITICAL */
}

void pi_say(struct pi_camera *c, enum pi_log level, const char *format, ...)
{
    char text[PI_EXPORT_PATH_MAX + 512];
    va_list args;

    if (!level_wanted(c, level))
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    c->port.log(c->port.ctx, level, text);
}

size_t pi_camera_memory(const struct pi_config *config)
{
    return PI_RING_MAX_FRAMES * sizeof(struct pi_ring_slot) + ((size_t)config->ring_max_mib << 20);
}

void pi_camera_init(struct pi_camera *c, const struct pi_camera_port *port,
    const struct pi_config *config, const char *config_name, const char *token, void *memory,
    size_t n)
{
    size_t slots = PI_RING_MAX_FRAMES * sizeof(struct pi_ring_slot);

    memset(c, 0, sizeof *c);
    c->port = *port;
    c->config = *config;
    c->config_name = config_name;
    c->token = token;
    pi_ring_init(&c->ring, memory, PI_RING_MAX_FRAMES, (uint8_t *)memory + slots, n - slots);
    c->ring.release = port->release;
    c->ring.release_ctx = port->ctx;
    pi_guard_init(&c->guard, n - slots);
    pi_ring_limit(&c->ring, (uint32_t)config->ring_size, n - slots);
}

void pi_camera_start(struct pi_camera *c, int64_t now_us)
{
    c->now_us = now_us;
    c->guard.next_us = now_us;
    c->guard.next_log_us = now_us;
    c->next_auto_us = now_us;
    pi_mode_start(c);
}

static void set_live(struct pi_camera *c, bool live)
{
    bool was = c->watch.live;

    c->watch.live = live;
    if (was != live)
        c->port.live(c->port.ctx, live);
}

void pi_camera_stop(struct pi_camera *c)
{
    if (c->watch.state == PI_SOURCE_RUNNING)
        c->port.source_stop(c->port.ctx);
    c->watch.state = PI_SOURCE_STOPPED;
    set_live(c, false);
    pi_session_end_all(c);
}

/* --- time ------------------------------------------------------------------------------------- */

static void source_failed(struct pi_camera *c, const char *why)
{
    set_live(c, false);
    pi_watch_failed(&c->watch, c->now_us);
    pi_say(c, PI_LOG_ERROR, "%s; it is started again in %d s", why,
        (int)(c->watch.backoff_us / 1000000));
}

void pi_camera_source_ended(struct pi_camera *c, int64_t now_us, const char *why)
{
    c->now_us = now_us;
    if (c->watch.state != PI_SOURCE_RUNNING)
        return;
    c->port.source_stop(c->port.ctx);
    source_failed(c, why);
}

static int64_t step_source(struct pi_camera *c)
{
    int64_t timeout = pi_mode_timeout_us(c);
    char why[96];

    if (c->watch.state == PI_SOURCE_WAITING && c->now_us >= c->watch.retry_us)
        pi_mode_start(c);
    if (c->watch.state == PI_SOURCE_WAITING)
        return c->watch.retry_us;
    if (c->watch.state != PI_SOURCE_RUNNING || c->guard.pace == PI_PACE_PAUSED)
        return INT64_MAX;
    if (c->now_us < pi_watch_deadline(&c->watch, timeout))
        return pi_watch_deadline(&c->watch, timeout);
    snprintf(why, sizeof why, "Source has stalled: no picture for %.1f s",
        (double)(c->now_us - (c->watch.good_us ? c->watch.good_us : c->watch.started_us)) / 1e6);
    c->port.source_stop(c->port.ctx);
    source_failed(c, why);
    return c->watch.retry_us;
}

static void pace_changed(struct pi_camera *c, enum pi_pace before, double swap)
{
    if (c->guard.pace == PI_PACE_PAUSED) {
        pi_say(c, PI_LOG_ERROR, "Critical swap %.1f%% → capture is paused", swap);
        set_live(c, false);
    } else if (c->guard.pace == PI_PACE_SLOW) {
        pi_say(c, PI_LOG_WARNING, "High swap %.1f%% → capture is slowed down", swap);
    } else {
        pi_say(c, PI_LOG_INFO, "Swap %.1f%% → capture at full pace", swap);
    }
    if (before == PI_PACE_PAUSED && c->watch.state == PI_SOURCE_RUNNING)
        c->watch.good_us = c->now_us; /* the silence was ours */
}

static void ring_changed(struct pi_camera *c, const struct pi_memory *m)
{
    pi_ring_limit(&c->ring, (uint32_t)c->config.ring_size, c->guard.ring_bytes);
    pi_say(c, PI_LOG_WARNING, "RSS %.1f MiB (limit %d): the ring holds at most %.1f MiB now",
        (double)m->rss_bytes / 1048576.0, c->config.ring_rss_limit_mib,
        (double)c->guard.ring_bytes / 1048576.0);
}

static int64_t step_guard(struct pi_camera *c)
{
    struct pi_memory m = {0};
    enum pi_pace before = c->guard.pace;

    if (c->now_us < c->guard.next_us)
        return c->guard.next_us;
    if (c->port.memory(c->port.ctx, &m) < 0) {
        c->guard.next_us = c->now_us + PI_GUARD_INTERVAL_US;
        return c->guard.next_us;
    }
    if (pi_guard_look(&c->guard, c->now_us, &m, c->ring.used_bytes,
            (uint64_t)c->config.ring_rss_limit_mib << 20))
        ring_changed(c, &m);
    if (c->guard.pace != before)
        pace_changed(c, before, m.swap_percent);
    if (c->now_us >= c->guard.next_log_us) {
        pi_say(c, PI_LOG_INFO, "RSS=%.1f MiB | SWAP=%.1f%%", (double)m.rss_bytes / 1048576.0,
            m.swap_percent);
        c->guard.next_log_us = c->now_us + PI_GUARD_LOG_INTERVAL_US;
    }
    return c->guard.next_us;
}

static int64_t step_auto_save(struct pi_camera *c)
{
    if (c->config.export_auto_save_interval_s == 0) {
        c->auto_due = false;
        return INT64_MAX;
    }
    if (c->now_us < c->next_auto_us)
        return c->next_auto_us;
    c->auto_due = true;
    return INT64_MAX; /* the next picture does it */
}

static int64_t sooner(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int64_t pi_camera_step(struct pi_camera *c, int64_t now_us)
{
    c->now_us = now_us;
    int64_t next = step_guard(c);
    next = sooner(next, step_source(c));
    next = sooner(next, step_auto_save(c));
    return sooner(next, pi_session_expire(c));
}

/* --- pictures --------------------------------------------------------------------------------- */

static bool full_wanted(const struct pi_camera *c)
{
    if (c->auto_due && !c->config.export_auto_save_use_ring)
        return true;
    for (unsigned i = 0; i < PI_MAX_SESSIONS; i++)
        if (c->sessions[i].state == PI_AWAITS_FRAME)
            return true;
    return false;
}

unsigned pi_camera_offer(struct pi_camera *c, int64_t now_us)
{
    int64_t interval = pi_mode_interval_us(c);

    c->now_us = now_us;
    if (c->watch.state != PI_SOURCE_RUNNING || c->guard.pace == PI_PACE_PAUSED)
        return 0;
    if (now_us + interval / 4 < c->frame_due_us + interval)
        return 0; /* a little early is in time: sources are not exact */
    c->frame_due_us = c->frame_due_us + 2 * interval < now_us ? now_us : c->frame_due_us + interval;
    (void)step_auto_save(c);
    return full_wanted(c) ? PI_WANT_RING | PI_WANT_FULL : PI_WANT_RING;
}

static void look_for_night(struct pi_camera *c, double score)
{
    const struct pi_config *g = &c->config;
    enum pi_night_event e = PI_NIGHT_NONE;

    if (g->night_enable)
        e = pi_night_update(&c->night, score, g->night_dark_threshold, g->night_bright_threshold,
            g->night_min_dark_frames);
    if (e == PI_NIGHT_NONE)
        return;
    if (e == PI_NIGHT_ENTER)
        pi_say(c, PI_LOG_INFO, "Night detected: brightness %.1f, below %d for %d pictures", score,
            g->night_dark_threshold, g->night_min_dark_frames);
    else
        pi_say(c, PI_LOG_INFO, "Day detected: brightness %.1f, above %d", score,
            g->night_bright_threshold);
    pi_mode_apply(c);
}

void pi_camera_frame(struct pi_camera *c, int64_t now_us, const struct pi_picture *p)
{
    struct pi_frame_meta meta = {.id = c->next_id++,
        .time_us = p->time_us,
        .mono_us = p->mono_us,
        .dark_score = p->dark_score,
        .night = c->night.active,
        .width = p->width,
        .height = p->height};

    c->now_us = now_us;
    if (c->watch.state != PI_SOURCE_RUNNING)
        return; /* it was on its way when the source was stopped */
    if (!c->watch.live)
        pi_say(c, PI_LOG_INFO, "Source gives pictures: %ux%u", p->width, p->height);
    c->watch.good_us = now_us;
    if (pi_ring_push(&c->ring, &meta, p->jpeg, p->n) < 0)
        pi_camera_bad_frame(c, now_us, "it is larger than the whole ring may be");
    set_live(c, true);
    c->port.publish(c->port.ctx, &meta, p->jpeg, p->n);
    pi_task_frame(c, p, &meta);
    look_for_night(c, p->dark_score);
}

void pi_camera_bad_frame(struct pi_camera *c, int64_t now_us, const char *why)
{
    c->now_us = now_us;
    c->n_bad++;
    if (now_us < c->next_bad_log_us)
        return;
    c->next_bad_log_us = now_us + BAD_LOG_INTERVAL_US;
    pi_say(c, PI_LOG_WARNING, "A picture cannot be used: %s (%llu so far)", why,
        (unsigned long long)c->n_bad);
}

bool pi_camera_newest(const struct pi_camera *c, struct pi_ring_frame *ret)
{
    return c->watch.live && pi_ring_newest(&c->ring, ret);
}
