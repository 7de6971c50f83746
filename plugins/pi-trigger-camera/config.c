/* config.c - settings: what the camera says (dump_config) and what it is told (set).
 *
 * `set` is sent only for what differs, since some changes restart the camera's source. Two traps of
 * the original are stepped around: it splits a list into letters, and a number with a point for a
 * setting that it holds as a whole one kills its trigger server.
 */
#include "camera.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* --- what the camera says --------------------------------------------------------------------- */

static void read_dump(const char *json, size_t n, struct known fresh[N_SETTINGS])
{
    struct json_pull j;
    struct json_pull_value v;

    json_pull_init(&j, json, n);
    while (json_pull_next(&j, &v) > 0) {
        int i = settings_index(v.path);

        if (i >= 0)
            value_take(&settings[i], &v, &fresh[i]);
    }
}

/* A list as somebody wrote it, where the camera only changed its order. */
static const struct wr_value *as_wanted(const struct config *c, int i)
{
    bool same = c->wanted[i].is && value_same(&c->wanted[i].value, &c->known[i].value);

    return same ? &c->wanted[i].value : &c->known[i].value;
}

/* Returns whether it is not any more what we set it to. */
static bool take_fresh(struct wr_dev *dev, int i, const struct known *fresh)
{
    struct config *c = &camera_of(dev)->config;
    bool changed = c->ours[i] && !value_same(&c->known[i].value, &fresh->value);

    c->ours[i] = c->ours[i] && !changed;
    value_remember(&c->known[i], &fresh->value, fresh->whole);
    dev->host->report(dev, settings[i].key, as_wanted(c, i));
    return changed;
}

void config_take(struct wr_dev *dev, const char *json, size_t n, bool check)
{
    struct known fresh[N_SETTINGS] = {0};
    bool changed = false;

    if (!json_pull_is_valid(json, n)) {
        dev->host->log(dev, WR_LOG_WARNING, "the camera's configuration is no JSON");
        return;
    }
    read_dump(json, n, fresh);
    for (int i = 0; i < N_SETTINGS; i++)
        changed |= fresh[i].is && take_fresh(dev, i, &fresh[i]);
    if (check && changed)
        presence_restarted(dev);
}

static void go_on(struct wr_dev *dev);
static void give_up(struct wr_dev *dev, int result);

static void dumped(struct wr_dev *dev, const struct job *job, int result,
    const struct pi_reply *reply, const char *why)
{
    char text[SAID_BYTES];

    camera_of(dev)->config.n_asked--;
    if (result < 0) {
        give_up(dev, result);
        return;
    }
    if (reply->kind == PI_REPLY_JSON)
        config_take(dev, reply->text.at, reply->text.n, job->number != 0);
    else
        dev->host->log(dev, WR_LOG_WARNING, "the camera does not tell its configuration: %s",
            said(reply->text, text));
    go_on(dev);
}

void config_ask(struct wr_dev *dev, bool check)
{
    if (trigger_send(
            dev, &(struct job){.kind = PI_COMMAND_DUMP_CONFIG, .fn = dumped, .number = check}) == 0)
        camera_of(dev)->config.n_asked++;
}

/* --- what it is told -------------------------------------------------------------------------- */

static void refused(struct wr_dev *dev, int i, int result, const char *why)
{
    char text[WHY_MAX];

    snprintf(text, sizeof text, "the setting %s was not taken: %.180s", settings[i].key, why);
    presence_trouble(dev, text);
    dev->host->applied(dev, settings[i].key, result);
}

/* No answer came; there would be none for the others either. The host tries all again when the
 * camera is back. */
static void give_up(struct wr_dev *dev, int result)
{
    struct config *c = &camera_of(dev)->config;

    for (int i = 0; i < N_SETTINGS; i++) {
        if (c->dirty[i])
            dev->host->applied(dev, settings[i].key, result);
        c->dirty[i] = false;
    }
}

/* An answer about another key is none to ours. */
static bool is_key(struct span said, const char *key)
{
    return said.n == strlen(key) && memcmp(said.at, key, said.n) == 0;
}

