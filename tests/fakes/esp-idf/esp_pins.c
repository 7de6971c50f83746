/* esp_pins.c - what is soldered to the pretended board: a button, a motor, LEDs, a battery, and wires to an app. */
#include <assert.h>
#include <string.h>

#include "esp_fake.h"

static struct {
    gpio_isr_t run;
    void *arg;
} handlers[32];
static struct esp_rmt {
    int gpio;
} rmt;
static struct esp_rmt_encoder {
    bool copies;
} encoders[2];
static int64_t lit_us, *const lit = &lit_us;
static int battery_unit;

void esp_pins_forget(void)
{
    memset(handlers, 0, sizeof handlers);
    memset(esp->pins, 1, sizeof esp->pins);
    memset(esp->leds, 0, sizeof esp->leds);
    esp->n_pictures = 0;
    esp->n_leds_sent = 0;
    esp->wire_is_open = false;
    esp->n_wire_in = esp->n_wire_out = 0;
    esp->asleep = false;
    esp->wake_pins = 0;
    lit_us = 0;
}

/* --- pins, and sleep -------------------------------------------------------------------------- */

esp_err_t gpio_config(const gpio_config_t *c)
{
    for (unsigned i = 0; i < 32; i++)
        if (c->pin_bit_mask >> i & 1 && c->mode == GPIO_MODE_OUTPUT)
            esp->pins[i] = 0;
    return ESP_OK;
}

int gpio_get_level(gpio_num_t pin)
{
    return esp->pins[pin];
}

esp_err_t gpio_set_level(gpio_num_t pin, uint32_t level)
{
    assert(esp_is_app_task());
    esp->pins[pin] = (uint8_t)level;
    return ESP_OK;
}

esp_err_t gpio_install_isr_service(int flags)
{
    return ESP_OK;
}

esp_err_t gpio_isr_handler_add(gpio_num_t pin, gpio_isr_t f, void *arg)
{
    handlers[pin].run = f;
    handlers[pin].arg = arg;
    return ESP_OK;
}

void esp_pin_set(int pin, bool high)
{
    bool falls = esp->pins[pin] && !high;

    esp->pins[pin] = high;
    if (falls && handlers[pin].run)
        handlers[pin].run(handlers[pin].arg);
}

esp_err_t esp_deep_sleep_enable_gpio_wakeup(uint64_t pins, esp_deepsleep_gpio_wake_up_mode_t mode)
{
    assert(mode == ESP_GPIO_WAKEUP_GPIO_LOW);
    esp->wake_pins = pins;
    return ESP_OK;
}

_Noreturn void esp_deep_sleep_start(void)
{
    assert(*lit <= esp->now_us); /* else what is lit stays */
    esp->asleep = true;
    esp_task_leave();
}

/* --- LEDs ------------------------------------------------------------------------------------- */

esp_err_t rmt_new_tx_channel(const rmt_tx_channel_config_t *c, rmt_channel_handle_t *ret)
{
    assert(c->resolution_hz == 10000000 && c->trans_queue_depth >= 2);
    if (esp->no_leds)
        return ESP_FAIL;
    rmt.gpio = c->gpio_num;
    *ret = &rmt;
    return ESP_OK;
}

esp_err_t rmt_new_bytes_encoder(const rmt_bytes_encoder_config_t *c, rmt_encoder_handle_t *ret)
{
    assert(c->flags.msb_first && c->bit0.duration0 == 3 && c->bit1.duration0 == 9);
    *ret = &encoders[0];
    return ESP_OK;
}

esp_err_t rmt_new_copy_encoder(const rmt_copy_encoder_config_t *c, rmt_encoder_handle_t *ret)
{
    encoders[1].copies = true;
    *ret = &encoders[1];
    return ESP_OK;
}

esp_err_t rmt_enable(rmt_channel_handle_t ch)
{
    return ESP_OK;
}

/* What was sent is to be seen after a pause of 280 µs; what comes before that is for LEDs behind the last one. */
esp_err_t rmt_transmit(rmt_channel_handle_t ch, rmt_encoder_handle_t e, const void *payload,
    size_t n, const rmt_transmit_config_t *c)
{
    assert(esp_is_app_task());
    esp->leds_pin = rmt.gpio;
    if (!e->copies) {
        assert(*lit <= esp->now_us); /* else its memory is that of the one before */
        assert(n <= sizeof esp->leds && esp->n_leds_sent == 0);
        esp->n_leds_sent = n;
        esp->leds_sent = payload;
        *lit = esp->now_us + (int64_t)n * 10;
    } else {
        const rmt_symbol_word_t *s = payload;

        assert(n == sizeof *s && !s->level0 && !s->level1 && s->duration0 + s->duration1 >= 2800);
        *lit += (s->duration0 + s->duration1) / 10;
        memcpy(esp->leds, esp->leds_sent, esp->n_leds_sent);
        esp->n_leds_sent = 0;
        esp->n_pictures++;
    }
    return ESP_OK;
}

