/* encoder.c - see encoder.h. */
#include "encoder.h"

#include <string.h>

#include "esp_camera.h"
#include "img_converters.h"

/* The converter's own buffers are on it. */
#define STACK_BYTES 8192
#define PRIORITY 4

/* Takes what there is room for; less than all is the end. */
static size_t keep(void *arg, size_t index, const void *bytes, size_t n)
{
    struct encoder *e = arg;

    if (n > e->what.cap - e->n)
        return 0;
    if (n > 0)
        memcpy(e->what.jpeg + e->n, bytes, n);
    e->n += n;
    return n;
}

static void encoder_task(void *arg)
{
    struct encoder *e = arg;

    for (;;) {
        size_t n_grey;
        bool done;

        (void)ulTaskNotifyTake(pdTRUE, portMAX_DELAY);
        e->n = 0;
        n_grey = (size_t)e->what.width * e->what.height;
        /* It reads only, and does not say so. */
        done = fmt2jpg_cb((uint8_t *)(uintptr_t)e->what.grey, n_grey, e->what.width, e->what.height,
            PIXFORMAT_GRAYSCALE, e->what.quality, keep, e);
        inbox_put(e->inbox, &(struct event){.type = EVENT_ENCODED, .n_bytes = done ? e->n : 0});
    }
}

bool encoder_start(struct encoder *e, struct inbox *inbox)
{
    memset(e, 0, sizeof *e);
    e->inbox = inbox;
    return xTaskCreatePinnedToCore(
               encoder_task, "encoder", STACK_BYTES, e, PRIORITY, &e->task, APP_CPU_NUM) == pdPASS;
}

void encoder_begin(struct encoder *e, const struct wifi_camera_encoding *what)
{
    e->what = *what;
    (void)xTaskNotifyGive(e->task);
}
