/* board.h - how the AI-Thinker ESP32-CAM is wired. Another board with a camera is another copy of this table. */
#ifndef BOARD_H
#define BOARD_H

/* The sensor, an OV2640, as a part of its driver's camera_config_t. d7 … d0 are called Y9 … Y2 by the sensor; reset is not
 * connected. */
#define BOARD_CAMERA                                                                               \
    .pin_pwdn = 32, .pin_reset = -1, .pin_xclk = 0, .pin_sccb_sda = 26, .pin_sccb_scl = 27,        \
    .pin_d7 = 35, .pin_d6 = 34, .pin_d5 = 39, .pin_d4 = 36, .pin_d3 = 21, .pin_d2 = 19,            \
    .pin_d1 = 18, .pin_d0 = 5, .pin_vsync = 25, .pin_href = 23, .pin_pclk = 22,                    \
    .xclk_freq_hz = 20000000, .ledc_timer = LEDC_TIMER_0, .ledc_channel = LEDC_CHANNEL_0

/* Not used: the bright LED 4, the red one 33, the card's slot 2, 12 … 15. */

#endif
