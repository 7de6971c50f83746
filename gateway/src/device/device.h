/* device.h - one device inside this folder: its state machine and what it owns. Everybody else sees
 * devices.h.
 *
 *              ┌────────── enabled, driver there, options right ──────────┐
 *              ▼                                                          │
 *          STARTING ── online(true) ──▶ ONLINE                        DISABLED / ERROR
 *           ▲    │                        │                               ▲
 *      back-off  └─ online(false) ─▶ OFFLINE ◀┘                           │
 *           └───────────────────────────┘  ── disabled, driver gone ──────┘
 *
 * Every call into a driver is made by device_pump() or by a socket, timer or request of the device,
 * never from inside another such call: whoever wants something sets a flag and calls device_poke().
 */
#pragma once

#include <warren/driver.h>

#include "base/allowance.h"
#include "device/clock_map.h"
#include "device/devices.h"
#include "device/driver.h"
#include "device/event_allowance.h"
#include "device/inflow.h"
#include "device/motion.h"
#include "device/overlay_match.h"
#include "device/scope.h"
#include "loop/loop.h"
#include "loop/timer.h"

/* Reconnect: 1 s, doubled up to a minute, each time between half and the whole of it, so that a
 * room of devices does not come back at once. */
#define RETRY_FIRST_US INT64_C(1000000)
#define RETRY_MAX_US INT64_C(60000000)
/* Online for so long, a device has recovered and its back-off begins anew. */
#define RETRY_FORGIVEN_US INT64_C(60000000)
/* Attribute changes are told at most so often. */
#define ATTRIBUTES_EVERY_US INT64_C(1000000)
/* Log lines of a driver: a burst, then so many a second. */
#define DRIVER_LOG_BURST 50
#define DRIVER_LOG_PER_S 5

struct setting_state {
    struct param_value desired, reported;
    bool dirty;       /* to be given to configure() */
    bool sent;        /* given, applied() not yet called */
    int result;       /* of the last applied() */
    bool from_config; /* desired stands in the configuration, in `line` */
    unsigned line;
    double min, max; /* of this device, within its row's; both 0: the row's */
};

struct attribute_state {
    struct param_value value;
    int64_t time_us; /* UTC; 0: never reported */
    bool changed;    /* since the last device.attributes */
};

struct device {
    struct wr_dev pub; /* what drivers see; first, so that the pointer is the same */

    struct devices *all;
    struct list link;     /* in all->list, in the order of their making */
    struct list children; /* of struct device, by .sibling */
    struct list sibling;
    enum device_owner owner;
    char id[WR_NAME_MAX + 1], name[DEVICE_NAME_BYTES], driver_name[WR_NAME_MAX + 1];
    char kind_name[WR_NAME_MAX + 1]; /* outlives the driver */
    char child_key[WR_NAME_MAX + 1];
    char serial[WR_NAME_MAX + 1]; /* as which it was identified last, with the options it has; "" */
    bool enabled;
    enum config_flow flow;

    /* How to reach it, as it was given: by the configuration (pairs) or over REST (json). */
    struct config_device *given; /* owned copy; NULL */
    char *given_file;
    json_t *given_options; /* owned; NULL */

    struct driver *driver; /* NULL: not bound */
    const struct wr_kind *kind;
    struct param_value *options;
    struct wr_value *option_view;
    size_t n_options;
    struct setting_state *settings;
    size_t n_settings;
    struct attribute_state *attributes;
    size_t n_attributes;

    enum device_state state;
    char why[ERROR_TEXT_MAX];
    /* the options do not fit the driver's table, or the driver rejected it: no use in trying */
    bool misfit;
    bool rejected; /* by its driver: whoever recognises it may have it */
    bool running;  /* between a good start() and stop(); children: between child() and its end */
    bool restart;  /* online(false) was said: stop, wait, start */
    bool removing; /* out of the registry, to be freed */
    struct deferred pump;
    struct timer retry;
    unsigned n_failures;
    int64_t online_since_us;

    struct scope scope;
    bool ble_down;     /* its last link ended because Bluetooth did not work */
    struct list calls; /* of struct command_call, all that are not answered */

    unsigned n_lookers;
    bool looked;     /* n_lookers > 0, or lingering */
    bool told_watch; /* what the driver knows */
    struct timer linger;

