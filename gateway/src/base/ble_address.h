/* ble_address.h - Bluetooth addresses as text. */
#pragma once

#include <stdbool.h>

/* AA:BB:CC:DD:EE:FF and a NUL. */
#define BLE_ADDRESS_BYTES 18

/* In upper case. False: it is none. */
bool ble_address(const char *s, char out[BLE_ADDRESS_BYTES]);
