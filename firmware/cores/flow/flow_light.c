#include "flow_light.h"

#include "flow_math.h"

#define STEP 5

uint8_t flow_brightness(const uint8_t *frame, size_t n)
{
    uint32_t sum = 0;

    for (const uint8_t *p = frame, *end = frame + n; p < end; p++)
        sum += *p;
    return (uint8_t)(sum / n);
}

/* From one scale to another, rounded towards its beginning. */
static int32_t map(int32_t v, int32_t from, int32_t to, int32_t first, int32_t last)
{
    return (v - from) * (last - first) / (to - from) + first;
}

uint8_t flow_flash_target(uint8_t brightness)
{
    if (brightness < 30)
        return 255;
    if (brightness < 100)
        return (uint8_t)map(brightness, 30, 100, 255, 150);
    return brightness < 180 ? (uint8_t)map(brightness, 100, 180, 150, 80) : 80;
}

uint8_t flow_flash_step(uint8_t flash, uint8_t target)
{
    return (uint8_t)(flash + flow_clamp(target - flash, -STEP, STEP));
}
