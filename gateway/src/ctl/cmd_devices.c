/* cmd_devices.c - `devices` and `device`. */
#include <string.h>

#include "ctl/ctl.h"
#include "ctl/table.h"

/* A sentence of the gateway's fits. */
#define CELL 1024

static enum table_colour state_colour(const json_t *device)
{
    const char *state = json_string_value(json_object_get(device, "state"));

    if (state && strcmp(state, "online") == 0)
        return TABLE_GREEN;
    if (state && (strcmp(state, "error") == 0 || strcmp(state, "offline") == 0))
        return TABLE_RED;
    return TABLE_YELLOW;
}

static void add_device(struct ctl *c, struct table *t, const json_t *device)
{
    char text[CELL];

    table_add(t, TABLE_BOLD, ctl_member(device, "id", text, sizeof text));
    table_add(t, TABLE_PLAIN, ctl_member(device, "name", text, sizeof text));
    table_add(t, TABLE_PLAIN, ctl_member(device, "kind", text, sizeof text));
    table_add(t, state_colour(device), ctl_member(device, "state", text, sizeof text));
    table_add(t, TABLE_PLAIN, ctl_ago(c, json_object_get(device, "last_seen"), text, sizeof text));
    table_add(t, TABLE_PLAIN, ctl_member(device, "why", text, sizeof text));
}

enum ctl_exit ctl_devices(struct ctl *c, const struct ctl_args *args)
{
    static const char *const heads[] = {"ID", "NAME", "KIND", "STATE", "SEEN", "WHY", NULL};
    _cleanup_(table_fini) struct table t = table_new(heads);
    _cleanup_(json_freep) json_t *items = NULL;
    enum ctl_exit code = ctl_list(c, "/api/v1/devices", 0, &items);
    size_t i;
    json_t *device;

    if (code != CTL_OK)
        return code;
    if (c->json)
        return ctl_print_items(c, items);
    if (json_array_size(items) == 0) {
        fprintf(c->err, "No devices yet. `warrenctl found` shows what was seen.\n");
        return CTL_OK;
    }
    json_array_foreach(items, i, device) add_device(c, &t, device);
    return table_print(&t, c->out, c->colour) < 0 ? ctl_fail(c, CTL_REFUSED, "out of memory")
                                                  : CTL_OK;
}

/* --- one -------------------------------------------------------------------------------------- */

static void head(struct ctl *c, const char *text)
{
    fputc('\n', c->out);
    table_paint(c->out, c->colour, TABLE_BOLD, text);
    fputc('\n', c->out);
}

/* "12.5 %" */
static const char *with_unit(const json_t *value, const json_t *row, char *out, size_t cap)
{
    char unit[32];
    size_t n;

    ctl_text(value, out, cap);
    n = strlen(out);
    if (!json_is_null(value) && json_is_string(json_object_get(row, "unit")))
        snprintf(out + n, cap - n, " %s", ctl_member(row, "unit", unit, sizeof unit));
    return out;
}

static void print_identity(struct ctl *c, const json_t *device)
{
    static const char *const keys[] = {
        "id", "name", "kind", "driver", "state", "why", "parent", "enabled", "flow", "owner"};
    char text[CELL];

    for (size_t i = 0; i < N_ELEMENTS(keys); i++) {
        const json_t *value = json_object_get(device, keys[i]);

        if (!value || json_is_null(value))
            continue;
        fprintf(c->out, "%-10s ", keys[i]);
        table_paint(c->out, c->colour,
            strcmp(keys[i], "state") == 0 ? state_colour(device) : TABLE_PLAIN,
            ctl_text(value, text, sizeof text));
        fputc('\n', c->out);
    }
    fprintf(c->out, "%-10s %s\n", "last seen",
        ctl_ago(c, json_object_get(device, "last_seen"), text, sizeof text));
}

static void print_options(struct ctl *c, const json_t *options)
{
    static const char *const heads[] = {"OPTION", "IS", "BY", "", NULL};
    _cleanup_(table_fini) struct table t = table_new(heads);
    const char *key;
    json_t *o;

    if (json_object_size(options) == 0)
        return;
    json_object_foreach((json_t *)options, key, o)
    {
        char text[CELL];
        bool secret = json_is_true(json_object_get(o, "secret"));

        table_add(&t, TABLE_BOLD, key);
        table_add(&t, TABLE_PLAIN,
            secret ? "(secret)" : with_unit(json_object_get(o, "value"), o, text, sizeof text));
        table_add(&t, TABLE_PLAIN, ctl_member(o, "owner", text, sizeof text));
        table_add(&t, TABLE_DIM, ctl_member(o, "help", text, sizeof text));
    }
    fputc('\n', c->out);
    table_print(&t, c->out, c->colour);
}

