/* args.h - the command line. Pure. */
#pragma once

#include "base/error.h"
#include "ctl/ctl.h"

#define ARGS_MAX_WORDS 128

struct args {
    const struct ctl_command *command; /* NULL: none was named */
    const char *group;                 /* "wifi" of `wifi --help`: several begin so; else NULL */
    struct ctl_args of_command;
    const char *words[ARGS_MAX_WORDS];
    const char *url; /* --url */
    bool json, help, version;
};

/* -EINVAL and a sentence. Options may stand anywhere; "--" ends them. With `help` or `version`
 * nothing else is checked. */
int args_parse(int argc, const char *const *argv, struct args *ret, struct error *e);
