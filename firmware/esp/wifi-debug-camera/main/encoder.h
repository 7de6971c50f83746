/* encoder.h - grey pictures become JPEGs in a task of its own, on the processor that the core does not run on. */
#ifndef ENCODER_H
#define ENCODER_H

#include "event.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"

struct encoder {
    struct inbox *inbox;
    TaskHandle_t task;
    struct wifi_camera_encoding what; /* the task's, from being asked until it has answered */
    size_t n;                         /* bytes so far */
};

/* False: no memory. */
bool encoder_start(struct encoder *e, struct inbox *inbox);
/* EVENT_ENCODED comes later. One at a time. */
void encoder_begin(struct encoder *e, const struct wifi_camera_encoding *what);

#endif
