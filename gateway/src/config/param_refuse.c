#include "config/param_refuse.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/suggest.h"
#include "base/text.h"

/* Of a sentence of ERROR_TEXT_MAX bytes: what was expected, and what was got. */
#define EXPECTED_MAX 144
#define GOT_MAX 64

__attribute__((format(printf, 3, 4))) static void add(
    char *out, size_t cap, const char *format, ...)
{
    size_t n = strlen(out);
    va_list args;

    va_start(args, format);
    vsnprintf(out + n, cap - n, format, args);
    va_end(args);
}

static void add_range(const struct wr_param *p, char *out, size_t cap)
{
    if (isfinite(p->min) && isfinite(p->max)) {
        add(out, cap, " from %.15g to %.15g", p->min, p->max);
    } else if (isfinite(p->min)) {
        add(out, cap, " of at least %.15g", p->min);
    } else if (isfinite(p->max)) {
        add(out, cap, " of at most %.15g", p->max);
    }
}

static void add_choices(const struct wr_param *p, char *out, size_t cap)
{
    for (size_t i = 0; p->choices[i]; i++) {
        if (strlen(out) + strlen(p->choices[i]) + 8 > cap) {
            add(out, cap, ", …");
            return;
        }
        add(out, cap, "%s %s", i == 0 ? "" : ",", p->choices[i]);
    }
}

static void describe_number(const struct wr_param *p, char *out, size_t cap)
{
    add(out, cap, "%s", p->type == WR_INT ? "an integer" : "a number");
    if (p->min != 0 || p->max != 0)
        add_range(p, out, cap);
    if (p->unit)
        add(out, cap, " %s", p->unit);
}

static void describe_text(const struct wr_param *p, char *out, size_t cap)
{
    if (p->choices) {
        add(out, cap, "%s", p->type == WR_LIST ? "a list of" : "one of");
        add_choices(p, out, cap);
        return;
    }
    if (p->flags & WR_HOST) {
        add(out, cap, "the name or IP address of a host, without a port");
        return;
    }
    if (p->flags & WR_BLE_ADDRESS) {
        add(out, cap, "a Bluetooth address such as AA:BB:CC:DD:EE:FF");
        return;
    }
    add(out, cap, "%s", p->type == WR_LIST ? "a list" : "text");
    if (p->min > 0)
        add(out, cap, " of at least %.15g", p->min);
    if (p->max > 0)
        add(out, cap, " %s at most %.15g", p->min > 0 ? "and" : "of", p->max);
    if (p->min > 0 || p->max > 0)
        add(out, cap, " bytes");
}

const char *param_expected(const struct wr_param *p, char *out, size_t cap)
{
    out[0] = '\0';
    if (p->type == WR_BOOL)
        add(out, cap, "true or false");
    else if (p->type == WR_INT || p->type == WR_FLOAT)
        describe_number(p, out, cap);
    else
        describe_text(p, out, cap);
    return out;
}

const char *param_quote(const char *text, char *out, size_t cap)
{
    size_t n = strlen(text), keep = text_cut(text, n, cap - sizeof "…");

    snprintf(out, cap, "%.*s%s", (int)keep, text, keep < n ? "…" : "");
    for (char *c = out; *c; c++) {
        if ((unsigned char)*c < 0x20 || *c == 0x7F)
            *c = '?';
    }
    return out;
}

int param_refuse(const struct wr_param *p, const char *got, struct error *e)
{
    char expected[EXPECTED_MAX];

    param_expected(p, expected, sizeof expected);
    if (p->flags & WR_SECRET)
        return error_set(e, -EINVAL, "expected %s", expected);
    return error_set(e, -EINVAL, "expected %s, got %s", expected, got);
}

int param_refuse_text(const struct wr_param *p, const char *got, struct error *e)
{
    struct suggest near = {.wanted = got};
    char quoted[GOT_MAX], all[GOT_MAX + 96], hint[96];

    for (size_t i = 0; p->choices && p->choices[i]; i++)
        suggest_offer(&near, p->choices[i]);
    snprintf(all, sizeof all, "\"%s\"%s", param_quote(got, quoted, sizeof quoted),
        suggest_text(&near, hint, sizeof hint));
    return param_refuse(p, all, e);
}
