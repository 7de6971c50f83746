/* cmd_command.c - `command`, `set` and `unset`: what is typed by the gateway's tables. */
#include <string.h>

#include "base/suggest.h"
#include "ctl/ctl.h"

/* On top of a command's own time: its way through the gateway. */
#define EXTRA_US INT64_C(5000000)

static enum ctl_exit no_command(
    struct ctl *c, const json_t *commands, const char *device, const char *name)
{
    struct suggest near = {.wanted = name};
    char hint[96];
    const char *key;
    json_t *command;

    json_object_foreach((json_t *)commands, key, command) suggest_offer(&near, key);
    return ctl_fail(c, CTL_USAGE, "%s has no command \"%s\"%s", device, name,
        suggest_text(&near, hint, sizeof hint));
}

static void show_result(struct ctl *c, const json_t *result)
{
    char text[4096];

    if (!result || json_is_null(result) ||
        (json_is_object(result) && json_object_size(result) == 0))
        fprintf(c->out, "done\n");
    else if (json_is_object(result))
        ctl_print_members(c, result, "");
    else
        fprintf(c->out, "%s\n", ctl_text(result, text, sizeof text));
}

enum ctl_exit ctl_run_command(struct ctl *c, const char *id, const char *name,
    const json_t *command, json_t *arguments, json_t **ret)
{
    _cleanup_(json_freep) json_t *body = json_pack("{s:O}", "args", arguments);
    int64_t timeout_us = json_integer_value(json_object_get(command, "timeout_ms")) * 1000;
    char of_device[CTL_PATH_BYTES], path[2 * CTL_PATH_BYTES], escaped[192];

    snprintf(path, sizeof path, "%s/commands/%s", ctl_device_path(id, of_device, sizeof of_device),
        ctl_escape(name, escaped, sizeof escaped));
    return ctl_call(c, "POST", path, body, MAX(timeout_us, CTL_TIMEOUT_US) + EXTRA_US, ret);
}

static enum ctl_exit run(
    struct ctl *c, const char *id, const json_t *command, const char *name, json_t *arguments)
{
    _cleanup_(json_freep) json_t *answer = NULL;
    enum ctl_exit code = ctl_run_command(c, id, name, command, arguments, &answer);

    if (code != CTL_OK)
        return code;
    if (c->json)
        return ctl_print_json(c, answer);
    show_result(c, json_object_get(answer, "result"));
    return CTL_OK;
}

enum ctl_exit ctl_command(struct ctl *c, const struct ctl_args *args)
{
    _cleanup_(json_freep) json_t *device = NULL, *arguments = NULL;
    const char *id = args->words[0], *name = args->words[1];
    const json_t *commands, *command;
    enum ctl_exit code = ctl_get_device(c, id, &device);

    if (code != CTL_OK)
        return code;
    commands = json_object_get(device, "commands");
    command = json_object_get(commands, name);
    if (!command)
        return no_command(c, commands, id, name);
    code = ctl_pairs(c, json_object_get(command, "args"), "argument", args->words + 2,
        args->n_words - 2, &arguments);
    return code == CTL_OK ? run(c, id, command, name, arguments) : code;
}

/* --- set and unset -------------------------------------------------------------------------------------- */

static void show_setting(struct ctl *c, const char *key, const json_t *s)
{
    char wanted[256], reported[256], error[256];

    if (json_is_null(json_object_get(s, "desired")))
        fprintf(c->out, "%s: nothing is wanted, the device has %s", key,
            ctl_member(s, "reported", reported, sizeof reported));
    else
        fprintf(c->out, "%s: %s", key, ctl_member(s, "desired", wanted, sizeof wanted));
    if (json_is_string(json_object_get(s, "error")))
        fprintf(c->out, " (failed: %s)", ctl_member(s, "error", error, sizeof error));
    else if (json_is_true(json_object_get(s, "pending")))
        fprintf(c->out, " (pending, the device has %s)",
            ctl_member(s, "reported", reported, sizeof reported));
    fputc('\n', c->out);
}

static enum ctl_exit change_settings(struct ctl *c, const char *id, json_t *settings)
{
    _cleanup_(json_freep) json_t *body = json_pack("{s:O}", "settings", settings), *now = NULL;
    char path[CTL_PATH_BYTES];
    const char *key;
    json_t *value;
    enum ctl_exit code =
        ctl_call(c, "PATCH", ctl_device_path(id, path, sizeof path), body, CTL_TIMEOUT_US, &now);

    if (code != CTL_OK)
        return code;
    if (c->json)
        return ctl_print_json(c, now);
    json_object_foreach(settings, key, value)
        show_setting(c, key, json_object_get(json_object_get(now, "settings"), key));
    return CTL_OK;
}

enum ctl_exit ctl_set(struct ctl *c, const struct ctl_args *args)
{
    _cleanup_(json_freep) json_t *device = NULL, *settings = NULL;
    enum ctl_exit code = ctl_get_device(c, args->words[0], &device);

    if (code == CTL_OK)
        code = ctl_pairs(c, json_object_get(device, "settings"), "setting", args->words + 1,
            args->n_words - 1, &settings);
    return code == CTL_OK ? change_settings(c, args->words[0], settings) : code;
}

enum ctl_exit ctl_unset(struct ctl *c, const struct ctl_args *args)
{
    _cleanup_(json_freep) json_t *device = NULL, *settings = json_object();
    const json_t *row;
    enum ctl_exit code = ctl_get_device(c, args->words[0], &device);

    for (unsigned i = 1; i < args->n_words && code == CTL_OK; i++) {
        code = ctl_row(c, json_object_get(device, "settings"), "setting", args->words[i], &row);
        if (code == CTL_OK && json_object_set_new(settings, args->words[i], json_null()) < 0)
            code = ctl_fail(c, CTL_USAGE, "expected text in UTF-8");
    }
    return code == CTL_OK ? change_settings(c, args->words[0], settings) : code;
}
