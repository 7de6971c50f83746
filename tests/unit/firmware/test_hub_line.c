#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "hub_line.h"

#define SPAN(text) ((struct span){(text), strlen(text)})

/* "command|threshold", or the error's number. */
static const char *parsed(const char *text)
{
    static char out[256];
    struct hub_line l;
    int r = hub_line_parse(SPAN(text), &l);

    if (r < 0)
        snprintf(out, sizeof out, "%d", r == -EBADMSG ? -1 : r);
    else
        snprintf(out, sizeof out, "%.*s|%.*s", (int)l.command.n, l.command.at, (int)l.threshold.n,
            l.threshold.at);
    return out;
}

/* What the first hub's parser makes of each. */
Test(hub_line, is_read_as_hubs_in_use_read_it)
{
    static const struct {
        const char *text, *result;
    } rows[] = {
        {"\"Play\":\"all\"", "Play|all"},
        {"Play\":\"all", "Play|all"},
        {"Play", "Play|all"},
        {"\"Play\"", "-1"},
        {"\"", "-1"},
        {"\"\"", "-1"},
        {"\"Play\" : \"all\"", "-1"},
        {"\"Play\":\"all", "\"Play|all"},
        {"Play\":\"all\"", "Play|all\""},
        {"\"Play\":-50", "\"Play\":-50|all"},
        {"{\"Play\":\"all\"}", "{\"Play|all\"}"},
        {"\"A\":\"B\":\"C\"", "A|B\":\"C"},
        {"\"Color Game\":\"-60\"", "Color Game|-60"},
        {"\"\":\"\"", "|"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        cr_expect_str_eq(
            parsed(rows[i].text), rows[i].result, "%s: %s", rows[i].text, parsed(rows[i].text));
}

Test(hub_line, thresholds_that_are_no_numbers_mean_all)
{
    cr_expect_eq(hub_threshold_parse(SPAN("all")), -100);
    cr_expect_eq(hub_threshold_parse(SPAN("-60")), -60);
    cr_expect_eq(hub_threshold_parse(SPAN(" -45 ")), -45);
    cr_expect_eq(hub_threshold_parse(SPAN("all\"")), -100);
    cr_expect_eq(hub_threshold_parse(SPAN("-60.5")), -100);
    cr_expect_eq(hub_threshold_parse(SPAN("")), -100);
    cr_expect_eq(hub_threshold_parse(SPAN("99999999999")), -100);
}

Test(hub_line, thresholds_are_written_as_they_are_read)
{
    char out[HUB_THRESHOLD_TEXT];

    cr_expect_str_eq(hub_threshold_text(-100, out), "all");
    cr_expect_str_eq(hub_threshold_text(-99, out), "-99");
    cr_expect_str_eq(hub_threshold_text(INT32_MAX, out), "2147483647");
}

Test(hub_line, every_position_of_the_slider_is_what_the_apps_formula_says)
{
    for (int s = 1; s < 100; s++)
        cr_expect_eq(hub_slider_threshold(s), (int)lround(-30 - (s - 1) / 98.0 * 60), "%d", s);
    cr_expect_eq(hub_slider_threshold(100), HUB_THRESHOLD_ALL);
    cr_expect_eq(hub_slider_threshold(1), -30);
    cr_expect_eq(hub_slider_threshold(40), -54);
    cr_expect_eq(hub_slider_threshold(50), -60);
    cr_expect_eq(hub_slider_threshold(99), -90);
    cr_expect_eq(hub_slider_threshold(0), -30);
    cr_expect_eq(hub_slider_threshold(101), HUB_THRESHOLD_ALL);
}

Test(hub_line, the_longest_that_fits_one_write_of_old_hubs)
{
    char out[64];

    cr_expect_eq(hub_line_write("Number Game", "all", out, sizeof out), HUB_WRITE_BYTES);
    cr_expect_eq(memcmp(out, "\"Number Game\":\"all\"\n", 20), 0);
    cr_expect_eq(hub_line_write("Number Game", "-100", out, sizeof out), HUB_WRITE_BYTES + 1);
    cr_expect_eq(hub_line_write("Number Game", "-100", out, 21), 0, "no room for the NUL");
}

Test(hub_line, commands_are_found_by_their_letters)
{
    enum hub_command c;

    for (unsigned i = 0; i < HUB_N_COMMANDS; i++) {
        cr_assert_eq(hub_command_find(SPAN(hub_command_text((enum hub_command)i)), &c), 0);
        cr_expect_eq(c, i);
    }
    cr_expect_eq(hub_command_find(SPAN("play"), &c), -ENOENT);
    cr_expect_eq(hub_command_find(SPAN("ping"), &c), -ENOENT);
}

/* --- lines from pieces ------------------------------------------------------------------------ */

static void expect_next(struct hub_lines *l, const char *text)
{
    struct span s = {0};
    bool there = hub_lines_next(l, &s);

    cr_expect_eq(there, text != NULL);
    if (there && text)
        cr_expect(span_is(s, text), "\"%.*s\" instead of \"%s\"", (int)s.n, s.at, text);
}

Test(hub_lines, come_from_pieces_of_any_size)
{
    static const char text[] = "\"Play\":\"all\"\r\n\n  \rPause\n\"Win\"";
    struct hub_lines l;

    for (size_t size = 1; size <= sizeof text; size++) {
        char got[128] = "";
        struct span s;

        hub_lines_init(&l);
        for (size_t at = 0; at < sizeof text - 1; at += size) {
            size_t n = size < sizeof text - 1 - at ? size : sizeof text - 1 - at;

            cr_assert_eq(hub_lines_add(&l, text + at, n), 0);
            while (hub_lines_next(&l, &s)) {
                strncat(got, s.at, s.n);
                strcat(got, ";");
            }
        }
        cr_expect_str_eq(got, "\"Play\":\"all\";Pause;", "pieces of %zu", size);
        cr_expect_eq(hub_lines_add(&l, "\n", 1), 0);
        expect_next(&l, "\"Win\"");
        expect_next(&l, NULL);
    }
}

Test(hub_lines, what_has_begun_can_be_cut_without_the_lines_before)
{
    struct hub_lines l;

    hub_lines_init(&l);
    cr_expect_eq(hub_lines_room(&l), HUB_LINE_MAX_BYTES);
    hub_lines_add(&l, "one\ntwo\nthr", 11);
    cr_expect_eq(hub_lines_room(&l), HUB_LINE_MAX_BYTES - 11);
    expect_next(&l, "one");
    cr_expect_eq(hub_lines_room(&l), HUB_LINE_MAX_BYTES - 7, "what was given is room");
    hub_lines_cut(&l);
    cr_expect_eq(hub_lines_room(&l), HUB_LINE_MAX_BYTES - 4);
    hub_lines_add(&l, "four\n", 5);
    expect_next(&l, "two");
    expect_next(&l, "four");
    hub_lines_cut(&l);
    expect_next(&l, NULL);
}

Test(hub_lines, the_rest_of_a_line_that_was_given_up_is_skipped)
{
    bool skips = true;

    cr_expect_eq(hub_lines_skip("abc", 3, &skips), 3);
    cr_expect(skips);
    cr_expect_eq(hub_lines_skip("de\r\nPlay\n", 9, &skips), 3);
    cr_expect_not(skips);
    cr_expect_eq(hub_lines_skip("\nPlay\n", 6, &skips), 0);
}

Test(hub_lines, without_an_end_they_are_forgotten_when_there_is_no_room)
{
    static char many[HUB_LINE_MAX_BYTES];
    struct hub_lines l;

    memset(many, 'x', sizeof many);
    hub_lines_init(&l);
    cr_expect_eq(hub_lines_add(&l, many, sizeof many), 0);
    expect_next(&l, NULL);
    cr_expect_eq(hub_lines_add(&l, "y", 1), -EMSGSIZE);
    cr_expect_eq(hub_lines_add(&l, "Play\n", 5), 0);
    expect_next(&l, "Play");
}

Test(hub_lines, one_of_the_greatest_length_is_whole)
{
    static char many[HUB_LINE_MAX_BYTES];
    struct hub_lines l;
    struct span s;

    memset(many, 'x', sizeof many);
    many[sizeof many - 1] = '\n';
    hub_lines_init(&l);
    cr_expect_eq(hub_lines_add(&l, many, sizeof many), 0);
    cr_assert(hub_lines_next(&l, &s));
    cr_expect_eq(s.n, sizeof many - 1);
}
