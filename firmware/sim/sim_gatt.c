/* sim_gatt.c - org.bluez.GattService1 and GattCharacteristic1: values over the bus, and over sockets
 * that are handed out. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "loop/loop.h"
#include "loop/watch_fd.h"
#include "sim_private.h"

/* Packets taken from a client's socket per turn. */
#define PACKETS_AT_ONCE 64

static struct sim_char *char_of(const struct sim_object *o)
{
    return container_of(o, struct sim_char, object);
}

static unsigned props_of(const struct sim_object *o)
{
    return char_of(o)->device->app->chars[char_of(o)->index].props;
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
    return sd_bus_message_append(m, "s", char_of(o)->device->app->chars[char_of(o)->index].uuid);
}

static int get_service(const struct sim_object *o, sd_bus_message *m)
{
    return sd_bus_message_append(
        m, "o", char_of(o)->device->services[char_of(o)->service].object.path);
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
        if (props_of(o) & flags[i].prop)
            r = sd_bus_message_append(m, "s", flags[i].name);
    return r < 0 ? r : sd_bus_message_close_container(m);
}

static bool has_value(const struct sim_object *o)
{
    return char_of(o)->value != NULL;
}

static int get_value(const struct sim_object *o, sd_bus_message *m)
{
    return sd_bus_message_append_array(m, 'y', char_of(o)->value, char_of(o)->n_value);
}

static bool can_notify(const struct sim_object *o)
{
    return props_of(o) & GATT_NOTIFY;
}

static bool can_command(const struct sim_object *o)
{
    return props_of(o) & GATT_WRITE_COMMAND;
}

static int get_notifying(const struct sim_object *o, sd_bus_message *m)
{
    return sd_bus_message_append(m, "b", sim_char_wanted(char_of(o)));
}

static int get_notify_acquired(const struct sim_object *o, sd_bus_message *m)
{
    return sd_bus_message_append(m, "b", char_of(o)->notify_fd >= 0);
}

static int get_write_acquired(const struct sim_object *o, sd_bus_message *m)
{
    return sd_bus_message_append(m, "b", char_of(o)->write_fd >= 0);
}

static bool is_connected(const struct sim_object *o)
{
    return sim_device_connected(char_of(o)->device);
}

static int get_mtu(const struct sim_object *o, sd_bus_message *m)
{
    return sd_bus_message_append(m, "q", (uint16_t)char_of(o)->device->mtu);
}

static const struct sim_property char_properties[] = {
    {"UUID", "s", NULL, get_uuid, NULL},
    {"Service", "o", NULL, get_service, NULL},
    {"Value", "ay", has_value, get_value, NULL},
    {"Notifying", "b", can_notify, get_notifying, NULL},
    {"Flags", "as", NULL, get_flags, NULL},
    {"WriteAcquired", "b", can_command, get_write_acquired, NULL},
    {"NotifyAcquired", "b", can_notify, get_notify_acquired, NULL},
    {"MTU", "q", is_connected, get_mtu, NULL},
    {NULL},
};

/* --- subscribed or not ------------------------------------------------------------------------ */

static void subscribed(struct sim_char *c, bool on)
{
    const struct gatt_app *a = c->device->app;

    if (a->calls->subscribed)
        a->calls->subscribed(a->ctx, c->index, on);
}

static void close_notify(struct sim_char *c)
{
    c->notify_watch = watch_fd_free(c->notify_watch);
    close(c->notify_fd);
    c->notify_fd = -1;
    sim_object_changed(&c->object, "NotifyAcquired", "Notifying", NULL);
}

static void close_write(struct sim_char *c)
{
    c->write_watch = watch_fd_free(c->write_watch);
    close(c->write_fd);
    c->write_fd = -1;
    sim_object_changed(&c->object, "WriteAcquired", NULL);
}

/* The program hears of the link's end, not of each subscription's. */
void sim_char_release(struct sim_char *c)
{
    c->notifier[0] = '\0';
    if (c->notify_fd >= 0)
        close_notify(c);
    if (c->write_fd >= 0)
        close_write(c);
}

void sim_char_forget_client(struct sim_char *c, const char *sender)
{
    if (strcmp(c->notifier, sender) != 0)
        return;
    c->notifier[0] = '\0';
    sim_object_changed(&c->object, "Notifying", NULL);
    subscribed(c, false);
}

