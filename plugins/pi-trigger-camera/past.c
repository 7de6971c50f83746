/* past.c - past_frames: the camera's newest pictures (shortstream) become captures, each with its
 * time.
 *
 *     → "shortstream 3 times\n"
 *     ← LL LL LL LL <JPEG>  …  00 00 00 00 "STREAM_DONE: sent=3, skipped=0, available=3\n" FIN
 *
 * Our service puts each picture's number and time into a comment of the JPEG, because of the word
 * "times". The original passes the word over and tells nothing; then the newest is taken to be of
 * now, and each before it one period older.
 *
 * The camera sends faster than a disk writes: a few pictures are on their way to the disk at a
 * time, and the camera waits.
 */
#include "camera.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Pictures that wait for the disk: leaves frames for the live stream. */
#define WAITING_MAX 4
#define TICK_US (250 * US_PER_MS)
/* All of it. The command's row allows a little more. */
#define PAST_LIMIT_US (100 * US_PER_S)
#define FRAMERATE_DEFAULT_US (100 * US_PER_MS)
/* `past` has room for PAST_MAX_FRAMES ids; 20 digits and a comma each. */
#define ANSWER_MAX (21 * PAST_MAX_FRAMES + 256)

static struct past *past_of(const struct wr_dev *dev)
{
    return &camera_of(dev)->past;
}

bool past_running(const struct wr_dev *dev)
{
    return past_of(dev)->call != 0;
}

/* --- the end ---------------------------------------------------------------------------------- */

static void drop_frame(struct wr_dev *dev)
{
    struct past *p = past_of(dev);

    if (p->frame)
        dev->host->frame_drop(dev, p->frame);
    p->frame = NULL;
}

void past_stop(struct wr_dev *dev)
{
    drop_frame(dev);
}

static void answer(struct wr_dev *dev)
{
    struct past *p = past_of(dev);
    char text[ANSWER_MAX], note[80];
    struct wr_json j = wr_json_into(text, sizeof text);

    wr_json_object(&j);
    wr_json_key(&j, "frames");
    wr_json_uint(&j, p->n_began);
    wr_json_key(&j, "kept_before");
    wr_json_uint(&j, p->n_known);
    wr_json_key(&j, "skipped");
    wr_json_uint(&j, p->n_skipped);
    wr_json_key(&j, "times");
    wr_json_string(&j, p->n_timed > 0 ? "camera" : "estimated");
    wr_json_key(&j, "captures");
    wr_json_array(&j);
    for (unsigned i = 0; i < p->n_stored + p->n_known; i++)
        wr_json_uint(&j, p->ids[i]);
    wr_json_end(&j);
    if (p->counted && p->said.n_sent != p->n_began) {
        snprintf(note, sizeof note, "the camera says that it sent %u", p->said.n_sent);
        wr_json_key(&j, "note");
        wr_json_string(&j, note);
    }
    wr_json_end(&j);
    dev->host->done(dev, p->call, 0, wr_json_text(&j));
}

/* What the camera said behind the end mark, when it sent nothing. */
static void answer_nothing(struct wr_dev *dev)
{
    struct past *p = past_of(dev);

    if (p->said.n_sent > 0)
        command_fail(dev, p->call, -EBADMSG,
            "the camera says that it sent %u pictures, and none came", p->said.n_sent);
    else
        command_fail(dev, p->call, -ENODATA, "the camera has no pictures of the past yet");
}

/* What the camera said behind the end mark: an error, or its count. */
static void read_tail(struct wr_dev *dev)
{
    struct past *p = past_of(dev);
    char text[SAID_BYTES];
    struct pi_reply reply;

    pi_reply_parse(p->tail, p->n_tail, &reply);
    if (reply.kind == PI_REPLY_STREAM_DONE) {
        p->said = reply.stream_done;
        p->counted = true;
    }
    if (reply.kind != PI_REPLY_ERROR || p->why[0])
        return;
    p->result = -EIO;
    snprintf(p->why, sizeof p->why, "the camera says: %s", said(reply.text, text));
}

