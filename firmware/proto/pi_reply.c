/* pi_reply.c - replies of the trigger protocol: the exact texts, written and read. */
#include "pi_trigger.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "pi_text.h"

/* --- writing ---------------------------------------------------------------------------------- */

static int write_saved(const struct pi_saved *s, char *out, size_t cap)
{
    char time[PI_NUMBER_TEXT], age[PI_NUMBER_TEXT];
    return snprintf(out, cap,
        "Saved single full-resolution image: %.*s (timestamp: %s, age: %ss)\n", (int)s->path.n,
        s->path.at, pi_seconds_text(s->time_us, 3, time), pi_seconds_text(s->age_us, 2, age));
}

static int write_stacked(const struct pi_stacked *s, char *out, size_t cap)
{
    char first[PI_NUMBER_TEXT], first_age[PI_NUMBER_TEXT], last[PI_NUMBER_TEXT],
        last_age[PI_NUMBER_TEXT], before[PI_NUMBER_TEXT];
    return snprintf(out, cap,
        "Saved stacked image: %.*s | stack of %u frames | first frame timestamp: %s (age: %ss) | "
        "last frame timestamp: %s (age: %ss)"
        "(export.save_before_s: %s s)\n",
        (int)s->path.n, s->path.at, s->n_frames, pi_seconds_text(s->first_us, 3, first),
        pi_seconds_text(s->first_age_us, 2, first_age), pi_seconds_text(s->last_us, 3, last),
        pi_seconds_text(s->last_age_us, 2, last_age),
        pi_seconds_text(s->save_before_us, 3, before));
}

static int write_separate(const struct pi_separate *s, char *out, size_t cap)
{
    char first[PI_NUMBER_TEXT], age[PI_NUMBER_TEXT], before[PI_NUMBER_TEXT], bright[PI_NUMBER_TEXT];
    return snprintf(out, cap,
        "Saved %u separate images from ring buffer, starting at timestamp: %s (age: "
        "%ss)(export.save_before_s: %s s)"
        "bright_threshold: > %s \n",
        s->n_images, pi_seconds_text(s->first_us, 3, first),
        pi_seconds_text(s->first_age_us, 2, age), pi_seconds_text(s->save_before_us, 3, before),
        pi_number_text(s->bright_threshold, bright));
}

static int write_night_level(const struct pi_night_level *l, char *out, size_t cap)
{
    char relevant[PI_NUMBER_TEXT], dark[PI_NUMBER_TEXT], bright[PI_NUMBER_TEXT];
    return snprintf(out, cap,
        "LEVEL=%.1f relevant threshold=%s dark_threshold: < %s bright_threshold: > %s STATUS=%s\n",
        l->level, pi_number_text(l->relevant_threshold, relevant),
        pi_number_text(l->dark_threshold, dark), pi_number_text(l->bright_threshold, bright),
        l->night ? "NIGHT" : "DAY");
}

static int write_changed(const struct pi_changed *c, char *out, size_t cap)
{
    return snprintf(out, cap, "OK: changed %.*s from %.*s to %.*s\n", (int)c->key.n, c->key.at,
        (int)c->old_value.n, c->old_value.at, (int)c->new_value.n, c->new_value.at);
}

