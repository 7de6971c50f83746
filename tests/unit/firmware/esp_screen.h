/* esp_screen.h - what the pretended board's display is expected to show. */
#pragma once

#include <criterion/criterion.h>

#include "esp_fake.h"
#include "text_screen.h"

/* Rows 10n … 10n + 9 of the display are those of the text. */
static inline void expect_line(unsigned line, const char *text)
{
    struct text_screen s;

    text_screen_init(&s);
    text_screen_line(&s, line, text);
    for (unsigned y = line * TEXT_SCREEN_PITCH; y < (line + 1) * TEXT_SCREEN_PITCH; y++)
        for (unsigned x = 0; x < TEXT_SCREEN_WIDTH; x++)
            cr_assert_eq((esp->display[y / 8][x] ^ s.pages[y / 8][x]) >> y % 8 & 1, 0,
                "line %u is not \"%s\"", line, text);
}
