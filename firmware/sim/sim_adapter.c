/* sim_adapter.c - org.bluez.Adapter1: power, and who scans for what. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "loop/loop.h"
#include "sim_private.h"

/* How often everything that advertises is heard. */
#define REPORT_US (100 * US_PER_MS)

static struct sim_adapter *adapter_of(const struct sim_object *o)
{
    return container_of(o, struct sim_adapter, object);
}

/* --- properties ------------------------------------------------------------------------------- */

static int get_address(const struct sim_object *o, sd_bus_message *m)
{
    char text[18];

    snprintf(
        text, sizeof text, "00:AA:01:%02X:00:%02X", adapter_of(o)->index, adapter_of(o)->index);
    return sd_bus_message_append(m, "s", text);
}

static int get_address_type(const struct sim_object *o, sd_bus_message *m)
{
    return sd_bus_message_append(m, "s", "public");
}

static int get_name(const struct sim_object *o, sd_bus_message *m)
{
    char text[32];

    snprintf(text, sizeof text, "warren-sim #%u", adapter_of(o)->index + 1);
    return sd_bus_message_append(m, "s", text);
}

static int get_class(const struct sim_object *o, sd_bus_message *m)
{
    return sd_bus_message_append(m, "u", 0);
}

static int get_false(const struct sim_object *o, sd_bus_message *m)
{
    return sd_bus_message_append(m, "b", 0);
}

static int get_powered(const struct sim_object *o, sd_bus_message *m)
{
    return sd_bus_message_append(m, "b", adapter_of(o)->powered);
}

static int get_discovering(const struct sim_object *o, sd_bus_message *m)
{
    return sd_bus_message_append(m, "b", adapter_of(o)->scanning);
}

static int get_roles(const struct sim_object *o, sd_bus_message *m)
{
    return sd_bus_message_append(m, "as", 1, "central");
}

static int set_powered(struct sim_object *o, sd_bus_message *m)
{
    int on;

    if (sd_bus_message_read(m, "b", &on) < 0)
        return -EINVAL;
    sim_bluez_power(o->z, adapter_of(o)->index, on);
    return sd_bus_reply_method_return(m, "");
}

static const struct sim_property adapter_properties[] = {
    {"Address", "s", NULL, get_address, NULL},
    {"AddressType", "s", NULL, get_address_type, NULL},
    {"Name", "s", NULL, get_name, NULL},
    {"Alias", "s", NULL, get_name, NULL},
    {"Class", "u", NULL, get_class, NULL},
    {"Powered", "b", NULL, get_powered, set_powered},
    {"Discoverable", "b", NULL, get_false, NULL},
    {"Pairable", "b", NULL, get_false, NULL},
    {"Discovering", "b", NULL, get_discovering, NULL},
    {"Roles", "as", NULL, get_roles, NULL},
    {NULL},
};

/* --- who scans -------------------------------------------------------------------------------- */

static struct sim_session *session_find(struct sim_adapter *a, const char *sender)
{
    struct sim_session *s;

    list_for_each (s, &a->sessions, link)
        if (strcmp(s->sender, sender) == 0)
            return s;
    return NULL;
}

static struct sim_session *session_of(struct sim_adapter *a, const char *sender)
{
    struct sim_session *s = session_find(a, sender);

    if (s || a->n_sessions == SIM_SESSIONS_MAX || !(s = calloc(1, sizeof *s)))
        return s;
    snprintf(s->sender, sizeof s->sender, "%s", sender);
    list_append(&a->sessions, &s->link);
    a->n_sessions++;
    return s;
}

static void session_free(struct sim_adapter *a, struct sim_session *s)
{
    list_remove(&s->link);
    a->n_sessions--;
    free(s);
}

static bool anybody_scans(const struct sim_adapter *a)
{
    struct sim_session *s;

    list_for_each (s, &a->sessions, link)
        if (s->scanning)
            return true;
    return false;
}

