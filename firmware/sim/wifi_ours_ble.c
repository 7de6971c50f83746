/* wifi_ours_ble.c - the camera's WiFi service. */
#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "wifi_ours_private.h"

enum { CHAR_CONTROL, CHAR_STATUS, CHAR_SSID, CHAR_PASSWORD, N_CHARS };

static const char *const services[] = {WIFI_SERVICE_UUID};
static const struct gatt_char chars[N_CHARS] = {
    [CHAR_CONTROL] = {0, WIFI_CONTROL_UUID, GATT_WRITE},
    [CHAR_STATUS] = {0, WIFI_STATUS_UUID, GATT_READ | GATT_NOTIFY},
    [CHAR_SSID] = {0, WIFI_SSID_UUID, GATT_READ | GATT_WRITE},
    [CHAR_PASSWORD] = {0, WIFI_PASSWORD_UUID, GATT_WRITE | GATT_ENCRYPTED},
};

void wifi_ours_set_value(void *ctx, enum wifi_camera_value which, const void *bytes, size_t n)
{
    gatt_core_set(&((struct wifi_ours *)ctx)->ble,
        which == WIFI_CAMERA_SSID ? CHAR_SSID : CHAR_STATUS, bytes, n);
}

bool wifi_ours_notify(void *ctx, const void *bytes, size_t n)
{
    return gatt_notify(&((struct wifi_ours *)ctx)->ble.app, CHAR_STATUS, bytes, n) != -EAGAIN;
}

static int64_t next_us(void *ctx)
{
    return wifi_camera_next_us(((struct wifi_ours *)ctx)->core);
}

static void step(void *ctx, int64_t now_us)
{
    wifi_camera_step(((struct wifi_ours *)ctx)->core, now_us);
}

static void connected(void *ctx, int64_t now_us, unsigned mtu)
{
    struct wifi_ours *c = ctx;

    wifi_camera_connected(c->core, now_us);
    wifi_camera_mtu(c->core, now_us, mtu);
}

static void disconnected(void *ctx, int64_t now_us, bool by_host)
{
    struct wifi_ours *c = ctx;

    c->wrote_password = false;
    wifi_camera_disconnected(c->core, now_us);
}

static void subscribed(void *ctx, int64_t now_us, unsigned chr, bool on)
{
    wifi_camera_subscribed(((struct wifi_ours *)ctx)->core, now_us, on);
}

/* BlueZ tells nobody whether a link is encrypted; it is where PASSWORD could be written. */
static bool is_encrypted(struct wifi_ours *c, unsigned chr)
{
    if (!c->options->common.bluez)
        return !c->options->plain;
    c->wrote_password |= chr == CHAR_PASSWORD;
    return c->wrote_password;
}

static int written(void *ctx, int64_t now_us, unsigned chr, const uint8_t *bytes, size_t n)
{
    struct wifi_ours *c = ctx;
    bool encrypted = is_encrypted(c, chr);

    if (chr == CHAR_CONTROL)
        return wifi_camera_control_written(c->core, now_us, encrypted, bytes, n);
    if (chr == CHAR_SSID)
        return wifi_camera_ssid_written(c->core, now_us, bytes, n);
    return wifi_camera_password_written(c->core, now_us, encrypted, bytes, n);
}

static const struct gatt_core_calls calls = {.next_us = next_us,
    .step = step,
    .connected = connected,
    .disconnected = disconnected,
    .subscribed = subscribed,
    .written = written};

void wifi_ours_ble_init(struct wifi_ours *c)
{
    c->ble = (struct gatt_core){.app = {.name = c->options->name,
                                    .services = services,
                                    .n_services = N_ELEMENTS(services),
                                    .chars = chars,
                                    .n_chars = N_CHARS},
        .calls = &calls,
        .ctx = c};
    gatt_core_init(&c->ble, c->loop);
}
