/* main.c - the camera: set the board up, then tell the core what happens, in one task.
 *
 *     NimBLE's task, Wi-Fi's events ──┐
 *                                     ├─▶ inbox ─▶ this task: core, connections, flash
 *     tasks of lens, worker, encoder ─┘
 */
#include <stdio.h>

#include "begin.h"
#include "esp_app_desc.h"
#include "esp_mac.h"
#include "esp_psram.h"
#include "esp_task_wdt.h"
#include "esp_timer.h"
#include "give_up.h"
#include "sdkconfig.h"
#include "world.h"

_Static_assert(sizeof CONFIG_WARREN_WIFI_CAMERA_NAME - 1 <= PERIPHERAL_MAX_NAME,
    "the name has more letters than a scan response carries");

/* The longest wait, so that peripheral_step() and the watchdog have their turn. */
#define TURN_US PERIPHERAL_STEP_US

static struct wifi_camera_identity identity(void)
{
    struct wifi_camera_identity who = {0};
    uint8_t mac[6] = {0};

    (void)esp_read_mac(mac, ESP_MAC_WIFI_STA);
    (void)snprintf(who.mac, sizeof who.mac, "%02x%02x%02x%02x%02x%02x", mac[0], mac[1], mac[2],
        mac[3], mac[4], mac[5]);
    (void)snprintf(who.fw, sizeof who.fw, "%.23s", esp_app_get_description()->version);
    return who;
}

static void set_up(struct world *w)
{
    const char *why;

    if (!esp_psram_is_initialized())
        give_up("No PSRAM");
    why = begin_basics(&w->inbox, EVENT_PLACES, sizeof(struct event));
    if (why)
        give_up(why);
    w->who = identity();
    sockets_init(&w->sockets);
    if (!lens_start(&w->lens, &w->inbox) || !worker_start(&w->worker, &w->inbox) ||
        !encoder_start(&w->encoder, &w->inbox))
        give_up("No memory");
    if (!station_start(&w->station, &w->inbox))
        give_up("No Wi-Fi");
    if (!gatt_start(&w->service, CONFIG_WARREN_WIFI_CAMERA_NAME, &w->inbox) || !peripheral_await())
        give_up("No Bluetooth");
}

/* --- what happens ----------------------------------------------------------------------------- */

static void linked(
    struct world *w, struct wifi_camera *core, int64_t now, const struct peripheral_event *e)
{
    switch (e->type) {
    case PERIPHERAL_CONNECTED:
        wifi_camera_connected(core, now);
        break;
    case PERIPHERAL_MTU:
        wifi_camera_mtu(core, now, e->value);
        break;
    case PERIPHERAL_SUBSCRIBED:
        wifi_camera_subscribed(core, now, e->on);
        break;
    case PERIPHERAL_DISCONNECTED:
        peripheral_release(&w->service.link, GATT_HOST);
        wifi_camera_disconnected(core, now);
        peripheral_advertise(&w->service.link);
        break;
    }
}

static void written(struct wifi_camera *core, int64_t now, const struct event *e)
{
    const void *bytes = e->written.bytes;
    size_t n = e->written.n;

    if (e->written.row == GATT_CONTROL)
        (void)wifi_camera_control_written(core, now, e->written.encrypted, bytes, n);
    else if (e->written.row == GATT_SSID)
        (void)wifi_camera_ssid_written(core, now, bytes, n);
    else
        (void)wifi_camera_password_written(core, now, e->written.encrypted, bytes, n);
}

static void network(struct world *w, struct wifi_camera *core, int64_t now, const struct event *e)
{
    if (e->network.attempt != atomic_load(&w->station.attempt))
        return;
    if (e->type == EVENT_JOINED)
        wifi_camera_joined(core, now, e->network.ip);
    else if (e->type == EVENT_LOST)
        wifi_camera_lost(core, now);
    else
        wifi_camera_not_joined(core, now, e->network.why);
}

static void handle(struct world *w, struct wifi_camera *core, const struct event *e)
{
    int64_t now = esp_timer_get_time();

    switch (e->type) {
    case EVENT_LINK:
        linked(w, core, now, &e->link);
        break;
    case EVENT_WRITTEN:
        written(core, now, e);
        break;
    case EVENT_JOINED:
    case EVENT_NOT_JOINED:
    case EVENT_LOST:
        network(w, core, now, e);
        break;
    case EVENT_CAPTURED:
        wifi_camera_captured(core, now, e->taken);
        break;
    case EVENT_WORKED:
        wifi_camera_worked(core, now);
        break;
    case EVENT_ENCODED:
        wifi_camera_encoded(core, now, e->n_bytes);
        break;
    }
}

/* --- life ------------------------------------------------------------------------------------- */

static void turn(struct world *w, struct wifi_camera *core)
{
    int64_t wait_us, longest_us = sockets_are_used(&w->sockets) ? SOCKETS_TURN_US : TURN_US;
    struct event e;

    wifi_camera_step(core, esp_timer_get_time());
    sockets_step(&w->sockets, core);
    station_step(&w->station, esp_timer_get_time());
    peripheral_step(&w->service.link);
    inbox_tell_refused(&w->inbox, esp_timer_get_time());
    (void)esp_task_wdt_reset();
    wait_us = wifi_camera_next_us(core) - esp_timer_get_time();
    if (inbox_get(&w->inbox, wait_us < longest_us ? wait_us : longest_us, &e))
        handle(w, core, &e);
}

void app_main(void)
{
    struct world *w = begin_room(sizeof *w);
    void *room = begin_room(wifi_camera_bytes());
    struct wifi_camera *core;
    struct wifi_camera_port port;

    set_up(w);
    port = world_port(w);
    core = wifi_camera_init(room, &port, &w->who);
    (void)esp_task_wdt_add(NULL);
    wifi_camera_start(core, esp_timer_get_time());
    peripheral_advertise(&w->service.link);
    for (;;)
        turn(w, core);
}
