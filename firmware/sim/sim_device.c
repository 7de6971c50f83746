/* sim_device.c - org.bluez.Device1: heard, connected, its objects appearing one by one. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "loop/loop.h"
#include "sim_private.h"

/* BlueZ's TemporaryTimeout. */
#define FORGET_US (30 * US_PER_S)
/* After which BlueZ gives up a device that is not there. */
#define CONNECT_GIVES_UP_US (40 * US_PER_S)

static struct sim_device *device_of(const struct sim_object *o)
{
    return container_of(o, struct sim_device, object);
}

/* --- properties ------------------------------------------------------------------------------- */

static int get_address(const struct sim_object *o, sd_bus_message *m)
{
    return sd_bus_message_append(m, "s", device_of(o)->address);
}

static int get_address_type(const struct sim_object *o, sd_bus_message *m)
{
    return sd_bus_message_append(m, "s", "public");
}

static bool has_name(const struct sim_object *o)
{
    return device_of(o)->known_name;
}

static int get_name(const struct sim_object *o, sd_bus_message *m)
{
    return sd_bus_message_append(m, "s", device_of(o)->app->name);
}

static int get_alias(const struct sim_object *o, sd_bus_message *m)
{
    char text[18];

    if (has_name(o))
        return get_name(o, m);
    for (unsigned i = 0; i < sizeof text; i++)
        text[i] = device_of(o)->address[i] == ':' ? '-' : device_of(o)->address[i];
    return sd_bus_message_append(m, "s", text);
}

static int get_false(const struct sim_object *o, sd_bus_message *m)
{
    return sd_bus_message_append(m, "b", 0);
}

static bool has_rssi(const struct sim_object *o)
{
    return device_of(o)->rssi != 0;
}

static int get_rssi(const struct sim_object *o, sd_bus_message *m)
{
    return sd_bus_message_append(m, "n", (int16_t)device_of(o)->rssi);
}

static int get_connected(const struct sim_object *o, sd_bus_message *m)
{
    return sd_bus_message_append(m, "b", sim_device_connected(device_of(o)));
}

static int get_resolved(const struct sim_object *o, sd_bus_message *m)
{
    return sd_bus_message_append(m, "b", device_of(o)->resolved);
}

static int get_adapter(const struct sim_object *o, sd_bus_message *m)
{
    return sd_bus_message_append(m, "o", device_of(o)->adapter->object.path);
}

/* Before it was connected only what it advertises. */
static int get_uuids(const struct sim_object *o, sd_bus_message *m)
{
    const struct sim_device *d = device_of(o);
    unsigned n = d->resolved ? d->app->n_services : MIN(d->app->n_services, 1u);
    int r = sd_bus_message_open_container(m, 'a', "s");

    for (unsigned i = 0; r >= 0 && i < n; i++)
        r = sd_bus_message_append(m, "s", d->app->services[i]);
    return r < 0 ? r : sd_bus_message_close_container(m);
}

static const struct sim_property device_properties[] = {
    {"Address", "s", NULL, get_address, NULL},
    {"AddressType", "s", NULL, get_address_type, NULL},
    {"Name", "s", has_name, get_name, NULL},
    {"Alias", "s", NULL, get_alias, NULL},
    {"Paired", "b", NULL, get_false, NULL},
    {"Bonded", "b", NULL, get_false, NULL},
    {"Trusted", "b", NULL, get_false, NULL},
    {"Blocked", "b", NULL, get_false, NULL},
    {"LegacyPairing", "b", NULL, get_false, NULL},
    {"RSSI", "n", has_rssi, get_rssi, NULL},
    {"Connected", "b", NULL, get_connected, NULL},
    {"UUIDs", "as", NULL, get_uuids, NULL},
    {"Adapter", "o", NULL, get_adapter, NULL},
    {"ServicesResolved", "b", NULL, get_resolved, NULL},
    {NULL},
};

/* --- heard ------------------------------------------------------------------------------------ */

