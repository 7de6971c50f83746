/* param_json.c - values from and to JSON, and rows as JSON and JSON Schema. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/suggest.h"
#include "config/param.h"
#include "config/param_refuse.h"

/* --- reading ---------------------------------------------------------------------------------- */

static int refuse_json(const struct wr_param *p, const json_t *j, struct error *e)
{
    _cleanup_(freep) char *text = NULL;
    char got[64];

    if (json_is_real(j)) { /* 5.0 is written as 5 otherwise */
        snprintf(got, sizeof got, "the float %.15g", json_real_value(j));
        return param_refuse(p, got, e);
    }
    if (json_is_object(j))
        return param_refuse(p, "an object", e);
    if (json_is_array(j))
        return param_refuse(p, "an array", e);
    if (json_is_string(j) && p->type == WR_LIST)
        return param_refuse(p, "a single text", e);
    if (json_is_string(j))
        return param_refuse_text(p, json_string_value(j), e);
    text = json_text(j);
    return param_refuse(p, text ? param_quote(text, got, sizeof got) : "something else", e);
}

static bool has_nul(const json_t *string)
{
    return strlen(json_string_value(string)) != json_string_length(string);
}

/* Takes over `text`. */
static int own_text(const struct wr_param *p, char *text, struct param_value *v, struct error *e)
{
    if (!text)
        return error_set(e, -ENOMEM, "out of memory");
    *v = (struct param_value){.v = {.type = p->type, .s = text}, .text = text};
    return 0;
}

static int read_string(
    const struct wr_param *p, const json_t *j, struct param_value *v, struct error *e)
{
    if (!json_is_string(j))
        return refuse_json(p, j, e);
    if (has_nul(j))
        return param_refuse(p, "text with a NUL in it", e);
    return own_text(p, strdup(json_string_value(j)), v, e);
}

static int append_element(
    const struct wr_param *p, const json_t *element, struct buf *list, struct error *e)
{
    const char *s = json_string_value(element);

    if (!s)
        return param_refuse(p, "an array with something else than strings in it", e);
    if (!*s || has_nul(element) || strchr(s, ','))
        return param_refuse(p, "an element that is empty or has a comma or NUL in it", e);
    if (list->len > 0 && buf_append(list, ",", 1) < 0)
        return param_refuse(p, "too long a list", e);
    return buf_append(list, s, strlen(s)) < 0 ? param_refuse(p, "too long a list", e) : 0;
}

static int read_list(
    const struct wr_param *p, const json_t *j, struct param_value *v, struct error *e)
{
    _cleanup_(buf_fini) struct buf list = BUF_INIT(PARAM_MAX_TEXT + 1);
    const char *text;

    if (!json_is_array(j))
        return refuse_json(p, j, e);
    for (size_t i = 0; i < json_array_size(j); i++) {
        int r = append_element(p, json_array_get(j, i), &list, e);

        if (r < 0)
            return r;
    }
    text = buf_text(&list);
    return text ? own_text(p, strdup(text), v, e) : param_refuse(p, "too long a list", e);
}

static int read_json(
    const struct wr_param *p, const json_t *j, struct param_value *v, struct error *e)
{
    v->v.type = p->type;
    switch (p->type) {
    case WR_BOOL:
        v->v.b = json_is_true(j);
        return json_is_boolean(j) ? 0 : refuse_json(p, j, e);
    case WR_INT:
        v->v.i = json_integer_value(j);
        return json_is_integer(j) ? 0 : refuse_json(p, j, e);
    case WR_FLOAT:
        v->v.f = json_number_value(j);
        return json_is_number(j) ? 0 : refuse_json(p, j, e);
    case WR_STRING:
        return read_string(p, j, v, e);
    case WR_LIST:
        return read_list(p, j, v, e);
    }
    return error_set(e, -EINVAL, "the row has no type");
}

int param_from_json(
    const struct wr_param *p, const json_t *j, struct param_value *ret, struct error *e)
{
    struct param_value v = {0};
    int r = read_json(p, j, &v, e);

    if (r >= 0)
        r = param_check(p, &v.v, e);
    if (r < 0) {
        param_value_fini(&v);
        return r;
    }
    *ret = v;
    return 0;
}

/* --- a whole object of arguments -------------------------------------------------------------- */

static int refuse_unknown(const struct wr_param *rows, const char *key, struct error *e)
{
    struct suggest near = {.wanted = key};
    char quoted[80], hint[96];

    for (size_t i = 0; rows && rows[i].key; i++)
        suggest_offer(&near, rows[i].key);
    return error_set(e, -EINVAL, "\"%s\" is not known here%s",
        param_quote(key, quoted, sizeof quoted), suggest_text(&near, hint, sizeof hint));
}

static int check_keys(const struct wr_param *rows, const json_t *args, struct error *e)
{
    const char *key;
    json_t *value;

    json_object_foreach((json_t *)args, key, value)
    {
        if (!param_find(rows, key, NULL))
            return refuse_unknown(rows, key, e);
    }
    return 0;
}

