/* esp_station.c - a network that the pretended board may be in, as the test says, and the name that it has there. */
#include <assert.h>
#include <string.h>

#include "esp_fake.h"

const esp_event_base_t WIFI_EVENT = "WIFI_EVENT", IP_EVENT = "IP_EVENT";

static struct {
    esp_event_handler_t handler;
    void *arg;
} on_wifi, on_address;
static bool is_in, names_are_up;

void esp_station_forget(void)
{
    memset(&on_wifi, 0, sizeof on_wifi);
    memset(&on_address, 0, sizeof on_address);
    is_in = names_are_up = false;
    esp->announced = 0;
    esp->network[0] = '\0';
}

/* --- what the board does ---------------------------------------------------------------------- */

esp_err_t esp_event_handler_register(
    esp_event_base_t base, int32_t id, esp_event_handler_t handler, void *arg)
{
    if (base == WIFI_EVENT) {
        on_wifi.handler = handler;
        on_wifi.arg = arg;
    } else {
        on_address.handler = handler;
        on_address.arg = arg;
    }
    return ESP_OK;
}

void *esp_netif_create_default_wifi_sta(void)
{
    return esp;
}

esp_err_t esp_wifi_set_config(wifi_interface_t i, wifi_config_t *c)
{
    assert((c->sta.threshold.authmode == WIFI_AUTH_OPEN) == (c->sta.password[0] == 0));
    (void)snprintf(esp->network, sizeof esp->network, "%.32s", (const char *)c->sta.ssid);
    (void)snprintf(esp->password, sizeof esp->password, "%.64s", (const char *)c->sta.password);
    return ESP_OK;
}

esp_err_t esp_wifi_connect(void)
{
    esp->n_joins++;
    return esp->wifi_is_on ? ESP_OK : ESP_FAIL;
}

esp_err_t esp_wifi_disconnect(void)
{
    if (is_in)
        esp_network_drops(WIFI_REASON_ASSOC_LEAVE);
    return ESP_OK;
}

esp_err_t esp_wifi_sta_get_ap_info(wifi_ap_record_t *ret)
{
    ret->rssi = -44;
    return is_in ? ESP_OK : ESP_FAIL;
}

/* --- what the network does -------------------------------------------------------------------- */

void esp_network_takes(void)
{
    is_in = true;
    on_wifi.handler(on_wifi.arg, WIFI_EVENT, WIFI_EVENT_STA_CONNECTED, NULL);
}

void esp_network_gives(const char *ip)
{
    ip_event_got_ip_t e;
    uint8_t *a = e.ip_info.ip.addr;

    assert(sscanf(ip, "%hhu.%hhu.%hhu.%hhu", &a[0], &a[1], &a[2], &a[3]) == 4);
    on_address.handler(on_address.arg, IP_EVENT, IP_EVENT_STA_GOT_IP, &e);
}

void esp_network_drops(uint8_t reason)
{
    wifi_event_sta_disconnected_t e = {reason};

    is_in = false;
    on_wifi.handler(on_wifi.arg, WIFI_EVENT, WIFI_EVENT_STA_DISCONNECTED, &e);
}

/* --- mDNS ------------------------------------------------------------------------------------- */

esp_err_t mdns_init(void)
{
    assert(!names_are_up);
    names_are_up = true;
    return ESP_OK;
}

void mdns_free(void)
{
    names_are_up = false;
    esp->announced = 0;
}

esp_err_t mdns_hostname_set(const char *name)
{
    (void)snprintf(esp->announced_name, sizeof esp->announced_name, "%s", name);
    return ESP_OK;
}

esp_err_t mdns_instance_name_set(const char *name)
{
    return strcmp(name, esp->announced_name) == 0 ? ESP_OK : ESP_FAIL;
}

esp_err_t mdns_service_add(const char *instance, const char *service, const char *protocol,
    uint16_t port, mdns_txt_item_t *txt, size_t n_txt)
{
    assert(names_are_up && !instance && strcmp(service, "_http") == 0);
    esp->announced = port;
    for (size_t i = 0; i < n_txt; i++)
        if (strcmp(txt[i].key, "id") == 0)
            (void)snprintf(esp->announced_id, sizeof esp->announced_id, "%s", txt[i].value);
    return ESP_OK;
}
