/* pi_session.c - commands: what each does, and what the peer is told. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "pi_camera_private.h"
#include "pi_part.h"
#include "pi_shortstream.h"
#include "pi_text.h"

#define END_MARKER ((const uint8_t[PI_SHORT_HEADER_BYTES]){0})

/* --- sessions --------------------------------------------------------------------------------- */

static struct pi_session *session_of(struct pi_camera *c, const void *peer)
{
    for (unsigned i = 0; i < PI_MAX_SESSIONS; i++)
        if (c->sessions[i].state != PI_IDLE && c->sessions[i].peer == peer)
            return &c->sessions[i];
    return NULL;
}

static struct pi_session *session_new(struct pi_camera *c, void *peer)
{
    for (unsigned i = 0; i < PI_MAX_SESSIONS; i++)
        if (c->sessions[i].state == PI_IDLE) {
            c->sessions[i] = (struct pi_session){.peer = peer};
            return &c->sessions[i];
        }
    return NULL;
}

static void send_reply(struct pi_camera *c, void *peer, const struct pi_reply *r)
{
    int n = pi_reply_format(r, c->text, sizeof c->text);

    if (n > 0)
        (void)c->port.send(c->port.ctx, peer, NULL, 0, c->text, (size_t)n);
    c->port.finish(c->port.ctx, peer);
}

static void send_error(struct pi_camera *c, void *peer, const char *text)
{
    struct pi_reply r = {.kind = PI_REPLY_ERROR, .text = {text, strlen(text)}};

    send_reply(c, peer, &r);
}

static void send_kind(struct pi_camera *c, void *peer, enum pi_reply_kind kind)
{
    struct pi_reply r = {.kind = kind};

    send_reply(c, peer, &r);
}

/* Sends what stands in c->text. */
static void send_text(struct pi_camera *c, void *peer, size_t n)
{
    c->text[n] = '\n';
    (void)c->port.send(c->port.ctx, peer, NULL, 0, c->text, n + 1);
    c->port.finish(c->port.ctx, peer);
}

void pi_session_reply(struct pi_camera *c, struct pi_session *s, const struct pi_reply *r)
{
    void *peer = s->peer;

    *s = (struct pi_session){0};
    if (peer)
        send_reply(c, peer, r);
}

void pi_session_reply_mask(struct pi_camera *c, uint32_t sessions, const struct pi_reply *r)
{
    for (unsigned i = 0; i < PI_MAX_SESSIONS; i++)
        if (sessions & 1u << i)
            pi_session_reply(c, &c->sessions[i], r);
}

int64_t pi_session_expire(struct pi_camera *c)
{
    struct pi_reply r = {.kind = PI_REPLY_NOT_SAVED};
    int64_t next = INT64_MAX;

    for (unsigned i = 0; i < PI_MAX_SESSIONS; i++) {
        struct pi_session *s = &c->sessions[i];
        if (s->state != PI_AWAITS_FRAME)
            continue;
        if (s->deadline_us > c->now_us) {
            next = s->deadline_us < next ? s->deadline_us : next;
            continue;
        }
        pi_say(c, PI_LOG_WARNING, "NOT_SAVED: no picture came in time");
        pi_session_reply(c, s, &r);
    }
    return next;
}

void pi_session_end_all(struct pi_camera *c)
{
    for (unsigned i = 0; i < PI_MAX_SESSIONS; i++) {
        void *peer = c->sessions[i].peer;
        c->sessions[i] = (struct pi_session){0};
        if (peer)
            c->port.finish(c->port.ctx, peer);
    }
}

void pi_camera_gone(struct pi_camera *c, void *peer)
{
    struct pi_session *s = session_of(c, peer);

    if (!s)
        return;
    s->peer = NULL; /* "echo save | nc -q0": what was asked for is done all the same */
    if (s->state == PI_STREAMS)
        *s = (struct pi_session){0};
}

/* --- settings --------------------------------------------------------------------------------- */

static void settings_apply(struct pi_camera *c)
{
    pi_ring_limit(&c->ring, (uint32_t)c->config.ring_size, c->guard.ring_bytes);
    if (!c->config.night_enable && pi_night_disable(&c->night) == PI_NIGHT_EXIT)
        pi_say(c, PI_LOG_INFO, "Night mode is switched off");
    pi_mode_apply(c);
}

