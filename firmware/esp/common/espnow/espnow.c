/* espnow.c - see espnow.h. */
#include "espnow.h"

#include <string.h>

#include "esp_check.h"
#include "esp_event.h"
#include "esp_log.h"
#include "esp_netif.h"
#include "esp_wifi.h"
#include "sdkconfig.h"

static const char tag[] = "espnow";

/* ESP-NOW tells its functions nothing about whose they are: there is one radio. */
static struct espnow *the_one;

/* --- in Wi-Fi's task -------------------------------------------------------------------------- */

static void on_received(const esp_now_recv_info_t *from, const uint8_t *bytes, int n)
{
    struct espnow_message m;

    if (n <= 0 || n > ESPNOW_MAX_BYTES)
        return;
    memcpy(m.mac, from->src_addr, sizeof m.mac);
    m.rssi_dbm = (int8_t)from->rx_ctrl->rssi;
    m.n = (uint8_t)n;
    memcpy(m.bytes, bytes, (size_t)n);
    the_one->on_air(the_one->ctx, &m);
}

/* Whether anybody heard it: the radio has tried again by itself, and modules that are not there are no fault. */
static void on_sent(const uint8_t *mac, esp_now_send_status_t status)
{
    atomic_store(&the_one->busy, false);
    the_one->on_air(the_one->ctx, NULL);
}

/* --- in the owner's task ---------------------------------------------------------------------- */

static bool is_free(const struct espnow *e, int64_t now_us)
{
    return !atomic_load(&e->busy) || now_us >= e->since_us + ESPNOW_PATIENCE_US;
}

/* Wi-Fi's task goes before this one: the end may be told before esp_now_send() returns. */
static esp_err_t put_on_air(struct espnow *e, int64_t now_us, const struct espnow_message *m)
{
    esp_err_t r = espnow_peers_use(&e->peers, m->mac);

    if (r != ESP_OK)
        return r;
    e->since_us = now_us;
    atomic_store(&e->busy, true);
    r = esp_now_send(m->mac, m->bytes, m->n);
    if (r != ESP_OK)
        atomic_store(&e->busy, false);
    return r;
}

/* True: it is off our hands, one way or the other. */
static bool try_first(struct espnow *e, int64_t now_us)
{
    esp_err_t r = put_on_air(e, now_us, &e->waiting[e->first]);

    if (r == ESP_ERR_ESPNOW_NO_MEM) {
        e->retry_us = now_us + ESPNOW_RETRY_US;
        return false;
    }
    if (r != ESP_OK)
        ESP_LOGW(tag, "not sent: %s", esp_err_to_name(r));
    e->first = (e->first + 1) % ESPNOW_WAITING;
    e->n_waiting--;
    return true;
}

void espnow_step(struct espnow *e, int64_t now_us)
{
    while (e->n_waiting > 0 && is_free(e, now_us) && now_us >= e->retry_us)
        if (!try_first(e, now_us))
            return;
}

int64_t espnow_next_us(const struct espnow *e)
{
    if (e->n_waiting == 0)
        return INT64_MAX;
    return atomic_load(&e->busy) ? e->since_us + ESPNOW_PATIENCE_US : e->retry_us;
}

/* One that nothing stands before is tried at once, so that who sends it hears when the radio does not want it. */
int espnow_send(struct espnow *e, int64_t now_us, const uint8_t *mac, const void *bytes, size_t n)
{
    struct espnow_message *m = &e->waiting[(e->first + e->n_waiting) % ESPNOW_WAITING];
    esp_err_t r;

    if (n == 0 || n > ESPNOW_MAX_BYTES || e->n_waiting == ESPNOW_WAITING)
        return -1;
    memcpy(m->mac, mac ? mac : espnow_to_all, sizeof m->mac);
    memcpy(m->bytes, bytes, n);
    m->n = (uint8_t)n;
    if (e->n_waiting > 0 || !is_free(e, now_us)) {
        e->n_waiting++;
        return 0;
    }
    r = put_on_air(e, now_us, m);
    if (r != ESP_OK)
        ESP_LOGW(tag, "refused: %s", esp_err_to_name(r));
    return r == ESP_OK ? 0 : -1;
}

/* --- life ------------------------------------------------------------------------------------- */

/* A station that never looks for an access point. Its receiver stays on: there is nothing that could tell it when a message is
 * due. With Bluetooth on the same antenna that is not for us to say, and ESP-IDF ends a program that says it. */
static esp_err_t bring_radio_up(uint8_t channel)
{
    const wifi_init_config_t config = WIFI_INIT_CONFIG_DEFAULT();

    ESP_RETURN_ON_ERROR(esp_netif_init(), tag, "no network");
    ESP_RETURN_ON_ERROR(esp_event_loop_create_default(), tag, "no events");
    ESP_RETURN_ON_ERROR(esp_wifi_init(&config), tag, "no Wi-Fi");
    ESP_RETURN_ON_ERROR(esp_wifi_set_storage(WIFI_STORAGE_RAM), tag, "no storage");
    ESP_RETURN_ON_ERROR(esp_wifi_set_mode(WIFI_MODE_STA), tag, "no station");
    ESP_RETURN_ON_ERROR(esp_wifi_start(), tag, "no start");
#if !CONFIG_ESP_COEX_SW_COEXIST_ENABLE
    ESP_RETURN_ON_ERROR(esp_wifi_set_ps(WIFI_PS_NONE), tag, "no steady receiver");
#endif
    return esp_wifi_set_channel(channel, WIFI_SECOND_CHAN_NONE);
}

static esp_err_t start(struct espnow *e, uint8_t channel)
{
    ESP_RETURN_ON_ERROR(bring_radio_up(channel), tag, "no radio");
    ESP_RETURN_ON_ERROR(esp_now_init(), tag, "no ESP-NOW");
    ESP_RETURN_ON_ERROR(espnow_peers_init(&e->peers), tag, "none to send to");
    ESP_RETURN_ON_ERROR(esp_now_register_send_cb(on_sent), tag, "no end of sending");
    return esp_now_register_recv_cb(on_received);
}

bool espnow_start(struct espnow *e, uint8_t channel)
{
    esp_err_t r;

    the_one = e;
    r = start(e, channel);
    if (r != ESP_OK)
        ESP_LOGE(tag, "not started: %s", esp_err_to_name(r));
    return r == ESP_OK;
}

void espnow_mac(uint8_t ret[ESPNOW_MAC_BYTES])
{
    ESP_ERROR_CHECK(esp_wifi_get_mac(WIFI_IF_STA, ret));
}

void espnow_stop(void)
{
    (void)esp_now_deinit();
    (void)esp_wifi_stop();
}
