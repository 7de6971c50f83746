/* real_bluez.h - a peripheral (gatt_app.h) shown by a BlueZ that runs: registered as its GATT
 * application and advertised by an adapter, and both again when bluetoothd, the adapter or the bus
 * comes back.
 *
 * BlueZ tells a GATT application little of links: connected() is the first use of a characteristic
 * (with the MTU that is told then), disconnected() is Device1.Connected of that host. Notifications
 * go by the socket of AcquireNotify.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "gatt_app.h"

struct loop;
struct real_bluez;

/* `address` of the bus, NULL: the system's; `adapter`: "hci0". A bus or a BlueZ that is not there is
 * waited for, and a line of the log says so. `pulse_ms`: for controllers that report an
 * advertisement only when it begins (btvirt): it is begun anew so often; 0: never. */
int real_bluez_new(struct loop *l, const char *address, const char *adapter, unsigned pulse_ms,
    struct gatt_app *app, struct real_bluez **ret, struct error *e);
/* Advertisement and application go with the connection. NULL-safe; returns NULL. */
struct real_bluez *real_bluez_free(struct real_bluez *b);
/* BlueZ has taken the application; it is advertised. */
bool real_bluez_registered(const struct real_bluez *b);
bool real_bluez_advertised(const struct real_bluez *b);
