#include "device/devices.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "device/device.h"
#include "device/drivers.h"

/* In the store: space "registry", the device's id → {"driver","name","enabled","options"}; of a
 * device that the database owns all of it, of others what was changed over REST ("name",
 * "enabled"). */
#define REGISTRY "registry"

int devices_new(const struct devices_env *env, struct devices **ret)
{
    struct devices *d = calloc(1, sizeof *d);

    if (!d)
        return -ENOMEM;
    d->env = *env;
    d->next_channel = 1;
    list_init(&d->list);
    *ret = d;
    return 0;
}

struct devices *devices_free(struct devices *d)
{
    if (!d)
        return NULL;
    while (!list_empty(&d->list)) {
        struct device *dev = list_first(&d->list, struct device, link);

        device_free(dev->pub.parent ? device_of(dev->pub.parent) : dev);
    }
    free(d);
    return NULL;
}

struct device *devices_find(const struct devices *d, const char *id)
{
    struct device *dev;

    list_for_each (dev, &d->list, link) {
        if (!dev->removing && strcmp(dev->id, id) == 0)
            return dev;
    }
    return NULL;
}

struct device *devices_by_channel(const struct devices *d, uint16_t channel)
{
    struct device *dev;

    list_for_each (dev, &d->list, link) {
        if (!dev->removing && dev->channel == channel && channel != 0)
            return dev;
    }
    return NULL;
}

int devices_each(const struct devices *d, int (*fn)(void *ctx, struct device *dev), void *ctx)
{
    struct device *dev, *next;
    int r = 0;

    list_for_each_safe (dev, next, &d->list, link) {
        if (!dev->removing && (r = fn(ctx, dev)) != 0)
            break;
    }
    return r;
}

size_t devices_count(const struct devices *d, enum device_state state)
{
    struct device *dev;
    size_t n = 0;

    list_for_each (dev, &d->list, link)
        n += !dev->removing && dev->state == state;
    return n;
}

/* --- drivers come and go ---------------------------------------------------------------------- */

/* Until the folder was looked at, nobody knows. */
static void find_driver(struct device *dev)
{
    struct driver *driver;
    char why[ERROR_TEXT_MAX];

    if (!dev->all->drivers)
        return;
    driver = drivers_find(dev->all->drivers, dev->driver_name);

    if (driver) {
        device_bind(dev, driver, &driver->table->kinds[0]);
        return;
    }
    snprintf(why, sizeof why,
        "the driver \"%s\" is not loaded: put %s.so into the folder of drivers", dev->driver_name,
        dev->driver_name);
    device_set_state(dev, dev->enabled ? DEVICE_ERROR : DEVICE_DISABLED, dev->enabled ? why : NULL);
}

void devices_set_drivers(struct devices *d, struct drivers *drivers)
{
    struct device *dev;

    d->drivers = drivers;
    list_for_each (dev, &d->list, link) {
        if (!dev->driver && !dev->pub.parent && !dev->removing)
            find_driver(dev);
    }
}

/* What was changed over REST for a device that the database does not own. */
static void load_overrides(struct device *dev)
{
    size_t n = 0;
    const char *text = store_get(dev->all->env.store, REGISTRY, dev->id, &n);
    _cleanup_(json_freep) json_t *j = text ? json_read(text, n, NULL) : NULL;
    const char *name = json_string_value(json_object_get(j, "name"));

    if (name)
        snprintf(dev->name, sizeof dev->name, "%s", name);
    if (json_is_boolean(json_object_get(j, "enabled")))
        dev->enabled = json_is_true(json_object_get(j, "enabled"));
}

static bool is_auto(const struct wr_driver *t)
{
    for (const struct wr_match *m = t->matches; m && m->bus; m++) {
        if (strcmp(m->bus, "auto") == 0)
            return true;
    }
    return false;
}

static struct device *add(struct devices *d, const char *id, const char *name, const char *driver,
    enum device_owner owner)
{
    struct device *dev = NULL;
    int r = device_new(d, id, name, owner, &dev);

    if (r < 0) {
        log_error("a device cannot be made", F_STR("device", id), F_ERRNO(r));
        return NULL;
    }
    snprintf(dev->driver_name, sizeof dev->driver_name, "%s", driver);
    return dev;
}

/* What is there at the start is no news. */
static void announce(struct device *dev)
{
    find_driver(dev);
    if (dev->all->drivers)
        device_publish_added(dev, "device.added");
}

