/* bluez.c - the bus, and bluetoothd on it.
 *
 *     no bus ─ reopen, with back-off ─▶ bus ─ who owns org.bluez? ─▶ bluetoothd ─ GetManagedObjects ─▶ listed
 *        ▲                               │ NameOwnerChanged ▲  │
 *        └────────── it closed ──────────┘                  └──┘
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ble/ble_private.h"

#define REOPEN_MAX_US INT64_C(60000000)
/* At the end a bluetoothd that hangs is waited for no longer. One that does not answers within milliseconds. */
#define LEAVE_US INT64_C(500000)

/* The daemon itself. */
#define BUS_DAEMON "org.freedesktop.DBus"
#define MATCH_OWNER                                                                                \
    "type='signal',sender='" BUS_DAEMON "',interface='org.freedesktop.DBus',"                      \
    "member='NameOwnerChanged',arg0='" BLUEZ "'"
#define MATCH_OBJECTS                                                                              \
    "type='signal',sender='" BLUEZ "',interface='org.freedesktop.DBus.ObjectManager'"
#define MATCH_PROPERTIES                                                                           \
    "type='signal',sender='" BLUEZ "',interface='org.freedesktop.DBus.Properties',"                \
    "member='PropertiesChanged'"

/* Whatever is tried again: the bus, who is bluetoothd, its objects. */
static void reopen_later(struct ble *b)
{
    int64_t us = b->config.times.reopen_us;

    for (unsigned i = 0; i < b->n_reopens && us < REOPEN_MAX_US; i++)
        us *= 2;
    b->n_reopens++;
    timer_once(&b->reopen, MIN(us, REOPEN_MAX_US));
}

/* --- bluetoothd -------------------------------------------------------------------------------- */

static void on_list(struct ble_call *c, int result, sd_bus_message *reply, const char *error)
{
    struct ble *b = container_of(c, struct ble, list_call);

    b->mirror.now_us = loop_now_us(b->loop);
    if (result == 0)
        result = mirror_take_objects(&b->mirror, reply);
    if (result < 0) {
        error_set(&b->no_list, result, "%s", *error ? error : error_name(result));
        reopen_later(b);
    } else {
        b->no_list = ERROR_NULL;
        b->n_reopens = 0;
        b->listed = true;
    }
    if (b->list_again)
        ble_list(b);
    else if (result == 0)
        links_listed(b);
    ble_poke(b);
}

void ble_list(struct ble *b)
{
    b->list_again = ble_call_is_open(&b->list_call);
    if (!b->owner[0] || b->list_again)
        return;
    if (ble_call_start(b, &b->list_call, "/", "org.freedesktop.DBus.ObjectManager",
            "GetManagedObjects", b->config.times.call_us, on_list) < 0)
        reopen_later(b);
}

static void set_owner(struct ble *b, const char *owner)
{
    b->asked = true;
    if (strcmp(b->owner, owner) == 0)
        return;
    ble_call_cancel(&b->list_call);
    if (b->owner[0]) {
        links_fail(b, -ENODEV,
            *owner ? "bluetoothd was started anew" : "bluetoothd ended; the link with it");
        mirror_clear(&b->mirror);
    }
    snprintf(b->owner, sizeof b->owner, "%s", owner);
    b->listed = false;
    b->no_list = ERROR_NULL;
    ble_list(b);
    ble_poke(b);
}

/* Anybody may send us this signal; but the daemon writes who it is from, and its own name is nobody else's. */
static int on_owner_changed(sd_bus_message *m, void *userdata, sd_bus_error *ret_error)
{
    const char *name, *old, *now, *sender = sd_bus_message_get_sender(m);
    struct ble *b = userdata;

    if (!sender || strcmp(sender, BUS_DAEMON) != 0)
        return 0;
    ble_drain(b);
    if (sd_bus_message_read(m, "sss", &name, &old, &now) >= 0 && strcmp(name, BLUEZ) == 0)
        set_owner(b, now);
    return 0;
}

