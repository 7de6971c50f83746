/* presence.c - is the camera there? Its two ports fail apart: the trigger server of the original
 * dies for good while pictures go on, and the picture stream may be held by somebody else while
 * commands work. The camera is online as long as either does its work.
 *
 * Which dialect it speaks is found out by "token - health": ours passes the token over and tells
 * its health, the original says UNKNOWN_COMMAND, and neither is harmed.
 */
#include "camera.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Every so many polls the settings are read, too: the camera may have been started anew. */
#define POLLS_PER_DUMP 4

static const char *const trigger_names[] = {
    [TRIGGER_UNKNOWN] = "unknown",
    [TRIGGER_OK] = "ok",
    [TRIGGER_REFUSED] = "refused",
    [TRIGGER_RESET] = "reset",
    [TRIGGER_SILENT] = "silent",
    [TRIGGER_CLOSED] = "closed",
    [TRIGGER_UNREACHABLE] = "unreachable",
};

static const char *const dialect_names[] = {
    [DIALECT_UNKNOWN] = "unknown",
    [DIALECT_ORIGINAL] = "original",
    [DIALECT_WARREN] = "warren",
};

void presence_trouble(struct wr_dev *dev, const char *why)
{
    char text[WHY_MAX * 2];
    struct wr_json j = wr_json_into(text, sizeof text);

    dev->host->log(dev, WR_LOG_WARNING, "%s", why);
    wr_json_object(&j);
    wr_json_key(&j, "why");
    wr_json_string(&j, why);
    wr_json_end(&j);
    dev->host->publish(dev, "device.error", wr_json_text(&j));
}

/* What does not work now, in one attribute: "" when all does. */
static void report_trouble(struct wr_dev *dev)
{
    const struct presence *p = &camera_of(dev)->presence;
    char text[2 * WHY_MAX + 4];

    snprintf(text, sizeof text, "%s%s%s", p->trigger_why,
        p->trigger_why[0] && p->stream_why[0] ? "; " : "", p->stream_why);
    wr_report_text(dev, "trouble", text);
}

static void set_dialect(struct wr_dev *dev, enum dialect dialect)
{
    camera_of(dev)->presence.dialect = dialect;
    if (dialect != DIALECT_UNKNOWN)
        wr_report_text(dev, "dialect", dialect_names[dialect]);
}

/* Told when it begins, and only of a camera that is there: for one that is not, being offline says
 * it all. */
static void tell_trouble(struct wr_dev *dev, const char *why, bool *said)
{
    const struct presence *p = &camera_of(dev)->presence;

    if (!p->online || p->gone)
        return;
    if (why[0] && !*said)
        presence_trouble(dev, why);
    *said = why[0];
}

/* --- online and offline ----------------------------------------------------------------------- */

static void go_online(struct wr_dev *dev)
{
    struct presence *p = &camera_of(dev)->presence;

    p->online = true;
    if (p->trigger == TRIGGER_OK)
        config_ask(dev, false); /* before configure(), so that only what differs is set */
    dev->host->online(dev, true, NULL);
}

static void go_offline(struct wr_dev *dev)
{
    struct presence *p = &camera_of(dev)->presence;
    char why[2 * WHY_MAX + 4];

    p->gone = true;
    snprintf(why, sizeof why, "%s; %s", p->stream_why, p->trigger_why);
    dev->host->online(dev, false, why);
}

static void tell_settings_again(struct wr_dev *dev)
{
    struct camera *c = camera_of(dev);

    memset(c->config.ours, 0, sizeof c->config.ours);
    go_online(dev);
}

void presence_restarted(struct wr_dev *dev)
{
    if (!camera_of(dev)->presence.online)
        return;
    dev->host->log(dev, WR_LOG_INFO, "the camera was started anew: it is told its settings again");
    tell_settings_again(dev);
}

