/* driver_table.c - are a loaded driver's tables sound? What is checked here need not be checked
 * anywhere else. */
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "config/param.h"
#include "device/driver.h"

/* Most rows of a table; enough for anything that a person can overlook, and a table without an end
 * is found. */
#define MAX_ROWS 256
#define MAX_STATE_BYTES (16u << 20)

static bool is_name(const char *s)
{
    size_t n = s ? strlen(s) : 0;

    return n > 0 && n <= WR_NAME_MAX && strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_.") == n;
}

static int check_params(const struct wr_param *rows, const char *what, struct error *e)
{
    for (size_t i = 0; rows && rows[i].key; i++) {
        int r;

        if (i >= PARAM_MAX_ROWS)
            return error_set(e, -EINVAL, "%s: more than %d rows, or no end", what, PARAM_MAX_ROWS);
        r = param_check_row(&rows[i], e);
        if (r < 0)
            return error_prefix(e, "%s", what);
        for (size_t k = 0; k < i; k++) {
            if (strcmp(rows[k].key, rows[i].key) == 0)
                return error_set(e, -EINVAL, "%s: \"%s\" stands twice", what, rows[i].key);
        }
    }
    return 0;
}

static int check_commands(const struct wr_kind *kind, struct error *e)
{
    for (size_t i = 0; kind->commands && kind->commands[i].name; i++) {
        const struct wr_command *c = &kind->commands[i];
        char what[WR_NAME_MAX * 2 + 32];
        int r;

        if (i >= MAX_ROWS)
            return error_set(
                e, -EINVAL, "kind \"%s\": more than %d commands, or no end", kind->name, MAX_ROWS);
        if (!is_name(c->name))
            return error_set(
                e, -EINVAL, "kind \"%s\": \"%.80s\" is no name for a command", kind->name, c->name);
        for (size_t k = 0; k < i; k++) {
            if (strcmp(kind->commands[k].name, c->name) == 0)
                return error_set(
                    e, -EINVAL, "kind \"%s\": command \"%s\" stands twice", kind->name, c->name);
        }
        snprintf(what, sizeof what, "command \"%s\"", c->name);
        r = check_params(c->args, what, e);
        if (r < 0)
            return r;
    }
    return 0;
}

static int check_attributes(const struct wr_kind *kind, struct error *e)
{
    for (size_t i = 0; kind->attributes && kind->attributes[i].key; i++) {
        const struct wr_attribute *a = &kind->attributes[i];

        if (i >= MAX_ROWS)
            return error_set(e, -EINVAL, "kind \"%s\": more than %d attributes, or no end",
                kind->name, MAX_ROWS);
        if (!is_name(a->key) || a->type < WR_BOOL || a->type > WR_LIST)
            return error_set(e, -EINVAL,
                "kind \"%s\": attribute \"%.80s\" has no sound key or type", kind->name, a->key);
        if (param_find(kind->settings, a->key, NULL))
            return error_set(e, -EINVAL, "kind \"%s\": \"%s\" is a setting and an attribute",
                kind->name, a->key);
        for (size_t k = 0; k < i; k++) {
            if (strcmp(kind->attributes[k].key, a->key) == 0)
                return error_set(
                    e, -EINVAL, "kind \"%s\": attribute \"%s\" stands twice", kind->name, a->key);
        }
    }
    return 0;
}

static int check_topics(const struct wr_kind *kind, struct error *e)
{
    for (size_t i = 0; kind->topics && kind->topics[i].type; i++) {
        if (i >= MAX_ROWS)
            return error_set(
                e, -EINVAL, "kind \"%s\": more than %d topics, or no end", kind->name, MAX_ROWS);
        if (!is_name(kind->topics[i].type) || !strchr(kind->topics[i].type, '.'))
            return error_set(e, -EINVAL,
                "kind \"%s\": \"%.80s\" is no event type (like \"camera.night\")", kind->name,
                kind->topics[i].type);
    }
    return 0;
}

static int check_kind(const struct wr_kind *kind, struct error *e)
{
    int r;

    if (!text_is_slug(kind->name))
        return error_set(e, -EINVAL,
            "\"%.80s\" is no name for a kind: lower-case letters, digits and hyphens", kind->name);
    if (kind->state_size > MAX_STATE_BYTES)
        return error_set(e, -EINVAL, "kind \"%s\": a state of %zu bytes is too large", kind->name,
            kind->state_size);
    if ((r = check_params(kind->settings, "settings", e)) < 0 ||
        (r = check_attributes(kind, e)) < 0 || (r = check_commands(kind, e)) < 0 ||
        (r = check_topics(kind, e)) < 0)
        return r;
    return 0;
}

static int check_matches(const struct wr_driver *t, struct error *e)
{
    for (size_t i = 0; t->matches && t->matches[i].bus; i++) {
        const struct wr_match *m = &t->matches[i];

        if (i >= MAX_ROWS)
            return error_set(e, -EINVAL, "more than %d matches, or no end", MAX_ROWS);
        if (strcmp(m->bus, "auto") != 0 && (!m->key || !m->pattern))
            return error_set(e, -EINVAL, "a match on bus \"%.40s\" has no key or pattern", m->bus);
    }
    return 0;
}

int driver_table_check(const struct wr_driver *t, struct error *e)
{
    int r;

    if (!t->name || !text_is_slug(t->name))
        return error_set(
            e, -EINVAL, "the driver's name is not made of lower-case letters, digits and hyphens");
    if (!t->version || !t->summary)
        return error_set(e, -EINVAL, "the driver has no version or no summary");
    if (!t->start)
        return error_set(e, -EINVAL, "the driver has no start()");
    if (!t->kinds || !t->kinds[0].name)
        return error_set(e, -EINVAL, "the driver names no kind of device");
    if ((r = check_matches(t, e)) < 0 || (r = check_params(t->options, "options", e)) < 0)
        return r;
    for (size_t i = 0; t->kinds[i].name; i++) {
        if (i >= MAX_ROWS)
            return error_set(e, -EINVAL, "more than %d kinds, or no end", MAX_ROWS);
        if ((r = check_kind(&t->kinds[i], e)) < 0)
            return r;
        for (size_t k = 0; k < i; k++) {
            if (strcmp(t->kinds[k].name, t->kinds[i].name) == 0)
                return error_set(e, -EINVAL, "kind \"%s\" stands twice", t->kinds[i].name);
        }
        if (t->kinds[i].settings && !t->configure)
            return error_set(e, -EINVAL,
                "kind \"%s\" has settings, but the driver has no configure()", t->kinds[i].name);
        if (t->kinds[i].commands && !t->run)
            return error_set(e, -EINVAL, "kind \"%s\" has commands, but the driver has no run()",
                t->kinds[i].name);
    }
    return 0;
}
