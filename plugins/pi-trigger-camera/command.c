/* command.c - what people ask the camera for, and how they are answered. */
#include "camera.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* Room for one answer, but for JSON that is passed on as it came. */
#define ANSWER_MAX 2048

void command_fail(struct wr_dev *dev, wr_handle call, int result, const char *format, ...)
{
    char why[WHY_MAX];
    va_list args;

    va_start(args, format);
    vsnprintf(why, sizeof why, format, args);
    va_end(args);
    dev->host->done(dev, call, result, why);
}

const char *said(struct span raw, char out[SAID_BYTES])
{
    wr_text_clean(raw.at, raw.n, out, SAID_BYTES);
    return *out ? out : "(nothing)";
}

void json_time(struct wr_json *j, const char *key, int64_t us)
{
    time_t s = (time_t)(us / US_PER_S);
    struct tm tm;
    char text[64], date[32];

    wr_json_key(j, key);
    if (us <= 0 || !gmtime_r(&s, &tm) ||
        strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &tm) == 0) {
        wr_json_null(j);
        return;
    }
    snprintf(text, sizeof text, "%s.%06dZ", date, (int)(us % US_PER_S));
    wr_json_string(j, text);
}

static void answer(struct wr_dev *dev, wr_handle call, const struct wr_json *j)
{
    const char *text = wr_json_text(j);

    if (text)
        dev->host->done(dev, call, 0, text);
    else
        command_fail(dev, call, -EMSGSIZE, "the camera's answer is too long to be passed on");
}

/* --- answers ---------------------------------------------------------------------------------- */

void command_health(struct wr_dev *dev, const struct pi_health *h)
{
    wr_report_float(dev, "rss_mib", h->rss_mib);
    wr_report_float(dev, "swap_percent", h->swap_percent);
}

static void answer_health(struct wr_dev *dev, const struct job *job, const struct pi_reply *r)
{
    char text[ANSWER_MAX];
    struct wr_json j = wr_json_into(text, sizeof text);

    command_health(dev, &r->health);
    wr_json_object(&j);
    wr_json_key(&j, "rss_mib");
    wr_json_float(&j, r->health.rss_mib);
    wr_json_key(&j, "swap_percent");
    wr_json_float(&j, r->health.swap_percent);
    wr_json_end(&j);
    answer(dev, job->call, &j);
}

static void answer_night_level(struct wr_dev *dev, const struct job *job, const struct pi_reply *r)
{
    const struct pi_night_level *l = &r->night_level;
    char text[ANSWER_MAX];
    struct wr_json j = wr_json_into(text, sizeof text);

    wr_json_object(&j);
    wr_json_key(&j, "level");
    wr_json_float(&j, l->level);
    wr_json_key(&j, "dark_threshold");
    wr_json_float(&j, l->dark_threshold);
    wr_json_key(&j, "bright_threshold");
    wr_json_float(&j, l->bright_threshold);
    wr_json_key(&j, "night");
    wr_json_bool(&j, l->night);
    wr_json_end(&j);
    wr_report_float(dev, "dark_score", l->level);
    wr_report_bool(dev, "night", l->night);
    answer(dev, job->call, &j);
}

static void answer_written(struct wr_dev *dev, const struct job *job, const struct pi_reply *r)
{
    char text[ANSWER_MAX], name[SAID_BYTES];
    struct wr_json j = wr_json_into(text, sizeof text);

    wr_json_object(&j);
    wr_json_key(&j, "written");
    wr_json_string(&j, said(r->written, name));
    wr_json_end(&j);
    answer(dev, job->call, &j);
}

/* JSON that the camera made is passed on as it is. */
static void answer_json(struct wr_dev *dev, const struct job *job, const struct pi_reply *r)
{
    char text[SAID_BYTES];

    if (!json_pull_is_valid(r->text.at, r->text.n)) {
        command_fail(
            dev, job->call, -EBADMSG, "the camera's answer is no JSON: %s", said(r->text, text));
        return;
    }
    if (job->kind == PI_COMMAND_DUMP_CONFIG)
        config_take(dev, r->text.at, r->text.n, false);
    dev->host->done(dev, job->call, 0, r->text.at);
}

static bool copy_path(struct saved *s, struct span path)
{
    if (path.n >= sizeof s->path)
        return false;
    memcpy(s->path, path.at, path.n);
    s->path[path.n] = '\0';
    return true;
}

static void answer_saved(struct wr_dev *dev, const struct job *job, const struct pi_reply *r)
{
    struct saved s = {
        .call = job->call, .time_us = r->saved.time_us, .age_us = r->saved.age_us, .n_frames = 1};

    if (copy_path(&s, r->saved.path))
        saved_begin(dev, &s);
    else
        command_fail(dev, job->call, -ENAMETOOLONG,
            "the camera saved the picture under a path that is too long");
}

static void answer_stacked(struct wr_dev *dev, const struct job *job, const struct pi_reply *r)
{
    const struct pi_stacked *x = &r->stacked;
    struct saved s = {.call = job->call,
        .stacked = true,
        .time_us = x->last_us,
        .first_us = x->first_us,
        .age_us = x->last_age_us,
        .n_frames = x->n_frames};

    if (copy_path(&s, x->path))
        saved_begin(dev, &s);
    else
        command_fail(dev, job->call, -ENAMETOOLONG,
            "the camera saved the picture under a path that is too long");
}

static void answer_separate(struct wr_dev *dev, const struct job *job, const struct pi_reply *r)
{
    char text[ANSWER_MAX];
    struct wr_json j = wr_json_into(text, sizeof text);

    wr_json_object(&j);
    wr_json_key(&j, "pictures");
    wr_json_uint(&j, r->separate.n_images);
    json_time(&j, "first_at", r->separate.first_us);
    wr_json_key(&j, "note");
    wr_json_string(
        &j, "each picture was saved for itself on the camera, which does not tell their names");
    wr_json_end(&j);
    answer(dev, job->call, &j);
}