int pi_camera_set(struct pi_camera *c, int64_t now_us, const struct pi_key *k, struct pi_span value)
{
    char why[PI_CONFIG_WHY_MAX];
    int r = pi_config_set(&c->config, k, value, why, sizeof why);

    c->now_us = now_us;
    if (r >= 0)
        settings_apply(c);
    return r;
}

static void refuse_value(
    struct pi_camera *c, void *peer, const struct pi_command *q, const char *why)
{
    char text[PI_COMMAND_MAX_BYTES + 2 * PI_CONFIG_WHY_MAX];

    snprintf(text, sizeof text, "invalid value %.*s for %.*s: expected %s", (int)q->value.n,
        q->value.at, (int)q->key.n, q->key.at, why);
    pi_say(c, PI_LOG_WARNING, "Failed to update parameter via trigger: %s", text);
    send_error(c, peer, text);
}

static void refuse_key(struct pi_camera *c, void *peer, const struct pi_command *q)
{
    char text[PI_COMMAND_MAX_BYTES + 32];

    snprintf(text, sizeof text, "invalid key %.*s", (int)q->key.n, q->key.at);
    pi_say(c, PI_LOG_WARNING, "Failed to update parameter via trigger: %s", text);
    send_error(c, peer, text);
}

static void do_set(struct pi_camera *c, void *peer, const struct pi_command *q)
{
    const struct pi_key *k = pi_key_find(q->key.at, q->key.n);
    char old[PI_TEXT_MAX], why[PI_CONFIG_WHY_MAX];

    if (!k)
        return refuse_key(c, peer, q);
    size_t n_old = pi_config_text(&c->config, k, old, sizeof old);
    if (pi_config_set(&c->config, k, q->value, why, sizeof why) < 0)
        return refuse_value(c, peer, q, why);
    pi_say(c, PI_LOG_INFO, "Parameter updated via trigger: %s : %s → %.*s%s", k->path, old,
        (int)q->value.n, q->value.at, k->when == PI_RESTART ? " (from the next start on)" : "");
    struct pi_reply r = {.kind = PI_REPLY_CHANGED,
        .changed = {.key = q->key, .old_value = {old, n_old}, .new_value = q->value}};
    send_reply(c, peer, &r);
    settings_apply(c);
}

static void do_dump_config(struct pi_camera *c, void *peer, const struct pi_command *q)
{
    int n = pi_config_dump(&c->config, c->text, sizeof c->text - 1);

    if (n < 0)
        return send_error(c, peer, "failed to get configuration: it does not fit");
    pi_say(c, PI_LOG_INFO, "Configuration sent to trigger client");
    send_text(c, peer, (size_t)n);
}

static void do_overwrite_config(struct pi_camera *c, void *peer, const struct pi_command *q)
{
    struct pi_session *s = session_new(c, peer);

    if (!s)
        return send_error(c, peer, "too many commands at once");
    s->state = PI_AWAITS_CONFIG;
    int n = pi_config_dump(&c->config, c->text, sizeof c->text);
    int r = n < 0            ? n
        : c->config_sessions ? -EBUSY
                             : c->port.save_config(c->port.ctx, c->text, (size_t)n);
    if (r < 0) {
        char text[PI_CONFIG_WHY_MAX];
        snprintf(text, sizeof text, "failed to dump configuration: %s",
            r == -EBUSY ? "another one is being written" : strerror(-r));
        struct pi_reply reply = {.kind = PI_REPLY_ERROR, .text = {text, strlen(text)}};
        pi_session_reply(c, s, &reply);
        return;
    }
    c->config_sessions = 1u << (s - c->sessions);
}

void pi_camera_config_saved(struct pi_camera *c, const char *why)
{
    struct pi_reply r = {
        .kind = PI_REPLY_CONFIG_WRITTEN, .written = {c->config_name, strlen(c->config_name)}};
    char text[PI_CONFIG_WHY_MAX + 64];
    uint32_t sessions = c->config_sessions;

    if (why) {
        snprintf(text, sizeof text, "failed to dump configuration: %s", why);
        r = (struct pi_reply){.kind = PI_REPLY_ERROR, .text = {text, strlen(text)}};
    }
    pi_say(c, why ? PI_LOG_ERROR : PI_LOG_INFO,
        why ? "Failed to dump configuration: %s" : "Current configuration dumped to %s",
        why ? why : c->config_name);
    c->config_sessions = 0;
    pi_session_reply_mask(c, sessions, &r);
}