static void print_attributes(struct ctl *c, const json_t *attributes)
{
    static const char *const heads[] = {"VALUE OF", "IS", "SINCE", "", NULL};
    _cleanup_(table_fini) struct table t = table_new(heads);
    const char *key;
    json_t *a;

    if (json_object_size(attributes) == 0)
        return;
    json_object_foreach((json_t *)attributes, key, a)
    {
        char text[CELL];

        table_add(&t, TABLE_BOLD, key);
        table_add(&t, TABLE_PLAIN, with_unit(json_object_get(a, "value"), a, text, sizeof text));
        table_add(&t, TABLE_PLAIN, ctl_ago(c, json_object_get(a, "time"), text, sizeof text));
        table_add(&t, TABLE_DIM, ctl_member(a, "help", text, sizeof text));
    }
    fputc('\n', c->out);
    table_print(&t, c->out, c->colour);
}

/* "pending", or why it failed. */
static void add_setting_state(struct table *t, const json_t *s)
{
    char text[CELL];

    if (json_is_string(json_object_get(s, "error")))
        table_add(t, TABLE_RED, ctl_member(s, "error", text, sizeof text));
    else
        table_add(t, TABLE_YELLOW, json_is_true(json_object_get(s, "pending")) ? "pending" : "");
}

static void print_settings(struct ctl *c, const json_t *settings)
{
    static const char *const heads[] = {"SETTING", "TYPE", "WANTED", "REPORTED", "STATE", "", NULL};
    _cleanup_(table_fini) struct table t = table_new(heads);
    const char *key;
    json_t *s;

    if (json_object_size(settings) == 0)
        return;
    json_object_foreach((json_t *)settings, key, s)
    {
        char text[CELL];

        table_add(&t, TABLE_BOLD, key);
        table_add(&t, TABLE_PLAIN, ctl_member(s, "type", text, sizeof text));
        table_add(&t, TABLE_PLAIN, with_unit(json_object_get(s, "desired"), s, text, sizeof text));
        table_add(&t, TABLE_PLAIN, with_unit(json_object_get(s, "reported"), s, text, sizeof text));
        add_setting_state(&t, s);
        table_add(&t, TABLE_DIM, ctl_member(s, "help", text, sizeof text));
    }
    fputc('\n', c->out);
    table_print(&t, c->out, c->colour);
}

/* "[count=<int>]" and, for required ones, "path=<string>". */
static void print_argument(struct ctl *c, const json_t *row)
{
    bool required = json_is_true(json_object_get(row, "required"));
    char key[80], type[32];

    fprintf(c->out, " %s%s=<%s>%s", required ? "" : "[", ctl_member(row, "key", key, sizeof key),
        ctl_member(row, "type", type, sizeof type), required ? "" : "]");
}

static void print_commands(struct ctl *c, const json_t *commands)
{
    const char *name;
    json_t *command, *row;

    if (json_object_size(commands) == 0)
        return;
    head(c, "COMMANDS");
    json_object_foreach((json_t *)commands, name, command)
    {
        char text[256];
        size_t i;

        fprintf(c->out, "%s", name);
        json_array_foreach(json_object_get(command, "args"), i, row) print_argument(c, row);
        fprintf(c->out, "\n    %s\n", ctl_member(command, "help", text, sizeof text));
    }
}

static enum ctl_exit print_children(struct ctl *c, const json_t *device)
{
    static const char *const heads[] = {"BEHIND IT", "NAME", "KIND", "STATE", "SEEN", "WHY", NULL};
    _cleanup_(table_fini) struct table t = table_new(heads);
    _cleanup_(json_freep) json_t *items = NULL;
    enum ctl_exit code = ctl_list(c, "/api/v1/devices", 0, &items);
    const json_t *id = json_object_get(device, "id");
    size_t i, n = 0;
    json_t *each;

    json_array_foreach(items, i, each)
    {
        if (!json_equal(json_object_get(each, "parent"), id))
            continue;
        add_device(c, &t, each);
        n++;
    }
    if (n > 0) {
        fputc('\n', c->out);
        table_print(&t, c->out, c->colour);
    }
    return code;
}

enum ctl_exit ctl_device(struct ctl *c, const struct ctl_args *args)
{
    _cleanup_(json_freep) json_t *device = NULL;
    enum ctl_exit code = ctl_get_device(c, args->words[0], &device);

    if (code != CTL_OK)
        return code;
    if (c->json)
        return ctl_print_json(c, device);
    print_identity(c, device);
    print_options(c, json_object_get(device, "options"));
    print_attributes(c, json_object_get(device, "attributes"));
    print_settings(c, json_object_get(device, "settings"));
    print_commands(c, json_object_get(device, "commands"));
    return print_children(c, device);
}
