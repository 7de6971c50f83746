/* settings_store.c - see settings_store.h. */
#include "settings_store.h"

#include "esp_log.h"
#include "nvs.h"

static const char tag[] = "settings";
static const char space[] = "settings";
static const char frequency_key[] = "sleep_sec";
static const char threshold_key[] = "storage_pct";

static void load_frequency(nvs_handle_t h, struct batch_config *ret)
{
    int32_t s;

    if (nvs_get_i32(h, frequency_key, &s) != ESP_OK || s < 0)
        return;
    ret->frequency_known = true;
    ret->frequency_s = (uint32_t)s;
}

/* What is no number is below and above nothing. */
static void load_threshold(nvs_handle_t h, struct batch_config *ret)
{
    float percent;
    size_t n = sizeof percent;

    if (nvs_get_blob(h, threshold_key, &percent, &n) != ESP_OK || n != sizeof percent)
        return;
    if (!(percent >= 0.0f && percent <= 100.0f))
        return;
    ret->threshold_known = true;
    ret->threshold_permille = (uint16_t)(percent * 10.0f + 0.5f);
}

bool settings_load(struct batch_config *ret)
{
    nvs_handle_t h;

    *ret = (struct batch_config){0};
    if (nvs_open(space, NVS_READONLY, &h) != ESP_OK)
        return false;
    load_frequency(h, ret);
    load_threshold(h, ret);
    nvs_close(h);
    return ret->frequency_known || ret->threshold_known;
}

int settings_save(const struct batch_config *settings)
{
    float percent = (float)settings->threshold_permille / 10.0f;
    nvs_handle_t h;
    esp_err_t e = nvs_open(space, NVS_READWRITE, &h);

    if (e == ESP_OK) {
        e = nvs_set_i32(h, frequency_key, (int32_t)settings->frequency_s);
        if (e == ESP_OK)
            e = nvs_set_blob(h, threshold_key, &percent, sizeof percent);
        if (e == ESP_OK)
            e = nvs_commit(h);
        nvs_close(h);
    }
    if (e != ESP_OK)
        ESP_LOGE(tag, "not saved: %s", esp_err_to_name(e));
    return e == ESP_OK ? 0 : -1;
}
