#include <criterion/criterion.h>

#include "base/suggest.h"

static const char *nearest(const char *wanted, const char *const *known)
{
    struct suggest s = {.wanted = wanted};

    for (size_t i = 0; known[i]; i++)
        suggest_offer(&s, known[i]);
    return s.best;
}

static const char *const KEYS[] = {"listen", "origins", "max_connections", "path", NULL};

Test(suggest, finds_what_is_one_slip_away)
{
    cr_expect_str_eq(nearest("lisen", KEYS), "listen");
    cr_expect_str_eq(nearest("listenn", KEYS), "listen");
    cr_expect_str_eq(nearest("lsiten", KEYS), "listen");
    cr_expect_str_eq(nearest("max_conections", KEYS), "max_connections");
    cr_expect_str_eq(nearest("paht", KEYS), "path");
}

Test(suggest, prefers_the_nearest_of_several)
{
    cr_expect_str_eq(
        nearest("max_days", (const char *const[]){"min_days", "max_day", "events_max_days", NULL}),
        "max_day");
}

Test(suggest, says_nothing_when_nothing_is_near)
{
    char text[80];
    struct suggest s = {.wanted = "banana"};

    cr_expect_null(nearest("banana", KEYS));
    cr_expect_null(nearest("", KEYS));
    cr_expect_null(nearest("x", (const char *const[]){"y", NULL}));
    cr_expect_str_eq(suggest_text(&s, text, sizeof text), "");
}

Test(suggest, asks_a_question)
{
    char text[80];
    struct suggest s = {.wanted = "lisen"};

    suggest_offer(&s, "listen");
    cr_expect_str_eq(suggest_text(&s, text, sizeof text), ", did you mean \"listen\"?");
}

Test(suggest, leaves_very_long_names_alone)
{
    char wanted[SUGGEST_MAX_NAME + 3], known[SUGGEST_MAX_NAME + 2];

    for (size_t i = 0; i < sizeof wanted; i++)
        wanted[i] = 'a';
    wanted[sizeof wanted - 1] = '\0';
    for (size_t i = 0; i < sizeof known; i++)
        known[i] = 'a';
    known[sizeof known - 1] = '\0';
    cr_expect_null(nearest(wanted, (const char *const[]){known, NULL}));
    wanted[SUGGEST_MAX_NAME] = known[SUGGEST_MAX_NAME] = '\0';
    wanted[0] = 'b';
    cr_expect_str_eq(nearest(wanted, (const char *const[]){known, NULL}), known);
}
