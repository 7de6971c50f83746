/* pi_config.c - see pi_config.h. */
#include "pi_config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "pi_text.h"

static void *field(struct pi_config *c, const struct pi_key *k)
{
    return (char *)c + k->offset;
}

static const void *const_field(const struct pi_config *c, const struct pi_key *k)
{
    return (const char *)c + k->offset;
}

void pi_config_init(struct pi_config *c)
{
    char why[PI_CONFIG_WHY_MAX];

    memset(c, 0, sizeof *c);
    for (size_t i = 0; i < pi_n_keys; i++)
        (void)pi_config_set(c, &pi_keys[i],
            (struct span){pi_keys[i].fallback, strlen(pi_keys[i].fallback)}, why, sizeof why);
}

const struct pi_key *pi_key_find(const char *path, size_t n)
{
    for (size_t i = 0; i < pi_n_keys; i++)
        if (span_is((struct span){path, n}, pi_keys[i].path))
            return &pi_keys[i];
    return NULL;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool same_word(struct span a, const char *b, size_t n)
{
    if (a.n != n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (lower(a.at[i]) != lower(b[i]))
            return false;
    return true;
}

/* The choice that `text` is in any case, as it is written in the table. */
static bool find_choice(const char *choices, struct span text, struct span *ret)
{
    for (const char *p = choices; p && *p;) {
        size_t n = strcspn(p, "|");
        if (same_word(text, p, n)) {
            *ret = (struct span){p, n};
            return true;
        }
        p += n + (p[n] == '|');
    }
    return false;
}

/* --- what is expected ------------------------------------------------------------------------- */

void pi_key_expected(const struct pi_key *k, char *out, size_t cap)
{
    char min[PI_NUMBER_TEXT], max[PI_NUMBER_TEXT];

    pi_number_text(k->min, min);
    pi_number_text(k->max, max);
    if (k->type == PI_BOOL)
        snprintf(out, cap, "true or false");
    else if (k->type == PI_FORMATS)
        snprintf(out, cap, "a list of jpg, png, npy");
    else if (k->type == PI_TEXT && k->choices)
        snprintf(out, cap, "one of %s", k->choices);
    else if (k->type == PI_TEXT)
        snprintf(out, cap, "a line of text of %s to %s bytes", min, max);
    else
        snprintf(out, cap, "a %snumber from %s to %s", k->type == PI_INT ? "whole " : "", min, max);
}

static int refuse(const struct pi_key *k, char *why, size_t cap)
{
    pi_key_expected(k, why, cap);
    return -EINVAL;
}

/* --- putting a typed value -------------------------------------------------------------------- */

static bool good_text(struct span s, const struct pi_key *k)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.at[i] < 0x20 || s.at[i] == 0x7f)
            return false;
    return s.n >= (size_t)k->min && s.n <= (size_t)k->max && s.n < k->size && span_is_utf8(s);
}

static bool put_text(void *to, const struct pi_key *k, struct span s)
{
    if (k->choices ? !find_choice(k->choices, s, &s) : !good_text(s, k))
        return false;
    memcpy(to, s.at, s.n);
    ((char *)to)[s.n] = '\0';
    return true;
}

static bool put_number(void *to, const struct pi_key *k, const struct pi_value *v)
{
    bool whole = v->type == PI_INT;
    double f = whole ? (double)v->i : v->f;

    if ((!whole && (v->type != PI_FLOAT || k->type == PI_INT)) || !(f >= k->min && f <= k->max))
        return false;
    if (k->type == PI_INT)
        *(int *)to = (int)v->i;
    else
        *(double *)to = f;
    return true;
}

int pi_config_put(
    struct pi_config *c, const struct pi_key *k, const struct pi_value *v, char *why, size_t cap)
{
    void *to = field(c, k);
    bool ok = false;

    switch (k->type) {
    case PI_BOOL:
        ok = v->type == PI_BOOL;
        if (ok)
            *(bool *)to = v->b;
        break;
    case PI_INT:
    case PI_FLOAT:
        ok = put_number(to, k, v);
        break;
    case PI_TEXT:
        ok = v->type == PI_TEXT && put_text(to, k, v->text);
        break;
    case PI_FORMATS:
        ok = v->type == PI_FORMATS;
        if (ok)
            *(unsigned *)to = v->formats;
        break;
    }
    return ok ? 0 : refuse(k, why, cap);
}

/* --- a command's text as a typed value
 * --------------------------------------------------------------------------------------------- */

static bool read_bool(struct span s, bool *ret)
{
    struct span found;

    *ret = find_choice("1|true|yes|on", s, &found);
    return *ret || find_choice("0|false|no|off", s, &found);
}

static bool is_list_mark(char c)
{
    return span_is_blank(c) || strchr(",[]'\"", c) != NULL;
}

static bool read_formats(struct span s, unsigned *ret)
{
    *ret = 0;
    while (s.n > 0) {
        size_t n = 0;
        while (s.n > 0 && is_list_mark(s.at[0]))
            s.at++, s.n--;
        while (n < s.n && !is_list_mark(s.at[n]))
            n++;
        unsigned format = pi_format_named(s.at, n);
        if (n > 0 && format == 0)
            return false;
        *ret |= format;
        s.at += n;
        s.n -= n;
    }
    return true;
}

static bool read_number(struct span s, struct pi_value *v)
{
    if (span_int(s, &v->i) == 0) {
        v->type = PI_INT;
        return true;
    }
    v->type = PI_FLOAT;
    return pi_take_double(&s, &v->f) && s.n == 0;
}

int pi_config_set(
    struct pi_config *c, const struct pi_key *k, struct span text, char *why, size_t cap)
{
    struct pi_value v = {.type = k->type, .text = text};
    bool ok = true;

    if (k->type == PI_BOOL)
        ok = read_bool(text, &v.b);
    else if (k->type == PI_FORMATS)
        ok = read_formats(text, &v.formats);
    else if (k->type == PI_INT || k->type == PI_FLOAT)
        ok = read_number(text, &v);
    return ok ? pi_config_put(c, k, &v, why, cap) : refuse(k, why, cap);
}

/* --- as Python writes it ---------------------------------------------------------------------- */

static int formats_text(unsigned formats, char *out, size_t cap)
{
    const char *between = "";
    int n = snprintf(out, cap, "[");

    for (unsigned f = PI_FORMAT_JPG; f <= PI_FORMAT_NPY; f <<= 1) {
        if (!(formats & f) || (size_t)n >= cap)
            continue;
        n += snprintf(out + n, cap - (size_t)n, "%s'%s'", between, pi_format_name(f));
        between = ", ";
    }
    return (size_t)n < cap ? n + snprintf(out + n, cap - (size_t)n, "]") : n;
}

size_t pi_config_text(const struct pi_config *c, const struct pi_key *k, char *out, size_t cap)
{
    const void *from = const_field(c, k);
    char number[PI_NUMBER_TEXT];
    int n = 0;

    switch (k->type) {
    case PI_BOOL:
        n = snprintf(out, cap, "%s", *(const bool *)from ? "True" : "False");
        break;
    case PI_INT:
        n = snprintf(out, cap, "%d", *(const int *)from);
        break;
    case PI_FLOAT:
        n = snprintf(out, cap, "%s", pi_float_text(*(const double *)from, number));
        break;
    case PI_TEXT:
        n = snprintf(out, cap, "%s", (const char *)from);
        break;
    case PI_FORMATS:
        n = formats_text(*(const unsigned *)from, out, cap);
        break;
    }
    return (size_t)n < cap ? (size_t)n : cap - 1;
}
