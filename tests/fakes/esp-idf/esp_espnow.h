/* esp_espnow.h - the Wi-Fi radio's part of esp_idf.h. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* --- Wi-Fi ------------------------------------------------------------------------------------ */

typedef struct {
    int magic;
} wifi_init_config_t;
#define WIFI_INIT_CONFIG_DEFAULT()                                                                 \
    {                                                                                              \
        0x1f2f3f4f                                                                                 \
    }

typedef enum { WIFI_STORAGE_FLASH, WIFI_STORAGE_RAM } wifi_storage_t;
typedef enum { WIFI_MODE_NULL, WIFI_MODE_STA } wifi_mode_t;
typedef enum { WIFI_PS_NONE, WIFI_PS_MIN_MODEM } wifi_ps_type_t;
typedef enum { WIFI_IF_STA, WIFI_IF_AP } wifi_interface_t;
typedef enum { WIFI_SECOND_CHAN_NONE } wifi_second_chan_t;

esp_err_t esp_netif_init(void);
esp_err_t esp_event_loop_create_default(void);
esp_err_t esp_wifi_init(const wifi_init_config_t *c);
esp_err_t esp_wifi_set_storage(wifi_storage_t s);
esp_err_t esp_wifi_set_mode(wifi_mode_t m);
esp_err_t esp_wifi_start(void);
esp_err_t esp_wifi_stop(void);
esp_err_t esp_wifi_set_ps(wifi_ps_type_t t);
esp_err_t esp_wifi_set_channel(uint8_t channel, wifi_second_chan_t second);
esp_err_t esp_wifi_get_mac(wifi_interface_t i, uint8_t mac[6]);

/* --- ESP-NOW ---------------------------------------------------------------------------------- */

#define ESP_NOW_ETH_ALEN 6
#define ESP_NOW_MAX_TOTAL_PEER_NUM 20
#define ESP_NOW_MAX_DATA_LEN 250

enum {
    ESP_ERR_ESPNOW_NOT_INIT = 0x3065,
    ESP_ERR_ESPNOW_ARG = 0x3066,
    ESP_ERR_ESPNOW_NO_MEM = 0x3067,
    ESP_ERR_ESPNOW_FULL = 0x3068,
    ESP_ERR_ESPNOW_NOT_FOUND = 0x3069,
    ESP_ERR_ESPNOW_EXIST = 0x306b
};

typedef enum { ESP_NOW_SEND_SUCCESS, ESP_NOW_SEND_FAIL } esp_now_send_status_t;
typedef struct {
    uint8_t peer_addr[ESP_NOW_ETH_ALEN];
    uint8_t channel;
    wifi_interface_t ifidx;
    bool encrypt;
} esp_now_peer_info_t;
typedef struct {
    int rssi;
} wifi_pkt_rx_ctrl_t;
typedef struct {
    uint8_t *src_addr, *des_addr;
    wifi_pkt_rx_ctrl_t *rx_ctrl;
} esp_now_recv_info_t;
typedef void (*esp_now_recv_cb_t)(const esp_now_recv_info_t *from, const uint8_t *bytes, int n);
typedef void (*esp_now_send_cb_t)(const uint8_t *mac, esp_now_send_status_t status);

esp_err_t esp_now_init(void);
esp_err_t esp_now_deinit(void);
esp_err_t esp_now_register_recv_cb(esp_now_recv_cb_t f);
esp_err_t esp_now_register_send_cb(esp_now_send_cb_t f);
esp_err_t esp_now_add_peer(const esp_now_peer_info_t *p);
esp_err_t esp_now_del_peer(const uint8_t *mac);
esp_err_t esp_now_send(const uint8_t *mac, const uint8_t *bytes, size_t n);
