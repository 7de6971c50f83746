/* peripheral.h - a Bluetooth LE peripheral by NimBLE: brought up, found by its name, connected to by one host or several,
 * with pairing (pairing.h) or without. What characteristics it has is its owner's.
 *
 *     NimBLE's host task ── on_link ──▶ owner's queue ──▶ owner's task ── peripheral_notify … ──▶ NimBLE
 *
 * peripheral_step() keeps it to be found: NimBLE has no call for "the radio lost its state" that carries an argument, so what
 * should be on the air is compared with what is, once a second.
 *
 * A host has a number, its own until its owner lets go of it: so nothing that was meant for one goes to the next.
 */
#ifndef PERIPHERAL_H
#define PERIPHERAL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/ble_hs.h"

#define PERIPHERAL_STEP_US INT64_C(1000000)
/* At a time: what NimBLE and the controllers hold by default. */
#define PERIPHERAL_MAX_HOSTS 3
/* A scan response has 31 bytes, two of which say that it is a name. */
#define PERIPHERAL_MAX_NAME 29

struct peripheral_event {
    enum {
        PERIPHERAL_CONNECTED,
        PERIPHERAL_MTU,
        PERIPHERAL_SUBSCRIBED,
        PERIPHERAL_DISCONNECTED,
    } type;
    unsigned host;  /* below n_hosts */
    uint16_t value; /* MTU: its size; SUBSCRIBED: the characteristic's value handle */
    bool on; /* SUBSCRIBED: notifications are wanted; DISCONNECTED: the host left of its own will */
};

/* In the place of a connection's number: the place is free; it waits for peripheral_release(). */
#define PERIPHERAL_NOBODY BLE_HS_CONN_HANDLE_NONE
#define PERIPHERAL_LEFT (BLE_HS_CONN_HANDLE_NONE - 1)

struct peripheral {
    /* Set by the owner before start; they stay its own. */
    const char *name;
    const ble_uuid128_t *advertised; /* service */
    const struct ble_gatt_svc_def *services;
    unsigned n_hosts;  /* at a time, 1 … PERIPHERAL_MAX_HOSTS */
    bool shares_radio; /* with Wi-Fi, which is to hear something in between: it speaks less often */
    bool pairs;        /* if a host wants to, or a characteristic needs it */
    /* In NimBLE's task: take it along and return. */
    void (*on_link)(void *ctx, const struct peripheral_event *e);
    void *ctx;

    /* Of each host; or PERIPHERAL_NOBODY, PERIPHERAL_LEFT. */
    atomic_uint connections[PERIPHERAL_MAX_HOSTS];
    atomic_bool wanted; /* to be found */
};

/* Needs the non-volatile memory (nvs_begin()). False: the log says why. */
bool peripheral_start(struct peripheral *p);
/* Waits until the radio has come up; from then on the others work. False: it does not. */
bool peripheral_await(void);
/* Be found until a host has come, if there is a place for one. To be said again when it has, or when one has left. */
void peripheral_advertise(struct peripheral *p);
/* At least every PERIPHERAL_STEP_US. */
void peripheral_step(struct peripheral *p);
/* Who has left is not spoken to any more: its number may be another's. */
void peripheral_release(struct peripheral *p, unsigned host);
/* Whose connection that is; negative: nobody's. */
int peripheral_host(const struct peripheral *p, uint16_t connection);
/* All or nothing. False: there is no room now, or nobody there. */
bool peripheral_notify(
    struct peripheral *p, unsigned host, uint16_t handle, const void *bytes, size_t n);
/* on_link tells when it is done. */
void peripheral_disconnect(struct peripheral *p, unsigned host);

#endif
