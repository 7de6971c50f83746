/* text_screen.h - lines of text as the dots of a display of 128 by 64, in memory: no hardware, so it is tested elsewhere.
 *
 *     line n covers the rows 10n … 10n + 9; the display takes pages of 8 rows, a byte per column, its lowest bit the top row
 *
 * Only pages that changed are to be sent: on a bus of 400 kHz each costs 3 ms.
 */
#ifndef TEXT_SCREEN_H
#define TEXT_SCREEN_H

#include <stdint.h>

#define TEXT_SCREEN_WIDTH 128
#define TEXT_SCREEN_N_PAGES 8
#define TEXT_SCREEN_PITCH 10
#define TEXT_SCREEN_N_LINES 6
/* Letters of a line; what is longer is cut. */
#define TEXT_SCREEN_N_COLUMNS 25

struct text_screen {
    uint8_t pages[TEXT_SCREEN_N_PAGES][TEXT_SCREEN_WIDTH];
    uint8_t changed; /* a bit per page */
};

/* Empty, and all of it to be sent: what a display shows after power-on is chance. */
void text_screen_init(struct text_screen *s);
/* Replaces a line; a letter that the font does not have becomes '?'. Lines that there are not are ignored. */
void text_screen_line(struct text_screen *s, unsigned line, const char *text);
/* The next page to send, whose mark is taken away; -1: none. */
int text_screen_next(struct text_screen *s);

#endif
