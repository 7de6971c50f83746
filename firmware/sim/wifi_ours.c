#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/util.h"
#include "base/version.h"
#include "sim_announce.h"
#include "splitmix.h"
#include "wifi_news.h"
#include "wifi_ours_private.h"

enum { CHAR_CONTROL, CHAR_STATUS, CHAR_SSID, CHAR_PASSWORD, N_CHARS };

static const char *const services[] = {WIFI_SERVICE_UUID};
static const struct gatt_char chars[N_CHARS] = {
    [CHAR_CONTROL] = {0, WIFI_CONTROL_UUID, GATT_WRITE},
    [CHAR_STATUS] = {0, WIFI_STATUS_UUID, GATT_READ | GATT_NOTIFY},
    [CHAR_SSID] = {0, WIFI_SSID_UUID, GATT_READ | GATT_WRITE},
    [CHAR_PASSWORD] = {0, WIFI_PASSWORD_UUID, GATT_WRITE | GATT_ENCRYPTED},
};

int64_t wifi_ours_now_us(const struct wifi_ours *c)
{
    return loop_now_us(c->loop);
}

void wifi_ours_rearm(struct wifi_ours *c)
{
    (void)timer_once(&c->step, wifi_camera_next_us(c->core) - wifi_ours_now_us(c));
}

static void on_step(struct timer *t)
{
    struct wifi_ours *c = container_of(t, struct wifi_ours, step);

    wifi_camera_step(c->core, wifi_ours_now_us(c));
    wifi_ours_rearm(c);
}

/* --- Bluetooth ---------------------------------------------------------------------------------- */

static void set_value(void *ctx, enum wifi_camera_value which, const void *bytes, size_t n)
{
    struct wifi_ours *c = ctx;

    c->values[which].n = MIN(n, sizeof c->values[which].bytes);
    memcpy(c->values[which].bytes, bytes, c->values[which].n);
}

static bool notify(void *ctx, const void *bytes, size_t n)
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

/* --- Wi-Fi -------------------------------------------------------------------------------------- */

static enum wifi_camera_failure failure_of(enum wifi_air_fault fault)
{
    switch (fault) {
    case WIFI_AIR_NOT_FOUND:
        return WIFI_CAMERA_NO_NETWORK;
    case WIFI_AIR_WRONG_PASSWORD:
        return WIFI_CAMERA_WRONG_PASSWORD;
    case WIFI_AIR_NO_ADDRESS:
        return WIFI_CAMERA_NO_ADDRESS;
    default:
        return WIFI_CAMERA_REFUSED;
    }
}

static void on_air(void *ctx)
{
    struct wifi_ours *c = ctx;
    int64_t now = wifi_ours_now_us(c);

    if (c->air.state == WIFI_AIR_JOINED) {
        wifi_camera_joined(c->core, now, c->air.address);
    } else if (c->air.state == WIFI_AIR_FAILED) {
        wifi_news("failed", c->options->name, NULL);
        wifi_camera_not_joined(c->core, now, failure_of(c->air.fault));
    } else {
        wifi_ours_break_all(c);
        wifi_camera_lost(c->core, now);
    }
    wifi_ours_rearm(c);
}

static void join(void *ctx, const char *ssid, const char *pass)
{
    wifi_air_join(&((struct wifi_ours *)ctx)->air, ssid, pass);
}

static void leave(void *ctx)
{
    wifi_air_leave(&((struct wifi_ours *)ctx)->air);
}

static int rssi(void *ctx)
{
    return ((struct wifi_ours *)ctx)->options->air.rssi_dbm;
}

/* By mDNS. The network is pretended, and nobody in it hears that; who is asked for announces it in the real one. */
static void announce(void *ctx, uint16_t port)
{
    sim_announce_port(((struct wifi_ours *)ctx)->announce, port);
}

/* --- the rest of its world ---------------------------------------------------------------------- */

static void *memory_new(void *ctx, size_t n)
{
    return malloc(n);
}

static void memory_free(void *ctx, void *room)
{
    free(room);
}

static size_t heap_free(void *ctx)
{
    return ((struct wifi_ours *)ctx)->options->heap_kb * 1024u;
}

static unsigned cpu_percent(void *ctx)
{
    return ((struct wifi_ours *)ctx)->options->cpu_percent;
}

static int64_t port_now_us(void *ctx)
{
    return clock_mono_us();
}

static uint32_t random_number(void *ctx)
{
    return (uint32_t)splitmix(&((struct wifi_ours *)ctx)->random);
}

