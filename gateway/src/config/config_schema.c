/* config_schema.c - the table as a JSON Schema, for editors that complete and check warren.yaml. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "config/config.h"
#include "config/config_devices.h"

/* The schema is ours and grows with the table: ten times what it is now. */
#define SCHEMA_MAX_BYTES (64u << 10)

static void put(struct wr_json *j, const char *key, const char *value)
{
    wr_json_key(j, key);
    wr_json_string(j, value);
}

static void put_types(struct wr_json *j, const char *a, const char *b)
{
    wr_json_key(j, "type");
    wr_json_array(j);
    wr_json_string(j, a);
    wr_json_string(j, b);
    wr_json_end(j);
}

/* A text that YAML may read as a number: sizes ("0") and ports ("8080"). */
static void write_text_or_integer(
    struct wr_json *j, const struct config_option *o, const char *pattern)
{
    wr_json_object(j);
    put_types(j, "string", "integer");
    put(j, "description", o->param.help);
    put(j, "default", o->param.def);
    put(j, "pattern", pattern);
    wr_json_end(j);
}

static void write_option(struct wr_json *j, const struct config_option *o)
{
    struct wr_param p = o->param;

    if (o->built_in)
        p.def = NULL;
    wr_json_key(j, p.key);
    if (o->kind == CONFIG_AS_BYTES)
        write_text_or_integer(j, o, "^[0-9]+(\\.[0-9]+)? *([kKmMgGtT]i?)?[bB]?$");
    else if (o->kind == CONFIG_AS_LISTEN)
        write_text_or_integer(j, o, "^([0-9.]+:|localhost:|\\[[0-9a-fA-F:.]+\\]:)?[0-9]{1,5}$");
    else
        param_schema(j, &p);
}

/* A section in which everything is commented out is null. */
static void begin_section(struct wr_json *j, const char *name)
{
    wr_json_key(j, name);
    wr_json_object(j);
    put_types(j, "object", "null");
}

static void no_more_keys(struct wr_json *j)
{
    wr_json_key(j, "additionalProperties");
    wr_json_bool(j, false);
}

static size_t section_length(const char *path)
{
    return strcspn(path, ".");
}

static bool same_section(const struct config_option *a, const struct config_option *b)
{
    size_t n = section_length(a->path);

    return n == section_length(b->path) && memcmp(a->path, b->path, n) == 0;
}

/* Options of one section stand together in the table. Returns how many it wrote. */
static size_t write_section(struct wr_json *j, const struct config_option *first, size_t n)
{
    char section[64];
    size_t i = 0;

    snprintf(section, sizeof section, "%.*s", (int)section_length(first->path), first->path);
    begin_section(j, section);
    no_more_keys(j);
    wr_json_key(j, "properties");
    wr_json_object(j);
    for (; i < n && same_section(first, &first[i]); i++)
        write_option(j, &first[i]);
    wr_json_end(j);
    wr_json_end(j);
    return i;
}

/* What a driver takes is not known here: any key with a value or a list of texts. */
static void write_pairs(struct wr_json *j, const char *key, const char *description)
{
    static const char *const types[] = {"string", "number", "boolean", "array"};

    begin_section(j, key);
    put(j, "description", description);
    wr_json_key(j, "additionalProperties");
    wr_json_object(j);
    wr_json_key(j, "type");
    wr_json_array(j);
    for (size_t i = 0; i < N_ELEMENTS(types); i++)
        wr_json_string(j, types[i]);
    wr_json_end(j);
    wr_json_end(j);
    wr_json_end(j);
}

static void write_required(struct wr_json *j)
{
    wr_json_key(j, "required");
    wr_json_array(j);
    for (const struct wr_param *p = CONFIG_DEVICE_ROWS; p->key; p++) {
        if (p->flags & WR_REQUIRED)
            wr_json_string(j, p->key);
    }
    wr_json_end(j);
}

static void write_device(struct wr_json *j)
{
    wr_json_object(j);
    put(j, "type", "object");
    no_more_keys(j);
    write_required(j);
    wr_json_key(j, "properties");
    wr_json_object(j);
    for (const struct wr_param *p = CONFIG_DEVICE_ROWS; p->key; p++) {
        wr_json_key(j, p->key);
        param_schema(j, p);
    }
    write_pairs(j, "options", "How to reach it; the driver's page lists the keys.");
    write_pairs(j, "settings", "What it shall be set to; the driver's page lists the keys.");
    wr_json_end(j);
    wr_json_end(j);
}

static void write_devices(struct wr_json *j)
{
    begin_section(j, "devices");
    put(j, "description",
        "Devices by id. What stands here is owned by this file and cannot be changed elsewhere.");
    no_more_keys(j);
    wr_json_key(j, "patternProperties");
    wr_json_object(j);
    wr_json_key(j, "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$");
    write_device(j);
    wr_json_end(j);
    wr_json_end(j);
}

static void write_schema(struct wr_json *j)
{
    size_t n;
    const struct config_option *options = config_options(&n);

    wr_json_object(j);
    put(j, "$schema", "https://json-schema.org/draft/2020-12/schema");
    put(j, "title", "warren.yaml");
    put_types(j, "object", "null");
    no_more_keys(j);
    wr_json_key(j, "properties");
    wr_json_object(j);
    for (size_t i = 0; i < n;)
        i += write_section(j, &options[i], n - i);
    write_devices(j);
    wr_json_end(j);
    wr_json_end(j);
}

/* Indented, as it is committed and read. */
static int print(const struct buf *compact, struct buf *out)
{
    struct error e = ERROR_NULL;
    _cleanup_(json_freep) json_t *j = json_read((const char *)buf_data(compact), compact->len, &e);
    _cleanup_(freep) char *text = j ? json_dumps(j, JSON_INDENT(2)) : NULL;

    return text ? buf_printf(out, "%s\n", text) : -ENOMEM;
}

int config_schema(struct buf *out)
{
    _cleanup_(buf_fini) struct buf compact = BUF_INIT(SCHEMA_MAX_BYTES);
    struct wr_json j = buf_json(&compact);
    int r;

    write_schema(&j);
    r = buf_json_end(&compact, &j);
    return r < 0 ? r : print(&compact, out);
}
