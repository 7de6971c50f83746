#include "http/query.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"
#include "http/target.h"

/* --- names ------------------------------------------------------------------------------------ */

static int index_of(const struct wr_param *known, const char *name)
{
    for (int i = 0; known && known[i].key; i++) {
        if (strcmp(known[i].key, name) == 0)
            return i;
    }
    return -ENOENT;
}

static void list_names(const struct wr_param *known, char *out, size_t cap)
{
    size_t n = 0;

    out[0] = '\0';
    for (const struct wr_param *p = known; p && p->key && n < cap; p++)
        n += (size_t)snprintf(out + n, cap - n, "%s%s", n > 0 ? ", " : "", p->key);
}

static int unknown(const struct wr_param *known, const char *name, struct error *e)
{
    char names[ERROR_TEXT_MAX / 2];

    list_names(known, names, sizeof names);
    if (!names[0])
        return error_set(
            e, -EINVAL, "query: \"%s\" is not known; there is nothing to ask for here", name);
    return error_set(e, -EINVAL, "query: \"%s\" is not known; known are: %s", name, names);
}

int query_check(const char *query, const struct wr_param *known, struct error *e)
{
    char name[WR_NAME_MAX + 1];
    uint64_t seen = 0; /* bits by index; a route has a handful */
    int r;

    while ((r = target_query_next(&query, name, sizeof name)) != -ENOENT) {
        int i = r < 0 ? r : index_of(known, name);

        if (i == -EINVAL)
            return error_set(e, -EINVAL, "query: a name has a bad escape or is not UTF-8");
        if (i < 0)
            return unknown(known, r < 0 ? "…" : name, e);
        if (seen & UINT64_C(1) << i)
            return error_set(e, -EINVAL, "query: \"%s\" is there more than once", name);
        seen |= UINT64_C(1) << i;
    }
    return 0;
}

/* --- cursors ---------------------------------------------------------------------------------- */

void cursor_text(const int64_t *us, uint64_t id, char out[static CURSOR_TEXT_BYTES])
{
    if (us)
        snprintf(out, CURSOR_TEXT_BYTES, "%lld-%llu", (long long)*us, (unsigned long long)id);
    else
        snprintf(out, CURSOR_TEXT_BYTES, "%llu", (unsigned long long)id);
}

/* Digits only, with a minus at most, and not more than fit. */
static int parse_number(const char *s, int64_t *ret)
{
    const char *digits = *s == '-' ? s + 1 : s;

    return *digits && digits[strspn(digits, "0123456789")] == '\0' && text_to_int(s, ret) == 0
        ? 0
        : -EINVAL;
}

int cursor_parse(const char *text, int64_t *ret_us, uint64_t *ret_id)
{
    char copy[CURSOR_TEXT_BYTES];
    char *id_text = copy;
    int64_t us = 0, id = 0;

    if (snprintf(copy, sizeof copy, "%s", text) >= (int)sizeof copy)
        return -EINVAL;
    if (ret_us) {
        id_text = strrchr(copy, '-');
        if (!id_text)
            return -EINVAL;
        *id_text++ = '\0';
        if (parse_number(copy, &us) < 0)
            return -EINVAL;
    }
    if (parse_number(id_text, &id) < 0 || id <= 0)
        return -EINVAL;
    if (ret_us)
        *ret_us = us;
    *ret_id = (uint64_t)id;
    return 0;
}
