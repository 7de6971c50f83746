/* sim_object.c - what is on the bus: objects, their properties, and the signals about them. By hand
 * and not by sd-bus's tables, for BlueZ's properties come and go (Name, RSSI). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim_private.h"

#define OBJECT_MANAGER "org.freedesktop.DBus.ObjectManager"
#define PROPERTIES "org.freedesktop.DBus.Properties"

const struct sim_interface *sim_interface_of(const struct sim_object *o)
{
    static const struct sim_interface *const by_kind[] = {
        [SIM_ADAPTER] = &sim_adapter_interface,
        [SIM_DEVICE] = &sim_device_interface,
        [SIM_SERVICE] = &sim_service_interface,
        [SIM_CHAR] = &sim_char_interface,
    };

    return by_kind[o->kind];
}

const struct sim_property *sim_property_of(const struct sim_object *o, const char *name)
{
    for (const struct sim_property *p = sim_interface_of(o)->properties; p->name; p++)
        if (strcmp(p->name, name) == 0 && (!p->has || p->has(o)))
            return p;
    return NULL;
}

void sim_object_init(
    struct sim_object *o, struct sim_bluez *z, enum sim_kind kind, const char *format, ...)
{
    va_list arguments;

    *o = (struct sim_object){.z = z, .kind = kind};
    list_init(&o->link);
    va_start(arguments, format);
    vsnprintf(o->path, sizeof o->path, format, arguments);
    va_end(arguments);
}

struct sim_object *sim_object_find(struct sim_bluez *z, const char *path)
{
    struct sim_object *o;

    list_for_each (o, &z->shown, link)
        if (strcmp(o->path, path) == 0)
            return o;
    return NULL;
}

/* --- messages --------------------------------------------------------------------------------- */

int sim_append_property(sd_bus_message *m, const struct sim_object *o, const struct sim_property *p)
{
    int r = sd_bus_message_open_container(m, 'v', p->type);

    if (r >= 0)
        r = p->get(o, m);
    return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_entry(sd_bus_message *m, const struct sim_object *o, const struct sim_property *p)
{
    int r = sd_bus_message_open_container(m, 'e', "sv");

    if (r >= 0)
        r = sd_bus_message_append(m, "s", p->name);
    if (r >= 0)
        r = sim_append_property(m, o, p);
    return r < 0 ? r : sd_bus_message_close_container(m);
}

int sim_append_properties(sd_bus_message *m, const struct sim_object *o)
{
    int r = sd_bus_message_open_container(m, 'a', "{sv}");

    for (const struct sim_property *p = sim_interface_of(o)->properties; r >= 0 && p->name; p++)
        if (!p->has || p->has(o))
            r = append_entry(m, o, p);
    return r < 0 ? r : sd_bus_message_close_container(m);
}

int sim_append_interfaces(sd_bus_message *m, const struct sim_object *o)
{
    int r = sd_bus_message_open_container(m, 'a', "{sa{sv}}");

    if (r >= 0)
        r = sd_bus_message_append(
            m, "{sa{sv}}{sa{sv}}", "org.freedesktop.DBus.Introspectable", 0, PROPERTIES, 0);
    if (r >= 0)
        r = sd_bus_message_open_container(m, 'e', "sa{sv}");
    if (r >= 0)
        r = sd_bus_message_append(m, "s", sim_interface_of(o)->name);
    if (r >= 0)
        r = sim_append_properties(m, o);
    if (r >= 0)
        r = sd_bus_message_close_container(m);
    return r < 0 ? r : sd_bus_message_close_container(m);
}

/* --- signals ---------------------------------------------------------------------------------- */

static sd_bus_message *signal_new(
    struct sim_bluez *z, const char *path, const char *interface, const char *member)
{
    sd_bus_message *m = NULL;

    return z->dbus && sd_bus_message_new_signal(dbus_bus(z->dbus), &m, path, interface, member) >= 0
        ? m
        : NULL;
}

static void signal_send(struct sim_bluez *z, sd_bus_message *m, int r)
{
    if (r >= 0)
        (void)sd_bus_send(dbus_bus(z->dbus), m, NULL);
    sd_bus_message_unref(m);
}

void sim_object_show(struct sim_object *o)
{
    sd_bus_message *m;

    if (o->shown)
        return;
    o->shown = true;
    list_append(&o->z->shown, &o->link);
    m = signal_new(o->z, "/", OBJECT_MANAGER, "InterfacesAdded");
    if (m) {
        int r = sd_bus_message_append(m, "o", o->path);
        signal_send(o->z, m, r < 0 ? r : sim_append_interfaces(m, o));
    }
}

void sim_object_hide(struct sim_object *o)
{
    sd_bus_message *m;

    if (!o->shown)
        return;
    o->shown = false;
    list_remove(&o->link);
    m = signal_new(o->z, "/", OBJECT_MANAGER, "InterfacesRemoved");
    if (m)
        signal_send(o->z, m,
            sd_bus_message_append(m, "oas", o->path, 3, "org.freedesktop.DBus.Introspectable",
                PROPERTIES, sim_interface_of(o)->name));
}

static int append_changed(
    sd_bus_message *m, const struct sim_object *o, const char *first, va_list names, bool present)
{
    int r = sd_bus_message_open_container(m, 'a', present ? "{sv}" : "s");

    for (const char *name = first; r >= 0 && name; name = va_arg(names, const char *)) {
        const struct sim_property *p = sim_property_of(o, name);

        if (present && p)
            r = append_entry(m, o, p);
        else if (!present && !p)
            r = sd_bus_message_append(m, "s", name);
    }
    return r < 0 ? r : sd_bus_message_close_container(m);
}

void sim_object_changed(struct sim_object *o, const char *name, ...)
{
    sd_bus_message *m =
        o->shown ? signal_new(o->z, o->path, PROPERTIES, "PropertiesChanged") : NULL;
    va_list names, again;
    int r;

    if (!m)
        return;
    va_start(names, name);
    va_copy(again, names);
    r = sd_bus_message_append(m, "s", sim_interface_of(o)->name);
    if (r >= 0)
        r = append_changed(m, o, name, names, true);
    if (r >= 0)
        r = append_changed(m, o, name, again, false);
    va_end(again);
    va_end(names);
    signal_send(o->z, m, r);
}
