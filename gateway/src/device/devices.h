/* devices.h - all devices of the gateway: the face of this folder to HTTP, WebSocket and main.
 *
 * A device comes from the configuration (owned by it), from adoption or POST (owned by the
 * database), or with a driver that needs nothing to reach its device (a match on bus "auto": owned
 * by the driver). Drivers come and go while it stays.
 *
 * The host's rule for drivers ("never called from inside their own call") is kept by doing
 * everything that calls a driver on a later turn: functions here may be called from anywhere on the
 * loop, bus listeners included.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"
#include "bus/bus.h"
#include "bus/last.h"
#include "config/config.h"
#include "media/frame_flow.h"
#include "store/store.h"

struct ble;
struct device;
struct devices;
struct drivers;
struct http_client;
struct loop;
struct resolver;

/* What devices live on; all outlive them. */
struct devices_env {
    struct loop *loop;
    struct bus *bus;
    struct last *last;
    struct frame_pool *pool;
    struct store *store;
    struct resolver *resolver;
    struct http_client *http;
    struct ble *ble; /* NULL: none */
};

#define DEVICES_MAX 1000
#define DEVICE_MAX_CHILDREN 256
#define DEVICE_NAME_BYTES 128 /* with NUL */

int devices_new(const struct devices_env *env, struct devices **ret);
/* Stops everything, then frees. Returns NULL. */
struct devices *devices_free(struct devices *d);

/* The `devices:` section, at start and after a reload: makes, changes, removes. Problems with
 * options against a driver's table stand in the device's `why`, with file and line. */
void devices_configure(struct devices *d, const struct config *c);
/* Those that live in the database. Once, after devices_configure(). */
void devices_load(struct devices *d);

enum device_state { DEVICE_DISABLED, DEVICE_STARTING, DEVICE_ONLINE, DEVICE_OFFLINE, DEVICE_ERROR };
enum device_owner { DEVICE_OF_CONFIG, DEVICE_OF_DATABASE, DEVICE_OF_DRIVER, DEVICE_OF_PARENT };

struct device *devices_find(const struct devices *d, const char *id);
/* NULL: nobody has that channel. */
struct device *devices_by_channel(const struct devices *d, uint16_t channel);
/* In order of their making; stops when fn returns non-zero and returns that. */
int devices_each(const struct devices *d, int (*fn)(void *ctx, struct device *dev), void *ctx);
size_t devices_count(const struct devices *d, enum device_state state);

const char *device_id(const struct device *d);
const char *device_name(const struct device *d);
const char *device_why(const struct device *d); /* a sentence; "" */
enum device_state device_state(const struct device *d);
const char *device_state_name(enum device_state s);
bool device_is_camera(const struct device *d);
/* The number in binary messages; 0: no camera. Given at its first binding to a driver, never reused
 * while the gateway runs. */
uint16_t device_channel(const struct device *d);
/* The REST object (docs/rest.md). */
void device_json(const struct device *d, struct wr_json *j);
/* What device_change() may change of it, and no more, as it is now; secrets as device_json() shows
 * them. */
void device_edited_json(const struct device *d, struct wr_json *j);

struct device_stats {
    uint64_t n_frames, n_frame_bytes, n_dropped, n_reconnects, n_late_answers, n_events_left_out;
    uint64_t n_overlays, n_overlays_unmatched;
    int64_t held_us;       /* for which nothing was read from it, as it sends too much */
    int64_t last_frame_us; /* received, UTC; 0: none */
};
const struct device_stats *device_stats(const struct device *d);

/* How many are behind it, and how many of those are online. */
struct device_children {
    size_t n, n_online;
};
struct device_children device_children(const struct device *d);
/* What it has told of itself that is a number, or a bool (0 and 1). */
void device_each_number(
    const struct device *d, void (*fn)(void *ctx, const char *key, double value), void *ctx);

/* What the gateway itself found to move in the frame `seq` of this camera; from then on as if the camera had sent it. Copied. Where
 * looking took so long that the frame is none of the newest OVERLAY_MATCH_FRAMES any more, no viewer has it, and what moved is told
 * without it. -ESTALE: the device has stopped meanwhile; -ENOMEM. */
int device_publish_overlay(struct device *d, uint32_t seq, const struct overlay *o);
/* There was one, whoever computed it, within the last ten seconds, or the gateway looks for motion. */
bool device_has_overlay(const struct device *d);
/* Who looks for motion in its pictures. */
enum config_flow device_flow(const struct device *d);
/* What looking for motion costs; NULL: the gateway does not. */
const struct frame_flow_stats *device_flow_stats(const struct device *d);

/* Somebody looks, or no longer does: the driver's watch() follows, the end after DEVICE_LINGER_US.
 * Counted; a device that goes away forgets its lookers, so hold the id, not the pointer, across
 * turns: device_look() by id. */
#define DEVICE_LINGER_US INT64_C(5000000)
void device_look(struct device *d);
void device_unlook(struct device *d);

/* The answer of a command: json is any JSON value ("null" when the driver gave none), or for a
 * negative result a sentence. -ETIMEDOUT, -ECANCELED (device stopped), -ENOTCONN … */
typedef void (*command_fn)(void *ctx, int result, const char *json);
struct command_call;
/* Checks name and arguments now: -ENOENT no such command, -EINVAL arguments, -EBUSY exclusive one
 * runs, -ENOTCONN not online, -EAGAIN too many; each with a sentence, and fn is not called. Else 0,
 * and fn is called once, later. `args`: JSON object or NULL. ret may be NULL. */
int device_command(struct device *d, const char *name, const json_t *args, command_fn fn, void *ctx,
    struct command_call **ret, struct error *e);
/* The caller is gone: fn is not called any more; the device goes on. */
void command_abandon(struct command_call *c);
/* The role a command needs; -ENOENT. */
int device_command_role(const struct device *d, const char *name, enum wr_role *ret);

/* One change of a device, all or nothing. NULL or absent: as it is. */
struct device_change {
    const char *name;
    const bool *enabled;
    const char *flow;       /* of a camera: one of CONFIG_FLOWS */
    const json_t *settings; /* {key: value | null}; null: nothing desired any more */
    const json_t *options;  /* {key: value | null}, of what the database owns; null: the default */
};
/* -EINVAL with a sentence; -EPERM: the configuration owns that key, the sentence names file and
 * line. Durable when fn says 0 (fn may be NULL). */
int device_change(
    struct device *d, const struct device_change *change, store_fn fn, void *ctx, struct error *e);

/* Adds one that the database owns. id NULL: made of the name. -EEXIST, -EINVAL, -ENOSPC with a
 * sentence. */
int devices_add(struct devices *d, const char *id, const char *name, const char *driver,
    const json_t *options, struct device **ret, struct error *e);
/* -EPERM: it stands in the configuration, came with its driver, or is behind another and not gone. */
int devices_remove(struct devices *d, struct device *dev, struct error *e);

/* For drivers.c: a driver came or goes (`why` "": another of its name comes at once). Only with no
 * plugin frame on the stack. */
struct driver;
void devices_driver_added(struct devices *d, struct driver *driver);
void devices_driver_removed(struct devices *d, struct driver *driver, const char *why);
/* The folder has been looked at: who has no driver now is told so. NULL at the end. */
void devices_set_drivers(struct devices *d, struct drivers *drivers);
