/* pi_questions.c - commands that ask how things are. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "pi_camera_private.h"
#include "pi_text.h"

void pi_do_night_level(struct pi_camera *c, void *peer, const struct pi_command *q)
{
    struct pi_ring_frame newest;
    bool night = c->night.active;

    if (!pi_ring_newest(&c->ring, &newest))
        return pi_send_kind(c, peer, PI_REPLY_NO_DATA);
    struct pi_reply r = {.kind = PI_REPLY_NIGHT_LEVEL,
        .night_level = {.level = newest.meta.dark_score,
            .relevant_threshold =
                night ? c->config.night_bright_threshold : c->config.night_dark_threshold,
            .dark_threshold = c->config.night_dark_threshold,
            .bright_threshold = c->config.night_bright_threshold,
            .night = night}};
    pi_send_reply(c, peer, &r);
}

void pi_do_health(struct pi_camera *c, void *peer, const struct pi_command *q)
{
    struct pi_memory m = {0};
    int r = c->port.memory(c->port.ctx, &m);

    if (r < 0)
        return pi_send_error(c, peer, "memory cannot be read");
    struct pi_reply reply = {
        .kind = PI_REPLY_HEALTH, .health = {(double)m.rss_bytes / 1048576.0, m.swap_percent}};
    pi_say(
        c, PI_LOG_INFO, "HEALTH RSS=%.1f MiB | SWAP=%.1f%%", reply.health.rss_mib, m.swap_percent);
    pi_send_reply(c, peer, &reply);
}

void pi_do_exposure(struct pi_camera *c, void *peer, const struct pi_command *q)
{
    struct pi_exposure e = {.exposure_us = -1, .gain = NAN};
    char time[PI_NUMBER_TEXT] = "null", gain[PI_NUMBER_TEXT] = "null";

    if (c->port.exposure(c->port.ctx, &e) < 0)
        return pi_send_error(c, peer, "the source does not tell its exposure");
    if (e.exposure_us >= 0)
        snprintf(time, sizeof time, "%lld", (long long)e.exposure_us);
    if (isfinite(e.gain) && e.gain >= 0)
        pi_float_text(e.gain, gain);
    int n = snprintf(c->text, sizeof c->text - 1,
        "{\n  \"ExposureTime\": %s,\n  \"AnalogueGain\": %s,\n  \"AeEnable\": %s\n}", time, gain,
        e.automatic ? "true" : "false");
    pi_send_text(c, peer, (size_t)n);
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

void pi_do_controls(struct pi_camera *c, void *peer, const struct pi_command *q)
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
        return pi_send_error(c, peer, "too many controls");
    if (n > 0)
        c->text[at++] = '\n';
    c->text[at++] = '}';
    pi_send_text(c, peer, at);
}
