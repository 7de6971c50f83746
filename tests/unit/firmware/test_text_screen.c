/* Lines of text as dots. Rows of a picture are written as strings, for people to see. */
#include <criterion/criterion.h>
#include <string.h>

#include "text_screen.h"

static struct text_screen s;

static void begin(void)
{
    text_screen_init(&s);
    while (text_screen_next(&s) >= 0)
        ;
}

TestSuite(text_screen, .init = begin);

static bool dot(unsigned x, unsigned y)
{
    return s.pages[y / 8][x] >> y % 8 & 1;
}

static unsigned n_dots(unsigned from_y, unsigned to_y)
{
    unsigned n = 0;

    for (unsigned y = from_y; y < to_y; y++)
        for (unsigned x = 0; x < TEXT_SCREEN_WIDTH; x++)
            n += dot(x, y);
    return n;
}

static void expect_row(unsigned y, const char *row)
{
    for (unsigned x = 0; row[x]; x++)
        cr_expect_eq(dot(x, y), row[x] == '#', "column %u of row %u", x, y);
}

Test(text_screen, letters_stand_upright_from_the_left)
{
    text_screen_line(&s, 0, "Ab");
    expect_row(0, " ##  #   ");
    expect_row(1, "#  # #   ");
    expect_row(2, "#  # ### ");
    expect_row(3, "#### #  #");
    expect_row(4, "#  # #  #");
    expect_row(5, "#  # ### ");
    expect_row(6, "         ");
}

Test(text_screen, a_line_begins_every_ten_rows)
{
    for (unsigned line = 0; line < TEXT_SCREEN_N_LINES; line++) {
        begin();
        text_screen_line(&s, line, "H");
        expect_row(line * 10, "#  #");
        cr_expect_eq(n_dots(line * 10, line * 10 + 10), n_dots(0, 64), "line %u", line);
    }
}

Test(text_screen, a_line_replaces_what_stood_there_and_nothing_else)
{
    unsigned n;

    text_screen_line(&s, 1, "Status: Connected");
    n = n_dots(0, 64);
    text_screen_line(&s, 2, "MMMMMMMMMMMMMMMMMMMMMMMMM");
    text_screen_line(&s, 2, "");
    cr_expect_eq(n_dots(0, 64), n);
}

Test(text_screen, what_is_too_long_or_unknown_is_cut_or_marked)
{
    struct text_screen cut;

    text_screen_line(&s, 0, "1234567890123456789012345");
    cut = s;
    text_screen_line(&s, 0, "1234567890123456789012345 and more");
    cr_expect_eq(memcmp(cut.pages, s.pages, sizeof s.pages), 0);
    text_screen_line(&s, 0, "?????????");
    cut = s;
    text_screen_line(&s, 0, "\x1f\x7f\x80\xff\n\xc3\xa4\t?");
    cr_expect_eq(memcmp(cut.pages, s.pages, sizeof s.pages), 0);
    text_screen_line(&s, TEXT_SCREEN_N_LINES, "nowhere");
    cr_expect_eq(memcmp(cut.pages, s.pages, sizeof s.pages), 0);
}

Test(text_screen, only_pages_that_changed_are_sent)
{
    text_screen_line(&s, 4, "x");
    cr_expect_eq(text_screen_next(&s), 5, "rows 42 to 45");
    cr_expect_eq(text_screen_next(&s), -1);
    text_screen_line(&s, 4, "x");
    cr_expect_eq(text_screen_next(&s), -1, "it shows that already");
    text_screen_line(&s, 4, "y");
    cr_expect_eq(text_screen_next(&s), 5);
    text_screen_line(&s, 1, "H");
    cr_expect_eq(text_screen_next(&s), 1, "rows 10 to 15");
    cr_expect_eq(text_screen_next(&s), -1);
}

Test(text_screen, all_of_it_is_sent_at_first)
{
    text_screen_init(&s);
    for (int page = 0; page < TEXT_SCREEN_N_PAGES; page++)
        cr_expect_eq(text_screen_next(&s), page);
    cr_expect_eq(text_screen_next(&s), -1);
}
