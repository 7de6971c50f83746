/* lens.c - see lens.h. */
#include "lens.h"

#include <string.h>

#include "board.h"
#include "esp_camera.h"
#include "esp_log.h"

static const char tag[] = "lens";

#define STACK_BYTES 4096
#define PRIORITY 5

static camera_config_t config_of(const struct lens_wish *w)
{
    return (camera_config_t){
        BOARD_CAMERA,
        .pixel_format = PIXFORMAT_GRAYSCALE,
        .frame_size = w->size == WIFI_QVGA ? FRAMESIZE_QVGA : FRAMESIZE_QQVGA,
        .fb_count = w->buffers,
        .fb_location = CAMERA_FB_IN_PSRAM,
        .grab_mode = w->buffers > 1 ? CAMERA_GRAB_LATEST : CAMERA_GRAB_WHEN_EMPTY,
    };
}

/* As the first debug cameras have it, whose pictures people compare. A sensor that cannot do one of these does without. */
static void adjust(void)
{
    sensor_t *s = esp_camera_sensor_get();

    if (!s)
        return;
    (void)s->set_exposure_ctrl(s, 1);
    (void)s->set_ae_level(s, 0);
    (void)s->set_aec_value(s, 300);
    (void)s->set_gain_ctrl(s, 1);
    (void)s->set_gainceiling(s, GAINCEILING_2X);
    (void)s->set_whitebal(s, 1);
    (void)s->set_lenc(s, 1);
    (void)s->set_contrast(s, 0);
}

/* --- in its task ------------------------------------------------------------------------------ */

static void shut(struct lens *l)
{
    if (l->up)
        (void)esp_camera_deinit();
    l->up = false;
}

static void follow(struct lens *l, const struct lens_wish *w)
{
    camera_config_t config = config_of(w);
    esp_err_t e;

    if (l->shown == w->number && l->up == w->open)
        return;
    shut(l);
    l->shown = w->number;
    if (!w->open)
        return;
    e = esp_camera_init(&config);
    if (e != ESP_OK)
        ESP_LOGE(tag, "no sensor (%s): is its ribbon in place?", esp_err_to_name(e));
    l->up = e == ESP_OK;
    if (l->up)
        adjust();
}

static bool take(struct lens *l, const struct lens_wish *w, uint8_t *to)
{
    size_t n = w->size == WIFI_QVGA ? 320 * 240 : 160 * 120;
    camera_fb_t *picture = l->up ? esp_camera_fb_get() : NULL;
    bool fits = picture && picture->len == n;

    if (fits)
        memcpy(to, picture->buf, n);
    if (picture)
        esp_camera_fb_return(picture);
    else
        shut(l); /* set up anew with the next one */
    return fits;
}

static void lens_task(void *arg)
{
    struct lens *l = arg;

    for (;;) {
        struct lens_wish wish;
        uint8_t *to;

        (void)ulTaskNotifyTake(pdTRUE, portMAX_DELAY);
        (void)xSemaphoreTake(l->lock, portMAX_DELAY);
        wish = l->wish;
        to = l->to;
        l->to = NULL;
        (void)xSemaphoreGive(l->lock);
        follow(l, &wish);
        if (to)
            inbox_put(
                l->inbox, &(struct event){.type = EVENT_CAPTURED, .taken = take(l, &wish, to)});
    }
}

/* --- in the core's task ----------------------------------------------------------------------- */

bool lens_start(struct lens *l, struct inbox *inbox)
{
    memset(l, 0, sizeof *l);
    l->inbox = inbox;
    l->lock = xSemaphoreCreateMutex();
    return l->lock &&
        xTaskCreatePinnedToCore(
            lens_task, "lens", STACK_BYTES, l, PRIORITY, &l->task, APP_CPU_NUM) == pdPASS;
}

static void wish(struct lens *l, struct lens_wish w)
{
    (void)xSemaphoreTake(l->lock, portMAX_DELAY);
    w.number = l->wish.number + 1;
    l->wish = w;
    (void)xSemaphoreGive(l->lock);
    (void)xTaskNotifyGive(l->task);
}

void lens_open(struct lens *l, enum wifi_frame_size size, unsigned buffers)
{
    wish(l, (struct lens_wish){.open = true, .size = size, .buffers = buffers});
}

void lens_close(struct lens *l)
{
    wish(l, (struct lens_wish){.open = false});
}

void lens_take(struct lens *l, uint8_t *to)
{
    (void)xSemaphoreTake(l->lock, portMAX_DELAY);
    l->to = to;
    (void)xSemaphoreGive(l->lock);
    (void)xTaskNotifyGive(l->task);
}
