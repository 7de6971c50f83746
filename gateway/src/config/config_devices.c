#include "config/config_devices.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/suggest.h"
#include "base/text.h"
#include "config/config_fill.h"
#include "config/param_refuse.h"

/* "devices.<id>.options.<key>", of which id and key have at most 63 bytes when they are right. */
#define KEY_MAX_BYTES 224

const char *const CONFIG_FLOWS[] = {
    [CONFIG_FLOW_OFF] = "off", [CONFIG_FLOW_ON] = "on", [CONFIG_FLOW_DEVICE] = "device", NULL};

enum row { ROW_DRIVER, ROW_NAME, ROW_ENABLED, ROW_FLOW };

const struct wr_param CONFIG_DEVICE_ROWS[] = {
    {.key = "driver",
        .type = WR_STRING,
        .flags = WR_REQUIRED,
        .min = 1,
        .max = WR_NAME_MAX,
        .help = "The driver that speaks to it: the name of a file in plugins.folder, without .so."},
    {.key = "name",
        .type = WR_STRING,
        .min = 1,
        .max = 128,
        .help = "What people read; the id when there is none."},
    {.key = "enabled",
        .type = WR_BOOL,
        .def = "true",
        .help = "false: it is known and not connected to."},
    {.key = "flow",
        .type = WR_STRING,
        .choices = CONFIG_FLOWS,
        .def = "device",
        .help = "Who looks for motion in a camera's pictures. off: nobody; on: the gateway, also "
                "while nobody watches; device: the camera, where it can."},
    {0},
};

int config_flow_of(const char *word, enum config_flow *ret, struct error *e)
{
    for (unsigned i = 0; CONFIG_FLOWS[i]; i++) {
        if (strcmp(word, CONFIG_FLOWS[i]) == 0) {
            *ret = i;
            return 0;
        }
    }
    return error_set(e, -EINVAL, "flow: expected one of off, on, device, got \"%.60s\"", word);
}

struct reader {
    struct config_device *device;
    struct config_problems *problems;
    char path[96]; /* "devices.porch" */
};

static void problem(const struct reader *r, struct yaml_place at, const char *key, const char *text)
{
    char path[KEY_MAX_BYTES];

    snprintf(path, sizeof path, "%s%s%s", r->path, *key ? "." : "", key);
    config_problem_add(r->problems, false, at.line, at.column, path, "%s", text);
}

static void no_memory(const struct reader *r, struct yaml_place at)
{
    problem(r, at, "", "out of memory");
}

/* --- options and settings --------------------------------------------------------------------- */

static void read_pair(const struct reader *r, const struct yaml_tree *map,
    const struct yaml_tree *t, struct config_pair *ret)
{
    char key[KEY_MAX_BYTES * 2], quoted[80];

    snprintf(
        key, sizeof key, "%s.%s.%s", r->path, map->key, param_quote(t->key, quoted, sizeof quoted));
    *ret = (struct config_pair){
        .key = strdup(t->key),
        .list = t->kind == YAML_TREE_LIST,
        .line = t->at.line,
        .column = t->at.column,
    };
    if (t->kind == YAML_TREE_MAP)
        config_problem_add(r->problems, false, t->at.line, t->at.column, key,
            "expected a value, got a map; a key with dots is written as one (night.enable: true)");
    else
        ret->text = config_text_of(t, key, r->problems);
    if (!ret->key || !ret->text) {
        free(ret->key);
        free(ret->text);
        *ret = (struct config_pair){0};
        if (r->problems->n_errors == 0)
            no_memory(r, t->at);
    }
}

static void read_pairs(
    const struct reader *r, const struct yaml_tree *map, struct config_pair **ret, size_t *ret_n)
{
    if (yaml_tree_is_nothing(map))
        return;
    if (map->kind != YAML_TREE_MAP) {
        problem(r, map->at, map->key, "expected a map of keys");
        return;
    }
    *ret = calloc(map->n_children + 1, sizeof **ret);
    if (!*ret) {
        no_memory(r, map->at);
        return;
    }
    for (size_t i = 0; i < map->n_children; i++) {
        read_pair(r, map, &map->children[i], &(*ret)[*ret_n]);
        *ret_n += (*ret)[*ret_n].key != NULL;
    }
}

/* --- one device ------------------------------------------------------------------------------- */

static void unknown_key(const struct reader *r, const struct yaml_tree *t)
{
    static const char *const maps[] = {"options", "settings"};
    struct suggest near = {.wanted = t->key};
    char text[192], hint[96], quoted[80];

    for (size_t i = 0; CONFIG_DEVICE_ROWS[i].key; i++)
        suggest_offer(&near, CONFIG_DEVICE_ROWS[i].key);
    for (size_t i = 0; i < N_ELEMENTS(maps); i++)
        suggest_offer(&near, maps[i]);
    suggest_text(&near, hint, sizeof hint);
    snprintf(text, sizeof text, "is not known%s",
        *hint ? hint : "; what the driver takes belongs under options: or settings:");
    problem(r, t->key_at, param_quote(t->key, quoted, sizeof quoted), text);
}

