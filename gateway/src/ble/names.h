/* names.h - how Bluetooth writes its names: UUIDs and addresses. */
#pragma once

#include <stdbool.h>

#include "base/ble_address.h"

/* 8-4-4-4-12 hex digits and a NUL. */
#define BLE_UUID_BYTES 37

/* In its long form, lower case; of any case, and short ones of 4 or 8 digits. False: it is none. */
bool ble_uuid(const char *s, char out[BLE_UUID_BYTES]);
