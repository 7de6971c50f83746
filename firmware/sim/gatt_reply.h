/* gatt_reply.h - the answer to a read of a value, as BlueZ and the services that it shows give it. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "dbus/dbus.h"

/* Answers the call `m` with these bytes. Negative as sd-bus has it. */
int gatt_reply(sd_bus_message *m, const uint8_t *bytes, size_t n);
