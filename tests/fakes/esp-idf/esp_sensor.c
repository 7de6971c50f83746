/* esp_sensor.c - the sensor of a board with a camera: one buffer, filled as soon as it is free. */
#include <assert.h>
#include <string.h>

#include "esp_fake.h"

#define PICTURE_BYTES 2000
/* Of the sensor at work, and of its driver when nothing comes. */
#define FRAME_US 80000
#define PATIENCE_US 4000000

static bool sensor_is_up;
static uint8_t frame[320 * 240];
static camera_fb_t fb = {frame, 0};
static camera_config_t config;

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
    assert(!sensor_is_up && c->fb_count >= 1);
    if (esp->no_sensor)
        return ESP_FAIL;
    esp_task_sleep_us(FRAME_US);
    esp->n_inits++;
    config = *c;
    sensor_is_up = true;
    return ESP_OK;
}

esp_err_t esp_camera_deinit(void)
{
    assert(!esp->frame_is_out);
    sensor_is_up = false;
    return ESP_OK;
}

/* Grey stripes that wander by three pixels a frame. */
static size_t see(void)
{
    unsigned width = config.frame_size == FRAMESIZE_QVGA ? 320 : 160, height = width * 3 / 4;

    for (unsigned y = 0; y < height; y++)
        for (unsigned x = 0; x < width; x++)
            frame[y * width + x] = (uint8_t)(60 + (x + 3 * esp->n_frames) % 24 * 4 + y % 20 * 3);
    return (size_t)width * height;
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
    esp->n_frames++;
    fb.len = config.pixel_format == PIXFORMAT_JPEG ? esp_fake_jpeg(esp->n_frames, frame) : see();
    esp->frame_is_out = true;
    return &fb;
}

void esp_camera_fb_return(camera_fb_t *f)
{
    assert(f == &fb && esp->frame_is_out);
    esp->frame_is_out = false;
}

static int adjust(sensor_t *s, int v)
{
    return 0;
}

sensor_t *esp_camera_sensor_get(void)
{
    static sensor_t s = {adjust, adjust, adjust, adjust, adjust, adjust, adjust, adjust};

    return sensor_is_up ? &s : NULL;
}

/* Two bytes that begin a JPEG, then one of each row's, then the end. */
bool fmt2jpg_cb(uint8_t *pixels, size_t n, uint16_t width, uint16_t height, int format,
    uint8_t quality, jpg_out_cb out, void *arg)
{
    assert(format == PIXFORMAT_GRAYSCALE && n == (size_t)width * height && quality > 0);
    esp_task_sleep_us(FRAME_US / 8);
    if (out(arg, 0, "\xff\xd8", 2) != 2)
        return false;
    for (unsigned y = 0; y < height; y++)
        if (out(arg, 2 + y, pixels + (size_t)y * width, 1) != 1)
            return false;
    return out(arg, 2 + height, "\xff\xd9", 2) == 2 && out(arg, 4 + height, NULL, 0) == 0;
}