/* First without the name: the scan response comes later. */
void sim_device_report(struct sim_device *d)
{
    int64_t now_us = loop_now_us(d->object.z->loop);

    timer_stop(&d->forget);
    d->rssi = d->rssi_base + (int)sim_random(d, 7) - 3;
    if (!d->object.shown) {
        d->first_report_us = now_us;
        d->known_name = d->faults.name_ms == 0;
        sim_object_show(&d->object);
        return;
    }
    if (!d->known_name && now_us - d->first_report_us >= d->faults.name_ms * US_PER_MS) {
        d->known_name = true;
        sim_object_changed(&d->object, "Name", "Alias", "RSSI", NULL);
    } else {
        sim_object_changed(&d->object, "RSSI", NULL);
    }
}

/* Nobody looks for it and nobody uses it. */
static void forget_later(struct sim_device *d)
{
    if (d->object.shown && d->state == SIM_IDLE && !d->adapter->scanning)
        (void)timer_once(&d->forget, FORGET_US);
}

void sim_device_scan_ended(struct sim_device *d)
{
    if (d->rssi != 0) {
        d->rssi = 0;
        sim_object_changed(&d->object, "RSSI", NULL);
    }
    forget_later(d);
}

static void hide_services(struct sim_device *d)
{
    for (unsigned i = 0; i < d->app->n_chars; i++)
        sim_object_hide(&d->chars[i].object);
    for (unsigned i = 0; i < d->app->n_services; i++)
        sim_object_hide(&d->services[i].object);
    d->n_objects = 0;
}

void sim_device_forget(struct sim_device *d)
{
    timer_stop(&d->forget);
    hide_services(d);
    sim_object_hide(&d->object);
    d->known_name = false;
    d->rssi = 0;
}

static void forget_now(struct timer *t)
{
    sim_device_forget(container_of(t, struct sim_device, forget));
}

/* --- connected -------------------------------------------------------------------------------- */

static void answer(struct sim_device *d, const char *error, const char *text)
{
    sd_bus_message *m = d->asked;

    if (!m)
        return;
    d->asked = NULL;
    if (d->object.z->dbus) {
        (void)dbus_bus(d->object.z->dbus); /* so that it goes out */
        (void)(error ? sim_refuse(m, error, text) : sd_bus_reply_method_return(m, ""));
    }
    sd_bus_message_unref(m);
}

/* Services in order, each followed by its characteristics. */
static struct sim_object *object_at(struct sim_device *d, unsigned at)
{
    for (unsigned s = 0; s < d->app->n_services; s++) {
        if (at-- == 0)
            return &d->services[s].object;
        for (unsigned c = 0; c < d->app->n_chars; c++)
            if (d->app->chars[c].service == s && at-- == 0)
                return &d->chars[c].object;
    }
    return NULL;
}

static void resolve_tick(struct timer *t)
{
    struct sim_device *d = container_of(t, struct sim_device, resolve);
    unsigned n = d->app->n_services + d->app->n_chars;
    unsigned early = n - MIN(n, d->faults.late_objects);

    if (d->n_objects >= early && !d->resolved) {
        d->resolved = true;
        sim_object_changed(&d->object, "UUIDs", "ServicesResolved", NULL);
    } else if (d->n_objects < n) {
        sim_object_show(object_at(d, d->n_objects++));
    }
    if (d->n_objects < n || !d->resolved)
        (void)timer_once(&d->resolve, d->faults.resolve_ms * US_PER_MS);
}

static void connected(struct sim_device *d)
{
    d->state = SIM_CONNECTED;
    d->mtu = d->faults.mtu;
    d->n_sent = 0;
    timer_stop(&d->forget);
    if (d->app->calls->connected)
        d->app->calls->connected(d->app->ctx, d->mtu);
    sim_object_changed(&d->object, "Connected", NULL);
    answer(d, NULL, NULL);
    (void)timer_once(&d->resolve, d->faults.resolve_ms * US_PER_MS);
}

