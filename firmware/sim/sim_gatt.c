/* sim_gatt.c - org.bluez.GattService1 and GattCharacteristic1: their properties and methods. */
#include "sim_private.h"

struct sim_char *sim_char_of(const struct sim_object *o)
{
    return container_of(o, struct sim_char, object);
}

unsigned sim_char_props(const struct sim_object *o)
{
    return sim_char_of(o)->device->app->chars[sim_char_of(o)->index].props;
}

bool sim_char_wanted(const struct sim_char *c)
{
    return c->notify_fd >= 0 || c->notifier[0] != '\0';
}

/* --- properties ------------------------------------------------------------------------------- */

static int get_service_uuid(const struct sim_object *o, sd_bus_message *m)
{
    const struct sim_service *s = container_of(o, struct sim_service, object);

    return sd_bus_message_append(m, "s", s->device->app->services[s->index]);
}

static int get_device(const struct sim_object *o, sd_bus_message *m)
{
    return sd_bus_message_append(
        m, "o", container_of(o, struct sim_service, object)->device->object.path);
}

static int get_true(const struct sim_object *o, sd_bus_message *m)
{
    return sd_bus_message_append(m, "b", 1);
}

static int get_none(const struct sim_object *o, sd_bus_message *m)
{
    return sd_bus_message_append(m, "ao", 0);
}

static const struct sim_property service_properties[] = {
    {"UUID", "s", NULL, get_service_uuid, NULL},
    {"Device", "o", NULL, get_device, NULL},
    {"Primary", "b", NULL, get_true, NULL},
    {"Includes", "ao", NULL, get_none, NULL},
    {NULL},
};
static const struct sim_method no_methods[] = {{NULL}};
const struct sim_interface sim_service_interface = {
    "org.bluez.GattService1", service_properties, no_methods};

static int get_uuid(const struct sim_object *o, sd_bus_message *m)
{
    return sd_bus_message_append(
        m, "s", sim_char_of(o)->device->app->chars[sim_char_of(o)->index].uuid);
}

static int get_service(const struct sim_object *o, sd_bus_message *m)
{
    return sd_bus_message_append(
        m, "o", sim_char_of(o)->device->services[sim_char_of(o)->service].object.path);
}

static int get_flags(const struct sim_object *o, sd_bus_message *m)
{
    static const struct {
        unsigned prop;
        const char *name;
    } flags[] = {{GATT_READ, "read"}, {GATT_WRITE_COMMAND, "write-without-response"},
        {GATT_WRITE, "write"}, {GATT_NOTIFY, "notify"}};
    int r = sd_bus_message_open_container(m, 'a', "s");

    for (size_t i = 0; r >= 0 && i < N_ELEMENTS(flags); i++)
        if (sim_char_props(o) & flags[i].prop)
            r = sd_bus_message_append(m, "s", flags[i].name);
    return r < 0 ? r : sd_bus_message_close_container(m);
}

static bool has_value(const struct sim_object *o)
{
    return sim_char_of(o)->value != NULL;
}

static int get_value(const struct sim_object *o, sd_bus_message *m)
{
    return sd_bus_message_append_array(m, 'y', sim_char_of(o)->value, sim_char_of(o)->n_value);
}

bool sim_char_can_notify(const struct sim_object *o)
{
    return sim_char_props(o) & GATT_NOTIFY;
}

bool sim_char_can_command(const struct sim_object *o)
{
    return sim_char_props(o) & GATT_WRITE_COMMAND;
}

static int get_notifying(const struct sim_object *o, sd_bus_message *m)
{
    return sd_bus_message_append(m, "b", sim_char_wanted(sim_char_of(o)));
}

static int get_notify_acquired(const struct sim_object *o, sd_bus_message *m)
{
    return sd_bus_message_append(m, "b", sim_char_of(o)->notify_fd >= 0);
}

static int get_write_acquired(const struct sim_object *o, sd_bus_message *m)
{
    return sd_bus_message_append(m, "b", sim_char_of(o)->write_fd >= 0);
}

bool sim_char_connected(const struct sim_object *o)
{
    return sim_device_connected(sim_char_of(o)->device);
}

static int get_mtu(const struct sim_object *o, sd_bus_message *m)
{
    return sd_bus_message_append(m, "q", (uint16_t)sim_char_of(o)->device->mtu);
}

static const struct sim_property char_properties[] = {
    {"UUID", "s", NULL, get_uuid, NULL},
    {"Service", "o", NULL, get_service, NULL},
    {"Value", "ay", has_value, get_value, NULL},
    {"Notifying", "b", sim_char_can_notify, get_notifying, NULL},
    {"Flags", "as", NULL, get_flags, NULL},
    {"WriteAcquired", "b", sim_char_can_command, get_write_acquired, NULL},
    {"NotifyAcquired", "b", sim_char_can_notify, get_notify_acquired, NULL},
    {"MTU", "q", sim_char_connected, get_mtu, NULL},
    {NULL},
};

static const struct sim_method char_methods[] = {
    {"ReadValue", "a{sv}", sim_read_value},
    {"WriteValue", "aya{sv}", sim_write_value},
    {"StartNotify", "", sim_start_notify},
    {"StopNotify", "", sim_stop_notify},
    {"AcquireNotify", "a{sv}", sim_acquire_notify},
    {"AcquireWrite", "a{sv}", sim_acquire_write},
    {NULL},
};

const struct sim_interface sim_char_interface = {
    "org.bluez.GattCharacteristic1", char_properties, char_methods};
