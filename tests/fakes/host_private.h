/* host_private.h - what the files of the fake host share.
 *
 *     host.c        life of host and devices; turns; what is checked at the end
 *     host_task.c   the virtual clock: what is due, and handles
 *     host_table.c  struct wr_host: time, log, state, timers, children
 *     host_value.c  events, attributes, settings
 *     host_call.c   commands
 *     host_frame.c  frames and captures
 *     host_overlay.c  overlays
 *     host_tcp.c, host_http.c, host_ble.c, host_store.c   one service each
 */
#pragma once

#include "base/buf.h"
#include "base/list.h"
#include "base/util.h"
#include "config/param.h"
#include "device/event_allowance.h"
#include "fakes/host.h"

/* Handles that a device may leave to the host at its end: timers, a link, a stream, a request or
 * two. More were forgotten. */
#define FAKE_MAX_LEFT_HANDLES 16
/* As in the gateway. */
#define FAKE_MAX_HANDLES 256
#define FAKE_MAX_TCP 64
#define FAKE_MAX_CHILDREN 256
#define FAKE_MAX_EVENT_BYTES 16384

struct fake_device;
struct fake_frame;

/* Ends the test with a sentence. */
_Noreturn void fake_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
void fake_trace(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* --- growing arrays of pointers: what tests hold stays where it is ---------------------------- */

struct fake_array {
    void **items;
    size_t n;
};

/* Zeroed memory that becomes the array's newest item. */
void *fake_array_add(struct fake_array *a, size_t size);
/* The i-th; a failure of the test that names `what` when there is none. */
void *fake_array_get(const struct fake_array *a, size_t i, const char *what);
void fake_array_fini(struct fake_array *a, void (*fini)(void *item));
char *fake_strdup(const char *s); /* NULL stays NULL */
void *fake_memdup(const void *bytes, size_t n);

/* --- tasks and handles ------------------------------------------------------------------------ */

/* Something that happens later. Run on a turn of its own, if its handle lives by then (0: it needs
 * none). Freed after. */
struct fake_task {
    struct list link;
    int64_t due_us;
    wr_handle handle;
    void (*run)(struct fake_host *h, struct fake_task *t);
    void *object;
    int result;
    void *bytes; /* owned */
    size_t n;
    int64_t number;
};

/* Due after `us`, behind all that is due then already. */
struct fake_task *fake_task_add(struct fake_host *h, int64_t us, wr_handle handle,
    void (*run)(struct fake_host *, struct fake_task *), void *object);
/* Gives the task bytes of its own. */
void fake_task_bytes(struct fake_task *t, const void *bytes, size_t n);
void fake_tasks_run(struct fake_host *h, int64_t until_us);
void fake_tasks_fini(struct fake_host *h);

enum fake_handle_kind {
    FAKE_TIMER,
    FAKE_TCP,
    FAKE_HTTP,
    FAKE_BLE,
    FAKE_CALL,
    FAKE_CAPTURE,
    FAKE_OP
};

struct fake_handle {
    wr_handle id;
    enum fake_handle_kind kind;
    struct fake_device *owner;
    void *object;
};

/* 0: the device has FAKE_MAX_HANDLES. */
wr_handle fake_handle_add(struct fake_device *d, enum fake_handle_kind kind, void *object);
/* NULL: dead, or of another device or kind. */
void *fake_handle_get(const struct fake_device *d, wr_handle id, enum fake_handle_kind kind);
struct fake_handle *fake_handle_find(const struct fake_host *h, wr_handle id);
void fake_handle_drop(struct fake_host *h, wr_handle id);
size_t fake_handle_count(const struct fake_device *d, enum fake_handle_kind kind);

/* --- devices ---------------------------------------------------------------------------------- */

struct fake_setting {
    struct param_value desired;
    bool dirty;
    int applied;
    double min, max;
};

struct fake_reported {
    const char *key;
    char *text;
    size_t n;
};

struct fake_recorded_event {
    char *type, *json;
};

struct fake_entry {
    char *key;
    void *bytes;
    size_t n;
};

struct fake_device {
    struct wr_dev pub; /* first, so that the pointer is the same */
    struct fake_host *host;
    const struct wr_kind *kind;
    char id[WR_NAME_MAX + 1], key[WR_NAME_MAX + 1], name[128];
    bool running; /* from before start() to after stop(); children: from child() to their end */
    bool online, restart, rejected;
    char why[256];
    char *identity;
    enum wr_clock clock;
    struct fake_setting *settings;
    size_t n_settings;
    struct fake_array reported, events, frames, overlays, entries;
    uint32_t seq;
    struct event_allowance allowance; /* as in the gateway: of a device with its children */
    size_t n_left_out;
};

struct fake_host {
    struct wr_host table; /* what drivers see; sizes filled in */
    const struct wr_driver *driver;
    int64_t now_us;
    struct list tasks;         /* by due_us, then in the order they came */
    struct fake_array devices; /* the first is start()'s, the others its children */
    struct fake_handle **handles;
    size_t n_handles;
    wr_handle last_handle;

    struct param_value *options;
    struct wr_value *option_view;
    size_t n_options;

    const char *inside; /* the call into the driver that runs now; NULL: none */
    bool wanted, told_watch, retrying;
    unsigned n_starts, n_failures;
    int64_t online_since_us;
    struct buf log;

    struct list held; /* frames that the driver has */
    struct fake_array captures, calls, tcps, https, bles;
    unsigned n_refused_frames;
    bool refuses_links;
    int64_t captures_take_us; /* negative: the test answers */
    uint64_t last_capture_id;
    int capture_refusal, store_result;
    char *taken_identity;
    unsigned tolerated, n_unanswered;
};

/* The device behind a pointer that the driver gave: fails the test when it is none, when it is
 * stopped, or when the driver is not being called. */
struct fake_device *fake_device_of(struct wr_dev *dev, const char *function);
struct fake_device *fake_device_peek(const struct wr_dev *dev);
struct fake_device *fake_device_new(struct fake_host *h, const struct wr_kind *kind);
/* Cancels all that a device holds and frees its state. No call into the driver. */
void fake_device_clear(struct fake_device *d, const char *why);

/* Around every call into the driver. */
void fake_enter(struct fake_device *d, const char *call);
void fake_leave(struct fake_device *d);

void fake_settings_resend(struct fake_device *d);
void fake_poke_restart(struct fake_host *h);
void fake_call_finish(struct fake_call *c, int result, const char *json);
int fake_host_cancel(struct wr_dev *dev, wr_handle handle);
int fake_host_publish(struct wr_dev *dev, const char *type, const char *json);
int fake_host_report(struct wr_dev *dev, const char *key, const struct wr_value *value);
int fake_host_applied(struct wr_dev *dev, const char *key, int result);
int fake_host_done(struct wr_dev *dev, wr_handle call, int result, const char *json);

/* Fails the test when a table's `size` is not filled in. */
void fake_check_size(uint32_t size, size_t least, const char *what);

extern const struct wr_host fake_host_table;
extern const struct wr_tcp fake_tcp_table;
extern const struct wr_http fake_http_table;
extern const struct wr_ble fake_ble_table;
extern const struct wr_store fake_store_table;

/* --- host_frame.c ----------------------------------------------------------------------------- */

struct fake_frame {
    struct wr_frame pub; /* first */
    struct fake_device *owner;
    struct list link; /* in host->held */
};

/* NULL: over the quota, or the test says no. */
struct fake_frame *fake_frame_make(struct fake_device *d, size_t bytes);
void fake_frame_release(struct fake_frame *f);
void fake_frames_release(struct fake_device *d);

struct wr_frame *fake_frame_new(struct wr_dev *dev, size_t bytes);
int fake_frame_publish(struct wr_dev *dev, struct wr_frame *frame);
void fake_frame_drop(struct wr_dev *dev, struct wr_frame *frame);
int fake_host_limit(struct wr_dev *dev, const char *key, double min, double max);
int fake_host_capture(struct wr_dev *dev, struct wr_frame *frame, const struct wr_capture *meta,
    wr_capture_fn done, void *ctx);

/* --- host_overlay.c --------------------------------------------------------------------------- */

int fake_overlay_publish(struct wr_dev *dev, const struct wr_overlay *overlay);

/* --- freeing what was recorded ---------------------------------------------------------------- */

void fake_capture_fini(void *item);
void fake_picture_fini(void *item);
void fake_overlay_fini(void *item);
void fake_tcp_fini(void *item);
void fake_http_fini(void *item);
void fake_ble_fini(void *item);
/* The object of a handle is over: cancelled, or its device stopped. */
void fake_tcp_cancel(void *object);
void fake_http_cancel(void *object);
void fake_ble_cancel(void *object);
void fake_capture_cancel(void *object);
