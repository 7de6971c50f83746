/* host_ble.h - what others see of the devices' Bluetooth links. */
#pragma once

#include "ble/ble.h"
#include "device/devices.h"

/* The link that this device has or is making; false: none, or its device was not seen yet. */
bool device_ble_stats(const struct device *d, struct ble_link_stats *ret);
/* Bluetooth works again: devices that wait to be started anew because it did not are started now. */
void devices_ble_ready(struct devices *all);