static void finish(struct wr_dev *dev)
{
    struct past *p = past_of(dev);
    unsigned n_kept = p->n_stored + p->n_known;

    read_tail(dev);
    if (p->why[0] && p->n_began == 0)
        command_fail(dev, p->call, p->result, "%s", p->why);
    else if (p->why[0])
        command_fail(dev, p->call, p->result, "%u of %u pictures are kept: %.200s", n_kept,
            p->n_wanted, p->why);
    else if (p->n_failed > 0)
        command_fail(dev, p->call, p->result, "%u of %u pictures are kept: %s", n_kept, p->n_began,
            p->result == -ENOSPC ? "the disk is full" : strerror(-p->result));
    else if (p->n_began == 0)
        answer_nothing(dev);
    else
        answer(dev);
    dev->host->cancel(dev, p->tick);
    drop_frame(dev);
    *p = (struct past){.run = p->run + 1};
    trigger_pump(dev);
}

void past_finish_if_over(struct wr_dev *dev)
{
    struct past *p = past_of(dev);

    if (p->call && p->tcp == 0 && p->n_waiting == 0)
        finish(dev);
}

/* No more comes; what waits for the disk is waited for. */
static void give_up(struct wr_dev *dev, int result, const char *why)
{
    struct past *p = past_of(dev);

    dev->host->cancel(dev, p->tcp);
    p->tcp = 0;
    p->need = 0;
    drop_frame(dev);
    p->result = result;
    snprintf(p->why, sizeof p->why, "%s", why);
    past_finish_if_over(dev);
}

/* --- the connection --------------------------------------------------------------------------- */

/* False: not now; the camera waits until one of ours is on the disk. */
static bool get_frame(struct wr_dev *dev)
{
    struct past *p = past_of(dev);

    if (p->n_waiting < WAITING_MAX)
        p->frame = dev->host->frame_new(dev, p->need);
    if (!p->frame) {
        dev->host->tcp->pause(dev, p->tcp);
        return false;
    }
    p->need = 0;
    return true;
}

static void take_tail(struct past *p, const uint8_t *bytes, size_t n)
{
    size_t room = sizeof p->tail - p->n_tail, k = n < room ? n : room;

    memcpy(p->tail + p->n_tail, bytes, k);
    p->n_tail += k;
}

static void take_bytes(struct past *p, const struct pi_short_piece *piece)
{
    memcpy(p->frame->data + p->frame->len, piece->bytes, piece->n);
    p->frame->len += piece->n;
}

/* One thing that the decoder found; false: wait. */
static bool take(struct wr_dev *dev, int event, const struct pi_short_piece *piece)
{
    struct past *p = past_of(dev);

    switch (event) {
    case PI_SHORT_BEGIN:
        p->n_began++;
        p->need = piece->length;
        return get_frame(dev);
    case PI_SHORT_BYTES:
        take_bytes(p, piece);
        return true;
    case PI_SHORT_END:
        past_frame(dev);
        return true;
    case PI_SHORT_DONE:
        p->ended = true;
        return true;
    default:
        return false;
    }
}

static size_t on_data(struct wr_dev *dev, wr_handle h, void *ctx, const uint8_t *bytes, size_t n)
{
    struct past *p = past_of(dev);
    size_t at = 0, used;

    p->heard_us = dev->host->now_us(dev);
    if (p->need > 0 && !get_frame(dev))
        return 0;
    while (!p->ended) {
        struct pi_short_piece piece;
        int event = pi_short_feed(&p->decoder, bytes + at, n - at, &used, &piece);

        at += used;
        if (event < 0) {
            give_up(dev, -EBADMSG, "the camera sends something else than pictures");
            return n;
        }
        if (!take(dev, event, &piece))
            return at;
    }
    take_tail(p, bytes + at, n - at);
    return n;
}

