/* cmd_system.c - `found`, `plugin ls`, `info` and `check`. */
#include <string.h>

#include "ctl/ctl.h"
#include "ctl/table.h"

/* A sentence of the gateway's fits. */
#define CELL 1024

/* A list as a table whose columns are members; `good` is the state that is green. */
struct columns {
    const char *path, *empty;
    const char *heads[TABLE_MAX_COLUMNS + 1];
    const char *members[TABLE_MAX_COLUMNS + 1];
    const char *state, *good;
};

static void add_row(struct table *t, const struct columns *k, const json_t *item)
{
    char text[CELL];

    for (size_t i = 0; k->members[i]; i++) {
        enum table_colour colour = i == 0 ? TABLE_BOLD : TABLE_PLAIN;

        ctl_member(item, k->members[i], text, sizeof text);
        if (k->state && strcmp(k->members[i], k->state) == 0)
            colour = strcmp(text, k->good) == 0 ? TABLE_GREEN : TABLE_RED;
        table_add(t, colour, text);
    }
}

static enum ctl_exit show_list(struct ctl *c, const struct columns *k)
{
    _cleanup_(table_fini) struct table t = table_new(k->heads);
    _cleanup_(json_freep) json_t *items = NULL;
    enum ctl_exit code = ctl_list(c, k->path, 0, &items);
    size_t i;
    json_t *item;

    if (code != CTL_OK)
        return code;
    if (c->json)
        return ctl_print_items(c, items);
    if (json_array_size(items) == 0) {
        fprintf(c->err, "%s\n", k->empty);
        return CTL_OK;
    }
    json_array_foreach(items, i, item) add_row(&t, k, item);
    return table_print(&t, c->out, c->colour) < 0 ? ctl_fail(c, CTL_REFUSED, "out of memory")
                                                  : CTL_OK;
}

/* What is wrong with "bluetooth" or "mdns", for people; false: nothing, or the gateway's `info` does not say. */
static bool is_missing(const json_t *info, const char *what, char *out, size_t cap)
{
    const json_t *member = json_object_get(info, what);

    ctl_member(member, "why", out, cap);
    return json_is_string(json_object_get(member, "why"));
}

/* A list that is empty because nothing can be seen looks like one where nothing is there. */
static enum ctl_exit say_missing(struct ctl *c)
{
    _cleanup_(json_freep) json_t *info = NULL;
    enum ctl_exit code = ctl_call(c, "GET", "/api/v1/info", NULL, CTL_TIMEOUT_US, &info);
    char why[CELL];

    if (code == CTL_OK && is_missing(info, "bluetooth", why, sizeof why))
        fprintf(c->err, "No Bluetooth device can be seen: %s.\n", why);
    if (code == CTL_OK && is_missing(info, "mdns", why, sizeof why))
        fprintf(c->err, "No device in the network can be seen: %s.\n", why);
    return code;
}

enum ctl_exit ctl_found(struct ctl *c, const struct ctl_args *args)
{
    static const struct columns columns = {
        .path = "/api/v1/found",
        .empty = "Nothing was seen that is not a device already.",
        .heads = {"ID", "NAME", "BUS", "ADDRESS", "DRIVER"},
        .members = {"id", "name", "bus", "address", "driver"},
    };
    enum ctl_exit code = show_list(c, &columns);

    return code == CTL_OK && !c->json ? say_missing(c) : code;
}

enum ctl_exit ctl_plugin_ls(struct ctl *c, const struct ctl_args *args)
{
    static const struct columns columns = {
        .path = "/api/v1/plugins",
        .empty = "No drivers are there: is plugins.folder the right one?",
        .heads = {"NAME", "VERSION", "STATE", "FILE", "WHY"},
        .members = {"name", "version", "state", "file", "why"},
        .state = "state",
        .good = "loaded",
    };

    return show_list(c, &columns);
}

enum ctl_exit ctl_info(struct ctl *c, const struct ctl_args *args)
{
    _cleanup_(json_freep) json_t *info = NULL;
    enum ctl_exit code = ctl_call(c, "GET", "/api/v1/info", NULL, CTL_TIMEOUT_US, &info);

    if (code != CTL_OK)
        return code;
    if (c->json)
        return ctl_print_json(c, info);
    ctl_print_members(c, info, "");
    return CTL_OK;
}

/* --- check ------------------------------------------------------------------------------------ */

/* Everything that check looks at. */
struct health {
    struct ctl_reply ready;
    json_t *info, *plugins, *devices;
};

static void health_fini(struct health *h)
{
    json_decref(h->ready.body);
    json_decref(h->info);
    json_decref(h->plugins);
    json_decref(h->devices);
}

