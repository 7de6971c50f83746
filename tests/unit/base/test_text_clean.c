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

/* A name must not turn the sentence round that it stands in, nor begin a line of its own. Arabic and Hebrew need none of these. */
Test(text_clean, what_turns_the_line_round_or_ends_it_does_not_stay)
{
    static const char *const turning[] = {"\u2028", "\u2029", "\u202A", "\u202B", "\u202C",
        "\u202D", "\u202E", "\u2066", "\u2067", "\u2068", "\u2069"};
    bool same;

    for (size_t i = 0; i < sizeof turning / sizeof *turning; i++) {
        cr_expect_str_eq(clean(turning[i], 64, &same), "???", "number %zu", i);
        cr_expect_not(same);
    }
    cr_expect_str_eq(clean("برج\u200f \u2027\u202f\u2065\u206a", 64, &same),
        "برج\u200f \u2027\u202f\u2065\u206a");
    cr_expect(same);
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
