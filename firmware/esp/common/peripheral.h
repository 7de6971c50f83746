/* peripheral.h - a Bluetooth LE peripheral by NimBLE: brought up, found by its name, connected to by one host at a time,
 * without pairing. What characteristics it has is its owner's.
 *
 *     NimBLE's host task ── on_link ──▶ owner's queue ──▶ owner's task ── peripheral_notify … ──▶ NimBLE
 *
 * peripheral_step() keeps it to be found: NimBLE has no call for "the radio lost its state" that carries an argument, so what
 * should be on the air is compared with what is, once a second.
 */
#ifndef PERIPHERAL_H
#define PERIPHERAL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/ble_hs.h"

#define PERIPHERAL_STEP_US INT64_C(1000000)
/* A scan response has 31 bytes, two of which say that it is a name. */
#define PERIPHERAL_MAX_NAME 29

struct peripheral_event {
    enum {
        PERIPHERAL_CONNECTED,
        PERIPHERAL_MTU,
        PERIPHERAL_SUBSCRIBED,
        PERIPHERAL_DISCONNECTED,
    } type;
    uint16_t value; /* MTU: its size; SUBSCRIBED: the characteristic's value handle */
    bool on; /* SUBSCRIBED: notifications are wanted; DISCONNECTED: the host left of its own will */
};

struct peripheral {
    /* Set by the owner before start; they stay its own. */
    const char *name;
    const ble_uuid128_t *advertised; /* service */
    const struct ble_gatt_svc_def *services;
    /* In NimBLE's task: take it along and return. */
    void (*on_link)(void *ctx, const struct peripheral_event *e);
    void *ctx;

    atomic_uint connection; /* BLE_HS_CONN_HANDLE_NONE: nobody */
    atomic_bool wanted;     /* to be found */
};

/* Needs the non-volatile memory (nvs_begin()). False: the log says why. */
bool peripheral_start(struct peripheral *p);
/* The radio has come up; from then on the others work. */
bool peripheral_is_ready(void);
/* Be found until a host has come. To be said again when it has left, and its owner is done with it: so nothing that was meant
 * for one host goes to the next. */
void peripheral_advertise(struct peripheral *p);
/* At least every PERIPHERAL_STEP_US. */
void peripheral_step(struct peripheral *p);
/* All or nothing. False: there is no room now, or nobody there. */
bool peripheral_notify(struct peripheral *p, uint16_t handle, const void *bytes, size_t n);
/* on_link tells when it is done. */
void peripheral_disconnect(struct peripheral *p);

#endif
