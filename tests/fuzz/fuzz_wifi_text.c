/* What is written to CONTROL, said in STATUS, or set over HTTP: what was read is read as the same when it is written again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "wifi_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Escapes are six times as long as what they stand for. */
static char out[4096];

static void try_control(struct span json)
{
    struct wifi_control c, again;
    const char *why = NULL;

    if (wifi_control_read(json, &c, &why) < 0) {
        if (!why || strlen(why) >= sizeof(((struct wifi_status *)0)->error))
            abort();
        return;
    }
    if (wifi_ssid_fault((struct span){c.ssid, strlen(c.ssid)}) && c.has_ssid)
        abort();
    size_t n = wifi_control_write(&c, out, sizeof out);
    if (n == 0)
        abort();
    if (c.command == WIFI_CONFIGURE && !c.has_ssid)
        return; /* an empty name is refused */
    if (wifi_control_read((struct span){out, n}, &again, &why) < 0 || again.command != c.command ||
        (c.command == WIFI_CONFIGURE &&
            (strcmp(again.ssid, c.ssid) != 0 || strcmp(again.pass, c.pass) != 0)))
        abort();
}

static void try_status(struct span json)
{
    struct wifi_status s, again;

    if (wifi_status_read(json, &s) < 0)
        return;
    size_t n = wifi_status_write(&s, out, sizeof out);
    if (n == 0 || wifi_status_read((struct span){out, n}, &again) < 0 ||
        again.connected != s.connected || strcmp(again.ssid, s.ssid) != 0 ||
        strcmp(again.ip, s.ip) != 0 || again.rssi_dbm != s.rssi_dbm || again.state != s.state)
        abort();
    if (s.state != WIFI_STATE_UNKNOWN &&
        (strcmp(again.error, s.error) != 0 || again.settings.has != s.settings.has))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span json = {(const char *)data, size};
    struct wifi_settings settings;
    const char *why;

    try_control(json);
    try_status(json);
    if (wifi_settings_read(json, &settings, &why) == 0 &&
        (settings.has == 0 || settings.stream_fps > WIFI_STREAM_FPS_MAX))
        abort();
    return 0;
}
