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

#include "pi_json.h"

static const char *const formats[] = {"jpg", "png", "npy", NULL};
static const char *const levels[] = {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL", NULL};
static const char *const night_modes[] = {"still", "slow_video", NULL};

#define BOOL(k, h)                                                                                 \
    {                                                                                              \
        .key = (k), .type = WR_BOOL, .help = (h)                                                   \
    }
#define INT(k, u, lo, hi, h)                                                                       \
    {                                                                                              \
        .key = (k), .type = WR_INT, .unit = (u), .min = (lo), .max = (hi), .help = (h)             \
    }
#define FLOAT(k, u, lo, hi, h)                                                                     \
    {                                                                                              \
        .key = (k), .type = WR_FLOAT, .unit = (u), .min = (lo), .max = (hi), .help = (h)           \
    }
#define TEXT(k, n, h)                                                                              \
    {                                                                                              \
        .key = (k), .type = WR_STRING, .min = 1, .max = (n), .help = (h)                           \
    }
#define CHOICE(k, c, h)                                                                            \
    {                                                                                              \
        .key = (k), .type = WR_STRING, .choices = (c), .help = (h)                                 \
    }
#define LIST(k, c, h)                                                                              \
    {                                                                                              \
        .key = (k), .type = WR_LIST, .choices = (c), .help = (h)                                   \
    }

/* The keys of the camera's config.json. */
const struct wr_param settings[N_SETTINGS + 1] = {
    FLOAT("camera.capture_timeout_s", "s", 0.5, 600,
        "Without a picture for so long, the source is restarted (newer service only)"),
    TEXT("camera.codec", 31, "Kept, not used"),
    INT("camera.framerate", "fps", 1, 120, "Pictures per second that are kept"),
    INT("camera.height", "px", 16, 8192, "Height of the pictures"),
    INT("camera.jpeg_quality", "%", 1, 100,
        "Of pictures that the service encodes (newer service only)"),
    TEXT("camera.video_mode", 31, "Kept, not used"),
    INT("camera.width", "px", 16, 8192, "Width of the pictures"),
    INT("export.auto_save_interval_s", "s", 0, 31536000,
        "Between pictures saved by itself; 0: none"),
    BOOL("export.auto_save_use_ring",
        "Save the newest kept picture instead of a fresh one in full size"),
    TEXT("export.base_dir", 200,
        "Folder of saved pictures on the camera; counts from its next start on"),
    LIST("export.formats", formats, "What save and past_stack write where none are named"),
    INT("export.save_before_s", "s", 0, 86400, "How far back past_stack looks"),
    INT("export.stack_count", NULL, 1, 64, "Pictures that past_stack averages"),
    BOOL("export.stack_dark_frames", "past_stack averages; off: it saves each picture"),
    CHOICE("logging.level", levels, "Least level that the camera logs"),
    BOOL("mjpeg_server.enable", "Serve pictures over HTTP; counts from its next start on"),
    INT("mjpeg_server.fps", "fps", 1, 120, "Most pictures per second that a viewer gets"),
    INT("mjpeg_server.port", NULL, 0, 65535,
        "TCP port of the pictures; counts from its next start on"),
    INT("network.trigger_port", NULL, 0, 65535,
        "TCP port of the commands; counts from its next start on"),
    INT("night.bright_threshold", NULL, 0, 255, "Night ends above this mean brightness"),
    INT("night.dark_threshold", NULL, 0, 255, "A picture is dark below this mean brightness"),
    BOOL("night.enable", "Switch to night mode by itself"),
    INT("night.exposure_us", "us", 1, 240000000, "Exposure in night mode"),
    FLOAT("night.gain", NULL, 0.1, 100, "Analogue gain in night mode"),
    INT("night.min_dark_frames", NULL, 1, 100000, "Dark pictures in a row that make it night"),
    CHOICE("night.mode", night_modes,
        "still: two seconds between pictures; slow_video: as fast as the exposure allows"),
    BOOL("ring.downscale.enable", "Keep and stream smaller pictures"),
    INT("ring.downscale.height", "px", 16, 8192, "Height of these"),
    INT("ring.downscale.width", "px", 16, 8192, "Width of these"),
    INT("ring.max_mib", "MiB", 1, 65536,
        "Most memory for pictures of the past (newer service only)"),
    INT("ring.rss_limit_mib", "MiB", 0, 65536,
        "Memory of the service above which the past shrinks; 0: none (newer service only)"),
    INT("ring.size", NULL, 1, 10000, "Most pictures of the past"),
    {0},
};

static int index_of(const char *key)
{
    for (int i = 0; i < N_SETTINGS; i++) {
        if (strcmp(settings[i].key, key) == 0)
            return i;
    }
    return -ENOENT;
}

/* --- values ----------------------------------------------------------------------------------- */

static bool has_element(const char *list, const char *element, size_t n)
{
    for (size_t k; *list; list += k + (list[k] == ',')) {
        k = strcspn(list, ",");
        if (k == n && memcmp(list, element, n) == 0)
            return true;
    }
    return false;
}

/* The camera keeps a set: the order is nobody's. */
static bool same_list(const char *a, const char *b)
{
    for (size_t k; *a; a += k + (a[k] == ',')) {
        k = strcspn(a, ",");
        if (!has_element(b, a, k))
            return false;
    }
    return true;
}

static bool same_value(const struct wr_value *a, const struct wr_value *b)
{
    if (a->type != b->type)
        return false;
    switch (a->type) {
    case WR_BOOL:
        return a->b == b->b;
    case WR_INT:
        return a->i == b->i;
    case WR_FLOAT:
        return fabs(a->f - b->f) <= 1e-9 * fabs(a->f);
    case WR_STRING:
        return strcmp(a->s, b->s) == 0;
    case WR_LIST:
        return same_list(a->s, b->s) && same_list(b->s, a->s);
    }
    return false;
}

static void remember(struct known *k, const struct wr_value *v, bool whole)
{
    k->is = true;
    k->whole = whole;
    k->value = *v;
    if (v->type == WR_STRING || v->type == WR_LIST) {
        snprintf(k->text, sizeof k->text, "%s", v->s);
        k->value.s = k->text;
    }
}

/* As the camera reads it. -EINVAL: it does not fit. */
static int value_text(const struct wr_value *v, char out[VALUE_MAX])
{
    struct wr_json j = wr_json_into(out, VALUE_MAX);

    switch (v->type) {
    case WR_BOOL:
        wr_json_bool(&j, v->b);
        break;
    case WR_INT:
        wr_json_int(&j, v->i);
        break;
    case WR_FLOAT:
        wr_json_float(&j, v->f);
        break;
    default:
        return snprintf(out, VALUE_MAX, "%s", v->s) < VALUE_MAX ? 0 : -EINVAL;
    }
    return 0;
}

/* --- what the camera says --------------------------------------------------------------------- */

/* Text that a setting cannot be is not shown as one either. */
static bool is_clean(struct pi_span text)
{
    char copy[VALUE_MAX];

    return wr_text_clean(text.at, text.n, copy, sizeof copy);
}

/* Lists come element by element. */
static bool take_element(const struct pi_json_value *v, struct known *into)
{
    size_t len = into->is ? strlen(into->text) : 0, comma = len > 0;
    size_t n = v->kind == PI_JSON_STRING ? v->text.n : 0;

    if ((v->kind != PI_JSON_STRING && v->kind != PI_JSON_EMPTY) || len + comma + n >= VALUE_MAX ||
        !is_clean(v->text))
        return false;
    if (comma)
        into->text[len] = ',';
    if (n > 0)
        memcpy(into->text + len + comma, v->text.at, n);
    into->text[len + comma + n] = '\0';
    into->value = (struct wr_value){.type = WR_LIST, .s = into->text};
    return into->is = true;
}

/* One value of a dump, as the setting's type. False: it makes no sense. */
static bool take_value(
    const struct wr_param *row, const struct pi_json_value *v, struct known *into)
{
    struct wr_value value = {.type = row->type};
    bool fits = false;
    char text[VALUE_MAX];

    if (v->is_cut || v->text.n >= sizeof text)
        return false;
    if (row->type == WR_LIST)
        return take_element(v, into);
    if (row->type == WR_BOOL && v->kind == PI_JSON_BOOL) {
        value.b = v->b;
        fits = true;
    } else if (row->type == WR_INT && v->kind == PI_JSON_NUMBER && fabs(v->f) < 1e15) {
        value.i = (int64_t)v->f;
        fits = (double)value.i == v->f;
    } else if (row->type == WR_FLOAT && v->kind == PI_JSON_NUMBER) {
        value.f = v->f;
        fits = isfinite(v->f);
    } else if (row->type == WR_STRING && v->kind == PI_JSON_STRING && is_clean(v->text)) {
        memcpy(text, v->text.at, v->text.n);
        text[v->text.n] = '\0';
        value.s = text;
        fits = true;
    }
    if (fits)
        remember(into, &value, v->kind == PI_JSON_NUMBER && v->is_whole);
    return fits;
}

static void read_dump(const char *json, size_t n, struct known fresh[N_SETTINGS])
{
    struct pi_json j;
    struct pi_json_value v;

    pi_json_init(&j, json, n);
    while (pi_json_next(&j, &v) > 0) {
        int i = index_of(v.path);

        if (i >= 0)
            take_value(&settings[i], &v, &fresh[i]);
    }
}

/* A list as somebody wrote it, where the camera only changed its order. */
static const struct wr_value *as_wanted(const struct config *c, int i)
{
    bool same = c->wanted[i].is && same_value(&c->wanted[i].value, &c->known[i].value);

    return same ? &c->wanted[i].value : &c->known[i].value;
}

/* Returns whether it is not any more what we set it to. */
static bool take_fresh(struct wr_dev *dev, int i, const struct known *fresh)
{
    struct config *c = &camera_of(dev)->config;
    bool changed = c->ours[i] && !same_value(&c->known[i].value, &fresh->value);

    c->ours[i] = c->ours[i] && !changed;
    remember(&c->known[i], &fresh->value, fresh->whole);
    dev->host->report(dev, settings[i].key, as_wanted(c, i));
    return changed;
}

void config_take(struct wr_dev *dev, const char *json, size_t n, bool check)
{
    struct known fresh[N_SETTINGS] = {0};
    bool changed = false;

    if (!pi_json_is_valid(json, n)) {
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
static bool is_key(struct pi_span said, const char *key)
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
        remember(&c->known[i], &c->sent.value, c->known[i].whole);
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
        remember(&c->sent, &c->wanted[i].value, false);
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
    if (c->known[i].is && same_value(&c->known[i].value, &c->wanted[i].value)) {
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
        remember(&c->wanted[changed[i].index], &changed[i].value, false);
        c->dirty[changed[i].index] = true;
    }
    go_on(dev);
    return 0;
}
