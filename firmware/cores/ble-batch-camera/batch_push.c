/* batch_push.c - the batch dialect: pictures are pushed, and acknowledged piece by piece.
 *
 *     BEGIN ─500 ms─ COUNT ─A─ IMAGE ─A─ PIECE ─ NEXT ─N─ PIECE … END ─600 ms─ IMAGE … or done
 *
 * Bytes are those of the cameras in use. What differs: an N is never lost, pieces fit the MTU, and nothing is forgotten
 * because an attempt failed. This dialect says nothing when a picture has come. So one that went out whole is forgotten when the
 * host acknowledges the next one, when it is still there after the pause that follows the last one, or when it leaves.
 */
#include "batch_camera_private.h"

bool batch_is_due(const struct batch_camera *c)
{
    return c->pictures.n > 0 &&
        (c->pictures.n >= BATCH_MAX_COUNT ||
            batch_pictures_used_permille(c) >= c->settings.threshold_permille);
}

void batch_push_retry(struct batch_camera *c)
{
    c->push.tried = false;
}

static void forget_sent(struct batch_camera *c)
{
    batch_picture_forget(c, c->push.sent_id);
    c->push.sent_id = 0;
}

void batch_push_end(struct batch_camera *c, bool handed_over)
{
    if (c->push.state == BATCH_PUSH_IDLE)
        return;
    if (handed_over)
        forget_sent(c);
    c->push = (struct batch_push){.tried = true};
    batch_pictures_release(c);
    c->n_status = 0;
    batch_display(c, BATCH_LINE_LINK, "");
}

/* Another batch may be due at once. */
static void finish(struct batch_camera *c)
{
    batch_push_end(c, true);
    batch_push_retry(c);
}

static void pause(struct batch_camera *c, int state, int64_t us)
{
    c->push.state = state;
    c->push.until_us = c->now_us + us;
}

static void await(struct batch_camera *c, int state, int64_t pause_us, int64_t limit_us)
{
    pause(c, state, pause_us);
    c->push.limit_us = c->push.until_us + limit_us;
    c->push.asked = false;
}

static void say_count(struct batch_camera *c)
{
    unsigned n = c->pictures.n < BATCH_MAX_COUNT ? c->pictures.n : BATCH_MAX_COUNT;

    c->push = (struct batch_push){.n_left = n};
    batch_say(c, &(struct batch_status){.kind = BATCH_STATUS_COUNT, .count = n});
    batch_display(c, BATCH_LINE_LINK, "Connected! Sending...");
    await(c, BATCH_PUSH_COUNT, BATCH_AFTER_STATUS_US, BATCH_ACKNOWLEDGE_LIMIT_US);
}

static void say_image(struct batch_camera *c)
{
    struct batch_picture *p = c->push.n_left > 0 ? batch_picture_after(c, c->push.last_id) : NULL;

    if (!p) {
        finish(c);
        return;
    }
    c->push.n_left--;
    c->push.last_id = p->id;
    c->push.offset = 0;
    batch_pictures_release(c);
    p->held = true;
    batch_say(c, &(struct batch_status){.kind = BATCH_STATUS_IMAGE, .image_bytes = p->size});
    await(c, BATCH_PUSH_IMAGE, BATCH_AFTER_STATUS_US, BATCH_ACKNOWLEDGE_LIMIT_US);
}

static void send_piece(struct batch_camera *c)
{
    struct batch_push *s = &c->push;
    struct batch_picture *p = batch_picture_find(c, s->last_id);
    size_t n = batch_payload_bytes(c);

    if (n > p->size - s->offset)
        n = p->size - s->offset;
    if (!batch_send(c, BATCH_CHAR_DATA, p->jpeg + s->offset, n))
        return;
    c->port.set_value(c->port.ctx, BATCH_CHAR_DATA, p->jpeg + s->offset, n);
    s->offset += (uint32_t)n;
    if (s->offset < p->size) {
        await(c, BATCH_PUSH_NEXT, BATCH_AFTER_PIECE_US, BATCH_NEXT_LIMIT_US);
        return;
    }
    s->sent_id = p->id;
    pause(c, BATCH_PUSH_END, BATCH_AFTER_PICTURE_US);
}

static void begin_piece(struct batch_camera *c)
{
    c->push.state = BATCH_PUSH_PIECE;
    c->push.limit_us = c->now_us + BATCH_NEXT_LIMIT_US;
}

static void go_on(struct batch_camera *c)
{
    switch (c->push.state) {
    case BATCH_PUSH_BEGIN:
        say_count(c);
        break;
    case BATCH_PUSH_COUNT:
    case BATCH_PUSH_END:
        say_image(c);
        break;
    case BATCH_PUSH_IMAGE:
        forget_sent(c);
        begin_piece(c);
        break;
    case BATCH_PUSH_NEXT:
        begin_piece(c);
        break;
    case BATCH_PUSH_PIECE:
    case BATCH_PUSH_IDLE:
        break;
    }
}

static bool awaits(const struct batch_push *s)
{
    return s->state == BATCH_PUSH_COUNT || s->state == BATCH_PUSH_IMAGE ||
        s->state == BATCH_PUSH_NEXT;
}

void batch_push_command(struct batch_camera *c, uint8_t command)
{
    struct batch_push *s = &c->push;

    if (command == BATCH_ACKNOWLEDGE)
        s->asked |= s->state == BATCH_PUSH_COUNT || s->state == BATCH_PUSH_IMAGE;
    else if (command == BATCH_NEXT)
        s->asked |= s->state == BATCH_PUSH_NEXT;
    else if (command != BATCH_READY)
        return;
    /* The host has just subscribed and may have missed anything said before. */
    else if (s->state == BATCH_PUSH_IDLE)
        batch_push_retry(c);
    else if (s->state != BATCH_PUSH_BEGIN)
        say_count(c);
}

static bool can_begin(const struct batch_camera *c)
{
    return c->push.state == BATCH_PUSH_IDLE && !c->push.tried && !c->window.on && c->connected &&
        c->subscribed[BATCH_CHAR_STATUS] && c->subscribed[BATCH_CHAR_DATA] && batch_is_due(c);
}

void batch_push_step(struct batch_camera *c)
{
    struct batch_push *s = &c->push;

    if (can_begin(c))
        pause(c, BATCH_PUSH_BEGIN, BATCH_BEFORE_COUNT_US);
    if (s->state == BATCH_PUSH_BEGIN || s->state == BATCH_PUSH_END || (awaits(s) && s->asked)) {
        if (c->now_us >= s->until_us)
            go_on(c);
    } else if (s->state != BATCH_PUSH_IDLE && c->now_us >= s->limit_us) {
        batch_push_end(c, false);
    }
    if (s->state == BATCH_PUSH_PIECE)
        send_piece(c);
}

int64_t batch_push_next_us(const struct batch_camera *c)
{
    const struct batch_push *s = &c->push;

    if (can_begin(c))
        return c->now_us;
    if (s->state == BATCH_PUSH_IDLE)
        return BATCH_NEVER_US;
    if (s->state == BATCH_PUSH_BEGIN || s->state == BATCH_PUSH_END || (awaits(s) && s->asked))
        return s->until_us;
    return s->limit_us;
}