/* --- questions -------------------------------------------------------------------------------- */

static void do_night_level(struct pi_camera *c, void *peer, const struct pi_command *q)
{
    struct pi_ring_frame newest;
    bool night = c->night.active;

    if (!pi_ring_newest(&c->ring, &newest))
        return send_kind(c, peer, PI_REPLY_NO_DATA);
    struct pi_reply r = {.kind = PI_REPLY_NIGHT_LEVEL,
        .night_level = {.level = newest.meta.dark_score,
            .relevant_threshold =
                night ? c->config.night_bright_threshold : c->config.night_dark_threshold,
            .dark_threshold = c->config.night_dark_threshold,
            .bright_threshold = c->config.night_bright_threshold,
            .night = night}};
    send_reply(c, peer, &r);
}

static void do_health(struct pi_camera *c, void *peer, const struct pi_command *q)
{
    struct pi_memory m = {0};
    int r = c->port.memory(c->port.ctx, &m);

    if (r < 0)
        return send_error(c, peer, "memory cannot be read");
    struct pi_reply reply = {
        .kind = PI_REPLY_HEALTH, .health = {(double)m.rss_bytes / 1048576.0, m.swap_percent}};
    pi_say(
        c, PI_LOG_INFO, "HEALTH RSS=%.1f MiB | SWAP=%.1f%%", reply.health.rss_mib, m.swap_percent);
    send_reply(c, peer, &reply);
}

static void do_exposure(struct pi_camera *c, void *peer, const struct pi_command *q)
{
    struct pi_exposure e = {.exposure_us = -1, .gain = NAN};
    char time[PI_NUMBER_TEXT] = "null", gain[PI_NUMBER_TEXT] = "null";

    if (c->port.exposure(c->port.ctx, &e) < 0)
        return send_error(c, peer, "the source does not tell its exposure");
    if (e.exposure_us >= 0)
        snprintf(time, sizeof time, "%lld", (long long)e.exposure_us);
    if (isfinite(e.gain) && e.gain >= 0)
        pi_float_text(e.gain, gain);
    int n = snprintf(c->text, sizeof c->text - 1,
        "{\n  \"ExposureTime\": %s,\n  \"AnalogueGain\": %s,\n  \"AeEnable\": %s\n}", time, gain,
        e.automatic ? "true" : "false");
    send_text(c, peer, (size_t)n);
}

static void sort_controls(struct pi_control *rows, unsigned n)
{
    for (unsigned i = 1; i < n; i++)
        for (unsigned j = i; j > 0 && strcmp(rows[j - 1].name, rows[j].name) > 0; j--) {
            struct pi_control t = rows[j];
            rows[j] = rows[j - 1];
            rows[j - 1] = t;
        }
}

/* Names of controls are shown between quotes. */
static void plain_name(char *name)
{
    for (; *name; name++)
        if ((unsigned char)*name < 0x20 || (unsigned char)*name > 0x7e || *name == '"' ||
            *name == '\\')
            *name = '_';
}

static void do_controls(struct pi_camera *c, void *peer, const struct pi_command *q)
{
    struct pi_control rows[PI_MAX_CONTROLS];
    size_t cap = sizeof c->text - 4, at = 1;
    unsigned n = c->port.controls(c->port.ctx, rows, PI_MAX_CONTROLS);

    sort_controls(rows, n);
    c->text[0] = '{';
    for (unsigned i = 0; i < n && at < cap; i++) {
        plain_name(rows[i].name);
        int k = snprintf(c->text + at, cap - at,
            "%s\n  \"%s\": {\n    \"min\": %lld,\n    \"max\": %lld,\n    \"default\": %lld,\n    "
            "\"value\": %lld\n  }",
            i > 0 ? "," : "", rows[i].name, (long long)rows[i].min, (long long)rows[i].max,
            (long long)rows[i].fallback, (long long)rows[i].value);
        at += (size_t)k;
    }
    if (at >= cap)
        return send_error(c, peer, "too many controls");
    if (n > 0)
        c->text[at++] = '\n';
    c->text[at++] = '}';
    send_text(c, peer, at);
}

/* --- pictures --------------------------------------------------------------------------------- */

