#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "http/query.h"
#include "http/routes.h"

static const struct wr_param known[] = {
    {.key = "limit"}, {.key = "cursor"}, {.key = "device"}, {0}};
static struct error e;

static int check(const char *query)
{
    e = ERROR_NULL;
    return query_check(query, known, &e);
}

/* --- names ------------------------------------------------------------------------------------ */

Test(query, known_names_may_stand_in_any_order)
{
    static const char *const good[] = {"", "limit=1", "device=a&limit=1&cursor=2", "limit",
        "limit=", "&&limit=1&", "%6cimit=1", "device=%zz"};

    for (size_t i = 0; i < N_ELEMENTS(good); i++)
        cr_expect_eq(check(good[i]), 0, "%s: %s", good[i], error_text(&e));
}

Test(query, an_unknown_name_is_told_with_those_that_are_known)
{
    cr_expect_eq(check("limit=1&limt=2"), -EINVAL);
    cr_expect_str_eq(
        error_text(&e), "query: \"limt\" is not known; known are: limit, cursor, device");
    cr_expect_eq(check("=1"), -EINVAL);
    cr_expect_eq(check("Limit=1"), -EINVAL);
    cr_expect_eq(query_check("x=1", NULL, &e), -EINVAL);
    cr_expect_str_eq(error_text(&e), "query: \"x\" is not known; there is nothing to ask for here");
    cr_expect_eq(query_check("", NULL, &e), 0);
}

Test(query, a_name_twice_is_told)
{
    cr_expect_eq(check("limit=1&device=a&limit=2"), -EINVAL);
    cr_expect_str_eq(error_text(&e), "query: \"limit\" is there more than once");
}

Test(query, names_that_are_none_are_told)
{
    char name[2000];

    cr_expect_eq(check("%zz=1"), -EINVAL);
    cr_expect_str_eq(error_text(&e), "query: a name has a bad escape or is not UTF-8");
    cr_expect_eq(check("limit=1&%ff=1"), -EINVAL);
    cr_expect_eq(check("%00=1"), -EINVAL);
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    cr_expect_eq(check(name), -EINVAL);
    cr_expect_not_null(strstr(error_text(&e), "is not known; known are: limit"));
}

/* All that a route's table names may be said, and the sentence about anything else names all of it. */
Test(query, every_route_takes_what_its_table_says_and_nothing_else)
{
    size_t n;
    const struct route *r = routes(&n);

    for (size_t i = 0; i < n; i++) {
        e = ERROR_NULL;
        cr_expect_eq(query_check("no_such_name=1", r[i].query, &e), -EINVAL, "%s", r[i].path);
        for (const struct wr_param *p = r[i].query; p && p->key; p++) {
            char query[128];

            cr_expect_not_null(strstr(error_text(&e), p->key), "%s", error_text(&e));
            snprintf(query, sizeof query, "%s=1", p->key);
            cr_expect_eq(query_check(query, r[i].query, NULL), 0, "%s?%s", r[i].path, query);
        }
    }
}

/* --- cursors ---------------------------------------------------------------------------------- */

Test(cursor, reads_back_what_was_written)
{
    static const int64_t times[] = {INT64_MIN, -1, 0, 1, 1769860800100000, INT64_MAX};
    char text[CURSOR_TEXT_BYTES];

    for (size_t i = 0; i < N_ELEMENTS(times); i++) {
        int64_t us = -1;
        uint64_t id = 0;

        cursor_text(&times[i], INT64_MAX, text);
        cr_expect_eq(cursor_parse(text, &us, &id), 0, "%s", text);
        cr_expect(us == times[i] && id == INT64_MAX);
        cursor_text(NULL, 17, text);
        cr_expect_eq(cursor_parse(text, NULL, &id), 0, "%s", text);
        cr_expect_eq(id, 17);
    }
}

Test(cursor, nonsense_is_refused_and_changes_nothing)
{
    static const char *const timed[] = {"", "-", "1", "1-", "-1", "1-0", "1--1", "1-1-1", "--1-1",
        "1-1x", " 1-1", "1 -1", "1- 1", "+1-1", "1-+1", "0x1-1", "1.0-1", "9223372036854775808-1",
        "1-9223372036854775808", "99999999999999999999999-1",
        "1-00000000000000000000000000000000000000000000000000000001"};
    static const char *const plain[] = {
        "", "0", "-1", "+1", " 1", "1 ", "1-1", "x", "9223372036854775808", "18446744073709551617"};

    for (size_t i = 0; i < N_ELEMENTS(timed); i++) {
        int64_t us = 4;
        uint64_t id = 5;

        cr_expect_eq(cursor_parse(timed[i], &us, &id), -EINVAL, "%s", timed[i]);
        cr_expect(us == 4 && id == 5, "%s", timed[i]);
    }
    for (size_t i = 0; i < N_ELEMENTS(plain); i++) {
        uint64_t id = 5;

        cr_expect_eq(cursor_parse(plain[i], NULL, &id), -EINVAL, "%s", plain[i]);
        cr_expect_eq(id, 5, "%s", plain[i]);
    }
}

Test(query, pictures_take_what_pages_put_behind_them_against_caches)
{
    size_t n, pictures = 0;
    const struct route *r = routes(&n);

    for (size_t i = 0; i < n; i++) {
        const char *dot = strrchr(r[i].path, '.');

        if (!dot || (strcmp(dot, ".jpg") != 0 && strcmp(dot, ".mjpeg") != 0))
            continue;
        pictures++;
        cr_expect_eq(query_check("t=1700000000", r[i].query, NULL), 0, "%s", r[i].path);
        cr_expect_eq(query_check("_=1700000000", r[i].query, NULL), 0, "%s", r[i].path);
    }
    cr_expect_geq(pictures, 4);
}
