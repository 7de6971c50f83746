/* cmd_device_change.c - `rename`, `enable`, `disable`, `flow` and `remove`. What the configuration owns
 * the gateway refuses, with the file and its line. */
#include "ctl/ctl.h"

/* Consumes `body`. */
static enum ctl_exit change(struct ctl *c, const char *id, json_t *body, json_t **ret)
{
    _cleanup_(json_freep) json_t *consumed = body;
    char path[CTL_PATH_BYTES];

    if (!body)
        return ctl_fail(c, CTL_USAGE, "expected text in UTF-8");
    return ctl_call(
        c, "PATCH", ctl_device_path(id, path, sizeof path), consumed, CTL_TIMEOUT_US, ret);
}

/* "porch: Front porch" */
static enum ctl_exit show(struct ctl *c, const json_t *device, const char *member)
{
    char id[128], text[256];

    if (c->json)
        return ctl_print_json(c, device);
    fprintf(c->out, "%s: %s\n", ctl_member(device, "id", id, sizeof id),
        ctl_member(device, member, text, sizeof text));
    return CTL_OK;
}

enum ctl_exit ctl_rename(struct ctl *c, const struct ctl_args *args)
{
    _cleanup_(json_freep) json_t *device = NULL;
    enum ctl_exit code =
        change(c, args->words[0], json_pack("{s:s}", "name", args->words[1]), &device);

    return code == CTL_OK ? show(c, device, "name") : code;
}

static enum ctl_exit set_enabled(struct ctl *c, const char *id, bool enabled)
{
    _cleanup_(json_freep) json_t *device = NULL;
    enum ctl_exit code = change(c, id, json_pack("{s:b}", "enabled", enabled), &device);

    return code == CTL_OK ? show(c, device, "state") : code;
}

enum ctl_exit ctl_enable(struct ctl *c, const struct ctl_args *args)
{
    return set_enabled(c, args->words[0], true);
}

enum ctl_exit ctl_disable(struct ctl *c, const struct ctl_args *args)
{
    return set_enabled(c, args->words[0], false);
}

enum ctl_exit ctl_flow(struct ctl *c, const struct ctl_args *args)
{
    _cleanup_(json_freep) json_t *device = NULL;
    const char *id = args->words[0];
    enum ctl_exit code = args->n_words > 1
        ? change(c, id, json_pack("{s:s}", "flow", args->words[1]), &device)
        : ctl_get_device(c, id, &device);

    if (code != CTL_OK)
        return code;
    if (!json_is_string(json_object_get(device, "flow")))
        return ctl_fail(c, CTL_REFUSED, "flow: %s is no camera", id);
    return show(c, device, "flow");
}

enum ctl_exit ctl_remove(struct ctl *c, const struct ctl_args *args)
{
    _cleanup_(json_freep) json_t *nothing = NULL, *told = NULL;
    const char *id = args->words[0];
    char path[CTL_PATH_BYTES];
    enum ctl_exit code = ctl_call(
        c, "DELETE", ctl_device_path(id, path, sizeof path), NULL, CTL_TIMEOUT_US, &nothing);

    if (code != CTL_OK)
        return code;
    told = json_pack("{s:s,s:b}", "id", id, "removed", true);
    if (c->json)
        return ctl_print_json(c, told);
    fprintf(c->out, "%s: removed\n", id);
    return CTL_OK;
}
