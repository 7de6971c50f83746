/* service.h - one service of a peripheral, by a table of its characteristics: what hosts read, write and are notified of.
 *
 *     NimBLE's host task ── on_write, on_link ──▶ owner's inbox ──▶ owner's task ── service_set, service_notify ──▶ NimBLE
 *                        ◀── reads: a copy of what was set last
 */
#ifndef SERVICE_H
#define SERVICE_H

#include "freertos/FreeRTOS.h"
#include "freertos/semphr.h"
#include "peripheral.h"

/* The most that one of ours has. */
#define SERVICE_MAX_ROWS 5

/* A characteristic. */
struct service_row {
    const char *uuid;
    ble_gatt_chr_flags flags;
    uint16_t room; /* bytes that can be read; 0: it reads as nothing */
};

/* What a host writes, as long as it is NimBLE's. */
struct service_write {
    unsigned row, host;
    uint16_t connection;
    const struct os_mbuf *m;
};

struct service;

struct service_value {
    struct service *service;
    unsigned row;
    ble_uuid_any_t uuid;
    uint16_t handle;
    uint16_t n;
    uint8_t *bytes; /* as many as the row has room for */
};

struct service {
    /* Set by the owner before start; they stay its own. */
    const char *uuid; /* is advertised */
    const struct service_row *rows;
    unsigned n_rows;
    struct peripheral link; /* of it: name, n_hosts, shares_radio, pairs */
    /* Both in NimBLE's task: take it along and return. 0, or what ATT answers. */
    int (*on_write)(void *ctx, const struct service_write *w);
    /* In SUBSCRIBED, `value` is the row. */
    void (*on_link)(void *ctx, const struct peripheral_event *e);
    void *ctx;

    SemaphoreHandle_t lock; /* of the values' bytes */
    ble_uuid_any_t id;
    struct service_value values[SERVICE_MAX_ROWS];
    struct ble_gatt_chr_def characteristics[SERVICE_MAX_ROWS + 1];
    struct ble_gatt_svc_def services[2];
};

/* Brings the radio up. The object must not move. Needs the non-volatile memory (nvs_begin()). False: the log says why. */
bool service_start(struct service *s);
/* What is read from now on; what there is no room for is cut. */
void service_set(struct service *s, unsigned row, const void *bytes, size_t n);
/* False: there is no room now, or nobody there. */
bool service_notify(struct service *s, unsigned host, unsigned row, const void *bytes, size_t n);
/* Copies up to `cap` bytes of what is written, from byte `at` on. How many; negative: they are not to be had. */
int service_copy(const struct service_write *w, uint16_t at, void *out, uint16_t cap);

#endif
