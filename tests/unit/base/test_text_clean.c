#include <criterion/criterion.h>
#include <string.h>
#include <warren/text.h>

static const char *clean(const char *raw, size_t cap, bool *same)
{
    static char out[64];

    memset(out, 'x', sizeof out);
    *same = wr_text_clean(raw, strlen(raw), out, cap);
    return out;
}

Test(text_clean, what_is_fit_stays_as_it_is)
{
    bool same;

    cr_expect_str_eq(clean("Küche 1 €", 64, &same), "Küche 1 €");
    cr_expect(same);
    cr_expect_str_eq(clean("", 4, &same), "");
    cr_expect(same);
    cr_expect_str_eq(clean("abcd", 5, &same), "abcd");
    cr_expect(same);
}

Test(text_clean, controls_and_what_is_no_utf_8_become_question_marks)
{
    bool same;

    cr_expect_str_eq(clean("a\x1b[2J\n\x7f", 64, &same), "a?[2J??");
    cr_expect_not(same);
    cr_expect_str_eq(clean("\xff\xc3 \xc2\x9b \xed\xa0\x80", 64, &same), "?? ?? ???");
    cr_expect_not(same);
}

Test(text_clean, what_is_long_is_cut_between_characters)
{
    bool same;

    cr_expect_str_eq(clean("abcdefgh", 8, &same), "abcd…");
    cr_expect_not(same);
    cr_expect_str_eq(clean("ab€€€", 9, &same), "ab€…");
    cr_expect_str_eq(clean("€€", 4, &same), "…");
}

Test(text_clean, nothing_is_written_beyond_the_room)
{
    char raw[40], out[48];

    memset(raw, 'a', sizeof raw);
    for (size_t cap = 4; cap < 40; cap++) {
        memset(out, '#', sizeof out);
        wr_text_clean(raw, sizeof raw, out, cap);
        cr_expect_lt(strlen(out), cap);
        for (size_t i = cap; i < sizeof out; i++)
            cr_expect_eq(out[i], '#');
    }
}
