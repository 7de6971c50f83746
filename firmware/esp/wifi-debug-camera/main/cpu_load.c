/* cpu_load.c - see cpu_load.h. */
#include "cpu_load.h"

#include "freertos/task.h"

#if !CONFIG_FREERTOS_GENERATE_RUN_TIME_STATS
#error "the run times of tasks are not counted"
#endif

/* Run times are counted in µs: CONFIG_FREERTOS_RUN_TIME_STATS_USING_ESP_TIMER is ESP-IDF's default. */
static uint32_t idle_us(BaseType_t processor)
{
    TaskStatus_t status;

    vTaskGetInfo(xTaskGetIdleTaskHandleForCore(processor), &status, pdFALSE, eReady);
    return status.ulRunTimeCounter;
}

unsigned cpu_load_percent(struct cpu_load *l, int64_t now_us)
{
    int64_t passed_us = now_us - l->at_us;
    unsigned busiest = 0;

    for (BaseType_t i = 0; i < portNUM_PROCESSORS; i++) {
        uint32_t now = idle_us(i), idle = now - l->idle_us[i];

        l->idle_us[i] = now;
        if (passed_us > 0 && idle < passed_us) {
            unsigned busy = (unsigned)(100 - 100 * (int64_t)idle / passed_us);

            busiest = busy > busiest ? busy : busiest;
        }
    }
    l->at_us = now_us;
    return busiest;
}
