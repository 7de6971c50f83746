/* job_answer.c - the end of a job: what the camera says of its Wi-Fi, and what that means for whom. */
#include "camera.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The first cameras are silent, or say that they are not connected, for as long as they join. */
#define OLD_JOIN_US (14500 * US_PER_MS)

/* Nobody waits for it any more. */
static struct job end(struct wr_dev *dev)
{
    struct job *j = &camera_of(dev)->job, was;

    explicit_bzero(j->control.pass, sizeof j->control.pass);
    was = *j;
    wr_timer_set(dev, &j->limit, 0, NULL);
    wr_timer_set(dev, &j->ask, 0, NULL);
    *j = (struct job){0};
    return was;
}

static void ended(struct wr_dev *dev)
{
    settings_next(dev);
    ble_update(dev);
    presence_update(dev);
}

void job_done(struct wr_dev *dev, const struct wifi_status *s)
{
    struct job was = end(dev);
    char text[STATUS_JSON_MAX];

    if (was.call)
        dev->host->done(dev, was.call, 0, status_json(s, text));
    else
        settings_applied(dev, &was.control.settings, 0);
    ended(dev);
}

void job_fail(struct wr_dev *dev, int result, const char *format, ...)
{
    struct job was = end(dev);
    char why[2 * WHY_MAX];
    va_list args;

    va_start(args, format);
    vsnprintf(why, sizeof why, format, args);
    va_end(args);
    if (was.call) {
        dev->host->done(dev, was.call, result, why);
    } else {
        dev->host->log(dev, WR_LOG_WARNING, "settings were not taken: %s", why);
        settings_applied(dev, &was.control.settings, result);
    }
    ended(dev);
}

static void refused(struct wr_dev *dev, const char *error)
{
    char clean[WHY_MAX];

    wr_text_clean(error, strlen(error), clean, sizeof clean);
    job_fail(dev, -EIO, "The camera says: %s", clean);
}

/* --- is that the answer? ---------------------------------------------------------------------- */

static bool judge_enable(struct wr_dev *dev, const struct job *j, const struct wifi_status *s)
{
    bool tells = s->state != WIFI_STATE_UNKNOWN;

    if (!s->enabled) {
        job_fail(dev, -EIO,
            *s->ssid ? "The camera has not switched its Wi-Fi on"
                     : "The camera knows no network: wifi_configure first");
        return true;
    }
    if (status_state(s) == WIFI_STATE_CONNECTED ||
        (status_state(s) == WIFI_STATE_FAILED &&
            (tells || dev->host->now_us(dev) - j->sent_us >= OLD_JOIN_US))) {
        job_done(dev, s);
        return true;
    }
    return false;
}

bool job_judge(struct wr_dev *dev, const struct wifi_status *s)
{
    const struct job *j = &camera_of(dev)->job;

    if (*s->error) {
        refused(dev, s->error);
        return true;
    }
    if (j->refusal < 0) {
        job_fail(dev, -EIO, "The camera refuses what was written: %s", strerror(-j->refusal));
        return true;
    }
    switch (j->control.command) {
    case WIFI_ENABLE:
        return judge_enable(dev, j, s);
    case WIFI_DISABLE:
        if (s->enabled)
            return false;
        break;
    case WIFI_CONFIGURE:
        if (!j->asked)
            return false;
        break;
    case WIFI_SET:
        if (!settings_are(&s->settings, &j->control.settings))
            return false;
        break;
    default:
        break;
    }
    job_done(dev, s);
    return true;
}
