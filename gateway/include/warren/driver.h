/* driver.h - the driver ABI: what a plugin exports and what the host gives it.
 *
 * A driver is one shared object that exports one constant, `warren_driver`. The host reads `abi`,
 * `size` and `needs` from the file before it runs any of its code, so these three stay where they
 * are for ever.
 *
 * Rules that hold for every function below, in both directions:
 *
 *  - Everything runs on the one loop thread. Nothing may block: half a second of a driver's time is
 *    lost data for all others.
 *  - The host never calls a driver from inside a call that the driver made. Results arrive on a
 *    later turn of the loop.
 *  - Timers, sockets, requests and calls are handles (wr_handle): a number with a generation, never
 *    a pointer. One that has ended or was cancelled gives -ESTALE. 0 is never a valid handle.
 *  - int results are 0 or a negative errno. A function that returns a handle returns 0 when it
 *    failed and has said why in the log.
 *  - Text is UTF-8 and ends with NUL. Pointers given to a driver are valid for that call only,
 *    unless a line says otherwise; pointers given to the host are copied by it before it returns.
 *  - No callback of a device comes after its stop() returned. What a device still holds then, the
 *    host cancels and frees.
 *  - A driver keeps no globals: one process may hold many devices of a kind, on old and new code at
 *    once.
 *
 * Tables grow at the end only (never into what the compiler left free there), and `size` says how far
 * the other side's reaches: a driver may meet an older gateway, and a gateway an older driver. Members
 * that came later stand below a line that says so; whoever uses one asks WR_HAS() first, and does
 * without where it is not there. Rows have a spare pointer for the same purpose.
 */
#ifndef WARREN_DRIVER_H
#define WARREN_DRIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define WR_ABI 1u

/* Whether a table of the other side reaches as far as this member. `table` is a pointer to any struct
 * of these headers that has a `size`:
 *
 *     if (WR_HAS(dev->host, limit))
 *         dev->host->limit(dev, "threshold", 10, 95);
 */
#define WR_HAS(table, member)                                                                      \
    ((table)->size >= offsetof(__typeof__(*(table)), member) + sizeof((table)->member))

/* Longest id, type or key that crosses the ABI, without the NUL. Longer ones are refused with
 * -EINVAL. */
#define WR_NAME_MAX 63

typedef uint64_t wr_handle;

struct wr_dev;
struct wr_host;
struct wr_frame;
struct wr_overlay;
struct wr_ble;
struct wr_tcp;
struct wr_http;
struct wr_store;

/* Services of the host that a driver cannot do without, for wr_driver.needs. A missing one is a
 * refused load with a sentence. */
enum wr_service {
    WR_NEEDS_BLE = 1u << 0,
    WR_NEEDS_TCP = 1u << 1,
    WR_NEEDS_HTTP = 1u << 2,
    WR_NEEDS_STORE = 1u << 3,
};

/* --- values ----------------------------------------------------------------------------------- */

enum wr_type {
    WR_BOOL = 1, /* .b */
    WR_INT,      /* .i */
    WR_FLOAT,    /* .f, always finite */
    WR_STRING,   /* .s; with choices: one of them */
    /* .s: elements joined by commas; in JSON an array of strings; with choices: each is one of
     * them */
    WR_LIST,
};

/* A checked value. .s is never NULL for WR_STRING and WR_LIST; it may be empty. */
struct wr_value {
    enum wr_type type;
    union {
        bool b;
        int64_t i;
        double f;
        const char *s;
    };
};

enum wr_param_flags {
    WR_SECRET = 1u << 0, /* write-only: no reply, log, event or export shows it */
    /* the device cannot tell it back: applied() counts as reported (settings only) */
    WR_UNREADABLE = 1u << 1,
    WR_REQUIRED = 1u << 2, /* has no default and must be given (options and arguments) */
    /* text that is the name or the IP address of a host, without a port; "" only where it is not required */
    WR_HOST = 1u << 3,
    /* text that is a Bluetooth address, AA:BB:CC:DD:EE:FF; "" only where it is not required. Two
     * devices cannot have the same */
    WR_BLE_ADDRESS = 1u << 4,
};

