/* cmd_watch.c - `watch`: the gateway's events as they come. */
#include <string.h>

#include "ctl/ctl.h"
#include "ctl/table.h"

#define PATH_BYTES 1024

/* 12:00:01.123 of 2026-01-01T12:00:01.123456Z */
static const char *time_of_day(const json_t *event, char *out, size_t cap)
{
    char text[40];

    ctl_member(event, "time", text, sizeof text);
    if (strlen(text) >= 23)
        snprintf(out, cap, "%.12s", text + 11);
    else
        snprintf(out, cap, "%s", text);
    return out;
}

static void show(struct ctl *c, const json_t *event)
{
    char text[2048], pad[256];
    const json_t *data = json_object_get(event, "data");

    fprintf(c->out, "%s  ", time_of_day(event, text, sizeof text));
    snprintf(pad, sizeof pad, "%-16s", ctl_member(event, "device", text, 128));
    table_paint(c->out, c->colour, TABLE_BOLD, pad);
    fprintf(c->out, "  %-20s", ctl_member(event, "type", text, 128));
    if (json_is_object(data) && json_object_size(data) > 0)
        fprintf(c->out, "  %s", ctl_text(data, text, sizeof text));
    fputc('\n', c->out);
}

/* We were away for longer than the gateway keeps events at hand. */
static void show_gap(struct ctl *c, const json_t *gap)
{
    char from[32], to[32];

    fprintf(c->err,
        "warrenctl: events %s to %s were missed; the gateway has them under /api/v1/events\n",
        ctl_member(gap, "from", from, sizeof from), ctl_member(gap, "to", to, sizeof to));
}

static void show_any(struct ctl *c, const char *type, const json_t *event)
{
    if (strcmp(type, "gap") == 0)
        show_gap(c, event);
    else if (c->json)
        ctl_print_line(c, event);
    else
        show(c, event);
}

static void make_path(char path[PATH_BYTES], const struct ctl_args *args)
{
    static const char *const names[] = {"device", "type"};
    char separator = '?', escaped[256];
    size_t n = (size_t)snprintf(path, PATH_BYTES, "/api/v1/events/stream");

    for (size_t i = 0; i < N_ELEMENTS(names) && n < PATH_BYTES; i++) {
        if (!args->options[i])
            continue;
        n += (size_t)snprintf(path + n, PATH_BYTES - n, "%c%s=%s", separator, names[i],
            ctl_escape(args->options[i], escaped, sizeof escaped));
        separator = '&';
    }
}

enum ctl_exit ctl_watch(struct ctl *c, const struct ctl_args *args)
{
    _cleanup_(json_freep) json_t *known = NULL;
    const char *device = args->options[0];
    enum ctl_exit code = device ? ctl_get_device(c, device, &known) : CTL_OK;
    char path[PATH_BYTES];

    if (code != CTL_OK)
        return code; /* of a mistyped name nothing would ever come */
    make_path(path, args);
    return ctl_follow(c, path, show_any);
}
