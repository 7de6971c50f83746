/* real_objects.c - the GATT application's objects as BlueZ wants to see them, and its calls. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gatt_reply.h"
#include "loop/watch_fd.h"
#include "real_private.h"

/* Of the socket to bluetoothd: about 25 notifications with what the kernel counts for each. By
 * default there were 200, and a camera that goes back to an earlier byte would have to wait for all
 * of them. */
#define SEND_BUFFER_BYTES 16384

/* --- properties ------------------------------------------------------------------------------- */

static int get_service_uuid(sd_bus *bus, const char *path, const char *interface, const char *name,
    sd_bus_message *m, void *ctx, sd_bus_error *e)
{
    const struct real_service *s = ctx;

    return sd_bus_message_append(m, "s", s->bluez->app->services[s->index]);
}

static int get_primary(sd_bus *bus, const char *path, const char *interface, const char *name,
    sd_bus_message *m, void *ctx, sd_bus_error *e)
{
    return sd_bus_message_append(m, "b", 1);
}

static const struct gatt_char *model(const struct real_char *c)
{
    return &c->bluez->app->chars[c->index];
}

static int get_uuid(sd_bus *bus, const char *path, const char *interface, const char *name,
    sd_bus_message *m, void *ctx, sd_bus_error *e)
{
    return sd_bus_message_append(m, "s", model(ctx)->uuid);
}

static int get_service(sd_bus *bus, const char *path, const char *interface, const char *name,
    sd_bus_message *m, void *ctx, sd_bus_error *e)
{
    const struct real_char *c = ctx;

    return sd_bus_message_append(m, "o", c->bluez->services[model(c)->service].path);
}

static int get_flags(sd_bus *bus, const char *path, const char *interface, const char *name,
    sd_bus_message *m, void *ctx, sd_bus_error *e)
{
    static const struct {
        unsigned prop;
        const char *name;
    } flags[] = {{GATT_READ, "read"}, {GATT_WRITE, "write"},
        {GATT_WRITE_COMMAND, "write-without-response"}, {GATT_NOTIFY, "notify"},
        {GATT_ENCRYPTED, "encrypt-write"}};
    int r = sd_bus_message_open_container(m, 'a', "s");

    for (size_t i = 0; r >= 0 && i < N_ELEMENTS(flags); i++)
        if (model(ctx)->props & flags[i].prop)
            r = sd_bus_message_append(m, "s", flags[i].name);
    return r < 0 ? r : sd_bus_message_close_container(m);
}

static int get_acquired(sd_bus *bus, const char *path, const char *interface, const char *name,
    sd_bus_message *m, void *ctx, sd_bus_error *e)
{
    return sd_bus_message_append(m, "b", ((const struct real_char *)ctx)->fd >= 0);
}

/* --- calls ------------------------------------------------------------------------------------ */

struct call_options {
    uint16_t offset, mtu;
    const char *device, *type;
};

static void read_options(sd_bus_message *m, struct call_options *ret)
{
    const char *key;

    *ret = (struct call_options){.device = "", .type = ""};
    if (sd_bus_message_enter_container(m, 'a', "{sv}") <= 0)
        return;
    while (sd_bus_message_enter_container(m, 'e', "sv") > 0) {
        (void)sd_bus_message_read(m, "s", &key);
        if (strcmp(key, "offset") == 0)
            (void)sd_bus_message_read(m, "v", "q", &ret->offset);
        else if (strcmp(key, "mtu") == 0)
            (void)sd_bus_message_read(m, "v", "q", &ret->mtu);
        else if (strcmp(key, "device") == 0)
            (void)sd_bus_message_read(m, "v", "o", &ret->device);
        else if (strcmp(key, "type") == 0)
            (void)sd_bus_message_read(m, "v", "s", &ret->type);
        else
            (void)sd_bus_message_skip(m, "v");
        (void)sd_bus_message_exit_container(m);
    }
}

static int refuse(sd_bus_message *m, const char *error, const char *text)
{
    return sd_bus_reply_method_errorf(m, error, "%s", text);
}