/* One option, setting or argument: the one source for the config check, REST check, forms, JSON
 * Schema and docs. */
struct wr_param {
    const char *key; /* [a-z0-9_.]{1,63}; NULL ends a table */
    enum wr_type type;
    const char *unit; /* "s", "us", "%", "dBm" …; NULL: none */
    /* default, as a person would write it; NULL: none (unset settings, empty strings) */
    const char *def;
    double min, max; /* numbers: the range, ends included; text: bytes. Both 0: no bound */
    const char *const *choices; /* NULL-terminated; NULL: any */
    uint32_t flags;
    const char *help; /* one sentence */
    const void *reserved;
};

/* A value that a device has now. The newest is kept and shown. A text "trouble" says in a sentence
 * what does not work although the device is online ("" when all does): the host tells it with a
 * command that times out. */
struct wr_attribute {
    const char *key; /* NULL ends a table */
    enum wr_type type;
    const char *unit;
    const char *help;
    const void *reserved;
};

enum wr_command_flags {
    WR_EXCLUSIVE = 1u << 0, /* one at a time for a device: a second is refused with 409 */
};

enum wr_role {
    WR_ROLE_OPERATOR = 0, /* the default: moves the device */
    WR_ROLE_VIEWER = 1,   /* harmless to anybody who may look */
    WR_ROLE_ADMIN = 2,    /* changes the device for good */
};

/* What a device can be told to do. Answered once, by wr_host.done or by run()'s error. */
struct wr_command {
    const char *name; /* [a-z0-9_]{1,63}; NULL ends a table */
    const struct wr_param *args;
    const char *help;
    uint32_t timeout_ms; /* 0: 10 000 */
    uint32_t flags;
    enum wr_role role;
    const void *reserved;
};

enum wr_topic_flags {
    WR_TOPIC_LIVE = 1u << 0, /* for who is there now, as progress is: not kept in the history */
};

/* An event type that a kind publishes: dotted, lower case. A type that is not declared is refused
 * by publish(). */
struct wr_topic {
    const char *type; /* NULL ends a table */
    const char *help;
    uint32_t flags;
};

enum wr_kind_flags {
    WR_KIND_CAMERA = 1u << 0, /* publishes frames; the host adds the command `capture` */
};

/* A kind of device. kinds[0] is what the driver's devices are; the others are their children. */
struct wr_kind {
    const char *name; /* slug; NULL ends the table */
    uint32_t flags;
    const struct wr_param *settings;
    const struct wr_attribute *attributes;
    const struct wr_command *commands;
    const struct wr_topic *topics;
    /* Bytes that the host allocates and zeroes for dev->state, and wipes at the end; at most 16 MiB. */
    size_t state_size;
    const void *reserved;
};

/* --- finding ---------------------------------------------------------------------------------- */

struct wr_prop {
    const char *key, *value;
};

/* Something seen and owned by nobody: an advertisement, an mDNS record, an address that a person
 * typed. Names and values are what was sent: of any bytes but NUL. Properties of bus "ble":
 *
 *     service                    a UUID in its long form, lower case; once for each
 *     manufacturer.<company>     four hex digits, lower case → the data in hex
 *     service_data.<uuid>        → the data in hex
 *     rssi_dbm, tx_power_dbm     numbers as text
 *     address_type               "public" or "random"
 *     adapter                    which of ours saw it: "hci0"
 *
 * and of "mdns":
 *
 *     type                       "_http._tcp"
 *     host                       "camera.local", which not every machine can look up: address is what to use
 *     port                       a number as text: with the address it says where the thing is
 *     txt.<key>                  → the value, "" where there is none; keys in lower case
 *     txt.id                     by convention what identify() is told, too: so it is known again, wherever it is
 */
