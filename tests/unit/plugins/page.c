#include "page.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

char *page_section(const char *path, const char *from, const char *to)
{
    static char page[65536];
    FILE *f = fopen(path, "re");
    char *begin, *end;
    size_t n;

    cr_assert_not_null(f);
    n = fread(page, 1, sizeof page - 1, f);
    fclose(f);
    page[n] = '\0';
    begin = strstr(page, from);
    cr_assert_not_null(begin, "%s", from);
    end = to ? strstr(begin, to) : NULL;
    if (end)
        *end = '\0';
    return begin;
}

unsigned page_each_name(char *text, void (*fn)(const char *name, const char *row))
{
    unsigned n = 0;

    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        char *column = strncmp(line, "| `", 3) == 0 ? line + 2 : NULL,
             *end = column ? strchr(column, '|') : NULL;

        while (column && (column = memchr(column, '`', (size_t)(end - column)))) {
            char *close = strchr(++column, '`'), name[64];

            snprintf(name, sizeof name, "%.*s", (int)(close - column), column);
            fn(name, end);
            column = close + 1;
            n++;
        }
    }
    return n;
}