static int read_arg(
    const struct wr_param *p, const json_t *args, struct param_value *ret, struct error *e)
{
    const json_t *j = json_object_get(args, p->key);
    char expected[144];
    int r;

    if (!j && p->flags & WR_REQUIRED)
        return error_set(e, -EINVAL, "\"%s\" is missing: expected %s", p->key,
            param_expected(p, expected, sizeof expected));
    if (!j)
        return param_default(p, ret);
    r = param_from_json(p, j, ret, e);
    return r < 0 ? error_prefix(e, "%s", p->key), r : 0;
}

int param_args_from_json(
    const struct wr_param *rows, const json_t *args, struct param_value *ret, struct error *e)
{
    struct param_value values[PARAM_MAX_ROWS] = {0};
    size_t n = param_count(rows);
    int r;

    if (args && !json_is_object(args))
        return error_set(e, -EINVAL, "expected an object");
    if (n > PARAM_MAX_ROWS)
        return error_set(e, -E2BIG, "the table has more than %d rows", PARAM_MAX_ROWS);
    r = check_keys(rows, args, e);
    for (size_t i = 0; r >= 0 && i < n; i++)
        r = read_arg(&rows[i], args, &values[i], e);
    if (r < 0) {
        param_values_fini(values, n);
        return r;
    }
    for (size_t i = 0; i < n; i++)
        ret[i] = values[i];
    return 0;
}

/* --- writing ---------------------------------------------------------------------------------- */

static void write_list(struct wr_json *j, const char *s)
{
    wr_json_array(j);
    while (*s) {
        size_t n = strcspn(s, ",");

        wr_json_string_n(j, s, n);
        s += n + (s[n] == ',');
    }
    wr_json_end(j);
}

void param_to_json(struct wr_json *j, const struct wr_param *p, const struct wr_value *v)
{
    if (p && p->flags & WR_SECRET) {
        wr_json_null(j);
        return;
    }
    switch (v->type) {
    case WR_BOOL:
        wr_json_bool(j, v->b);
        return;
    case WR_INT:
        wr_json_int(j, v->i);
        return;
    case WR_FLOAT:
        wr_json_float(j, v->f);
        return;
    case WR_STRING:
        wr_json_string(j, v->s);
        return;
    case WR_LIST:
        write_list(j, v->s);
        return;
    }
    wr_json_null(j);
}

static void write_default(struct wr_json *j, const struct wr_param *p)
{
    struct param_value v = {0};

    param_default(p, &v);
    param_to_json(j, p, &v.v);
    param_value_fini(&v);
}

static void write_choices(struct wr_json *j, const struct wr_param *p)
{
    if (!p->choices) {
        wr_json_null(j);
        return;
    }
    wr_json_array(j);
    for (size_t i = 0; p->choices[i]; i++)
        wr_json_string(j, p->choices[i]);
    wr_json_end(j);
}

static void write_flag(struct wr_json *j, const char *key, const struct wr_param *p, uint32_t flag)
{
    wr_json_key(j, key);
    wr_json_bool(j, p->flags & flag);
}

/* A bound that is infinite is none, and the float writer says null for it. */
static void write_bound(struct wr_json *j, const char *key, const struct wr_param *p, double bound)
{
    wr_json_key(j, key);
    wr_json_float(j, p->min == 0 && p->max == 0 ? INFINITY : bound);
}

static const char *format_of(const struct wr_param *p)
{
    if (p->flags & WR_HOST)
        return "host";
    return p->flags & WR_BLE_ADDRESS ? "bluetooth-address" : NULL;
}

void param_row_to_json(struct wr_json *j, const struct wr_param *p)
{
    wr_json_key(j, "type");
    wr_json_string(j, param_type_name(p->type));
    wr_json_key(j, "unit");
    wr_json_string(j, p->unit);
    wr_json_key(j, "default");
    write_default(j, p);
    write_bound(j, "min", p, p->min);
    write_bound(j, "max", p, p->max);
    wr_json_key(j, "choices");
    write_choices(j, p);
    write_flag(j, "required", p, WR_REQUIRED);
    write_flag(j, "secret", p, WR_SECRET);
    write_flag(j, "unreadable", p, WR_UNREADABLE);
    wr_json_key(j, "format");
    wr_json_string(j, format_of(p));
    wr_json_key(j, "help");
    wr_json_string(j, p->help);
}

void param_rows_to_json(struct wr_json *j, const struct wr_param *rows)
{
    wr_json_array(j);
    for (const struct wr_param *p = rows; p && p->key; p++) {
        wr_json_object(j);
        wr_json_key(j, "key");
        wr_json_string(j, p->key);
        param_row_to_json(j, p);
        wr_json_end(j);
    }
    wr_json_end(j);
}
