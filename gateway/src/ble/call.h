/* call.h - one call of a bluetoothd's method: with a time limit, and an errno and a sentence for
 * what goes wrong. */
#pragma once

#include "dbus/dbus.h"

#define BLUEZ "org.bluez"

struct ble;

/* Embedded in its owner, who cancels it before he goes. */
struct ble_call {
    struct ble *ble;
    sd_bus_slot *slot; /* NULL: none is open */
    void (*done)(struct ble_call *c, int result, sd_bus_message *reply, const char *error);
};

/* Ready for arguments to be appended. `interface` as "Device1": org.bluez. goes before it where it
 * has no dot. */
int ble_call_new(struct ble *b, const char *path, const char *interface, const char *member,
    sd_bus_message **ret);
/* Sends it; takes the message over in every case. `done` comes on a later turn, once: result 0 and
 * the reply, or negative and a sentence. On failure it does not come. */
int ble_call_consume(struct ble *b, struct ble_call *c, sd_bus_message *m, int64_t limit_us,
    void (*done)(struct ble_call *c, int result, sd_bus_message *reply, const char *error));
/* One without arguments. */
int ble_call_start(struct ble *b, struct ble_call *c, const char *path, const char *interface,
    const char *member, int64_t limit_us,
    void (*done)(struct ble_call *c, int result, sd_bus_message *reply, const char *error));
/* done() does not come any more. Safe to repeat. */
void ble_call_cancel(struct ble_call *c);
bool ble_call_is_open(const struct ble_call *c);

/* The errno of an error by its D-Bus name; -EIO for those that we do not know. */
int ble_bus_errno(const char *name);
