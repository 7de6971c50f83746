/* main.c - the hub: set the board up, then tell the core what happens, in one task.
 *
 *     NimBLE's task ─┐
 *                    ├─▶ inbox ─▶ this task: core, display, light ◀─▶ app on a wire
 *     Wi-Fi's task ──┘
 */
#include "begin.h"
#include "esp_heap_caps.h"
#include "esp_log.h"
#include "esp_task_wdt.h"
#include "esp_timer.h"
#include "event.h"
#include "give_up.h"
#include "sdkconfig.h"
#include "serial_driver.h"
#include "world.h"

static const char tag[] = "hub";

_Static_assert(sizeof CONFIG_WARREN_HUB_NAME - 1 <= PERIPHERAL_MAX_NAME,
    "the name has more letters than a scan response carries");

#define DISPLAY_ADDRESS 0x3c

/* --- in Wi-Fi's task -------------------------------------------------------------------------- */

/* Who is not taken is asked again, or says it again: but what apps do comes first. That something went out the core's task sees by
 * itself while anything waits: then it is awake. */
static void on_air(void *ctx, const struct espnow_message *heard)
{
    struct world *w = ctx;
    struct event e = {.type = heard ? EVENT_HEARD : EVENT_SENT};

    if (heard)
        e.heard = *heard;
    if (heard || inbox_room(&w->inbox) > EVENT_HEARD_KEPT_PLACES)
        (void)inbox_offer(&w->inbox, &e, EVENT_HEARD_KEPT_PLACES);
}

/* --- in the core's task ----------------------------------------------------------------------- */

static _Noreturn void give_up_visibly(struct world *w, const char *why)
{
    text_screen_line(&w->screen, PLAY_HUB_LINE_TITLE, why);
    ssd1306_show(&w->display, &w->screen);
    give_up(why);
}

static void show_nothing_yet(struct world *w)
{
    text_screen_init(&w->screen);
    if (CONFIG_WARREN_HUB_DISPLAY_SDA >= 0)
        ssd1306_start(&w->display, I2C_NUM_0, CONFIG_WARREN_HUB_DISPLAY_SDA,
            CONFIG_WARREN_HUB_DISPLAY_SCL, DISPLAY_ADDRESS);
    if (CONFIG_WARREN_HUB_LIGHT >= 0)
        led_strip_start(&w->light, CONFIG_WARREN_HUB_LIGHT);
}

static void set_up(struct world *w)
{
    const char *why;

    show_nothing_yet(w);
    why = begin_basics(&w->inbox, EVENT_PLACES, sizeof(struct event));
    if (why)
        give_up_visibly(w, why);
    w->espnow = (struct espnow){.on_air = on_air, .ctx = w};
    if (!espnow_start(&w->espnow, AIR_CHANNEL))
        give_up_visibly(w, "ESP-NOW failed");
    if (!nus_start(&w->nus, CONFIG_WARREN_HUB_NAME, PLAY_HUB_MAX_CENTRALS, &w->inbox) ||
        !peripheral_await())
        give_up_visibly(w, "BLE failed");
    serial_start(&w->serial);
}

static void linked(
    struct world *w, struct play_hub *core, int64_t now, const struct peripheral_event *e)
{
    switch (e->type) {
    case PERIPHERAL_CONNECTED:
        play_hub_connected(core, now, e->host, 0);
        break;
    case PERIPHERAL_MTU:
        play_hub_mtu(core, now, e->host, e->value);
        break;
    case PERIPHERAL_SUBSCRIBED:
        play_hub_subscribed(core, now, e->host, e->on);
        break;
    case PERIPHERAL_DISCONNECTED:
        peripheral_release(&w->nus.link, e->host);
        play_hub_disconnected(core, now, e->host);
        break;
    }
}

static void handle(struct world *w, struct play_hub *core, const struct event *e)
{
    int64_t now = esp_timer_get_time();

    switch (e->type) {
    case EVENT_LINK:
        linked(w, core, now, &e->link);
        break;
    case EVENT_WRITTEN:
        play_hub_written(core, now, e->written.app, e->written.bytes, e->written.n);
        break;
    case EVENT_HEARD:
        play_hub_received(core, now, e->heard.mac, e->heard.rssi_dbm, e->heard.bytes, e->heard.n);
        break;
    case EVENT_SENT:
        break;
    }
}

/* As much as the driver has room for, and no more in one turn: others wait. */
static void read_serial(struct world *w, struct play_hub *core)
{
    char bytes[128];
    size_t n;

    for (unsigned i = 0; i < SERIAL_DRIVER_BYTES / sizeof bytes; i++) {
        n = serial_read(&w->serial, bytes, sizeof bytes);
        if (n == 0)
            return;
        play_hub_serial_received(core, esp_timer_get_time(), bytes, n);
    }
}

static int64_t next_us(const struct world *w, const struct play_hub *core)
{
    int64_t a = play_hub_next_us(core), b = espnow_next_us(&w->espnow);

    return a < b ? a : b;
}

static void turn(struct world *w, struct play_hub *core)
{
    int64_t longest_us = w->serial.there ? SERIAL_STEP_US : PERIPHERAL_STEP_US, wait_us;
    struct event e;

    play_hub_step(core, esp_timer_get_time());
    read_serial(w, core);
    serial_step(&w->serial, esp_timer_get_time());
    espnow_step(&w->espnow, esp_timer_get_time());
    peripheral_step(&w->nus.link);
    ssd1306_show(&w->display, &w->screen);
    inbox_tell_refused(&w->inbox, esp_timer_get_time());
    wait_us = next_us(w, core) - esp_timer_get_time();
    if (inbox_get(&w->inbox, wait_us < longest_us ? wait_us : longest_us, &e))
        handle(w, core, &e);
}

void app_main(void)
{
    struct world *w = begin_room(sizeof *w);
    struct play_hub *core = begin_room(sizeof *core);
    struct play_hub_port port;
    uint8_t mac[ESPNOW_MAC_BYTES];

    set_up(w);
    espnow_mac(mac);
    port = world_port(w);
    play_hub_init(core, &port, mac);
    (void)esp_task_wdt_add(NULL);
    play_hub_start(core, esp_timer_get_time());
    ESP_LOGI(tag, "%s on channel %d, %u KB of memory left", CONFIG_WARREN_HUB_NAME, AIR_CHANNEL,
        (unsigned)(heap_caps_get_free_size(MALLOC_CAP_INTERNAL) / 1024));
    for (;;)
        turn(w, core);
}
