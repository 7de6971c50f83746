/* batch_old_steps.c - what an old camera does, one after the other: one thread that sleeps, looks whether
 * something has come, and sleeps on. Here each sleep is a timer. */
#include <errno.h>
#include <stdio.h>

#include "base/log.h"
#include "batch_old_config.h"
#include "batch_old_private.h"
#include "loop/loop.h"
#include "still.h"

/* How often it looks, and how long it sleeps and waits. */
#define LOOK_US (10 * US_PER_MS)
#define LOOK_FOR_HOST_US (100 * US_PER_MS)
#define CAPTURE_LIMIT_US (10 * US_PER_S)
#define HOST_LIMIT_US (30 * US_PER_S)
#define READY_LIMIT_US (10 * US_PER_S)
#define BEFORE_COUNT_US (500 * US_PER_MS)
#define AFTER_STATUS_US (50 * US_PER_MS)
#define ACKNOWLEDGE_LIMIT_US (10 * US_PER_S)
#define AFTER_PIECE_US (10 * US_PER_MS)
#define NEXT_LIMIT_US (15 * US_PER_S)
#define AFTER_PICTURE_US (100 * US_PER_MS)
#define BETWEEN_PICTURES_US (500 * US_PER_MS)
#define LEAVE_LIMIT_US (10 * US_PER_S)

static void go(struct batch_old *c, enum old_state state, int64_t after_us)
{
    c->state = state;
    (void)timer_once(&c->timer, after_us);
}

/* Looks every `look_us`, at most until the limit. */
static void wait_for(struct batch_old *c, enum old_state state, int64_t look_us, int64_t limit_us)
{
    c->limit_us = loop_now_us(c->loop) + limit_us;
    go(c, state, look_us);
}

static bool too_late(const struct batch_old *c)
{
    return loop_now_us(c->loop) >= c->limit_us;
}

/* --- what it says ----------------------------------------------------------------------------- */

/* Readable, and notified; where nobody has subscribed, it is lost. */
static void say(struct batch_old *c, const struct batch_status *line)
{
    c->n_status = batch_status_write(line, c->status);
    (void)gatt_notify(&c->app, OLD_CHAR_STATUS, c->status, c->n_status);
}

static void say_memory(struct batch_old *c)
{
    say(c,
        &(struct batch_status){.kind = BATCH_STATUS_MEMORY,
            .used_known = true,
            .used_permille = (uint16_t)MIN(old_used_permille(c), 1000u),
            .count_known = true,
            .count = c->n_pictures});
}

/* --- one after the other ---------------------------------------------------------------------- */

void old_apply_config(struct batch_old *c)
{
    char text[BATCH_CONFIG_MAX_PARSED_BYTES + 1];
    struct batch_config f;

    if (c->n_config == 0)
        return;
    snprintf(text, sizeof text, "%.*s", (int)c->n_config, (const char *)c->config);
    log_info("settings saved", F_STR("camera", c->name), F_STR("text", text));
    if (c->dialect == BATCH_DIALECT_BATCH)
        batch_old_config_first(c->config, c->n_config, &f);
    else
        batch_old_config_later(c->config, c->n_config, &f);
    c->n_config = 0;
    if (f.frequency_known)
        c->interval_us = f.frequency_s * US_PER_S;
    if (f.threshold_known)
        c->threshold_permille = f.threshold_permille;
}

void old_sleep(struct batch_old *c)
{
    c->triggered = false;
    go(c, OLD_SLEEP, c->dialect == BATCH_DIALECT_V0 ? LOOK_US : c->interval_us);
}

/* However it went. */
static void attempt_over(struct batch_old *c)
{
    old_forget(c);
    if (c->dialect == BATCH_DIALECT_LOW_POWER) {
        gatt_advertise(&c->app, false);
        gatt_disconnect(&c->app);
    }
    old_sleep(c);
}

static void take(struct batch_old *c)
{
    if ((c->options->count > 0 && c->left == 0) || still_take(c->still) < 0) {
        go(c, OLD_CAPTURE, 0); /* and too late at once */
        return;
    }
    if (c->options->count > 0)
        c->left--;
    go(c, OLD_CAPTURE, CAPTURE_LIMIT_US);
}

static bool is_due(const struct batch_old *c)
{
    return c->n_pictures > 0 &&
        (c->n_pictures == BATCH_MAX_COUNT || old_used_permille(c) >= c->threshold_permille ||
            (c->options->count > 0 && c->left == 0));
}

static void begin_attempt(struct batch_old *c)
{
    c->ready = false;
    if (c->dialect == BATCH_DIALECT_LOW_POWER)
        gatt_advertise(&c->app, true);
    wait_for(c, OLD_HOST, LOOK_FOR_HOST_US, HOST_LIMIT_US);
}

static void answer_trigger(struct batch_old *c, bool taken)
{
    if (taken && c->n_pictures == 1 && c->options->sound_s > 0)
        old_keep_sound(c);
    say(c,
        &(struct batch_status){.kind = BATCH_STATUS_SIZES,
            .image_bytes = c->n_pictures > 0 ? (uint32_t)c->pictures[0].n : 0,
            .sound_bytes = c->n_pictures > 1 ? (uint32_t)c->pictures[1].n : 0});
    c->at = 0;
    c->offset = 0;
    if (c->n_pictures > 0)
        go(c, OLD_PIECE, AFTER_STATUS_US);
    else
        old_sleep(c);
}

