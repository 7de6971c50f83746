/* sim_gatt_values.c - values of characteristics over the bus: read, written, notified by signals. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "gatt_reply.h"
#include "sim_private.h"

static uint16_t read_offset(sd_bus_message *m, const char **ret_type)
{
    uint16_t offset = 0;
    const char *key;

    if (sd_bus_message_enter_container(m, 'a', "{sv}") < 0)
        return 0;
    while (sd_bus_message_enter_container(m, 'e', "sv") > 0) {
        (void)sd_bus_message_read(m, "s", &key);
        if (strcmp(key, "offset") == 0)
            (void)sd_bus_message_read(m, "v", "q", &offset);
        else if (strcmp(key, "type") == 0 && ret_type)
            (void)sd_bus_message_read(m, "v", "s", ret_type);
        else
            (void)sd_bus_message_skip(m, "v");
        (void)sd_bus_message_exit_container(m);
    }
    return offset;
}

static int refuse_att(sd_bus_message *m)
{
    return sim_refuse(m, "Failed", "Operation failed with ATT error: 0x0e");
}

int sim_read_value(struct sim_object *o, sd_bus_message *m)
{
    const struct gatt_app *a = sim_char_of(o)->device->app;
    uint8_t bytes[GATT_VALUE_MAX];
    uint16_t offset = read_offset(m, NULL);
    int n;

    if (!sim_char_connected(o))
        return sim_refuse(m, "Failed", "Not connected");
    if (!(sim_char_props(o) & GATT_READ) || !a->calls->read)
        return sim_refuse(m, "NotPermitted", "Read not permitted");
    o->z->stats.read++;
    n = a->calls->read(a->ctx, sim_char_of(o)->index, bytes, sizeof bytes);
    if (n < 0)
        return refuse_att(m);
    if (offset > n)
        return sim_refuse(m, "InvalidOffset", "Invalid offset");
    return gatt_reply(m, bytes + offset, (size_t)n - offset);
}

int sim_char_written(struct sim_char *c, const void *bytes, size_t n, bool with_response)
{
    const struct gatt_app *a = c->device->app;

    c->object.z->stats.written++;
    return a->calls->written ? a->calls->written(a->ctx, c->index, bytes, n, with_response) : 0;
}

/* As BlueZ chooses: by the type that is asked for, where the characteristic has it. */
int sim_write_value(struct sim_object *o, sd_bus_message *m)
{
    struct sim_char *c = sim_char_of(o);
    const void *bytes = NULL;
    const char *type = NULL;
    size_t n = 0;

    if (sd_bus_message_read_array(m, 'y', &bytes, &n) < 0)
        return -EINVAL;
    (void)read_offset(m, &type);
    if (!sim_char_connected(o))
        return sim_refuse(m, "Failed", "Not connected");
    if (n > GATT_VALUE_MAX)
        return sim_refuse(m, "InvalidValueLength", "Invalid Length");
    if ((sim_char_props(o) & GATT_WRITE) && (!type || strcmp(type, "request") == 0))
        return sim_char_written(c, bytes, n, true) < 0 ? refuse_att(m)
                                                       : sd_bus_reply_method_return(m, "");
    if (!sim_char_can_command(o) || (type && strcmp(type, "command") != 0))
        return sim_refuse(m, "NotSupported", "Operation is not supported");
    if (n > c->device->mtu - 3)
        return sim_refuse(m, "Failed", "Failed to initiate write");
    (void)sim_char_written(c, bytes, n, false);
    return sd_bus_reply_method_return(m, "");
}

int sim_start_notify(struct sim_object *o, sd_bus_message *m)
{
    struct sim_char *c = sim_char_of(o);
    int r;

    if (!sim_char_connected(o))
        return sim_refuse(m, "Failed", "Not connected");
    if (!sim_char_can_notify(o))
        return sim_refuse(m, "NotSupported", "Operation is not supported");
    if (c->notify_fd >= 0)
        return sim_refuse(m, "NotPermitted", "Notify acquired");
    if (c->notifier[0])
        return sim_refuse(m, "InProgress", "Operation already in progress");
    snprintf(c->notifier, sizeof c->notifier, "%s", sd_bus_message_get_sender(m));
    sim_object_changed(o, "Notifying", NULL);
    r = sd_bus_reply_method_return(m, "");
    sim_char_subscribed(c, true);
    return r;
}

int sim_stop_notify(struct sim_object *o, sd_bus_message *m)
{
    struct sim_char *c = sim_char_of(o);

    if (strcmp(c->notifier, sd_bus_message_get_sender(m)) != 0)
        return sim_refuse(m, "Failed", "No notify session started");
    sim_char_forget_client(c, c->notifier);
    return sd_bus_reply_method_return(m, "");
}
