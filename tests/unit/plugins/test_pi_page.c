#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "page.h"
#include "pi.h"

static const struct wr_driver *driver(void)
{
    return plugin("pi-trigger-camera");
}

static void is_option(const char *name, const char *row)
{
    const struct wr_param *p = driver()->options;
    char def[64];

    while (p->key && strcmp(p->key, name) != 0)
        p++;
    cr_assert_not_null(p->key, "the driver has no option %s", name);
    snprintf(def, sizeof def, "| %s |",
        p->def                       ? p->def
            : p->flags & WR_REQUIRED ? "required"
                                     : "none");
    cr_expect_eq(strncmp(row, def, strlen(def)), 0, "the default of %s is %s", name, def);
}

static void is_command(const char *name, const char *row)
{
    const struct wr_command *c = driver()->kinds[0].commands;
    char arg[80];

    if (strcmp(name, "capture") == 0)
        return; /* the host's own */
    while (c->name && strcmp(c->name, name) != 0)
        c++;
    cr_assert_not_null(c->name, "the driver has no command %s", name);
    if (!c->args) {
        cr_expect_eq(strncmp(row, "| |", 3), 0, "%s takes no arguments", name);
        return;
    }
    for (const struct wr_param *p = c->args; p->key; p++) {
        snprintf(arg, sizeof arg, "`%s`", p->key);
        cr_expect_not_null(strstr(row, arg), "%s takes %s", name, arg);
        if (p->type != WR_INT)
            continue;
        snprintf(arg, sizeof arg, "(%s; %g to %g)", p->def, p->min, p->max);
        cr_expect_not_null(strstr(row, arg), "%s: %s", name, arg);
    }
}

static void is_attribute(const char *name, const char *row)
{
    const struct wr_attribute *a = driver()->kinds[0].attributes;

    while (a->key && strcmp(a->key, name) != 0)
        a++;
    cr_expect_not_null(a->key, "the driver has no attribute %s", name);
}

Test(pi_page, has_every_option_with_its_default)
{
    unsigned n = 0;

    while (driver()->options[n].key)
        n++;
    cr_expect_eq(page_each_name(page_section(PAGE, "**Options**", "**Commands**"), is_option), n);
}

Test(pi_page, has_every_command_with_its_arguments)
{
    unsigned n = 0;

    while (driver()->kinds[0].commands[n].name)
        n++;
    cr_expect_eq(
        page_each_name(page_section(PAGE, "**Commands**", "**Attributes**"), is_command), n + 1);
}

Test(pi_page, has_every_attribute)
{
    unsigned n = 0;

    while (driver()->kinds[0].attributes[n].key)
        n++;
    cr_expect_eq(page_each_name(page_section(PAGE, "**Attributes**", NULL), is_attribute), n);
}