static void on_opened(struct wr_dev *dev, wr_handle h, void *ctx)
{
    struct past *p = past_of(dev);
    struct pi_command c = {.kind = PI_COMMAND_SHORTSTREAM, .count = p->n_wanted, .times = true};
    char line[PI_COMMAND_MAX_BYTES + 1];
    int n = trigger_line(dev, &c, line, sizeof line);

    p->opened = true;
    p->heard_us = dev->host->now_us(dev);
    p->asked_us = dev->host->wall_us(dev);
    if (n < 0 || dev->host->tcp->send(dev, p->tcp, line, (size_t)n) < 0)
        give_up(dev, -EIO, "the command could not be sent");
}

static void on_closed(struct wr_dev *dev, wr_handle h, void *ctx, int error, size_t left)
{
    struct past *p = past_of(dev);
    enum trigger_state state = TRIGGER_OK;
    char why[WHY_MAX];

    p->tcp = 0;
    if (p->ended) {
        past_finish_if_over(dev);
    } else {
        state = trigger_diagnose(dev, p->opened, p->n_began > 0, error, why);
        if (p->n_began > 0)
            snprintf(why, sizeof why, "the camera ended in the middle of it");
        give_up(dev, error < 0 ? error : -EPIPE, why);
    }
    presence_trigger(dev, state, state == TRIGGER_OK ? "" : why);
}

static const struct wr_tcp_events events = {
    .size = sizeof events, .opened = on_opened, .data = on_data, .closed = on_closed};

/* In the middle of it, or it has never begun: then the port is what is wrong. */
static void stopped_sending(struct wr_dev *dev)
{
    enum trigger_state state;
    char why[WHY_MAX];

    if (past_of(dev)->n_began > 0) {
        give_up(dev, -ETIMEDOUT, "the camera stopped sending");
        return;
    }
    state = trigger_diagnose(dev, true, false, -ETIMEDOUT, why);
    give_up(dev, -ETIMEDOUT, why);
    presence_trigger(dev, state, why);
}

/* Tries for a frame again, and sees to the time limits. */
static void tick(struct wr_dev *dev, void *ctx)
{
    struct past *p = past_of(dev);
    int64_t now = dev->host->now_us(dev);

    if (p->need > 0) {
        p->heard_us = now; /* it is we who keep the camera waiting */
        dev->host->tcp->resume(dev, p->tcp);
    }
    if (p->tcp && p->ended && now - p->heard_us >= US_PER_S) {
        dev->host->cancel(dev, p->tcp); /* all is there, and the camera does not hang up */
        p->tcp = 0;
        past_finish_if_over(dev);
    } else if (p->tcp && p->opened &&
        now - p->heard_us >= option_ms(dev, OPTION_COMMAND_TIMEOUT) * US_PER_MS) {
        stopped_sending(dev);
    } else if (now - p->began_us >= PAST_LIMIT_US) {
        p->n_waiting = 0; /* the disk answers later, and nobody waits for it then */
        give_up(dev, -ETIMEDOUT, "it took too long");
    }
}

static int64_t period_of(const struct wr_dev *dev)
{
    const struct camera *c = camera_of(dev);

    for (int i = 0; i < N_SETTINGS && c->stream.period_us == 0; i++) {
        if (strcmp(settings[i].key, "camera.framerate") == 0 && c->config.known[i].is &&
            c->config.known[i].value.i > 0)
            return US_PER_S / c->config.known[i].value.i;
    }
    return c->stream.period_us > 0 ? c->stream.period_us : FRAMERATE_DEFAULT_US;
}

int past_run(struct wr_dev *dev, const struct wr_call *call)
{
    struct past *p = past_of(dev);

    if (p->call)
        return -EBUSY;
    *p = (struct past){.run = p->run,
        .n_wanted = (unsigned)call->args[0].i,
        .period_us = period_of(dev),
        .began_us = dev->host->now_us(dev)};
    pi_short_init(&p->decoder, WR_FRAME_MAX_BYTES, p->n_wanted);
    p->tick = dev->host->every(dev, TICK_US, tick, NULL);
    p->tcp = trigger_connect(dev, &events, 0);
    p->call = call->id;
    if (p->tcp == 0 || p->tick == 0)
        give_up(dev, -EADDRNOTAVAIL, "the gateway cannot connect to the camera: its log says why");
    return 0;
}
