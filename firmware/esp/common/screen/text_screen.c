/* text_screen.c - see text_screen.h. */
#include "text_screen.h"

#include <stdbool.h>
#include <string.h>

#include "font_5x7.h"

void text_screen_init(struct text_screen *s)
{
    memset(s, 0, sizeof *s);
    s->changed = (uint8_t)((1u << TEXT_SCREEN_N_PAGES) - 1);
}

static void put(struct text_screen *s, unsigned x, unsigned y, bool on)
{
    uint8_t *at = &s->pages[y / 8][x], bit = (uint8_t)(1u << (y % 8));

    if (((*at & bit) != 0) == on)
        return;
    *at ^= bit;
    s->changed |= (uint8_t)(1u << (y / 8));
}

/* The column of dots at x of a line of text; `n` letters long. */
static uint8_t column(const char *text, size_t n, unsigned x)
{
    unsigned letter;

    if (x / FONT_WIDTH >= n)
        return 0;
    letter = (unsigned char)text[x / FONT_WIDTH] - (unsigned)FONT_FIRST;
    return font_5x7[letter < FONT_N_GLYPHS ? letter : '?' - FONT_FIRST][x % FONT_WIDTH];
}

void text_screen_line(struct text_screen *s, unsigned line, const char *text)
{
    size_t n = strnlen(text, TEXT_SCREEN_N_COLUMNS);

    if (line >= TEXT_SCREEN_N_LINES)
        return;
    for (unsigned x = 0; x < TEXT_SCREEN_WIDTH; x++) {
        uint8_t dots = column(text, n, x);

        for (unsigned y = 0; y < TEXT_SCREEN_PITCH; y++)
            put(s, x, line * TEXT_SCREEN_PITCH + y, (dots >> y & 1) != 0);
    }
}

int text_screen_next(struct text_screen *s)
{
    for (int page = 0; page < TEXT_SCREEN_N_PAGES; page++)
        if (s->changed >> page & 1) {
            s->changed &= (uint8_t) ~(1u << page);
            return page;
        }
    return -1;
}