struct wr_found {
    uint32_t size;
    const char *bus; /* "ble", "mdns" or "address" */
    /* as that bus writes it; of "ble" AA:BB:CC:DD:EE:FF, of "mdns" an IP address */
    const char *address;
    const char *name; /* may be "" */
    const struct wr_prop *props;
    size_t n_props;
};

/* What is worth a probe(). key: "name" or that of a property; pattern: shell-style, * and ? only. A
 * row with bus "auto" says that the driver needs nothing to reach its device: the host makes one as
 * soon as the driver is there. */
struct wr_match {
    const char *bus; /* NULL ends the table */
    const char *key;
    const char *pattern;
};

/* --- the driver ------------------------------------------------------------------------------- */

/* A command on its way. Valid during run() only, but for `id`, which done() takes. */
struct wr_call {
    wr_handle id;
    const char *name;
    unsigned index; /* of the row in the kind's commands[] */
    /* checked, defaults filled in, in table order; one whose row has no default and that was not
     * given has type 0 */
    const struct wr_value *args;
    size_t n_args;
};

/* A setting that is to be applied. */
struct wr_setting {
    unsigned index; /* of the row in the kind's settings[] */
    struct wr_value value;
};

struct wr_driver {
    uint32_t abi;   /* WR_ABI */
    uint32_t size;  /* sizeof(struct wr_driver) as compiled */
    uint64_t needs; /* enum wr_service, or-ed */

    const char *name;    /* slug; the folder and file name of the driver */
    const char *version; /* of the driver, for people */
    const char *summary; /* one line */

    const struct wr_match *matches; /* NULL: never found by itself */
    const struct wr_param *options; /* how to reach a device */
    const struct wr_kind *kinds;

    /* Pure, no device yet, no host: 0 mine; -ENODEV not mine, ask the next; anything else: stop
     * asking and report it. NULL when matches say enough. */
    int (*probe)(const struct wr_found *found);

    /* Begin. The state is zeroed. A negative result counts as online(false): the host tries again
     * later, with back-off. */
    int (*start)(struct wr_dev *dev);

    /* End: last words only; the host cancels what is open. NULL: nothing to say. Also called before
     * each retry. */
    void (*stop)(struct wr_dev *dev);

    /* Somebody looks, or nobody any more (the host adds linger): open or close what is expensive.
     * Called after start() and on change. NULL: the device streams always or never. */
    void (*watch)(struct wr_dev *dev, bool wanted);

    /* Apply settings: after each online(true) with all desired ones, on change with the changed.
     * Answer each with applied(). A negative result fails all of them. The dev may be a child. */
    int (*configure)(struct wr_dev *dev, const struct wr_setting *changed, size_t n_changed);

    /* Run a command. 0: done() was or will be called with call->id; negative: failed at once. The
     * dev may be a child. */
    int (*run)(struct wr_dev *dev, const struct wr_call *call);

    /* --- came later: the host asks WR_HAS() first ---------------------------------------------- */

    /* This very device is there, at found->address of found->bus: told every few seconds while it
     * runs, so that it can be followed to another address; most often there is nothing to do. One that waits
     * for its next try is started at once when mDNS tells of it, and told right after start(). Which
     * device it is: the one that was identified as its txt.id; else the one whose options `address`,
     * `host` or `ble_address` (with `port`) say so; else one whose options leave that open, until it
     * is identified. NULL: not interested. */
    void (*seen)(struct wr_dev *dev, const struct wr_found *found);
};

#define WR_EXPORT __attribute__((visibility("default")))

/* Define exactly one in a plugin: `WR_EXPORT const struct wr_driver warren_driver = { … };` */
extern WR_EXPORT const struct wr_driver warren_driver;

/* --- one device ------------------------------------------------------------------------------- */

/* Owned by the host; valid from start() until stop() returned (a child: until child_gone() or the
 * parent's stop). Read-only. */
