/* world.c - see world.h. All of it runs in the core's task; now_us() in the worker's, too. */
#include "world.h"

#include "announce.h"
#include "esp_heap_caps.h"
#include "esp_log.h"
#include "esp_random.h"
#include "esp_timer.h"
#include "sdkconfig.h"
#include "settings_store.h"

static void set_value(void *ctx, enum wifi_camera_value which, const void *bytes, size_t n)
{
    struct world *w = ctx;

    service_set(&w->service, which == WIFI_CAMERA_SSID ? GATT_SSID : GATT_STATUS, bytes, n);
}

static bool notify(void *ctx, const void *bytes, size_t n)
{
    struct world *w = ctx;

    return service_notify(&w->service, GATT_HOST, GATT_STATUS, bytes, n);
}

static void join(void *ctx, const char *ssid, const char *pass)
{
    struct world *w = ctx;

    station_join(&w->station, ssid, pass);
}

static void leave(void *ctx)
{
    struct world *w = ctx;

    station_leave(&w->station);
}

static int rssi(void *ctx)
{
    return station_rssi();
}

static void be_announced(void *ctx, uint16_t port)
{
    struct world *w = ctx;

    announce(CONFIG_WARREN_WIFI_CAMERA_NAME, w->who.mac, port);
}

/* A sensor that is not there shows when a picture is asked for. */
static int camera_open(void *ctx, enum wifi_frame_size size, unsigned buffers)
{
    struct world *w = ctx;

    lens_open(&w->lens, size, buffers);
    return 0;
}

static void camera_close(void *ctx)
{
    struct world *w = ctx;

    lens_close(&w->lens);
}

static void capture(void *ctx, uint8_t *to)
{
    struct world *w = ctx;

    lens_take(&w->lens, to);
}

static void encode(void *ctx, const struct wifi_camera_encoding *what)
{
    struct world *w = ctx;

    encoder_begin(&w->encoder, what);
}

static void work(void *ctx, void (*job)(void *arg), void *arg)
{
    struct world *w = ctx;

    worker_begin(&w->worker, job, arg);
}

static int begin_listening(void *ctx, uint16_t port)
{
    struct world *w = ctx;

    return sockets_listen(&w->sockets, port);
}

static void end_listening(void *ctx)
{
    struct world *w = ctx;

    sockets_unlisten(&w->sockets);
}

static int send_bytes(void *ctx, unsigned connection, const void *bytes, size_t n)
{
    struct world *w = ctx;

    return sockets_send(&w->sockets, connection, bytes, n);
}

static void end_sending(void *ctx, unsigned connection)
{
    struct world *w = ctx;

    sockets_end(&w->sockets, connection);
}

static void close_connection(void *ctx, unsigned connection)
{
    struct world *w = ctx;

    sockets_close(&w->sockets, connection);
}

/* Not from the memory that the radios live on. */
static void *memory_new(void *ctx, size_t n)
{
    return heap_caps_malloc(n, MALLOC_CAP_SPIRAM);
}

static void memory_free(void *ctx, void *room)
{
    heap_caps_free(room);
}

static size_t heap_free(void *ctx)
{
    return heap_caps_get_free_size(MALLOC_CAP_INTERNAL | MALLOC_CAP_8BIT);
}

static unsigned cpu_percent(void *ctx)
{
    struct world *w = ctx;

    return cpu_load_percent(&w->load, esp_timer_get_time());
}

static bool load(void *ctx, struct wifi_camera_kept *ret)
{
    return settings_load(ret);
}

static int save(void *ctx, const struct wifi_camera_kept *kept)
{
    return settings_save(kept);
}

static uint32_t random_number(void *ctx)
{
    return esp_random();
}

static int64_t now_us(void *ctx)
{
    return esp_timer_get_time();
}

static void say(void *ctx, const char *line)
{
    ESP_LOGI("camera", "%s", line);
}

struct wifi_camera_port world_port(struct world *w)
{
    return (struct wifi_camera_port){.ctx = w,
        .set_value = set_value,
        .notify = notify,
        .join = join,
        .leave = leave,
        .rssi = rssi,
        .announce = be_announced,
        .camera_open = camera_open,
        .camera_close = camera_close,
        .capture = capture,
        .encode = encode,
        .work = work,
        .listen = begin_listening,
        .unlisten = end_listening,
        .send = send_bytes,
        .end = end_sending,
        .close = close_connection,
        .memory_new = memory_new,
        .memory_free = memory_free,
        .heap_free = heap_free,
        .cpu_percent = cpu_percent,
        .load = load,
        .save = save,
        .random = random_number,
        .now_us = now_us,
        .log = say};
}
