/* --help, and docs/warrenctl.md, which must not fall behind it. SOURCE_ROOT comes from the build. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/args.h"

static char *slurp(const char *name)
{
    char path[512], *text = calloc(1, 1u << 18);
    FILE *f;

    snprintf(path, sizeof path, "%s/%s", SOURCE_ROOT, name);
    f = fopen(path, "r");
    cr_assert(f, "%s is not there", path);
    cr_assert_gt(fread(text, 1, (1u << 18) - 1, f), 0);
    fclose(f);
    return text;
}

static char *help_of_group(const char *group)
{
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);

    ctl_help(out, group);
    fclose(out);
    return text;
}

static char *help_of(const struct ctl_command *command)
{
    char *text = NULL;
    size_t n;
    FILE *out;

    if (!command)
        return help_of_group(NULL);
    out = open_memstream(&text, &n);
    ctl_help_command(out, command);
    fclose(out);
    return text;
}

Test(help, names_every_command_and_exit_code)
{
    size_t n;
    const struct ctl_command *commands = ctl_commands(&n);
    char *text = help_of(NULL), line[160];

    for (size_t i = 0; i < n; i++) {
        snprintf(line, sizeof line, "\n  %-14s %s\n", commands[i].name, commands[i].summary);
        cr_expect(strstr(text, line), "%s", commands[i].name);
    }
    for (int code = 0; code <= 3; code++) {
        snprintf(line, sizeof line, "\n  %d  ", code);
        cr_expect(strstr(text, line), "exit code %d", code);
    }
    free(text);
}

Test(help, of_a_group_names_what_begins_so_and_nothing_else)
{
    char *text = help_of_group("wifi");

    cr_expect(strstr(text, "usage: warrenctl [options] wifi …\n"));
    cr_expect(strstr(text, "\n  wifi enable "));
    cr_expect(strstr(text, "\n  wifi open "));
    cr_expect_null(strstr(text, "\n  devices "));
    free(text);
}

Test(help, of_a_command_names_its_words_and_options)
{
    size_t n;
    const struct ctl_command *commands = ctl_commands(&n);

    for (size_t i = 0; i < n; i++) {
        char *text = help_of(&commands[i]), usage[160];

        snprintf(usage, sizeof usage, "usage: warrenctl %s%s%s", commands[i].name,
            *commands[i].words ? " " : "", commands[i].words);
        cr_expect_eq(strncmp(text, usage, strlen(usage)), 0, "%s", text);
        for (const struct ctl_option *o = commands[i].options; o && o->name; o++)
            cr_expect(strstr(text, o->help) && strstr(text, o->name), "%s --%s", commands[i].name,
                o->name);
        free(text);
    }
}

Test(help, the_page_has_every_command_and_option)
{
    char *page = slurp("docs/warrenctl.md"), text[160];
    size_t n;
    const struct ctl_command *commands = ctl_commands(&n);

    for (size_t i = 0; i < n; i++) {
        const char *section;

        snprintf(text, sizeof text, "### `warrenctl %s%s%s`", commands[i].name,
            *commands[i].words ? " " : "", commands[i].words);
        section = strstr(page, text);
        cr_assert(section, "docs/warrenctl.md lacks %s", text);
        for (const struct ctl_option *o = commands[i].options; o && o->name; o++) {
            if (o->value)
                snprintf(text, sizeof text, "`-%c`, `--%s %s`", o->letter, o->name, o->value);
            else
                snprintf(text, sizeof text, "`--%s`", o->name);
            cr_expect(
                strstr(section, text), "docs/warrenctl.md lacks %s of %s", text, commands[i].name);
        }
    }
    free(page);
}
