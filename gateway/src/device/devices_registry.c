/* devices_registry.c - the devices that the database owns, and what is changed over REST. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "device/device.h"
#include "device/drivers.h"

static void take_flow(struct device *dev, const json_t *j)
{
    const char *flow = json_string_value(json_object_get(j, "flow"));

    if (flow)
        config_flow_of(flow, &dev->flow, NULL);
}

static int load_one(void *ctx, const char *id, const void *bytes, size_t n)
{
    struct devices *d = ctx;
    struct error e = ERROR_NULL;
    _cleanup_(json_freep) json_t *j = json_read(bytes, n, &e);
    const char *driver = json_string_value(json_object_get(j, "driver"));
    struct device *dev;

    if (!j) {
        log_warning("a stored device cannot be read", F_STR("device", id), F_ERROR(&e));
        return 0;
    }
    if (!driver || devices_find(d, id) ||
        !(dev = devices_make(
              d, id, json_string_value(json_object_get(j, "name")), driver, DEVICE_OF_DATABASE)))
        return 0;
    dev->enabled = !json_is_false(json_object_get(j, "enabled"));
    take_flow(dev, j);
    dev->given_options = json_incref(json_object_get(j, "options"));
    devices_announce(dev);
    return 0;
}

void devices_load(struct devices *d)
{
    store_each(d->env.store, REGISTRY, load_one, d);
}

/* What is stored of it; NULL: nothing. */
static json_t *registry_read(const struct device *dev)
{
    size_t n = 0;
    const char *text = store_get(dev->all->env.store, REGISTRY, dev->id, &n);

    return text ? json_read(text, n, NULL) : NULL;
}

bool device_is_named(const struct device *dev)
{
    _cleanup_(json_freep) json_t *j = registry_read(dev);

    return json_is_string(json_object_get(j, "name"));
}

void devices_load_changes(struct device *dev)
{
    _cleanup_(json_freep) json_t *j = registry_read(dev);
    const char *name = json_string_value(json_object_get(j, "name"));
    const json_t *enabled = json_object_get(j, "enabled");

    if (name && !device_is_fixed(dev, DEVICE_NAME))
        snprintf(dev->name, sizeof dev->name, "%s", name);
    if (json_is_boolean(enabled) && !device_is_fixed(dev, DEVICE_ENABLED))
        dev->enabled = json_is_true(enabled);
    if (!device_is_fixed(dev, DEVICE_FLOW))
        take_flow(dev, j);
}

static json_t *all_of(const struct device *dev)
{
    json_t *j = json_object();

    json_object_set_new(j, "name", json_string(dev->name));
    json_object_set_new(j, "enabled", json_boolean(dev->enabled));
    json_object_set_new(j, "flow", json_string(CONFIG_FLOWS[dev->flow]));
    json_object_set_new(j, "driver", json_string(dev->driver_name));
    if (dev->given_options)
        json_object_set(j, "options", dev->given_options);
    return j;
}

/* What the configuration says today is not what people wanted, and must not be remembered as that. */
static json_t *changed_of(const struct device *dev, const struct device_change *c)
{
    json_t *j = registry_read(dev);

    if (!j)
        j = json_object();
    if (c->name)
        json_object_set_new(j, "name", json_string(c->name));
    if (c->enabled)
        json_object_set_new(j, "enabled", json_boolean(*c->enabled));
    if (c->flow)
        json_object_set_new(j, "flow", json_string(c->flow));
    return j;
}

static int registry_write(struct device *dev, json_t *what, store_fn fn, void *ctx)
{
    _cleanup_(json_freep) json_t *j = what;
    _cleanup_(freep) char *text = NULL;

    text = json_text(j);
    return text ? store_put(dev->all->env.store, REGISTRY, dev->id, text, strlen(text), fn, ctx)
                : -ENOMEM;
}

static int choose_id(struct devices *d, const char *wanted, const char *name,
    char out[WR_NAME_MAX + 1], struct error *e)
{
    char base[WR_NAME_MAX + 1];

    if (wanted && !text_is_slug(wanted))
        return error_set(e, -EINVAL,
            "id: expected lower-case letters, digits and hyphens, got \"%.80s\"", wanted);
    if (wanted && devices_find(d, wanted))
        return error_set(e, -EEXIST, "there is a device \"%s\" already", wanted);
    if (wanted) {
        snprintf(out, WR_NAME_MAX + 1, "%s", wanted);
        return 0;
    }
    text_slug(name, base, sizeof base - 4);
    snprintf(out, WR_NAME_MAX + 1, "%s", base);
    for (int i = 2; devices_find(d, out); i++) {
        if (i > DEVICES_MAX)
            return error_set(e, -ENOSPC, "no free id");
        snprintf(out, WR_NAME_MAX + 1, "%.58s-%d", base, i);
    }
    return 0;
}