static int read_value(sd_bus_message *m, void *ctx, sd_bus_error *e)
{
    struct real_char *c = ctx;
    const struct gatt_app *a = c->bluez->app;
    uint8_t bytes[GATT_VALUE_MAX];
    struct call_options o;
    int n;

    read_options(m, &o);
    real_used_by(c->bluez, o.device, o.mtu);
    n = a->calls->read ? a->calls->read(a->ctx, c->index, bytes, sizeof bytes) : -EOPNOTSUPP;
    if (n < 0)
        return refuse(m, "org.bluez.Error.NotPermitted", "Not to be read");
    if (o.offset > n)
        return refuse(m, "org.bluez.Error.InvalidOffset", "Behind the end");
    return gatt_reply(m, bytes + o.offset, (size_t)n - o.offset);
}

static int write_value(sd_bus_message *m, void *ctx, sd_bus_error *e)
{
    struct real_char *c = ctx;
    const struct gatt_app *a = c->bluez->app;
    const void *bytes;
    struct call_options o;
    size_t n;

    if (sd_bus_message_read_array(m, 'y', &bytes, &n) < 0)
        return -EINVAL;
    read_options(m, &o);
    if (o.offset > 0)
        return refuse(m, "org.bluez.Error.InvalidOffset", "Not to be written in pieces");
    real_used_by(c->bluez, o.device, o.mtu);
    if (a->calls->written &&
        a->calls->written(a->ctx, c->index, bytes, n, strcmp(o.type, "command") != 0) < 0)
        return refuse(m, "org.bluez.Error.Failed", "Not taken");
    return sd_bus_reply_method_return(m, "");
}

/* --- notifications ---------------------------------------------------------------------------- */

static void subscribed(struct real_char *c, bool on)
{
    gatt_subscribed(c->bluez->app, c->index, on);
}

static void close_fd(struct real_char *c)
{
    c->watch = watch_fd_free(c->watch);
    close(c->fd);
    c->fd = -1;
    c->full = false;
}

static bool room_at_all(const struct real_bluez *b)
{
    for (unsigned i = 0; i < b->app->n_chars; i++)
        if (b->chars[i].full)
            return false;
    return true;
}

/* Its end is the only thing that comes. */
static void fd_ready(void *ctx, unsigned events)
{
    struct real_char *c = ctx;
    const struct gatt_app *a = c->bluez->app;
    char byte;
    ssize_t n = recv(c->fd, &byte, 1, MSG_DONTWAIT);

    if (n == 0 || (n < 0 && errno != EAGAIN)) {
        close_fd(c);
        subscribed(c, false);
    } else if (c->full && (events & FD_WRITABLE)) {
        c->full = false;
        (void)watch_fd_set(c->watch, FD_READABLE);
        if (room_at_all(c->bluez) && a->calls->room)
            a->calls->room(a->ctx);
    }
}

static int keep(struct real_char *c, int fd)
{
    int bytes = SEND_BUFFER_BYTES, r;

    (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    r = watch_fd_new(c->bluez->loop, fd, fd_ready, c, &c->watch);
    if (r >= 0)
        r = watch_fd_set(c->watch, FD_READABLE);
    if (r < 0) {
        c->watch = watch_fd_free(c->watch);
        return r;
    }
    c->fd = fd;
    return 0;
}

static int acquire_notify(sd_bus_message *m, void *ctx, sd_bus_error *e)
{
    struct real_char *c = ctx;
    struct call_options o;
    int pair[2], r;

    read_options(m, &o);
    if (c->fd >= 0)
        return refuse(m, "org.bluez.Error.NotPermitted", "Acquired already");
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) < 0)
        return -errno;
    r = keep(c, pair[0]);
    if (r < 0)
        close(pair[0]);
    else
        r = sd_bus_reply_method_return(m, "hq", pair[1], o.mtu);
    close(pair[1]); /* sd-bus has a copy */
    if (r < 0)
        return r;
    real_used_by(c->bluez, o.device, o.mtu);
    subscribed(c, true);
    return r;
}

