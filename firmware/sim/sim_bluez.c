/* sim_bluez.c - see sim_bluez.h: the pretended bluetoothd's life on the bus. */
#include "sim_bluez.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "loop/loop.h"
#include "sim_private.h"

/* bluetoothd has its name first, and then finds its adapters. */
#define APPEAR_US (20 * US_PER_MS)

static void appear(struct timer *t)
{
    struct sim_bluez *z = container_of(t, struct sim_bluez, appear);

    for (unsigned i = 0; i < z->n_adapters; i++)
        if (z->adapters[i].plugged)
            sim_object_show(&z->adapters[i].object);
}

static int on_name(sd_bus_message *m, void *ctx, sd_bus_error *e)
{
    struct sim_bluez *z = ctx;
    uint32_t result = 0;

    if (sd_bus_message_is_method_error(m, NULL))
        log_error("org.bluez cannot be had", F_STR("error", sd_bus_message_get_error(m)->message));
    else if (sd_bus_message_read(m, "u", &result) > 0 && result == 1) {
        z->ready = true;
        (void)timer_once(&z->appear, APPEAR_US);
    }
    return 0;
}

/* A client is gone: what it had asked for ends. */
static int on_owner(sd_bus_message *m, void *ctx, sd_bus_error *e)
{
    struct sim_bluez *z = ctx;
    const char *name, *old, *new;
    struct sim_device *d;

    if (sd_bus_message_read(m, "sss", &name, &old, &new) < 0 || name[0] != ':' || *new)
        return 0;
    for (unsigned i = 0; i < z->n_adapters; i++) {
        sim_adapter_forget_client(&z->adapters[i], name);
        list_for_each (d, &z->adapters[i].devices, link) {
            for (unsigned c = 0; c < d->app->n_chars; c++)
                sim_char_forget_client(&d->chars[c], name);
        }
    }
    return 0;
}

static void on_closed(void *ctx, struct dbus *bus, int why)
{
    struct sim_bluez *z = ctx;

    log_warning("the D-Bus of the pretended BlueZ is gone", F_ERRNO(why));
    sim_bluez_stop(z);
}

static const struct dbus_events events = {.closed = on_closed};

/* --- life ------------------------------------------------------------------------------------- */

static int serve(struct sim_bluez *z)
{
    int r = sd_bus_add_fallback(dbus_bus(z->dbus), NULL, "/", sim_serve, z);

    if (r >= 0)
        r = sd_bus_match_signal_async(dbus_bus(z->dbus), NULL, "org.freedesktop.DBus",
            "/org/freedesktop/DBus", "org.freedesktop.DBus", "NameOwnerChanged", on_owner, NULL, z);
    if (r >= 0)
        r = sd_bus_request_name_async(
            dbus_bus(z->dbus), NULL, "org.bluez", SD_BUS_NAME_REPLACE_EXISTING, on_name, z);
    return r;
}

int sim_bluez_start(struct sim_bluez *z, struct error *e)
{
    int r;

    if (z->dbus)
        return 0;
    r = dbus_open(z->loop, z->address, &events, z, &z->dbus, e);
    if (r < 0)
        return r;
    r = serve(z);
    if (r < 0) {
        z->dbus = dbus_free(z->dbus);
        return error_set(e, r, "org.bluez cannot be served: %s", error_name(r));
    }
    return 0;
}

/* The connection goes first: a bluetoothd that died says nothing. */
void sim_bluez_stop(struct sim_bluez *z)
{
    struct sim_device *d;

    timer_stop(&z->appear);
    sim_forget_delayed(z);
    z->dbus = dbus_free(z->dbus);
    z->ready = false;
    for (unsigned i = 0; i < z->n_adapters; i++) {
        sim_adapter_stop(&z->adapters[i]);
        list_for_each (d, &z->adapters[i].devices, link)
            sim_device_forget(d);
        sim_object_hide(&z->adapters[i].object);
    }
}

int sim_bluez_new(struct loop *l, const char *address, unsigned n_adapters, uint64_t seed,
    struct sim_bluez **ret, struct error *e)
{
    struct sim_bluez *z;
    int r;

    if (n_adapters > SIM_ADAPTERS_MAX)
        return error_set(e, -EINVAL, "at most %d adapters", SIM_ADAPTERS_MAX);
    z = calloc(1, sizeof *z);
    if (!z || (address && !(z->address = strdup(address)))) {
        free(z);
        return error_set(e, -ENOMEM, "no memory");
    }
    z->loop = l;
    z->seed = seed;
    z->n_adapters = n_adapters;
    list_init(&z->shown);
    list_init(&z->delayed);
    timer_init(&z->appear, l, appear);
    for (unsigned i = 0; i < n_adapters; i++)
        sim_adapter_init(z, i);
    r = sim_bluez_start(z, e);
    if (r < 0) {
        free(z->address);
        free(z);
        return r;
    }
    *ret = z;
    return 0;
}

struct sim_bluez *sim_bluez_free(struct sim_bluez *z)
{
    if (!z)
        return NULL;
    sim_bluez_stop(z);
    for (unsigned i = 0; i < z->n_adapters; i++)
        while (!list_empty(&z->adapters[i].devices))
            sim_device_remove(list_first(&z->adapters[i].devices, struct sim_device, link));
    free(z->address);
    free(z);
    return NULL;
}

bool sim_bluez_ready(const struct sim_bluez *z)
{
    return z->ready;
}

const struct sim_bluez_stats *sim_bluez_stats(const struct sim_bluez *z)
{
    return &z->stats;
}
