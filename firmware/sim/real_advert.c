/* real_advert.c - org.bluez.LEAdvertisement1: on the air while the camera wants to be found. */
#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "real_private.h"

#define MANAGER "org.bluez.LEAdvertisingManager1"

static int get_type(sd_bus *bus, const char *path, const char *interface, const char *name,
    sd_bus_message *m, void *ctx, sd_bus_error *e)
{
    return sd_bus_message_append(m, "s", "peripheral");
}

/* Without these flags bluetoothd shows it only to clients whose filter names the service. */
static int get_discoverable(sd_bus *bus, const char *path, const char *interface, const char *name,
    sd_bus_message *m, void *ctx, sd_bus_error *e)
{
    return sd_bus_message_append(m, "b", 1);
}

static int get_uuids(sd_bus *bus, const char *path, const char *interface, const char *name,
    sd_bus_message *m, void *ctx, sd_bus_error *e)
{
    const struct real_bluez *b = ctx;

    return sd_bus_message_append(m, "as", 1, b->app->services[0]);
}

static int get_name(sd_bus *bus, const char *path, const char *interface, const char *name,
    sd_bus_message *m, void *ctx, sd_bus_error *e)
{
    const struct real_bluez *b = ctx;

    return sd_bus_message_append(m, "s", b->app->name);
}

/* BlueZ does not want it any more (the adapter was switched off); it asks for nothing in return. */
static int released(sd_bus_message *m, void *ctx, sd_bus_error *e)
{
    struct real_bluez *b = ctx;

    b->advert = REAL_SILENT;
    real_retry(b);
    return sd_bus_reply_method_return(m, "");
}

static const sd_bus_vtable vtable[] = {SD_BUS_VTABLE_START(0),
    SD_BUS_PROPERTY("Type", "s", get_type, 0, SD_BUS_VTABLE_PROPERTY_CONST),
    SD_BUS_PROPERTY("Discoverable", "b", get_discoverable, 0, SD_BUS_VTABLE_PROPERTY_CONST),
    SD_BUS_PROPERTY("ServiceUUIDs", "as", get_uuids, 0, SD_BUS_VTABLE_PROPERTY_CONST),
    SD_BUS_PROPERTY("LocalName", "s", get_name, 0, SD_BUS_VTABLE_PROPERTY_CONST),
    SD_BUS_METHOD("Release", "", "", released, SD_BUS_VTABLE_UNPRIVILEGED), SD_BUS_VTABLE_END};

int real_advert_export(struct real_bluez *b)
{
    return sd_bus_add_object_vtable(
        dbus_bus(b->dbus), NULL, REAL_ADVERT, "org.bluez.LEAdvertisement1", vtable, b);
}

static int begun(sd_bus_message *m, void *ctx, sd_bus_error *e)
{
    struct real_bluez *b = ctx;
    const sd_bus_error *error = sd_bus_message_get_error(m);

    if (b->advert != REAL_BEGINNING)
        return 0; /* reset meanwhile */
    b->advert = error ? REAL_SILENT : REAL_ADVERTISED;
    if (error) {
        log_debug("the advertisement was refused", F_STR("error", error->message));
        real_retry(b);
        return 0;
    }
    if (b->pulse_ms > 0)
        (void)timer_once(&b->pulse, b->pulse_ms * US_PER_MS);
    real_advert_update(b);
    return 0;
}

static int ended(sd_bus_message *m, void *ctx, sd_bus_error *e)
{
    struct real_bluez *b = ctx;

    if (b->advert != REAL_ENDING)
        return 0;
    b->advert = REAL_SILENT;
    real_advert_update(b);
    return 0;
}

static void end(struct real_bluez *b)
{
    timer_stop(&b->pulse);
    if (real_call(b, b->adapter, MANAGER, "UnregisterAdvertisement", ended, "o", REAL_ADVERT) >= 0)
        b->advert = REAL_ENDING;
}

void real_advert_update(struct real_bluez *b)
{
    bool want = b->advertising && b->registered && !b->host[0];

    if (want && b->advert == REAL_SILENT) {
        if (real_call(b, b->adapter, MANAGER, "RegisterAdvertisement", begun, "oa{sv}", REAL_ADVERT,
                0) >= 0)
            b->advert = REAL_BEGINNING;
    } else if (!want && b->advert == REAL_ADVERTISED) {
        end(b);
    }
}

/* Its end begins it anew. */
void real_advert_pulse(struct timer *t)
{
    struct real_bluez *b = container_of(t, struct real_bluez, pulse);

    if (b->advert == REAL_ADVERTISED)
        end(b);
}

void real_advert_reset(struct real_bluez *b)
{
    timer_stop(&b->pulse);
    b->advert = REAL_SILENT;
}
