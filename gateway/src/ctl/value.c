#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/suggest.h"
#include "base/text.h"
#include "ctl/ctl.h"

/* --- one value -------------------------------------------------------------------------------- */

static json_t *read_bool(const char *text)
{
    static const char *const words[] = {"false", "true", "no", "yes", "off", "on", "0", "1"};

    for (size_t i = 0; i < N_ELEMENTS(words); i++) {
        if (strcasecmp(text, words[i]) == 0)
            return json_boolean(i % 2);
    }
    return NULL;
}

static json_t *read_int(const char *text)
{
    int64_t v;

    return text_to_int(text, &v) < 0 ? NULL : json_integer(v);
}

static json_t *read_float(const char *text)
{
    double v;

    return text_to_float(text, &v) < 0 ? NULL : json_real(v);
}

static json_t *read_list(const char *text)
{
    json_t *list = json_array();

    while (*text) {
        size_t n = strcspn(text, ",");

        if (json_array_append_new(list, json_stringn(text, n)) < 0) {
            json_decref(list);
            return NULL;
        }
        text += n + (text[n] == ',');
    }
    return list;
}

static const struct {
    const char *type, *expected;
    json_t *(*read)(const char *text);
} TYPES[] = {
    {"bool", "true or false", read_bool},
    {"int", "an integer", read_int},
    {"float", "a number", read_float},
    {"string", "text in UTF-8", json_string},
    {"list", "a list such as a,b,c", read_list},
};

/* Range and choices are the gateway's to check: it has the sentence for them. */
static enum ctl_exit read_value(
    struct ctl *c, const json_t *row, const char *key, const char *text, json_t **ret)
{
    const char *type = json_string_value(json_object_get(row, "type"));

    for (size_t i = 0; type && i < N_ELEMENTS(TYPES); i++) {
        if (strcmp(type, TYPES[i].type) != 0)
            continue;
        *ret = TYPES[i].read(text);
        if (*ret)
            return CTL_OK;
        return ctl_fail(c, CTL_USAGE, "%s: expected %s, got \"%s\"", key, TYPES[i].expected, text);
    }
    return ctl_fail(c, CTL_USAGE, "%s: this warrenctl is too old to know its type", key);
}

/* --- KEY=VALUE -------------------------------------------------------------------------------- */

static const json_t *find_row(const json_t *rows, const char *key)
{
    size_t i;
    json_t *row;

    if (json_is_object(rows))
        return json_object_get(rows, key);
    json_array_foreach((json_t *)rows, i, row)
    {
        const char *name = json_string_value(json_object_get(row, "key"));

        if (name && strcmp(name, key) == 0)
            return row;
    }
    return NULL;
}

static void offer_rows(struct suggest *near, const json_t *rows)
{
    size_t i;
    json_t *row;
    const char *key;

    json_object_foreach((json_t *)rows, key, row) suggest_offer(near, key);
    json_array_foreach((json_t *)rows, i, row)
    {
        if (json_is_string(json_object_get(row, "key")))
            suggest_offer(near, json_string_value(json_object_get(row, "key")));
    }
}

enum ctl_exit ctl_row(
    struct ctl *c, const json_t *rows, const char *what, const char *key, const json_t **ret)
{
    struct suggest near = {.wanted = key};
    const json_t *row = find_row(rows, key);
    char hint[96];

    if (row) {
        *ret = row;
        return CTL_OK;
    }
    offer_rows(&near, rows);
    return ctl_fail(
        c, CTL_USAGE, "there is no %s \"%s\"%s", what, key, suggest_text(&near, hint, sizeof hint));
}

static enum ctl_exit add_pair(
    struct ctl *c, const json_t *rows, const char *what, const char *word, json_t *object)
{
    const char *equals = strchr(word, '=');
    _cleanup_(freep) char *key = equals ? strndup(word, (size_t)(equals - word)) : NULL;
    const json_t *row;
    json_t *value = NULL;
    enum ctl_exit code;

    if (!key)
        return ctl_fail(c, CTL_USAGE, "expected KEY=VALUE, got \"%s\"", word);
    code = ctl_row(c, rows, what, key, &row);
    if (code != CTL_OK)
        return code;
    if (json_object_get(object, key))
        return ctl_fail(c, CTL_USAGE, "%s: is given twice", key);
    code = read_value(c, row, key, equals + 1, &value);
    if (code == CTL_OK && json_object_set_new(object, key, value) < 0)
        code = ctl_fail(c, CTL_REFUSED, "out of memory");
    return code;
}

enum ctl_exit ctl_pairs(struct ctl *c, const json_t *rows, const char *what,
    const char *const *words, unsigned n, json_t **ret)
{
    _cleanup_(json_freep) json_t *object = json_object();

    for (unsigned i = 0; i < n; i++) {
        enum ctl_exit code = add_pair(c, rows, what, words[i], object);

        if (code != CTL_OK)
            return code;
    }
    *ret = steal(object);
    return CTL_OK;
}
