/* world.h - this board as the world of the core. */
#ifndef WORLD_H
#define WORLD_H

#include "espnow.h"
#include "led_strip.h"
#include "nus.h"
#include "play_hub.h"
#include "serial.h"
#include "ssd1306.h"

struct world {
    struct inbox inbox;
    struct service nus;
    struct espnow espnow;
    struct serial serial;
    struct ssd1306 display;
    struct text_screen screen;
    struct led_strip light;
};

/* What the core is given; w must not move. */
struct play_hub_port world_port(struct world *w);

#endif