static void do_pictures(struct pi_camera *c, void *peer, const struct pi_command *q)
{
    unsigned formats = q->has_formats ? q->formats : c->config.export_formats;
    struct pi_session *s;

    if (formats == 0 && (q->kind == PI_COMMAND_SAVE || c->ring.n_frames > 0))
        return send_kind(c, peer, PI_REPLY_NOT_SAVED);
    s = session_new(c, peer);
    if (!s)
        return send_error(c, peer, "too many commands at once");
    s->formats = formats;
    if (q->kind == PI_COMMAND_PAST_STACK)
        return pi_task_past(c, s);
    s->state = PI_AWAITS_FRAME;
    s->since_us = c->now_us;
    s->deadline_us = c->now_us + pi_mode_timeout_us(c) + (c->night.active ? PI_NIGHT_PAUSE_US : 0);
}

/* Framed as its answer is, so that a reader of frames is not lost. */
static void refuse_stream(struct pi_camera *c, void *peer, const char *text)
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

static void do_shortstream(struct pi_camera *c, void *peer, const struct pi_command *q)
{
    struct pi_ring_frame f;
    struct pi_session *s;
    uint32_t n = q->count < (int64_t)c->ring.n_frames ? (uint32_t)q->count : c->ring.n_frames;

    if (q->count < 0)
        return refuse_stream(c, peer, "usage shortstream [<count>]");
    s = session_new(c, peer);
    if (!s)
        return refuse_stream(c, peer, "too many commands at once");
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
    struct pi_session *s = session_of(c, peer);

    c->now_us = now_us;
    if (s && s->state == PI_STREAMS)
        stream_go_on(c, s);
}

/* --- one command ------------------------------------------------------------------------------ */

static void do_unknown(struct pi_camera *c, void *peer, const struct pi_command *q)
{
    send_kind(c, peer, PI_REPLY_UNKNOWN_COMMAND);
}

static const struct {
    enum pi_command_kind kind;
    bool guarded; /* changes something: asks for the token where there is one */
    void (*run)(struct pi_camera *c, void *peer, const struct pi_command *q);
} commands[] = {
    {PI_COMMAND_UNKNOWN, false, do_unknown},
    {PI_COMMAND_SET, true, do_set},
    {PI_COMMAND_OVERWRITE_CONFIG, true, do_overwrite_config},
    {PI_COMMAND_DUMP_CONFIG, false, do_dump_config},
    {PI_COMMAND_SAVE, false, do_pictures},
    {PI_COMMAND_PAST_STACK, false, do_pictures},
    {PI_COMMAND_NIGHT_LEVEL, false, do_night_level},
    {PI_COMMAND_HEALTH, false, do_health},
    {PI_COMMAND_SHORTSTREAM, false, do_shortstream},
    {PI_COMMAND_DUMP_CAM_EXPOSURE, false, do_exposure},
    {PI_COMMAND_DUMP_CAM_CONTROLS, false, do_controls},
};

/* In a time that does not depend on where they differ. */
static bool same_token(const char *token, struct pi_span given)
{
    size_t n = strlen(token);
    unsigned differ = n != given.n;

    for (size_t i = 0; i < n; i++)
        differ |= (unsigned char)token[i] ^ (unsigned char)(i < given.n ? given.at[i] : 0);
    return differ == 0;
}

static void refuse_usage(struct pi_camera *c, void *peer, enum pi_command_kind kind)
{
    char text[PI_CONFIG_WHY_MAX];

    snprintf(text, sizeof text, "usage %s", pi_command_usage(kind));
    if (kind == PI_COMMAND_SHORTSTREAM)
        refuse_stream(c, peer, text);
    else
        send_error(c, peer, text);
}

void pi_camera_trigger(struct pi_camera *c, int64_t now_us, void *peer, const char *text, size_t n)
{
    struct pi_command q;

    c->now_us = now_us;
    if (!pi_is_utf8(text, n))
        return send_error(c, peer, "a command must be UTF-8");
    int r = pi_command_parse(text, n, &q);
    for (unsigned i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (commands[i].kind != q.kind)
            continue;
        if (commands[i].guarded && c->token && !same_token(c->token, q.token))
            send_error(c, peer, "this camera asks for its token: token <token> <command>");
        else if (r < 0)
            refuse_usage(c, peer, q.kind);
        else
            commands[i].run(c, peer, &q);
        return;
    }
}

void pi_camera_refuse(struct pi_camera *c, void *peer, const char *why)
{
    send_error(c, peer, why);
}
