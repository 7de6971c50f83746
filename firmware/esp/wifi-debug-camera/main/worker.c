/* worker.c - see worker.h. */
#include "worker.h"

#include <string.h>

/* The flow takes less than a kilobyte of it (docs/performance.md). */
#define STACK_BYTES 3072
/* As the core's task, with which it takes turns where both want one processor. It runs on whichever has nothing better to do. */
#define PRIORITY 1

static void worker_task(void *arg)
{
    struct worker *w = arg;

    for (;;) {
        (void)ulTaskNotifyTake(pdTRUE, portMAX_DELAY);
        w->job(w->arg);
        inbox_put(w->inbox, &(struct event){.type = EVENT_WORKED});
    }
}

bool worker_start(struct worker *w, struct inbox *inbox)
{
    memset(w, 0, sizeof *w);
    w->inbox = inbox;
    return xTaskCreatePinnedToCore(
               worker_task, "worker", STACK_BYTES, w, PRIORITY, &w->task, tskNO_AFFINITY) == pdPASS;
}

void worker_begin(struct worker *w, void (*job)(void *arg), void *arg)
{
    w->job = job;
    w->arg = arg;
    (void)xTaskNotifyGive(w->task);
}