static void add_auto(struct devices *d, struct driver *driver)
{
    struct device *dev;

    list_for_each (dev, &d->list, link) {
        if (!dev->removing && !dev->pub.parent && strcmp(dev->driver_name, driver->name) == 0)
            return;
    }
    if (devices_find(d, driver->name) ||
        !(dev = add(d, driver->name, driver->table->summary, driver->name, DEVICE_OF_DRIVER)))
        return;
    load_overrides(dev);
    device_bind(dev, driver, &driver->table->kinds[0]);
    if (d->drivers)
        device_publish_added(dev, "device.added");
}

void devices_driver_added(struct devices *d, struct driver *driver)
{
    struct device *dev, *next;

    assert(d->n_driver_frames == 0);
    list_for_each_safe (dev, next, &d->list, link) {
        if (dev->pub.parent || dev->removing || dev->driver ||
            strcmp(dev->driver_name, driver->name) != 0)
            continue;
        device_bind(dev, driver, &driver->table->kinds[0]);
        if (d->drivers)
            device_publish_added(dev, "device.changed");
    }
    if (is_auto(driver->table))
        add_auto(d, driver);
}

static void detach(struct device *dev, const char *why)
{
    struct device *child;

    device_halt(dev, why);
    list_for_each (child, &dev->children, sibling)
        device_unbind(child);
    device_unbind(dev);
    dev->n_failures = 0;
    device_set_state(dev, dev->enabled ? DEVICE_ERROR : DEVICE_DISABLED, dev->enabled ? why : NULL);
}

/* Its children go with it, so a walk over the list that is going on begins anew. */
static void remove_now(struct device *dev)
{
    struct devices *d = dev->all;
    char id[WR_NAME_MAX + 1];

    snprintf(id, sizeof id, "%s", dev->id);
    device_free(dev);
    bus_publish(d->env.bus, id, "device.removed", NULL);
}

void devices_driver_removed(struct devices *d, struct driver *driver, const char *why)
{
    struct device *dev;

    assert(d->n_driver_frames == 0);
    list_for_each (dev, &d->list, link) {
        if (dev->driver == driver && !dev->pub.parent)
            detach(dev, why);
    }
    dev = devices_find(d, driver->name);
    if (*why && dev && dev->owner == DEVICE_OF_DRIVER)
        remove_now(dev);
}

/* --- the configuration's devices -------------------------------------------------------------- */

static const struct config_device *in_config(const struct config *c, const char *id)
{
    for (size_t i = 0; i < c->n_devices; i++) {
        if (strcmp(c->devices[i].id, id) == 0)
            return &c->devices[i];
    }
    return NULL;
}

static bool take_given(struct device *dev, const struct config_device *given, const char *file)
{
    struct config_device *copy = config_device_copy(given);
    char *file_copy = strdup(file);

    if (!copy || !file_copy) {
        config_device_free(copy);
        free(file_copy);
        return false;
    }
    config_device_free(dev->given);
    free(dev->given_file);
    dev->given = copy;
    dev->given_file = file_copy;
    snprintf(dev->name, sizeof dev->name, "%s", given->name);
    snprintf(dev->driver_name, sizeof dev->driver_name, "%s", given->driver);
    dev->enabled = given->enabled;
    return true;
}

static void change_given(struct device *dev, const struct config_device *given, const char *file)
{
    if (dev->given && config_device_equal(dev->given, given)) {
        take_given(dev, given, file);
        return;
    }
    device_halt(dev, "the configuration was changed");
    device_unbind(dev);
    dev->n_failures = 0;
    if (!take_given(dev, given, file))
        return;
    find_driver(dev);
    device_publish_added(dev, "device.changed");
}

static struct device *first_without_config(struct devices *d, const struct config *c)
{
    struct device *dev;

    list_for_each (dev, &d->list, link) {
        if (dev->owner == DEVICE_OF_CONFIG && !dev->removing && !in_config(c, dev->id))
            return dev;
    }
    return NULL;
}

void devices_configure(struct devices *d, const struct config *c)
{
    struct device *dev;

    assert(d->n_driver_frames == 0);
    while ((dev = first_without_config(d, c)))
        remove_now(dev);
    for (size_t i = 0; i < c->n_devices; i++) {
        const struct config_device *given = &c->devices[i];

        dev = devices_find(d, given->id);
        if (dev && dev->owner == DEVICE_OF_CONFIG) {
            change_given(dev, given, c->file);
            continue;
        }
        if (dev) {
            log_info("the configuration takes over a device", F_STR("device", given->id));
            remove_now(dev);
        }
        dev = add(d, given->id, given->name, given->driver, DEVICE_OF_CONFIG);
        if (dev && take_given(dev, given, c->file))
            announce(dev);
    }
}

