/* pi_session.c - commands: who sent them, what is run, and how they are answered. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "pi_camera_private.h"
#include "pi_text.h"

struct pi_session *pi_session_of(struct pi_camera *c, const void *peer)
{
    for (unsigned i = 0; i < PI_MAX_SESSIONS; i++)
        if (c->sessions[i].state != PI_IDLE && c->sessions[i].peer == peer)
            return &c->sessions[i];
    return NULL;
}

struct pi_session *pi_session_new(struct pi_camera *c, void *peer)
{
    for (unsigned i = 0; i < PI_MAX_SESSIONS; i++)
        if (c->sessions[i].state == PI_IDLE) {
            c->sessions[i] = (struct pi_session){.peer = peer};
            return &c->sessions[i];
        }
    return NULL;
}

void pi_send_reply(struct pi_camera *c, void *peer, const struct pi_reply *r)
{
    int n = pi_reply_format(r, c->text, sizeof c->text);

    if (n > 0)
        (void)c->port.send(c->port.ctx, peer, NULL, 0, c->text, (size_t)n);
    c->port.finish(c->port.ctx, peer);
}

void pi_send_error(struct pi_camera *c, void *peer, const char *text)
{
    struct pi_reply r = {.kind = PI_REPLY_ERROR, .text = {text, strlen(text)}};

    pi_send_reply(c, peer, &r);
}

void pi_send_kind(struct pi_camera *c, void *peer, enum pi_reply_kind kind)
{
    struct pi_reply r = {.kind = kind};

    pi_send_reply(c, peer, &r);
}

/* Sends what stands in c->text. */
void pi_send_text(struct pi_camera *c, void *peer, size_t n)
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
        pi_send_reply(c, peer, r);
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
    struct pi_session *s = pi_session_of(c, peer);

    if (!s)
        return;
    s->peer = NULL; /* "echo save | nc -q0": what was asked for is done all the same */
    if (s->state == PI_STREAMS)
        *s = (struct pi_session){0};
}

/* --- one command ------------------------------------------------------------------------------ */

static void do_unknown(struct pi_camera *c, void *peer, const struct pi_command *q)
{
    pi_send_kind(c, peer, PI_REPLY_UNKNOWN_COMMAND);
}

static const struct {
    enum pi_command_kind kind;
    bool guarded; /* changes something: asks for the token where there is one */
    void (*run)(struct pi_camera *c, void *peer, const struct pi_command *q);
} commands[] = {
    {PI_COMMAND_UNKNOWN, false, do_unknown},
    {PI_COMMAND_SET, true, pi_do_set},
    {PI_COMMAND_OVERWRITE_CONFIG, true, pi_do_overwrite_config},
    {PI_COMMAND_DUMP_CONFIG, false, pi_do_dump_config},
    {PI_COMMAND_SAVE, false, pi_do_pictures},
    {PI_COMMAND_PAST_STACK, false, pi_do_pictures},
    {PI_COMMAND_NIGHT_LEVEL, false, pi_do_night_level},
    {PI_COMMAND_HEALTH, false, pi_do_health},
    {PI_COMMAND_SHORTSTREAM, false, pi_do_shortstream},
    {PI_COMMAND_DUMP_CAM_EXPOSURE, false, pi_do_exposure},
    {PI_COMMAND_DUMP_CAM_CONTROLS, false, pi_do_controls},
};

/* In a time that does not depend on where they differ. */
static bool same_token(const char *token, struct span given)
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
        pi_refuse_stream(c, peer, text);
    else
        pi_send_error(c, peer, text);
}

void pi_camera_trigger(struct pi_camera *c, int64_t now_us, void *peer, const char *text, size_t n)
{
    struct pi_command q;

    c->now_us = now_us;
    if (!span_is_utf8((struct span){text, n}))
        return pi_send_error(c, peer, "a command must be UTF-8");
    int r = pi_command_parse(text, n, &q);
    for (unsigned i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (commands[i].kind != q.kind)
            continue;
        if (commands[i].guarded && c->token && !same_token(c->token, q.token))
            pi_send_error(c, peer, "this camera asks for its token: token <token> <command>");
        else if (r < 0)
            refuse_usage(c, peer, q.kind);
        else
            commands[i].run(c, peer, &q);
        return;
    }
}

void pi_camera_refuse(struct pi_camera *c, void *peer, const char *why)
{
    pi_send_error(c, peer, why);
}
