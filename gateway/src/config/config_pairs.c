/* config_pairs.c - the options or settings of one device against its driver's table. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/suggest.h"
#include "config/config.h"
#include "config/config_file.h"
#include "config/param_refuse.h"

struct check {
    const struct wr_param *rows;
    const char *prefix;
    struct param_value values[PARAM_MAX_ROWS];
    bool failed[PARAM_MAX_ROWS]; /* given, and wrong: not missing as well */
    struct config_problems *problems;
    bool any_error;
};

static void problem(
    struct check *c, unsigned line, unsigned column, const char *key, const char *text)
{
    char path[256], quoted[80];

    snprintf(path, sizeof path, "%s.%s", c->prefix, param_quote(key, quoted, sizeof quoted));
    config_problem_add(c->problems, false, line, column, path, "%s", text);
    c->any_error = true;
}

static void unknown(struct check *c, const struct config_pair *pair)
{
    struct suggest near = {.wanted = pair->key};
    char text[128], hint[96];

    for (size_t i = 0; c->rows && c->rows[i].key; i++)
        suggest_offer(&near, c->rows[i].key);
    snprintf(
        text, sizeof text, "is not known to the driver%s", suggest_text(&near, hint, sizeof hint));
    problem(c, pair->line, pair->column, pair->key, text);
}

/* A row by its key, or a secret's row by <key>_file. */
static const struct wr_param *find(
    struct check *c, const char *key, unsigned *ret_index, bool *ret_is_file)
{
    const struct wr_param *p = param_find(c->rows, key, ret_index);
    size_t n = strlen(key);
    char base[WR_NAME_MAX + 1];

    *ret_is_file = false;
    if (p || n <= 5 || n - 5 >= sizeof base || strcmp(key + n - 5, "_file") != 0)
        return p;
    snprintf(base, sizeof base, "%.*s", (int)(n - 5), key);
    p = param_find(c->rows, base, ret_index);
    *ret_is_file = true;
    return p && p->flags & WR_SECRET ? p : NULL;
}

static int read_value(const struct wr_param *p, const struct config_pair *pair, bool is_file,
    struct param_value *ret, struct error *e)
{
    _cleanup_(freep) char *secret = NULL;
    char quoted[96];
    int r;

    if (pair->list && (is_file || p->type != WR_LIST))
        return param_refuse(p, "a list", e);
    if (!is_file)
        return param_from_text(p, pair->text, ret, e);
    r = config_file_secret(pair->text, &secret, e);
    if (r < 0)
        return error_prefix(e, "%s", param_quote(pair->text, quoted, sizeof quoted)), r;
    return param_from_text(p, secret, ret, e);
}

static void check_pair(struct check *c, const struct config_pair *pair)
{
    struct error e = ERROR_NULL;
    unsigned index;
    bool is_file;
    const struct wr_param *p = find(c, pair->key, &index, &is_file);

    if (!p) {
        unknown(c, pair);
        return;
    }
    if (c->values[index].v.type != 0) {
        problem(c, pair->line, pair->column, pair->key, "is given twice, as itself and as a file");
        return;
    }
    if (read_value(p, pair, is_file, &c->values[index], &e) < 0) {
        problem(c, pair->line, pair->column, pair->key, error_text(&e));
        c->failed[index] = true;
    }
}

static void fill_missing(struct check *c, size_t row, unsigned line)
{
    const struct wr_param *p = &c->rows[row];
    char expected[144], text[192];

    if (c->values[row].v.type != 0 || c->failed[row])
        return;
    if (p->flags & WR_REQUIRED) {
        snprintf(text, sizeof text, "is missing: expected %s",
            param_expected(p, expected, sizeof expected));
        problem(c, line, 1, p->key, text);
    } else if (param_default(p, &c->values[row]) < 0) {
        problem(c, line, 1, p->key, "its default cannot be used");
    }
}

int config_check_pairs(const struct config_pair *pairs, size_t n, const struct wr_param *rows,
    const char *prefix, unsigned line, struct param_value *ret, struct config_problems *problems)
{
    struct check c = {.rows = rows, .prefix = prefix, .problems = problems};
    size_t n_rows = param_count(rows);

    if (n_rows > PARAM_MAX_ROWS)
        return -E2BIG;
    for (size_t i = 0; i < n; i++)
        check_pair(&c, &pairs[i]);
    for (size_t i = 0; i < n_rows; i++)
        fill_missing(&c, i, line);
    if (c.any_error) {
        param_values_fini(c.values, n_rows);
        return -EINVAL;
    }
    for (size_t i = 0; i < n_rows; i++)
        ret[i] = c.values[i];
    return 0;
}
