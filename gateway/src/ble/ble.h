/* ble.h - Bluetooth LE by way of BlueZ: who is on the air, and links to devices.
 *
 *     drivers' matches ─▶ ble_look_for() ─▶ scan, now and then ─▶ seen()
 *     ble_connect() ─▶ waits to be seen ─▶ its adapter's turn ─▶ Connect ─▶ its objects ─▶ opened()
 *
 * D-Bus without a daemon, bluetoothd without an adapter, an adapter without power are states like
 * others: links wait or end with a sentence, and everything goes on when they are back. Nothing is
 * opened before somebody wants it.
 *
 * No event comes from within a call made here.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <warren/ble.h>

#include "base/error.h"
#include "ble/names.h"

struct ble;
struct ble_link;
struct loop;

/* Links at a time: as many as a gateway may have devices that are near enough. Others wait for one of them to end. */
#define BLE_MAX_LINKS 64
/* That wait to be seen or for their turn: whenever something is seen, each of them is asked. */
#define BLE_MAX_WAITING 256
/* Operations of a link that have not been answered; over it -EAGAIN. */
#define BLE_MAX_PENDING 16
/* Longest value of a characteristic (Core, Vol 3 Part F 3.2.9). */
#define BLE_MAX_VALUE_BYTES 512

/* How long we wait for what. 0: the default. */
struct ble_times {
    int64_t call_us;       /* an answer of bluetoothd's: 10 s */
    int64_t write_us;      /* a device's answer to a write, for which ATT gives it 30 s: 32 s */
    int64_t acquire_us;    /* AcquireNotify, which BlueZ 5.66 does not answer when it fails: 3 s */
    int64_t connect_us;    /* from Connect to the objects, while others of the adapter wait: 25 s */
    int64_t disconnect_us; /* BlueZ takes 2 s on purpose: 6 s */
    int64_t settle_us;     /* no further object for so long: these are all; 1 s */
    int64_t quiet_us;      /* the same where ServicesResolved is set: 100 ms */
    int64_t reopen_us;     /* first wait before the bus is tried again, doubled to a minute: 1 s */
    int64_t pause_us;      /* between scans while a device is waited for: 2 s */
};

struct ble_config {
    bool enabled;
    const char *bus;             /* "system", or an address: "unix:path=…" */
    const char *const *adapters; /* "hci0" or addresses, NULL-terminated; empty or NULL: all */
    bool scan;                   /* look for devices that nobody owns, too */
    int64_t scan_us, scan_every_us;
    struct ble_times times;
};

/* Any may be NULL. */
struct ble_events {
    /* A sighting, of bus "ble". */
    void (*seen)(void *ctx, const struct wr_found *seen);
    /* It works now, and did not before. */
    void (*ready)(void *ctx);
};

/* The configuration is copied. Does nothing yet. */
int ble_new(struct loop *l, const struct ble_config *c, const struct ble_events *events, void *ctx,
    struct ble **ret);
/* At the end of a program, after all links were closed, and right before ble_free(): waits until bluetoothd has seen that they
 * are, half a second at most. bluetoothd 5.66, at least, crashes when a client leaves the bus whose sockets it does not know to be
 * closed. NULL-safe. */
void ble_leave(struct ble *b);
/* The links must be closed. Returns NULL. */
struct ble *ble_free(struct ble *b);
/* Live, but for `enabled` and `bus`, which count at the next start. */
int ble_configure(struct ble *b, const struct ble_config *c);
/* What is of interest: services (UUIDs in full), and by anything else (names, data): `others`. With
 * neither nothing is scanned for, and without links the bus is not even opened. Copied. */
int ble_look_for(struct ble *b, const char *const *services, size_t n_services, bool others);

/* --- links ------------------------------------------------------------------------------------ */

/* All but closed may be NULL. `uuid` and `chars` are valid for the call. */
struct ble_link_events {
    /* Whether a link that names no address may be made with this one. NULL: with any. */
    bool (*may_have)(void *ctx, const char *address);
    void (*connecting)(void *ctx, struct ble_link *k, const char *address);
    void (*opened)(
        void *ctx, struct ble_link *k, const struct wr_ble_char *chars, size_t n, unsigned mtu);
    void (*notified)(
        void *ctx, struct ble_link *k, const char *uuid, const uint8_t *bytes, size_t n);
    /* Answers an operation; done and done_ctx as they were given. */
    void (*answered)(void *ctx, struct ble_link *k, wr_ble_done done, void *done_ctx, int result,
        const uint8_t *bytes, size_t n);
    /* The link is over, and gone when this returns. What was on its way is not answered. */
    void (*closed)(void *ctx, struct ble_link *k, int why, const char *error);
};

/* -EINVAL: no target; -ENOSPC: BLE_MAX_WAITING; -EOPNOTSUPP: ble.enabled is false. Waits for
 * connect_timeout_ms for the device to be seen and for its turn, then for connect_us at most. */
int ble_connect(struct ble *b, const struct wr_ble_target *target,
    const struct ble_link_events *events, void *ctx, struct ble_link **ret, struct error *e);
/* No events any more, the pointer is gone; the device is disconnected. */
void ble_close(struct ble_link *k);

/* As in warren/ble.h. `done` may be NULL. */
int ble_read(struct ble_link *k, const char *uuid, wr_ble_done done, void *ctx);
int ble_write(struct ble_link *k, const char *uuid, enum wr_ble_write how, const void *bytes,
    size_t n, wr_ble_done done, void *ctx);
int ble_subscribe(struct ble_link *k, const char *uuid, wr_ble_done done, void *ctx);

struct ble_link_stats {
    char address[BLE_ADDRESS_BYTES], adapter[16]; /* "" before it is connected to */
    bool has_rssi;
    int rssi_dbm;                      /* when it was last seen on the air */
    unsigned mtu;                      /* 0: not open */
    uint64_t n_notifications, n_bytes; /* received */
    uint64_t bytes_per_s;              /* received, over the last second or so */
    unsigned n_retries;                /* connects that failed before this one */
};
void ble_link_stats(const struct ble_link *k, struct ble_link_stats *ret);

/* --- for people ------------------------------------------------------------------------------- */

/* "": all is well. Else one sentence: what is wrong, and what helps. */
const char *ble_why(const struct ble *b);
/* Some adapter can be used. */
bool ble_is_ready(const struct ble *b);

struct ble_adapter_info {
    const char *name, *address;
    bool powered, used, scanning; /* used: ble.adapters has it */
    size_t n_links;
};
void ble_each_adapter(
    const struct ble *b, void (*fn)(void *ctx, const struct ble_adapter_info *a), void *ctx);

struct ble_stats {
    uint64_t n_connects, n_connect_failures, n_links_lost;
    uint64_t n_notifications, n_notified_bytes;
    uint64_t n_scans, n_sightings, n_timeouts; /* timeouts: calls that bluetoothd did not answer */
};
const struct ble_stats *ble_stats(const struct ble *b);
size_t ble_n_open_links(const struct ble *b);