static enum ctl_exit ask(struct ctl *c, struct health *h)
{
    enum ctl_exit code = ctl_request(c, "GET", "/readyz", NULL, CTL_TIMEOUT_US, &h->ready);

    if (code == CTL_OK && !json_is_boolean(json_object_get(h->ready.body, "ready")))
        code = ctl_no_gateway(c, "no readiness");
    if (code == CTL_OK)
        code = ctl_call(c, "GET", "/api/v1/info", NULL, CTL_TIMEOUT_US, &h->info);
    if (code == CTL_OK)
        code = ctl_list(c, "/api/v1/plugins", 0, &h->plugins);
    if (code == CTL_OK)
        code = ctl_list(c, "/api/v1/devices", 0, &h->devices);
    return code;
}

static void say(
    struct ctl *c, enum table_colour colour, const char *mark, const char *what, const char *detail)
{
    table_paint(c->out, c->colour, colour, mark);
    fprintf(c->out, " %s%s%s\n", what, strcmp(detail, "-") == 0 ? "" : ": ",
        strcmp(detail, "-") == 0 ? "" : detail);
}

/* What is not as it should be is bad only if it keeps the gateway from being ready. */
static void say_checks(struct ctl *c, const json_t *checks, bool ready)
{
    enum table_colour colour = ready ? TABLE_YELLOW : TABLE_RED;

    char name[80], detail[512];
    size_t i;
    json_t *check;

    json_array_foreach((json_t *)checks, i, check)
    {
        bool ok = json_is_true(json_object_get(check, "ok"));

        say(c, ok ? TABLE_GREEN : colour,
            ok          ? "ok  "
                : ready ? "note"
                        : "bad ",
            ctl_member(check, "name", name, sizeof name),
            ctl_member(check, "detail", detail, sizeof detail));
    }
}

static bool is_state(const json_t *item, const char *state)
{
    const char *now = json_string_value(json_object_get(item, "state"));

    return now && strcmp(now, state) == 0;
}

/* Worth a look, though the gateway itself is well: a refused driver, a device that is away. */
static void say_plugins(struct ctl *c, const json_t *plugins)
{
    char what[128], file[96], why[512];
    size_t i;
    json_t *p;

    json_array_foreach((json_t *)plugins, i, p)
    {
        if (is_state(p, "loaded"))
            continue;
        snprintf(what, sizeof what, "driver %s", ctl_member(p, "file", file, sizeof file));
        say(c, TABLE_YELLOW, "note", what, ctl_member(p, "why", why, sizeof why));
    }
}

static void say_devices(struct ctl *c, const json_t *devices)
{
    char what[128], id[80], state[32], why[512];
    size_t i;
    json_t *d;

    json_array_foreach((json_t *)devices, i, d)
    {
        if (is_state(d, "online") || json_is_false(json_object_get(d, "enabled")))
            continue;
        snprintf(what, sizeof what, "device %s is %s", ctl_member(d, "id", id, sizeof id),
            ctl_member(d, "state", state, sizeof state));
        say(c, TABLE_YELLOW, "note", what, ctl_member(d, "why", why, sizeof why));
    }
}

static enum ctl_exit print_health_json(struct ctl *c, const struct health *h)
{
    _cleanup_(json_freep) json_t *all = json_pack("{s:O,s:O,s:O,s:O}", "readyz", h->ready.body,
        "info", h->info, "plugins", h->plugins, "devices", h->devices);

    return ctl_print_json(c, all);
}

enum ctl_exit ctl_check(struct ctl *c, const struct ctl_args *args)
{
    _cleanup_(health_fini) struct health h = {0};
    enum ctl_exit code = ask(c, &h);
    char version[64], what[CELL];
    bool ready;

    if (code != CTL_OK)
        return code;
    ready = json_is_true(json_object_get(h.ready.body, "ready"));
    if (c->json)
        return print_health_json(c, &h) == CTL_OK && ready ? CTL_OK : CTL_REFUSED;
    snprintf(what, sizeof what, "warren %s at %s is %s",
        ctl_member(h.info, "version", version, sizeof version), c->url,
        ready ? "ready" : "not ready");
    say(c, ready ? TABLE_GREEN : TABLE_RED, ready ? "ok  " : "bad ", what, "-");
    say_checks(c, json_object_get(h.ready.body, "checks"), ready);
    if (is_missing(h.info, "bluetooth", what, sizeof what))
        say(c, TABLE_YELLOW, "note", "bluetooth", what);
    if (is_missing(h.info, "mdns", what, sizeof what))
        say(c, TABLE_YELLOW, "note", "mdns", what);
    say_plugins(c, h.plugins);
    say_devices(c, h.devices);
    return ready ? CTL_OK : CTL_REFUSED;
}
