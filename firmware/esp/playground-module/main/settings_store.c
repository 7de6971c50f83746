/* settings_store.c - see settings_store.h. */
#include "settings_store.h"

#include <string.h>

#include "esp_log.h"
#include "nvs.h"
#include "sdkconfig.h"

static const char tag[] = "settings";
static const char space[] = "module";
static const char name_key[] = "name";
static const char game_key[] = "game";
static const char threshold_key[] = "threshold";

_Static_assert(sizeof CONFIG_WARREN_MODULE_NAME <= PLAY_MODULE_NAME_BYTES,
    "the name has more bytes than a module's has");

static void load_name(nvs_handle_t h, char ret[PLAY_MODULE_NAME_BYTES])
{
    char name[PLAY_MODULE_NAME_BYTES];
    size_t n = sizeof name;

    if (nvs_get_str(h, name_key, name, &n) == ESP_OK)
        memcpy(ret, name, n);
}

static void load_numbers(nvs_handle_t h, struct play_module_settings *ret)
{
    int32_t v;

    if (nvs_get_i32(h, game_key, &v) == ESP_OK)
        ret->game = (enum play_game)v;
    if (nvs_get_i32(h, threshold_key, &v) == ESP_OK)
        ret->threshold_dbm = (int)v;
}

void settings_load(struct play_module_settings *ret)
{
    nvs_handle_t h;

    memcpy(ret->name, CONFIG_WARREN_MODULE_NAME, sizeof CONFIG_WARREN_MODULE_NAME);
    if (nvs_open(space, NVS_READONLY, &h) != ESP_OK)
        return;
    load_name(h, ret->name);
    load_numbers(h, ret);
    nvs_close(h);
}

int settings_save(const struct play_module_settings *settings)
{
    nvs_handle_t h;
    esp_err_t e = nvs_open(space, NVS_READWRITE, &h);

    if (e == ESP_OK) {
        e = nvs_set_i32(h, game_key, (int32_t)settings->game);
        if (e == ESP_OK)
            e = nvs_set_i32(h, threshold_key, settings->threshold_dbm);
        if (e == ESP_OK)
            e = nvs_commit(h);
        nvs_close(h);
    }
    if (e != ESP_OK)
        ESP_LOGE(tag, "not saved: %s", esp_err_to_name(e));
    return e == ESP_OK ? 0 : -1;
}
