/* shutter.c - see shutter.h.
 *
 * The driver fills its buffer as soon as it is empty. So what lies there is as old as the last picture: it is given back, and
 * the next one is new. After the sensor was set up its exposure needs some pictures to settle.
 */
#include "shutter.h"

#include "board.h"
#include "esp_log.h"

static const char tag[] = "shutter";

#define STACK_BYTES 4096
#define PRIORITY 5
/* Pictures that are not kept. */
#define STALE 1
#define STALE_AFTER_SET_UP 8

/* 640 by 480 dots, as the cameras in use. */
static const camera_config_t sensor = {
    BOARD_CAMERA,
    .pixel_format = PIXFORMAT_JPEG,
    .frame_size = FRAMESIZE_VGA,
    .jpeg_quality = 12,
    .fb_count = 1,
    .fb_location = CAMERA_FB_IN_PSRAM,
    .grab_mode = CAMERA_GRAB_WHEN_EMPTY,
};

static bool set_up(struct shutter *s)
{
    esp_err_t e = esp_camera_init(&sensor);

    if (e != ESP_OK)
        ESP_LOGE(tag, "no sensor (%s): is its ribbon in place?", esp_err_to_name(e));
    s->up = e == ESP_OK;
    return s->up;
}

/* NULL: none came for 4 s. The sensor is set up anew next time. */
static camera_fb_t *next_picture(struct shutter *s)
{
    camera_fb_t *picture = esp_camera_fb_get();

    if (!picture) {
        ESP_LOGW(tag, "the sensor gave no picture: it is set up anew");
        (void)esp_camera_deinit();
        s->up = false;
    }
    return picture;
}

static camera_fb_t *new_picture(struct shutter *s)
{
    int n_stale = s->up ? STALE : STALE_AFTER_SET_UP;
    camera_fb_t *picture;

    if (!s->up && !set_up(s))
        return NULL;
    for (picture = next_picture(s); picture && n_stale > 0; n_stale--) {
        esp_camera_fb_return(picture);
        picture = next_picture(s);
    }
    return picture;
}

static void shutter_task(void *arg)
{
    struct shutter *s = arg;

    (void)set_up(s);
    for (;;) {
        struct event e = {.type = EVENT_PICTURE};

        (void)ulTaskNotifyTake(pdTRUE, portMAX_DELAY);
        e.picture = new_picture(s);
        inbox_put(s->inbox, &e);
    }
}

bool shutter_start(struct shutter *s, struct inbox *inbox)
{
    s->inbox = inbox;
    atomic_store(&s->busy, false);
    return xTaskCreatePinnedToCore(
               shutter_task, "shutter", STACK_BYTES, s, PRIORITY, &s->task, APP_CPU_NUM) == pdPASS;
}

int shutter_take(struct shutter *s)
{
    if (atomic_exchange(&s->busy, true))
        return -1;
    (void)xTaskNotifyGive(s->task);
    return 0;
}

void shutter_give_back(struct shutter *s, camera_fb_t *picture)
{
    if (picture)
        esp_camera_fb_return(picture);
    atomic_store(&s->busy, false);
}
