/* led_strip.c - see led_strip.h. */
#include "led_strip.h"

#include "esp_check.h"
#include "esp_log.h"
#include "soc/soc_caps.h"

static const char tag[] = "leds";

/* Ticks of 0.1 µs. */
#define TICKS_HZ 10000000
#define SHORT 3
#define LONG 9
#define HALF_PAUSE 1500
/* Two channels' memory: what is in it lasts for 120 µs, so late may the interrupt come that fills it up. */
#define SYMBOLS (2 * SOC_RMT_MEM_WORDS_PER_CHANNEL)
/* A picture and its pause; one of each may be on its way. */
#define QUEUE 4
#define PATIENCE_MS 20

static esp_err_t set_up(struct led_strip *s, int gpio)
{
    const rmt_tx_channel_config_t channel = {
        .gpio_num = gpio,
        .clk_src = RMT_CLK_SRC_DEFAULT,
        .resolution_hz = TICKS_HZ,
        .mem_block_symbols = SYMBOLS,
        .trans_queue_depth = QUEUE,
    };
    const rmt_bytes_encoder_config_t bits = {
        .bit0 = {.level0 = 1, .duration0 = SHORT, .level1 = 0, .duration1 = LONG},
        .bit1 = {.level0 = 1, .duration0 = LONG, .level1 = 0, .duration1 = SHORT},
        .flags.msb_first = 1,
    };
    const rmt_copy_encoder_config_t pause = {};

    ESP_RETURN_ON_ERROR(rmt_new_tx_channel(&channel, &s->channel), tag, "no channel");
    ESP_RETURN_ON_ERROR(rmt_new_bytes_encoder(&bits, &s->bits), tag, "no encoder");
    ESP_RETURN_ON_ERROR(rmt_new_copy_encoder(&pause, &s->pause), tag, "no encoder");
    return rmt_enable(s->channel);
}

static void check(struct led_strip *s, esp_err_t e)
{
    s->there = e == ESP_OK;
    if (!s->there)
        ESP_LOGE(tag, "going on without: %s", esp_err_to_name(e));
}

void led_strip_start(struct led_strip *s, int gpio)
{
    *s = (struct led_strip){.silence = {.duration0 = HALF_PAUSE, .duration1 = HALF_PAUSE}};
    check(s, set_up(s, gpio));
}

static esp_err_t send(struct led_strip *s, unsigned n)
{
    const rmt_transmit_config_t once = {.loop_count = 0};

    ESP_RETURN_ON_ERROR(rmt_transmit(s->channel, s->bits, s->sent, 3 * n, &once), tag, "no light");
    return rmt_transmit(s->channel, s->pause, &s->silence, sizeof s->silence, &once);
}

void led_strip_wait(struct led_strip *s)
{
    if (s->there)
        check(s, rmt_tx_wait_all_done(s->channel, PATIENCE_MS));
}

void led_strip_show(struct led_strip *s, const struct led_color *leds, unsigned n)
{
    led_strip_wait(s);
    if (!s->there)
        return;
    n = n < LED_STRIP_MAX ? n : LED_STRIP_MAX;
    for (unsigned i = 0; i < n; i++) {
        s->sent[3 * i] = leds[i].green;
        s->sent[3 * i + 1] = leds[i].red;
        s->sent[3 * i + 2] = leds[i].blue;
    }
    check(s, send(s, n));
}
