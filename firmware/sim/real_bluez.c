/* real_bluez.c - see real_bluez.h: the bus, bluetoothd and the adapter, which come and go. */
#include "real_bluez.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "loop/loop.h"
#include "real_private.h"

#define RETRY_US US_PER_S
#define OBJECT_MANAGER "org.freedesktop.DBus.ObjectManager"

void real_retry(struct real_bluez *b)
{
    (void)timer_once(&b->retry, RETRY_US);
}

int real_call(struct real_bluez *b, const char *path, const char *interface, const char *method,
    sd_bus_message_handler_t done, const char *types, ...)
{
    sd_bus_message *m = NULL;
    va_list a;
    int r;

    if (!b->dbus)
        return -ENOTCONN;
    r = sd_bus_message_new_method_call(dbus_bus(b->dbus), &m, "org.bluez", path, interface, method);
    va_start(a, types);
    if (r >= 0)
        r = sd_bus_message_appendv(m, types, a);
    va_end(a);
    if (r >= 0)
        r = sd_bus_call_async(dbus_bus(b->dbus), NULL, m, done, b, 0);
    sd_bus_message_unref(m);
    return r;
}

/* --- the host --------------------------------------------------------------------------------- */

void real_used_by(struct real_bluez *b, const char *host, unsigned mtu)
{
    const struct gatt_calls *calls = b->app->calls;

    if (strcmp(b->host, host) == 0 || !*host)
        return;
    real_host_gone(b); /* one at a time */
    snprintf(b->host, sizeof b->host, "%s", host);
    b->mtu = mtu > 0 ? mtu : GATT_MTU_MIN;
    real_advert_update(b);
    if (calls->connected)
        calls->connected(b->app->ctx, b->mtu);
}

void real_host_gone(struct real_bluez *b)
{
    const struct gatt_calls *calls = b->app->calls;

    if (!b->host[0])
        return;
    b->host[0] = '\0';
    real_objects_release(b);
    if (calls->disconnected)
        calls->disconnected(b->app->ctx, false); /* BlueZ 5.66 does not say why */
    real_advert_update(b);
}

static bool says_disconnected(sd_bus_message *m)
{
    const char *interface, *name;
    int on = 1;

    if (sd_bus_message_read(m, "s", &interface) < 0 || strcmp(interface, "org.bluez.Device1") != 0)
        return false;
    if (sd_bus_message_enter_container(m, 'a', "{sv}") <= 0)
        return false;
    while (on && sd_bus_message_enter_container(m, 'e', "sv") > 0) {
        (void)sd_bus_message_read(m, "s", &name);
        if (strcmp(name, "Connected") == 0)
            (void)sd_bus_message_read(m, "v", "b", &on);
        else
            (void)sd_bus_message_skip(m, "v");
        (void)sd_bus_message_exit_container(m);
    }
    return !on;
}

static int on_properties(sd_bus_message *m, void *ctx, sd_bus_error *e)
{
    struct real_bluez *b = ctx;

    if (b->host[0] && strcmp(sd_bus_message_get_path(m), b->host) == 0 && says_disconnected(m))
        real_host_gone(b);
    return 0;
}

/* --- the application -------------------------------------------------------------------------- */

static void forgotten(struct real_bluez *b)
{
    b->asked = b->registered = false;
    real_advert_reset(b);
    real_host_gone(b);
}

static int on_registered(sd_bus_message *m, void *ctx, sd_bus_error *e)
{
    struct real_bluez *b = ctx;
    const sd_bus_error *error = sd_bus_message_get_error(m);

    if (!b->asked)
        return 0;
    b->asked = false;
    if (error && !b->complained)
        log_warning("BlueZ does not take the peripheral yet", F_STR("adapter", b->adapter),
            F_STR("error", error->message));
    b->complained = error != NULL;
    if (error) {
        real_retry(b);
        return 0;
    }
    b->registered = true;
    log_info("BlueZ has the peripheral", F_STR("adapter", b->adapter), F_STR("name", b->app->name));
    real_agent_register(b);
    real_advert_update(b);
    return 0;
}

static void register_application(struct real_bluez *b)
{
    if (b->running && !b->asked && !b->registered)
        b->asked = real_call(b, b->adapter, "org.bluez.GattManager1", "RegisterApplication",
                       on_registered, "oa{sv}", REAL_APP, 0) >= 0;
}

/* --- bluetoothd and the adapter --------------------------------------------------------------- */

static void set_running(struct real_bluez *b, bool running)
{
    if (b->running == running)
        return;
    b->running = running;
    if (!running) {
        log_warning("bluetoothd is not there", F_STR("adapter", b->adapter));
        forgotten(b);
    }
    register_application(b);
}

static int on_owner(sd_bus_message *m, void *ctx, sd_bus_error *e)
{
    struct real_bluez *b = ctx;
    const char *name, *old, *new;

    if (sd_bus_message_read(m, "sss", &name, &old, &new) < 0 || strcmp(name, "org.bluez") != 0)
        return 0;
    set_running(b, false); /* the new one knows nothing of us */
    set_running(b, *new != '\0');
    return 0;
}

static int on_has_owner(sd_bus_message *m, void *ctx, sd_bus_error *e)
{
    int has = 0;

    if (!sd_bus_message_is_method_error(m, NULL) && sd_bus_message_read(m, "b", &has) > 0 && has)
        set_running(ctx, true);
    return 0;
}

