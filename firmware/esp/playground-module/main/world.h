/* world.h - this board as the world of the core. */
#ifndef WORLD_H
#define WORLD_H

#include "battery.h"
#include "button.h"
#include "led_strip.h"
#include "motor.h"
#include "play_module.h"

struct world {
    struct inbox inbox;
    struct espnow espnow;
    struct led_strip leds;
    struct button button;
    struct motor motor;
    struct battery battery;
};

/* What the core is given; w must not move. */
struct play_module_port world_port(struct world *w);

#endif
