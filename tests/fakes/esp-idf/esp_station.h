/* esp_station.h - a WiFi station's part of esp_idf.h, and mDNS. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* --- events ----------------------------------------------------------------------------------- */

typedef const char *esp_event_base_t;
typedef void (*esp_event_handler_t)(void *arg, esp_event_base_t base, int32_t id, void *data);
extern const esp_event_base_t WIFI_EVENT, IP_EVENT;
#define ESP_EVENT_ANY_ID -1
enum { WIFI_EVENT_STA_CONNECTED = 4, WIFI_EVENT_STA_DISCONNECTED = 5 };
enum { IP_EVENT_STA_GOT_IP = 0 };

esp_err_t esp_event_handler_register(
    esp_event_base_t base, int32_t id, esp_event_handler_t handler, void *arg);

typedef struct {
    uint8_t reason;
} wifi_event_sta_disconnected_t;
enum {
    WIFI_REASON_ASSOC_LEAVE = 8,
    WIFI_REASON_MIC_FAILURE = 14,
    WIFI_REASON_4WAY_HANDSHAKE_TIMEOUT = 15,
    WIFI_REASON_BEACON_TIMEOUT = 200,
    WIFI_REASON_NO_AP_FOUND = 201,
    WIFI_REASON_AUTH_FAIL = 202,
    WIFI_REASON_HANDSHAKE_TIMEOUT = 204
};

typedef struct {
    uint8_t addr[4];
} esp_ip4_addr_t;
typedef struct {
    struct {
        esp_ip4_addr_t ip;
    } ip_info;
} ip_event_got_ip_t;
#define IPSTR "%d.%d.%d.%d"
#define IP2STR(ip) (ip)->addr[0], (ip)->addr[1], (ip)->addr[2], (ip)->addr[3]

/* --- the station ------------------------------------------------------------------------------ */

typedef enum { WIFI_AUTH_OPEN, WIFI_AUTH_WPA_PSK } wifi_auth_mode_t;
enum { WPA3_SAE_PWE_BOTH = 2 };
enum { WIFI_ALL_CHANNEL_SCAN = 1 };
enum { WIFI_CONNECT_AP_BY_SIGNAL = 0 };
typedef union {
    struct {
        uint8_t ssid[32], password[64];
        int scan_method, sort_method, sae_pwe_h2e;
        struct {
            wifi_auth_mode_t authmode;
        } threshold;
        struct {
            bool capable;
        } pmf_cfg;
    } sta;
} wifi_config_t;
typedef struct {
    int8_t rssi;
} wifi_ap_record_t;

void *esp_netif_create_default_wifi_sta(void);
esp_err_t esp_wifi_set_config(wifi_interface_t i, wifi_config_t *c);
esp_err_t esp_wifi_connect(void);
esp_err_t esp_wifi_disconnect(void);
esp_err_t esp_wifi_sta_get_ap_info(wifi_ap_record_t *ret);

/* --- mDNS ------------------------------------------------------------------------------------- */

typedef struct {
    const char *key, *value;
} mdns_txt_item_t;

esp_err_t mdns_init(void);
void mdns_free(void);
esp_err_t mdns_hostname_set(const char *name);
esp_err_t mdns_instance_name_set(const char *name);
esp_err_t mdns_service_add(const char *instance, const char *service, const char *protocol,
    uint16_t port, mdns_txt_item_t *txt, size_t n_txt);