    uint16_t channel;
    uint32_t seq;
    struct frame_quota quota;
    struct clock_map clock;
    struct device_stats stats;
    int64_t last_seen_us;
    struct list frame_waiters; /* of struct command_call: host's own `capture` */

    struct overlay_match overlays;
    struct motion motion;
    struct frame_flow *frame_flow; /* NULL: the gateway does not look for motion */
    bool flow_fails;               /* the newest picture could not be looked at, which was told */
    int64_t overlay_us;            /* when the newest came, by the loop's clock; 0: none */

    struct timer attributes_timer;
    bool status_untold; /* its sentence has changed, and device.status is due with the attributes */
    struct allowance log_lines;
    unsigned n_log_dropped;

    /* Of a device without a parent, for it and its children. */
    struct inflow inflow;
    struct event_allowance events;
    struct timer left_out_timer;
    uint64_t n_left_out; /* events, since left_out_since_us (UTC); told when the timer is due */
    int64_t left_out_since_us;
};

struct devices {
    struct devices_env env;
    struct drivers *drivers;
    struct list list;
    size_t n;
    uint16_t next_channel;
    uint64_t generation;        /* of handles */
    unsigned n_driver_frames;   /* calls into drivers on the stack: 0 or 1 */
    struct config *config_seen; /* not owned; NULL */
};

static inline struct device *device_of(struct wr_dev *dev)
{
    return (struct device *)dev;
}

/* Who answers for it: what is behind a hub is as little to be trusted as the hub. */
static inline struct device *device_root(struct device *d)
{
    return d->pub.parent ? device_of(d->pub.parent) : d;
}

/* --- device.c: its life ------------------------------------------------------------------------ */

/* Made and in the registry; nothing has been published. -ENOSPC at DEVICES_MAX, when no child is gone whose place it could have. */
int device_new(struct devices *all, const char *id, const char *name, enum device_owner owner,
    struct device **ret);
/* Stops it if need be. No plugin frame on the stack. */
void device_free(struct device *d);
/* Looks at what should be, on a later turn. */
void device_poke(struct device *d);
/* Calls stop(), cancels all it holds, frees its state. No plugin frame on the stack. Safe to
 * repeat. */
void device_halt(struct device *d, const char *why);
/* As the driver says: its link is there, or has ended, after which it is started anew. */
void device_online(struct device *d, bool up, const char *why);
/* Offline, with its driver going on. */
void device_away(struct device *d, const char *why);
/* It was seen; its driver is told, where it runs and wants to know. From the loop's own turn. */
void device_seen(struct device *d, const struct wr_found *found);
/* Around every call into a driver: asserts that there is no other on the stack. */
void driver_enter(struct device *d);
void driver_leave(struct device *d);

/* --- device_state.c: what it is at the moment -------------------------------------------------- */

/* State and sentence; publishes device.online, device.offline or device.error when the state is
 * another. */
void device_set_state(struct device *d, enum device_state state, const char *why);
/* The sentence alone; device.status, which is no news for the history. */
void device_status(struct device *d, const char *why);
/* Publishes it. */
void device_status_due(struct device *d);
/* Publishes what we or people have made happen. */
void device_publish(struct device *d, const char *type, const char *data);
void device_publish_added(struct device *d, const char *type);
/* It has changed by itself, which it may do too often. */
void device_tell_changed(struct device *d);

/* --- device_tell.c: what the device makes happen, as far as it may ----------------------------- */

/* Kept, or for who is there now only (`live`). -EAGAIN: it has said too much lately, so that this
 * was left out, which is counted and told. Else as bus_publish(). */
int device_tell(struct device *d, const char *type, const char *json, bool live);
/* What people who look must know all the same (its state): where it has said too much it is not
 * kept. */
void device_tell_always(struct device *d, const char *type, const char *json);
/* Counts as one event; false: later, with what has come up by then. */
bool device_may_tell_live(struct device *d);
/* The timer's function: tells what was left out. */
void device_left_out_due(struct timer *t);

/* --- devices.c: the registry ------------------------------------------------------------------- */

/* In the store: space "registry", the device's id → {"driver","name","enabled","options"}; of a
 * device that the database owns all of it, of others what was changed over REST ("name",
 * "enabled"). */
#define REGISTRY "registry"

/* In the registry, without a driver yet. NULL: no room or memory, which is in the log. */
struct device *devices_make(struct devices *d, const char *id, const char *name, const char *driver,
    enum device_owner owner);
