/* span.c - see span.h. No locale, no allocation. */
#include "span.h"

#include <errno.h>
#include <string.h>

/* What stands for bytes that are no text. */
#define REPLACEMENT 0xfffdu

bool span_is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct span span_strip(struct span s)
{
    while (s.n > 0 && span_is_blank(s.at[0]))
        s.at++, s.n--;
    while (s.n > 0 && span_is_blank(s.at[s.n - 1]))
        s.n--;
    return s;
}

struct span span_word(struct span *rest)
{
    while (rest->n > 0 && span_is_blank(rest->at[0]))
        rest->at++, rest->n--;
    struct span word = {rest->at, 0};
    while (rest->n > 0 && !span_is_blank(rest->at[0]))
        rest->at++, rest->n--, word.n++;
    return word;
}

bool span_is(struct span s, const char *text)
{
    return s.n == strlen(text) && memcmp(s.at, text, s.n) == 0;
}

static char small(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool span_is_word(struct span s, const char *word)
{
    size_t i = 0;

    while (i < s.n && word[i] && small(s.at[i]) == word[i])
        i++;
    return i == s.n && !word[i];
}

int span_int(struct span s, int64_t *ret)
{
    bool negative = s.n > 0 && s.at[0] == '-';
    int64_t v = 0;
    if (s.n > 0 && (s.at[0] == '-' || s.at[0] == '+'))
        s.at++, s.n--;
    if (s.n == 0)
        return -EINVAL;
    for (size_t i = 0; i < s.n; i++) {
        if (s.at[i] < '0' || s.at[i] > '9')
            return -EINVAL;
        if (v > (INT64_MAX - 9) / 10)
            return -ERANGE;
        v = v * 10 + (s.at[i] - '0');
    }
    *ret = negative ? -v : v;
    return 0;
}

/* The length of the UTF-8 sequence that begins with `c`, and the least code point it may hold (no
 * overlong forms). */
static unsigned utf8_length(uint8_t c, uint32_t *ret_bits, uint32_t *ret_least)
{
    if (c < 0x80)
        return *ret_bits = c, *ret_least = 0, 1;
    if (c >= 0xc2 && c < 0xe0)
        return *ret_bits = c & 0x1f, *ret_least = 0x80, 2;
    if (c >= 0xe0 && c < 0xf0)
        return *ret_bits = c & 0x0f, *ret_least = 0x800, 3;
    if (c >= 0xf0 && c < 0xf5)
        return *ret_bits = c & 0x07, *ret_least = 0x10000, 4;
    return 0;
}

/* Its length; 0: `s` does not begin with UTF-8. */
static unsigned take_utf8(struct span s, uint32_t *ret)
{
    uint32_t v, least;
    unsigned n = s.n > 0 ? utf8_length((uint8_t)s.at[0], &v, &least) : 0;

    if (n == 0 || n > s.n)
        return 0;
    for (unsigned i = 1; i < n; i++) {
        if (((uint8_t)s.at[i] & 0xc0) != 0x80)
            return 0;
        v = v << 6 | ((uint8_t)s.at[i] & 0x3f);
    }
    if (v < least || v > 0x10ffff || (v >= 0xd800 && v < 0xe000))
        return 0;
    *ret = v;
    return n;
}

bool span_is_utf8(struct span s)
{
    uint32_t c;
    unsigned n;

    for (; s.n > 0; s.at += n, s.n -= n) {
        n = take_utf8(s, &c);
        if (n == 0)
            return false;
    }
    return true;
}

uint32_t span_code_point(struct span *s)
{
    uint32_t c = REPLACEMENT;
    unsigned n = take_utf8(*s, &c);

    n = n > 0 ? n : 1;
    s->at += n;
    s->n -= n;
    return c;
}

void span_copy(struct span s, char *out, size_t cap)
{
    size_t n = s.n < cap ? s.n : cap - 1;

    while (n < s.n && n > 0 && ((uint8_t)s.at[n] & 0xc0) == 0x80)
        n--;
    if (n > 0)
        memcpy(out, s.at, n);
    out[n] = '\0';
}

bool span_take(struct span *s, const char *text)
{
    size_t n = strlen(text);
    if (s->n < n || memcmp(s->at, text, n) != 0)
        return false;
    s->at += n;
    s->n -= n;
    return true;
}

int span_hex(struct span *s)
{
    char c = s->n > 0 ? s->at[0] : '\0', lower = (char)(c | 0x20);
    int v = c >= '0' && c <= '9' ? c - '0' : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;

    if (v >= 0)
        s->at++, s->n--;
    return v;
}

bool span_take_before_last(struct span *s, const char *text, struct span *ret)
{
    size_t n = strlen(text);
    for (size_t i = s->n; i >= n; i--) {
        if (memcmp(s->at + i - n, text, n) != 0)
            continue;
        *ret = (struct span){s->at, i - n};
        s->at += i;
        s->n -= i;
        return true;
    }
    return false;
}

struct span span_take_until(struct span *s, char c)
{
    const char *at = s->n > 0 ? memchr(s->at, c, s->n) : NULL;
    struct span taken = {s->at, at ? (size_t)(at - s->at) : s->n};

    s->at += taken.n + (at ? 1 : 0);
    s->n -= taken.n + (at ? 1 : 0);
    return taken;
}
