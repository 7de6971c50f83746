/* sim_device_new.c - a peripheral that a program shows is put on the air, and taken from it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim_private.h"

static int check(
    const struct sim_bluez *z, unsigned adapter, const char *address, const struct gatt_app *app)
{
    if (z->n_devices == SIM_DEVICES_MAX)
        return -ENOSPC;
    if (adapter >= z->n_adapters || strlen(address) != 17 || app->n_services == 0 ||
        app->n_services > GATT_SERVICES_MAX || app->n_chars > GATT_CHARS_MAX)
        return -EINVAL;
    for (unsigned i = 0; i < 17; i++)
        if (i % 3 == 2 ? address[i] != ':' : !strchr("0123456789ABCDEF", address[i]))
            return -EINVAL;
    for (unsigned i = 0; i < app->n_chars; i++)
        if (app->chars[i].service >= app->n_services)
            return -EINVAL;
    return 0;
}

/* Paths as BlueZ makes them from handles: a service has one, a characteristic two and one for the
 * client's configuration. */
static void init_objects(struct sim_device *d)
{
    struct sim_bluez *z = d->object.z;
    char path[48];
    unsigned handle = 0x000a;

    snprintf(path, sizeof path, "/org/bluez/hci%u/dev_%s", d->adapter->index, d->address);
    for (char *c = path; *c; c++)
        if (*c == ':')
            *c = '_';
    sim_object_init(&d->object, z, SIM_DEVICE, "%s", path);
    for (unsigned s = 0; s < d->app->n_services; s++) {
        unsigned service = handle++;

        sim_object_init(&d->services[s].object, z, SIM_SERVICE, "%s/service%04x", path, service);
        d->services[s].device = d;
        d->services[s].index = s;
        for (unsigned i = 0; i < d->app->n_chars; i++) {
            struct sim_char *c = &d->chars[i];

            if (d->app->chars[i].service != s)
                continue;
            sim_object_init(
                &c->object, z, SIM_CHAR, "%s/service%04x/char%04x", path, service, handle);
            c->device = d;
            c->index = i;
            c->service = s;
            c->notify_fd = c->write_fd = -1;
            handle += 3;
        }
    }
}

int sim_bluez_add(struct sim_bluez *z, unsigned adapter, const char *address, struct gatt_app *app,
    const struct sim_faults *faults, struct sim_device **ret)
{
    struct sim_device *d;
    int r = check(z, adapter, address, app);

    if (r < 0)
        return r;
    d = calloc(1, sizeof *d);
    if (!d)
        return -ENOMEM;
    d->queue_cap = faults->queue;
    d->queue = calloc(d->queue_cap, sizeof *d->queue);
    if (!d->queue) {
        free(d);
        return -ENOMEM;
    }
    d->object.z = z;
    d->app = app;
    d->adapter = &z->adapters[adapter];
    d->faults = *faults;
    memcpy(d->address, address, sizeof d->address);
    d->rssi_base = -60;
    d->random = z->seed + ++z->n_devices;
    init_objects(d);
    list_append(&d->adapter->devices, &d->link);
    sim_device_init_timers(d);
    sim_air_init(d);
    app->shown_by = d;
    app->stack = &sim_stack;
    *ret = d;
    return 0;
}

struct sim_device *sim_device_remove(struct sim_device *d)
{
    if (!d)
        return NULL;
    sim_device_cut(d);
    sim_device_forget(d);
    d->app->stack = NULL;
    d->app->shown_by = NULL;
    d->object.z->n_devices--;
    list_remove(&d->link);
    free(d->queue);
    free(d);
    return NULL;
}

struct sim_faults *sim_device_faults(struct sim_device *d)
{
    return &d->faults;
}

void sim_device_drop(struct sim_device *d)
{
    sim_device_cut(d);
}

void sim_device_rssi(struct sim_device *d, int dbm)
{
    d->rssi_base = dbm;
}

bool sim_device_connected(const struct sim_device *d)
{
    return d->state == SIM_CONNECTED || d->state == SIM_LEAVING;
}
