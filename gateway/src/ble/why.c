/* why.c - what is wrong with Bluetooth, in one sentence, and what helps. */
#include <errno.h>
#include <stdio.h>

#include "ble/ble_private.h"

const struct ble_adapter *ble_first_used(const struct ble *b, bool ready)
{
    const struct ble_adapter *a;

    list_for_each (a, &b->adapters, link) {
        if (adapter_is_used(a) && (!ready || adapter_is_ready(a)))
            return a;
    }
    return NULL;
}

bool ble_is_ready(const struct ble *b)
{
    return b->listed && ble_first_used(b, true);
}

static void say_adapters(const struct ble *b, char out[ERROR_TEXT_MAX])
{
    const struct ble_adapter *a = ble_first_used(b, false), *ready = ble_first_used(b, true);

    if (list_empty(&b->adapters))
        snprintf(out, ERROR_TEXT_MAX, "there is no Bluetooth adapter");
    else if (!a)
        snprintf(out, ERROR_TEXT_MAX, "none of the adapters of ble.adapters is there");
    else if (!ready)
        snprintf(out, ERROR_TEXT_MAX,
            "the Bluetooth adapter %s has no power: bluetoothctl power on (or rfkill unblock "
            "bluetooth)",
            a->name);
    else if (ready->no_scan.code)
        snprintf(out, ERROR_TEXT_MAX, "the Bluetooth adapter %s does not scan: %.120s", ready->name,
            error_text(&ready->no_scan));
    else
        *out = '\0';
}

void ble_say(const struct ble *b, char out[ERROR_TEXT_MAX])
{
    *out = '\0';
    if (!b->config.enabled)
        snprintf(out, ERROR_TEXT_MAX, "Bluetooth is turned off by ble.enabled");
    else if (!ble_is_wanted(b) && !b->bluez.dbus)
        snprintf(out, ERROR_TEXT_MAX, "no driver that is loaded uses Bluetooth");
    else if (b->bluez.no_bus.code)
        snprintf(out, ERROR_TEXT_MAX, "there is no D-Bus to reach bluetoothd by: %.160s",
            error_text(&b->bluez.no_bus));
    else if (b->no_list.code == -EACCES)
        snprintf(out, ERROR_TEXT_MAX,
            "no permission to speak to bluetoothd: the user of this program has to be in the group "
            "bluetooth");
    else if (b->no_list.code)
        snprintf(out, ERROR_TEXT_MAX, "bluetoothd does not tell what it has: %.120s",
            error_text(&b->no_list));
    else if (dbus_peer_is_known(&b->bluez) && !dbus_peer_is_there(&b->bluez))
        snprintf(out, ERROR_TEXT_MAX,
            "bluetoothd does not run: systemctl enable --now bluetooth (package bluez)");
    else if (!b->listed)
        snprintf(out, ERROR_TEXT_MAX, "bluetoothd is being asked");
    else
        say_adapters(b, out);
}