struct wr_dev {
    const struct wr_host *host;
    void *state;           /* kind->state_size bytes, the driver's own */
    const char *id;        /* slug, stable for ever */
    const char *kind;      /* kinds[].name */
    struct wr_dev *parent; /* NULL for what start() was called with */
    const char *key;       /* children: the key given to child(); else "" */
    /* checked, in table order (children: the parent's); unset ones have type 0 */
    const struct wr_value *options;
};

enum wr_log_level { WR_LOG_DEBUG, WR_LOG_INFO, WR_LOG_WARNING, WR_LOG_ERROR };

/* What the device's own timestamps are. */
enum wr_clock {
    WR_CLOCK_NONE = 0,  /* it tells no times */
    WR_CLOCK_UTC,       /* µs since the epoch */
    WR_CLOCK_MONOTONIC, /* µs since some moment: the host maps it by the smallest offset seen */
};

/* A minute of 16 kHz, 16 bit, mono. */
#define WR_SOUND_MAX_BYTES (2u << 20)

/* A picture to keep. */
struct wr_capture {
    uint32_t size;
    int64_t captured_us; /* µs since the epoch; 0: take the frame's, else the time of receipt */
    const char *source;  /* how it came: "command", "batch", "past", "save" …; NULL: "device" */
    /* the device's own name for it, so that the same one is kept once; NULL: none */
    const char *key;
    double latitude, longitude; /* degrees; NAN: unknown */
    /* --- came later ------------------------------------------------------------------------- */
    /* what was to be heard when it was taken: a WAV file, kept beside the picture; copied before
     * capture() returns */
    const void *sound;
    uint32_t n_sound; /* 0: none; up to WR_SOUND_MAX_BYTES */
};

typedef void (*wr_timer_fn)(struct wr_dev *dev, void *ctx);

/* result: 0 and the capture's id once the picture is durable (file and row on the disk), else
 * negative and the device must keep its copy: -ENOSPC disk full, -EINVAL not a JPEG, -EAGAIN too
 * many waiting. -EEXIST (id valid): that key is kept already. */
typedef void (*wr_capture_fn)(struct wr_dev *dev, void *ctx, int result, uint64_t id);

/* --- what the host gives ---------------------------------------------------------------------- */

struct wr_host {
    uint32_t abi;
    uint32_t size;

    /* Monotonic time of this turn of the loop, and UTC, both in µs. */
    int64_t (*now_us)(struct wr_dev *dev);
    int64_t (*wall_us)(struct wr_dev *dev);

    /* One line in the log, with the device's id. Rate-limited per device. */
    void (*log)(struct wr_dev *dev, enum wr_log_level level, const char *format, ...)
        __attribute__((format(printf, 3, 4)));

    /* The device is reachable, or it is not. `why` is a sentence for people (NULL when up). After
     * online(false) the host calls stop(), frees what the device held, waits (capped back-off with
     * jitter) and calls start() anew. For a child only the shown state changes. */
    void (*online)(struct wr_dev *dev, bool up, const char *why);

    /* Pin the identity: a serial number or hardware address. -EEXIST: another device has it. */
    int (*identify)(struct wr_dev *dev, const char *serial);

    /* Only after connecting it was seen that this is no device of mine: the host remembers, and
     * asks the next driver. */
    void (*reject)(struct wr_dev *dev, const char *why);

    /* Timers. `us` > 0. every(): the first call after one period; late periods are skipped, not
     * made up for. */
    wr_handle (*after)(struct wr_dev *dev, int64_t us, wr_timer_fn fn, void *ctx);
    wr_handle (*every)(struct wr_dev *dev, int64_t us, wr_timer_fn fn, void *ctx);

    /* End any handle of this device: timer, connection, request. No callback of it comes any more.
     * -ESTALE: already over. */
    int (*cancel)(struct wr_dev *dev, wr_handle handle);

