/* espnow.h - messages of at most 250 bytes by ESP-NOW, to one board or to all, on one channel and without an access point.
 *
 *     Wi-Fi's task ── on_air ──▶ owner's inbox ──▶ owner's task ── espnow_send, espnow_step ──▶ radio
 *
 * One message is on the air at a time, as ESP-IDF asks for; others wait here for its end, in their order. To one it goes out
 * again, by the radio itself, until that one has it; to all it goes out once.
 */
#ifndef ESPNOW_H
#define ESPNOW_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "espnow_peers.h"

#define ESPNOW_MAC_BYTES ESP_NOW_ETH_ALEN
#define ESPNOW_MAX_BYTES ESP_NOW_MAX_DATA_LEN
/* Something to each of 64 modules, and what is said to all in between: 18 KB. */
#define ESPNOW_WAITING 68
/* Its end was not told: the next one goes out all the same. */
#define ESPNOW_PATIENCE_US INT64_C(500000)
/* The radio has no room: again after that. */
#define ESPNOW_RETRY_US INT64_C(10000)

struct espnow_message {
    uint8_t mac[ESPNOW_MAC_BYTES]; /* whom it is from, or to */
    int8_t rssi_dbm;
    uint8_t n, bytes[ESPNOW_MAX_BYTES];
};

struct espnow {
    /* Set by the owner before start. In Wi-Fi's task: take along what was heard, and return. NULL: something went out, and
     * espnow_step() is due. */
    void (*on_air)(void *ctx, const struct espnow_message *heard);
    void *ctx;

    struct espnow_peers peers;
    struct espnow_message waiting[ESPNOW_WAITING]; /* a ring */
    unsigned first, n_waiting;
    atomic_bool busy; /* something is on the air */
    int64_t since_us; /* it is */
    int64_t retry_us;
};

/* Brings the Wi-Fi radio up, on that channel. Needs the non-volatile memory (nvs_begin()). There is one radio: once. False:
 * the log says why. */
bool espnow_start(struct espnow *e, uint8_t channel);
/* This board's own address. */
void espnow_mac(uint8_t ret[ESPNOW_MAC_BYTES]);
/* To one, or to all (NULL). Negative: it is too long, or too many wait, or the radio refused; then it is as if it had not been
 * asked. */
int espnow_send(struct espnow *e, int64_t now_us, const uint8_t *mac, const void *bytes, size_t n);
/* What waits goes out, if it can. */
void espnow_step(struct espnow *e, int64_t now_us);
/* When to step at the latest; INT64_MAX: nothing waits. */
int64_t espnow_next_us(const struct espnow *e);
/* The radio sleeps until the board starts anew. */
void espnow_stop(void);

#endif
