/* announce.c - see announce.h. */
#include "announce.h"

#include "esp_check.h"
#include "esp_log.h"
#include "mdns.h"

static const char tag[] = "announce";

static esp_err_t say(const char *name, const char *id, uint16_t port)
{
    mdns_txt_item_t txt[] = {{"kind", "wifi-debug-camera"}, {"id", id}};

    ESP_RETURN_ON_ERROR(mdns_init(), tag, "no mDNS");
    ESP_RETURN_ON_ERROR(mdns_hostname_set(name), tag, "no name");
    ESP_RETURN_ON_ERROR(mdns_instance_name_set(name), tag, "no name");
    return mdns_service_add(NULL, "_http", "_tcp", port, txt, sizeof txt / sizeof *txt);
}

/* Its task and memory are given back while there is nothing to say. */
void announce(const char *name, const char *id, uint16_t port)
{
    mdns_free();
    if (port == 0)
        return;
    if (say(name, id, port) != ESP_OK) {
        ESP_LOGW(tag, "the camera is not found by its name");
        mdns_free();
    }
}
