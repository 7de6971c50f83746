#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "device/device.h"

static void options_fini(struct device *d)
{
    if (d->options)
        param_values_fini(d->options, d->n_options);
    free(d->options);
    free(d->option_view);
    d->options = NULL;
    d->option_view = NULL;
    d->n_options = 0;
    d->pub.options = NULL;
}

/* From the configuration: problems carry file and line. */
static int options_from_config(struct device *d, const struct wr_param *rows, struct error *e)
{
    struct config_problems problems = {0};
    int r = config_check_pairs(d->given->options, d->given->n_options, rows, "options",
        d->given->line, d->options, &problems);

    if (r < 0) {
        const struct config_problem *p = problems.n > 0 ? &problems.items[0] : NULL;

        error_set(e, r, "%s:%u: %s: %s", d->given_file ? d->given_file : "",
            p ? p->line : d->given->line, p ? p->key : "options", p ? p->text : "not right");
    }
    config_problems_fini(&problems);
    return r;
}

static int options_load(struct device *d, struct error *e)
{
    const struct wr_param *rows = d->driver->table->options;
    size_t n = rows ? param_count(rows) : 0;
    int r;

    d->options = calloc(MAX(n, 1), sizeof *d->options);
    d->option_view = calloc(MAX(n, 1), sizeof *d->option_view);
    if (!d->options || !d->option_view)
        return error_set(e, -ENOMEM, "no memory");
    d->n_options = n;
    if (!rows)
        return 0;
    r = d->given ? options_from_config(d, rows, e)
                 : param_args_from_json(rows, d->given_options, d->options, e);
    if (r < 0)
        return r;
    for (size_t i = 0; i < n; i++)
        d->option_view[i] = d->options[i].v;
    d->pub.options = d->option_view;
    return 0;
}

static size_t attribute_count(const struct wr_attribute *rows)
{
    size_t n = 0;

    while (rows && rows[n].key)
        n++;
    return n;
}

static int tables_load(struct device *d, struct error *e)
{
    d->n_settings = d->kind->settings ? param_count(d->kind->settings) : 0;
    d->n_attributes = attribute_count(d->kind->attributes);
    d->settings = calloc(MAX(d->n_settings, 1), sizeof *d->settings);
    d->attributes = calloc(MAX(d->n_attributes, 1), sizeof *d->attributes);
    if (!d->settings || !d->attributes)
        return error_set(e, -ENOMEM, "no memory");
    settings_load(d);
    return 0;
}

static void give_channel(struct device *d)
{
    if ((d->kind->flags & WR_KIND_CAMERA) && d->channel == 0 && d->all->next_channel != 0)
        d->channel = d->all->next_channel++;
}

static void warn_of_flow(const struct device *d)
{
    if (d->given && d->given->flow_line > 0 && !(d->kind->flags & WR_KIND_CAMERA))
        log_warning("the configuration says who looks for motion in pictures, but this kind of "
                    "device has none",
            F_STR("device", d->id), F_STR("file", d->given_file),
            F_INT("line", d->given->flow_line), F_STR("key", "flow"));
}

void device_bind(struct device *d, struct driver *driver, const struct wr_kind *kind)
{
    struct error e = ERROR_NULL;
    int r;

    d->driver = driver;
    d->kind = kind;
    snprintf(d->kind_name, sizeof d->kind_name, "%s", kind->name);
    give_channel(d);
    warn_of_flow(d);
    if (d->pub.parent) {
        d->pub.options = d->pub.parent->options;
        r = tables_load(d, &e);
    } else {
        r = options_load(d, &e);
        if (r == 0)
            r = device_check_twin(d->all, d, driver->table->options, device_ble_address(d), &e);
        if (r == 0)
            r = tables_load(d, &e);
    }
    d->misfit = r < 0;
    if (r < 0)
        device_set_state(d, DEVICE_ERROR, error_text(&e));
    else if (!d->pub.parent)
        device_set_state(d, d->enabled ? DEVICE_STARTING : DEVICE_DISABLED, NULL);
    device_flow_apply(d);
    device_poke(d);
}

void device_unbind(struct device *d)
{
    options_fini(d);
    settings_fini(d);
    for (size_t i = 0; i < d->n_attributes; i++)
        param_value_fini(&d->attributes[i].value);
    free(d->attributes);
    d->attributes = NULL;
    d->n_attributes = 0;
    d->driver = NULL;
    d->kind = NULL;
    device_flow_apply(d);
    d->misfit = d->rejected = false;
    d->serial[0] = '\0';
    timer_stop(&d->attributes_timer);
}

/* --- one address, one device ------------------------------------------------------------------ */

struct twin {
    const struct device *self;
    const char *address;
    const struct device *found;
};

static int is_twin(void *ctx, struct device *d)
{
    struct twin *t = ctx;

    if (d == t->self || d->pub.parent || d->misfit || d->rejected || d->removing ||
        strcasecmp(device_ble_address(d), t->address) != 0)
        return 0;
    t->found = d;
    return 1;
}

int device_check_twin(struct devices *all, const struct device *self, const struct wr_param *rows,
    const char *address, struct error *e)
{
    struct twin t = {.self = self, .address = address};

    if (!address || !*address || !device_ble_address_key(rows))
        return 0;
    devices_each(all, is_twin, &t);
    return t.found ? error_set(e, -EEXIST, "%s is the device \"%s\" already", address, t.found->id)
                   : 0;
}

static int fit_again(void *ctx, struct device *d)
{
    struct driver *driver = d->driver;
    const struct wr_kind *kind = d->kind;

    if (d->misfit && driver && !d->pub.parent && !d->removing) {
        device_unbind(d);
        device_bind(d, driver, kind);
    }
    return 0;
}

void devices_fit_again(struct devices *all)
{
    devices_each(all, fit_again, NULL);
}
