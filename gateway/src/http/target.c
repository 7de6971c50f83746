#include "http/target.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/text.h"

/* The byte of "%XX" at s, of which n bytes are left; -1: no such thing. */
static int unescape(const char *s, size_t n)
{
    int high = n >= 3 ? text_hex_digit(s[1]) : -1;
    int low = high >= 0 ? text_hex_digit(s[2]) : -1;

    return low < 0 ? -1 : high << 4 | low;
}

static bool is_control(int c)
{
    return c < 0x20 || c == 0x7f;
}

/* An encoded slash would become a separator that nobody who checked the raw path saw. */
static const char *path_unescape(char *path, size_t n, size_t *ret_n)
{
    size_t to = 0;

    for (size_t at = 0; at < n; at++) {
        int c = (unsigned char)path[at];

        if (c == '%') {
            c = unescape(path + at, n - at);
            if (c < 0)
                return "a % in the path is not followed by two hex digits";
            if (c == '/')
                return "the path has an encoded slash";
            at += 2;
        } else if (c == '#') {
            return "the path has a #";
        }
        if (is_control(c))
            return "the path has a control character";
        path[to++] = (char)c;
    }
    *ret_n = to;
    return NULL;
}

/* s: a segment without its slashes. */
static bool is_dots(const char *s, size_t n)
{
    return (n == 1 && s[0] == '.') || (n == 2 && s[0] == '.' && s[1] == '.');
}

static const char *path_check(const char *path, size_t n)
{
    size_t from = 1;

    if (n == 0 || path[0] != '/')
        return "the path does not begin with a slash";
    if (!text_is_utf8(path, n))
        return "the path is not UTF-8";
    for (size_t i = 1; i <= n; i++) {
        if (i < n && path[i] != '/')
            continue;
        if (i < n && i == from)
            return "the path has an empty segment";
        if (is_dots(path + from, i - from))
            return "the path has a segment of dots";
        from = i + 1;
    }
    return NULL;
}

int target_path_decode(char *path, size_t n, const char **ret_why)
{
    size_t decoded = 0;
    const char *why = path_unescape(path, n, &decoded);

    if (!why)
        why = path_check(path, decoded);
    if (why) {
        *ret_why = why;
        return -EBADMSG;
    }
    path[decoded] = '\0';
    return (int)decoded;
}

/* One decoded character of a query; -1: bad escape. Moves *s on. */
static int query_char(const char **s, const char *end)
{
    int c = (unsigned char)**s;

    if (c == '%') {
        c = unescape(*s, (size_t)(end - *s));
        *s += 2;
    } else if (c == '+') {
        c = ' ';
    }
    *s += 1;
    return c;
}

static bool query_name_is(const char *s, const char *end, const char *name)
{
    while (s < end) {
        int c = query_char(&s, end);

        if (c <= 0 || c != (unsigned char)*name)
            return false;
        name++;
    }
    return *name == '\0';
}

/* A name or a value. */
static int query_text(const char *s, const char *end, char *out, size_t cap)
{
    size_t n = 0;

    while (s < end) {
        int c = query_char(&s, end);

        if (c <= 0)
            return -EINVAL;
        if (n + 1 >= cap)
            return -ENOBUFS;
        out[n++] = (char)c;
    }
    if (!text_is_utf8(out, n))
        return -EINVAL;
    out[n] = '\0';
    return (int)n;
}

int target_query_get(const char *query, const char *name, char *out, size_t cap)
{
    if (cap == 0)
        return -ENOBUFS;
    for (const char *s = query; *s;) {
        const char *end = s + strcspn(s, "&");
        const char *equals = memchr(s, '=', (size_t)(end - s));

        if (query_name_is(s, equals ? equals : end, name))
            return equals ? query_text(equals + 1, end, out, cap) : query_text(end, end, out, cap);
        s = *end ? end + 1 : end;
    }
    return -ENOENT;
}

int target_query_next(const char **query, char *name, size_t cap)
{
    const char *s = *query + strspn(*query, "&");
    const char *end = s + strcspn(s, "&");
    const char *equals = memchr(s, '=', (size_t)(end - s));

    *query = end;
    if (s == end)
        return -ENOENT;
    return cap == 0 ? -ENOBUFS : query_text(s, equals ? equals : end, name, cap);
}
