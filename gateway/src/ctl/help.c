#include <string.h>

#include "ctl/ctl.h"

static const char GLOBAL_OPTIONS[] =
    "  --url URL    the gateway (default http://127.0.0.1:8080; the environment's WARREN_URL)\n"
    "  --json       print JSON, for programs\n"
    "  --help       this, or the help of a command\n"
    "  --version    the version of warrenctl\n";

static const char EXIT_CODES[] = "Exit codes:\n"
                                 "  0  done\n"
                                 "  1  the gateway refused, and said why; check: it is not ready\n"
                                 "  2  the command line is wrong\n"
                                 "  3  no gateway can be reached\n";

/* Those that begin with the word `group`; NULL: all. */
static void list(FILE *out, const char *group)
{
    size_t n, len = group ? strlen(group) : 0;
    const struct ctl_command *commands = ctl_commands(&n);

    for (size_t i = 0; i < n; i++)
        if (!group || (strncmp(commands[i].name, group, len) == 0 && commands[i].name[len] == ' '))
            fprintf(out, "  %-14s %s\n", commands[i].name, commands[i].summary);
}

void ctl_help(FILE *out, const char *group)
{
    fprintf(out, "usage: warrenctl [options] %s …\n\nCommands:\n", group ? group : "COMMAND");
    list(out, group);
    fprintf(
        out, "\n`warrenctl COMMAND --help` tells more of each.\n\nOptions:\n%s\n", GLOBAL_OPTIONS);
    fprintf(out, "Colours appear on terminals only, and not with NO_COLOR set.\n\n%s", EXIT_CODES);
}

void ctl_help_command(FILE *out, const struct ctl_command *c)
{
    fprintf(out, "usage: warrenctl %s%s%s%s\n\n%s\n", c->name, *c->words ? " " : "", c->words,
        c->options ? " [options]" : "", c->summary);
    if (c->more)
        fprintf(out, "%s", c->more);
    fprintf(out, "\nOptions:\n");
    for (const struct ctl_option *o = c->options; o && o->name; o++) {
        if (o->letter)
            fprintf(out, "  -%c, --%s", o->letter, o->name);
        else
            fprintf(out, "  --%s", o->name);
        fprintf(out, "%s%s    %s\n", o->value ? " " : "", o->value ? o->value : "", o->help);
    }
    fprintf(out, "%s", GLOBAL_OPTIONS);
}
