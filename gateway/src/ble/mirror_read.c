/* mirror_read.c - properties of BlueZ's objects, from variants of a type that the sender chose. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <warren/ble.h>
#include <warren/text.h>

#include "base/text.h"
#include "ble/mirror.h"

/* --- variants ---------------------------------------------------------------------------------- */

/* Enters the variant at hand if it holds `type`; 0: it does not, and was passed over. */
static int enter(sd_bus_message *msg, const char *type)
{
    const char *contents;
    char t;
    int r = sd_bus_message_peek_type(msg, &t, &contents);

    if (r < 0)
        return r;
    if (r == 0 || t != 'v' || strcmp(contents, type) != 0) {
        r = sd_bus_message_skip(msg, "v");
        return r < 0 ? r : 0;
    }
    return sd_bus_message_enter_container(msg, 'v', type);
}

/* 1: *ret is the value; 0: it is of another type. */
static int read_basic(sd_bus_message *msg, char type, void *ret)
{
    int r = enter(msg, (const char[]){type, '\0'});

    if (r <= 0)
        return r;
    if ((r = sd_bus_message_read_basic(msg, type, ret)) < 0 ||
        (r = sd_bus_message_exit_container(msg)) < 0)
        return r;
    return 1;
}

static int read_bool(sd_bus_message *msg, bool *ret)
{
    int b = 0, r = read_basic(msg, 'b', &b);

    if (r > 0)
        *ret = b;
    return r;
}

static int read_uuid(sd_bus_message *msg, char out[BLE_UUID_BYTES])
{
    const char *s;
    int r = read_basic(msg, 's', &s);

    return r > 0 ? ble_uuid(s, out) : r;
}

static int read_address(sd_bus_message *msg, char out[BLE_ADDRESS_BYTES])
{
    const char *s;
    int r = read_basic(msg, 's', &s);

    return r > 0 ? ble_address(s, out) : r;
}

/* --- of devices -------------------------------------------------------------------------------- */

static int read_services(sd_bus_message *msg, struct mirror_device *d)
{
    char uuid[BLE_UUID_BYTES];
    const char *s;
    int r = enter(msg, "as");

    if (r <= 0 || (r = sd_bus_message_enter_container(msg, 'a', "s")) < 0)
        return r;
    props_fini(&d->services);
    while ((r = sd_bus_message_read_basic(msg, 's', &s)) > 0) {
        if (ble_uuid(s, uuid) &&
            (r = props_add(&d->services, MIRROR_MAX_SERVICES, "service", uuid)) < 0)
            return r;
    }
    if (r < 0 || (r = sd_bus_message_exit_container(msg)) < 0)
        return r;
    return sd_bus_message_exit_container(msg);
}

/* The bytes of a variant "ay", as hex; 0: it is none, or too long. */
static int read_hex(sd_bus_message *msg, char out[2 * MIRROR_MAX_DATA_BYTES + 1])
{
    const void *bytes;
    size_t n = 0;
    int r = enter(msg, "ay");

    if (r <= 0)
        return r;
    if ((r = sd_bus_message_read_array(msg, 'y', &bytes, &n)) < 0 ||
        (r = sd_bus_message_exit_container(msg)) < 0)
        return r;
    if (n > MIRROR_MAX_DATA_BYTES)
        return 0;
    text_hex(bytes, n, out);
    return 1;
}

static int read_key(sd_bus_message *msg, char type, char *out, size_t cap)
{
    char uuid[BLE_UUID_BYTES];
    uint16_t company;
    const char *s;
    int r = type == 'q' ? sd_bus_message_read_basic(msg, 'q', &company)
                        : sd_bus_message_read_basic(msg, 's', &s);

    if (r < 0)
        return r;
    if (type == 'q')
        snprintf(out, cap, "manufacturer.%04x", company);
    else
        snprintf(out, cap, "service_data.%s", ble_uuid(s, uuid) ? uuid : "");
    return type == 'q' || ble_uuid(s, uuid);
}

