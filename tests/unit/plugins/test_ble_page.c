/* The page's tables are the driver's. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "ble.h"
#include "page.h"

static const struct wr_driver *driver(void)
{
    return plugin("ble-batch-camera");
}

static const struct wr_param *row_of(const struct wr_param *p, const char *name)
{
    while (p->key && strcmp(p->key, name) != 0)
        p++;
    cr_assert_not_null(p->key, "the driver has no %s", name);
    return p;
}

static void is_option(const char *name, const char *row)
{
    const struct wr_param *p = row_of(driver()->options, name);
    char def[64];

    snprintf(def, sizeof def, "| %s |", p->def && *p->def ? p->def : "none");
    cr_expect_eq(strncmp(row, def, strlen(def)), 0, "the default of %s is %s", name, def);
}

static void is_setting(const char *name, const char *row)
{
    const struct wr_param *p = row_of(driver()->kinds[0].settings, name);
    char range[64];

    snprintf(range, sizeof range, "| %g to %g %s |", p->min, p->max, p->unit);
    cr_expect_eq(strncmp(row, range, strlen(range)), 0, "the range of %s is %s", name, range);
}

static void is_command(const char *name, const char *row)
{
    const struct wr_command *c = driver()->kinds[0].commands;

    while (c->name && strcmp(c->name, name) != 0)
        c++;
    cr_expect(c->name || strcmp(name, "capture") == 0, "the driver has no command %s", name);
}

static void is_event(const char *name, const char *row)
{
    const struct wr_topic *t = driver()->kinds[0].topics;

    while (t->type && strcmp(t->type, name) != 0)
        t++;
    cr_expect_not_null(t->type, "the driver publishes no %s", name);
}

static void is_attribute(const char *name, const char *row)
{
    const struct wr_attribute *a = driver()->kinds[0].attributes;

    while (a->key && strcmp(a->key, name) != 0)
        a++;
    cr_expect_not_null(a->key, "the driver has no attribute %s", name);
}

#define COUNT(n, rows, key)                                                                        \
    while ((rows)[n].key)                                                                          \
    n++

Test(ble_page, has_every_option_with_its_default)
{
    unsigned n = 0;

    COUNT(n, driver()->options, key);
    cr_expect_eq(page_each_name(page_section(PAGE, "**Options**", "**Settings**"), is_option), n);
}

Test(ble_page, has_every_setting_with_its_range)
{
    unsigned n = 0;

    COUNT(n, driver()->kinds[0].settings, key);
    cr_expect_eq(page_each_name(page_section(PAGE, "**Settings**", "**Commands**"), is_setting), n);
}

Test(ble_page, has_every_command_event_and_attribute)
{
    unsigned n_commands = 0, n_events = 0, n_attributes = 0;

    COUNT(n_commands, driver()->kinds[0].commands, name);
    COUNT(n_events, driver()->kinds[0].topics, type);
    COUNT(n_attributes, driver()->kinds[0].attributes, key);
    cr_expect_eq(page_each_name(page_section(PAGE, "**Commands**", "**Events**"), is_command),
        n_commands + 1);
    cr_expect_eq(
        page_each_name(page_section(PAGE, "**Events**", "**Attributes**"), is_event), n_events);
    cr_expect_eq(
        page_each_name(page_section(PAGE, "**Attributes**", NULL), is_attribute), n_attributes);
}
