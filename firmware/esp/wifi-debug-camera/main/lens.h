/* lens.h - grey pictures from the sensor, by a task of its own: its driver waits up to 4 s for one, and setting it up takes a
 * while, too.
 */
#ifndef LENS_H
#define LENS_H

#include "event.h"
#include "freertos/FreeRTOS.h"
#include "freertos/semphr.h"
#include "freertos/task.h"

/* How it is to be. */
struct lens_wish {
    bool open;
    enum wifi_frame_size size;
    unsigned buffers;
    unsigned number; /* goes up with each change */
};

struct lens {
    struct inbox *inbox;
    TaskHandle_t task;
    SemaphoreHandle_t lock; /* of the next two */
    struct lens_wish wish;
    uint8_t *to;    /* where the next picture goes; NULL: none is asked for */
    bool up;        /* its task's own, as the next */
    unsigned shown; /* the wish that it is set up by */
};

/* False: no memory. */
bool lens_start(struct lens *l, struct inbox *inbox);
/* Both take effect with the next picture, or soon. */
void lens_open(struct lens *l, enum wifi_frame_size size, unsigned buffers);
void lens_close(struct lens *l);
/* EVENT_CAPTURED comes later. */
void lens_take(struct lens *l, uint8_t *to);

#endif
