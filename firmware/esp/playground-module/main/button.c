/* button.c - see button.h. */
#include "button.h"

#include "driver/gpio.h"
#include "esp_log.h"
#include "esp_sleep.h"
#include "sdkconfig.h"
#include "soc/soc_caps.h"

static const char tag[] = "button";

_Static_assert((SOC_GPIO_DEEP_SLEEP_WAKE_VALID_GPIO_MASK >> CONFIG_WARREN_MODULE_BUTTON & 1) != 0,
    "the button is on a pin that cannot wake the chip");

static void on_edge(void *arg)
{
    static const struct event e = {.type = EVENT_BUTTON};
    struct button *b = arg;

    if (!atomic_exchange(&b->told, true) && !inbox_offer_from_isr(b->inbox, &e))
        atomic_store(&b->told, false);
}

static esp_err_t set_up(struct button *b)
{
    const gpio_config_t pin = {.pin_bit_mask = UINT64_C(1) << b->pin,
        .mode = GPIO_MODE_INPUT,
        .pull_up_en = GPIO_PULLUP_ENABLE,
        .intr_type = GPIO_INTR_NEGEDGE};
    esp_err_t e = gpio_config(&pin);

    if (e == ESP_OK)
        e = gpio_install_isr_service(0);
    return e == ESP_OK ? gpio_isr_handler_add(b->pin, on_edge, b) : e;
}

bool button_start(struct button *b, int pin, struct inbox *inbox)
{
    esp_err_t e;

    b->pin = pin;
    b->inbox = inbox;
    atomic_store(&b->told, false);
    e = set_up(b);
    if (e != ESP_OK)
        ESP_LOGE(tag, "none at pin %d: %s", pin, esp_err_to_name(e));
    return e == ESP_OK;
}

bool button_is_down(struct button *b)
{
    atomic_store(&b->told, false);
    return gpio_get_level(b->pin) == 0;
}

void button_wakes(const struct button *b)
{
    esp_err_t e =
        esp_deep_sleep_enable_gpio_wakeup(UINT64_C(1) << b->pin, ESP_GPIO_WAKEUP_GPIO_LOW);

    if (e != ESP_OK)
        ESP_LOGE(tag, "does not wake: %s", esp_err_to_name(e));
}