static void on_owner(struct ble_call *c, int result, sd_bus_message *reply, const char *error)
{
    struct ble *b = container_of(c, struct ble, owner_call);
    const char *owner = "";

    if (result == 0)
        sd_bus_message_read(reply, "s", &owner);
    if (result == -ETIMEDOUT)
        reopen_later(b);
    set_owner(b, owner);
    ble_poke(b);
}

static void ask_owner(struct ble *b)
{
    sd_bus_message *m = NULL;
    int r = sd_bus_message_new_method_call(dbus_bus(b->dbus), &m, BUS_DAEMON,
        "/org/freedesktop/DBus", "org.freedesktop.DBus", "GetNameOwner");

    if (r >= 0)
        r = sd_bus_message_append(m, "s", BLUEZ);
    if (r < 0)
        sd_bus_message_unref(m);
    else
        r = ble_call_consume(b, &b->owner_call, m, b->config.times.call_us, on_owner);
    if (r < 0)
        reopen_later(b);
}

/* Anybody may send us a signal that looks like one of bluetoothd's. */
static int on_signal(sd_bus_message *m, void *userdata, sd_bus_error *ret_error)
{
    struct ble *b = userdata;
    const char *sender = sd_bus_message_get_sender(m), *member = sd_bus_message_get_member(m);

    if (!sender || !member || strcmp(sender, b->owner) != 0)
        return 0;
    ble_drain(b);
    b->mirror.now_us = loop_now_us(b->loop);
    if (strcmp(member, "PropertiesChanged") == 0)
        mirror_take_changed(&b->mirror, m);
    else if (strcmp(member, "InterfacesAdded") == 0)
        mirror_take_added(&b->mirror, m);
    else if (strcmp(member, "InterfacesRemoved") == 0)
        mirror_take_removed(&b->mirror, m);
    return 0;
}

/* --- the bus ----------------------------------------------------------------------------------- */

void ble_close_bus(struct ble *b)
{
    b->asked = false;
    b->owner[0] = '\0';
    ble_call_cancel(&b->owner_call);
    ble_call_cancel(&b->list_call);
    mirror_clear(&b->mirror);
    b->listed = false;
    b->dbus = dbus_free(b->dbus);
}

void ble_leave(struct ble *b)
{
    if (b && b->dbus && b->owner[0])
        (void)dbus_wait(b->dbus, b->owner, LEAVE_US);
}

static void on_ready(void *ctx, struct dbus *d)
{
    struct ble *b = ctx;

    b->no_dbus = ERROR_NULL;
}

static void on_closed(void *ctx, struct dbus *d, int why)
{
    struct ble *b = ctx;

    error_set(&b->no_dbus, why, "%s", error_name(why));
    ble_drain(b);
    links_fail(b, -ENODEV, "the D-Bus ended; the link with it");
    ble_close_bus(b);
    reopen_later(b);
    ble_poke(b);
}

static const struct dbus_events dbus_events = {.ready = on_ready, .closed = on_closed};

static int add_matches(struct ble *b)
{
    int r = sd_bus_add_match_async(dbus_bus(b->dbus), NULL, MATCH_OWNER, on_owner_changed, NULL, b);

    if (r >= 0)
        r = sd_bus_add_match_async(dbus_bus(b->dbus), NULL, MATCH_OBJECTS, on_signal, NULL, b);
    if (r >= 0)
        r = sd_bus_add_match_async(dbus_bus(b->dbus), NULL, MATCH_PROPERTIES, on_signal, NULL, b);
    return r;
}

void ble_open_bus(struct ble *b)
{
    const char *address = strcmp(b->config.bus, "system") == 0 ? NULL : b->config.bus;
    int r = dbus_open(b->loop, address, &dbus_events, b, &b->dbus, &b->no_dbus);

    if (r >= 0 && (r = add_matches(b)) < 0) {
        error_set(&b->no_dbus, r, "%s", error_name(r));
        ble_close_bus(b);
    }
    if (r < 0)
        reopen_later(b);
    else
        ask_owner(b);
}

void ble_reopen_due(struct timer *t)
{
    struct ble *b = container_of(t, struct ble, reopen);

    if (!b->dbus)
        ble_poke(b);
    else if (!b->owner[0])
        ask_owner(b);
    else if (!b->listed)
        ble_list(b);
}
