/* world.c - see world.h. All of it runs in the core's task. */
#include "world.h"

#include "esp_random.h"
#include "esp_sleep.h"
#include "esp_timer.h"
#include "sdkconfig.h"
#include "settings_store.h"

_Static_assert(AIR_MAX_BYTES == ESPNOW_MAX_BYTES, "a message of the core's is one of the radio's");
_Static_assert(HUB_MAC_RAW_BYTES == ESPNOW_MAC_BYTES, "an address is an address");
_Static_assert(PLAY_MODULE_LEDS == LED_STRIP_MAX, "all LEDs of the ring are lit");
_Static_assert(PLAY_MODULE_MAX_FRIENDS < ESPNOW_WAITING, "something to each friend has room");
_Static_assert(AIR_BATTERY_UNKNOWN < 0, "as battery_percent() says it");

static int send(void *ctx, const uint8_t *mac, const char *bytes, size_t n)
{
    struct world *w = ctx;

    return espnow_send(&w->espnow, esp_timer_get_time(), mac, bytes, n);
}

static void light(void *ctx, const struct play_color leds[PLAY_MODULE_LEDS])
{
    struct led_color colors[PLAY_MODULE_LEDS];
    struct world *w = ctx;

    for (unsigned i = 0; i < PLAY_MODULE_LEDS; i++)
        colors[i] = (struct led_color){leds[i].red, leds[i].green, leds[i].blue};
    led_strip_show(&w->leds, colors, PLAY_MODULE_LEDS);
}

static int percent(void *ctx)
{
    struct world *w = ctx;
    int p = battery_percent(&w->battery);

    return p < 0 ? AIR_BATTERY_UNKNOWN : p;
}

/* There is always something: the name of the options. */
static bool load(void *ctx, struct play_module_settings *ret)
{
    settings_load(ret);
    return true;
}

static int save(void *ctx, const struct play_module_settings *settings)
{
    return settings_save(settings);
}

/* The core has put the lights out. Who holds the button down wakes it at once. */
static void fall_asleep(void *ctx)
{
    struct world *w = ctx;

    led_strip_wait(&w->leds);
    espnow_stop();
    button_wakes(&w->button);
    esp_deep_sleep_start();
}

static uint32_t random_number(void *ctx)
{
    return esp_random();
}

static void buzz(void *ctx)
{
    struct world *w = ctx;

    motor_run(&w->motor, esp_timer_get_time());
}

/* Rounds are not written down: nobody reads them, and flash wears. */
struct play_module_port world_port(struct world *w)
{
    return (struct play_module_port){.ctx = w,
        .send = send,
        .light = light,
        .battery_percent = percent,
        .load = load,
        .save = save,
        .sleep = fall_asleep,
        .random = random_number,
        .buzz = CONFIG_WARREN_MODULE_MOTOR >= 0 ? buzz : NULL};
}
