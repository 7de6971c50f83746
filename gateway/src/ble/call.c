#include "ble/call.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <warren/text.h>

#include "ble/ble_private.h"

int ble_bus_errno(const char *name)
{
    static const struct {
        const char *name;
        int code;
    } rows[] = {
        {"org.bluez.Error.AlreadyConnected", -EALREADY},
        {"org.bluez.Error.DoesNotExist", -ENOENT},
        {"org.bluez.Error.InProgress", -EBUSY},
        {"org.bluez.Error.InvalidArguments", -EINVAL},
        {"org.bluez.Error.InvalidLength", -EMSGSIZE},
        {"org.bluez.Error.InvalidOffset", -EINVAL},
        {"org.bluez.Error.InvalidValueLength", -EMSGSIZE},
        {"org.bluez.Error.NotAuthorized", -EACCES},
        {"org.bluez.Error.NotConnected", -ENOTCONN},
        {"org.bluez.Error.NotPermitted", -EPERM},
        {"org.bluez.Error.NotReady", -ENETDOWN},
        {"org.bluez.Error.NotSupported", -EOPNOTSUPP},
        {"org.freedesktop.DBus.Error.AccessDenied", -EACCES},
        {"org.freedesktop.DBus.Error.Disconnected", -ECONNRESET},
        {"org.freedesktop.DBus.Error.NameHasNoOwner", -ENODEV},
        {"org.freedesktop.DBus.Error.NoReply", -ETIMEDOUT},
        {"org.freedesktop.DBus.Error.ServiceUnknown", -ENODEV},
        {"org.freedesktop.DBus.Error.TimedOut", -ETIMEDOUT},
        {"org.freedesktop.DBus.Error.Timeout", -ETIMEDOUT},
        {"org.freedesktop.DBus.Error.UnknownObject", -ENOENT},
        {"org.freedesktop.DBus.Error.UnknownMethod", -ENOENT},
        {"System.Error.ETIMEDOUT", -ETIMEDOUT},
        {"System.Error.ECONNRESET", -ECONNRESET},
    };

    for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
        if (strcmp(rows[i].name, name) == 0)
            return rows[i].code;
    }
    return -EIO;
}

int ble_call_new(struct ble *b, const char *path, const char *interface, const char *member,
    sd_bus_message **ret)
{
    char full[64];

    snprintf(full, sizeof full, "%s%s", strchr(interface, '.') ? "" : BLUEZ ".", interface);
    if (!b->bluez.dbus)
        return -ENOTCONN;
    return sd_bus_message_new_method_call(dbus_bus(b->bluez.dbus), ret, BLUEZ, path, full, member);
}

/* What was received before this answer is told before it. */
static int answered(sd_bus_message *m, void *userdata, sd_bus_error *ret_error)
{
    struct ble_call *c = userdata;
    const sd_bus_error *error = sd_bus_message_get_error(m);
    struct ble *b = c->ble;
    char text[ERROR_TEXT_MAX];
    int r;

    b->answering = c;
    ble_drain(b);
    if (b->answering != c)
        return 0; /* what a driver did then ended it, and it may be gone */
    b->answering = NULL;
    c->slot = sd_bus_slot_unref(c->slot);
    if (!error) {
        c->done(c, 0, m, "");
        return 0;
    }
    r = ble_bus_errno(error->name);
    b->stats.n_timeouts += r == -ETIMEDOUT;
    if (r == -ETIMEDOUT)
        snprintf(text, sizeof text, "bluetoothd did not answer in time");
    else
        wr_text_clean(error->message ? error->message : error->name,
            strlen(error->message ? error->message : error->name), text, sizeof text);
    c->done(c, r, m, text);
    return 0;
}

int ble_call_consume(struct ble *b, struct ble_call *c, sd_bus_message *m, int64_t limit_us,
    void (*done)(struct ble_call *c, int result, sd_bus_message *reply, const char *error))
{
    int r;

    c->ble = b;
    c->done = done;
    r = b->bluez.dbus
        ? sd_bus_call_async(dbus_bus(b->bluez.dbus), &c->slot, m, answered, c, (uint64_t)limit_us)
        : -ENOTCONN;
    sd_bus_message_unref(m);
    return r < 0 ? r : 0;
}

int ble_call_start(struct ble *b, struct ble_call *c, const char *path, const char *interface,
    const char *member, int64_t limit_us,
    void (*done)(struct ble_call *c, int result, sd_bus_message *reply, const char *error))
{
    sd_bus_message *m = NULL;
    int r = ble_call_new(b, path, interface, member, &m);

    return r < 0 ? r : ble_call_consume(b, c, m, limit_us, done);
}

void ble_call_cancel(struct ble_call *c)
{
    if (c->slot && c->ble->answering == c)
        c->ble->answering = NULL;
    c->slot = sd_bus_slot_unref(c->slot);
}

bool ble_call_is_open(const struct ble_call *c)
{
    return c->slot != NULL;
}