/* Which answers a command may have. */
static const struct {
    enum pi_command_kind to;
    enum pi_reply_kind kind;
    void (*fn)(struct wr_dev *dev, const struct job *job, const struct pi_reply *r);
} answers[] = {
    {PI_COMMAND_HEALTH, PI_REPLY_HEALTH, answer_health},
    {PI_COMMAND_NIGHT_LEVEL, PI_REPLY_NIGHT_LEVEL, answer_night_level},
    {PI_COMMAND_OVERWRITE_CONFIG, PI_REPLY_CONFIG_WRITTEN, answer_written},
    {PI_COMMAND_DUMP_CONFIG, PI_REPLY_JSON, answer_json},
    {PI_COMMAND_DUMP_CAM_EXPOSURE, PI_REPLY_JSON, answer_json},
    {PI_COMMAND_DUMP_CAM_CONTROLS, PI_REPLY_JSON, answer_json},
    {PI_COMMAND_SAVE, PI_REPLY_SAVED, answer_saved},
    {PI_COMMAND_PAST_STACK, PI_REPLY_STACKED, answer_stacked},
    {PI_COMMAND_PAST_STACK, PI_REPLY_SEPARATE, answer_separate},
};

/* Answers that say no. */
static void answer_no(struct wr_dev *dev, const struct job *job, const struct pi_reply *r)
{
    char text[SAID_BYTES];

    switch (r->kind) {
    case PI_REPLY_NOT_SAVED:
        command_fail(dev, job->call, -EIO,
            "the camera saved nothing: no format that it knows, or no picture to save");
        break;
    case PI_REPLY_NO_FRAMES:
    case PI_REPLY_NO_DATA:
        command_fail(dev, job->call, -ENODATA, "the camera has no picture yet");
        break;
    case PI_REPLY_UNKNOWN_COMMAND:
        command_fail(dev, job->call, -ENOSYS, "this camera's service does not know that command");
        break;
    case PI_REPLY_ERROR:
        command_fail(dev, job->call, -EIO, "the camera says: %s", said(r->text, text));
        break;
    default:
        command_fail(dev, job->call, -EBADMSG, "the camera answered something else: %s",
            said(r->text, text));
    }
}

static void replied(struct wr_dev *dev, const struct job *job, int result,
    const struct pi_reply *reply, const char *why)
{
    if (result < 0) {
        command_fail(dev, job->call, result, "%s", why);
        return;
    }
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        if (answers[i].to == job->kind && answers[i].kind == reply->kind) {
            answers[i].fn(dev, job, reply);
            return;
        }
    }
    answer_no(dev, job, reply);
}

/* --- save on the original --------------------------------------------------------------------- */

/* `save` before the first picture kills the original's trigger server: whether there is one is
 * asked first. */
static void checked(struct wr_dev *dev, const struct job *job, int result,
    const struct pi_reply *reply, const char *why)
{
    struct job save = {.kind = PI_COMMAND_SAVE,
        .fn = replied,
        .call = job->call,
        .has_formats = job->has_formats,
        .formats = job->formats};

    if (result < 0)
        command_fail(dev, job->call, result, "%s", why);
    else if (reply->kind != PI_REPLY_NIGHT_LEVEL)
        answer_no(dev, job, reply);
    else if (trigger_send(dev, &save) < 0)
        command_fail(dev, job->call, -EAGAIN, "too many commands wait for this camera");
}

/* --- beginning -------------------------------------------------------------------------------- */

static unsigned read_formats(const char *list)
{
    unsigned formats = 0;

    for (size_t n; *list; list += n + (list[n] == ',')) {
        n = strcspn(list, ",");
        formats |= pi_format_named(list, n);
    }
    return formats;
}

int command_run(struct wr_dev *dev, const struct wr_call *call)
{
    static const enum pi_command_kind kinds[] = {
        [COMMAND_SAVE] = PI_COMMAND_SAVE,
        [COMMAND_PAST_STACK] = PI_COMMAND_PAST_STACK,
        [COMMAND_NIGHT_LEVEL] = PI_COMMAND_NIGHT_LEVEL,
        [COMMAND_HEALTH] = PI_COMMAND_HEALTH,
        [COMMAND_DUMP_CONFIG] = PI_COMMAND_DUMP_CONFIG,
        [COMMAND_OVERWRITE_CONFIG] = PI_COMMAND_OVERWRITE_CONFIG,
        [COMMAND_DUMP_CAM_EXPOSURE] = PI_COMMAND_DUMP_CAM_EXPOSURE,
        [COMMAND_DUMP_CAM_CONTROLS] = PI_COMMAND_DUMP_CAM_CONTROLS,
    };
    struct job job = {.fn = replied, .call = call->id};

    if (call->index == COMMAND_PAST_FRAMES)
        return past_run(dev, call);
    if (past_running(dev) && camera_of(dev)->presence.dialect != DIALECT_WARREN) {
        command_fail(dev, call->id, -EBUSY,
            "the camera does one thing at a time, and is sending pictures of the past");
        return 0;
    }
    job.kind = kinds[call->index];
    if (call->n_args > 0 && call->args[0].type == WR_LIST) {
        job.formats = read_formats(call->args[0].s);
        job.has_formats = job.formats != 0;
    }
    if (job.kind == PI_COMMAND_SAVE && camera_of(dev)->presence.dialect != DIALECT_WARREN) {
        job.kind = PI_COMMAND_NIGHT_LEVEL;
        job.fn = checked;
    }
    return trigger_send(dev, &job);
}
