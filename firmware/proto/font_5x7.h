/* font_5x7.h - letters of 5 by 7 dots, for small displays and on pictures: a byte per column, its lowest bit the top row. */
#ifndef FONT_5X7_H
#define FONT_5X7_H

#include <stdint.h>

#define FONT_WIDTH 5
#define FONT_HEIGHT 7
/* Printable ASCII, from the space on. */
#define FONT_FIRST ' '
#define FONT_N_GLYPHS 95

extern const uint8_t font_5x7[FONT_N_GLYPHS][FONT_WIDTH];

#endif
