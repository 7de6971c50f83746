#include "base/json.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"

/* Jansson is recursive; so the depth is counted before it sees the text. Strings are all that has
 * to be understood for that. */
static int json_check_depth(const char *text, size_t n, struct error *e)
{
    unsigned depth = 0;
    size_t line = 1, line_at = 0;
    bool quoted = false;

    for (size_t i = 0; i < n; i++) {
        char c = text[i];

        if (c == '\n') {
            line++;
            line_at = i + 1;
        }
        if (quoted && c == '\\')
            i++;
        else if (c == '"')
            quoted = !quoted;
        else if (quoted)
            continue;
        else if ((c == '[' || c == '{') && ++depth > JSON_MAX_DEPTH)
            return error_set(e, -EINVAL, "line %zu, column %zu: nested deeper than %d levels", line,
                i - line_at + 1, JSON_MAX_DEPTH);
        else if ((c == ']' || c == '}') && depth > 0)
            depth--;
    }
    return 0;
}

/* Jansson quotes the input in what it says, and that may be a password: where it stands is enough. */
static void json_error(const json_error_t *from, struct error *e)
{
    const char *quote = strstr(from->text, " near '");
    size_t n = quote ? (size_t)(quote - from->text) : strlen(from->text);

    error_set(e, -EINVAL, "line %d, column %d: %.*s", from->line, from->column, (int)n, from->text);
}

json_t *json_read(const char *text, size_t n, struct error *e)
{
    json_error_t error;
    json_t *j;

    if (json_check_depth(text, n, e) < 0)
        return NULL;
    j = json_loadb(text, n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (!j)
        json_error(&error, e);
    return j;
}

static void json_write_object(struct wr_json *w, const json_t *j)
{
    const char *key;
    json_t *value;

    wr_json_object(w);
    json_object_foreach((json_t *)j, key, value)
    {
        wr_json_key(w, key);
        json_write(w, value);
    }
    wr_json_end(w);
}

static void json_write_array(struct wr_json *w, const json_t *j)
{
    wr_json_array(w);
    for (size_t i = 0; i < json_array_size(j); i++)
        json_write(w, json_array_get(j, i));
    wr_json_end(w);
}

void json_write(struct wr_json *w, const json_t *j)
{
    switch (json_typeof(j)) {
    case JSON_OBJECT:
        json_write_object(w, j);
        break;
    case JSON_ARRAY:
        json_write_array(w, j);
        break;
    case JSON_STRING:
        wr_json_string_n(w, json_string_value(j), json_string_length(j));
        break;
    case JSON_INTEGER:
        wr_json_int(w, json_integer_value(j));
        break;
    case JSON_REAL:
        wr_json_float(w, json_real_value(j));
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        wr_json_bool(w, json_is_true(j));
        break;
    case JSON_NULL:
        wr_json_null(w);
        break;
    }
}

char *json_text(const json_t *j)
{
    struct buf b = BUF_INIT(
        SIZE_MAX); /* the value is in memory already: its ceiling was checked when it came in */
    struct wr_json w = buf_json(&b);

    json_write(&w, j);
    if (buf_json_end(&b, &w) < 0) {
        buf_fini(&b);
        return NULL;
    }
    return (char *)b.base;
}