/* Binds it to its driver, or says that there is none; nothing before the folder was looked at. */
void devices_find_driver(struct device *dev);
/* The same, and tells the others. What is there at the start is no news. */
void devices_announce(struct device *dev);
/* Stops, frees and tells. Its children go with it, so a walk over the list that is going on begins
 * anew. */
void devices_remove_now(struct device *dev);

/* What is changed of a device over REST, beside its settings. */
enum device_key { DEVICE_NAME, DEVICE_ENABLED, DEVICE_OPTIONS, DEVICE_FLOW, DEVICE_N_KEYS };
const char *device_key_name(enum device_key key);
/* Not over REST: it stands in the configuration file, where all options of such a device belong, too; or it has none. */
bool device_is_fixed(const struct device *dev, enum device_key key);
/* Name, use and flow as they were changed over REST, for a device that the database does not own. */
void devices_load_changes(struct device *dev);
/* People gave it its name. */
bool device_is_named(const struct device *dev);

/* Before a device is made (`self` NULL) or changed: what is wrong with its options, or whose address they have, is told to who
 * made them. */
int devices_check_options(struct devices *all, const struct device *self,
    const struct driver *driver, const json_t *options, struct error *e);

/* --- bind.c: a device and its driver's tables ------------------------------------------------- */

/* Checks the options and builds settings and attributes. A misfit leaves the device bound, in
 * DEVICE_ERROR with a sentence. */
void device_bind(struct device *d, struct driver *driver, const struct wr_kind *kind);
void device_unbind(struct device *d);

/* Bluetooth reaches one device at an address: -EEXIST when one that fits has it, other than `self` (NULL: it is not there yet).
 * 0: it is free, or none, or the rows have no option with WR_BLE_ADDRESS. */
int device_check_twin(struct devices *all, const struct device *self, const struct wr_param *rows,
    const char *address, struct error *e);
/* Something has changed that devices may have been misfits for: they are bound anew. */
void devices_fit_again(struct devices *all);

/* --- option.c --------------------------------------------------------------------------------- */

/* How it is reached: the first of its options "address", "host" and "ble_address" that was given, also without its driver; "". */
const char *device_address(const struct device *d);
/* Each of them, also those that were not given, which are ""; NULL: there is no i-th. */
const char *device_nth_address(const struct device *d, size_t i);
/* Its option "port", as it is in effect or else as it was given; 0: not known. */
int64_t device_port(const struct device *d);
/* One of the addresses is that, and its port is that, too, where both are known (NULL: it is not). */
bool device_is_at(const struct device *d, const char *address, const char *port);
/* The option that takes a Bluetooth address (WR_BLE_ADDRESS). NULL: there is none. */
const char *device_ble_address_key(const struct wr_param *rows);
/* What was given for it; "". */
const char *device_ble_address(const struct device *d);
/* The object "options" of REST: the driver's rows with the value that is in effect and who gave it.
 * Empty without its driver, and of a child. */
void device_options_json(const struct device *d, struct wr_json *j);
/* All of them as `change` ({key: value, or null for the default}) makes them, checked where the
 * driver is there. The caller's to decref. */
int device_options_change(
    const struct device *d, const json_t *change, json_t **ret, struct error *e);

/* --- serial.c --------------------------------------------------------------------------------- */

/* As host.identify(). */
int device_identify(struct device *d, const char *serial);
/* Who was identified as that; NULL: nobody who is still there. */
struct device *devices_by_serial(const struct devices *all, const char *driver, const char *serial);

/* --- rejected.c ------------------------------------------------------------------------------- */

/* Its driver said after connecting that it is none of its kind: remembered for that address and that
 * version of the driver, over restarts. */
void device_remember_rejected(struct device *d);
bool device_was_rejected(const struct store *s, const struct driver *driver, const char *address);

/* --- setting.c -------------------------------------------------------------------------------- */