/* The adapter, or the host that was connected. */
static int on_removed(sd_bus_message *m, void *ctx, sd_bus_error *e)
{
    struct real_bluez *b = ctx;
    const char *path, *interface;

    if (sd_bus_message_read(m, "o", &path) < 0 || sd_bus_message_enter_container(m, 'a', "s") <= 0)
        return 0;
    while (sd_bus_message_read(m, "s", &interface) > 0)
        if (strcmp(path, b->adapter) == 0 && strcmp(interface, "org.bluez.GattManager1") == 0) {
            log_warning("the adapter is gone", F_STR("adapter", b->adapter));
            forgotten(b);
            real_retry(b);
        } else if (strcmp(path, b->host) == 0 && strcmp(interface, "org.bluez.Device1") == 0) {
            real_host_gone(b);
        }
    return 0;
}

/* --- the bus ---------------------------------------------------------------------------------- */

static int watch_bluez(struct real_bluez *b)
{
    sd_bus *bus = dbus_bus(b->dbus);
    int r = sd_bus_match_signal_async(bus, NULL, "org.freedesktop.DBus", "/org/freedesktop/DBus",
        "org.freedesktop.DBus", "NameOwnerChanged", on_owner, NULL, b);

    if (r >= 0)
        r = sd_bus_match_signal_async(
            bus, NULL, "org.bluez", "/", OBJECT_MANAGER, "InterfacesRemoved", on_removed, NULL, b);
    if (r >= 0)
        r = sd_bus_match_signal_async(bus, NULL, "org.bluez", NULL,
            "org.freedesktop.DBus.Properties", "PropertiesChanged", on_properties, NULL, b);
    if (r >= 0)
        r = sd_bus_call_method_async(bus, NULL, "org.freedesktop.DBus", "/org/freedesktop/DBus",
            "org.freedesktop.DBus", "NameHasOwner", on_has_owner, b, "s", "org.bluez");
    return r;
}

static void on_closed(void *ctx, struct dbus *d, int why)
{
    struct real_bluez *b = ctx;

    log_warning("the D-Bus is gone", F_ERRNO(why));
    b->dbus = dbus_free(d);
    b->running = false;
    forgotten(b);
    real_retry(b);
}

static const struct dbus_events events = {.closed = on_closed};

static int open_bus(struct real_bluez *b, struct error *e)
{
    int r = dbus_open(b->loop, b->address, &events, b, &b->dbus, e);

    if (r < 0)
        return r;
    r = real_objects_export(b);
    if (r >= 0)
        r = real_advert_export(b);
    if (r >= 0)
        r = real_agent_export(b);
    if (r >= 0)
        r = watch_bluez(b);
    if (r < 0) {
        b->dbus = dbus_free(b->dbus);
        return error_set(
            e, r, "the peripheral's objects cannot be put on the D-Bus: %s", error_name(r));
    }
    return 0;
}

static void retry(struct timer *t)
{
    struct real_bluez *b = container_of(t, struct real_bluez, retry);
    struct error e = ERROR_NULL;

    if (!b->dbus && open_bus(b, &e) < 0) {
        real_retry(b);
        return;
    }
    if (b->registered)
        real_advert_update(b);
    else
        register_application(b);
}

/* --- life ------------------------------------------------------------------------------------- */

int real_bluez_new(struct loop *l, const char *address, const char *adapter, unsigned pulse_ms,
    struct gatt_app *app, struct real_bluez **ret, struct error *e)
{
    struct real_bluez *b;
    struct error why = ERROR_NULL;

    if (strncmp(adapter, "hci", 3) != 0 || strlen(adapter) > 8 ||
        adapter[3 + strspn(adapter + 3, "0123456789")] || !adapter[3])
        return error_set(e, -EINVAL, "\"%.40s\" is not the name of an adapter, as hci0", adapter);
    b = calloc(1, sizeof *b);
    if (!b || (address && !(b->address = strdup(address)))) {
        free(b);
        return error_set(e, -ENOMEM, "no memory");
    }
    b->loop = l;
    b->app = app;
    b->pulse_ms = pulse_ms;
    snprintf(b->adapter, sizeof b->adapter, "/org/bluez/%s", adapter);
    timer_init(&b->retry, l, retry);
    timer_init(&b->pulse, l, real_advert_pulse);
    real_objects_init(b);
    app->shown_by = b;
    app->stack = &real_stack;
    if (open_bus(b, &why) < 0) {
        log_warning("waiting for the D-Bus", F_ERROR(&why));
        real_retry(b);
    }
    *ret = b;
    return 0;
}

struct real_bluez *real_bluez_free(struct real_bluez *b)
{
    if (!b)
        return NULL;
    real_objects_release(b);
    timer_stop(&b->retry);
    timer_stop(&b->pulse);
    dbus_free(b->dbus);
    b->app->stack = NULL;
    b->app->shown_by = NULL;
    free(b->address);
    free(b);
    return NULL;
}

bool real_bluez_registered(const struct real_bluez *b)
{
    return b->registered;
}

bool real_bluez_advertised(const struct real_bluez *b)
{
    return b->advert == REAL_ADVERTISED;
}
