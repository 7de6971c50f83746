/* world.c - see world.h. All of it runs in the core's task. */
#include "world.h"

#include "esp_task_wdt.h"
#include "esp_timer.h"
#include "sdkconfig.h"

_Static_assert(AIR_MAX_BYTES == ESPNOW_MAX_BYTES, "a message of the core's is one of the radio's");
_Static_assert(HUB_MAC_RAW_BYTES == ESPNOW_MAC_BYTES, "an address is an address");
_Static_assert(
    PLAY_HUB_MAX_CENTRALS <= PERIPHERAL_MAX_HOSTS, "the radio takes every app of the core");
_Static_assert(PLAY_HUB_MAX_MODULES < ESPNOW_WAITING, "something to each module has room");

static int air(void *ctx, const uint8_t *mac, const char *bytes, size_t n)
{
    struct world *w = ctx;

    return espnow_send(&w->espnow, esp_timer_get_time(), mac, bytes, n);
}

static int notify(void *ctx, unsigned central, const void *bytes, size_t n)
{
    struct world *w = ctx;

    return service_notify(&w->nus, central, NUS_TX, bytes, n) ? 0 : -1;
}

static void advertise(void *ctx)
{
    struct world *w = ctx;

    peripheral_advertise(&w->nus.link);
}

static void watch(void *ctx)
{
    (void)esp_task_wdt_reset();
}

static int serial(void *ctx, const char *line, size_t n)
{
    struct world *w = ctx;

    return serial_say(&w->serial, esp_timer_get_time(), line, n);
}

/* Sent by the main loop. */
static void display(void *ctx, unsigned line, const char *text)
{
    struct world *w = ctx;

    text_screen_line(&w->screen, line, text);
}

/* Dim: it is on all day. */
static void light(void *ctx, enum play_hub_light l)
{
    static const struct led_color colors[] = {
        [PLAY_HUB_ALONE] = {12, 6, 0},
        [PLAY_HUB_CONNECTED] = {0, 12, 0},
        [PLAY_HUB_SCANNING] = {0, 0, 24},
    };
    struct world *w = ctx;

    led_strip_show(&w->light, &colors[l], 1);
}

struct play_hub_port world_port(struct world *w)
{
    return (struct play_hub_port){.ctx = w,
        .air = air,
        .notify = notify,
        .advertise = advertise,
        .watch = watch,
        .serial = w->serial.there ? serial : NULL,
        .display = CONFIG_WARREN_HUB_DISPLAY_SDA >= 0 ? display : NULL,
        .light = CONFIG_WARREN_HUB_LIGHT >= 0 ? light : NULL};
}
