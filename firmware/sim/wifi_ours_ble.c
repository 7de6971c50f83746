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
    struct wifi_ours *c = ctx;

    c->values[which].n = MIN(n, sizeof c->values[which].bytes);
    memcpy(c->values[which].bytes, bytes, c->values[which].n);
}

bool wifi_ours_notify(void *ctx, const void *bytes, size_t n)
{
    return gatt_notify(&((struct wifi_ours *)ctx)->app, CHAR_STATUS, bytes, n) != -EAGAIN;
}

static void on_connected(void *ctx, unsigned mtu)
{
    struct wifi_ours *c = ctx;

    wifi_camera_connected(c->core, wifi_ours_now_us(c));
    wifi_camera_mtu(c->core, wifi_ours_now_us(c), mtu);
    wifi_ours_rearm(c);
}

static void on_disconnected(void *ctx, bool by_host)
{
    struct wifi_ours *c = ctx;

    c->wrote_password = false;
    wifi_camera_disconnected(c->core, wifi_ours_now_us(c));
    wifi_ours_rearm(c);
}

static void on_subscribed(void *ctx, unsigned chr, bool on)
{
    struct wifi_ours *c = ctx;

    wifi_camera_subscribed(c->core, wifi_ours_now_us(c), on);
    wifi_ours_rearm(c);
}

static int on_read(void *ctx, unsigned chr, uint8_t *out, size_t cap)
{
    const struct wifi_ours *c = ctx;
    enum wifi_camera_value which = chr == CHAR_SSID ? WIFI_CAMERA_SSID : WIFI_CAMERA_STATUS;
    size_t n = MIN(c->values[which].n, cap);

    memcpy(out, c->values[which].bytes, n);
    return (int)n;
}

/* BlueZ tells nobody whether a link is encrypted; it is where PASSWORD could be written. */
static bool is_encrypted(struct wifi_ours *c, unsigned chr)
{
    if (!c->options->common.bluez)
        return !c->options->plain;
    c->wrote_password |= chr == CHAR_PASSWORD;
    return c->wrote_password;
}

static int on_written(void *ctx, unsigned chr, const uint8_t *bytes, size_t n, bool with_response)
{
    struct wifi_ours *c = ctx;
    bool encrypted = is_encrypted(c, chr);
    int64_t now = wifi_ours_now_us(c);
    int r;

    if (chr == CHAR_CONTROL)
        r = wifi_camera_control_written(c->core, now, encrypted, bytes, n);
    else if (chr == CHAR_SSID)
        r = wifi_camera_ssid_written(c->core, now, bytes, n);
    else
        r = wifi_camera_password_written(c->core, now, encrypted, bytes, n);
    wifi_ours_rearm(c);
    return r;
}

static const struct gatt_calls calls = {.connected = on_connected,
    .disconnected = on_disconnected,
    .subscribed = on_subscribed,
    .read = on_read,
    .written = on_written};

void wifi_ours_ble_init(struct wifi_ours *c)
{
    c->app = (struct gatt_app){.name = c->options->name,
        .services = services,
        .n_services = N_ELEMENTS(services),
        .chars = chars,
        .n_chars = N_CHARS,
        .calls = &calls,
        .ctx = c};
}
