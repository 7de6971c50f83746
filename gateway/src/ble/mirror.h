/* mirror.h - BlueZ's object tree as we last heard of it.
 *
 *     /org/bluez/hci0                              adapter
 *     /org/bluez/hci0/dev_AA_BB_CC_DD_EE_FF        device      parent: adapter
 *     …/service000a                                service     parent: device
 *     …/service000a/char000b                       char        parent: service
 *
 * Who is whose is told by the paths, so messages may name them in any order. The mirror sends nothing
 * and knows no time but `now_us`: it is the pure step from messages to objects. Messages come from
 * another program: what has another type than it should is left out, and there is a ceiling for
 * everything.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <warren/driver.h>

#include "base/list.h"
#include "base/props.h"
#include "ble/names.h"
#include "dbus/dbus.h"

/* A room of gadgets with random addresses leaves a few hundred devices; a device has some dozens of
 * characteristics. */
#define MIRROR_MAX_OBJECTS 4096
/* Longest path of BlueZ's is about 70 bytes. */
#define MIRROR_PATH_BYTES 128
#define MIRROR_NAME_BYTES 96 /* BlueZ's names are at most 248 bytes; people's are shorter */
/* Properties of an advertisement: a legacy packet has room for about four. */
#define MIRROR_MAX_SERVICES 16
#define MIRROR_MAX_DATA 8
#define MIRROR_MAX_DATA_BYTES 255 /* of an extended advertisement */
#define MIRROR_BUCKETS 256

enum mirror_kind { MIRROR_ADAPTER, MIRROR_DEVICE, MIRROR_SERVICE, MIRROR_CHAR, MIRROR_KINDS };

/* What a message told of an object; or-ed. */
enum mirror_news {
    MIRROR_ADDED = 1u << 0,
    MIRROR_SEEN = 1u << 1,  /* a device: something that only an advertisement tells */
    MIRROR_LINK = 1u << 2,  /* a device: connected, resolved */
    MIRROR_STATE = 1u << 3, /* an adapter: powered, discovering */
    MIRROR_WORDS = 1u << 4, /* a device: its name or services */
};

struct mirror_object {
    struct list bucket, of_kind;
    enum mirror_kind kind;
    char path[MIRROR_PATH_BYTES];
    uint64_t sweep;
    union {
        struct mirror_adapter {
            char address[BLE_ADDRESS_BYTES];
            bool powered, discovering;
        } adapter;
        struct mirror_device {
            char address[BLE_ADDRESS_BYTES];
            char name[MIRROR_NAME_BYTES];
            bool is_random, is_connected, is_resolved, has_rssi, has_tx_power;
            int16_t rssi_dbm, tx_power_dbm;
            struct props services, manufacturer, service_data; /* each is told whole */
            int64_t seen_us; /* monotonic; 0: never since we look */
            int64_t told_us; /* the owner's: when it last passed this on */
        } device;
        struct mirror_service {
            char uuid[BLE_UUID_BYTES];
        } service;
        struct mirror_char {
            char uuid[BLE_UUID_BYTES];
            uint32_t props; /* enum wr_ble_props */
            uint16_t mtu;   /* 0: not told */
        } chr;
    };
};

/* Not to change the mirror within these. Any may be NULL. */
struct mirror_events {
    void (*news)(void *ctx, struct mirror_object *o, unsigned what);
    /* It is still there, and gone when this returns. */
    void (*gone)(void *ctx, struct mirror_object *o);
    /* A characteristic's value changed: a notification, where StartNotify asked for them. */
    void (*value)(void *ctx, struct mirror_object *chr, const uint8_t *bytes, size_t n);
};

struct mirror {
    const struct mirror_events *events;
    void *ctx;
    struct list buckets[MIRROR_BUCKETS];
    struct list kinds[MIRROR_KINDS];
    size_t n;
    size_t n_left_out; /* objects that came when it was full, since it was last read whole */
    uint64_t sweep;
    int64_t now_us; /* set by the owner before each message */
};

void mirror_init(struct mirror *m, const struct mirror_events *events, void *ctx);
/* Without events. */
void mirror_fini(struct mirror *m);
/* All are gone. */
void mirror_clear(struct mirror *m);

/* NULL: not there, or of another kind. */
struct mirror_object *mirror_find(const struct mirror *m, enum mirror_kind kind, const char *path);
/* Is `path` somewhere below `parent`? */
bool mirror_is_below(const char *path, const char *parent);
/* The object's parent, of the kind above its own; NULL: not there (yet). */
struct mirror_object *mirror_parent(const struct mirror *m, const struct mirror_object *o);

/* Messages. A negative result: it is not what its name says, and was taken as far as it made sense.
 * The reply of GetManagedObjects is the whole truth: what it does not have is gone. */
int mirror_take_objects(struct mirror *m, sd_bus_message *reply);
int mirror_take_added(struct mirror *m, sd_bus_message *signal);
int mirror_take_removed(struct mirror *m, sd_bus_message *signal);
int mirror_take_changed(struct mirror *m, sd_bus_message *signal);

/* --- mirror_read.c: the properties of one object, for mirror.c --------------------------------- */

/* Reads a{sv}; *what gets what they told. */
int mirror_read_props(
    struct mirror *m, sd_bus_message *msg, struct mirror_object *o, unsigned *what);
/* The names of properties that are gone: "as". */
int mirror_read_gone(sd_bus_message *msg, struct mirror_object *o, unsigned *what);
