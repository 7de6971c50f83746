#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/util.h"
#include "base/version.h"
#include "sim_announce.h"
#include "splitmix.h"
#include "wifi_news.h"
#include "wifi_ours_private.h"

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
    int64_t now = gatt_core_now_us(&c->ble);

    if (c->air.state == WIFI_AIR_JOINED) {
        wifi_camera_joined(c->core, now, c->air.address);
    } else if (c->air.state == WIFI_AIR_FAILED) {
        wifi_news("failed", c->options->name, NULL);
        wifi_camera_not_joined(c->core, now, failure_of(c->air.fault));
    } else {
        wifi_ours_break_all(c);
        wifi_camera_lost(c->core, now);
    }
    gatt_core_told(&c->ble);
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

static const struct wifi_camera_port port = {.set_value = wifi_ours_set_value,
    .notify = wifi_ours_notify,
    .join = join,
    .leave = leave,
    .rssi = rssi,
    .announce = announce,
    .camera_open = wifi_ours_camera_open,
    .camera_close = wifi_ours_camera_close,
    .capture = wifi_ours_capture,
    .encode = wifi_ours_encode,
    .work = wifi_ours_work,
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
    wifi_ours_ble_init(c);
    c->random = c->options->common.seed;
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
    if (r >= 0)
        r = wifi_air_port(l, &o->air, o->port, &c->port, e);
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
    return &c->ble.app;
}

void wifi_ours_start(struct wifi_ours *c)
{
    gatt_advertise(&c->ble.app, true);
    wifi_camera_start(c->core, gatt_core_now_us(&c->ble));
    gatt_core_told(&c->ble);
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
    gatt_core_fini(&c->ble);
    wifi_air_fini(&c->air);
    sim_announce_free(c->announce);
    free(c->room);
    free(c);
    return NULL;
}
