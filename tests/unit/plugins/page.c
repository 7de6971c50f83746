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

/* What one name of a row must be: `row` is what follows the first column. */
typedef void (*check_fn)(const void *table, const char *name, const char *row);

static unsigned each_name(char *text, check_fn check, const void *table)
{
    unsigned n = 0;

    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        char *column = strncmp(line, "| `", 3) == 0 ? line + 2 : NULL,
             *end = column ? strchr(column, '|') : NULL;

        while (column && (column = memchr(column, '`', (size_t)(end - column)))) {
            char *close = strchr(++column, '`'), name[64];

            snprintf(name, sizeof name, "%.*s", (int)(close - column), column);
            check(table, name, end);
            column = close + 1;
            n++;
        }
    }
    return n;
}

#define COUNT(rows, key)                                                                           \
    ({                                                                                             \
        unsigned n_ = 0;                                                                           \
        while ((rows)[n_].key)                                                                     \
            n_++;                                                                                  \
        n_;                                                                                        \
    })

/* --- parameters -------------------------------------------------------------------------------- */

static const struct wr_param *param(const struct wr_param *p, const char *name)
{
    while (p->key && strcmp(p->key, name) != 0)
        p++;
    cr_assert_not_null(p->key, "the driver has no %s", name);
    return p;
}

static void is_option(const void *table, const char *name, const char *row)
{
    const struct wr_param *p = param(table, name);
    const char *mark = p->def && strchr(p->def, '*') == p->def ? "`" : "";
    char def[64];

    snprintf(def, sizeof def, "| %s%s%s |", mark,
        p->def && *p->def            ? p->def
            : p->flags & WR_REQUIRED ? "required"
                                     : "none",
        mark);
    cr_expect_eq(strncmp(row, def, strlen(def)), 0, "the default of %s is %s", name, def);
}

void page_has_options(char *section, const struct wr_param *options)
{
    cr_expect_eq(each_name(section, is_option, options), COUNT(options, key));
}

static void values_of(const struct wr_param *p, char *out, size_t cap)
{
    size_t n = 0;

    if (p->type == WR_BOOL)
        snprintf(out, cap, "true, false");
    for (const char *const *c = p->choices; c && *c; c++)
        n += (size_t)snprintf(out + n, cap - n, "%s%s", n > 0 ? ", " : "", *c);
    if (p->type != WR_BOOL && !p->choices)
        snprintf(
            out, cap, "%g to %g%s%s", p->min, p->max, p->unit ? " " : "", p->unit ? p->unit : "");
}

static void is_setting(const void *table, const char *name, const char *row)
{
    const struct wr_param *p = param(table, name);
    char values[64], range[72];

    values_of(p, values, sizeof values);
    snprintf(range, sizeof range, "| %s |", values);
    cr_expect_eq(strncmp(row, range, strlen(range)), 0, "the range of %s is %s", name, range);
}

void page_has_settings(char *section, const struct wr_param *settings)
{
    cr_expect_eq(each_name(section, is_setting, settings), COUNT(settings, key));
}

/* --- commands ---------------------------------------------------------------------------------- */

static void has_argument(const struct wr_param *p, const char *name, const char *row)
{
    char text[80];

    snprintf(text, sizeof text, "`%s`", p->key);
    cr_expect_not_null(strstr(row, text), "%s takes %s", name, text);
    if (p->type != WR_INT)
        return;
    snprintf(text, sizeof text, "(%s; %g to %g)", p->def, p->min, p->max);
    cr_expect_not_null(strstr(row, text), "%s: %s", name, text);
}

static void is_command(const void *table, const char *name, const char *row)
{
    const struct wr_command *c = table;

    if (strcmp(name, "capture") == 0)
        return; /* the host's own */
    while (c->name && strcmp(c->name, name) != 0)
        c++;
    cr_assert_not_null(c->name, "the driver has no command %s", name);
    if (!c->args)
        cr_expect_eq(strncmp(row, "| |", 3), 0, "%s takes no arguments", name);
    for (const struct wr_param *p = c->args; p && p->key; p++)
        has_argument(p, name, row);
}

void page_has_commands(char *section, const struct wr_kind *kind)
{
    cr_expect_eq(each_name(section, is_command, kind->commands),
        COUNT(kind->commands, name) + (kind->flags & WR_KIND_CAMERA ? 1 : 0));
}

/* --- what it tells ----------------------------------------------------------------------------- */

static void is_event(const void *table, const char *name, const char *row)
{
    const struct wr_topic *t = table;

    while (t->type && strcmp(t->type, name) != 0)
        t++;
    cr_expect_not_null(t->type, "the driver publishes no %s", name);
}

void page_has_events(char *section, const struct wr_topic *topics)
{
    cr_expect_eq(each_name(section, is_event, topics), COUNT(topics, type));
}

static void is_attribute(const void *table, const char *name, const char *row)
{
    const struct wr_attribute *a = table;

    while (a->key && strcmp(a->key, name) != 0)
        a++;
    cr_expect_not_null(a->key, "the driver has no attribute %s", name);
}

void page_has_attributes(char *section, const struct wr_attribute *attributes)
{
    cr_expect_eq(each_name(section, is_attribute, attributes), COUNT(attributes, key));
}