/* One of the two has changed: what does that make of the whole? */
static void decide(struct wr_dev *dev)
{
    struct camera *c = camera_of(dev);
    struct presence *p = &c->presence;
    bool pictures = c->stream.http.state == WR_STREAM_LIVE;

    if (p->gone)
        return;
    report_trouble(dev);
    if (pictures || p->trigger == TRIGGER_OK) {
        if (!p->online)
            go_online(dev);
    } else if (p->trigger != TRIGGER_UNKNOWN) {
        if (c->stream.http.state == WR_STREAM_FAILED)
            go_offline(dev);
        else
            stream_probe(dev); /* its end decides */
    }
    tell_trouble(dev, p->trigger_why, &p->said_trigger);
    tell_trouble(dev, p->stream_why, &p->said_stream);
}

/* --- what is known of the two ----------------------------------------------------------------- */

static void trigger_answers(struct wr_dev *dev, enum trigger_state before)
{
    if (!camera_of(dev)->presence.online)
        return;
    if (before == TRIGGER_UNKNOWN) {
        config_ask(dev, false); /* pictures were first */
        return;
    }
    dev->host->log(dev, WR_LOG_INFO, "the trigger port answers again");
    tell_settings_again(dev);
}

void presence_trigger(struct wr_dev *dev, enum trigger_state state, const char *why)
{
    struct presence *p = &camera_of(dev)->presence;
    enum trigger_state before = p->trigger;

    p->trigger = state;
    snprintf(p->trigger_why, sizeof p->trigger_why, "%s", why);
    if (state != before)
        wr_report_text(dev, "trigger", trigger_names[state]);
    if (state != TRIGGER_OK)
        set_dialect(dev, DIALECT_UNKNOWN); /* who answers next may be another */
    else if (before != TRIGGER_OK)
        trigger_answers(dev, before);
    decide(dev);
}

static void poll(struct wr_dev *dev, void *ctx);

void presence_stream(struct wr_dev *dev, const char *why)
{
    struct presence *p = &camera_of(dev)->presence;

    snprintf(p->stream_why, sizeof p->stream_why, "%s", why ? why : "");
    /* Pictures that end may be a camera that ends: ask the other port before it is believed. */
    if (why && p->trigger == TRIGGER_OK)
        poll(dev, NULL);
    decide(dev);
}

void presence_stream_closed(struct wr_dev *dev)
{
    camera_of(dev)->presence.stream_why[0] = '\0';
    report_trouble(dev);
}

/* --- asking ----------------------------------------------------------------------------------- */

static void probed(struct wr_dev *dev, const struct job *job, int result,
    const struct pi_reply *reply, const char *why)
{
    if (result < 0)
        return; /* presence_trigger() is told why */
    set_dialect(dev,
        reply->kind == PI_REPLY_UNKNOWN_COMMAND || reply->kind == PI_REPLY_OTHER ? DIALECT_ORIGINAL
                                                                                 : DIALECT_WARREN);
    if (reply->kind == PI_REPLY_HEALTH)
        command_health(dev, &reply->health);
}

const struct job presence_probe_job = {.kind = PI_COMMAND_HEALTH, .fn = probed, .probe = true};

static void polled(struct wr_dev *dev, const struct job *job, int result,
    const struct pi_reply *reply, const char *why)
{
    if (result == 0 && reply->kind == PI_REPLY_HEALTH)
        command_health(dev, &reply->health);
}

/* Only when nothing else is asked: every answer says as well that the camera is there. */
static void poll(struct wr_dev *dev, void *ctx)
{
    struct presence *p = &camera_of(dev)->presence;
    struct job job = {.kind = PI_COMMAND_HEALTH, .fn = polled};

    if (!trigger_idle(dev) || past_running(dev))
        return;
    trigger_send(dev, p->dialect == DIALECT_UNKNOWN ? &presence_probe_job : &job);
    if (p->trigger == TRIGGER_OK && ++p->n_polls % POLLS_PER_DUMP == 0)
        config_ask(dev, true);
}

int presence_start(struct wr_dev *dev)
{
    struct presence *p = &camera_of(dev)->presence;

    p->poll = dev->host->every(dev, option_ms(dev, OPTION_POLL) * US_PER_MS, poll, NULL);
    wr_report_text(dev, "trigger", trigger_names[TRIGGER_UNKNOWN]);
    return p->poll ? trigger_send(dev, &presence_probe_job) : -EAGAIN;
}