/* Desired values from configuration and database; at bind. */
void settings_load(struct device *d);
void settings_fini(struct device *d);
/* All desired ones are to be sent (after online). */
void settings_resend(struct device *d);
/* Calls configure() with what is dirty; from the pump. */
void settings_send(struct device *d);
bool setting_pending(const struct device *d, unsigned index);
void setting_reported(struct device *d, unsigned index, const struct wr_value *value);
int setting_applied(struct device *d, const char *key, int result);
/* As host.limit(). */
int setting_limit(struct device *d, const char *key, double min, double max);
/* The row as it holds for this device. */
struct wr_param setting_row(const struct device *d, unsigned index);
/* Checks {key: value|null}; with `commit` also stores and marks them. */
int settings_change(
    struct device *d, const json_t *settings, bool commit, store_fn fn, void *ctx, struct error *e);

/* --- command.c -------------------------------------------------------------------------------- */

/* Gives waiting calls to the driver; from the pump. */
void commands_run(struct device *d);
/* Ends all with a result. */
void commands_cancel(struct device *d, int result);
int command_answer(struct device *d, wr_handle handle, int result, const char *json);
/* The command of every camera, and its wait for a frame. */
extern const struct wr_command capture_command;
void capture_command_run(struct command_call *c);
void capture_command_frame(struct device *d, struct frame *f);
size_t device_n_commands(const struct device *d);
/* The driver's rows, then the host's own. */
const struct wr_command *device_command_row(const struct device *d, size_t i);

struct command_call {
    struct list link;    /* in device->calls */
    struct list waiting; /* in device->frame_waiters */
    struct device *device;
    const struct wr_command *row;
    unsigned index;
    struct param_value *args;
    size_t n_args;
    wr_handle handle;
    bool given; /* run() was called */
    bool looking;
    bool storing; /* its picture is on its way to the disk */
    struct timer timeout;
    command_fn fn; /* NULL: abandoned */
    void *ctx;
};
void command_finish(struct command_call *c, int result, const char *json);

/* --- child.c ---------------------------------------------------------------------------------- */

struct wr_dev *child_add(
    struct device *parent, const char *kind, const char *key, const char *name);
void child_end(struct device *child, const char *why);
/* Things come and go for years: of those that are gone, behind `parent` or behind any (NULL), the one that was seen longest ago is
 * removed. False: none is gone. Its driver does not know it any more, so it may be called from inside a driver. */
bool child_forget_one(struct devices *all, const struct device *parent);

/* --- the host tables -------------------------------------------------------------------------- */

extern const struct wr_host host_table;
extern const struct wr_ble host_ble;
extern const struct wr_tcp host_tcp;
extern const struct wr_http host_http;
extern const struct wr_store host_store;
/* host_frame.c, for host_table */
struct wr_frame *host_frame_new(struct wr_dev *dev, size_t bytes);
/* The same for a picture that was begun already, and has turned out larger. */
struct wr_frame *host_frame_larger(struct wr_dev *dev, size_t bytes);
int host_frame_publish(struct wr_dev *dev, struct wr_frame *pub);
void host_frame_drop(struct wr_dev *dev, struct wr_frame *pub);
int host_capture(struct wr_dev *dev, struct wr_frame *pub, const struct wr_capture *meta,
    wr_capture_fn fn, void *ctx);
/* host_overlay.c */
int host_overlay_publish(struct wr_dev *dev, const struct wr_overlay *overlay);
/* host_values.c */
int host_publish(struct wr_dev *dev, const char *type, const char *json);
int host_report(struct wr_dev *dev, const char *key, const struct wr_value *value);
int host_applied(struct wr_dev *dev, const char *key, int result);
int host_limit(struct wr_dev *dev, const char *key, double min, double max);
/* Publishes the changed attributes, and a sentence that waits; the timer's function. */
void host_attributes_due(struct timer *t);
/* Within ATTRIBUTES_EVERY_US. */
void host_attributes_later(struct device *d);
/* After a frame was published: overlays that waited for it follow. */
void device_overlay_frame(struct device *d, const struct frame *f);
/* One has waited too long; the timer's function. */
void device_overlay_timeout(struct timer *t);
/* device_flow.c: begins and ends looking for motion, as d->flow and its kind want it. */
void device_flow_apply(struct device *d);
/* Another choice: what moved is over, for whoever said so. */
void device_flow_choose(struct device *d, enum config_flow flow);
/* After a frame was published. */
void device_flow_frame(struct device *d, struct frame *f);
/* What a driver does wrong is told in the log, with the device; rate-limited. */
void host_misuse(struct device *d, const char *what, const char *detail);
/* enum wr_service that host_table offers. */
uint64_t host_services(void);
