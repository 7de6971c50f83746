/* main.c - the camera: set the board up, then tell the core what happens, in one task.
 *
 *     NimBLE's task ─┐
 *                    ├─▶ inbox ─▶ this task: core, flash, display
 *     shutter's task ┘
 */
#include "begin.h"
#include "board.h"
#include "esp_heap_caps.h"
#include "esp_psram.h"
#include "esp_task_wdt.h"
#include "esp_timer.h"
#include "give_up.h"
#include "sdkconfig.h"
#include "settings_store.h"
#include "world.h"

_Static_assert(sizeof CONFIG_WARREN_BATCH_CAMERA_NAME - 1 <= PERIPHERAL_MAX_NAME,
    "the name has more letters than a scan response carries");

/* The longest wait, so that peripheral_step() and the watchdog have their turn. */
#define TURN_US PERIPHERAL_STEP_US

static _Noreturn void give_up_visibly(struct world *w, const char *why)
{
    text_screen_line(&w->screen, BATCH_LINE_SYSTEM, why);
    ssd1306_show(&w->display, &w->screen);
    give_up(why);
}

/* The table of pictures is too large for the memory on the chip. */
static struct batch_camera *set_up(struct world *w)
{
    struct batch_camera *core;
    const char *why;
    size_t memory;

    text_screen_init(&w->screen);
    ssd1306_start(&w->display, BOARD_DISPLAY_PORT, BOARD_DISPLAY_SDA, BOARD_DISPLAY_SCL,
        BOARD_DISPLAY_ADDRESS);
    if (!esp_psram_is_initialized())
        give_up_visibly(w, "No PSRAM found");
    core = heap_caps_calloc(1, sizeof *core, MALLOC_CAP_SPIRAM);
    memory = heap_caps_get_free_size(MALLOC_CAP_SPIRAM);
    if (!core || memory <= SHUTTER_MEMORY_BYTES)
        give_up_visibly(w, "PSRAM too small");
    w->memory_bytes = memory - SHUTTER_MEMORY_BYTES;
    why = begin_basics(&w->inbox, EVENT_PLACES, sizeof(struct event));
    if (why)
        give_up_visibly(w, why);
    if (!shutter_start(&w->shutter, &w->inbox))
        give_up_visibly(w, "No memory");
    if (!gatt_start(&w->service, CONFIG_WARREN_BATCH_CAMERA_NAME, &w->inbox) || !peripheral_await())
        give_up_visibly(w, "BLE Init failed");
    return core;
}

static void linked(
    struct world *w, struct batch_camera *core, int64_t now, const struct peripheral_event *e)
{
    switch (e->type) {
    case PERIPHERAL_CONNECTED:
        batch_camera_connected(core, now, 0);
        break;
    case PERIPHERAL_MTU:
        batch_camera_mtu(core, now, e->value);
        break;
    case PERIPHERAL_SUBSCRIBED:
        batch_camera_subscribed(core, now, (enum batch_characteristic)e->value, e->on);
        break;
    case PERIPHERAL_DISCONNECTED:
        peripheral_release(&w->service.link, GATT_HOST);
        batch_camera_disconnected(core, now, e->on);
        break;
    }
}

static void handle(struct world *w, struct batch_camera *core, const struct event *e)
{
    int64_t now = esp_timer_get_time();

    switch (e->type) {
    case EVENT_LINK:
        linked(w, core, now, &e->link);
        break;
    case EVENT_WRITTEN:
        batch_camera_written(core, now, e->written.which, e->written.bytes, e->written.n);
        break;
    case EVENT_PICTURE:
        batch_camera_picture(
            core, now, e->picture ? e->picture->buf : NULL, e->picture ? e->picture->len : 0);
        shutter_give_back(&w->shutter, e->picture);
        break;
    }
}

static void save(struct world *w, struct batch_camera *core)
{
    while (w->save_due) {
        w->save_due = false;
        batch_camera_saved(core, esp_timer_get_time(), settings_save(&w->to_save));
    }
}

static void turn(struct world *w, struct batch_camera *core)
{
    int64_t wait_us;
    struct event e;

    batch_camera_step(core, esp_timer_get_time());
    save(w, core);
    ssd1306_show(&w->display, &w->screen);
    peripheral_step(&w->service.link);
    inbox_tell_refused(&w->inbox, esp_timer_get_time());
    (void)esp_task_wdt_reset();
    wait_us = batch_camera_next_us(core) - esp_timer_get_time();
    if (inbox_get(&w->inbox, wait_us < TURN_US ? wait_us : TURN_US, &e))
        handle(w, core, &e);
}

void app_main(void)
{
    struct world *w = begin_room(sizeof *w);
    struct batch_camera *core;
    struct batch_camera_port port;

    core = set_up(w);
    port = world_port(w);
    batch_camera_init(core, &port);
    (void)esp_task_wdt_add(NULL);
    batch_camera_start(core, esp_timer_get_time());
    for (;;)
        turn(w, core);
}
