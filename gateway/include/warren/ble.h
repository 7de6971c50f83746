/* ble.h - Bluetooth LE links for drivers. One link per device at a time.
 *
 * UUIDs are written in full, lower case. The service connects, waits until the remote objects are
 * there, and subscribes with whatever carries most (AcquireNotify). Every call has a time limit of
 * the host's; -ETIMEDOUT ends the link.
 */
#ifndef WARREN_BLE_H
#define WARREN_BLE_H

#include "driver.h"

enum wr_ble_props {
    WR_BLE_READ = 1u << 0,
    WR_BLE_WRITE = 1u << 1,
    WR_BLE_WRITE_NO_RESPONSE = 1u << 2,
    WR_BLE_NOTIFY = 1u << 3,
};

/* How to write: BEST takes what the characteristic offers, without response first. */
enum wr_ble_write { WR_BLE_WRITE_BEST, WR_BLE_WRITE_WITH_RESPONSE, WR_BLE_WRITE_COMMAND };

struct wr_ble_target {
    uint32_t size;
    const char *address; /* NULL: the first that `name` and `service` match */
    const char *name;    /* shell-style patterns, joined by commas; NULL: any */
    const char *service; /* NULL: any */
    /* Until it is seen and its turn has come; making the connection then takes 25 s at most. A device
     * that sleeps is waited for with a long one. 0: 30 000 */
    uint32_t connect_timeout_ms;
};

struct wr_ble_char {
    const char *service, *uuid;
    uint32_t props; /* enum wr_ble_props */
};

/* Any may be NULL but closed. */
struct wr_ble_events {
    uint32_t size;
    /* Connected and its characteristics known. */
    void (*opened)(struct wr_dev *dev, wr_handle h, void *ctx, const struct wr_ble_char *chars,
        size_t n_chars, unsigned mtu);
    void (*notified)(struct wr_dev *dev, wr_handle h, void *ctx, const char *uuid,
        const uint8_t *bytes, size_t n);
    void (*closed)(struct wr_dev *dev, wr_handle h, void *ctx, int why, const char *error);
    /* --- came later ------------------------------------------------------------------------- */
    /* It was seen, its turn has come, and it is being connected to. */
    void (*connecting)(struct wr_dev *dev, wr_handle h, void *ctx, const char *address);
};

/* How a link is doing. */
struct wr_ble_stats {
    uint32_t size;
    int32_t rssi_dbm;   /* when it was last seen on the air; 0: unknown */
    uint32_t mtu;       /* 0: not open */
    uint32_t n_retries; /* connects that failed before this one */
    uint64_t n_notifications, n_bytes, bytes_per_s; /* received */
};

typedef void (*wr_ble_done)(
    struct wr_dev *dev, void *ctx, int result, const uint8_t *bytes, size_t n);

/* read, write, subscribe: -ESTALE; -ENOTCONN before opened(); -ENOENT: no such characteristic;
 * -EOPNOTSUPP: it cannot do that; -EAGAIN: the link is full. What is on its way when the link ends
 * is not answered: closed() is the answer to all of it. */
struct wr_ble {
    uint32_t size;
    wr_handle (*connect)(struct wr_dev *dev, const struct wr_ble_target *target,
        const struct wr_ble_events *events, void *ctx);
    int (*read)(struct wr_dev *dev, wr_handle h, const char *uuid, wr_ble_done done, void *ctx);
    /* n is at most MTU - 3 for commands. -EAGAIN: the link is full; done of an earlier one says
     * when to go on. done may be NULL. */
    int (*write)(struct wr_dev *dev, wr_handle h, const char *uuid, enum wr_ble_write how,
        const void *bytes, size_t n, wr_ble_done done, void *ctx);
    /* done(0): notifications flow from now on. */
    int (*subscribe)(
        struct wr_dev *dev, wr_handle h, const char *uuid, wr_ble_done done, void *ctx);
    /* Set ret->size first; what lies within it is filled in. -ESTALE. A kind that declares whole
     * numbers `rssi_dbm`, `mtu`, `bytes_per_s`, `notifications` or `retries` among its attributes gets them
     * reported by the host. */
    int (*stats)(struct wr_dev *dev, wr_handle h, struct wr_ble_stats *ret);
};

#endif
