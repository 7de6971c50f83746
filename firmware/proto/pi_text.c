/* pi_text.c - see pi_text.h. No locale, no allocation. */
#include "pi_text.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool take_digits(struct span *s, unsigned at_most, int64_t *v, unsigned *ret_taken)
{
    unsigned taken = 0;
    while (s->n > 0 && taken < at_most && s->at[0] >= '0' && s->at[0] <= '9') {
        if (*v > (INT64_MAX - 9) / 10)
            return false;
        *v = *v * 10 + (s->at[0] - '0');
        s->at++, s->n--, taken++;
    }
    *ret_taken = taken;
    return true;
}

bool pi_take_micro(struct span *s, int64_t *ret)
{
    struct span rest = *s;
    bool negative = span_take(&rest, "-");
    int64_t v = 0;
    unsigned n_whole, n_decimals = 0;
    if (!take_digits(&rest, 20, &v, &n_whole) || n_whole == 0)
        return false;
    if (rest.n > 1 && rest.at[0] == '.' && rest.at[1] >= '0' && rest.at[1] <= '9') {
        rest.at++, rest.n--;
        if (!take_digits(&rest, 6, &v, &n_decimals))
            return false;
        for (; rest.n > 0 && rest.at[0] >= '0' && rest.at[0] <= '9'; rest.at++)
            rest.n--;
    }
    for (; n_decimals < 6; n_decimals++) {
        if (v > INT64_MAX / 10)
            return false;
        v *= 10;
    }
    *ret = negative ? -v : v;
    *s = rest;
    return true;
}

bool pi_take_double(struct span *s, double *ret)
{
    int64_t micro;
    if (!pi_take_micro(s, &micro))
        return false;
    *ret = (double)micro / 1e6;
    return true;
}

bool pi_take_unsigned(struct span *s, unsigned *ret)
{
    struct span rest = *s;
    int64_t v = 0;
    unsigned taken;
    if (!take_digits(&rest, 10, &v, &taken) || taken == 0 || v > UINT32_MAX)
        return false;
    *ret = (unsigned)v;
    *s = rest;
    return true;
}

const char *pi_seconds_text(int64_t us, unsigned decimals, char out[PI_NUMBER_TEXT])
{
    int64_t unit = 1, per_second = 1; /* µs of the last digit; last digits in a second */
    for (unsigned i = decimals; i < 6; i++)
        unit *= 10;
    for (unsigned i = 0; i < decimals; i++)
        per_second *= 10;
    bool negative = us < 0;
    uint64_t v =
        ((negative ? 0 - (uint64_t)us : (uint64_t)us) + (uint64_t)unit / 2) / (uint64_t)unit;
    const char *sign = negative && v > 0 ? "-" : "";
    if (decimals == 0)
        snprintf(out, PI_NUMBER_TEXT, "%s%" PRIu64, sign, v);
    else
        snprintf(out, PI_NUMBER_TEXT, "%s%" PRIu64 ".%0*" PRIu64, sign, v / (uint64_t)per_second,
            (int)decimals, v % (uint64_t)per_second);
    return out;
}

/* The fewest digits, at most 17, that read back as the same number: "d.ddde±xx" taken apart. */
static unsigned shortest_digits(double v, char digits[20], int *ret_exponent)
{
    char text[PI_NUMBER_TEXT];
    unsigned n = 0;
    for (int precision = 0; precision < 17; precision++) {
        snprintf(text, sizeof text, "%.*e", precision, v);
        if (strtod(text, NULL) == v)
            break;
    }
    char *e = strchr(text, 'e');
    *ret_exponent = atoi(e + 1);
    for (char *p = text; p < e; p++)
        if (*p >= '0' && *p <= '9')
            digits[n++] = *p;
    while (n > 1 && digits[n - 1] == '0')
        n--;
    digits[n] = '\0';
    return n;
}

const char *pi_float_text(double v, char out[PI_NUMBER_TEXT])
{
    char digits[20];
    int exponent;
    const char *sign = signbit(v) && !isnan(v) ? "-" : "";
    if (!isfinite(v)) {
        snprintf(out, PI_NUMBER_TEXT, "%s%s", sign, isnan(v) ? "nan" : "inf");
        return out;
    }
    int n = (int)shortest_digits(fabs(v), digits, &exponent);
    if (exponent < -4 || exponent >= 16)
        snprintf(out, PI_NUMBER_TEXT, "%s%c%s%se%+03d", sign, digits[0], n > 1 ? "." : "",
            digits + 1, exponent);
    else if (exponent < 0)
        snprintf(out, PI_NUMBER_TEXT, "%s0.%.*s%s", sign, -exponent - 1, "000", digits);
    else if (n <= exponent + 1)
        snprintf(
            out, PI_NUMBER_TEXT, "%s%s%.*s.0", sign, digits, exponent + 1 - n, "000000000000000");
    else
        snprintf(
            out, PI_NUMBER_TEXT, "%s%.*s.%s", sign, exponent + 1, digits, digits + exponent + 1);
    return out;
}

const char *pi_number_text(double v, char out[PI_NUMBER_TEXT])
{
    pi_float_text(v, out);
    size_t n = strlen(out);
    if (n > 2 && strcmp(out + n - 2, ".0") == 0)
        out[n - 2] = '\0';
    return out;
}