static int write_reply(const struct pi_reply *r, char *out, size_t cap)
{
    switch (r->kind) {
    case PI_REPLY_CHANGED:
        return write_changed(&r->changed, out, cap);
    case PI_REPLY_CONFIG_WRITTEN:
        return snprintf(
            out, cap, "OK: configuration dumped to %.*s\n", (int)r->written.n, r->written.at);
    case PI_REPLY_SAVED:
        return write_saved(&r->saved, out, cap);
    case PI_REPLY_STACKED:
        return write_stacked(&r->stacked, out, cap);
    case PI_REPLY_SEPARATE:
        return write_separate(&r->separate, out, cap);
    case PI_REPLY_NOT_SAVED:
        return snprintf(out, cap, "NOT_SAVED\n");
    case PI_REPLY_NO_FRAMES:
        return snprintf(out, cap, "NO_FRAMES\n");
    case PI_REPLY_NO_DATA:
        return snprintf(out, cap, "NO_DATA\n");
    case PI_REPLY_NIGHT_LEVEL:
        return write_night_level(&r->night_level, out, cap);
    case PI_REPLY_HEALTH:
        return snprintf(
            out, cap, "RSS=%.1fMiB SWAP=%.1f%%\n", r->health.rss_mib, r->health.swap_percent);
    case PI_REPLY_STREAM_DONE:
        return snprintf(out, cap, "STREAM_DONE: sent=%u, skipped=%u, available=%u\n",
            r->stream_done.n_sent, r->stream_done.n_skipped, r->stream_done.n_available);
    case PI_REPLY_UNKNOWN_COMMAND:
        return snprintf(out, cap, "UNKNOWN_COMMAND\n");
    case PI_REPLY_ERROR:
        return snprintf(out, cap, "ERROR: %.*s\n", (int)r->text.n, r->text.at);
    case PI_REPLY_JSON:
    case PI_REPLY_OTHER:
        return snprintf(out, cap, "%.*s\n", (int)r->text.n, r->text.at);
    }
    return -EINVAL;
}

int pi_reply_format(const struct pi_reply *r, char *out, size_t cap)
{
    int n = write_reply(r, out, cap);
    return n >= 0 && (size_t)n < cap ? n : -ENOBUFS;
}

/* --- reading: each takes the whole text or says no
 * --------------------------------------------------------------------------------- */

static bool read_changed(struct span s, struct pi_reply *r)
{
    struct pi_changed *c = &r->changed;
    if (!span_take(&s, "OK: changed "))
        return false;
    c->key = span_word(&s);
    if (!span_take(&s, " from ") || !span_take_before_last(&s, " to ", &c->old_value))
        return false;
    c->new_value = s;
    return true;
}

static bool read_written(struct span s, struct pi_reply *r)
{
    if (!span_take(&s, "OK: configuration dumped to "))
        return false;
    r->written = s;
    return true;
}

static bool read_saved(struct span s, struct pi_reply *r)
{
    struct pi_saved *v = &r->saved;
    return span_take(&s, "Saved single full-resolution image: ") &&
        span_take_before_last(&s, " (timestamp: ", &v->path) && pi_take_micro(&s, &v->time_us) &&
        span_take(&s, ", age: ") && pi_take_micro(&s, &v->age_us) && span_take(&s, "s)") &&
        s.n == 0;
}

static bool read_stacked(struct span s, struct pi_reply *r)
{
    struct pi_stacked *v = &r->stacked;
    return span_take(&s, "Saved stacked image: ") &&
        span_take_before_last(&s, " | stack of ", &v->path) && pi_take_unsigned(&s, &v->n_frames) &&
        span_take(&s, " frames | first frame timestamp: ") && pi_take_micro(&s, &v->first_us) &&
        span_take(&s, " (age: ") && pi_take_micro(&s, &v->first_age_us) &&
        span_take(&s, "s) | last frame timestamp: ") && pi_take_micro(&s, &v->last_us) &&
        span_take(&s, " (age: ") && pi_take_micro(&s, &v->last_age_us) &&
        span_take(&s, "s)(export.save_before_s: ") && pi_take_micro(&s, &v->save_before_us) &&
        span_take(&s, " s)") && s.n == 0;
}

static bool read_separate(struct span s, struct pi_reply *r)
{
    struct pi_separate *v = &r->separate;
    return span_take(&s, "Saved ") && pi_take_unsigned(&s, &v->n_images) &&
        span_take(&s, " separate images from ring buffer, starting at timestamp: ") &&
        pi_take_micro(&s, &v->first_us) && span_take(&s, " (age: ") &&
        pi_take_micro(&s, &v->first_age_us) && span_take(&s, "s)(export.save_before_s: ") &&
        pi_take_micro(&s, &v->save_before_us) && span_take(&s, " s)bright_threshold: > ") &&
        pi_take_double(&s, &v->bright_threshold) && s.n == 0;
}