/* --- values over the bus ---------------------------------------------------------------------- */

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

static int reply_bytes(sd_bus_message *m, const uint8_t *bytes, size_t n)
{
    sd_bus_message *reply = NULL;
    int r = sd_bus_message_new_method_return(m, &reply);

    if (r >= 0)
        r = sd_bus_message_append_array(reply, 'y', bytes, n);
    if (r >= 0)
        r = sd_bus_send(NULL, reply, NULL);
    sd_bus_message_unref(reply);
    return r;
}

static int refuse_att(sd_bus_message *m)
{
    return sim_refuse(m, "Failed", "Operation failed with ATT error: 0x0e");
}

static int read_value(struct sim_object *o, sd_bus_message *m)
{
    const struct gatt_app *a = char_of(o)->device->app;
    uint8_t bytes[GATT_VALUE_MAX];
    uint16_t offset = read_offset(m, NULL);
    int n;

    if (!is_connected(o))
        return sim_refuse(m, "Failed", "Not connected");
    if (!(props_of(o) & GATT_READ) || !a->calls->read)
        return sim_refuse(m, "NotPermitted", "Read not permitted");
    o->z->stats.read++;
    n = a->calls->read(a->ctx, char_of(o)->index, bytes, sizeof bytes);
    if (n < 0)
        return refuse_att(m);
    if (offset > n)
        return sim_refuse(m, "InvalidOffset", "Invalid offset");
    return reply_bytes(m, bytes + offset, (size_t)n - offset);
}

static int written(struct sim_char *c, const void *bytes, size_t n, bool with_response)
{
    const struct gatt_app *a = c->device->app;

    c->object.z->stats.written++;
    return a->calls->written ? a->calls->written(a->ctx, c->index, bytes, n, with_response) : 0;
}

/* As BlueZ chooses: by the type that is asked for, where the characteristic has it. */
static int write_value(struct sim_object *o, sd_bus_message *m)
{
    struct sim_char *c = char_of(o);
    const void *bytes = NULL;
    const char *type = NULL;
    size_t n = 0;

    if (sd_bus_message_read_array(m, 'y', &bytes, &n) < 0)
        return -EINVAL;
    (void)read_offset(m, &type);
    if (!is_connected(o))
        return sim_refuse(m, "Failed", "Not connected");
    if (n > GATT_VALUE_MAX)
        return sim_refuse(m, "InvalidValueLength", "Invalid Length");
    if ((props_of(o) & GATT_WRITE) && (!type || strcmp(type, "request") == 0))
        return written(c, bytes, n, true) < 0 ? refuse_att(m) : sd_bus_reply_method_return(m, "");
    if (!can_command(o) || (type && strcmp(type, "command") != 0))
        return sim_refuse(m, "NotSupported", "Operation is not supported");
    if (n > c->device->mtu - 3)
        return sim_refuse(m, "Failed", "Failed to initiate write");
    (void)written(c, bytes, n, false);
    return sd_bus_reply_method_return(m, "");
}

static int start_notify(struct sim_object *o, sd_bus_message *m)
{
    struct sim_char *c = char_of(o);
    int r;

    if (!is_connected(o))
        return sim_refuse(m, "Failed", "Not connected");
    if (!can_notify(o))
        return sim_refuse(m, "NotSupported", "Operation is not supported");
    if (c->notify_fd >= 0)
        return sim_refuse(m, "NotPermitted", "Notify acquired");
    if (c->notifier[0])
        return sim_refuse(m, "InProgress", "Operation already in progress");
    snprintf(c->notifier, sizeof c->notifier, "%s", sd_bus_message_get_sender(m));
    sim_object_changed(o, "Notifying", NULL);
    r = sd_bus_reply_method_return(m, "");
    subscribed(c, true);
    return r;
}

static int stop_notify(struct sim_object *o, sd_bus_message *m)
{
    struct sim_char *c = char_of(o);

    if (strcmp(c->notifier, sd_bus_message_get_sender(m)) != 0)
        return sim_refuse(m, "Failed", "No notify session started");
    sim_char_forget_client(c, c->notifier);
    return sd_bus_reply_method_return(m, "");
}

/* --- sockets ---------------------------------------------------------------------------------- */

