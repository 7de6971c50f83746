/* config_env.c - overrides from the environment, with names made from the table. */
#include <stdio.h>
#include <string.h>

#include "base/suggest.h"
#include "config/config_fill.h"
#include "config/param_refuse.h"

/* Which file to read, and a variable of warrenctl, which may run in the same environment. */
static const char *const OTHERS[] = {"WARREN_CONFIG", "WARREN_URL"};

static bool is_other(const char *name)
{
    for (size_t i = 0; i < N_ELEMENTS(OTHERS); i++) {
        if (strcmp(name, OTHERS[i]) == 0)
            return true;
    }
    return false;
}

static bool is_name_of(const struct config_option *o, const char *name, bool *ret_is_file)
{
    char known[80];
    size_t n;

    if (!config_env_name(o->path, known, sizeof known))
        return false;
    n = strlen(known);
    if (strncmp(name, known, n) != 0)
        return false;
    *ret_is_file = name[n] != '\0';
    return !name[n] || (o->param.flags & WR_SECRET && strcmp(name + n, "_FILE") == 0);
}

static void set_from_env(const struct config_fill *f, const struct config_option *o,
    const char *name, const char *value, bool is_file)
{
    struct error e = ERROR_NULL;

    if (o->param.type == WR_LIST)
        config_problem_add(f->problems, false, 0, 0, name,
            "%s is a list, which cannot be set from the environment", o->path);
    else if (config_fill_set(f, o, value, is_file, &e) < 0)
        config_problem_add(f->problems, false, 0, 0, name, "%s (%s)", error_text(&e), o->path);
}

static void unknown_name(const struct config_fill *f, const char *name)
{
    struct suggest near = {.wanted = name};
    char hint[96], quoted[96], (*known)[80] = calloc(f->n_options, sizeof *known);

    for (size_t i = 0; known && i < f->n_options; i++) {
        if (config_env_name(f->options[i].path, known[i], sizeof known[i]))
            suggest_offer(&near, known[i]);
    }
    config_problem_add(f->problems, true, 0, 0, param_quote(name, quoted, sizeof quoted),
        "is not known%s", suggest_text(&near, hint, sizeof hint));
    free(known);
}

static void fill_variable(const struct config_fill *f, const char *name, const char *value)
{
    for (size_t i = 0; i < f->n_options; i++) {
        bool is_file;

        if (is_name_of(&f->options[i], name, &is_file)) {
            set_from_env(f, &f->options[i], name, value, is_file);
            return;
        }
    }
    if (!is_other(name))
        unknown_name(f, name);
}

void config_fill_env(const struct config_fill *f, const char *const *env)
{
    for (; env && *env; env++) {
        const char *equals = strchr(*env, '=');
        _cleanup_(freep) char *name = NULL;

        if (strncmp(*env, "WARREN_", 7) != 0 || !equals || !equals[1])
            continue;
        name = strndup(*env, (size_t)(equals - *env));
        if (name)
            fill_variable(f, name, equals + 1);
    }
}

bool config_env_name(const char *path, char *out, size_t cap)
{
    int n = snprintf(out, cap, "WARREN_%s", path);

    for (char *c = out; *c; c++) {
        if (*c >= 'a' && *c <= 'z')
            *c = (char)(*c - 'a' + 'A');
        else if (*c == '.')
            *c = '_';
    }
    return n > 0 && (size_t)n < cap;
}