/* a{qv} and a{sv} of "ay" */
static int read_data(sd_bus_message *msg, char type, struct props *p)
{
    char key[64], hex[2 * MIRROR_MAX_DATA_BYTES + 1];
    const char entry[] = {type, 'v', '\0'}, dict[] = {'{', type, 'v', '}', '\0'},
               array[] = {'a', '{', type, 'v', '}', '\0'};
    int r = enter(msg, array);

    if (r <= 0 || (r = sd_bus_message_enter_container(msg, 'a', dict)) < 0)
        return r;
    props_fini(p);
    while ((r = sd_bus_message_enter_container(msg, 'e', entry)) > 0) {
        int known = read_key(msg, type, key, sizeof key);

        if (known < 0)
            return known;
        if ((r = read_hex(msg, hex)) < 0 ||
            (r > 0 && known && (r = props_add(p, MIRROR_MAX_DATA, key, hex)) < 0) ||
            (r = sd_bus_message_exit_container(msg)) < 0)
            return r;
    }
    if (r < 0 || (r = sd_bus_message_exit_container(msg)) < 0)
        return r;
    return sd_bus_message_exit_container(msg);
}

static int read_name(sd_bus_message *msg, struct mirror_device *d)
{
    const char *s;
    int r = read_basic(msg, 's', &s);

    if (r > 0)
        wr_text_clean(s, strlen(s), d->name, sizeof d->name);
    return r;
}

static int read_address_type(sd_bus_message *msg, struct mirror_device *d)
{
    const char *s;
    int r = read_basic(msg, 's', &s);

    if (r > 0)
        d->is_random = strcmp(s, "random") == 0;
    return r;
}

static int read_power(sd_bus_message *msg, int16_t *ret_dbm, bool *ret_has)
{
    int r = read_basic(msg, 'n', ret_dbm);

    if (r > 0)
        *ret_has = true;
    return r;
}

static int read_device(
    struct mirror *m, sd_bus_message *msg, const char *key, struct mirror_device *d, unsigned *what)
{
    unsigned told = 0;
    int r;

    if (strcmp(key, "Address") == 0)
        r = read_address(msg, d->address);
    else if (strcmp(key, "AddressType") == 0)
        r = read_address_type(msg, d);
    else if (strcmp(key, "Name") == 0)
        r = read_name(msg, d), told = MIRROR_WORDS;
    else if (strcmp(key, "RSSI") == 0)
        r = read_power(msg, &d->rssi_dbm, &d->has_rssi), told = MIRROR_SEEN;
    else if (strcmp(key, "TxPower") == 0)
        r = read_power(msg, &d->tx_power_dbm, &d->has_tx_power);
    else if (strcmp(key, "UUIDs") == 0)
        r = read_services(msg, d), told = MIRROR_WORDS;
    else if (strcmp(key, "ManufacturerData") == 0)
        r = read_data(msg, 'q', &d->manufacturer);
    else if (strcmp(key, "ServiceData") == 0)
        r = read_data(msg, 's', &d->service_data);
    else if (strcmp(key, "Connected") == 0)
        r = read_bool(msg, &d->is_connected), told = MIRROR_LINK;
    else if (strcmp(key, "ServicesResolved") == 0)
        r = read_bool(msg, &d->is_resolved), told = MIRROR_LINK;
    else
        r = sd_bus_message_skip(msg, "v");
    if (r > 0)
        *what |= told;
    if (r > 0 && told == MIRROR_SEEN)
        d->seen_us = m->now_us;
    return r;
}

/* --- of the others ----------------------------------------------------------------------------- */

static int read_adapter(
    sd_bus_message *msg, const char *key, struct mirror_adapter *a, unsigned *what)
{
    int r;

    if (strcmp(key, "Address") == 0)
        return read_address(msg, a->address);
    if (strcmp(key, "Powered") == 0)
        r = read_bool(msg, &a->powered);
    else if (strcmp(key, "Discovering") == 0)
        r = read_bool(msg, &a->discovering);
    else
        return sd_bus_message_skip(msg, "v");
    if (r > 0)
        *what |= MIRROR_STATE;
    return r;
}