static int hand_out(struct sim_object *o, sd_bus_message *m, void (*ready)(void *, unsigned),
    int *ret_fd, struct watch_fd **ret_watch)
{
    int pair[2], r;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) < 0)
        return -errno;
    r = watch_fd_new(o->z->loop, pair[0], ready, char_of(o), ret_watch);
    if (r >= 0)
        r = watch_fd_set(*ret_watch, FD_READABLE);
    if (r >= 0)
        r = sd_bus_reply_method_return(m, "hq", pair[1], (uint16_t)char_of(o)->device->mtu);
    close(pair[1]); /* sd-bus has a copy */
    if (r < 0) {
        *ret_watch = watch_fd_free(*ret_watch);
        close(pair[0]);
        return r;
    }
    *ret_fd = pair[0];
    return r;
}

/* Nothing is to come here but its end. */
static void notify_ready(void *ctx, unsigned events)
{
    struct sim_char *c = ctx;
    char byte;
    ssize_t n = recv(c->notify_fd, &byte, 1, 0);

    if (n > 0 || (n < 0 && errno == EAGAIN))
        return;
    close_notify(c);
    subscribed(c, false);
}

static void write_ready(void *ctx, unsigned events)
{
    struct sim_char *c = ctx;
    uint8_t bytes[GATT_MTU_MAX + 1];

    for (unsigned i = 0; i < PACKETS_AT_ONCE && c->write_fd >= 0; i++) {
        ssize_t n = recv(c->write_fd, bytes, sizeof bytes, 0);

        if (n < 0 && errno == EAGAIN)
            return;
        if (n <= 0) {
            close_write(c);
            return;
        }
        /* bluetoothd drops what the link cannot carry, without a word. */
        if ((size_t)n <= c->device->mtu - 3)
            (void)written(c, bytes, (size_t)n, false);
    }
}

static int acquire_check(struct sim_object *o, sd_bus_message *m, bool can, bool taken)
{
    if (!is_connected(o))
        return sim_refuse(m, "Failed", "Not connected");
    if (!can || char_of(o)->device->faults.no_acquire)
        return sim_refuse(m, "NotSupported", "Operation is not supported");
    return taken ? sim_refuse(m, "NotPermitted", "Acquired by somebody else") : 0;
}

static int acquire_notify(struct sim_object *o, sd_bus_message *m)
{
    struct sim_char *c = char_of(o);
    int r = acquire_check(o, m, can_notify(o), sim_char_wanted(c));

    if (r != 0)
        return r;
    r = hand_out(o, m, notify_ready, &c->notify_fd, &c->notify_watch);
    if (r < 0)
        return r;
    sim_object_changed(o, "NotifyAcquired", "Notifying", NULL);
    subscribed(c, true);
    return r;
}

static int acquire_write(struct sim_object *o, sd_bus_message *m)
{
    struct sim_char *c = char_of(o);
    int r = acquire_check(o, m, can_command(o), c->write_fd >= 0);

    if (r != 0)
        return r;
    r = hand_out(o, m, write_ready, &c->write_fd, &c->write_watch);
    if (r >= 0)
        sim_object_changed(o, "WriteAcquired", NULL);
    return r;
}

static const struct sim_method char_methods[] = {
    {"ReadValue", "a{sv}", read_value},
    {"WriteValue", "aya{sv}", write_value},
    {"StartNotify", "", start_notify},
    {"StopNotify", "", stop_notify},
    {"AcquireNotify", "a{sv}", acquire_notify},
    {"AcquireWrite", "a{sv}", acquire_write},
    {NULL},
};

const struct sim_interface sim_char_interface = {
    "org.bluez.GattCharacteristic1", char_properties, char_methods};

/* --- notifications ---------------------------------------------------------------------------- */

/* BlueZ, too, drops what a client's full socket does not take. */
void sim_char_deliver(struct sim_char *c, const void *bytes, size_t n)
{
    struct sim_bluez_stats *stats = &c->object.z->stats;

    if (c->notify_fd >= 0) {
        bool sent = send(c->notify_fd, bytes, n, MSG_NOSIGNAL) >= 0;

        stats->notifications += sent;
        stats->dropped += !sent;
    } else if (c->notifier[0]) {
        c->value = bytes;
        c->n_value = n;
        sim_object_changed(&c->object, "Value", NULL);
        c->value = NULL;
        stats->notifications++;
    }
}
