/* setting.c - what a device is told to be, what it says it is, and whether the two agree.
 *
 * Desired values are ours: from the configuration, which then owns the key, else from the database
 * (space "desired/<id>", JSON texts). They are given to configure() after every online and on
 * change, and answered with applied(). What the device reports is kept beside them.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "device/device.h"

static void space_of(const struct device *d, char *out, size_t cap)
{
    snprintf(out, cap, "desired/%s", d->id);
}

static void load_stored(struct device *d, unsigned i)
{
    char space[WR_NAME_MAX + 16];
    struct error e = ERROR_NULL;
    const char *text;
    size_t n = 0;

    space_of(d, space, sizeof space);
    text = store_get(d->all->env.store, space, d->kind->settings[i].key, &n);
    if (!text)
        return;
    _cleanup_(json_freep) json_t *j = json_read(text, n, &e);
    if (!j || param_from_json(&d->kind->settings[i], j, &d->settings[i].desired, &e) < 0)
        log_warning("a stored setting does not fit any more and is left out",
            F_STR("device", d->id), F_STR("key", d->kind->settings[i].key), F_ERROR(&e));
}

static void load_config(struct device *d, unsigned i)
{
    const struct wr_param *row = &d->kind->settings[i];

    for (size_t k = 0; d->given && k < d->given->n_settings; k++) {
        const struct config_pair *pair = &d->given->settings[k];
        struct error e = ERROR_NULL;

        if (strcmp(pair->key, row->key) != 0)
            continue;
        if (param_from_text(row, pair->text, &d->settings[i].desired, &e) < 0) {
            log_warning("a setting in the configuration is left out", F_STR("device", d->id),
                F_STR("file", d->given_file), F_INT("line", pair->line), F_STR("key", row->key),
                F_ERROR(&e));
            return;
        }
        d->settings[i].from_config = true;
        d->settings[i].line = pair->line;
    }
}

static void warn_of_unknown(struct device *d)
{
    for (size_t k = 0; d->given && k < d->given->n_settings; k++) {
        if (!param_find(d->kind->settings, d->given->settings[k].key, NULL))
            log_warning("the configuration names a setting that this kind of device does not have",
                F_STR("device", d->id), F_STR("file", d->given_file),
                F_INT("line", d->given->settings[k].line), F_STR("key", d->given->settings[k].key));
    }
}

void settings_load(struct device *d)
{
    for (unsigned i = 0; i < d->n_settings; i++) {
        load_config(d, i);
        if (!d->settings[i].from_config)
            load_stored(d, i);
        d->settings[i].dirty = d->settings[i].desired.v.type != 0;
    }
    if (d->kind->settings)
        warn_of_unknown(d);
}

void settings_fini(struct device *d)
{
    for (size_t i = 0; i < d->n_settings; i++) {
        param_value_fini(&d->settings[i].desired);
        param_value_fini(&d->settings[i].reported);
    }
    free(d->settings);
    d->settings = NULL;
    d->n_settings = 0;
}

void settings_resend(struct device *d)
{
    for (size_t i = 0; i < d->n_settings; i++) {
        d->settings[i].dirty = d->settings[i].desired.v.type != 0;
        d->settings[i].sent = false;
    }
}

bool setting_pending(const struct device *d, unsigned i)
{
    const struct setting_state *s = &d->settings[i];

    return s->desired.v.type != 0 &&
        (s->reported.v.type == 0 || !param_value_equal(&s->desired.v, &s->reported.v));
}

/* `news` false: for who is there now, not for the history. */
static void publish_setting(
    struct device *d, const char *type, unsigned i, const struct wr_value *value, bool news)
{
    struct buf text = BUF_INIT(BUS_MAX_DATA_BYTES);
    struct wr_json j = buf_json(&text);

    wr_json_object(&j);
    wr_json_key(&j, "key");
    wr_json_string(&j, d->kind->settings[i].key);
    wr_json_key(&j, "value");
    param_to_json(&j, &d->kind->settings[i], value);
    wr_json_key(&j, "pending");
    wr_json_bool(&j, setting_pending(d, i));
    wr_json_end(&j);
    if (buf_json_end(&text, &j) == 0 && buf_text(&text)) {
        if (news)
            device_tell_always(d, type, buf_text(&text));
        else
            bus_publish_transient(d->all->env.bus, d->id, type, buf_text(&text));
    }
    buf_fini(&text);
}

void settings_send(struct device *d)
{
    struct wr_setting changed[PARAM_MAX_ROWS];
    size_t n = 0;
    int r;

    for (unsigned i = 0; i < d->n_settings && n < N_ELEMENTS(changed); i++) {
        struct setting_state *s = &d->settings[i];

        if (!s->dirty)
            continue;
        s->dirty = false;
        if (s->desired.v.type == 0)
            continue;
        s->sent = true;
        changed[n++] = (struct wr_setting){.index = i, .value = s->desired.v};
    }
    if (n == 0)
        return;
    driver_enter(d);
    r = d->driver->table->configure(&d->pub, changed, n);
    driver_leave(d);
    for (size_t k = 0; k < n; k++) {
        unsigned i = changed[k].index;

        if (r < 0 && i < d->n_settings)
            setting_applied(d, d->kind->settings[i].key, r);
        else if (i < d->n_settings)
            publish_setting(d, "settings.sent", i, &d->settings[i].desired.v, true);
    }
}