static bool read_night_level(struct span s, struct pi_reply *r)
{
    struct pi_night_level *v = &r->night_level;
    if (!span_take(&s, "LEVEL=") || !pi_take_double(&s, &v->level) ||
        !span_take(&s, " relevant threshold=") || !pi_take_double(&s, &v->relevant_threshold) ||
        !span_take(&s, " dark_threshold: < ") || !pi_take_double(&s, &v->dark_threshold) ||
        !span_take(&s, " bright_threshold: > ") || !pi_take_double(&s, &v->bright_threshold) ||
        !span_take(&s, " STATUS="))
        return false;
    v->night = span_is(s, "NIGHT");
    return v->night || span_is(s, "DAY");
}

static bool read_health(struct span s, struct pi_reply *r)
{
    return span_take(&s, "RSS=") && pi_take_double(&s, &r->health.rss_mib) &&
        span_take(&s, "MiB SWAP=") && pi_take_double(&s, &r->health.swap_percent) &&
        span_take(&s, "%") && s.n == 0;
}

static bool read_stream_done(struct span s, struct pi_reply *r)
{
    struct pi_stream_done *v = &r->stream_done;
    return span_take(&s, "STREAM_DONE: sent=") && pi_take_unsigned(&s, &v->n_sent) &&
        span_take(&s, ", skipped=") && pi_take_unsigned(&s, &v->n_skipped) &&
        span_take(&s, ", available=") && pi_take_unsigned(&s, &v->n_available) && s.n == 0;
}

static bool read_error(struct span s, struct pi_reply *r)
{
    if (!span_take(&s, "ERROR: "))
        return false;
    r->text = s;
    return true;
}

static bool read_json(struct span s, struct pi_reply *r)
{
    return s.n >= 2 &&
        ((s.at[0] == '{' && s.at[s.n - 1] == '}') || (s.at[0] == '[' && s.at[s.n - 1] == ']'));
}

static bool read_not_saved(struct span s, struct pi_reply *r)
{
    return span_is(s, "NOT_SAVED");
}

static bool read_no_frames(struct span s, struct pi_reply *r)
{
    return span_is(s, "NO_FRAMES");
}

static bool read_no_data(struct span s, struct pi_reply *r)
{
    return span_is(s, "NO_DATA");
}

static bool read_unknown(struct span s, struct pi_reply *r)
{
    return span_is(s, "UNKNOWN_COMMAND");
}

static const struct {
    bool (*read)(struct span s, struct pi_reply *r);
    enum pi_reply_kind kind;
} readers[] = {
    {read_changed, PI_REPLY_CHANGED},
    {read_written, PI_REPLY_CONFIG_WRITTEN},
    {read_saved, PI_REPLY_SAVED},
    {read_stacked, PI_REPLY_STACKED},
    {read_separate, PI_REPLY_SEPARATE},
    {read_not_saved, PI_REPLY_NOT_SAVED},
    {read_no_frames, PI_REPLY_NO_FRAMES},
    {read_no_data, PI_REPLY_NO_DATA},
    {read_night_level, PI_REPLY_NIGHT_LEVEL},
    {read_health, PI_REPLY_HEALTH},
    {read_stream_done, PI_REPLY_STREAM_DONE},
    {read_json, PI_REPLY_JSON},
    {read_unknown, PI_REPLY_UNKNOWN_COMMAND},
    {read_error, PI_REPLY_ERROR},
};

void pi_reply_parse(const char *text, size_t n, struct pi_reply *ret)
{
    struct span s = span_strip((struct span){text, n});
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++) {
        struct pi_reply r = {.text = s};
        if (!readers[i].read(s, &r))
            continue;
        r.kind = readers[i].kind;
        *ret = r;
        return;
    }
    *ret = (struct pi_reply){.kind = PI_REPLY_OTHER, .text = s};
}
