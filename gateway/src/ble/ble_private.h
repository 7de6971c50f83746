/* ble_private.h - one service inside this folder.
 *
 *     ble.c       life, and what is made of what is     ble_news.c  what the mirror tells
 *     bluez.c     bluetoothd, and what it has          why.c       what is wrong
 *     adapter.c   scanning by turns                    link_queue.c  which link is next
 *     link_new.c  a link is asked for                  link.c  its life until it is open
 *     link_end.c  its end                              link_io.c, link_write.c, link_notify.c  what is
 *                                                      done on it
 *
 * ble_pump() is the one place that makes what is into what should be: whoever learns something sets a
 * flag and calls ble_poke(). Links are freed there only, so that a pointer holds through any event.
 */
#pragma once

#include "base/error.h"
#include "base/list.h"
#include "ble/ble.h"
#include "ble/call.h"
#include "ble/mirror.h"
#include "dbus/dbus_peer.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "loop/watch_fd.h"

/* A device that was seen so long ago at most is there. */
#define BLE_FRESH_US INT64_C(10000000)
/* Connects of one link: the first often fails on a busy radio. */
#define BLE_MAX_ATTEMPTS 3
/* While links are open a scan takes their radio time: less of it. */
#define BLE_BUSY_SCAN_US INT64_C(3000000)
#define BLE_BUSY_SCAN_EVERY_US INT64_C(60000000)

struct ble_adapter;

struct ble {
    struct loop *loop;
    struct ble_config config; /* strings are ours */
    const struct ble_events *events;
    void *ctx;
    char **services; /* to be looked for */
    size_t n_services;
    bool others;

    struct dbus_peer bluez;
    struct timer relist, say;
    unsigned n_relists;
    bool listed;     /* the objects are known */
    bool list_again; /* something changed while they were asked for */
    struct error no_list;
    struct ble_call list_call;

    struct mirror mirror;
    struct list adapters, links;
    struct deferred pump;
    char why[ERROR_TEXT_MAX];
    bool was_ready;
    bool failing;               /* there is nobody to say Disconnect to */
    struct ble_call *answering; /* while notifications are told before its answer is */
    struct ble_stats stats;
};

/* --- ble.c ------------------------------------------------------------------------------------- */

void ble_poke(struct ble *b);
/* All notifications that wait in sockets are told. Before anything else that bluetoothd says. */
void ble_drain(struct ble *b);
/* Somebody looks for something, or wants a link. */
bool ble_is_wanted(const struct ble *b);

/* --- ble_news.c -------------------------------------------------------------------------------- */

extern const struct mirror_events ble_mirror_events;

/* --- bluez.c ----------------------------------------------------------------------------------- */

void ble_bluez_init(struct ble *b);
/* By what is configured; its texts are the configuration's. */
struct dbus_peer_config ble_bluez_config(const struct ble *b);
/* All that is known of it is forgotten. */
void ble_bluez_close(struct ble *b);
/* Asks for all objects anew; links that wait for theirs are told by link_listed(). */
void ble_list(struct ble *b);

/* --- why.c, ble_config.c ----------------------------------------------------------------------- */

/* The first adapter that the configuration has; NULL. */
const struct ble_adapter *ble_first_used(const struct ble *b, bool ready);
/* "" or a sentence. */
void ble_say(const struct ble *b, char out[ERROR_TEXT_MAX]);
void ble_strings_free(char **strings, size_t n);
/* Ends with NULL. -ENOMEM */
int ble_strings_copy(const char *const *from, size_t n, char ***ret);
/* With defaults for times that are 0. -ENOMEM */
int ble_config_copy(const struct ble_config *c, struct ble_config *ret);
void ble_config_fini(struct ble_config *c);

/* --- adapter.c --------------------------------------------------------------------------------- */

enum scan_state { SCAN_OFF, SCAN_STARTING, SCAN_ON, SCAN_STOPPING };

