/* espnow_peers.c - see espnow_peers.h. */
#include "espnow_peers.h"

#include <string.h>

const uint8_t espnow_to_all[ESP_NOW_ETH_ALEN] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

/* On whatever channel the radio is. */
static esp_err_t add(const uint8_t *mac)
{
    esp_now_peer_info_t peer = {.ifidx = WIFI_IF_STA};

    memcpy(peer.peer_addr, mac, sizeof peer.peer_addr);
    return esp_now_add_peer(&peer);
}

esp_err_t espnow_peers_init(struct espnow_peers *p)
{
    p->n = 0;
    return add(espnow_to_all);
}

static void forget(struct espnow_peers *p, unsigned i)
{
    memmove(p->macs[i], p->macs[i + 1], (--p->n - i) * sizeof p->macs[0]);
}

static unsigned find(const struct espnow_peers *p, const uint8_t *mac)
{
    unsigned i = 0;

    while (i < p->n && memcmp(p->macs[i], mac, sizeof p->macs[0]) != 0)
        i++;
    return i;
}

static esp_err_t add_one(struct espnow_peers *p, const uint8_t *mac)
{
    if (p->n == ESPNOW_PEERS_MAX) {
        (void)esp_now_del_peer(p->macs[0]);
        forget(p, 0);
    }
    return add(mac);
}

esp_err_t espnow_peers_use(struct espnow_peers *p, const uint8_t mac[ESP_NOW_ETH_ALEN])
{
    unsigned i = find(p, mac);
    esp_err_t e = ESP_OK;

    if (memcmp(mac, espnow_to_all, sizeof espnow_to_all) == 0)
        return ESP_OK;
    if (i < p->n)
        forget(p, i);
    else
        e = add_one(p, mac);
    if (e == ESP_OK)
        memcpy(p->macs[p->n++], mac, sizeof p->macs[0]);
    return e;
}