/* --- the database's devices ------------------------------------------------------------------- */

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
        !(dev = add(
              d, id, json_string_value(json_object_get(j, "name")), driver, DEVICE_OF_DATABASE)))
        return 0;
    dev->enabled = !json_is_false(json_object_get(j, "enabled"));
    dev->given_options = json_incref(json_object_get(j, "options"));
    announce(dev);
    return 0;
}

void devices_load(struct devices *d)
{
    store_each(d->env.store, REGISTRY, load_one, d);
}

static int registry_write(struct device *dev, store_fn fn, void *ctx)
{
    _cleanup_(json_freep) json_t *j = json_object();
    _cleanup_(freep) char *text = NULL;

    json_object_set_new(j, "name", json_string(dev->name));
    json_object_set_new(j, "enabled", json_boolean(dev->enabled));
    if (dev->owner == DEVICE_OF_DATABASE) {
        json_object_set_new(j, "driver", json_string(dev->driver_name));
        if (dev->given_options)
            json_object_set(j, "options", dev->given_options);
    }
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

/* Before a device is made: what is wrong with its options is told to who made them. */
static int check_options(const struct driver *driver, const json_t *options, struct error *e)
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
        (r = check_options(driver, options, e)) < 0)
        return r;
    if (d->n >= DEVICES_MAX || !(dev = add(d, chosen, name, driver_name, DEVICE_OF_DATABASE)))
        return error_set(e, -ENOSPC, "there are %d devices, more are not possible", DEVICES_MAX);
    dev->given_options = json_deep_copy(options);
    r = registry_write(dev, NULL, NULL);
    if (r < 0) {
        device_free(dev);
        return error_set(e, r, "the device cannot be stored: %s", error_name(r));
    }
    announce(dev);
    *ret = dev;
    return 0;
}

int devices_remove(struct devices *d, struct device *dev, struct error *e)
{
    char space[WR_NAME_MAX + 16];

    if (dev->owner == DEVICE_OF_CONFIG)
        return error_set(e, -EPERM, "%s stands in %s, line %u: remove it there", dev->id,
            dev->given_file, dev->given->line);
    if (dev->owner != DEVICE_OF_DATABASE)
        return error_set(e, -EPERM, "%s belongs to %s and goes with it", dev->id,
            dev->pub.parent ? dev->pub.parent->id : dev->driver_name);
    store_put(d->env.store, REGISTRY, dev->id, NULL, 0, NULL, NULL);
    snprintf(space, sizeof space, "desired/%s", dev->id);
    store_drop(d->env.store, space, NULL, NULL);
    snprintf(space, sizeof space, "device/%s", dev->id);
    store_drop(d->env.store, space, NULL, NULL);
    dev->removing = true;
    bus_publish(d->env.bus, dev->id, "device.removed", NULL);
    device_poke(dev);
    return 0;
}

/* --- changes over REST ------------------------------------------------------------------------ */

static int check_owner(const struct device *dev, const struct device_change *c, struct error *e)
{
    if (dev->owner == DEVICE_OF_CONFIG && (c->name || c->enabled || c->options))
        return error_set(e, -EPERM,
            "%s stands in %s, line %u: change its name, options and `enabled` there", dev->id,
            dev->given_file, dev->given->line);
    if (c->options && dev->owner != DEVICE_OF_DATABASE)
        return error_set(e, -EPERM, "%s has no options that could be changed", dev->id);
    return 0;
}

static int check_change(struct device *dev, const struct device_change *c, struct error *e)
{
    int r = check_owner(dev, c, e);

    if (r == 0 && c->name && (!*c->name || strlen(c->name) >= DEVICE_NAME_BYTES))
        r = error_set(e, -EINVAL, "name: 1 to %d bytes", DEVICE_NAME_BYTES - 1);
    if (r == 0 && c->options && dev->driver)
        r = check_options(dev->driver, c->options, e);
    if (r == 0 && c->settings)
        r = settings_change(dev, c->settings, false, NULL, NULL, e);
    return r;
}

int device_change(
    struct device *dev, const struct device_change *c, store_fn fn, void *ctx, struct error *e)
{
    bool settings = c->settings && json_object_size(c->settings) > 0,
         registry = c->name || c->enabled || c->options;
    int r = check_change(dev, c, e);

    if (r < 0)
        return r;
    if (c->name)
        snprintf(dev->name, sizeof dev->name, "%s", c->name);
    if (c->enabled)
        dev->enabled = *c->enabled;
    if (c->options) {
        struct driver *driver = dev->driver;

        json_decref(dev->given_options);
        dev->given_options = json_deep_copy(c->options);
        device_halt(dev, "its options were changed");
        device_unbind(dev);
        if (driver)
            device_bind(dev, driver, &driver->table->kinds[0]);
    }
    if (registry) {
        r = registry_write(dev, settings ? NULL : fn, ctx);
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
