/* pi_settings.c - commands that change settings, show them, and keep them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "pi_camera_private.h"

static void settings_apply(struct pi_camera *c)
{
    pi_ring_limit(&c->ring, (uint32_t)c->config.ring_size, c->guard.ring_bytes);
    if (!c->config.night_enable && pi_night_disable(&c->night) == PI_NIGHT_EXIT)
        pi_say(c, PI_LOG_INFO, "Night mode is switched off");
    pi_mode_apply(c);
}

int pi_camera_set(struct pi_camera *c, int64_t now_us, const struct pi_key *k, struct span value)
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
    pi_send_error(c, peer, text);
}

static void refuse_key(struct pi_camera *c, void *peer, const struct pi_command *q)
{
    char text[PI_COMMAND_MAX_BYTES + 32];

    snprintf(text, sizeof text, "invalid key %.*s", (int)q->key.n, q->key.at);
    pi_say(c, PI_LOG_WARNING, "Failed to update parameter via trigger: %s", text);
    pi_send_error(c, peer, text);
}

void pi_do_set(struct pi_camera *c, void *peer, const struct pi_command *q)
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
    pi_send_reply(c, peer, &r);
    settings_apply(c);
}

void pi_do_dump_config(struct pi_camera *c, void *peer, const struct pi_command *q)
{
    int n = pi_config_dump(&c->config, c->text, sizeof c->text - 1);

    if (n < 0)
        return pi_send_error(c, peer, "failed to get configuration: it does not fit");
    pi_say(c, PI_LOG_INFO, "Configuration sent to trigger client");
    pi_send_text(c, peer, (size_t)n);
}

void pi_do_overwrite_config(struct pi_camera *c, void *peer, const struct pi_command *q)
{
    struct pi_session *s = pi_session_new(c, peer);

    if (!s)
        return pi_send_error(c, peer, "too many commands at once");
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
