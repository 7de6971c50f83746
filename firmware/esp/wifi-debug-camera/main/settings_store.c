/* settings_store.c - see settings_store.h. */
#include "settings_store.h"

#include <string.h>

#include "esp_log.h"
#include "nvs.h"

static const char tag[] = "settings";
static const char space[] = "wifi-camera";
static const char key[] = "kept";

#define FORM 1
enum { AT_FORM, AT_ENABLED, AT_WEB, AT_FPS, AT_SIZE, AT_PORT, AT_SSID = 7, AT_PASS = 40 };
#define N_BYTES (AT_PASS + WIFI_PASS_BYTES)

static bool read_blob(uint8_t bytes[N_BYTES])
{
    nvs_handle_t h;
    size_t n = N_BYTES;
    esp_err_t e = nvs_open(space, NVS_READONLY, &h);

    if (e != ESP_OK)
        return false;
    e = nvs_get_blob(h, key, bytes, &n);
    nvs_close(h);
    return e == ESP_OK && n == N_BYTES && bytes[AT_FORM] == FORM;
}

bool settings_load(struct wifi_camera_kept *ret)
{
    uint8_t bytes[N_BYTES];

    if (!read_blob(bytes))
        return false;
    *ret = (struct wifi_camera_kept){.enabled = bytes[AT_ENABLED] != 0,
        .settings = {.web_enabled = bytes[AT_WEB] != 0,
            .stream_fps = bytes[AT_FPS],
            .frame_size = (enum wifi_frame_size)bytes[AT_SIZE],
            .web_port = (uint16_t)(bytes[AT_PORT] | bytes[AT_PORT + 1] << 8)}};
    memcpy(ret->ssid, bytes + AT_SSID, sizeof ret->ssid);
    memcpy(ret->pass, bytes + AT_PASS, sizeof ret->pass);
    return true;
}

static esp_err_t write_blob(const uint8_t bytes[N_BYTES])
{
    nvs_handle_t h;
    esp_err_t e = nvs_open(space, NVS_READWRITE, &h);

    if (e != ESP_OK)
        return e;
    e = nvs_set_blob(h, key, bytes, N_BYTES);
    if (e == ESP_OK)
        e = nvs_commit(h);
    nvs_close(h);
    return e;
}

int settings_save(const struct wifi_camera_kept *kept)
{
    const struct wifi_settings *s = &kept->settings;
    uint8_t bytes[N_BYTES] = {[AT_FORM] = FORM,
        [AT_ENABLED] = kept->enabled,
        [AT_WEB] = s->web_enabled,
        [AT_FPS] = s->stream_fps,
        [AT_SIZE] = (uint8_t)s->frame_size,
        [AT_PORT] = (uint8_t)s->web_port,
        [AT_PORT + 1] = (uint8_t)(s->web_port >> 8)};
    esp_err_t e;

    memcpy(bytes + AT_SSID, kept->ssid, sizeof kept->ssid);
    memcpy(bytes + AT_PASS, kept->pass, sizeof kept->pass);
    e = write_blob(bytes);
    if (e != ESP_OK)
        ESP_LOGE(tag, "not saved: %s", esp_err_to_name(e));
    return e == ESP_OK ? 0 : -1;
}
