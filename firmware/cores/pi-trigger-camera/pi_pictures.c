/* pi_pictures.c - commands that want pictures: saved, or sent at once. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "pi_camera_private.h"
#include "pi_part.h"
#include "pi_shortstream.h"

#define END_MARKER ((const uint8_t[PI_SHORT_HEADER_BYTES]){0})

void pi_do_pictures(struct pi_camera *c, void *peer, const struct pi_command *q)
{
    unsigned formats = q->has_formats ? q->formats : c->config.export_formats;
    struct pi_session *s;

    if (formats == 0 && (q->kind == PI_COMMAND_SAVE || c->ring.n_frames > 0))
        return pi_send_kind(c, peer, PI_REPLY_NOT_SAVED);
    s = pi_session_new(c, peer);
    if (!s)
        return pi_send_error(c, peer, "too many commands at once");
    s->formats = formats;
    if (q->kind == PI_COMMAND_PAST_STACK)
        return pi_task_past(c, s);
    s->state = PI_AWAITS_FRAME;
    s->since_us = c->now_us;
    s->deadline_us = c->now_us + pi_mode_timeout_us(c) + (c->night.active ? PI_NIGHT_PAUSE_US : 0);
}

/* Framed as its answer is, so that a reader of frames is not lost. */
void pi_refuse_stream(struct pi_camera *c, void *peer, const char *text)
{
    char line[PI_CONFIG_WHY_MAX];
    int n = snprintf(line, sizeof line, "ERROR: %s\n", text);

    (void)c->port.send(c->port.ctx, peer, END_MARKER, PI_SHORT_HEADER_BYTES, line, (size_t)n);
    c->port.finish(c->port.ctx, peer);
}

static void stream_end(struct pi_camera *c, struct pi_session *s)
{
    void *peer = s->peer;
    struct pi_reply r = {.kind = PI_REPLY_STREAM_DONE, .stream_done = s->done};

    r.stream_done.n_skipped = r.stream_done.n_available - r.stream_done.n_sent;
    int n = pi_reply_format(&r, c->text, sizeof c->text);
    if (c->port.send(c->port.ctx, peer, END_MARKER, PI_SHORT_HEADER_BYTES, c->text, (size_t)n) ==
        -EAGAIN)
        return;
    pi_say(c, PI_LOG_INFO, "%.*s", n - 1, c->text);
    *s = (struct pi_session){0};
    c->port.finish(c->port.ctx, peer);
}

/* -EAGAIN: the peer takes no more for now. Where times are asked for, they stand in a comment
 * behind the SOI. */
static int stream_frame(struct pi_camera *c, struct pi_session *s, const struct pi_ring_frame *f)
{
    uint8_t head[PI_SHORT_HEADER_BYTES + 2 + PI_PART_COMMENT_MAX];
    struct pi_part part = {.frame_id = f->meta.id,
        .time_us = f->meta.time_us,
        .dark_score = f->meta.dark_score,
        .night = f->meta.night};
    size_t n_soi = 0;
    int n = 0;

    if (s->times && f->n > 2 && f->jpeg[0] == 0xFF && f->jpeg[1] == 0xD8) {
        n = pi_part_comment_format(&part, head + PI_SHORT_HEADER_BYTES + 2, PI_PART_COMMENT_MAX);
        memcpy(head + PI_SHORT_HEADER_BYTES, f->jpeg, 2);
        n_soi = 2;
    }
    n = n < 0 ? 0 : n;
    pi_short_header((uint32_t)(f->n + (size_t)n), head);
    return c->port.send(c->port.ctx, s->peer, head, PI_SHORT_HEADER_BYTES + n_soi + (size_t)n,
        f->jpeg + n_soi, f->n - n_soi);
}

/* As many frames as the peer takes. What has left the ring meanwhile is skipped. */
static void stream_go_on(struct pi_camera *c, struct pi_session *s)
{
    struct pi_ring_frame f;

    for (; s->done.n_available > 0 && s->next_id <= s->last_id; s->next_id++) {
        if (!pi_ring_find(&c->ring, s->next_id, &f))
            continue;
        int r = stream_frame(c, s, &f);
        if (r == -EAGAIN)
            return;
        s->done.n_sent += r >= 0;
    }
    stream_end(c, s);
}

void pi_do_shortstream(struct pi_camera *c, void *peer, const struct pi_command *q)
{
    struct pi_ring_frame f;
    struct pi_session *s;
    uint32_t n = q->count < (int64_t)c->ring.n_frames ? (uint32_t)q->count : c->ring.n_frames;

    if (q->count < 0)
        return pi_refuse_stream(c, peer, "usage shortstream [<count>]");
    s = pi_session_new(c, peer);
    if (!s)
        return pi_refuse_stream(c, peer, "too many commands at once");
    s->state = PI_STREAMS;
    s->times = q->times;
    s->done.n_available = n;
    if (n > 0 && pi_ring_at(&c->ring, c->ring.n_frames - n, &f))
        s->next_id = f.meta.id;
    if (n > 0 && pi_ring_newest(&c->ring, &f))
        s->last_id = f.meta.id;
    stream_go_on(c, s);
}

void pi_camera_drained(struct pi_camera *c, int64_t now_us, void *peer)
{
    struct pi_session *s = pi_session_of(c, peer);

    c->now_us = now_us;
    if (s && s->state == PI_STREAMS)
        stream_go_on(c, s);
}
