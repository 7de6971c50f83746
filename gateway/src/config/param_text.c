/* param_text.c - values from text, and the check of a value against its row. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/ble_address.h"
#include "base/hostname.h"
#include "base/text.h"
#include "config/param.h"
#include "config/param_refuse.h"

static bool in_range(const struct wr_param *p, double x)
{
    return (p->min == 0 && p->max == 0) || (x >= p->min && x <= p->max);
}

static int check_number(const struct wr_param *p, double x, const char *got, struct error *e)
{
    return isfinite(x) && in_range(p, x) ? 0 : param_refuse(p, got, e);
}

static bool is_choice(const struct wr_param *p, const char *s, size_t n)
{
    for (size_t i = 0; p->choices[i]; i++) {
        if (strlen(p->choices[i]) == n && memcmp(p->choices[i], s, n) == 0)
            return true;
    }
    return false;
}

static int check_length(const struct wr_param *p, size_t n, struct error *e)
{
    size_t max = p->max > 0 ? (size_t)p->max : PARAM_MAX_TEXT;
    char got[32];

    if (n <= max && n >= (size_t)p->min)
        return 0;
    snprintf(got, sizeof got, "%zu bytes", n);
    if (p->choices || p->max <= 0)
        return error_set(e, -EINVAL, "expected at most %zu bytes, got %s", max, got);
    return param_refuse(p, got, e);
}

static bool has_form(const struct wr_param *p, const char *s)
{
    char address[BLE_ADDRESS_BYTES];

    return (!(p->flags & WR_HOST) || hostname_is_host(s)) &&
        (!(p->flags & WR_BLE_ADDRESS) || ble_address(s, address));
}

static int check_text(const struct wr_param *p, const char *s, struct error *e)
{
    size_t n = strlen(s);
    int r = check_length(p, n, e);

    if (r < 0)
        return r;
    if (!text_is_utf8(s, n))
        return param_refuse(p, "bytes that are not UTF-8", e);
    /* Text is one line: it ends up in line protocols, URLs and logs. */
    for (size_t i = 0; i < n; i++) {
        if ((unsigned char)s[i] < 0x20 || s[i] == 0x7F)
            return param_refuse(p, "a control character", e);
    }
    if (p->type == WR_STRING && p->choices && !is_choice(p, s, n))
        return param_refuse_text(p, s, e);
    if ((n > 0 || p->flags & WR_REQUIRED) && !has_form(p, s))
        return param_refuse_text(p, s, e);
    return 0;
}

static int check_element(const struct wr_param *p, const char *s, size_t n, struct error *e)
{
    char element[PARAM_MAX_TEXT + 1];

    if (n == 0)
        return param_refuse(p, "an empty element", e);
    if (!p->choices || is_choice(p, s, n))
        return 0;
    snprintf(element, sizeof element, "%.*s", (int)n, s);
    return param_refuse_text(p, element, e);
}

static int check_list(const struct wr_param *p, const char *s, struct error *e)
{
    int r = check_text(p, s, e);

    if (r < 0 || !*s)
        return r;
    for (;;) {
        size_t n = strcspn(s, ",");

        r = check_element(p, s, n, e);
        if (r < 0 || !s[n])
            return r;
        s += n + 1;
    }
}

int param_check(const struct wr_param *p, const struct wr_value *v, struct error *e)
{
    char got[40];

    if (v->type != p->type) {
        snprintf(got, sizeof got, "a value of type %s", param_type_name(v->type));
        return param_refuse(p, got, e);
    }
    switch (v->type) {
    case WR_BOOL:
        return 0;
    case WR_INT:
        snprintf(got, sizeof got, "%lld", (long long)v->i);
        return check_number(p, (double)v->i, got, e);
    case WR_FLOAT:
        snprintf(got, sizeof got, "%.15g", v->f);
        return check_number(p, v->f, got, e);
    case WR_STRING:
        return check_text(p, v->s, e);
    case WR_LIST:
        return check_list(p, v->s, e);
    }
    return param_refuse(p, "nothing", e);
}

static int bool_from_text(const char *text, bool *ret)
{
    static const char *const words[] = {"false", "true", "no", "yes", "off", "on", "0", "1"};

    for (size_t i = 0; i < N_ELEMENTS(words); i++) {
        if (strcasecmp(text, words[i]) == 0) {
            *ret = i % 2 == 1;
            return 0;
        }
    }
    return -EINVAL;
}

/* Copies with the spaces around each element taken away. */
static char *list_from_text(const char *text)
{
    char *list = malloc(strlen(text) + 1), *out = list;

    if (!list)
        return NULL;
    for (;;) {
        size_t n, all;

        text += strspn(text, " \t");
        n = all = strcspn(text, ",");
        while (n > 0 && strchr(" \t", text[n - 1]))
            n--;
        memcpy(out, text, n);
        out += n;
        text += all;
        if (!*text)
            break;
        *out++ = *text++;
    }
    *out = '\0';
    return list;
}

static int read_text(const struct wr_param *p, const char *text, struct param_value *v)
{
    v->v.type = p->type;
    switch (p->type) {
    case WR_BOOL:
        return bool_from_text(text, &v->v.b);
    case WR_INT:
        return text_to_int(text, &v->v.i);
    case WR_FLOAT:
        return text_to_float(text, &v->v.f);
    case WR_STRING:
    case WR_LIST:
        v->text = p->type == WR_LIST ? list_from_text(text) : strdup(text);
        v->v.s = v->text;
        return v->text ? 0 : -ENOMEM;
    }
    return -EINVAL;
}

int param_from_text(
    const struct wr_param *p, const char *text, struct param_value *ret, struct error *e)
{
    struct param_value v = {0};
    int r = read_text(p, text, &v);

    if (r == -ENOMEM)
        return error_set(e, r, "out of memory");
    if (r < 0)
        return param_refuse_text(p, text, e);
    r = param_check(p, &v.v, e);
    if (r < 0) {
        param_value_fini(&v);
        return r;
    }
    *ret = v;
    return 0;
}