/* Also of what was only about to be a link. The client may have asked for it. */
void sim_device_cut(struct sim_device *d)
{
    enum sim_state was = d->state;

    timer_stop(&d->step);
    timer_stop(&d->resolve);
    timer_stop(&d->cut);
    d->state = SIM_IDLE;
    if (was == SIM_CONNECTED || was == SIM_LEAVING) {
        sim_air_clear(d);
        for (unsigned i = 0; i < d->app->n_chars; i++)
            sim_char_release(&d->chars[i]);
        d->resolved = false;
        if (!d->faults.keep_objects)
            hide_services(d);
        sim_object_changed(&d->object, "ServicesResolved", "Connected", NULL);
    }
    if (was == SIM_LEAVING)
        answer(d, NULL, NULL);
    else
        answer(d, "Failed", "le-connection-abort-by-remote");
    if ((was == SIM_CONNECTED || was == SIM_LEAVING) && d->app->calls->disconnected)
        d->app->calls->disconnected(d->app->ctx, was == SIM_LEAVING);
    forget_later(d);
}

static void step_over(struct timer *t)
{
    struct sim_device *d = container_of(t, struct sim_device, step);

    if (d->state == SIM_CONNECTING && d->advertising) {
        connected(d);
    } else if (d->state == SIM_CONNECTING) {
        d->state = SIM_IDLE;
        answer(d, "Failed", "le-connection-abort-by-local");
        forget_later(d);
    } else if (d->state == SIM_LEAVING) {
        sim_device_cut(d);
    }
}

static void cut_over(struct timer *t)
{
    sim_device_cut(container_of(t, struct sim_device, cut));
}

/* BlueZ waits for a device that is not there until it gives up. */
void sim_device_changed_air(struct sim_device *d)
{
    if (d->state == SIM_CONNECTING)
        (void)timer_once(
            &d->step, d->advertising ? d->faults.connect_ms * US_PER_MS : CONNECT_GIVES_UP_US);
}

/* --- methods ---------------------------------------------------------------------------------- */

static void count_connect(struct sim_device *d)
{
    struct sim_bluez_stats *stats = &d->object.z->stats;
    struct sim_device *x;
    unsigned n = 0;

    stats->connects++;
    stats->connects_while_scanning += d->adapter->scanning;
    list_for_each (x, &d->adapter->devices, link)
        n += x->state == SIM_CONNECTING;
    stats->most_connects_at_once = MAX(stats->most_connects_at_once, n);
}

static int device_connect(struct sim_object *o, sd_bus_message *m)
{
    struct sim_device *d = device_of(o);

    if (!d->adapter->powered)
        return sim_refuse(m, "NotReady", "Resource Not Ready");
    if (d->state == SIM_CONNECTED)
        return sd_bus_reply_method_return(m, "");
    if (d->state != SIM_IDLE)
        return sim_refuse(m, "InProgress", "Operation already in progress");
    d->asked = sd_bus_message_ref(m);
    d->state = SIM_CONNECTING;
    timer_stop(&d->forget);
    count_connect(d);
    sim_device_changed_air(d);
    return 0;
}

static int device_disconnect(struct sim_object *o, sd_bus_message *m)
{
    struct sim_device *d = device_of(o);

    if (d->state == SIM_CONNECTING) {
        sim_device_cut(d);
        return sd_bus_reply_method_return(m, "");
    }
    if (d->state == SIM_IDLE)
        return sim_refuse(m, "NotConnected", "Not Connected");
    if (d->state == SIM_LEAVING)
        return sim_refuse(m, "InProgress", "Operation already in progress");
    d->state = SIM_LEAVING;
    d->asked = sd_bus_message_ref(m);
    return timer_once(&d->step, d->faults.disconnect_ms * US_PER_MS);
}

static const struct sim_method device_methods[] = {
    {"Connect", "", device_connect},
    {"Disconnect", "", device_disconnect},
    {NULL},
};

const struct sim_interface sim_device_interface = {
    "org.bluez.Device1", device_properties, device_methods};

/* --- life ------------------------------------------------------------------------------------- */

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
    timer_init(&d->forget, z->loop, forget_now);
    timer_init(&d->step, z->loop, step_over);
    timer_init(&d->resolve, z->loop, resolve_tick);
    timer_init(&d->cut, z->loop, cut_over);
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
