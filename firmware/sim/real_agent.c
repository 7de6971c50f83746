/* real_agent.c - org.bluez.Agent1: says yes to who pairs, as a device does that has neither display nor keys. The kernel asks the side
 * that was called; bluetoothd refuses where nobody answers it. The side that calls needs none. */
#include <string.h>

#include "base/log.h"
#include "real_private.h"

#define BLUEZ "/org/bluez"
#define MANAGER "org.bluez.AgentManager1"

static int agree(sd_bus_message *m, void *ctx, sd_bus_error *e)
{
    return sd_bus_reply_method_return(m, "");
}

/* There may be other adapters, and what is paired with them is their users' matter. */
static int agree_on_ours(sd_bus_message *m, void *ctx, sd_bus_error *e)
{
    const struct real_bluez *b = ctx;
    size_t n = strlen(b->adapter);
    const char *path;
    int r = sd_bus_message_read(m, "o", &path);

    if (r < 0)
        return r;
    if (strncmp(path, b->adapter, n) == 0 && path[n] == '/')
        return agree(m, ctx, e);
    log_info("others pair, which is not asked here", F_STR("device", path));
    return sd_bus_error_set(
        e, "org.bluez.Error.Rejected", "not a device of this peripheral's adapter");
}

/* What is shown or typed on other devices is not asked of this one. */
static const sd_bus_vtable vtable[] = {SD_BUS_VTABLE_START(0),
    SD_BUS_METHOD("RequestConfirmation", "ou", "", agree_on_ours, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("RequestAuthorization", "o", "", agree_on_ours, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("Cancel", "", "", agree, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("Release", "", "", agree, SD_BUS_VTABLE_UNPRIVILEGED), SD_BUS_VTABLE_END};

int real_agent_export(struct real_bluez *b)
{
    return sd_bus_add_object_vtable(
        dbus_bus(b->dbus), NULL, REAL_AGENT, "org.bluez.Agent1", vtable, b);
}

static bool needs_one(const struct gatt_app *app)
{
    for (size_t i = 0; i < app->n_chars; i++)
        if (app->chars[i].props & GATT_ENCRYPTED)
            return true;
    return false;
}

static int answered(sd_bus_message *m, void *ctx, sd_bus_error *e)
{
    const sd_bus_error *error = sd_bus_message_get_error(m);

    if (error)
        log_warning("nobody can pair with the peripheral", F_STR("error", error->message));
    return 0;
}

void real_agent_register(struct real_bluez *b)
{
    if (needs_one(b->app) &&
        real_call(
            b, BLUEZ, MANAGER, "RegisterAgent", answered, "os", REAL_AGENT, "NoInputNoOutput") >= 0)
        (void)real_call(b, BLUEZ, MANAGER, "RequestDefaultAgent", answered, "o", REAL_AGENT);
}
