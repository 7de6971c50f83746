/* main.c - a module: set the board up, then tell the core what happens, in one task.
 *
 *     Wi-Fi's task ───────┐
 *                         ├─▶ inbox ─▶ this task: core, LEDs, motor, flash
 *     button's interrupt ─┘
 */
#include "begin.h"
#include "esp_log.h"
#include "esp_task_wdt.h"
#include "esp_timer.h"
#include "give_up.h"
#include "sdkconfig.h"
#include "world.h"

/* The longest wait, so that the watchdog has its turn. */
#define TURN_US INT64_C(1000000)

/* --- in Wi-Fi's task -------------------------------------------------------------------------- */

/* Who is not taken is asked again, or says it again. That something went out the core's task sees by itself when there is no
 * place: then it is awake. */
static void on_air(void *ctx, const struct espnow_message *heard)
{
    struct world *w = ctx;
    struct event e = {.type = heard ? EVENT_HEARD : EVENT_SENT};

    if (heard)
        e.heard = *heard;
    (void)inbox_offer(&w->inbox, &e, heard ? EVENT_HEARD_KEPT_PLACES : EVENT_SENT_KEPT_PLACES);
}

/* --- in the core's task ----------------------------------------------------------------------- */

/* One red light says that somebody has to look at the log. */
static _Noreturn void give_up_visibly(struct world *w, const char *why)
{
    led_strip_show(&w->leds, &(struct led_color){.red = 30}, 1);
    give_up(why);
}

static void set_up(struct world *w)
{
    const char *why;

    led_strip_start(&w->leds, CONFIG_WARREN_MODULE_LEDS);
    motor_start(&w->motor, CONFIG_WARREN_MODULE_MOTOR);
    battery_start(&w->battery, CONFIG_WARREN_MODULE_BATTERY);
    why = begin_basics(&w->inbox, EVENT_PLACES, sizeof(struct event));
    if (why)
        give_up_visibly(w, why);
    w->espnow = (struct espnow){.on_air = on_air, .ctx = w};
    if (!espnow_start(&w->espnow, AIR_CHANNEL))
        give_up_visibly(w, "ESP-NOW failed");
    if (!button_start(&w->button, CONFIG_WARREN_MODULE_BUTTON, &w->inbox))
        give_up_visibly(w, "No button");
}

static void handle(struct world *w, struct play_module *core, const struct event *e)
{
    int64_t now = esp_timer_get_time();

    switch (e->type) {
    case EVENT_HEARD:
        play_module_received(
            core, now, e->heard.mac, e->heard.rssi_dbm, e->heard.bytes, e->heard.n);
        break;
    case EVENT_SENT:
        break;
    case EVENT_BUTTON:
        if (button_is_down(&w->button))
            play_module_button(core, now);
        break;
    }
}

static int64_t sooner(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void turn(struct world *w, struct play_module *core)
{
    int64_t next_us, now;
    struct event e;

    play_module_step(core, esp_timer_get_time());
    motor_step(&w->motor, esp_timer_get_time());
    espnow_step(&w->espnow, esp_timer_get_time());
    inbox_tell_refused(&w->inbox, esp_timer_get_time());
    (void)esp_task_wdt_reset();
    now = esp_timer_get_time();
    next_us = sooner(play_module_next_us(core), motor_next_us(&w->motor));
    next_us = sooner(sooner(next_us, espnow_next_us(&w->espnow)), now + TURN_US);
    if (inbox_get(&w->inbox, next_us - now, &e))
        handle(w, core, &e);
}

void app_main(void)
{
    struct world *w = begin_room(sizeof *w);
    struct play_module *core = begin_room(sizeof *core);
    struct play_module_port port;
    uint8_t mac[ESPNOW_MAC_BYTES];

    set_up(w);
    espnow_mac(mac);
    port = world_port(w);
    play_module_init(core, &port, mac);
    (void)esp_task_wdt_add(NULL);
    play_module_start(core, esp_timer_get_time());
    ESP_LOGI("module", "%s on channel %d", core->settings.name, AIR_CHANNEL);
    for (;;)
        turn(w, core);
}