static void update_scan(struct sim_adapter *a)
{
    bool scan = a->plugged && a->powered && anybody_scans(a);
    struct sim_device *d;

    if (scan == a->scanning)
        return;
    a->scanning = scan;
    sim_object_changed(&a->object, "Discovering", NULL);
    if (scan) {
        (void)timer_every(&a->scan, REPORT_US);
        return;
    }
    timer_stop(&a->scan);
    list_for_each (d, &a->devices, link)
        sim_device_scan_ended(d);
}

static bool has_service(const struct gatt_app *app, const struct sim_session *s)
{
    for (unsigned i = 0; i < s->n_uuids; i++)
        if (app->n_services > 0 && strcasecmp(app->services[0], s->uuids[i]) == 0)
            return true;
    return s->n_uuids == 0;
}

static bool matches(const struct sim_session *s, const struct sim_device *d)
{
    size_t n = strlen(s->pattern);

    return s->scanning && has_service(d->app, s) && (s->rssi == 0 || d->rssi_base >= s->rssi) &&
        (n == 0 || strncmp(d->address, s->pattern, n) == 0 ||
            strncmp(d->app->name, s->pattern, n) == 0);
}

static void scan_tick(struct timer *t)
{
    struct sim_adapter *a = container_of(t, struct sim_adapter, scan);
    struct sim_device *d;
    struct sim_session *s;

    list_for_each (d, &a->devices, link) {
        bool wanted = false;

        if (!d->advertising || d->state == SIM_CONNECTED || d->state == SIM_LEAVING)
            continue;
        list_for_each (s, &a->sessions, link)
            wanted |= matches(s, d);
        if (wanted)
            sim_device_report(d);
    }
}

/* --- methods ---------------------------------------------------------------------------------- */

static int start_discovery(struct sim_object *o, sd_bus_message *m)
{
    struct sim_adapter *a = adapter_of(o);
    struct sim_session *s;

    if (!a->powered)
        return sim_refuse(m, "NotReady", "Resource Not Ready");
    s = session_of(a, sd_bus_message_get_sender(m));
    if (!s)
        return sim_refuse(m, "Failed", "Too many clients");
    if (s->scanning || a->n_busy > 0) {
        a->n_busy -= a->n_busy > 0;
        return sim_refuse(m, "InProgress", "Operation already in progress");
    }
    s->scanning = true;
    o->z->stats.scans++;
    int r = sd_bus_reply_method_return(m, "");
    update_scan(a);
    return r;
}

static int stop_discovery(struct sim_object *o, sd_bus_message *m)
{
    struct sim_adapter *a = adapter_of(o);
    struct sim_session *s = session_find(a, sd_bus_message_get_sender(m));

    if (!a->powered)
        return sim_refuse(m, "NotReady", "Resource Not Ready");
    if (!s || !s->scanning)
        return sim_refuse(m, "Failed", "No discovery started");
    s->scanning = false;
    int r = sd_bus_reply_method_return(m, "");
    update_scan(a);
    return r;
}

static int read_uuids(sd_bus_message *m, struct sim_session *s)
{
    const char *uuid;
    int r = sd_bus_message_enter_container(m, 'v', "as");

    if (r > 0)
        r = sd_bus_message_enter_container(m, 'a', "s");
    while (r > 0 && (r = sd_bus_message_read(m, "s", &uuid)) > 0)
        if (s->n_uuids < SIM_FILTER_UUIDS_MAX)
            snprintf(s->uuids[s->n_uuids++], SIM_UUID_MAX, "%s", uuid);
    if (r >= 0)
        r = sd_bus_message_exit_container(m);
    return r < 0 ? r : sd_bus_message_exit_container(m);
}

static int read_filter_entry(sd_bus_message *m, struct sim_session *s)
{
    const char *key, *text;
    int16_t rssi;
    int r = sd_bus_message_read(m, "s", &key);

    if (r < 0)
        return r;
    if (strcmp(key, "UUIDs") == 0)
        return read_uuids(m, s);
    if (strcmp(key, "Pattern") == 0) {
        r = sd_bus_message_read(m, "v", "s", &text);
        if (r > 0)
            snprintf(s->pattern, sizeof s->pattern, "%s", text);
        return r;
    }
    if (strcmp(key, "RSSI") == 0) {
        r = sd_bus_message_read(m, "v", "n", &rssi);
        s->rssi = rssi;
        return r;
    }
    return sd_bus_message_skip(m, "v"); /* Transport, DuplicateData … */
}