struct ble_adapter {
    struct list link;
    struct ble *ble;
    char path[MIRROR_PATH_BYTES], name[16];
    char address[BLE_ADDRESS_BYTES];
    bool powered, discovering;
    enum scan_state scan;
    struct ble_call call;
    int64_t scan_until_us, scan_ended_us;
    bool has_scanned;
    struct timer duty;
    struct error no_scan; /* of the last try */
};

struct ble_adapter *adapter_find(const struct ble *b, const char *path);
struct ble_adapter *adapter_of(const struct ble *b, const char *device_path);
/* From the mirror: it came, changed, or went. */
void adapter_take(struct ble *b, const struct mirror_object *o);
void adapter_forget(struct ble *b, const char *path);
bool adapter_is_used(const struct ble_adapter *a);
/* It is used and powered. */
bool adapter_is_ready(const struct ble_adapter *a);
/* A link is being made on it. */
bool adapter_is_connecting(const struct ble_adapter *a);
size_t adapter_n_links(const struct ble_adapter *a);
/* True: nothing is scanned on it; else it will be so soon. */
bool adapter_quiet(struct ble_adapter *a);
/* Begins, ends, or waits. */
void adapter_pump(struct ble_adapter *a);

/* --- link.c ------------------------------------------------------------------------------------ */

enum link_state {
    LINK_WAITING,    /* to be seen, and for its adapter's turn */
    LINK_CLEARING,   /* a connection that is not of our making is ended first */
    LINK_CONNECTING, /* Connect was called */
    LINK_RESOLVING,  /* connected; the objects come */
    LINK_OPEN,
    LINK_LEAVING, /* nobody's any more; Disconnect was called */
    LINK_GONE,    /* to be freed by the pump */
};

enum write_state { WRITE_UNTRIED, WRITE_ACQUIRING, WRITE_FD, WRITE_CALLS };
enum notify_state {
    NOTIFY_OFF,
    NOTIFY_ACQUIRING,
    NOTIFY_STARTING,
    NOTIFY_FD,
    NOTIFY_SIGNALS,
    NOTIFY_ENDED
};

struct link_char {
    struct ble_link *owner;
    char path[MIRROR_PATH_BYTES], service[BLE_UUID_BYTES], uuid[BLE_UUID_BYTES];
    uint32_t props;
    enum write_state write;
    struct ble_call write_call;
    int write_fd;
    bool was_acquired;
    struct watch_fd *write_watch;
    struct list outbox; /* of struct link_op: commands that wait for the socket */
    enum notify_state notify;
    struct ble_call notify_call;
    int notify_fd;
    struct watch_fd *notify_watch;
};

enum op_kind { OP_READ, OP_WRITE, OP_SUBSCRIBE };

struct link_op {
    struct list link;   /* in its link's ops */
    struct list queued; /* in a char's outbox, or in its link's answers */
    struct ble_link *owner;
    struct link_char *chr;
    enum op_kind kind;
    bool is_command;
    wr_ble_done done;
    void *ctx;
    struct ble_call call;
    struct timer again;
    unsigned n_tries;
    int result;
    size_t n;
    uint8_t bytes[];
};

struct ble_link {
    struct list link;
    struct ble *ble;
    enum link_state state;
    const struct ble_link_events *events;
    void *ctx;
    char *address, *name, *service; /* of the target; NULL: any */
    int64_t wait_us;
    int64_t seen_after_us; /* a sighting before that does not count */
    unsigned n_attempts;
    char path[MIRROR_PATH_BYTES]; /* of the device; "" while waiting */
    bool lost;                    /* the connection is not there any more */
    /* After ServicesResolved all objects were asked for, and have been told. */
    bool list_asked, all_listed;
    bool looked_again;
    struct ble_call call;
    struct timer limit, settle;
    struct link_char *chars;
    size_t n_chars;
    struct list ops;
    size_t n_ops;
    struct list answers;
    struct deferred answer;
    struct ble_link_stats stats;
    int64_t rate_since_us;
    uint64_t rate_bytes;
};