static void set_done(struct wr_dev *dev, const struct job *job, int result,
    const struct pi_reply *reply, const char *why)
{
    struct config *c = &camera_of(dev)->config;
    char text[SAID_BYTES];
    int i = job->number;

    c->sending = false;
    if (result < 0) {
        dev->host->applied(dev, settings[i].key, result);
        give_up(dev, result);
    } else if (reply->kind == PI_REPLY_CHANGED && is_key(reply->changed.key, settings[i].key)) {
        value_remember(&c->known[i], &c->sent.value, c->known[i].whole);
        c->ours[i] = c->did_set = true;
        dev->host->report(dev, settings[i].key, &c->known[i].value);
        dev->host->applied(dev, settings[i].key, 0);
    } else {
        refused(dev, i, -EINVAL, said(reply->text, text));
    }
    go_on(dev);
}

/* What the original must not be sent; NULL: all is well. */
static const char *trap(const struct wr_dev *dev, int i)
{
    const struct config *c = &camera_of(dev)->config;
    const struct wr_value *v = &c->wanted[i].value;

    if (camera_of(dev)->presence.dialect != DIALECT_ORIGINAL)
        return NULL;
    if (v->type == WR_LIST)
        return "this camera splits a list into letters and would save nothing any more; change it "
               "in its config.json";
    if (v->type == WR_FLOAT && c->known[i].is && c->known[i].whole && v->f != trunc(v->f))
        return "this camera holds a whole number there, and one with a point would kill its "
               "trigger server";
    return NULL;
}

static int send_set(struct wr_dev *dev, int i)
{
    struct config *c = &camera_of(dev)->config;
    struct job job = {.kind = PI_COMMAND_SET, .fn = set_done, .number = i, .key = settings[i].key};
    int r = value_text(&c->wanted[i].value, job.value);

    if (r == 0) {
        value_remember(&c->sent, &c->wanted[i].value, false);
        r = trigger_send(dev, &job);
    }
    c->sending = r == 0;
    return r;
}

/* One setting: true when an answer is to be waited for. */
static bool begin_one(struct wr_dev *dev, int i)
{
    struct config *c = &camera_of(dev)->config;
    const char *why = trap(dev, i);
    int r = 0;

    c->dirty[i] = false;
    if (c->known[i].is && value_same(&c->known[i].value, &c->wanted[i].value)) {
        c->ours[i] = true;
        dev->host->applied(dev, settings[i].key, 0);
    } else if (why) {
        refused(dev, i, -EOPNOTSUPP, why);
    } else {
        r = send_set(dev, i);
        if (r < 0)
            dev->host->applied(dev, settings[i].key, r);
        return r == 0;
    }
    return false;
}

static bool is_any_dirty(const struct config *c)
{
    for (int i = 0; i < N_SETTINGS; i++) {
        if (c->dirty[i])
            return true;
    }
    return false;
}

/* One after the other, when what the camera says has come; at the end it is asked again. */
static void go_on(struct wr_dev *dev)
{
    struct config *c = &camera_of(dev)->config;

    if (c->sending || c->n_asked > 0)
        return;
    if (camera_of(dev)->presence.dialect == DIALECT_UNKNOWN && is_any_dirty(c)) {
        config_ask(dev, false); /* what must not be sent depends on who answers */
        return;
    }
    for (int i = 0; i < N_SETTINGS; i++) {
        if (c->dirty[i] && begin_one(dev, i))
            return;
    }
    if (c->did_set) {
        c->did_set = false;
        config_ask(dev, false);
    }
}

int config_configure(struct wr_dev *dev, const struct wr_setting *changed, size_t n)
{
    struct config *c = &camera_of(dev)->config;

    for (size_t i = 0; i < n; i++) {
        value_remember(&c->wanted[changed[i].index], &changed[i].value, false);
        c->dirty[changed[i].index] = true;
    }
    go_on(dev);
    return 0;
}
