/* esp_sensor.c - the sensor of a board with a camera: one buffer, filled as soon as it is free. */
#include <assert.h>
#include <string.h>

#include "esp_fake.h"

#define PICTURE_BYTES 2000
/* Of the sensor at work, and of its driver when nothing comes. */
#define FRAME_US 80000
#define PATIENCE_US 4000000

static bool sensor_is_up;
static uint8_t frame[2048];
static camera_fb_t fb = {frame, 0};

void esp_sensor_forget(void)
{
    sensor_is_up = false;
    esp->frame_is_out = false;
    esp->n_inits = 0;
}

size_t esp_fake_jpeg(unsigned n, uint8_t out[2048])
{
    for (unsigned i = 0; i < PICTURE_BYTES; i++)
        out[i] = (uint8_t)(i * 7 + n * 13 + (i >> 8));
    memcpy(out, "\xff\xd8", 2);
    return PICTURE_BYTES;
}

esp_err_t esp_camera_init(const camera_config_t *c)
{
    assert(!sensor_is_up && c->fb_count == 1);
    if (esp->no_sensor)
        return ESP_FAIL;
    esp_task_sleep_us(FRAME_US);
    esp->n_inits++;
    sensor_is_up = true;
    return ESP_OK;
}

esp_err_t esp_camera_deinit(void)
{
    assert(!esp->frame_is_out);
    sensor_is_up = false;
    return ESP_OK;
}

camera_fb_t *esp_camera_fb_get(void)
{
    assert(sensor_is_up && !esp->frame_is_out);
    if (esp->n_no_pictures > 0) {
        esp->n_no_pictures--;
        esp_task_sleep_us(PATIENCE_US);
        return NULL;
    }
    esp_task_sleep_us(FRAME_US);
    fb.len = esp_fake_jpeg(++esp->n_frames, frame);
    esp->frame_is_out = true;
    return &fb;
}

void esp_camera_fb_return(camera_fb_t *f)
{
    assert(f == &fb && esp->frame_is_out);
    esp->frame_is_out = false;
}
