/* inbox.c - see inbox.h. */
#include "inbox.h"

bool inbox_init(struct inbox *b)
{
    b->queue = xQueueCreate(INBOX_PLACES, sizeof(struct event));
    return b->queue != NULL;
}

void inbox_put(struct inbox *b, const struct event *e)
{
    (void)xQueueSend(b->queue, e, portMAX_DELAY);
}

bool inbox_put_write(struct inbox *b, const struct event *e)
{
    return uxQueueSpacesAvailable(b->queue) > INBOX_KEPT_PLACES &&
        xQueueSend(b->queue, e, 0) == pdTRUE;
}

/* One tick at least, so that tasks of lower priority have their turn whatever the core is waiting for. */
bool inbox_get(struct inbox *b, int64_t wait_us, struct event *ret)
{
    TickType_t ticks = wait_us > 0 ? pdMS_TO_TICKS((uint32_t)(wait_us / 1000)) : 0;

    return xQueueReceive(b->queue, ret, ticks > 0 ? ticks : 1) == pdTRUE;
}
