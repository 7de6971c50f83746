#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <string.h>

#include <warren/json_write.h>

#include "base/util.h"

#define SLUG_MAX 63

/* By hand, as isalnum() and friends depend on the locale. */
static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_slug_char(char c)
{
    return (c >= 'a' && c <= 'z') || is_digit(c);
}

bool text_is_slug(const char *s)
{
    size_t n = strlen(s);

    if (n == 0 || n > SLUG_MAX || s[0] == '-' || s[n - 1] == '-')
        return false;
    for (size_t i = 0; i < n; i++)
        if (!is_slug_char(s[i]) && s[i] != '-')
            return false;
    return true;
}

void text_slug(const char *s, char *out, size_t cap)
{
    size_t n = 0, max = MIN(cap - 1, (size_t)SLUG_MAX);
    bool gap = false;

    for (; *s && n < max; s++) {
        char c = *s >= 'A' && *s <= 'Z' ? (char)(*s - 'A' + 'a') : *s;

        if (!is_slug_char(c)) {
            gap = n > 0;
            continue;
        }
        if (gap && n + 1 >= max)
            break;
        if (gap)
            out[n++] = '-';
        out[n++] = c;
        gap = false;
    }
    out[n] = '\0';
    if (n == 0 && max > 0)
        text_slug("device", out, cap);
}

bool text_is_utf8(const char *s, size_t n)
{
    const unsigned char *p = (const unsigned char *)s;

    for (size_t i = 0; i < n;) {
        size_t k = wr_utf8_len_(p + i, n - i);

        if (k == 0)
            return false;
        i += k;
    }
    return true;
}

/* Only the last star is ever tried again: what an earlier one could still take, the last one can
 * take as well. */
static bool match(const char *pattern, const char *end, const char *s)
{
    const char *star = NULL, *from = NULL;

    while (*s) {
        if (pattern < end && *pattern == '*') {
            star = ++pattern;
            from = s;
        } else if (pattern < end && (*pattern == '?' || *pattern == *s)) {
            pattern++;
            s++;
        } else if (star) {
            pattern = star;
            s = ++from;
        } else {
            return false;
        }
    }
    while (pattern < end && *pattern == '*')
        pattern++;
    return pattern == end;
}

bool text_match(const char *pattern, const char *s)
{
    return match(pattern, pattern + strlen(pattern), s);
}

bool text_match_list(const char *patterns, const char *s)
{
    for (;; patterns++) {
        const char *end = strchrnul(patterns, ',');

        if (match(patterns, end, s))
            return true;
        if (!*end)
            return false;
        patterns = end;
    }
}

int text_to_int(const char *s, int64_t *ret)
{
    const char *digits = *s == '-' || *s == '+' ? s + 1 : s;
    size_t n = strspn(digits, "0123456789");
    long long v;

    if (n == 0 || digits[n])
        return -EINVAL;
    errno = 0;
    v = strtoll(s, NULL, 10);
    if (errno == ERANGE)
        return -ERANGE;
    *ret = v;
    return 0;
}

/* [+-] digits [. digits] [e [+-] digits] with a digit before the exponent: no hexadecimal, no inf,
 * no nan, no space. */
static bool is_float(const char *s)
{
    size_t whole, fraction = 0;

    s += *s == '-' || *s == '+';
    whole = strspn(s, "0123456789");
    s += whole;
    if (*s == '.') {
        fraction = strspn(++s, "0123456789");
        s += fraction;
    }
    if (whole + fraction == 0)
        return false;
    if (*s == 'e' || *s == 'E') {
        s++;
        s += *s == '-' || *s == '+';
        if (!is_digit(*s))
            return false;
        s += strspn(s, "0123456789");
    }
    return *s == '\0';
}

int text_to_float(const char *s, double *ret)
{
    locale_t c;
    double v;

    if (!is_float(s))
        return -EINVAL;
    /* glibc hands out its one constant object for this: nothing is allocated. */
    c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!c)
        return -ENOMEM;
    v = strtod_l(s, NULL, c);
    freelocale(c);
    if (!isfinite(v))
        return -ERANGE;
    *ret = v;
    return 0;
}

/* What stands after the number: [space] [kMGT [i]] [B]. 0: not a unit. */
static uint64_t unit_bytes(const char *s)
{
    const char *letters = "kmgt", *at;
    uint64_t base = 1000, unit = 1;

    while (*s == ' ')
        s++;
    at = *s ? strchr(letters, *s | 0x20) : NULL;
    if (at) {
        s++;
        if (*s == 'i') {
            base = 1024;
            s++;
        }
        for (const char *p = letters; p <= at; p++)
            unit *= base;
    }
    if (*s == 'B' || *s == 'b')
        s++;
    return *s ? 0 : unit;
}

int text_to_bytes(const char *s, uint64_t *ret)
{
    uint64_t whole = 0, part = 0, scale = 1, unit;
    unsigned __int128 v;

    if (!is_digit(*s))
        return -EINVAL;
    for (; is_digit(*s); s++)
        if (__builtin_mul_overflow(whole, 10, &whole) ||
            __builtin_add_overflow(whole, (uint64_t)(*s - '0'), &whole))
            return -ERANGE;
    if (*s == '.') {
        if (!is_digit(*++s))
            return -EINVAL;
        /* Nine digits are below a byte of a gigabyte; what follows rounds down. */
        for (; is_digit(*s); s++)
            if (scale < 1000000000) {
                part = part * 10 + (uint64_t)(*s - '0');
                scale *= 10;
            }
    }
    unit = unit_bytes(s);
    if (unit == 0 || (unit == 1 && scale > 1))
        return -EINVAL;
    v = (unsigned __int128)whole * unit + (unsigned __int128)part * unit / scale;
    if (v > UINT64_MAX)
        return -ERANGE;
    *ret = (uint64_t)v;
    return 0;
}

int text_hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

void text_hex(const uint8_t *bytes, size_t n, char *out)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < n; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[2 * n] = '\0';
}

size_t text_cut(const char *s, size_t n, size_t max)
{
    size_t keep = max;

    if (n <= max)
        return n;
    while (keep > 0 && max - keep < 4 && ((unsigned char)s[keep] & 0xC0) == 0x80)
        keep--;
    return ((unsigned char)s[keep] & 0xC0) == 0x80 ? max : keep;
}
