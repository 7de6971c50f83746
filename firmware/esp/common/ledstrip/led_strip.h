/* led_strip.h - LEDs of the kind WS2812 on one pin, their colours written by the remote control peripheral (RMT):
 *
 *     0: ▔▔▁▁▁▁▁▁     1: ▔▔▔▔▔▔▁▁     0.3 and 0.9 µs; 24 bits per LED, green first; then 300 µs of nothing, which shows them
 *
 * An LED passes on what comes after its own bits: so the pause belongs to each picture, however fast one follows another.
 */
#ifndef LED_STRIP_H
#define LED_STRIP_H

#include <stdbool.h>
#include <stdint.h>

#include "driver/rmt_encoder.h"
#include "driver/rmt_tx.h"

#define LED_STRIP_MAX 12

struct led_color {
    uint8_t red, green, blue;
};

/* In internal memory: it is read while the flash may be busy. */
struct led_strip {
    rmt_channel_handle_t channel;
    rmt_encoder_handle_t bits, pause;
    rmt_symbol_word_t silence;
    uint8_t sent[3 * LED_STRIP_MAX];
    bool there;
};

/* What does not work is said in the log, and everything else goes on. */
void led_strip_start(struct led_strip *s, int gpio);
/* At most LED_STRIP_MAX. Waits for the end of the picture before, less than a millisecond. */
void led_strip_show(struct led_strip *s, const struct led_color *leds, unsigned n);
/* Until the last picture is to be seen. */
void led_strip_wait(struct led_strip *s);

#endif