static int check_values(const struct driver *driver, const json_t *options, struct error *e)
{
    const struct wr_param *rows = driver->table->options;
    struct param_value *values;
    int r;

    if (!rows)
        return json_object_size(options) > 0
            ? error_set(e, -EINVAL, "the driver \"%s\" takes no options", driver->name)
            : 0;
    values = calloc(param_count(rows), sizeof *values);
    if (!values)
        return error_set(e, -ENOMEM, "no memory");
    r = param_args_from_json(rows, options, values, e);
    param_values_fini(values, param_count(rows));
    free(values);
    return r;
}

int devices_check_options(struct devices *all, const struct device *self,
    const struct driver *driver, const json_t *options, struct error *e)
{
    const struct wr_param *rows = driver->table->options;
    const char *key = device_ble_address_key(rows);
    int r = check_values(driver, options, e);

    return r < 0 || !key
        ? r
        : device_check_twin(all, self, rows, json_string_value(json_object_get(options, key)), e);
}

int devices_add(struct devices *d, const char *id, const char *name, const char *driver_name,
    const json_t *options, struct device **ret, struct error *e)
{
    struct driver *driver = d->drivers ? drivers_find(d->drivers, driver_name) : NULL;
    char chosen[WR_NAME_MAX + 1];
    struct device *dev;
    int r;

    if (!driver)
        return error_set(e, -EINVAL, "the driver \"%.60s\" is not loaded", driver_name);
    if (strlen(name) >= DEVICE_NAME_BYTES)
        return error_set(e, -EINVAL, "name: at most %d bytes", DEVICE_NAME_BYTES - 1);
    if ((r = choose_id(d, id, *name ? name : driver_name, chosen, e)) < 0 ||
        (r = devices_check_options(d, NULL, driver, options, e)) < 0)
        return r;
    if (!(dev = devices_make(d, chosen, name, driver_name, DEVICE_OF_DATABASE)))
        return error_set(e, -ENOSPC, "there are %d devices, more are not possible", DEVICES_MAX);
    dev->given_options = json_deep_copy(options);
    r = registry_write(dev, all_of(dev), NULL, NULL);
    if (r < 0) {
        device_free(dev);
        return error_set(e, r, "the device cannot be stored: %s", error_name(r));
    }
    devices_announce(dev);
    *ret = dev;
    return 0;
}

static int check_removable(const struct device *dev, struct error *e)
{
    if (dev->owner == DEVICE_OF_CONFIG)
        return error_set(e, -EPERM, "%s stands in %s, line %u: remove it there", dev->id,
            dev->given_file, dev->given->line);
    if (dev->owner == DEVICE_OF_DRIVER)
        return error_set(e, -EPERM, "%s belongs to %s and goes with it", dev->id, dev->driver_name);
    if (dev->owner == DEVICE_OF_PARENT && dev->running)
        return error_set(e, -EPERM,
            "%s is behind %s and not gone: it can be removed when it is, or with %s", dev->id,
            dev->pub.parent->id, dev->pub.parent->id);
    return 0;
}

/* What is kept of it. */
static void forget(const struct device *dev)
{
    struct store *store = dev->all->env.store;
    char space[WR_NAME_MAX + 16];

    store_put(store, REGISTRY, dev->id, NULL, 0, NULL, NULL);
    snprintf(space, sizeof space, "desired/%s", dev->id);
    store_drop(store, space, NULL, NULL);
    snprintf(space, sizeof space, "device/%s", dev->id);
    store_drop(store, space, NULL, NULL);
}

int devices_remove(struct devices *d, struct device *dev, struct error *e)
{
    int r = check_removable(dev, e);

    if (r < 0)
        return r;
    forget(dev);
    /* At once, for its driver may come upon it in the next moment. */
    if (dev->owner == DEVICE_OF_PARENT) {
        devices_remove_now(dev);
        return 0;
    }
    dev->removing = true;
    devices_fit_again(d);
    bus_publish(d->env.bus, dev->id, "device.removed", NULL);
    device_poke(dev);
    return 0;
}

/* --- changes over REST ------------------------------------------------------------------------ */

