/* flow_light.h - how bright a frame is, and how bright a lamp beside the camera should be. */
#ifndef FLOW_LIGHT_H
#define FLOW_LIGHT_H

#include <stddef.h>
#include <stdint.h>

/* What a lamp begins with. */
#define FLOW_FLASH_START 150

/* The mean of all pixels, rounded down. n is not 0, and less than 2^24. */
uint8_t flow_brightness(const uint8_t *frame, size_t n);
/* What the lamp should be at: 255 in the dark, 80 in bright light. */
uint8_t flow_flash_target(uint8_t brightness);
/* One frame's step from there towards the target. */
uint8_t flow_flash_step(uint8_t flash, uint8_t target);

#endif
