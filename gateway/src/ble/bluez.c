/* bluez.c - bluetoothd, found by dbus_peer.h, and its objects.
 *
 *     bluetoothd came ─ GetManagedObjects ─▶ listed
 *                       ▲ again, with back-off, when it does not answer
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ble/ble_private.h"

#define RELIST_MAX_US INT64_C(60000000)
/* At the end a bluetoothd that hangs is waited for no longer. One that does not answers within milliseconds. */
#define LEAVE_US INT64_C(500000)

#define FROM_BLUEZ "type='signal',sender='" BLUEZ "',"

static const char *const matches[] = {
    FROM_BLUEZ "interface='org.freedesktop.DBus.ObjectManager'",
    FROM_BLUEZ "interface='org.freedesktop.DBus.Properties',member='PropertiesChanged'",
    NULL,
};

/* --- its objects ------------------------------------------------------------------------------- */

static void relist_later(struct ble *b)
{
    int64_t us = b->config.times.reopen_us;

    for (unsigned i = 0; i < b->n_relists && us < RELIST_MAX_US; i++)
        us *= 2;
    b->n_relists++;
    timer_once(&b->relist, MIN(us, RELIST_MAX_US));
}

static void on_list(struct ble_call *c, int result, sd_bus_message *reply, const char *error)
{
    struct ble *b = container_of(c, struct ble, list_call);

    b->mirror.now_us = loop_now_us(b->loop);
    if (result == 0)
        result = mirror_take_objects(&b->mirror, reply);
    if (result < 0) {
        error_set(&b->no_list, result, "%s", *error ? error : error_name(result));
        relist_later(b);
    } else {
        b->no_list = ERROR_NULL;
        b->n_relists = 0;
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
    if (!dbus_peer_is_there(&b->bluez) || b->list_again)
        return;
    if (ble_call_start(b, &b->list_call, "/", "org.freedesktop.DBus.ObjectManager",
            "GetManagedObjects", b->config.times.call_us, on_list) < 0)
        relist_later(b);
}

static void relist_due(struct timer *t)
{
    struct ble *b = container_of(t, struct ble, relist);

    if (!b->listed)
        ble_list(b);
}

/* --- itself ------------------------------------------------------------------------------------ */

static void came(void *ctx)
{
    struct ble *b = ctx;

    b->n_relists = 0;
    ble_list(b);
}

static void forget(struct ble *b)
{
    ble_call_cancel(&b->list_call);
    timer_stop(&b->relist);
    mirror_clear(&b->mirror);
    b->listed = false;
    b->no_list = ERROR_NULL;
}

static void gone(void *ctx, enum dbus_peer_end how)
{
    static const char *const why[] = {
        [DBUS_PEER_ENDED] = "bluetoothd ended; the link with it",
        [DBUS_PEER_REPLACED] = "bluetoothd was started anew",
        [DBUS_PEER_WITHOUT_BUS] = "the D-Bus ended; the link with it",
    };
    struct ble *b = ctx;

    ble_drain(b);
    links_fail(b, -ENODEV, why[how]);
    forget(b);
}

static void on_signal(void *ctx, sd_bus_message *m)
{
    const char *member = sd_bus_message_get_member(m);
    struct ble *b = ctx;

    if (!member)
        return;
    ble_drain(b);
    b->mirror.now_us = loop_now_us(b->loop);
    if (strcmp(member, "PropertiesChanged") == 0)
        mirror_take_changed(&b->mirror, m);
    else if (strcmp(member, "InterfacesAdded") == 0)
        mirror_take_added(&b->mirror, m);
    else if (strcmp(member, "InterfacesRemoved") == 0)
        mirror_take_removed(&b->mirror, m);
}

static void changed(void *ctx)
{
    ble_poke(ctx);
}

/* --- life -------------------------------------------------------------------------------------- */

struct dbus_peer_config ble_bluez_config(const struct ble *b)
{
    return (struct dbus_peer_config){.bus = b->config.bus,
        .name = BLUEZ,
        .matches = matches,
        .call_us = b->config.times.call_us,
        .reopen_us = b->config.times.reopen_us};
}

void ble_bluez_init(struct ble *b)
{
    static const struct dbus_peer_events events = {
        .came = came, .gone = gone, .signal = on_signal, .changed = changed};
    struct dbus_peer_config config = ble_bluez_config(b);

    dbus_peer_init(&b->bluez, b->loop, &config, &events, b);
    timer_init(&b->relist, b->loop, relist_due);
}

void ble_bluez_close(struct ble *b)
{
    forget(b);
    dbus_peer_close(&b->bluez);
}

void ble_leave(struct ble *b)
{
    if (b && dbus_peer_is_there(&b->bluez))
        (void)dbus_wait(b->bluez.dbus, b->bluez.owner, LEAVE_US);
}
