/* world.h - this board as the world of the core. */
#ifndef WORLD_H
#define WORLD_H

#include "batch_camera.h"
#include "gatt.h"
#include "shutter.h"
#include "ssd1306.h"

struct world {
    struct inbox inbox;
    struct service service;
    struct shutter shutter;
    struct ssd1306 display;
    struct text_screen screen;
    size_t memory_bytes; /* of PSRAM for pictures */
    bool save_due;
    struct batch_config to_save;
};

/* What the core is given; w must not move. */
struct batch_camera_port world_port(struct world *w);

#endif
