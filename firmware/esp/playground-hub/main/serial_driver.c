/* serial_driver.c - see serial_driver.h. */
#include "serial_driver.h"

#include "driver/uart.h"
#include "driver/usb_serial_jtag.h"
#include "esp_log.h"
#include "sdkconfig.h"

#if CONFIG_WARREN_HUB_SERIAL_USB

#if CONFIG_ESP_CONSOLE_USB_SERIAL_JTAG || CONFIG_ESP_CONSOLE_SECONDARY_USB_SERIAL_JTAG
#error                                                                                             \
    "The app has the chip's own USB: the log (ESP-IDF's console, primary and secondary) has to be elsewhere."
#endif

/* What USB carries at a time. */
#define USB_PIECE 64

bool serial_driver_start(void)
{
    usb_serial_jtag_driver_config_t config = {
        .tx_buffer_size = SERIAL_DRIVER_BYTES, .rx_buffer_size = SERIAL_DRIVER_BYTES};
    esp_err_t e = usb_serial_jtag_driver_install(&config);

    if (e != ESP_OK)
        ESP_LOGE("serial", "no app on USB: %s", esp_err_to_name(e));
    return e == ESP_OK;
}

size_t serial_driver_read(void *out, size_t cap)
{
    int n = usb_serial_jtag_read_bytes(out, cap, 0);

    return n > 0 ? (size_t)n : 0;
}

/* The driver takes a piece or leaves it. */
size_t serial_driver_write(const void *bytes, size_t n)
{
    size_t piece = n < USB_PIECE ? n : USB_PIECE;

    return usb_serial_jtag_write_bytes(bytes, piece, 0) == (int)piece ? piece : 0;
}

#elif CONFIG_WARREN_HUB_SERIAL_UART

#define PORT UART_NUM_1
#define BAUD 115200

static esp_err_t start(void)
{
    const uart_config_t config = {.baud_rate = BAUD,
        .data_bits = UART_DATA_8_BITS,
        .parity = UART_PARITY_DISABLE,
        .stop_bits = UART_STOP_BITS_1,
        .flow_ctrl = UART_HW_FLOWCTRL_DISABLE,
        .source_clk = UART_SCLK_DEFAULT};
    esp_err_t e = uart_driver_install(PORT, SERIAL_DRIVER_BYTES, 0, 0, NULL, 0);

    if (e == ESP_OK)
        e = uart_param_config(PORT, &config);
    if (e == ESP_OK)
        e = uart_set_pin(PORT, CONFIG_WARREN_HUB_UART_TX, CONFIG_WARREN_HUB_UART_RX,
            UART_PIN_NO_CHANGE, UART_PIN_NO_CHANGE);
    return e;
}

bool serial_driver_start(void)
{
    esp_err_t e = start();

    if (e != ESP_OK)
        ESP_LOGE("serial", "no app on the serial port: %s", esp_err_to_name(e));
    return e == ESP_OK;
}

size_t serial_driver_read(void *out, size_t cap)
{
    int n = uart_read_bytes(PORT, out, cap, 0);

    return n > 0 ? (size_t)n : 0;
}

/* Into the port's own 128 bytes: with a buffer of the driver's behind them it would wait for room. */
size_t serial_driver_write(const void *bytes, size_t n)
{
    int taken = uart_tx_chars(PORT, bytes, n);

    return taken > 0 ? (size_t)taken : 0;
}

#else

bool serial_driver_start(void)
{
    return false;
}

size_t serial_driver_read(void *out, size_t cap)
{
    return 0;
}

size_t serial_driver_write(const void *bytes, size_t n)
{
    return 0;
}

#endif