static uint32_t prop_of(const char *flag)
{
    static const struct {
        const char *flag;
        uint32_t prop;
    } rows[] = {
        {"read", WR_BLE_READ}, {"write", WR_BLE_WRITE},
        {"write-without-response", WR_BLE_WRITE_NO_RESPONSE}, {"notify", WR_BLE_NOTIFY},
        {"indicate", WR_BLE_NOTIFY}, /* BlueZ confirms; for us they are the same */
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(rows[i].flag, flag) == 0)
            return rows[i].prop;
    }
    return 0;
}

static int read_flags(sd_bus_message *msg, struct mirror_char *c)
{
    const char *s;
    int r = enter(msg, "as");

    if (r <= 0 || (r = sd_bus_message_enter_container(msg, 'a', "s")) < 0)
        return r;
    c->props = 0;
    while ((r = sd_bus_message_read_basic(msg, 's', &s)) > 0)
        c->props |= prop_of(s);
    if (r < 0 || (r = sd_bus_message_exit_container(msg)) < 0)
        return r;
    return sd_bus_message_exit_container(msg);
}

/* In the announcement of a new object a value is that of some earlier time: no notification. */
static int read_value(struct mirror *m, sd_bus_message *msg, struct mirror_object *o, bool is_new)
{
    const void *bytes;
    size_t n = 0;
    int r = enter(msg, "ay");

    if (r <= 0)
        return r;
    r = sd_bus_message_read_array(msg, 'y', &bytes, &n);
    if (r < 0)
        return r;
    if (!is_new && m->events->value)
        m->events->value(m->ctx, o, bytes, n);
    return sd_bus_message_exit_container(msg);
}

static int read_char(
    struct mirror *m, sd_bus_message *msg, const char *key, struct mirror_object *o, bool is_new)
{
    if (strcmp(key, "UUID") == 0)
        return read_uuid(msg, o->chr.uuid);
    if (strcmp(key, "Flags") == 0)
        return read_flags(msg, &o->chr);
    if (strcmp(key, "MTU") == 0)
        return read_basic(msg, 'q', &o->chr.mtu);
    if (strcmp(key, "Value") == 0)
        return read_value(m, msg, o, is_new);
    return sd_bus_message_skip(msg, "v");
}

static int read_prop(struct mirror *m, sd_bus_message *msg, const char *key,
    struct mirror_object *o, bool is_new, unsigned *what)
{
    switch (o->kind) {
    case MIRROR_ADAPTER:
        return read_adapter(msg, key, &o->adapter, what);
    case MIRROR_DEVICE:
        return read_device(m, msg, key, &o->device, what);
    case MIRROR_SERVICE:
        if (strcmp(key, "UUID") == 0)
            return read_uuid(msg, o->service.uuid);
        return sd_bus_message_skip(msg, "v");
    default:
        return read_char(m, msg, key, o, is_new);
    }
}

int mirror_read_props(
    struct mirror *m, sd_bus_message *msg, struct mirror_object *o, unsigned *what)
{
    bool whole = sd_bus_message_get_member(msg) == NULL ||
        strcmp(sd_bus_message_get_member(msg), "PropertiesChanged") != 0;
    int r = sd_bus_message_enter_container(msg, 'a', "{sv}");
    const char *key;

    if (r < 0)
        return r;
    while ((r = sd_bus_message_enter_container(msg, 'e', "sv")) > 0) {
        if ((r = sd_bus_message_read_basic(msg, 's', &key)) < 0 ||
            (r = read_prop(m, msg, key, o, whole, what)) < 0 ||
            (r = sd_bus_message_exit_container(msg)) < 0)
            return r;
    }
    return r < 0 ? r : sd_bus_message_exit_container(msg);
}

/* RSSI goes when a scan ends. */
int mirror_read_gone(sd_bus_message *msg, struct mirror_object *o, unsigned *what)
{
    const char *key;
    int r = sd_bus_message_enter_container(msg, 'a', "s");

    if (r < 0)
        return r;
    while ((r = sd_bus_message_read_basic(msg, 's', &key)) > 0) {
        if (o->kind == MIRROR_DEVICE && strcmp(key, "RSSI") == 0)
            o->device.has_rssi = false;
    }
    return r < 0 ? r : sd_bus_message_exit_container(msg);
}
