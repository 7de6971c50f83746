/* value.c - a setting's value: compared, kept, written as the camera reads it, and read from its
 * dump. */
#include "camera.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static bool has_element(const char *list, const char *element, size_t n)
{
    for (size_t k; *list; list += k + (list[k] == ',')) {
        k = strcspn(list, ",");
        if (k == n && memcmp(list, element, n) == 0)
            return true;
    }
    return false;
}

/* The camera keeps a set: the order is nobody's. */
static bool same_list(const char *a, const char *b)
{
    for (size_t k; *a; a += k + (a[k] == ',')) {
        k = strcspn(a, ",");
        if (!has_element(b, a, k))
            return false;
    }
    return true;
}

bool value_same(const struct wr_value *a, const struct wr_value *b)
{
    if (a->type != b->type)
        return false;
    switch (a->type) {
    case WR_BOOL:
        return a->b == b->b;
    case WR_INT:
        return a->i == b->i;
    case WR_FLOAT:
        return fabs(a->f - b->f) <= 1e-9 * fabs(a->f);
    case WR_STRING:
        return strcmp(a->s, b->s) == 0;
    case WR_LIST:
        return same_list(a->s, b->s) && same_list(b->s, a->s);
    }
    return false;
}

void value_remember(struct known *k, const struct wr_value *v, bool whole)
{
    k->is = true;
    k->whole = whole;
    k->value = *v;
    if (v->type == WR_STRING || v->type == WR_LIST) {
        snprintf(k->text, sizeof k->text, "%s", v->s);
        k->value.s = k->text;
    }
}

int value_text(const struct wr_value *v, char out[VALUE_MAX])
{
    struct wr_json j = wr_json_into(out, VALUE_MAX);

    switch (v->type) {
    case WR_BOOL:
        wr_json_bool(&j, v->b);
        break;
    case WR_INT:
        wr_json_int(&j, v->i);
        break;
    case WR_FLOAT:
        wr_json_float(&j, v->f);
        break;
    default:
        return snprintf(out, VALUE_MAX, "%s", v->s) < VALUE_MAX ? 0 : -EINVAL;
    }
    return 0;
}

/* Text that a setting cannot be is not shown as one either. */
static bool is_clean(struct span text)
{
    char copy[VALUE_MAX];

    return wr_text_clean(text.at, text.n, copy, sizeof copy);
}

/* Lists come element by element. */
static bool take_element(const struct json_pull_value *v, struct known *into)
{
    size_t len = into->is ? strlen(into->text) : 0, comma = len > 0;
    size_t n = v->kind == JSON_PULL_STRING ? v->text.n : 0;

    if ((v->kind != JSON_PULL_STRING && v->kind != JSON_PULL_EMPTY) ||
        len + comma + n >= VALUE_MAX || !is_clean(v->text))
        return false;
    if (comma)
        into->text[len] = ',';
    if (n > 0)
        memcpy(into->text + len + comma, v->text.at, n);
    into->text[len + comma + n] = '\0';
    into->value = (struct wr_value){.type = WR_LIST, .s = into->text};
    return into->is = true;
}

bool value_take(const struct wr_param *row, const struct json_pull_value *v, struct known *into)
{
    struct wr_value value = {.type = row->type};
    bool fits = false;
    char text[VALUE_MAX];

    if (v->is_cut || v->text.n >= sizeof text)
        return false;
    if (row->type == WR_LIST)
        return take_element(v, into);
    if (row->type == WR_BOOL && v->kind == JSON_PULL_BOOL) {
        value.b = v->b;
        fits = true;
    } else if (row->type == WR_INT && v->kind == JSON_PULL_NUMBER && fabs(v->f) < 1e15) {
        value.i = (int64_t)v->f;
        fits = (double)value.i == v->f;
    } else if (row->type == WR_FLOAT && v->kind == JSON_PULL_NUMBER) {
        value.f = v->f;
        fits = isfinite(v->f);
    } else if (row->type == WR_STRING && v->kind == JSON_PULL_STRING && is_clean(v->text)) {
        memcpy(text, v->text.at, v->text.n);
        text[v->text.n] = '\0';
        value.s = text;
        fits = true;
    }
    if (fits)
        value_remember(into, &value, v->kind == JSON_PULL_NUMBER && v->is_whole);
    return fits;
}
