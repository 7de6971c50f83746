/* espnow_peers.h - whom the radio may send to. It wants to be told of each before, and holds twenty, "to all" among them: the
 * one that was not spoken to for longest makes room.
 */
#ifndef ESPNOW_PEERS_H
#define ESPNOW_PEERS_H

#include <stdint.h>

#include "esp_err.h"
#include "esp_now.h"

/* All but "to all". */
#define ESPNOW_PEERS_MAX (ESP_NOW_MAX_TOTAL_PEER_NUM - 1)

struct espnow_peers {
    uint8_t macs[ESPNOW_PEERS_MAX]
                [ESP_NOW_ETH_ALEN]; /* in the order in which they were last spoken to */
    unsigned n;
};

/* Once, after esp_now_init(). */
esp_err_t espnow_peers_init(struct espnow_peers *p);
/* It is about to be sent to. */
esp_err_t espnow_peers_use(struct espnow_peers *p, const uint8_t mac[ESP_NOW_ETH_ALEN]);

extern const uint8_t espnow_to_all[ESP_NOW_ETH_ALEN];

#endif
