#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/util.h"
#include "ctl/table.h"

static char *printed(const struct table *t, bool colour)
{
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);

    cr_assert_eq(table_print(t, out, colour), 0);
    fclose(out);
    return text;
}

Test(table, columns_are_as_wide_as_their_widest_cell)
{
    struct table t = table_new((const char *const[]){"ID", "NAME", "WHY", NULL});
    char *text;

    table_add(&t, TABLE_BOLD, "porch");
    table_add(&t, TABLE_PLAIN, "Türe");
    table_add(&t, TABLE_RED, "gone");
    table_add(&t, TABLE_BOLD, "a");
    table_add(&t, TABLE_PLAIN, "Garden");
    table_add(&t, TABLE_GREEN, "");
    text = printed(&t, false);
    cr_expect_str_eq(text,
        "ID     NAME    WHY\n"
        "porch  Türe    gone\n"
        "a      Garden  \n");
    free(text);
    table_fini(&t);
}

Test(table, colours_do_not_count_as_width)
{
    struct table t = table_new((const char *const[]){"A", "B", NULL});
    char *text;

    table_add(&t, TABLE_GREEN, "up");
    table_add(&t, TABLE_PLAIN, "x");
    text = printed(&t, true);
    cr_expect_str_eq(text, "\033[1mA\033[0m   \033[1mB\033[0m\n\033[32mup\033[0m  x\n");
    free(text);
    table_fini(&t);
}

Test(table, holds_many_rows)
{
    struct table t = table_new((const char *const[]){"N", NULL});
    char text[16], *all;
    size_t n_lines = 0;

    for (int i = 0; i < 1000; i++) {
        snprintf(text, sizeof text, "%d", i);
        table_add(&t, TABLE_PLAIN, text);
    }
    all = printed(&t, false);
    for (const char *s = all; *s; s++)
        n_lines += *s == '\n';
    cr_expect_eq(n_lines, 1001);
    free(all);
    table_fini(&t);
}
