/* param_row.c - are the rows of a table sound? They come from plugins. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "config/param.h"

static bool is_key(const char *s)
{
    size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_.");

    return n > 0 && n <= WR_NAME_MAX && s[n] == '\0';
}

static bool is_text(const struct wr_param *p)
{
    return p->type == WR_STRING || p->type == WR_LIST;
}

static int check_names(const struct wr_param *p, struct error *e)
{
    const struct {
        const char *what, *text;
    } texts[] = {{"unit", p->unit}, {"default", p->def}, {"help", p->help}};

    if (p->type < WR_BOOL || p->type > WR_LIST)
        return error_set(e, -EINVAL, "has no type that this gateway knows (%d)", (int)p->type);
    for (size_t i = 0; i < N_ELEMENTS(texts); i++) {
        if (texts[i].text && !text_is_utf8(texts[i].text, strlen(texts[i].text)))
            return error_set(e, -EINVAL, "its %s is not UTF-8", texts[i].what);
    }
    return 0;
}

static int check_bounds(const struct wr_param *p, struct error *e)
{
    if (isnan(p->min) || isnan(p->max) || p->min > p->max)
        return error_set(e, -EINVAL, "its range is empty (%g to %g)", p->min, p->max);
    if (is_text(p) && (p->min < 0 || p->max > PARAM_MAX_TEXT))
        return error_set(e, -EINVAL, "its length must lie within 0 and %d bytes", PARAM_MAX_TEXT);
    return 0;
}

static int check_choices(const struct wr_param *p, struct error *e)
{
    if (!p->choices)
        return 0;
    if (!is_text(p))
        return error_set(e, -EINVAL, "only strings and lists have choices");
    for (size_t i = 0; p->choices[i]; i++) {
        const char *choice = p->choices[i];

        if (i >= PARAM_MAX_CHOICES)
            return error_set(e, -EINVAL, "has more than %d choices", PARAM_MAX_CHOICES);
        if (!text_is_utf8(choice, strlen(choice)) ||
            (p->type == WR_LIST && (!*choice || strchr(choice, ','))))
            return error_set(
                e, -EINVAL, "choice %zu is empty, has a comma, or is not UTF-8", i + 1);
    }
    return p->choices[0] ? 0 : error_set(e, -EINVAL, "its list of choices is empty");
}

static int check_form(const struct wr_param *p, struct error *e)
{
    bool plain = p->type == WR_STRING && !p->choices;

    if ((p->flags & WR_HOST) && !plain)
        return error_set(e, -EINVAL, "only text without choices can be a host");
    if ((p->flags & WR_BLE_ADDRESS) && (!plain || p->flags & WR_HOST))
        return error_set(e, -EINVAL, "only text without choices can be a Bluetooth address");
    return 0;
}

static int check_default(const struct wr_param *p, struct error *e)
{
    struct param_value v = {0};
    int r;

    if (!p->def)
        return 0;
    if (p->flags & WR_REQUIRED)
        return error_set(e, -EINVAL, "is required and has a default");
    if (p->flags & WR_SECRET)
        return error_set(e, -EINVAL, "is a secret and has a default");
    r = param_from_text(p, p->def, &v, e);
    param_value_fini(&v);
    return r < 0 ? error_prefix(e, "default") : 0;
}

int param_check_row(const struct wr_param *p, struct error *e)
{
    struct error why = ERROR_NULL;

    if (!p->key || !is_key(p->key))
        return error_set(e, -EINVAL, "a key must be 1 to %d of a-z, 0-9, _ and .", WR_NAME_MAX);
    if (check_names(p, &why) < 0 || check_bounds(p, &why) < 0 || check_choices(p, &why) < 0 ||
        check_form(p, &why) < 0 || check_default(p, &why) < 0)
        return error_set(e, why.code, "%s: %s", p->key, why.text);
    return 0;
}

/* A secret is also known as <key>_file, which therefore belongs to it. */
static const struct wr_param *secret_of(const struct wr_param *rows, const char *key)
{
    size_t n = strlen(key);
    char base[WR_NAME_MAX + 1];
    const struct wr_param *p;

    if (n <= 5 || strcmp(key + n - 5, "_file") != 0)
        return NULL;
    snprintf(base, sizeof base, "%.*s", (int)(n - 5), key);
    p = param_find(rows, base, NULL);
    return p && p->flags & WR_SECRET ? p : NULL;
}

int param_check_table(const struct wr_param *rows, struct error *e)
{
    if (param_count(rows) > PARAM_MAX_ROWS)
        return error_set(e, -E2BIG, "has more than %d rows", PARAM_MAX_ROWS);
    for (unsigned i = 0; rows && rows[i].key; i++) {
        unsigned first;
        int r = param_check_row(&rows[i], e);

        if (r < 0)
            return r;
        param_find(rows, rows[i].key, &first);
        if (first != i)
            return error_set(e, -EINVAL, "%s: is there twice", rows[i].key);
        if (secret_of(rows, rows[i].key))
            return error_set(e, -EINVAL,
                "%s: that is how the secret of that name is read from a file", rows[i].key);
    }
    return 0;
}