static int read_filter(sd_bus_message *m, struct sim_session *s)
{
    int r = sd_bus_message_enter_container(m, 'a', "{sv}");

    while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
        r = read_filter_entry(m, s);
        if (r >= 0)
            r = sd_bus_message_exit_container(m);
    }
    return r;
}

static int set_filter(struct sim_object *o, sd_bus_message *m)
{
    struct sim_session *s = session_of(adapter_of(o), sd_bus_message_get_sender(m));

    if (!s)
        return sim_refuse(m, "Failed", "Too many clients");
    s->n_uuids = 0;
    s->pattern[0] = '\0';
    s->rssi = 0;
    return read_filter(m, s) < 0
        ? sim_refuse(m, "InvalidArguments", "Invalid arguments in method call")
        : sd_bus_reply_method_return(m, "");
}

static int remove_device(struct sim_object *o, sd_bus_message *m)
{
    const char *path;
    struct sim_object *found;

    if (sd_bus_message_read(m, "o", &path) < 0)
        return -EINVAL;
    found = sim_object_find(o->z, path);
    if (!found || found->kind != SIM_DEVICE)
        return sim_refuse(m, "DoesNotExist", "Does Not Exist");
    struct sim_device *d = container_of(found, struct sim_device, object);
    sim_device_cut(d);
    sim_device_forget(d);
    return sd_bus_reply_method_return(m, "");
}

static const struct sim_method adapter_methods[] = {
    {"StartDiscovery", "", start_discovery},
    {"StopDiscovery", "", stop_discovery},
    {"SetDiscoveryFilter", "a{sv}", set_filter},
    {"RemoveDevice", "o", remove_device},
    {NULL},
};

const struct sim_interface sim_adapter_interface = {
    "org.bluez.Adapter1", adapter_properties, adapter_methods};

/* --- life ------------------------------------------------------------------------------------- */

void sim_adapter_init(struct sim_bluez *z, unsigned index)
{
    struct sim_adapter *a = &z->adapters[index];

    sim_object_init(&a->object, z, SIM_ADAPTER, "/org/bluez/hci%u", index);
    a->index = index;
    a->plugged = a->powered = true;
    list_init(&a->devices);
    list_init(&a->sessions);
    timer_init(&a->scan, z->loop, scan_tick);
}

void sim_adapter_forget_client(struct sim_adapter *a, const char *sender)
{
    struct sim_session *s = session_find(a, sender);

    if (s)
        session_free(a, s);
    update_scan(a);
}

void sim_adapter_stop(struct sim_adapter *a)
{
    struct sim_device *d;

    list_for_each (d, &a->devices, link)
        sim_device_cut(d);
    while (!list_empty(&a->sessions))
        session_free(a, list_first(&a->sessions, struct sim_session, link));
    update_scan(a);
}

void sim_bluez_power(struct sim_bluez *z, unsigned adapter, bool on)
{
    struct sim_adapter *a = z->adapters + MIN(adapter, z->n_adapters - 1);

    if (adapter >= z->n_adapters || a->powered == on)
        return;
    if (!on)
        sim_adapter_stop(a);
    a->powered = on;
    sim_object_changed(&a->object, "Powered", NULL);
}

void sim_bluez_busy(struct sim_bluez *z, unsigned adapter, unsigned n)
{
    if (adapter < z->n_adapters)
        z->adapters[adapter].n_busy = n;
}

void sim_bluez_plug(struct sim_bluez *z, unsigned adapter, bool in)
{
    struct sim_adapter *a = z->adapters + MIN(adapter, z->n_adapters - 1);
    struct sim_device *d;

    if (adapter >= z->n_adapters || a->plugged == in)
        return;
    a->plugged = a->powered = in;
    if (in) {
        if (z->ready)
            sim_object_show(&a->object);
        return;
    }
    sim_adapter_stop(a);
    list_for_each (d, &a->devices, link)
        sim_device_forget(d);
    sim_object_hide(&a->object);
}
