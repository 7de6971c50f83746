/* json_put.c - see json_put.h. */
#include "json_put.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "span.h"

struct json_put json_put_into(char *room, size_t cap, enum json_put_style style)
{
    return (struct json_put){.text = room, .cap = cap, .style = style};
}

static void put(struct json_put *j, const char *bytes, size_t n)
{
    if (j->failed || n > j->cap - j->n) {
        j->failed = true;
        return;
    }
    memcpy(j->text + j->n, bytes, n);
    j->n += n;
}

static void put_before_value(struct json_put *j)
{
    if (j->comma)
        put(j, ", ", j->style == JSON_PUT_SPACED ? 2 : 1);
    j->comma = true;
}

/* --- strings ---------------------------------------------------------------------------------- */

static void put_unit(struct json_put *j, uint32_t unit)
{
    char text[8];

    put(j, text, (size_t)snprintf(text, sizeof text, "\\u%04" PRIx32, unit));
}

static void put_code_point(struct json_put *j, uint32_t c)
{
    char plain = (char)c;

    if (c == '"' || c == '\\') {
        put(j, "\\", 1);
        put(j, &plain, 1);
    } else if (c >= 0x20 && c < 0x7f) {
        put(j, &plain, 1);
    } else if (c == '\n') {
        put(j, "\\n", 2);
    } else if (c < 0x10000) {
        put_unit(j, c);
    } else {
        put_unit(j, 0xd800 + ((c - 0x10000) >> 10));
        put_unit(j, 0xdc00 + ((c - 0x10000) & 0x3ff));
    }
}

void json_put_text(struct json_put *j, const char *text, size_t n)
{
    struct span rest = {text, n};

    put_before_value(j);
    put(j, "\"", 1);
    while (rest.n > 0 && !j->failed)
        put_code_point(j, span_code_point(&rest));
    put(j, "\"", 1);
}

void json_put_string(struct json_put *j, const char *text)
{
    json_put_text(j, text, strlen(text));
}

/* --- the rest --------------------------------------------------------------------------------- */

void json_put_begin(struct json_put *j, char bracket)
{
    put_before_value(j);
    put(j, &bracket, 1);
    j->comma = false;
}

void json_put_end(struct json_put *j, char bracket)
{
    put(j, &bracket, 1);
    j->comma = true;
}

void json_put_key(struct json_put *j, const char *key)
{
    json_put_string(j, key);
    put(j, ": ", j->style == JSON_PUT_SPACED ? 2 : 1);
    j->comma = false;
}

void json_put_int(struct json_put *j, int64_t v)
{
    char text[24];

    put_before_value(j);
    put(j, text, (size_t)snprintf(text, sizeof text, "%" PRId64, v));
}

void json_put_decimal(struct json_put *j, int64_t v, unsigned digits)
{
    uint64_t size = v < 0 ? -(uint64_t)v : (uint64_t)v, unit = 1;
    char text[40];
    int n;

    while (digits > 0 && size % 10 == 0)
        size /= 10, digits--;
    for (unsigned i = 0; i < digits; i++)
        unit *= 10;
    n = snprintf(text, sizeof text, "%s%" PRIu64, v < 0 ? "-" : "", size / unit);
    if (digits > 0)
        n += snprintf(text + n, sizeof text - (size_t)n, ".%0*" PRIu64, (int)digits, size % unit);
    put_before_value(j);
    put(j, text, (size_t)n);
}

void json_put_bool(struct json_put *j, bool v)
{
    put_before_value(j);
    put(j, v ? "true" : "false", v ? 4 : 5);
}

void json_put_named_string(struct json_put *j, const char *key, const char *text)
{
    json_put_key(j, key);
    json_put_string(j, text);
}

void json_put_named_int(struct json_put *j, const char *key, int64_t v)
{
    json_put_key(j, key);
    json_put_int(j, v);
}

void json_put_named_decimal(struct json_put *j, const char *key, int64_t v, unsigned digits)
{
    json_put_key(j, key);
    json_put_decimal(j, v, digits);
}

void json_put_named_bool(struct json_put *j, const char *key, bool v)
{
    json_put_key(j, key);
    json_put_bool(j, v);
}

size_t json_put_length(const struct json_put *j)
{
    return j->failed ? 0 : j->n;
}
