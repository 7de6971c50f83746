/* espnow_air.h - the air between a playground's hub and modules, pretended: who hears whom how loud, what gets lost, what collides.
 *
 *     RSSI   -40 dBm at 1 m, 25 dB less for ten times the distance; weaker than -95 dBm nobody hears
 *     time   1 Mbit/s: a message of 42 bytes takes about 1 ms. Who hears another one waits for its end and a moment by chance.
 *     lost   two at once, where the louder one is not 10 dB louder; who sends does not hear; and so many of a thousand besides
 *     again  to one: up to 7 times until it came; to all: never
 *     order  what one node sends goes out in the order in which it was sent
 *
 * On a clock of the caller's; the same seed and the same calls give the same air.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hub_message.h"

#define ESPNOW_AIR_MAX_NODES 128
/* That wait or are on the air, of all nodes together. */
#define ESPNOW_AIR_MAX_FRAMES 256
/* Of one node: its board keeps no more, something for each of 64 modules and what is said to all in between. */
#define ESPNOW_AIR_MAX_WAITING 68
#define ESPNOW_AIR_HEARD_DBM (-95)
#define ESPNOW_AIR_CAPTURE_DB 10
#define ESPNOW_AIR_RETRIES 7

struct espnow_air;

struct espnow_air_events {
    /* A message came to `node`; bytes are valid for the call. It may send from within. */
    void (*received)(void *ctx, unsigned node, const uint8_t mac[HUB_MAC_RAW_BYTES], int rssi_dbm,
        const void *bytes, size_t n);
};

/* -ENOMEM. */
int espnow_air_new(uint32_t seed, unsigned loss_permille, const struct espnow_air_events *events,
    void *ctx, struct espnow_air **ret);
/* NULL-safe; returns NULL. */
struct espnow_air *espnow_air_free(struct espnow_air *a);
/* Its number, from 0; -ENOSPC. */
int espnow_air_add(
    struct espnow_air *a, const uint8_t mac[HUB_MAC_RAW_BYTES], double x_m, double y_m);
void espnow_air_move(struct espnow_air *a, unsigned node, double x_m, double y_m);
/* An antenna that hears nothing, for a time: a board that sleeps, or is busy with Bluetooth. */
void espnow_air_set_deaf(struct espnow_air *a, unsigned node, bool deaf);
/* How loud `to` hears `from`. */
int espnow_air_rssi(const struct espnow_air *a, unsigned from, unsigned to);
/* So far away one is heard so loud. */
double espnow_air_metres(double dbm);

/* To one, or to all (NULL). -EAGAIN: its radio has no room; -EMSGSIZE; -ENOENT: no node has that address. */
int espnow_air_send(struct espnow_air *a, int64_t now_us, unsigned node, const uint8_t *mac,
    const void *bytes, size_t n);
void espnow_air_step(struct espnow_air *a, int64_t now_us);
/* When to step at the latest; INT64_MAX: nothing is on the air. */
int64_t espnow_air_next_us(const struct espnow_air *a);
/* Messages that a node would have heard, but for another one at the same time. */
unsigned espnow_air_n_collisions(const struct espnow_air *a);
