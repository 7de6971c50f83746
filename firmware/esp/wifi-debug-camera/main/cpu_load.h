/* cpu_load.h - how busy the processors were lately, by what their idle tasks ran. */
#ifndef CPU_LOAD_H
#define CPU_LOAD_H

#include <stdint.h>

#include "freertos/FreeRTOS.h"

struct cpu_load {
    int64_t at_us;
    uint32_t idle_us[portNUM_PROCESSORS];
};

/* Of the busiest one since it was asked last, 0 … 100. */
unsigned cpu_load_percent(struct cpu_load *l, int64_t now_us);

#endif
