/* gatt.h - the WiFi service with its four characteristics: what a host reads, writes and is notified of.
 *
 * Reads are answered in NimBLE's task from a copy; writes and what the link does go to the inbox.
 */
#ifndef GATT_H
#define GATT_H

#include "event.h"
#include "freertos/FreeRTOS.h"
#include "freertos/semphr.h"
#include "peripheral.h"

/* The only one that there is at a time. */
#define GATT_HOST 0
#define GATT_CHARACTERISTICS 4

struct gatt;

struct gatt_value {
    struct gatt *gatt;
    unsigned which; /* row of the table in gatt.c */
    ble_uuid_any_t uuid;
    uint16_t handle;
};

/* What a host reads. */
struct gatt_text {
    uint16_t n;
    char bytes[WIFI_TEXT_MAX];
};

struct gatt {
    struct peripheral link;
    struct inbox *inbox;
    SemaphoreHandle_t lock;    /* of the texts */
    struct gatt_text texts[2]; /* by enum wifi_camera_value */
    ble_uuid_any_t service_uuid;
    struct gatt_value values[GATT_CHARACTERISTICS];
    struct ble_gatt_chr_def characteristics[GATT_CHARACTERISTICS + 1];
    struct ble_gatt_svc_def services[2];
};

/* Brings the radio up under that name. The object must not move. False: the log says why. */
bool gatt_start(struct gatt *g, const char *name, struct inbox *inbox);
/* What is read from now on; more than WIFI_TEXT_MAX bytes are cut. */
void gatt_set(struct gatt *g, enum wifi_camera_value which, const void *bytes, size_t n);
/* Of STATUS. False: there is no room now. */
bool gatt_notify(struct gatt *g, const void *bytes, size_t n);

#endif
