/* esp_air.c - the Wi-Fi radio of the pretended board: what it says is kept, what others say comes when the test says so. */
#include <assert.h>
#include <string.h>

#include "esp_fake.h"

#define MAX_ON_AIR 8

static esp_now_recv_cb_t on_received;
static esp_now_send_cb_t on_sent;
static struct {
    uint8_t mac[ESP_NOW_ETH_ALEN];
    int64_t done_us;
} on_air[MAX_ON_AIR];
static unsigned n_on_air;
static TaskHandle_t wifi_task;

void esp_air_forget(void)
{
    on_received = NULL;
    on_sent = NULL;
    n_on_air = 0;
    esp->n_peers = esp->n_said = 0;
    esp->wifi_is_on = false;
    esp->channel = 0;
    esp->ps = -1;
}

/* --- Wi-Fi ------------------------------------------------------------------------------------ */

esp_err_t esp_netif_init(void)
{
    return ESP_OK;
}

esp_err_t esp_event_loop_create_default(void)
{
    return ESP_OK;
}

esp_err_t esp_wifi_init(const wifi_init_config_t *c)
{
    return c->magic == 0x1f2f3f4f && !esp->no_wifi ? ESP_OK : ESP_FAIL;
}

esp_err_t esp_wifi_set_storage(wifi_storage_t s)
{
    return s == WIFI_STORAGE_RAM ? ESP_OK : ESP_FAIL;
}

esp_err_t esp_wifi_set_mode(wifi_mode_t m)
{
    return m == WIFI_MODE_STA ? ESP_OK : ESP_FAIL;
}

esp_err_t esp_wifi_start(void)
{
    esp->wifi_is_on = true;
    return ESP_OK;
}

esp_err_t esp_wifi_stop(void)
{
    esp->wifi_is_on = false;
    return ESP_OK;
}

esp_err_t esp_wifi_set_ps(wifi_ps_type_t t)
{
    esp->ps = (int)t;
    return ESP_OK;
}

esp_err_t esp_wifi_set_channel(uint8_t channel, wifi_second_chan_t second)
{
    esp->channel = channel;
    return esp->wifi_is_on ? ESP_OK : ESP_FAIL;
}

esp_err_t esp_wifi_get_mac(wifi_interface_t i, uint8_t mac[6])
{
    memcpy(mac, "\x02\x00\x00\xaa\xbb\xcc", 6);
    return ESP_OK;
}

/* --- peers ------------------------------------------------------------------------------------ */

static unsigned find(const uint8_t *mac)
{
    unsigned i = 0;

    while (i < esp->n_peers && memcmp(esp->peers[i], mac, ESP_NOW_ETH_ALEN) != 0)
        i++;
    return i;
}

esp_err_t esp_now_add_peer(const esp_now_peer_info_t *p)
{
    if (find(p->peer_addr) < esp->n_peers)
        return ESP_ERR_ESPNOW_EXIST;
    if (esp->n_peers == ESP_NOW_MAX_TOTAL_PEER_NUM)
        return ESP_ERR_ESPNOW_FULL;
    memcpy(esp->peers[esp->n_peers++], p->peer_addr, ESP_NOW_ETH_ALEN);
    return ESP_OK;
}

esp_err_t esp_now_del_peer(const uint8_t *mac)
{
    unsigned i = find(mac);

    if (i == esp->n_peers)
        return ESP_ERR_ESPNOW_NOT_FOUND;
    memmove(esp->peers[i], esp->peers[i + 1], (--esp->n_peers - i) * sizeof esp->peers[0]);
    return ESP_OK;
}

/* --- what the board says ---------------------------------------------------------------------- */

static void wifi_run(void *arg)
{
    for (;;) {
        uint8_t mac[ESP_NOW_ETH_ALEN];

        if (n_on_air == 0) {
            (void)ulTaskNotifyTake(pdTRUE, portMAX_DELAY);
            continue;
        }
        if (on_air[0].done_us > esp->now_us)
            esp_task_sleep_us(on_air[0].done_us - esp->now_us);
        memcpy(mac, on_air[0].mac, sizeof mac);
        memmove(on_air, on_air + 1, --n_on_air * sizeof *on_air);
        on_sent(mac, esp->nobody_hears ? ESP_NOW_SEND_FAIL : ESP_NOW_SEND_SUCCESS);
    }
}

esp_err_t esp_now_init(void)
{
    if (!esp->wifi_is_on)
        return ESP_FAIL;
    return xTaskCreatePinnedToCore(wifi_run, "wifi", 0, NULL, 23, &wifi_task, 0) == pdPASS
        ? ESP_OK
        : ESP_FAIL;
}

esp_err_t esp_now_deinit(void)
{
    on_received = NULL;
    return ESP_OK;
}

esp_err_t esp_now_register_recv_cb(esp_now_recv_cb_t f)
{
    on_received = f;
    return ESP_OK;
}

esp_err_t esp_now_register_send_cb(esp_now_send_cb_t f)
{
    on_sent = f;
    return ESP_OK;
}

/* Nothing on the air when it begins: that is what is asked of a sender. */
esp_err_t esp_now_send(const uint8_t *mac, const uint8_t *bytes, size_t n)
{
    struct esp_said *s = &esp->said[esp->n_said];

    assert(esp_is_app_task() && esp->wifi_is_on);
    if (n == 0 || n > ESP_NOW_MAX_DATA_LEN)
        return ESP_ERR_ESPNOW_ARG;
    if (find(mac) == esp->n_peers)
        return ESP_ERR_ESPNOW_NOT_FOUND;
    if (esp->n_refusals > 0) {
        esp->n_refusals--;
        return esp->refusal;
    }
    assert(esp->n_said < ESP_MAX_SAID && n_on_air == 0);
    *s = (struct esp_said){.at_us = esp->now_us, .n = n};
    memcpy(s->mac, mac, ESP_NOW_ETH_ALEN);
    memcpy(s->text, bytes, n);
    esp->n_said++;
    if (esp->ends_untold > 0) {
        esp->ends_untold--;
        return ESP_OK;
    }
    memcpy(on_air[0].mac, mac, ESP_NOW_ETH_ALEN);
    on_air[0].done_us = esp->now_us + esp->message_us;
    n_on_air = 1;
    if (esp->message_us == 0) { /* its task goes before this one */
        n_on_air = 0;
        on_sent(mac, ESP_NOW_SEND_SUCCESS);
    } else {
        (void)xTaskNotifyGive(wifi_task);
    }
    return ESP_OK;
}

void esp_air_end(const uint8_t mac[6])
{
    on_sent(mac, ESP_NOW_SEND_SUCCESS);
}

/* --- what others say -------------------------------------------------------------------------- */

void esp_air_say(const uint8_t mac[6], int rssi_dbm, const void *bytes, size_t n)
{
    static uint8_t to[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    uint8_t from[6];
    wifi_pkt_rx_ctrl_t how = {.rssi = rssi_dbm};

    memcpy(from, mac, sizeof from);
    if (on_received && esp->wifi_is_on)
        on_received(&(esp_now_recv_info_t){from, to, &how}, bytes, (int)n);
}
