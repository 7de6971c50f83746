/* nvs_begin.c - see nvs_begin.h. */
#include "nvs_begin.h"

#include "esp_log.h"
#include "nvs_flash.h"

bool nvs_begin(void)
{
    esp_err_t e = nvs_flash_init();

    if (e == ESP_ERR_NVS_NO_FREE_PAGES || e == ESP_ERR_NVS_NEW_VERSION_FOUND) {
        ESP_LOGW("nvs", "cannot be read (%s): erased", esp_err_to_name(e));
        e = nvs_flash_erase();
        if (e == ESP_OK)
            e = nvs_flash_init();
    }
    if (e != ESP_OK)
        ESP_LOGE("nvs", "%s", esp_err_to_name(e));
    return e == ESP_OK;
}
