/* worker.h - what takes the core long is done in a task of its own: the core serves who asks meanwhile. */
#ifndef WORKER_H
#define WORKER_H

#include "event.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"

struct worker {
    struct inbox *inbox;
    TaskHandle_t task;
    void (*job)(void *arg); /* the task's, from being given until it is done; so is the next */
    void *arg;
};

/* False: no memory. */
bool worker_start(struct worker *w, struct inbox *inbox);
/* EVENT_WORKED comes later. One at a time. */
void worker_begin(struct worker *w, void (*job)(void *arg), void *arg);

#endif
