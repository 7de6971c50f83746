/* board.h - how the TTGO T-Camera V1.6.2 is wired. Another board with a camera is another copy of this table. */
#ifndef BOARD_H
#define BOARD_H

/* The sensor, an OV2640, as a part of its driver's camera_config_t. d7 … d0 are called Y9 … Y2 by the sensor; power-down and reset
 * are not connected. */
#define BOARD_CAMERA                                                                               \
    .pin_pwdn = -1, .pin_reset = -1, .pin_xclk = 4, .pin_sccb_sda = 18, .pin_sccb_scl = 23,        \
    .pin_d7 = 36, .pin_d6 = 37, .pin_d5 = 38, .pin_d4 = 39, .pin_d3 = 35, .pin_d2 = 14,            \
    .pin_d1 = 13, .pin_d0 = 34, .pin_vsync = 5, .pin_href = 27, .pin_pclk = 25,                    \
    .xclk_freq_hz = 20000000, .ledc_timer = LEDC_TIMER_0, .ledc_channel = LEDC_CHANNEL_0

/* The display, an SSD1306. The camera's driver has the other I2C port. */
#define BOARD_DISPLAY_PORT I2C_NUM_0
#define BOARD_DISPLAY_SDA 21
#define BOARD_DISPLAY_SCL 22
#define BOARD_DISPLAY_ADDRESS 0x3c

/* Not used: button 15, motion sensor 19, microphone 26, 32, 33. */

#endif