esp_err_t rmt_tx_wait_all_done(rmt_channel_handle_t ch, int ms)
{
    if (*lit > esp->now_us)
        esp_task_sleep_us(*lit - esp->now_us);
    return ESP_OK;
}

/* --- the battery ------------------------------------------------------------------------------ */

esp_err_t adc_oneshot_io_to_channel(int pin, adc_unit_t *ret_unit, adc_channel_t *ret_channel)
{
    *ret_unit = pin <= 6 ? ADC_UNIT_1 : ADC_UNIT_2;
    *ret_channel = pin;
    return pin <= 6 ? ESP_OK : ESP_FAIL;
}

esp_err_t adc_oneshot_new_unit(const adc_oneshot_unit_init_cfg_t *c, adc_oneshot_unit_handle_t *ret)
{
    *ret = (adc_oneshot_unit_handle_t)&battery_unit;
    return ESP_OK;
}

esp_err_t adc_oneshot_config_channel(
    adc_oneshot_unit_handle_t u, adc_channel_t ch, const adc_oneshot_chan_cfg_t *c)
{
    return c->atten == ADC_ATTEN_DB_12 ? ESP_OK : ESP_FAIL;
}

esp_err_t adc_oneshot_get_calibrated_result(
    adc_oneshot_unit_handle_t u, adc_cali_handle_t cali, adc_channel_t ch, int *ret_mv)
{
    assert(esp_is_app_task() && cali);
    if (esp->pin_mv < 0)
        return ESP_FAIL;
    *ret_mv = esp->pin_mv;
    return ESP_OK;
}

esp_err_t adc_cali_create_scheme_curve_fitting(
    const adc_cali_curve_fitting_config_t *c, adc_cali_handle_t *ret)
{
    if (esp->no_calibration)
        return ESP_FAIL;
    *ret = (adc_cali_handle_t)&battery_unit;
    return ESP_OK;
}

/* --- wires: USB and a serial port; a board has one of them ------------------------------------ */

static int wire_read(void *out, uint32_t cap)
{
    size_t n = esp->n_wire_in < cap ? esp->n_wire_in : cap;

    assert(esp->wire_is_open && esp_is_app_task());
    memcpy(out, esp->wire_in, n);
    memmove(esp->wire_in, esp->wire_in + n, esp->n_wire_in -= n);
    return (int)n;
}

static size_t wire_room(void)
{
    size_t room = sizeof esp->wire_out - 1 - esp->n_wire_out;

    return room < esp->wire_room ? room : esp->wire_room;
}

static int wire_write(const void *bytes, size_t n)
{
    assert(esp->wire_is_open && esp_is_app_task());
    memcpy(esp->wire_out + esp->n_wire_out, bytes, n);
    esp->n_wire_out += n;
    esp->wire_out[esp->n_wire_out] = '\0';
    esp->wire_room -= n;
    return (int)n;
}

void esp_wire_say(const char *text)
{
    size_t n = strlen(text);

    assert(esp->n_wire_in + n <= sizeof esp->wire_in);
    memcpy(esp->wire_in + esp->n_wire_in, text, n);
    esp->n_wire_in += n;
}

esp_err_t usb_serial_jtag_driver_install(usb_serial_jtag_driver_config_t *c)
{
    esp->wire_is_open = !esp->no_wire;
    return esp->no_wire ? ESP_FAIL : ESP_OK;
}

int usb_serial_jtag_read_bytes(void *out, uint32_t cap, TickType_t ticks)
{
    return wire_read(out, cap);
}

/* All or nothing. */
int usb_serial_jtag_write_bytes(const void *bytes, size_t n, TickType_t ticks)
{
    assert(ticks == 0);
    return n <= wire_room() ? wire_write(bytes, n) : 0;
}

esp_err_t uart_driver_install(
    uart_port_t p, int rx_bytes, int tx_bytes, int n_events, QueueHandle_t *events, int flags)
{
    assert(tx_bytes == 0);
    esp->wire_is_open = !esp->no_wire;
    return esp->no_wire ? ESP_FAIL : ESP_OK;
}

esp_err_t uart_param_config(uart_port_t p, const uart_config_t *c)
{
    return c->baud_rate == 115200 ? ESP_OK : ESP_FAIL;
}

esp_err_t uart_set_pin(uart_port_t p, int tx, int rx, int rts, int cts)
{
    return ESP_OK;
}

int uart_read_bytes(uart_port_t p, void *out, uint32_t cap, TickType_t ticks)
{
    assert(ticks == 0);
    return wire_read(out, cap);
}

/* As much as there is room for. */
int uart_tx_chars(uart_port_t p, const char *bytes, uint32_t n)
{
    return wire_write(bytes, n < wire_room() ? n : wire_room());
}
