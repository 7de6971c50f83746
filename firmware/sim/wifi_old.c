#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "wifi_old_camera.h"
#include "wifi_old_http.h"
#include "wifi_old_private.h"
#include "wifi_text.h"

/* The lamp's is what it is found by, and that of thousands of other devices. */
static const char *const services[] = {"4fafc201-1fb5-459e-8fcc-c5c9c331914b",
    "5fafc301-1fb5-459e-8fcc-c5c9c331914b", WIFI_SERVICE_UUID};
static const struct gatt_char chars[WIFI_OLD_N_CHARS] = {
    [WIFI_OLD_CHAR_STATE] = {0, "beb5483e-36e1-4688-b7f5-ea07361b26a8", GATT_READ | GATT_NOTIFY},
    [WIFI_OLD_CHAR_COLOR] = {0, "d1e5a4c3-eb10-4a3e-8a4c-1234567890ab", GATT_READ | GATT_WRITE},
    [WIFI_OLD_CHAR_BRIGHTNESS] = {0, "f3e7c6e5-0d32-4c5a-ac6e-3456789012cd",
        GATT_READ | GATT_WRITE},
    [WIFI_OLD_CHAR_CAMERA] = {1, "7dc5a4c3-eb10-4a3e-8a4c-1234567890ab", GATT_WRITE},
    [WIFI_OLD_CHAR_CONTROL] = {2, WIFI_CONTROL_UUID, GATT_WRITE},
    [WIFI_OLD_CHAR_STATUS] = {2, WIFI_STATUS_UUID, GATT_READ | GATT_NOTIFY},
    [WIFI_OLD_CHAR_SSID] = {2, WIFI_SSID_UUID, GATT_READ | GATT_WRITE},
    [WIFI_OLD_CHAR_PASSWORD] = {2, WIFI_PASSWORD_UUID, GATT_WRITE},
};

/* --- Bluetooth ---------------------------------------------------------------------------------- */

static int on_read(void *ctx, unsigned chr, uint8_t *out, size_t cap)
{
    const struct wifi_old_value *v = &((const struct wifi_old *)ctx)->values[chr];
    size_t n = MIN(v->n, cap);

    memcpy(out, v->bytes, n);
    return (int)n;
}

static void command_camera(struct wifi_old *c, const uint8_t *bytes, size_t n)
{
    if (n == 5 && memcmp(bytes, "start", 5) == 0)
        wifi_old_camera_detect(c->camera, true);
    else if (n == 4 && memcmp(bytes, "stop", 4) == 0)
        wifi_old_camera_detect(c->camera, false);
}

/* What is written can be read again, whether it did anything or not. */
static int on_written(void *ctx, unsigned chr, const uint8_t *bytes, size_t n, bool with_response)
{
    struct wifi_old *c = ctx;
    struct wifi_old_value *v = &c->values[chr];

    v->n = MIN(n, sizeof v->bytes);
    memcpy(v->bytes, bytes, v->n);
    if (chr == WIFI_OLD_CHAR_CONTROL && n > 0)
        wifi_old_take_control(c, v->bytes, v->n);
    else if (chr == WIFI_OLD_CHAR_CAMERA)
        command_camera(c, v->bytes, v->n);
    return 0;
}

static const struct gatt_calls calls = {.read = on_read, .written = on_written};

/* The camera has another view. */
static void on_shown(void *ctx)
{
    struct wifi_old *c = ctx;

    if (c->http)
        wifi_old_http_shown(c->http);
}

/* --- life --------------------------------------------------------------------------------------- */

static void set_up(struct wifi_old *c)
{
    static const char lamp[] = "{\"r\":255,\"g\":0,\"b\":0,\"brightness\":80,\"enabled\":true}";

    c->app = (struct gatt_app){.name = c->options->name,
        .services = services,
        .n_services = N_ELEMENTS(services),
        .chars = chars,
        .n_chars = WIFI_OLD_N_CHARS,
        .calls = &calls,
        .ctx = c};
    c->values[WIFI_OLD_CHAR_STATE].n = sizeof lamp - 1;
    memcpy(c->values[WIFI_OLD_CHAR_STATE].bytes, lamp, sizeof lamp - 1);
    wifi_old_link_init(c);
}

int wifi_old_new(
    struct loop *l, const struct wifi_options *o, struct wifi_old **ret, struct error *e)
{
    struct wifi_old *c = calloc(1, sizeof *c);
    uint16_t unused;
    int r;

    if (!c)
        return error_set(e, -ENOMEM, "no memory");
    c->loop = l;
    c->options = o;
    r = wifi_air_port(l, &o->air, o->port, &unused, e);
    if (r >= 0)
        r = wifi_old_camera_new(l, o, on_shown, c, &c->camera, e);
    if (r < 0) {
        free(c);
        return r;
    }
    set_up(c);
    *ret = c;
    return 0;
}

struct gatt_app *wifi_old_app(struct wifi_old *c)
{
    return &c->app;
}

void wifi_old_start(struct wifi_old *c)
{
    gatt_advertise(&c->app, true);
    if (c->options->online)
        wifi_old_go_online(c);
}

void wifi_old_strike(struct wifi_old *c)
{
    wifi_air_strike(&c->air);
}

struct wifi_old *wifi_old_free(struct wifi_old *c)
{
    if (!c)
        return NULL;
    wifi_old_link_fini(c);
    wifi_old_camera_free(c->camera);
    free(c);
    return NULL;
}
