/* shutter.h - one picture when it is asked for, by a task of its own: the sensor's driver waits up to 4 s for a picture. */
#ifndef SHUTTER_H
#define SHUTTER_H

#include <stdatomic.h>
#include <stdbool.h>

#include "event.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"

/* PSRAM that the driver takes for the picture it is working on: a fifth of a byte per dot, and room for its book-keeping. */
#define SHUTTER_MEMORY_BYTES (96 * 1024)

struct shutter {
    struct inbox *inbox;
    TaskHandle_t task;
    atomic_bool busy; /* from being asked until the picture was given back */
    bool up;          /* its task's own */
};

/* Sets the sensor up beside; failing that, anew with each picture. False: no memory. */
bool shutter_start(struct shutter *s, struct inbox *inbox);
/* EVENT_PICTURE comes later. Negative: it still has the last one to do. */
int shutter_take(struct shutter *s);
/* What EVENT_PICTURE brought; NULL too. */
void shutter_give_back(struct shutter *s, camera_fb_t *picture);

#endif
