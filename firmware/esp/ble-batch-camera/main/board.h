/* board.h - how the TTGO T-Camera V1.6.2 is wired. Another board with a camera is another copy of this table. */
#ifndef BOARD_H
#define BOARD_H

/* The sensor, an OV2640. Its own clock and eight lines of picture; power-down and reset are not connected. */
#define BOARD_CAMERA_XCLK 4
#define BOARD_CAMERA_SIOD 18
#define BOARD_CAMERA_SIOC 23
#define BOARD_CAMERA_Y9 36
#define BOARD_CAMERA_Y8 37
#define BOARD_CAMERA_Y7 38
#define BOARD_CAMERA_Y6 39
#define BOARD_CAMERA_Y5 35
#define BOARD_CAMERA_Y4 14
#define BOARD_CAMERA_Y3 13
#define BOARD_CAMERA_Y2 34
#define BOARD_CAMERA_VSYNC 5
#define BOARD_CAMERA_HREF 27
#define BOARD_CAMERA_PCLK 25
#define BOARD_CAMERA_XCLK_HZ 20000000

/* The display, an SSD1306. The camera's driver has the other I2C port. */
#define BOARD_DISPLAY_PORT I2C_NUM_0
#define BOARD_DISPLAY_SDA 21
#define BOARD_DISPLAY_SCL 22
#define BOARD_DISPLAY_ADDRESS 0x3c

/* Not used: button 15, motion sensor 19, microphone 26, 32, 33. */

#endif
