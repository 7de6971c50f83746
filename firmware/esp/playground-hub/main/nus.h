/* nus.h - the Nordic UART service, by which apps speak to the hub: they write to RX, and are notified on TX. */
#ifndef NUS_H
#define NUS_H

#include "event.h"
#include "peripheral.h"

struct nus {
    struct peripheral link;
    struct inbox *inbox;
    ble_uuid_any_t service_uuid, rx_uuid, tx_uuid;
    uint16_t rx, tx; /* handles of their values */
    struct ble_gatt_chr_def characteristics[3];
    struct ble_gatt_svc_def services[2];
};

/* Brings the Bluetooth radio up under that name, for so many apps at a time. What they do goes to the inbox. The object must
 * not move. False: the log says why. */
bool nus_start(struct nus *u, const char *name, unsigned n_apps, struct inbox *inbox);
/* False: there is no room now. */
bool nus_notify(struct nus *u, unsigned app, const void *bytes, size_t n);

#endif
