/* cmd_overlay.c - `overlay`: what moves in a camera's newest picture, or in each that comes, in a sentence. */
#include <string.h>

#include "ctl/ctl.h"

/* "up right" of "up_right"; "" for no direction. */
static const char *direction(const json_t *overlay, char *out, size_t cap)
{
    ctl_member(overlay, "direction", out, cap);
    for (char *s = strchr(out, '_'); s; s = strchr(s, '_'))
        *s = ' ';
    return strcmp(out, "none") == 0 ? "" : out;
}

static void show_motion(struct ctl *c, const json_t *overlay)
{
    double px_s = json_number_value(json_object_get(overlay, "speedPxS"));
    const char *gesture = json_string_value(json_object_get(overlay, "gesture"));
    char text[64], room[64];
    const char *where = direction(overlay, room, sizeof room);

    fprintf(c->out, "moves%s%s, %.4g px per picture", where[0] ? " " : "", where,
        json_number_value(json_object_get(overlay, "speed")));
    if (px_s > 0)
        fprintf(c->out, " (%.4g px/s)", px_s);
    fprintf(
        c->out, ", blocks that move: %s", ctl_member(overlay, "activeBlocks", text, sizeof text));
    fprintf(c->out, ", %s %% sure", ctl_member(overlay, "confidence", text, sizeof text));
    if (gesture)
        fprintf(c->out, ", %s", ctl_member(overlay, "gesture", text, sizeof text));
    fputc('\n', c->out);
}

static void show(struct ctl *c, const json_t *overlay)
{
    if (json_is_true(json_object_get(overlay, "active")))
        show_motion(c, overlay);
    else
        fputs("nothing moves\n", c->out);
}

static void show_next(struct ctl *c, const char *type, const json_t *overlay)
{
    if (strcmp(type, "overlay") != 0)
        return;
    if (c->json)
        ctl_print_line(c, overlay);
    else
        show(c, overlay);
}

enum ctl_exit ctl_overlay(struct ctl *c, const struct ctl_args *args)
{
    _cleanup_(json_freep) json_t *overlay = NULL;
    bool watch = args->options[0] != NULL;
    char device[CTL_PATH_BYTES], path[CTL_PATH_BYTES + sizeof "/overlay/stream"];
    enum ctl_exit code;

    snprintf(path, sizeof path, "%s/overlay%s",
        ctl_device_path(args->words[0], device, sizeof device), watch ? "/stream" : "");
    if (watch)
        return ctl_follow(c, path, show_next);
    code = ctl_call(c, "GET", path, NULL, CTL_TIMEOUT_US, &overlay);
    if (code != CTL_OK)
        return code;
    if (c->json)
        return ctl_print_json(c, overlay);
    show(c, overlay);
    return CTL_OK;
}
