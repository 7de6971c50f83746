/* world.c - see world.h. All of it runs in the core's task. */
#include "world.h"

#include <sys/time.h>

#include "esp_heap_caps.h"
#include "esp_log.h"
#include "esp_random.h"
#include "settings_store.h"

static const char tag[] = "display";

static int capture(void *ctx)
{
    struct world *w = ctx;

    return shutter_take(&w->shutter);
}

static void *picture_new(void *ctx, size_t n)
{
    return heap_caps_malloc(n, MALLOC_CAP_SPIRAM);
}

static void picture_free(void *ctx, void *picture)
{
    heap_caps_free(picture);
}

static size_t memory_bytes(void *ctx)
{
    const struct world *w = ctx;

    return w->memory_bytes;
}

static int notify(void *ctx, enum batch_characteristic c, const void *bytes, size_t n)
{
    struct world *w = ctx;

    return service_notify(&w->service, GATT_HOST, c, bytes, n) ? 0 : -1;
}

static void set_value(void *ctx, enum batch_characteristic c, const void *bytes, size_t n)
{
    struct world *w = ctx;

    service_set(&w->service, c, bytes, n);
}

static void advertise(void *ctx)
{
    struct world *w = ctx;

    peripheral_advertise(&w->service.link);
}

static void disconnect(void *ctx)
{
    struct world *w = ctx;

    peripheral_disconnect(&w->service.link, GATT_HOST);
}

static bool load(void *ctx, struct batch_config *ret)
{
    return settings_load(ret);
}

/* Done by the main loop, which may then tell the core. */
static int save(void *ctx, const struct batch_config *settings)
{
    struct world *w = ctx;

    w->to_save = *settings;
    w->save_due = true;
    return 0;
}

/* On the console too: the board may have no display. */
static void display(void *ctx, unsigned line, const char *text)
{
    struct world *w = ctx;

    if (*text)
        ESP_LOGI(tag, "%u: %s", line + 1, text);
    text_screen_line(&w->screen, line, text);
}

static uint32_t random_number(void *ctx)
{
    return esp_random();
}

/* For the log's times; the core itself lives by the clock that is never set. */
static void set_clock(void *ctx, int64_t unix_ms)
{
    const struct timeval t = {
        .tv_sec = unix_ms / 1000, .tv_usec = (suseconds_t)(unix_ms % 1000 * 1000)};

    if (unix_ms > 0)
        (void)settimeofday(&t, NULL);
}

struct batch_camera_port world_port(struct world *w)
{
    return (struct batch_camera_port){.ctx = w,
        .capture = capture,
        .picture_new = picture_new,
        .picture_free = picture_free,
        .memory_bytes = memory_bytes,
        .notify = notify,
        .set_value = set_value,
        .advertise = advertise,
        .disconnect = disconnect,
        .load = load,
        .save = save,
        .display = display,
        .random = random_number,
        .set_clock = set_clock};
}
