/* ssd1306.c - see ssd1306.h. The chip's data sheet has the commands. */
#include "ssd1306.h"

#include <string.h>

#include "esp_log.h"
#include "freertos/FreeRTOS.h"

static const char tag[] = "ssd1306";

#define CLOCK_HZ 400000
/* A page takes 3 ms; a display that holds the bus for longer is broken. */
#define PATIENCE pdMS_TO_TICKS(50)

/* The first byte of a transfer says what the others are. */
enum { COMMANDS = 0x00, DOTS = 0x40 };

static void send(struct ssd1306 *d, const uint8_t *bytes, size_t n)
{
    esp_err_t e = ESP_OK;

    if (d->there)
        e = i2c_master_write_to_device(d->port, d->address, bytes, n, PATIENCE);
    if (e == ESP_OK)
        return;
    d->there = false;
    ESP_LOGW(tag, "no display at 0x%02x (%s): going on without", d->address, esp_err_to_name(e));
}

static bool take_bus(const struct ssd1306 *d, int sda, int scl)
{
    const i2c_config_t bus = {.mode = I2C_MODE_MASTER,
        .sda_io_num = sda,
        .scl_io_num = scl,
        .sda_pullup_en = GPIO_PULLUP_ENABLE,
        .scl_pullup_en = GPIO_PULLUP_ENABLE,
        .master.clk_speed = CLOCK_HZ};
    esp_err_t e = i2c_param_config(d->port, &bus);

    if (e == ESP_OK)
        e = i2c_driver_install(d->port, I2C_MODE_MASTER, 0, 0, 0);
    if (e != ESP_OK)
        ESP_LOGW(tag, "no I2C bus for the display: %s", esp_err_to_name(e));
    return e == ESP_OK;
}

void ssd1306_start(struct ssd1306 *d, i2c_port_t port, int sda, int scl, uint8_t address)
{
    static const uint8_t set_up[] = {
        COMMANDS, 0xae,         /* off */
        0xd5, 0x80,             /* clock */
        0xa8, 0x3f,             /* 64 rows */
        0xd3, 0x00, 0x40,       /* from the first on */
        0x8d, 0x14,             /* its own high voltage */
        0x20, 0x02,             /* page by page */
        0xa1, 0xc8,             /* the connector is above */
        0xda, 0x12,             /* how the rows are wired */
        0x81, 0xcf,             /* contrast */
        0xd9, 0xf1, 0xdb, 0x40, /* charging of the dots */
        0xa4, 0xa6,             /* what is in the memory, lit */
        0xaf,                   /* on */
    };

    *d = (struct ssd1306){.port = port, .address = address};
    d->there = take_bus(d, sda, scl);
    if (d->there)
        send(d, set_up, sizeof set_up);
}

void ssd1306_show(struct ssd1306 *d, struct text_screen *s)
{
    int page;

    while (d->there && (page = text_screen_next(s)) >= 0) {
        const uint8_t place[] = {COMMANDS, (uint8_t)(0xb0 | page), 0x00, 0x10};
        uint8_t dots[1 + TEXT_SCREEN_WIDTH] = {DOTS};

        memcpy(dots + 1, s->pages[page], TEXT_SCREEN_WIDTH);
        send(d, place, sizeof place);
        if (d->there)
            send(d, dots, sizeof dots);
    }
}
