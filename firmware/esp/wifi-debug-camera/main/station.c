/* station.c - see station.h. */
#include "station.h"

#include <stdio.h>
#include <string.h>

#include "esp_check.h"
#include "esp_event.h"
#include "esp_log.h"
#include "esp_netif.h"
#include "esp_timer.h"
#include "esp_wifi.h"

static const char tag[] = "station";

/* --- in the event loop's task ----------------------------------------------------------------- */

static enum wifi_camera_failure failure(uint8_t reason)
{
    switch (reason) {
    case WIFI_REASON_NO_AP_FOUND:
        return WIFI_CAMERA_NO_NETWORK;
    case WIFI_REASON_AUTH_FAIL:
    case WIFI_REASON_4WAY_HANDSHAKE_TIMEOUT:
    case WIFI_REASON_HANDSHAKE_TIMEOUT:
    case WIFI_REASON_MIC_FAILURE:
        return WIFI_CAMERA_WRONG_PASSWORD;
    default:
        return WIFI_CAMERA_REFUSED;
    }
}

/* What we left ourselves we know of, and have no address there any more. */
static void disconnected(struct station *s, const wifi_event_sta_disconnected_t *what)
{
    struct event e = {.type = EVENT_NOT_JOINED};

    if (what->reason == WIFI_REASON_ASSOC_LEAVE && !atomic_load(&s->has_address))
        return;
    ESP_LOGI(tag, "out of the network: reason %u", what->reason);
    atomic_store(&s->linked_us, 0);
    if (atomic_exchange(&s->has_address, false))
        e.type = EVENT_LOST;
    e.network.attempt = atomic_load(&s->attempt);
    e.network.why = failure(what->reason);
    inbox_put(s->inbox, &e);
}

static void on_wifi(void *arg, esp_event_base_t base, int32_t id, void *data)
{
    struct station *s = arg;

    if (id == WIFI_EVENT_STA_CONNECTED)
        atomic_store(&s->linked_us, esp_timer_get_time());
    else if (id == WIFI_EVENT_STA_DISCONNECTED)
        disconnected(s, data);
}

static void on_address(void *arg, esp_event_base_t base, int32_t id, void *data)
{
    const ip_event_got_ip_t *what = data;
    struct station *s = arg;
    struct event e = {.type = EVENT_JOINED};

    atomic_store(&s->linked_us, 0);
    atomic_store(&s->has_address, true);
    e.network.attempt = atomic_load(&s->attempt);
    (void)snprintf(e.network.ip, sizeof e.network.ip, IPSTR, IP2STR(&what->ip_info.ip));
    inbox_put(s->inbox, &e);
}

/* --- in the core's task ----------------------------------------------------------------------- */

static esp_err_t begin(struct station *s)
{
    const wifi_init_config_t config = WIFI_INIT_CONFIG_DEFAULT();

    ESP_RETURN_ON_ERROR(esp_netif_init(), tag, "no network");
    ESP_RETURN_ON_ERROR(esp_event_loop_create_default(), tag, "no events");
    if (!esp_netif_create_default_wifi_sta())
        return ESP_ERR_NO_MEM;
    ESP_RETURN_ON_ERROR(esp_wifi_init(&config), tag, "no Wi-Fi");
    ESP_RETURN_ON_ERROR(esp_wifi_set_storage(WIFI_STORAGE_RAM), tag, "no storage");
    ESP_RETURN_ON_ERROR(esp_wifi_set_mode(WIFI_MODE_STA), tag, "no station");
    ESP_RETURN_ON_ERROR(
        esp_event_handler_register(WIFI_EVENT, ESP_EVENT_ANY_ID, on_wifi, s), tag, "no handler");
    return esp_event_handler_register(IP_EVENT, IP_EVENT_STA_GOT_IP, on_address, s);
}

bool station_start(struct station *s, struct inbox *inbox)
{
    memset(s, 0, sizeof *s);
    s->inbox = inbox;
    return begin(s) == ESP_OK;
}

/* Both are fields of bytes, which a longest name or key fills without a NUL. */
static wifi_config_t config_of(const char *ssid, const char *pass)
{
    wifi_config_t c = {.sta = {.threshold.authmode = *pass ? WIFI_AUTH_WPA_PSK : WIFI_AUTH_OPEN,
                           .sae_pwe_h2e = WPA3_SAE_PWE_BOTH,
                           .pmf_cfg.capable = true,
                           .scan_method = WIFI_ALL_CHANNEL_SCAN,
                           .sort_method = WIFI_CONNECT_AP_BY_SIGNAL}};

    memcpy(c.sta.ssid, ssid, strnlen(ssid, sizeof c.sta.ssid));
    memcpy(c.sta.password, pass, strnlen(pass, sizeof c.sta.password));
    return c;
}

static esp_err_t try_to_join(struct station *s, const char *ssid, const char *pass)
{
    wifi_config_t config = config_of(ssid, pass);

    if (s->on)
        (void)esp_wifi_disconnect();
    ESP_RETURN_ON_ERROR(esp_wifi_set_config(WIFI_IF_STA, &config), tag, "no such network");
    if (!s->on)
        ESP_RETURN_ON_ERROR(esp_wifi_start(), tag, "it does not start");
    s->on = true;
    return esp_wifi_connect();
}

void station_join(struct station *s, const char *ssid, const char *pass)
{
    esp_err_t e;

    atomic_fetch_add(&s->attempt, 1);
    atomic_store(&s->has_address, false);
    atomic_store(&s->linked_us, 0);
    e = try_to_join(s, ssid, pass);
    if (e != ESP_OK) /* the core hears of it by its own patience */
        ESP_LOGE(tag, "cannot join: %s", esp_err_to_name(e));
}

void station_leave(struct station *s)
{
    atomic_fetch_add(&s->attempt, 1);
    atomic_store(&s->has_address, false);
    atomic_store(&s->linked_us, 0);
    if (!s->on)
        return;
    (void)esp_wifi_disconnect();
    (void)esp_wifi_stop();
    s->on = false;
}

int station_rssi(void)
{
    wifi_ap_record_t network;

    return esp_wifi_sta_get_ap_info(&network) == ESP_OK ? network.rssi : 0;
}

void station_step(struct station *s, int64_t now_us)
{
    int64_t linked_us = atomic_load(&s->linked_us);
    struct event e = {.type = EVENT_NOT_JOINED};

    if (linked_us == 0 || now_us < linked_us + STATION_ADDRESS_US)
        return;
    atomic_store(&s->linked_us, 0);
    e.network.attempt = atomic_load(&s->attempt);
    e.network.why = WIFI_CAMERA_NO_ADDRESS;
    (void)inbox_offer(s->inbox, &e, 0);
}
