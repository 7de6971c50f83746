/* config_file.c - see config_file.h. */
#include "config_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/util.h"

struct reader {
    struct pi_config config;
    config_unknown_fn unknown;
    void *ctx;
    struct error *e;
};

static int refuse(struct reader *r, const struct pi_key *k)
{
    char expected[PI_CONFIG_WHY_MAX];

    pi_key_expected(k, expected, sizeof expected);
    return error_set(r->e, -EINVAL, "%s: expected %s", k->path, expected);
}

/* ["jpg", "png"] */
static int read_formats(const json_t *j, unsigned *ret)
{
    size_t i;
    json_t *item;
    unsigned formats = 0;

    if (!json_is_array(j))
        return -EINVAL;
    json_array_foreach((json_t *)j, i, item)
    {
        unsigned format = json_is_string(item)
            ? pi_format_named(json_string_value(item), json_string_length(item))
            : 0;
        if (!format)
            return -EINVAL;
        formats |= format;
    }
    *ret = formats;
    return 0;
}

static int read_value(const json_t *j, enum pi_type wanted, struct pi_value *ret)
{
    struct pi_value v = {.type = PI_BOOL};

    if (json_is_boolean(j)) {
        v.b = json_is_true(j);
    } else if (json_is_integer(j)) {
        v.type = PI_INT;
        v.i = json_integer_value(j);
    } else if (json_is_real(j)) {
        v.type = PI_FLOAT;
        v.f = json_real_value(j);
    } else if (json_is_string(j)) {
        v.type = PI_TEXT;
        v.text = (struct span){json_string_value(j), json_string_length(j)};
    } else {
        v.type = PI_FORMATS;
        if (wanted != PI_FORMATS || read_formats(j, &v.formats) < 0)
            return -EINVAL;
    }
    *ret = v;
    return 0;
}

static int read_key(struct reader *r, const struct pi_key *k, const json_t *j)
{
    char why[PI_CONFIG_WHY_MAX];
    struct pi_value v;

    if (read_value(j, k->type, &v) < 0 || pi_config_put(&r->config, k, &v, why, sizeof why) < 0)
        return refuse(r, k);
    return 0;
}

/* Is `path` the beginning of keys? */
static bool is_branch(const char *path)
{
    size_t n = strlen(path);

    for (size_t i = 0; i < pi_n_keys; i++)
        if (strncmp(pi_keys[i].path, path, n) == 0 && pi_keys[i].path[n] == '.')
            return true;
    return false;
}

static int read_object(struct reader *r, json_t *object, const char *prefix);

/* plain: the last part of the path has no dot of its own. */
static int read_member(struct reader *r, const char *path, bool plain, json_t *value)
{
    const struct pi_key *k = plain ? pi_key_find(path, strlen(path)) : NULL;

    if (k)
        return read_key(r, k, value);
    if (!plain || !is_branch(path)) {
        if (r->unknown)
            r->unknown(r->ctx, path);
        return 0;
    }
    return json_is_object(value) ? read_object(r, value, path)
                                 : error_set(r->e, -EINVAL, "%s: expected an object", path);
}

/* As deep as the table is: an unknown branch is not entered. */
static int read_object(struct reader *r, json_t *object, const char *prefix)
{
    const char *name;
    json_t *value;

    json_object_foreach(object, name, value)
    {
        char path[256];
        int n = snprintf(path, sizeof path, "%s%s%s", prefix, *prefix ? "." : "", name);
        if (n >= (int)sizeof path)
            return error_set(r->e, -EINVAL, "a key of more than %zu bytes", sizeof path - 1);
        int result = read_member(r, path, !strchr(name, '.'), value);
        if (result < 0)
            return result;
    }
    return 0;
}

int config_parse(const char *text, size_t n, struct pi_config *config, config_unknown_fn unknown,
    void *ctx, struct error *e)
{
    struct error ours = ERROR_NULL;
    struct reader r = {.config = *config, .unknown = unknown, .ctx = ctx, .e = e ? e : &ours};
    _cleanup_(json_freep) json_t *root = json_read(text, n, r.e);

    if (!root)
        return r.e->code < 0 ? r.e->code : -EINVAL;
    if (!json_is_object(root))
        return error_set(r.e, -EINVAL, "expected an object");
    int result = read_object(&r, root, "");
    if (result >= 0)
        *config = r.config;
    return result;
}

int config_read(const char *path, struct pi_config *config, config_unknown_fn unknown, void *ctx,
    struct error *e)
{
    _cleanup_(closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
    _cleanup_(freep) char *text = malloc(CONFIG_FILE_MAX_BYTES + 1);
    size_t n = 0;
    ssize_t k = 0;

    if (fd < 0)
        return error_set(e, -errno, "%s: %s", path, error_name(-errno));
    if (!text)
        return error_set(e, -ENOMEM, "no memory");
    while (
        n <= CONFIG_FILE_MAX_BYTES && (k = read(fd, text + n, CONFIG_FILE_MAX_BYTES + 1 - n)) > 0)
        n += (size_t)k;
    if (k < 0)
        return error_set(e, -errno, "%s: %s", path, error_name(-errno));
    if (n > CONFIG_FILE_MAX_BYTES)
        return error_set(e, -EINVAL, "%s: longer than %u bytes", path, CONFIG_FILE_MAX_BYTES);
    int r = config_parse(text, n, config, unknown, ctx, e);
    return r < 0 ? error_prefix(e, "%s", path) : 0;
}

int config_assign(const char *text, struct pi_config *config, struct error *e)
{
    const char *equals = strchr(text, '=');
    const struct pi_key *k = equals ? pi_key_find(text, (size_t)(equals - text)) : NULL;
    char why[PI_CONFIG_WHY_MAX];

    if (!equals)
        return error_set(e, -EINVAL, "\"%s\" is not key=value", text);
    if (!k)
        return error_set(e, -EINVAL, "there is no setting %.*s", (int)(equals - text), text);
    if (pi_config_set(config, k, (struct span){equals + 1, strlen(equals + 1)}, why, sizeof why) <
        0)
        return error_set(e, -EINVAL, "%s: expected %s", k->path, why);
    return 0;
}
