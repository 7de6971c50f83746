/* board.h - how the AI-Thinker ESP32-CAM is wired. Another board with a camera is another copy of this table. */
#ifndef BOARD_H
#define BOARD_H

/* The sensor, an OV2640. Its own clock and eight lines of picture; reset is not connected. */
#define BOARD_CAMERA_PWDN 32
#define BOARD_CAMERA_XCLK 0
#define BOARD_CAMERA_SIOD 26
#define BOARD_CAMERA_SIOC 27
#define BOARD_CAMERA_Y9 35
#define BOARD_CAMERA_Y8 34
#define BOARD_CAMERA_Y7 39
#define BOARD_CAMERA_Y6 36
#define BOARD_CAMERA_Y5 21
#define BOARD_CAMERA_Y4 19
#define BOARD_CAMERA_Y3 18
#define BOARD_CAMERA_Y2 5
#define BOARD_CAMERA_VSYNC 25
#define BOARD_CAMERA_HREF 23
#define BOARD_CAMERA_PCLK 22
#define BOARD_CAMERA_XCLK_HZ 20000000

/* Not used: the bright LED 4, the red one 33, the card's slot 2, 12 … 15. */

#endif
