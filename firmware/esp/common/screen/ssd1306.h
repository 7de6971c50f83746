/* ssd1306.h - a display of 128 by 64 dots on I2C. A board may lack it, or it may come off: then it is said once in the log,
 * and everything else goes on.
 *
 * ESP-IDF 5.3's older I2C driver (driver/i2c.h), on purpose: esp32-camera uses that one there, and ESP-IDF refuses to start a
 * program that has both.
 */
#ifndef SSD1306_H
#define SSD1306_H

#include <stdbool.h>

#include "driver/i2c.h"
#include "text_screen.h"

struct ssd1306 {
    i2c_port_t port;
    uint8_t address;
    bool there;
};

/* Takes the I2C port for itself and sets the display up. */
void ssd1306_start(struct ssd1306 *d, i2c_port_t port, int sda, int scl, uint8_t address);
/* Sends what changed; some milliseconds. */
void ssd1306_show(struct ssd1306 *d, struct text_screen *s);

#endif
