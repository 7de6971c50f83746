/* devices_config.c - the devices that stand in the configuration: made, changed and removed with it. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "device/device.h"

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
    dev->flow = given->flow;
    devices_load_changes(dev);
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
    devices_find_driver(dev);
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

/* The driver of a child's parent knows the child: it gives it back first, and begins anew, where it will have another id. */
static void take_over(struct device *dev)
{
    struct device *parent = dev->pub.parent ? device_of(dev->pub.parent) : NULL;

    log_info("the configuration takes over a device", F_STR("device", dev->id));
    if (parent)
        device_halt(parent, "the configuration takes over what is behind it");
    devices_remove_now(dev);
    if (parent)
        device_poke(parent);
}

void devices_configure(struct devices *d, const struct config *c)
{
    struct device *dev;

    assert(d->n_driver_frames == 0);
    while ((dev = first_without_config(d, c))) {
        store_put(d->env.store, REGISTRY, dev->id, NULL, 0, NULL, NULL);
        devices_remove_now(dev);
    }
    for (size_t i = 0; i < c->n_devices; i++) {
        const struct config_device *given = &c->devices[i];

        dev = devices_find(d, given->id);
        if (dev && dev->owner == DEVICE_OF_CONFIG) {
            change_given(dev, given, c->file);
            continue;
        }
        if (dev)
            take_over(dev);
        dev = devices_make(d, given->id, given->name, given->driver, DEVICE_OF_CONFIG);
        if (dev && take_given(dev, given, c->file))
            devices_announce(dev);
    }
    devices_fit_again(d);
}
