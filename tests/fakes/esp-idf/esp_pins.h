/* esp_pins.h - what is soldered on: pins, LEDs, battery, wires; esp_idf.h's part. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* --- pins, and sleep -------------------------------------------------------------------------- */

typedef int gpio_num_t;
typedef void (*gpio_isr_t)(void *arg);
enum { GPIO_MODE_INPUT = 1, GPIO_MODE_OUTPUT = 2, GPIO_INTR_DISABLE = 0, GPIO_INTR_NEGEDGE = 2 };
#define GPIO_PULLUP_ENABLE 1
#define SOC_GPIO_DEEP_SLEEP_WAKE_VALID_GPIO_MASK 0xffULL

typedef struct {
    uint64_t pin_bit_mask;
    int mode, pull_up_en, pull_down_en, intr_type;
} gpio_config_t;
typedef enum {
    ESP_GPIO_WAKEUP_GPIO_LOW,
    ESP_GPIO_WAKEUP_GPIO_HIGH
} esp_deepsleep_gpio_wake_up_mode_t;

esp_err_t gpio_config(const gpio_config_t *c);
int gpio_get_level(gpio_num_t pin);
esp_err_t gpio_set_level(gpio_num_t pin, uint32_t level);
esp_err_t gpio_install_isr_service(int flags);
esp_err_t gpio_isr_handler_add(gpio_num_t pin, gpio_isr_t f, void *arg);
esp_err_t esp_deep_sleep_enable_gpio_wakeup(uint64_t pins, esp_deepsleep_gpio_wake_up_mode_t mode);
_Noreturn void esp_deep_sleep_start(void);

/* --- LEDs by RMT ------------------------------------------------------------------------------ */

#define SOC_RMT_MEM_WORDS_PER_CHANNEL 48
#define RMT_CLK_SRC_DEFAULT 0

typedef struct esp_rmt *rmt_channel_handle_t;
typedef struct esp_rmt_encoder *rmt_encoder_handle_t;
typedef union {
    struct {
        uint16_t duration0 : 15, level0 : 1, duration1 : 15, level1 : 1;
    };
    uint32_t val;
} rmt_symbol_word_t;
typedef struct {
    gpio_num_t gpio_num;
    int clk_src;
    uint32_t resolution_hz;
    size_t mem_block_symbols, trans_queue_depth;
} rmt_tx_channel_config_t;
typedef struct {
    rmt_symbol_word_t bit0, bit1;
    struct {
        uint32_t msb_first : 1;
    } flags;
} rmt_bytes_encoder_config_t;
typedef struct {
    char nothing;
} rmt_copy_encoder_config_t;
typedef struct {
    int loop_count;
} rmt_transmit_config_t;

esp_err_t rmt_new_tx_channel(const rmt_tx_channel_config_t *c, rmt_channel_handle_t *ret);
esp_err_t rmt_new_bytes_encoder(const rmt_bytes_encoder_config_t *c, rmt_encoder_handle_t *ret);
esp_err_t rmt_new_copy_encoder(const rmt_copy_encoder_config_t *c, rmt_encoder_handle_t *ret);
esp_err_t rmt_enable(rmt_channel_handle_t ch);
esp_err_t rmt_transmit(rmt_channel_handle_t ch, rmt_encoder_handle_t e, const void *payload,
    size_t n, const rmt_transmit_config_t *c);
esp_err_t rmt_tx_wait_all_done(rmt_channel_handle_t ch, int ms);

/* --- a voltage -------------------------------------------------------------------------------- */

typedef int adc_unit_t, adc_channel_t;
typedef struct esp_adc *adc_oneshot_unit_handle_t;
typedef struct esp_adc_cali *adc_cali_handle_t;
enum { ADC_UNIT_1, ADC_UNIT_2, ADC_ATTEN_DB_12, ADC_BITWIDTH_DEFAULT };

typedef struct {
    adc_unit_t unit_id;
} adc_oneshot_unit_init_cfg_t;
typedef struct {
    int atten, bitwidth;
} adc_oneshot_chan_cfg_t;
typedef struct {
    adc_unit_t unit_id;
    adc_channel_t chan;
    int atten, bitwidth;
} adc_cali_curve_fitting_config_t;

esp_err_t adc_oneshot_io_to_channel(int pin, adc_unit_t *ret_unit, adc_channel_t *ret_channel);
esp_err_t adc_oneshot_new_unit(
    const adc_oneshot_unit_init_cfg_t *c, adc_oneshot_unit_handle_t *ret);
esp_err_t adc_oneshot_config_channel(
    adc_oneshot_unit_handle_t u, adc_channel_t ch, const adc_oneshot_chan_cfg_t *c);
esp_err_t adc_oneshot_get_calibrated_result(
    adc_oneshot_unit_handle_t u, adc_cali_handle_t cali, adc_channel_t ch, int *ret_mv);
esp_err_t adc_cali_create_scheme_curve_fitting(
    const adc_cali_curve_fitting_config_t *c, adc_cali_handle_t *ret);

/* --- wires ------------------------------------------------------------------------------------ */

typedef struct {
    uint32_t tx_buffer_size, rx_buffer_size;
} usb_serial_jtag_driver_config_t;

esp_err_t usb_serial_jtag_driver_install(usb_serial_jtag_driver_config_t *c);
int usb_serial_jtag_read_bytes(void *out, uint32_t cap, TickType_t ticks);
int usb_serial_jtag_write_bytes(const void *bytes, size_t n, TickType_t ticks);

typedef int uart_port_t;
#define UART_NUM_1 1
#define UART_PIN_NO_CHANGE (-1)
enum { UART_DATA_8_BITS = 3, UART_PARITY_DISABLE = 0, UART_STOP_BITS_1 = 1 };
enum { UART_HW_FLOWCTRL_DISABLE, UART_SCLK_DEFAULT };

typedef struct {
    int baud_rate, data_bits, parity, stop_bits, flow_ctrl, source_clk;
} uart_config_t;

esp_err_t uart_driver_install(
    uart_port_t p, int rx_bytes, int tx_bytes, int n_events, QueueHandle_t *events, int flags);
esp_err_t uart_param_config(uart_port_t p, const uart_config_t *c);
esp_err_t uart_set_pin(uart_port_t p, int tx, int rx, int rts, int cts);
int uart_read_bytes(uart_port_t p, void *out, uint32_t cap, TickType_t ticks);
int uart_tx_chars(uart_port_t p, const char *bytes, uint32_t n);