    /* An event. `json` is one JSON object or NULL. -EINVAL: not declared, or not an object;
     * -EMSGSIZE: over 16 KiB. -EAGAIN: this device, with its children, has said too much lately (a
     * hundred at once, then five a second; of live topics fifty), and the event was left out for
     * good. The host counts and tells that; a driver need not look at the result, nor say it again.
     */
    int (*publish)(struct wr_dev *dev, const char *type, const char *json);

    /* The newest value of an attribute, or what the device says a setting is. -ENOENT: not in the
     * tables; -EINVAL: its type. Of an attribute a value of type 0 says that it has none any more:
     * it is shown no longer (an older host says -EINVAL, and goes on to show the last one). */
    int (*report)(struct wr_dev *dev, const char *key, const struct wr_value *value);

    /* A setting of configure() was taken (0) or not (negative; tried again at the next online). */
    int (*applied)(struct wr_dev *dev, const char *key, int result);

    /* What captured_us of this device's frames means. Default: WR_CLOCK_NONE. */
    void (*clock)(struct wr_dev *dev, enum wr_clock clock);

    /* Frames: see frame.h. frame_new: NULL when readers are slow or `bytes` is too much: drop the
     * picture (the host counts it). frame_publish and frame_drop take the frame over in every
     * case. */
    struct wr_frame *(*frame_new)(struct wr_dev *dev, size_t bytes);
    int (*frame_publish)(struct wr_dev *dev, struct wr_frame *frame);
    void (*frame_drop)(struct wr_dev *dev, struct wr_frame *frame);

    /* Keep a picture. Takes the frame over in every case. A negative result: done is not called. */
    int (*capture)(struct wr_dev *dev, struct wr_frame *frame, const struct wr_capture *meta,
        wr_capture_fn done, void *ctx);

    /* Answer a command. result 0: `json` is the answer (any JSON value, NULL: null); negative:
     * `json` is a sentence saying why, or NULL; -EOPNOTSUPP says that this device can never do it,
     * -EDOM that an argument is wrong in a way that its row cannot tell.
     * -ESTALE: it timed out or was cancelled; that is counted and harmless. */
    int (*done)(struct wr_dev *dev, wr_handle call, int result, const char *json);

    /* A thing behind this device. The same key gives the same child for ever;
     * another name is what it is called from then on, unless people gave it one. NULL: over the limit
     * (256 that are there; of those that are gone the longest gone make room) or a wrong kind. */
    struct wr_dev *(*child)(
        struct wr_dev *dev, const char *kind, const char *key, const char *name);
    void (*child_gone)(struct wr_dev *child, const char *why);

    /* Services; NULL when absent. Each has a header of its own. */
    const struct wr_ble *ble;
    const struct wr_tcp *tcp;
    const struct wr_http *http;
    const struct wr_store *store;

    /* --- came later: WR_HAS() first ---------------------------------------------------------- */

    /* What the device does now, in a sentence for people: its `why`, until the next of status(),
     * away() and online(). No change of state, no entry in the history. NULL: nothing to say. */
    void (*status)(struct wr_dev *dev, const char *why);

    /* Not reachable now, and the driver itself goes on looking for it (a device that sleeps, a link
     * whose transfer is to be resumed): shown as offline with `why`, but nothing is stopped or freed.
     * online(true) when it is back. Not for children. A host without it is told online(false). */
    void (*away)(struct wr_dev *dev, const char *why);

    /* What this very device takes of a number among its settings, where that is less than the table
     * says: people are refused the rest at once. Both 0: all of the table again. -ENOENT; -EINVAL: no
     * number, or not within the table's range. */
    int (*limit)(struct wr_dev *dev, const char *key, double min, double max);

    /* What the device found to move in one of its pictures: see overlay.h. Copied. -EINVAL: it cannot
     * be (a block outside of the grid, a grid outside of the frame …), and is left out. */
    int (*overlay_publish)(struct wr_dev *dev, const struct wr_overlay *overlay);
};

#ifdef __cplusplus
}
#endif
#endif
