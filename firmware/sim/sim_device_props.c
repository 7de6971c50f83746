/* sim_device_props.c - the properties of org.bluez.Device1. */
#include "sim_private.h"

static int get_address(const struct sim_object *o, sd_bus_message *m)
{
    return sd_bus_message_append(m, "s", sim_device_of(o)->address);
}

static int get_address_type(const struct sim_object *o, sd_bus_message *m)
{
    return sd_bus_message_append(m, "s", "public");
}

static bool has_name(const struct sim_object *o)
{
    return sim_device_of(o)->known_name;
}

static int get_name(const struct sim_object *o, sd_bus_message *m)
{
    return sd_bus_message_append(m, "s", sim_device_of(o)->app->name);
}

static int get_alias(const struct sim_object *o, sd_bus_message *m)
{
    char text[18];

    if (has_name(o))
        return get_name(o, m);
    for (unsigned i = 0; i < sizeof text; i++)
        text[i] = sim_device_of(o)->address[i] == ':' ? '-' : sim_device_of(o)->address[i];
    return sd_bus_message_append(m, "s", text);
}

static int get_false(const struct sim_object *o, sd_bus_message *m)
{
    return sd_bus_message_append(m, "b", 0);
}

static bool has_rssi(const struct sim_object *o)
{
    return sim_device_of(o)->rssi != 0;
}

static int get_rssi(const struct sim_object *o, sd_bus_message *m)
{
    return sd_bus_message_append(m, "n", (int16_t)sim_device_of(o)->rssi);
}

static int get_connected(const struct sim_object *o, sd_bus_message *m)
{
    return sd_bus_message_append(m, "b", sim_device_connected(sim_device_of(o)));
}

static int get_resolved(const struct sim_object *o, sd_bus_message *m)
{
    return sd_bus_message_append(m, "b", sim_device_of(o)->resolved);
}

static int get_adapter(const struct sim_object *o, sd_bus_message *m)
{
    return sd_bus_message_append(m, "o", sim_device_of(o)->adapter->object.path);
}

/* Before it was connected only what it advertises. */
static int get_uuids(const struct sim_object *o, sd_bus_message *m)
{
    const struct sim_device *d = sim_device_of(o);
    unsigned n = d->resolved ? d->app->n_services : MIN(d->app->n_services, 1u);
    int r = sd_bus_message_open_container(m, 'a', "s");

    for (unsigned i = 0; r >= 0 && i < n; i++)
        r = sd_bus_message_append(m, "s", d->app->services[i]);
    return r < 0 ? r : sd_bus_message_close_container(m);
}

const struct sim_property sim_device_properties[] = {
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