static void captured(struct batch_old *c, bool taken)
{
    if (c->dialect == BATCH_DIALECT_V0) {
        answer_trigger(c, taken);
        return;
    }
    if (c->dialect == BATCH_DIALECT_BATCH && c->connected)
        say_memory(c);
    if (is_due(c))
        begin_attempt(c);
    else
        old_sleep(c);
}

void old_taken(void *ctx, const uint8_t *jpeg, size_t n, const char *why)
{
    struct batch_old *c = ctx;

    if (!jpeg)
        log_warning("no picture", F_STR("camera", c->name), F_STR("error", why));
    if (c->state != OLD_CAPTURE)
        return;
    if (jpeg)
        old_keep(c, jpeg, n);
    captured(c, jpeg != NULL);
}

static void next_picture(struct batch_old *c)
{
    if (c->at == c->n_pictures) {
        if (c->dialect == BATCH_DIALECT_LOW_POWER)
            wait_for(c, OLD_LEAVE, LOOK_FOR_HOST_US, LEAVE_LIMIT_US);
        else
            attempt_over(c);
        return;
    }
    c->offset = 0;
    if (c->dialect == BATCH_DIALECT_V0) {
        go(c, OLD_PIECE, 0);
        return;
    }
    c->acknowledged = false;
    say(c,
        &(struct batch_status){
            .kind = BATCH_STATUS_IMAGE, .image_bytes = (uint32_t)c->pictures[c->at].n});
    go(c, OLD_IMAGE, AFTER_STATUS_US);
}

static void say_count(struct batch_old *c)
{
    c->acknowledged = false;
    c->at = 0;
    say(c, &(struct batch_status){.kind = BATCH_STATUS_COUNT, .count = c->n_pictures});
    go(c, OLD_COUNT, AFTER_STATUS_US);
}

/* The stack cuts it to the MTU; it counts as sent in whole. */
static void send_piece(struct batch_old *c)
{
    const struct old_part *p = &c->pictures[c->at];
    size_t n = MIN(p->n - c->offset, (size_t)BATCH_CHUNK_BYTES);

    if (gatt_notify(&c->app, OLD_CHAR_DATA, p->bytes + c->offset, n) == -EAGAIN) {
        go(c, OLD_PIECE, LOOK_US);
        return;
    }
    c->offset += n;
    go(c, OLD_AFTER_PIECE, AFTER_PIECE_US);
}

/* An N that has come meanwhile is erased here. */
static void piece_sent(struct batch_old *c)
{
    c->next = false;
    if (c->offset < c->pictures[c->at].n) {
        wait_for(c, OLD_NEXT, LOOK_US, NEXT_LIMIT_US);
        return;
    }
    c->at++;
    go(c, OLD_AFTER_PICTURE,
        c->dialect == BATCH_DIALECT_V0 ? AFTER_PICTURE_US : AFTER_PICTURE_US + BETWEEN_PICTURES_US);
}

static void host_came(struct batch_old *c)
{
    if (c->dialect == BATCH_DIALECT_LOW_POWER)
        wait_for(c, OLD_READY, LOOK_US, READY_LIMIT_US);
    else
        go(c, OLD_BEFORE_COUNT, BEFORE_COUNT_US);
}

/* Looks for what is waited for; gives up without a word. */
static void look(struct batch_old *c, bool came, void (*then)(struct batch_old *c), int64_t look_us)
{
    if (came)
        then(c);
    else if (too_late(c) || (!c->connected && c->state != OLD_HOST))
        attempt_over(c);
    else
        (void)timer_once(&c->timer, look_us);
}

static void leave(struct batch_old *c)
{
    old_apply_config(c);
    attempt_over(c);
}

static void slept(struct batch_old *c)
{
    if (c->dialect == BATCH_DIALECT_V0 && !c->triggered) {
        go(c, OLD_SLEEP, LOOK_US);
        return;
    }
    if (c->dialect == BATCH_DIALECT_V0)
        old_forget(c);
    take(c);
}

void old_step(struct timer *t)
{
    struct batch_old *c = container_of(t, struct batch_old, timer);

    switch (c->state) {
    case OLD_OFF:
        break;
    case OLD_SLEEP:
        slept(c);
        break;
    case OLD_CAPTURE:
        captured(c, false);
        break;
    case OLD_HOST:
        look(c, c->connected, host_came, LOOK_FOR_HOST_US);
        break;
    case OLD_READY:
        look(c, c->ready, say_count, LOOK_US);
        break;
    case OLD_BEFORE_COUNT:
        say_count(c);
        break;
    case OLD_COUNT:
        wait_for(c, OLD_ACKNOWLEDGE_COUNT, 0, ACKNOWLEDGE_LIMIT_US);
        break;
    case OLD_ACKNOWLEDGE_COUNT:
        look(c, c->acknowledged, next_picture, LOOK_US);
        break;
    case OLD_IMAGE:
        wait_for(c, OLD_ACKNOWLEDGE_IMAGE, 0, ACKNOWLEDGE_LIMIT_US);
        break;
    case OLD_ACKNOWLEDGE_IMAGE:
        look(c, c->acknowledged, send_piece, LOOK_US);
        break;
    case OLD_PIECE:
        send_piece(c);
        break;
    case OLD_AFTER_PIECE:
        piece_sent(c);
        break;
    case OLD_NEXT:
        look(c, c->next, send_piece, LOOK_US);
        break;
    case OLD_AFTER_PICTURE:
        next_picture(c);
        break;
    case OLD_LEAVE:
        look(c, !c->connected, leave, LOOK_FOR_HOST_US);
        break;
    }
}
