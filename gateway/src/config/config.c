#include "config/config.h"

#include <errno.h>
#include <string.h>

#include "config/config_devices.h"
#include "config/config_file.h"
#include "config/config_fill.h"
#include "config/config_value.h"
#include "config/yaml_tree.h"

struct config *config_free(struct config *c)
{
    size_t n;
    const struct config_option *options = config_options(&n);

    if (!c)
        return NULL;
    for (size_t i = 0; i < n; i++)
        config_value_fini(&options[i], c);
    for (size_t i = 0; i < c->n_devices; i++)
        config_device_fini(&c->devices[i]);
    free(c->devices);
    free(c->file);
    free(c);
    return NULL;
}

static int fail(struct config_problems *problems, int code, struct yaml_place at, const char *text)
{
    config_problem_add(problems, false, at.line, at.column, "", "%s", text);
    return code;
}

/* A root that is nothing at all ("---") has no children and passes as an empty map. */
static int read_file_text(
    struct config *c, const struct config_fill *fill, const char *text, size_t n)
{
    _cleanup_(yaml_tree_freep) struct yaml_tree *root = NULL;
    struct yaml_place at = {0};
    struct error e = ERROR_NULL;
    int r = yaml_tree_read(text, n, &root, &at, &e);

    if (r < 0)
        return fail(fill->problems, r, at, error_text(&e));
    if (root->kind != YAML_TREE_MAP && !yaml_tree_is_nothing(root))
        return fail(fill->problems, -EINVAL, root->at,
            "expected a map of sections (http:, store:, devices: …)");
    c->blank = yaml_tree_is_nothing(root) || root->n_children == 0;
    config_fill_tree(fill, root);
    config_devices_read(c, yaml_tree_find(root, fill->other_section), fill->problems);
    return 0;
}

static int fill_all(struct config *c, const char *text, size_t n, const char *const *env,
    struct config_problems *problems)
{
    struct config_fill fill = {.target = c, .other_section = "devices", .problems = problems};
    int r;

    fill.options = config_options(&fill.n_options);
    r = config_fill_defaults(&fill);
    if (r < 0)
        return fail(problems, r, (struct yaml_place){0}, "out of memory");
    r = text ? read_file_text(c, &fill, text, n) : 0;
    config_fill_env(&fill, env);
    if (r < 0)
        return r;
    return problems->n_errors > 0 ? -EINVAL : 0;
}

static int parse(const char *name, const char *text, size_t n, const char *const *env,
    struct config **ret, struct config_problems *problems)
{
    _cleanup_(config_freep) struct config *c = calloc(1, sizeof *c);
    int r;

    if (c)
        c->file = strdup(name);
    if (!c || !c->file)
        return fail(problems, -ENOMEM, (struct yaml_place){0}, "out of memory");
    r = fill_all(c, text, n, env, problems);
    if (r >= 0)
        *ret = steal(c);
    return r;
}

int config_parse(const char *name, const char *text, size_t n, const char *const *env,
    struct config **ret, struct config_problems *problems)
{
    *problems = (struct config_problems){.file = strdup(name ? name : "")};
    return parse(name ? name : "", text, n, env, ret, problems);
}

int config_load(const char *file, struct config **ret, struct config_problems *problems)
{
    _cleanup_(buf_fini) struct buf text = BUF_INIT(CONFIG_MAX_FILE_BYTES);
    struct error e = ERROR_NULL;
    int r;

    *problems = (struct config_problems){.file = strdup(file ? file : "")};
    if (!file)
        return parse("", NULL, 0, (const char *const *)environ, ret, problems);
    r = config_file_read(file, &text, &e);
    if (r < 0)
        return fail(problems, r, (struct yaml_place){0}, error_text(&e));
    return parse(file, text.len > 0 ? (const char *)buf_data(&text) : "", text.len,
        (const char *const *)environ, ret, problems);
}
