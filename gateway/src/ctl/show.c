#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "ctl/ctl.h"
#include "loop/loop.h"

/* Deeper is shown as JSON. */
#define MAX_NESTING 4
/* Of one name in "a.b.c"; longer ones are cut. */
#define MAX_NAME_BYTES 64
#define PATH_BYTES (MAX_NESTING * (MAX_NAME_BYTES + 1))

enum ctl_exit ctl_print_json(struct ctl *c, const json_t *j)
{
    _cleanup_(freep) char *text = json_dumps(j, JSON_INDENT(2) | JSON_ENCODE_ANY);

    if (!text)
        return ctl_fail(c, CTL_REFUSED, "out of memory");
    fprintf(c->out, "%s\n", text);
    return CTL_OK;
}

void ctl_print_line(struct ctl *c, const json_t *j)
{
    _cleanup_(freep) char *line = json_text(j);

    if (line)
        fprintf(c->out, "%s\n", line);
}

enum ctl_exit ctl_print_items(struct ctl *c, json_t *items)
{
    _cleanup_(json_freep) json_t *list = json_pack("{s:O,s:n}", "items", items, "next");

    return ctl_print_json(c, list);
}

#define ELLIPSIS "…"

/* Cut at `cap`, control characters replaced: a device's name must not move the cursor. */
static const char *clean(const char *text, char *out, size_t cap)
{
    size_t n = text_cut(text, strlen(text), cap - 1);

    memcpy(out, text, n);
    out[n] = '\0';
    for (char *s = out; *s; s++) {
        if ((unsigned char)*s < 0x20 || *s == 0x7F)
            *s = '?';
    }
    return out;
}

/* The same, and what was cut says so. */
static const char *clean_text(const char *text, char *out, size_t cap)
{
    size_t n;

    clean(text, out, cap);
    if (text[strlen(out)] == '\0' || cap < sizeof ELLIPSIS)
        return out;
    n = text_cut(text, strlen(text), cap - sizeof ELLIPSIS);
    memcpy(out + n, ELLIPSIS, sizeof ELLIPSIS);
    return out;
}

static bool is_nothing(const json_t *j)
{
    return !j || json_is_null(j) || (json_is_string(j) && json_string_length(j) == 0);
}

const char *ctl_text(const json_t *j, char *out, size_t cap)
{
    _cleanup_(freep) char *text = NULL;

    if (is_nothing(j))
        return clean("-", out, cap);
    if (json_is_string(j))
        return clean_text(json_string_value(j), out, cap);
    text = json_text(j);
    return clean_text(text ? text : "?", out, cap);
}

const char *ctl_member(const json_t *object, const char *key, char *out, size_t cap)
{
    return ctl_text(json_object_get(object, key), out, cap);
}

const char *ctl_ago(const struct ctl *c, const json_t *time, char *out, size_t cap)
{
    static const struct {
        int64_t seconds;
        const char *unit;
    } units[] = {{86400, "d"}, {3600, "h"}, {60, "min"}, {0, "s"}};
    const char *text = json_string_value(time);
    int64_t at, s;
    size_t i = 0;

    if (!text || clock_parse(text, &at) < 0)
        return clean("-", out, cap);
    s = MAX((loop_wall_us(c->loop) - at) / US_PER_S, 0);
    while (s < 2 * units[i].seconds)
        i++;
    snprintf(out, cap, "%lld %s ago", (long long)(units[i].seconds ? s / units[i].seconds : s),
        units[i].unit);
    return out;
}

/* `path` has PATH_BYTES, of which the first n are this value's own name. */
static void print_member(
    struct ctl *c, const char *indent, char *path, size_t n, const json_t *value, unsigned depth)
{
    char text[1024];
    const char *key;
    json_t *member;

    if (!json_is_object(value) || json_object_size(value) == 0 || depth == MAX_NESTING) {
        fprintf(c->out, "%s%s: %s\n", indent, path, ctl_text(value, text, sizeof text));
        return;
    }
    json_object_foreach((json_t *)value, key, member)
    {
        path[n] = '.';
        clean(key, path + n + 1, MAX_NAME_BYTES + 1);
        print_member(c, indent, path, strlen(path), member, depth + 1);
        path[n] = '\0';
    }
}

void ctl_print_members(struct ctl *c, const json_t *object, const char *indent)
{
    char path[PATH_BYTES];
    const char *key;
    json_t *member;

    json_object_foreach((json_t *)object, key, member)
    {
        clean(key, path, MAX_NAME_BYTES + 1);
        print_member(c, indent, path, strlen(path), member, 1);
    }
}