static void log_line(void *ctx, const char *line)
{
    const struct wifi_options *o = ((struct wifi_ours *)ctx)->options;

    if (o->common.verbose)
        log_info("says", F_STR("camera", o->name), F_STR("line", line));
}

static const struct wifi_camera_port port = {.set_value = set_value,
    .notify = notify,
    .join = join,
    .leave = leave,
    .rssi = rssi,
    .announce = announce,
    .camera_open = wifi_ours_camera_open,
    .camera_close = wifi_ours_camera_close,
    .capture = wifi_ours_capture,
    .encode = wifi_ours_encode,
    .listen = wifi_ours_listen,
    .unlisten = wifi_ours_unlisten,
    .send = wifi_ours_send,
    .end = wifi_ours_end,
    .close = wifi_ours_close,
    .memory_new = memory_new,
    .memory_free = memory_free,
    .heap_free = heap_free,
    .cpu_percent = cpu_percent,
    .load = wifi_ours_load,
    .save = wifi_ours_save,
    .random = random_number,
    .now_us = port_now_us,
    .log = log_line};

/* --- life --------------------------------------------------------------------------------------- */

static void set_up(struct wifi_ours *c)
{
    c->app = (struct gatt_app){.name = c->options->name,
        .services = services,
        .n_services = N_ELEMENTS(services),
        .chars = chars,
        .n_chars = N_CHARS,
        .calls = &calls,
        .ctx = c};
    c->random = c->options->common.seed;
    c->port = c->options->port;
    timer_init(&c->step, c->loop, on_step);
    wifi_air_init(&c->air, c->loop, &c->options->air, on_air, c);
}

/* An address of its own for each name. */
static void write_mac(const char *name, char out[static 13])
{
    uint64_t state = 0;

    for (; *name; name++) {
        state ^= (uint8_t)*name;
        state = splitmix(&state);
    }
    snprintf(out, 13, "00aa01%06x", (unsigned)(state & 0xffffff));
}

static int init_announce(struct wifi_ours *c, struct error *e)
{
    const struct sim_announcement what = {.name = c->options->name,
        .type = "_http._tcp",
        .address = c->options->address,
        .txt = {"kind=wifi-debug-camera", c->txt_id}};

    return c->options->mdns ? sim_announce_new(c->loop, c->options->mdns, &what, &c->announce, e)
                            : 0;
}

static int init_core(struct wifi_ours *c, struct error *e)
{
    struct wifi_camera_identity who = {.fw = WARREN_VERSION};
    struct wifi_camera_port world = port;

    world.ctx = c;
    write_mac(c->options->name, who.mac);
    snprintf(c->txt_id, sizeof c->txt_id, "id=%s", who.mac);
    c->room = malloc(wifi_camera_bytes());
    c->core = c->room ? wifi_camera_init(c->room, &world, &who) : NULL;
    return c->core ? 0 : error_set(e, -ENOMEM, "no memory");
}

int wifi_ours_new(
    struct loop *l, const struct wifi_options *o, struct wifi_ours **ret, struct error *e)
{
    struct wifi_ours *c = calloc(1, sizeof *c);
    int r;

    if (!c)
        return error_set(e, -ENOMEM, "no memory");
    c->loop = l;
    c->options = o;
    set_up(c);
    r = wifi_ours_sensor_init(c, e);
    if (r >= 0 && c->port == 0)
        r = wifi_ours_free_port(c, &c->port, e);
    if (r >= 0)
        r = init_core(c, e);
    if (r >= 0)
        r = init_announce(c, e);
    if (r < 0) {
        wifi_ours_free(c);
        return r;
    }
    *ret = c;
    return 0;
}

struct gatt_app *wifi_ours_app(struct wifi_ours *c)
{
    return &c->app;
}

void wifi_ours_start(struct wifi_ours *c)
{
    gatt_advertise(&c->app, true);
    wifi_camera_start(c->core, wifi_ours_now_us(c));
    wifi_ours_rearm(c);
}

void wifi_ours_strike(struct wifi_ours *c)
{
    wifi_air_strike(&c->air);
}

struct wifi_ours *wifi_ours_free(struct wifi_ours *c)
{
    if (!c)
        return NULL;
    if (c->core)
        wifi_camera_fini(c->core);
    wifi_ours_sensor_fini(c);
    timer_stop(&c->step);
    wifi_air_fini(&c->air);
    sim_announce_free(c->announce);
    free(c->room);
    free(c);
    return NULL;
}