bool device_is_fixed(const struct device *dev, enum device_key key)
{
    if (dev->owner != DEVICE_OF_CONFIG)
        return (key == DEVICE_OPTIONS && dev->owner != DEVICE_OF_DATABASE) ||
            (key == DEVICE_ENABLED && dev->owner == DEVICE_OF_PARENT);
    return key == DEVICE_OPTIONS || (key == DEVICE_NAME && dev->given->gives_name) ||
        (key == DEVICE_ENABLED && dev->given->gives_enabled) ||
        (key == DEVICE_FLOW && dev->given->flow_line > 0);
}

const char *device_key_name(enum device_key key)
{
    static const char *const names[] = {[DEVICE_NAME] = "name",
        [DEVICE_ENABLED] = "enabled",
        [DEVICE_OPTIONS] = "options",
        [DEVICE_FLOW] = "flow"};

    return names[key];
}

static int check_fixed(const struct device *dev, const struct device_change *c, struct error *e)
{
    const bool wanted[] = {[DEVICE_NAME] = c->name != NULL,
        [DEVICE_ENABLED] = c->enabled != NULL,
        [DEVICE_OPTIONS] = c->options != NULL,
        [DEVICE_FLOW] = c->flow != NULL};

    for (unsigned key = 0; key < DEVICE_N_KEYS; key++) {
        if (!wanted[key] || !device_is_fixed(dev, key))
            continue;
        if (dev->owner == DEVICE_OF_CONFIG)
            return error_set(e, -EPERM, "%s stands in %s, line %u: change its %s there", dev->id,
                dev->given_file, dev->given->line, device_key_name(key));
        if (key == DEVICE_ENABLED)
            return error_set(e, -EPERM, "%s belongs to %s: it is enabled and disabled with it",
                dev->id, dev->pub.parent->id);
        return error_set(e, -EPERM, "%s has no options that could be changed", dev->id);
    }
    return 0;
}

static int check_flow(const struct device *dev, const char *flow, struct error *e)
{
    enum config_flow unused;

    return device_is_camera(dev) ? config_flow_of(flow, &unused, e)
                                 : error_set(e, -EINVAL, "flow: %s is no camera", dev->id);
}

/* *ret_options: all of them, as they will be; NULL where they stay. */
static int check_change(
    struct device *dev, const struct device_change *c, json_t **ret_options, struct error *e)
{
    int r = check_fixed(dev, c, e);

    if (r == 0 && c->name && (!*c->name || strlen(c->name) >= DEVICE_NAME_BYTES))
        r = error_set(e, -EINVAL, "name: 1 to %d bytes", DEVICE_NAME_BYTES - 1);
    if (r == 0 && c->flow)
        r = check_flow(dev, c->flow, e);
    if (r == 0 && c->settings)
        r = settings_change(dev, c->settings, false, NULL, NULL, e);
    return r == 0 && c->options ? device_options_change(dev, c->options, ret_options, e) : r;
}

/* Takes over `options`. It is reached anew, at once. */
static void take_options(struct device *dev, json_t *options)
{
    struct driver *driver = dev->driver;

    json_decref(dev->given_options);
    dev->given_options = options;
    dev->n_failures = 0;
    device_halt(dev, "its options were changed");
    device_unbind(dev);
    if (driver)
        device_bind(dev, driver, &driver->table->kinds[0]);
    devices_fit_again(dev->all);
}

int device_change(
    struct device *dev, const struct device_change *c, store_fn fn, void *ctx, struct error *e)
{
    bool settings = c->settings && json_object_size(c->settings) > 0,
         registry = c->name || c->enabled || c->flow || c->options;
    enum config_flow flow;
    json_t *options = NULL;
    int r = check_change(dev, c, &options, e);

    if (r < 0)
        return r;
    if (c->name)
        snprintf(dev->name, sizeof dev->name, "%s", c->name);
    if (c->enabled)
        dev->enabled = *c->enabled;
    if (c->flow && config_flow_of(c->flow, &flow, NULL) == 0)
        device_flow_choose(dev, flow);
    if (options)
        take_options(dev, options);
    if (registry) {
        r = registry_write(dev, dev->owner == DEVICE_OF_DATABASE ? all_of(dev) : changed_of(dev, c),
            settings ? NULL : fn, ctx);
        device_publish_added(dev, "device.changed");
        device_poke(dev);
    }
    if (r == 0 && settings)
        r = settings_change(dev, c->settings, true, fn, ctx, e);
    if (r < 0)
        return error_set(e, r, "the change cannot be stored: %s", error_name(r));
    if (!registry && !settings && fn)
        fn(ctx, 0);
    return 0;
}
