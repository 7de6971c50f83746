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
void devices_find_driver(struct device *dev)
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
            devices_find_driver(dev);
    }
}

static bool is_auto(const struct wr_driver *t)
{
    for (const struct wr_match *m = t->matches; m && m->bus; m++) {
        if (strcmp(m->bus, "auto") == 0)
            return true;
    }
    return false;
}

struct device *devices_make(struct devices *d, const char *id, const char *name, const char *driver,
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
void devices_announce(struct device *dev)
{
    devices_find_driver(dev);
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
        !(dev = devices_make(d, driver->name, driver->name, driver->name, DEVICE_OF_DRIVER)))
        return;
    devices_load_changes(dev);
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
    /* The next code of the same driver comes at once. */
    if (!*why)
        return;
    device_set_state(dev, dev->enabled ? DEVICE_ERROR : DEVICE_DISABLED, dev->enabled ? why : NULL);
}

/* Its children go with it, so a walk over the list that is going on begins anew. */
void devices_remove_now(struct device *dev)
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
        devices_remove_now(dev);
}