static void take_value(struct config_device *d, struct param_value *v, size_t row)
{
    if (row == ROW_DRIVER)
        d->driver = steal(v->text);
    else if (row == ROW_NAME)
        d->name = steal(v->text);
    else if (row == ROW_ENABLED)
        d->enabled = v->v.b;
    else
        config_flow_of(v->text, &d->flow, NULL);
    d->gives_name |= row == ROW_NAME;
    d->gives_enabled |= row == ROW_ENABLED;
    param_value_fini(v);
}

static void read_row(
    const struct reader *r, const struct yaml_tree *t, const struct wr_param *p, size_t row)
{
    struct param_value v = {0};
    struct error e = ERROR_NULL;
    bool text = t->kind == YAML_TREE_TEXT && !yaml_tree_is_nothing(t);

    if ((text ? param_from_text(p, t->text, &v, &e) : param_refuse(p, yaml_tree_what(t), &e)) < 0) {
        problem(r, t->at, p->key, error_text(&e));
        return;
    }
    if (row == ROW_DRIVER && !text_is_slug(v.text)) {
        problem(r, t->at, p->key, "expected the name of a driver: a-z, 0-9 and hyphens");
        param_value_fini(&v);
        return;
    }
    take_value(r->device, &v, row);
    if (row == ROW_FLOW)
        r->device->flow_line = t->at.line;
}

static void read_key(const struct reader *r, const struct yaml_tree *t)
{
    struct config_device *d = r->device;
    unsigned row;

    if (strcmp(t->key, "options") == 0)
        read_pairs(r, t, &d->options, &d->n_options);
    else if (strcmp(t->key, "settings") == 0)
        read_pairs(r, t, &d->settings, &d->n_settings);
    else if (param_find(CONFIG_DEVICE_ROWS, t->key, &row))
        read_row(r, t, &CONFIG_DEVICE_ROWS[row], row);
    else
        unknown_key(r, t);
}

static void read_device(const struct reader *r, const struct yaml_tree *t)
{
    struct config_device *d = r->device;

    if (t->kind != YAML_TREE_MAP) {
        problem(r, t->key_at, "", "expected a map with at least the key driver");
        return;
    }
    for (size_t i = 0; i < t->n_children; i++)
        read_key(r, &t->children[i]);
    if (!yaml_tree_find(t, "driver"))
        problem(r, t->key_at, "", "has no driver: expected driver: <name>");
    if (!d->name)
        d->name = strdup(t->key);
    if (!d->name)
        no_memory(r, t->key_at);
}

/* --- the section ------------------------------------------------------------------------------ */

static void add_device(
    struct config *c, const struct yaml_tree *t, struct config_problems *problems)
{
    struct config_device *d = &c->devices[c->n_devices];
    struct reader r = {.device = d, .problems = problems};
    char quoted[80];

    snprintf(r.path, sizeof r.path, "devices.%s", param_quote(t->key, quoted, sizeof quoted));
    if (!text_is_slug(t->key)) {
        problem(&r, t->key_at, "",
            "the id of a device has 1 to 63 of a-z, 0-9 and hyphens, no hyphen first or last");
        return;
    }
    *d = (struct config_device){
        .id = strdup(t->key), .enabled = true, .flow = CONFIG_FLOW_DEVICE, .line = t->key_at.line};
    c->n_devices++;
    if (!d->id)
        no_memory(&r, t->key_at);
    read_device(&r, t);
}

void config_devices_read(
    struct config *c, const struct yaml_tree *section, struct config_problems *problems)
{
    const struct reader r = {.problems = problems, .path = "devices"};

    if (!section || yaml_tree_is_nothing(section))
        return;
    if (section->kind != YAML_TREE_MAP) {
        problem(&r, section->at, "", "expected a map: the id of each device, and what it is");
        return;
    }
    if (section->n_children > CONFIG_MAX_DEVICES) {
        config_problem_add(problems, false, section->at.line, section->at.column, "devices",
            "has %zu devices, at most %d are taken", section->n_children, CONFIG_MAX_DEVICES);
        return;
    }
    c->devices = calloc(section->n_children + 1, sizeof *c->devices);
    for (size_t i = 0; c->devices && i < section->n_children; i++)
        add_device(c, &section->children[i], problems);
    if (!c->devices)
        no_memory(&r, section->at);
}
