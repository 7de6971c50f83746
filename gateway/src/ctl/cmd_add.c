/* cmd_add.c - `add`: a device at an address, with options typed by its driver's table. */
#include <string.h>

#include "base/suggest.h"
#include "ctl/ctl.h"

static enum ctl_exit no_driver(struct ctl *c, const json_t *drivers, const char *name)
{
    struct suggest near = {.wanted = name};
    char hint[96];
    json_t *driver;
    size_t i;

    json_array_foreach((json_t *)drivers, i, driver)
    {
        if (json_is_string(json_object_get(driver, "name")))
            suggest_offer(&near, json_string_value(json_object_get(driver, "name")));
    }
    return ctl_fail(
        c, CTL_USAGE, "no driver \"%s\" is loaded%s", name, suggest_text(&near, hint, sizeof hint));
}

static const json_t *find_driver(const json_t *drivers, const char *name)
{
    json_t *driver;
    size_t i;

    json_array_foreach((json_t *)drivers, i, driver)
    {
        const char *of_driver = json_string_value(json_object_get(driver, "name"));

        if (of_driver && strcmp(of_driver, name) == 0)
            return driver;
    }
    return NULL;
}

static enum ctl_exit add(struct ctl *c, json_t *body)
{
    _cleanup_(json_freep) json_t *device = NULL;
    enum ctl_exit code = ctl_call(c, "POST", "/api/v1/devices", body, CTL_TIMEOUT_US, &device);
    char id[128], state[64];

    if (code != CTL_OK)
        return code;
    if (c->json)
        return ctl_print_json(c, device);
    fprintf(c->out, "%s: %s\n", ctl_member(device, "id", id, sizeof id),
        ctl_member(device, "state", state, sizeof state));
    return CTL_OK;
}

enum ctl_exit ctl_add(struct ctl *c, const struct ctl_args *args)
{
    _cleanup_(json_freep) json_t *drivers = NULL, *options = NULL, *body = NULL;
    const char *name = args->words[0], *id = args->options[0];
    const json_t *driver;
    enum ctl_exit code = ctl_list(c, "/api/v1/plugins", 0, &drivers);

    if (code != CTL_OK)
        return code;
    driver = find_driver(drivers, name);
    if (!driver)
        return no_driver(c, drivers, name);
    code = ctl_pairs(c, json_object_get(driver, "options"), "option", args->words + 2,
        args->n_words - 2, &options);
    if (code != CTL_OK)
        return code;
    body = json_pack("{s:s,s:s,s:O}", "driver", name, "name", args->words[1], "options", options);
    if (body && id)
        json_object_set_new(body, "id", json_string(id));
    return body ? add(c, body) : ctl_fail(c, CTL_USAGE, "expected text in UTF-8");
}
