#include "config/config_value.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "config/param_refuse.h"

/* Packed: a bool may lie at any address. */
union __attribute__((packed)) field {
    bool b;
    int64_t i;
    uint64_t bytes;
    double f;
    char *s;
    char **list;
};

static union field *field_of(const struct config_option *o, const void *target)
{
    return (union field *)((char *)(uintptr_t)target + o->offset);
}

static bool is_bytes(const struct config_option *o)
{
    return o->kind == CONFIG_AS_BYTES;
}

/* --- lists ------------------------------------------------------------------------------------ */

static char **list_free(char **list)
{
    for (char **s = list; s && *s; s++)
        free(*s);
    free(list);
    return NULL;
}

static size_t list_count(const char *text)
{
    size_t n = *text != '\0';

    for (; *text; text++)
        n += *text == ',';
    return n;
}

/* NULL: no memory. */
static char **list_split(const char *text)
{
    size_t n = list_count(text);
    char **list = calloc(n + 1, sizeof *list);

    for (size_t i = 0; list && i < n; i++) {
        size_t len = strcspn(text, ",");

        list[i] = strndup(text, len);
        if (!list[i])
            return list_free(list);
        text += len + 1;
    }
    return list;
}

static bool list_equal(char *const *a, char *const *b)
{
    for (; *a && *b && strcmp(*a, *b) == 0; a++, b++)
        ;
    return !*a && !*b;
}

/* --- what the kinds ask beyond their row ------------------------------------------------------ */

static int refuse(const char *expected, const char *got, size_t n, struct error *e)
{
    char quoted[64];
    _cleanup_(freep) char *text = strndup(got, n);

    return error_set(e, -EINVAL, "expected %s, got \"%s\"", expected,
        param_quote(text ? text : "", quoted, sizeof quoted));
}

static int check_listen(const char *text, struct error *e)
{
    char address[64];
    uint16_t port;

    if (config_split_listen(text, address, sizeof address, &port) == 0)
        return 0;
    return refuse("address:port", text, strlen(text), e);
}

/* scheme://host or scheme://host:port, as browsers send it: compared in full, so a path or a final
 * slash would never match. */
static bool is_origin(const char *s, size_t n)
{
    static const char *const schemes[] = {"http://", "https://"};

    for (size_t i = 0; i < N_ELEMENTS(schemes); i++) {
        size_t len = strlen(schemes[i]);

        if (n > len && memcmp(s, schemes[i], len) == 0)
            return strcspn(s + len, "/?#@* \t") >= n - len;
    }
    return false;
}

static int check_origins(const char *text, struct error *e)
{
    while (*text) {
        size_t n = strcspn(text, ",");

        if (!is_origin(text, n))
            return refuse(
                "origins such as https://warren.example or http://10.0.0.5:8080", text, n, e);
        text += n + (text[n] == ',');
    }
    return 0;
}

static int check_kind(const struct config_option *o, const struct wr_value *v, struct error *e)
{
    if (o->kind == CONFIG_AS_LISTEN)
        return check_listen(v->s, e);
    if (o->kind == CONFIG_AS_ORIGINS)
        return check_origins(v->s, e);
    return 0;
}

/* --- the field -------------------------------------------------------------------------------- */

static int read_bytes(const char *text, union field *field, struct error *e)
{
    uint64_t bytes;

    if (text_to_bytes(text, &bytes) < 0)
        return refuse("a size such as 500MB or 10GiB", text, strlen(text), e);
    field->bytes = bytes;
    return 0;
}

static void take_text(union field *field, struct param_value *v)
{
    free(field->s);
    field->s = steal(v->text);
}

static int take_list(union field *field, const struct param_value *v, struct error *e)
{
    char **list = list_split(v->text);

    if (!list)
        return error_set(e, -ENOMEM, "out of memory");
    list_free(field->list);
    field->list = list;
    return 0;
}

static int take_value(union field *field, struct param_value *v, struct error *e)
{
    switch (v->v.type) {
    case WR_BOOL:
        field->b = v->v.b;
        return 0;
    case WR_INT:
        field->i = v->v.i;
        return 0;
    case WR_FLOAT:
        field->f = v->v.f;
        return 0;
    case WR_STRING:
        take_text(field, v);
        return 0;
    case WR_LIST:
        return take_list(field, v, e);
    }
    return error_set(e, -EINVAL, "the row has no type");
}

int config_value_set(const struct config_option *o, void *target, const char *text, struct error *e)
{
    struct param_value v = {0};
    int r;

    if (is_bytes(o))
        return read_bytes(text, field_of(o, target), e);
    r = param_from_text(&o->param, text, &v, e);
    if (r < 0)
        return r;
    r = check_kind(o, &v.v, e);
    if (r >= 0)
        r = take_value(field_of(o, target), &v, e);
    param_value_fini(&v);
    return r;
}

bool config_value_equal(const struct config_option *o, const void *a, const void *b)
{
    const union field *x = field_of(o, a), *y = field_of(o, b);

    if (is_bytes(o))
        return x->bytes == y->bytes;
    switch (o->param.type) {
    case WR_BOOL:
        return x->b == y->b;
    case WR_INT:
        return x->i == y->i;
    case WR_FLOAT:
        return x->f == y->f;
    case WR_STRING:
        return strcmp(x->s, y->s) == 0;
    case WR_LIST:
        return list_equal(x->list, y->list);
    }
    return true;
}

void config_value_fini(const struct config_option *o, void *target)
{
    union field *field = field_of(o, target);

    if (is_bytes(o))
        return;
    if (o->param.type == WR_STRING) {
        free(field->s);
        field->s = NULL;
    } else if (o->param.type == WR_LIST) {
        field->list = list_free(field->list);
    }
}
