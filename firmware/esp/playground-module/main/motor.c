/* motor.c - see motor.h. */
#include "motor.h"

#include "driver/gpio.h"
#include "esp_log.h"

void motor_start(struct motor *m, int pin)
{
    const gpio_config_t output = {
        .pin_bit_mask = UINT64_C(1) << (pin < 0 ? 0 : pin), .mode = GPIO_MODE_OUTPUT};

    *m = (struct motor){.pin = pin};
    if (pin >= 0 && gpio_config(&output) != ESP_OK) {
        ESP_LOGE("motor", "none at pin %d", pin);
        m->pin = -1;
    }
}

static void set(struct motor *m, bool runs)
{
    if (m->pin < 0)
        return;
    (void)gpio_set_level(m->pin, runs);
    m->runs = runs;
}

void motor_run(struct motor *m, int64_t now_us)
{
    m->end_us = now_us + MOTOR_US;
    set(m, true);
}

void motor_step(struct motor *m, int64_t now_us)
{
    if (m->runs && now_us >= m->end_us)
        set(m, false);
}

int64_t motor_next_us(const struct motor *m)
{
    return m->runs ? m->end_us : INT64_MAX;
}
