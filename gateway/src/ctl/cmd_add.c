/* cmd_add.c - `add` and `adopt`: a device at an address, or of what was seen, with options typed by
 * its driver's table. */
#include <string.h>
#include <strings.h>

#include "base/suggest.h"
#include "ctl/ctl.h"

/* The item whose member is `value`, in upper or lower case; else what is near it goes to `near`. */
static const json_t *find_item(
    const json_t *items, const char *member, const char *value, struct suggest *near)
{
    json_t *item;
    size_t i;

    json_array_foreach((json_t *)items, i, item)
    {
        const char *of_item = json_string_value(json_object_get(item, member));

        if (of_item && strcasecmp(of_item, value) == 0)
            return item;
        if (of_item)
            suggest_offer(near, of_item);
    }
    return NULL;
}

/* KEY=VALUE words by the options of a driver. */
static enum ctl_exit read_options(
    struct ctl *c, const char *driver, const char *const *words, unsigned n, json_t **ret)
{
    _cleanup_(json_freep) json_t *drivers = NULL;
    struct suggest near = {.wanted = driver};
    const json_t *row;
    char hint[96];
    enum ctl_exit code = ctl_list(c, "/api/v1/plugins", 0, &drivers);

    if (code != CTL_OK)
        return code;
    row = find_item(drivers, "name", driver, &near);
    if (!row)
        return ctl_fail(c, CTL_USAGE, "no driver \"%s\" is loaded%s", driver,
            suggest_text(&near, hint, sizeof hint));
    return ctl_pairs(c, json_object_get(row, "options"), "option", words, n, ret);
}

/* Asks for the device, and shows what came of it. */
static enum ctl_exit make(struct ctl *c, const char *path, const json_t *body)
{
    _cleanup_(json_freep) json_t *device = NULL;
    enum ctl_exit code;
    char id[128], state[64];

    if (!body)
        return ctl_fail(c, CTL_USAGE, "expected text in UTF-8");
    code = ctl_call(c, "POST", path, body, CTL_TIMEOUT_US, &device);
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
    _cleanup_(json_freep) json_t *options = NULL, *body = NULL;
    const char *driver = args->words[0], *id = args->options[0];
    enum ctl_exit code = read_options(c, driver, args->words + 2, args->n_words - 2, &options);

    if (code != CTL_OK)
        return code;
    body = json_pack("{s:s,s:s,s:O,s:s*}", "driver", driver, "name", args->words[1], "options",
        options, "id", id);
    return make(c, "/api/v1/devices", body);
}

/* --- adopt ------------------------------------------------------------------------------------ */

static bool is_at(const json_t *device, const char *address)
{
    static const char *const keys[] = {"address", "host", "ble_address"};

    for (size_t i = 0; i < N_ELEMENTS(keys); i++) {
        const json_t *option = json_object_get(json_object_get(device, "options"), keys[i]);
        const char *its = json_string_value(json_object_get(option, "value"));

        if (its && strcasecmp(its, address) == 0)
            return true;
    }
    return false;
}

/* The id of the device that has this address, or NULL. */
static const char *whose_address(const json_t *devices, const char *address)
{
    json_t *device;
    size_t i;

    json_array_foreach((json_t *)devices, i, device)
    {
        if (is_at(device, address))
            return json_string_value(json_object_get(device, "id"));
    }
    return NULL;
}

/* What was adopted is seen no more; to name a neighbour of it would mislead people. */
static enum ctl_exit not_seen(struct ctl *c, const struct suggest *near)
{
    _cleanup_(json_freep) json_t *devices = NULL;
    enum ctl_exit code = ctl_list(c, "/api/v1/devices", 0, &devices);
    const char *owner = code == CTL_OK ? whose_address(devices, near->wanted) : NULL;
    char hint[96];

    if (code != CTL_OK)
        return code;
    if (owner)
        return ctl_fail(c, CTL_REFUSED, "%s is the device \"%s\" already", near->wanted, owner);
    return ctl_fail(c, CTL_REFUSED,
        "nothing with the id or address \"%s\" was seen in the last two minutes%s", near->wanted,
        suggest_text(near, hint, sizeof hint));
}

static enum ctl_exit find_seen(struct ctl *c, const char *wanted, json_t **ret)
{
    _cleanup_(json_freep) json_t *items = NULL;
    struct suggest near = {.wanted = wanted};
    const json_t *item;
    enum ctl_exit code = ctl_list(c, "/api/v1/found", 0, &items);

    if (code != CTL_OK)
        return code;
    item = find_item(items, "id", wanted, &near);
    if (!item)
        item = find_item(items, "address", wanted, &near);
    if (!item)
        return not_seen(c, &near);
    *ret = json_incref((json_t *)item);
    return CTL_OK;
}

enum ctl_exit ctl_adopt(struct ctl *c, const struct ctl_args *args)
{
    _cleanup_(json_freep) json_t *seen = NULL, *options = NULL, *body = NULL;
    const char *driver, *id;
    char path[CTL_PATH_BYTES], escaped[192];
    enum ctl_exit code = find_seen(c, args->words[0], &seen);

    if (code != CTL_OK)
        return code;
    driver = json_string_value(json_object_get(seen, "driver"));
    id = json_string_value(json_object_get(seen, "id"));
    if (!driver || !id)
        return ctl_no_gateway(c, "no list");
    code = read_options(c, driver, args->words + 1, args->n_words - 1, &options);
    if (code != CTL_OK)
        return code;
    body = json_pack("{s:O,s:s*}", "options", options, "name", args->options[0]);
    snprintf(path, sizeof path, "/api/v1/found/%s/adopt", ctl_escape(id, escaped, sizeof escaped));
    return make(c, path, body);
}
