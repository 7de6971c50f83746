/* param_schema.c - a row as a JSON Schema (2020-12) object. */
#include <math.h>

#include "config/param.h"

/* A name, or what has two colons at least and no brackets. hostname.h is stricter: a pattern of
 * which no host is the victim. */
#define HOST_PATTERN                                                                               \
    "^([A-Za-z0-9_-]+([.][A-Za-z0-9_-]+)*[.]?|[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*(%.+)?)$"

#define BLE_ADDRESS_PATTERN "[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}"

static const char *schema_type(enum wr_type type)
{
    switch (type) {
    case WR_BOOL:
        return "boolean";
    case WR_INT:
        return "integer";
    case WR_FLOAT:
        return "number";
    case WR_STRING:
        return "string";
    case WR_LIST:
        return "array";
    }
    return "null";
}

static void write_string(struct wr_json *j, const char *key, const char *value)
{
    if (!value)
        return;
    wr_json_key(j, key);
    wr_json_string(j, value);
}

static void write_range(struct wr_json *j, const struct wr_param *p)
{
    if (p->min == 0 && p->max == 0)
        return;
    if (isfinite(p->min)) {
        wr_json_key(j, "minimum");
        wr_json_float(j, p->min);
    }
    if (isfinite(p->max)) {
        wr_json_key(j, "maximum");
        wr_json_float(j, p->max);
    }
}

static const char *pattern_of(const struct wr_param *p)
{
    bool required = p->flags & WR_REQUIRED;

    if (p->flags & WR_BLE_ADDRESS)
        return required ? "^" BLE_ADDRESS_PATTERN "$" : "^(" BLE_ADDRESS_PATTERN ")?$";
    return p->flags & WR_HOST && required ? HOST_PATTERN : NULL;
}

/* Rows count bytes, the schema counts characters of up to four: these are bounds that no valid
 * value breaks. */
static void write_length(struct wr_json *j, const struct wr_param *p)
{
    if (p->min > 0) {
        wr_json_key(j, "minLength");
        wr_json_int(j, ((int64_t)p->min + 3) / 4);
    }
    wr_json_key(j, "maxLength");
    wr_json_int(j, p->max > 0 ? (int64_t)p->max : PARAM_MAX_TEXT);
    write_string(j, "pattern", pattern_of(p));
}

static void write_choices(struct wr_json *j, const struct wr_param *p)
{
    wr_json_key(j, "enum");
    wr_json_array(j);
    for (size_t i = 0; p->choices[i]; i++)
        wr_json_string(j, p->choices[i]);
    wr_json_end(j);
}

static void write_items(struct wr_json *j, const struct wr_param *p)
{
    wr_json_key(j, "items");
    wr_json_object(j);
    write_string(j, "type", "string");
    if (p->choices)
        write_choices(j, p);
    wr_json_end(j);
}

static void write_default(struct wr_json *j, const struct wr_param *p)
{
    struct param_value v = {0};

    if (!p->def || param_default(p, &v) < 0)
        return;
    wr_json_key(j, "default");
    param_to_json(j, p, &v.v);
    param_value_fini(&v);
}

static void write_limits(struct wr_json *j, const struct wr_param *p)
{
    if (p->type == WR_INT || p->type == WR_FLOAT)
        write_range(j, p);
    else if (p->type == WR_LIST)
        write_items(j, p);
    else if (p->type == WR_STRING && p->choices)
        write_choices(j, p);
    else if (p->type == WR_STRING)
        write_length(j, p);
}

void param_schema(struct wr_json *j, const struct wr_param *p)
{
    wr_json_object(j);
    write_string(j, "type", schema_type(p->type));
    write_string(j, "description", p->help);
    write_string(j, "x-unit", p->unit);
    write_default(j, p);
    write_limits(j, p);
    if (p->flags & WR_SECRET) {
        wr_json_key(j, "writeOnly");
        wr_json_bool(j, true);
    }
    wr_json_end(j);
}
