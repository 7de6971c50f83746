#include "config/config_fill.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/suggest.h"
#include "config/config_file.h"
#include "config/config_value.h"
#include "config/param_refuse.h"

/* Section, dot, key. What a file has beyond that is unknown anyway. */
#define PATH_MAX_BYTES 192

int config_fill_defaults(const struct config_fill *f)
{
    for (size_t i = 0; i < f->n_options; i++) {
        const struct config_option *o = &f->options[i];
        int r = config_value_set(o, f->target, o->param.def ? o->param.def : "", NULL);

        if (r < 0)
            return r;
    }
    return 0;
}

/* --- finding ---------------------------------------------------------------------------------- */

/* `path` may be <path of a secret>_file. */
static const struct config_option *find(
    const struct config_fill *f, const char *path, bool *ret_is_file)
{
    for (size_t i = 0; i < f->n_options; i++) {
        const struct config_option *o = &f->options[i];
        size_t n = strlen(o->path);

        if (strncmp(path, o->path, n) != 0)
            continue;
        *ret_is_file = path[n] != '\0';
        if (!path[n] || (o->param.flags & WR_SECRET && strcmp(path + n, "_file") == 0))
            return o;
    }
    return NULL;
}

static bool is_in_section(const struct config_option *o, const char *section)
{
    size_t n = strlen(section);

    return strncmp(o->path, section, n) == 0 && o->path[n] == '.';
}

static bool has_section(const struct config_fill *f, const char *section)
{
    for (size_t i = 0; i < f->n_options; i++) {
        if (is_in_section(&f->options[i], section))
            return true;
    }
    return false;
}

/* --- setting ---------------------------------------------------------------------------------- */

int config_fill_set(const struct config_fill *f, const struct config_option *o, const char *text,
    bool is_file, struct error *e)
{
    _cleanup_(freep) char *secret = NULL;

    if (is_file) {
        int r = config_file_secret(text, &secret, e);
        char quoted[96];

        if (r < 0)
            return error_prefix(e, "%s", param_quote(text, quoted, sizeof quoted)), r;
    }
    return config_value_set(o, f->target, secret ? secret : text, e);
}

static void add_problem(
    const struct config_fill *f, const struct yaml_tree *t, const char *path, const char *text)
{
    config_problem_add(f->problems, false, t->at.line, t->at.column, path, "%s", text);
}

static void set_from_tree(const struct config_fill *f, const struct config_option *o,
    const struct yaml_tree *t, const char *path, bool is_file)
{
    _cleanup_(freep) char *text = NULL;
    struct error e = ERROR_NULL;

    if (t->kind == YAML_TREE_LIST && (is_file || o->param.type != WR_LIST)) {
        param_refuse(&o->param, "a list", &e);
        add_problem(f, t, path, error_text(&e));
        return;
    }
    text = config_text_of(t, path, f->problems);
    if (text && config_fill_set(f, o, text, is_file, &e) < 0)
        add_problem(f, t, path, error_text(&e));
}

/* --- the file --------------------------------------------------------------------------------- */

static void unknown(const struct config_fill *f, const struct yaml_tree *t, const char *path,
    const struct suggest *near)
{
    char hint[96];

    config_problem_add(f->problems, false, t->key_at.line, t->key_at.column, path, "is not known%s",
        suggest_text(near, hint, sizeof hint));
}

static void unknown_key(
    const struct config_fill *f, const char *section, const struct yaml_tree *t, const char *path)
{
    struct suggest near = {.wanted = t->key};

    for (size_t i = 0; i < f->n_options; i++) {
        if (is_in_section(&f->options[i], section))
            suggest_offer(&near, f->options[i].param.key);
    }
    unknown(f, t, path, &near);
}

static void unknown_section(const struct config_fill *f, const struct yaml_tree *t)
{
    struct suggest near = {.wanted = t->key};
    char quoted[96], section[64];

    if (f->other_section)
        suggest_offer(&near, f->other_section);
    for (size_t i = 0; i < f->n_options && !near.best; i++) {
        snprintf(section, sizeof section, "%.*s", (int)strcspn(f->options[i].path, "."),
            f->options[i].path);
        suggest_offer(&near, section);
    }
    unknown(f, t, param_quote(t->key, quoted, sizeof quoted), &near);
}

static void fill_key(const struct config_fill *f, const char *section, const struct yaml_tree *t)
{
    const struct config_option *o;
    char path[PATH_MAX_BYTES], quoted[96];
    bool is_file;

    snprintf(path, sizeof path, "%s.%s", section, param_quote(t->key, quoted, sizeof quoted));
    o = find(f, path, &is_file);
    if (!o)
        unknown_key(f, section, t, path);
    else
        set_from_tree(f, o, t, path, is_file);
}

static void fill_section(const struct config_fill *f, const struct yaml_tree *t)
{
    if (f->other_section && strcmp(t->key, f->other_section) == 0)
        return;
    if (!has_section(f, t->key)) {
        unknown_section(f, t);
        return;
    }
    if (t->kind != YAML_TREE_MAP && !yaml_tree_is_nothing(t)) {
        config_problem_add(f->problems, false, t->at.line, t->at.column, t->key,
            "expected a map of keys, got %s", yaml_tree_what(t));
        return;
    }
    for (size_t i = 0; i < t->n_children; i++)
        fill_key(f, t->key, &t->children[i]);
}

void config_fill_tree(const struct config_fill *f, const struct yaml_tree *root)
{
    for (size_t i = 0; i < root->n_children; i++)
        fill_section(f, &root->children[i]);
}
