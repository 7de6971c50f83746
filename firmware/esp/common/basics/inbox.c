/* inbox.c - see inbox.h. */
#include "inbox.h"

#include "esp_log.h"

static const char tag[] = "inbox";

/* The longest wait; a core that has nothing to do may ask for ever. */
#define LONGEST_US INT64_C(60000000)
/* Between two sentences about what was refused. */
#define TELL_US INT64_C(60000000)

bool inbox_init(struct inbox *b, unsigned n_places, size_t event_bytes)
{
    atomic_store(&b->n_refused, 0);
    b->n_told = 0;
    b->tell_us = 0;
    b->queue = xQueueCreate(n_places, event_bytes);
    return b->queue != NULL;
}

void inbox_put(struct inbox *b, const void *event)
{
    (void)xQueueSend(b->queue, event, portMAX_DELAY);
}

unsigned inbox_room(struct inbox *b)
{
    return uxQueueSpacesAvailable(b->queue);
}

bool inbox_offer(struct inbox *b, const void *event, unsigned n_kept)
{
    if (inbox_room(b) > n_kept && xQueueSend(b->queue, event, 0) == pdTRUE)
        return true;
    atomic_fetch_add(&b->n_refused, 1);
    return false;
}

bool inbox_offer_from_isr(struct inbox *b, const void *event)
{
    BaseType_t woken = pdFALSE;
    bool taken = xQueueSendFromISR(b->queue, event, &woken) == pdTRUE;

    if (!taken)
        atomic_fetch_add(&b->n_refused, 1);
    portYIELD_FROM_ISR(woken);
    return taken;
}

void inbox_tell_refused(struct inbox *b, int64_t now_us)
{
    unsigned n = atomic_load(&b->n_refused);

    if (n == b->n_told || now_us < b->tell_us)
        return;
    ESP_LOGW(tag, "too much at once: %u events found no place so far", n);
    b->n_told = n;
    b->tell_us = now_us + TELL_US;
}

/* One tick at least, so that tasks of lower priority have their turn whatever the core is waiting for. */
bool inbox_get(struct inbox *b, int64_t wait_us, void *ret_event)
{
    int64_t us = wait_us < LONGEST_US ? wait_us : LONGEST_US;
    TickType_t ticks = us > 0 ? pdMS_TO_TICKS((uint32_t)(us / 1000)) : 0;

    return xQueueReceive(b->queue, ret_event, ticks > 0 ? ticks : 1) == pdTRUE;
}
