#include "http/range.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

/* Digits at *s as a number, held at the top; false: none. Moves *s on. */
static bool range_number(const char **s, uint64_t *ret)
{
    uint64_t n = 0;
    const char *from = *s;

    for (; **s >= '0' && **s <= '9'; (*s)++)
        n = n > UINT64_MAX / 10 - 1 ? UINT64_MAX / 10 : n * 10 + (uint64_t)(**s - '0');
    *ret = n;
    return *s > from;
}

/* "-n": the last n bytes. */
static enum range_kind range_suffix(
    const char *s, uint64_t n, uint64_t *ret_first, uint64_t *ret_last)
{
    uint64_t count;

    if (!range_number(&s, &count) || *s)
        return RANGE_WHOLE;
    if (count == 0 || n == 0)
        return RANGE_UNSATISFIABLE;
    *ret_first = count < n ? n - count : 0;
    *ret_last = n - 1;
    return RANGE_PART;
}

enum range_kind range_parse(const char *header, uint64_t n, uint64_t *ret_first, uint64_t *ret_last)
{
    uint64_t first, last = UINT64_MAX;
    const char *s = header;

    if (!s || strncasecmp(s, "bytes=", 6) != 0)
        return RANGE_WHOLE;
    s += 6;
    if (*s == '-')
        return range_suffix(s + 1, n, ret_first, ret_last);
    if (!range_number(&s, &first) || *s++ != '-')
        return RANGE_WHOLE;
    if (*s && (!range_number(&s, &last) || last < first))
        return RANGE_WHOLE;
    if (*s)
        return RANGE_WHOLE;
    if (first >= n)
        return RANGE_UNSATISFIABLE;
    *ret_first = first;
    *ret_last = last < n ? last : n - 1;
    return RANGE_PART;
}

bool range_if(const char *if_range, const char *etag)
{
    return !if_range || (etag && if_range[0] == '"' && strcmp(if_range, etag) == 0);
}

static const char *without_weak(const char *tag)
{
    return strncmp(tag, "W/", 2) == 0 ? tag + 2 : tag;
}

static bool among(const char *list, const char *etag, bool weak)
{
    size_t n = strlen(etag);

    if (strcmp(list, "*") == 0)
        return true;
    for (const char *s = list; *s;) {
        s += strspn(s, ", \t");
        s = weak ? without_weak(s) : s;
        if (strncmp(s, etag, n) == 0 && (s[n] == '\0' || strchr(", \t", s[n])))
            return true;
        s += strcspn(s, ",");
    }
    return false;
}

bool etag_among(const char *if_none_match, const char *etag)
{
    return if_none_match && etag && among(if_none_match, without_weak(etag), true);
}

bool etag_allows(const char *if_match, const char *etag)
{
    return !if_match || (etag && among(if_match, etag, false));
}