static int notify(struct gatt_app *a, unsigned chr, const void *bytes, size_t n)
{
    struct real_bluez *b = a->shown_by;
    struct real_char *c = chr < a->n_chars ? &b->chars[chr] : NULL;

    if (!c || c->fd < 0)
        return -ENOTCONN;
    if (c->full)
        return -EAGAIN;
    if (b->mtu > 3)
        n = MIN(n, (size_t)b->mtu - 3);
    if (send(c->fd, bytes, n, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0)
        return 0;
    if (errno != EAGAIN)
        return -ENOTCONN;
    c->full = true;
    (void)watch_fd_set(c->watch, FD_READABLE | FD_WRITABLE);
    return -EAGAIN;
}

/* --- together --------------------------------------------------------------------------------- */

#define CONST_PROPERTIES                                                                           \
    SD_BUS_PROPERTY("UUID", "s", get_uuid, 0, SD_BUS_VTABLE_PROPERTY_CONST),                       \
        SD_BUS_PROPERTY("Service", "o", get_service, 0, SD_BUS_VTABLE_PROPERTY_CONST),             \
        SD_BUS_PROPERTY("Flags", "as", get_flags, 0, SD_BUS_VTABLE_PROPERTY_CONST)
#define VALUE_METHODS                                                                              \
    SD_BUS_METHOD("ReadValue", "a{sv}", "ay", read_value, SD_BUS_VTABLE_UNPRIVILEGED),             \
        SD_BUS_METHOD("WriteValue", "aya{sv}", "", write_value, SD_BUS_VTABLE_UNPRIVILEGED)

static const sd_bus_vtable service_vtable[] = {SD_BUS_VTABLE_START(0),
    SD_BUS_PROPERTY("UUID", "s", get_service_uuid, 0, SD_BUS_VTABLE_PROPERTY_CONST),
    SD_BUS_PROPERTY("Primary", "b", get_primary, 0, SD_BUS_VTABLE_PROPERTY_CONST),
    SD_BUS_VTABLE_END};
static const sd_bus_vtable plain_vtable[] = {
    SD_BUS_VTABLE_START(0), CONST_PROPERTIES, VALUE_METHODS, SD_BUS_VTABLE_END};
/* That the property is there tells BlueZ to call AcquireNotify. */
static const sd_bus_vtable notify_vtable[] = {SD_BUS_VTABLE_START(0), CONST_PROPERTIES,
    SD_BUS_PROPERTY("NotifyAcquired", "b", get_acquired, 0, 0), VALUE_METHODS,
    SD_BUS_METHOD("AcquireNotify", "a{sv}", "hq", acquire_notify, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_VTABLE_END};

void real_objects_init(struct real_bluez *b)
{
    for (unsigned i = 0; i < b->app->n_services; i++) {
        b->services[i] = (struct real_service){.bluez = b, .index = i};
        snprintf(b->services[i].path, REAL_PATH_MAX, REAL_APP "/service%u", i);
    }
    for (unsigned i = 0; i < b->app->n_chars; i++) {
        b->chars[i] = (struct real_char){.bluez = b, .index = i, .fd = -1};
        snprintf(b->chars[i].path, REAL_PATH_MAX, REAL_APP "/service%u/char%u",
            b->app->chars[i].service, i);
    }
}

int real_objects_export(struct real_bluez *b)
{
    sd_bus *bus = dbus_bus(b->dbus);
    int r = sd_bus_add_object_manager(bus, NULL, REAL_APP);

    for (unsigned i = 0; r >= 0 && i < b->app->n_services; i++)
        r = sd_bus_add_object_vtable(bus, NULL, b->services[i].path, "org.bluez.GattService1",
            service_vtable, &b->services[i]);
    for (unsigned i = 0; r >= 0 && i < b->app->n_chars; i++)
        r = sd_bus_add_object_vtable(bus, NULL, b->chars[i].path, "org.bluez.GattCharacteristic1",
            b->app->chars[i].props & GATT_NOTIFY ? notify_vtable : plain_vtable, &b->chars[i]);
    return r;
}

void real_objects_release(struct real_bluez *b)
{
    for (unsigned i = 0; i < b->app->n_chars; i++)
        if (b->chars[i].fd >= 0)
            close_fd(&b->chars[i]);
}

static void advertise(struct gatt_app *a, bool on)
{
    struct real_bluez *b = a->shown_by;

    b->advertising = on;
    real_advert_update(b);
}

static void disconnect(struct gatt_app *a)
{
    struct real_bluez *b = a->shown_by;

    if (b->dbus && b->host[0])
        (void)sd_bus_call_method_async(dbus_bus(b->dbus), NULL, "org.bluez", b->host,
            "org.bluez.Device1", "Disconnect", NULL, NULL, NULL);
}

const struct gatt_stack real_stack = {
    .notify = notify, .advertise = advertise, .disconnect = disconnect};