int setting_applied(struct device *d, const char *key, int result)
{
    struct setting_state *s;
    unsigned i;

    if (!param_find(d->kind->settings, key, &i))
        return -ENOENT;
    s = &d->settings[i];
    s->sent = false;
    s->result = result;
    if (result < 0) {
        log_warning(
            "a setting was not taken", F_STR("device", d->id), F_STR("key", key), F_ERRNO(result));
        return 0;
    }
    if ((d->kind->settings[i].flags & WR_UNREADABLE) && s->desired.v.type != 0)
        setting_reported(d, i, &s->desired.v);
    return 0;
}

int setting_limit(struct device *d, const char *key, double min, double max)
{
    const struct wr_param *row;
    unsigned i;

    row = param_find(d->kind->settings, key, &i);
    if (!row)
        return -ENOENT;
    if ((row->type != WR_INT && row->type != WR_FLOAT) || min > max)
        return -EINVAL;
    if ((min != 0 || max != 0) && row->min < row->max && (min < row->min || max > row->max))
        return -EINVAL;
    d->settings[i].min = min;
    d->settings[i].max = max;
    return 0;
}

struct wr_param setting_row(const struct device *d, unsigned i)
{
    const struct setting_state *s = &d->settings[i];
    struct wr_param row = d->kind->settings[i];

    if (s->min != 0 || s->max != 0) {
        row.min = s->min;
        row.max = s->max;
    }
    return row;
}

void setting_reported(struct device *d, unsigned i, const struct wr_value *value)
{
    struct setting_state *s = &d->settings[i];
    struct param_value from = {.v = *value}, copy = {0};
    /* What it is at first is no event; what it becomes is. */
    bool news = s->reported.v.type != 0 || s->desired.v.type != 0;

    if (s->reported.v.type != 0 && param_value_equal(&s->reported.v, value))
        return;
    if (param_value_copy(&from, &copy) < 0)
        return;
    param_value_fini(&s->reported);
    s->reported = copy;
    publish_setting(d, "settings.reported", i, value, news);
}

/* --- change over REST ------------------------------------------------------------------------- */

static int check_one(struct device *d, const char *key, const json_t *value, unsigned *ret_index,
    struct param_value *ret, struct error *e)
{
    struct wr_param row;
    int r;

    if (!d->kind || !d->kind->settings || !param_find(d->kind->settings, key, ret_index))
        return error_set(e, -EINVAL, "this device has no setting \"%.60s\"", key);
    if (d->settings[*ret_index].from_config)
        return error_set(e, -EPERM, "the setting \"%s\" stands in %s, line %u: change it there",
            key, d->given_file, d->settings[*ret_index].line);
    if (json_is_null(value))
        return 0;
    row = setting_row(d, *ret_index);
    r = param_from_json(&row, value, ret, e);
    if (r < 0)
        error_prefix(e, "%s", key);
    return r;
}

/* A change may be what the others waited for: they may have failed with the one that is changed. */
static void retry_failed(struct device *d)
{
    for (size_t i = 0; i < d->n_settings; i++)
        d->settings[i].dirty |= d->settings[i].result < 0 && d->settings[i].desired.v.type != 0;
}

static int commit_one(struct device *d, unsigned i, const json_t *value,
    struct param_value *desired, store_fn fn, void *ctx)
{
    _cleanup_(freep) char *text = json_is_null(value) ? NULL : json_text(value);
    struct setting_state *s = &d->settings[i];
    char space[WR_NAME_MAX + 16];
    int r;

    if (!json_is_null(value) && !text)
        return -ENOMEM;
    space_of(d, space, sizeof space);
    r = store_put(
        d->all->env.store, space, d->kind->settings[i].key, text, text ? strlen(text) : 0, fn, ctx);
    if (r < 0)
        return r;
    param_value_fini(&s->desired);
    s->desired = *desired;
    *desired = (struct param_value){0};
    s->dirty = s->desired.v.type != 0;
    s->result = 0;
    retry_failed(d);
    publish_setting(d, "settings.queued", i, &s->desired.v, true);
    device_poke(d);
    return 0;
}

int settings_change(
    struct device *d, const json_t *settings, bool commit, store_fn fn, void *ctx, struct error *e)
{
    size_t n = json_object_size(settings), k = 0;
    const char *key;
    json_t *value;

    if (!json_is_object(settings))
        return error_set(e, -EINVAL, "settings: expected an object of key and value");
    json_object_foreach((json_t *)settings, key, value)
    {
        struct param_value v = {0};
        unsigned i = 0;
        int r = check_one(d, key, value, &i, &v, e);

        /* The last one carries the answer: the store works in order, so all are durable when it
         * is. */
        if (r == 0 && commit) {
            r = commit_one(d, i, value, &v, ++k == n ? fn : NULL, ctx);
            if (r < 0)
                error_set(e, r, "the setting cannot be stored: %s", error_name(r));
        }
        param_value_fini(&v);
        if (r < 0)
            return r;
    }
    return 0;
}