void link_set_state(struct ble_link *k, enum link_state state);
/* As the mirror has it; NULL: it is gone from there. */
struct mirror_device *link_device(const struct ble_link *k);
bool link_is_on(const struct ble_link *k, const struct ble_adapter *a);
/* Connects it to that device, whose adapter is quiet. */
void link_begin(struct ble_link *k, const struct mirror_object *device);
/* Of `limit`: it takes too long. Of `settle`: nothing more has come for a moment. */
void link_limit_due(struct timer *t);
void link_settled(struct timer *t);
/* With the mirror's news. */
void links_device_news(struct ble *b, const struct mirror_object *device);
void links_gone(struct ble *b, const struct mirror_object *o);
void links_gatt_added(struct ble *b, const char *path);
void links_listed(struct ble *b);

/* --- link_end.c -------------------------------------------------------------------------------- */

/* Nobody's any more. */
bool link_is_over(const struct ble_link *k);
/* closed() is called, and the device disconnected. */
void link_end(struct ble_link *k, int why, const char *error);
/* Connect failed: tried again as soon as the device is seen once more, or ended. */
void link_connect_failed(struct ble_link *k, int r, const char *error);
/* Back to the queue. */
void link_wait_again(struct ble_link *k);
/* The connection is not there any more: link_end_lost() follows in a moment. What is behind it, an
 * adapter without power most often, is told by then. */
void link_lose(struct ble_link *k);
/* Tried again, or ended with the reason. */
void link_end_lost(struct ble_link *k);
/* Of `limit`: nobody waits for the device to be disconnected any longer. */
void link_left(struct timer *t);
/* All that have begun to connect end: bluetoothd is gone. Those that only wait go on waiting. */
void links_fail(struct ble *b, int why, const char *error);
void link_free(struct ble_link *k);
/* Those that are over are freed. */
void links_reap(struct ble *b);
/* At the end: those that are being left are not waited for. */
void links_free(struct ble *b);

/* --- link_queue.c ------------------------------------------------------------------------------ */

/* Takes each waiting link on that can be. */
void links_pump(struct ble *b);

/* --- link_io.c --------------------------------------------------------------------------------- */

/* The characteristics of its device, as the mirror has them. 0: none. */
size_t link_io_open(struct ble_link *k);
void link_io_close(struct ble_link *k);
void link_io_init(struct ble_link *k);
/* What warren/ble.h says of operations: 0 and the characteristic. */
int link_check(struct ble_link *k, const char *uuid, uint32_t props, struct link_char **ret);
/* NULL: no memory. */
struct link_op *link_op_new(struct link_char *c, enum op_kind kind, const void *bytes, size_t n,
    wr_ble_done done, void *ctx);
/* Answered and freed at once: only from an event of the bus or of a socket. */
void link_op_finish(struct link_op *op, int result, const uint8_t *bytes, size_t n);
/* Answered on a later turn. */
void link_op_finish_later(struct link_op *op, int result);
/* Without an answer. */
void link_op_free(struct link_op *op);
/* A call was not answered: the end of the link. */
void link_timed_out(struct ble_link *k, const char *what);
/* A message with op's bytes (NULL: none), and the options that all of GattCharacteristic1's methods
 * take last. */
int link_new_call(struct link_char *c, const char *member, const struct link_op *op,
    const char *type, sd_bus_message **ret);
/* The descriptor of an Acquire call's reply, as our own, and the MTU it tells. */
int link_take_fd(struct ble_link *k, sd_bus_message *reply);

/* --- link_write.c ------------------------------------------------------------------------------ */

/* Of an operation's timer: the write that was refused, once more. */
void link_write_again(struct timer *t);
void link_close_write(struct link_char *c);

/* --- link_notify.c ----------------------------------------------------------------------------- */

/* Notifications that wait in its sockets. */
void link_io_drain(struct ble_link *k);
/* One that came as a signal. */
void link_io_value(struct ble *b, const char *path, const uint8_t *bytes, size_t n);
void link_close_notify(struct link_char *c);
