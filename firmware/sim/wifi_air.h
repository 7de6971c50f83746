/* wifi_air.h - the network that a virtual camera joins: what is on the air, how long a join takes, how it ends, and where the
 * camera is then.
 *
 *     off ──join()──▶ joining ──▶ joined ──strike()──▶ joining …
 *                        └──────▶ failed
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "loop/timer.h"

enum wifi_air_state { WIFI_AIR_OFF, WIFI_AIR_JOINING, WIFI_AIR_JOINED, WIFI_AIR_FAILED };
enum wifi_air_fault {
    WIFI_AIR_FINE,
    WIFI_AIR_NOT_FOUND,
    WIFI_AIR_WRONG_PASSWORD,
    WIFI_AIR_REFUSED,    /* by the access point, which has too many */
    WIFI_AIR_NO_ADDRESS, /* nobody gives one */
};

struct wifi_air_config {
    const char *ssid;     /* NULL: whichever is asked for */
    const char *password; /* NULL: whichever is said */
    int64_t join_us;
    enum wifi_air_fault fault; /* of all joins */
    const char *address;       /* IPv4, that it gives */
    bool move;                 /* after each strike it is the next one */
    int rssi_dbm;
};

struct wifi_air {
    const struct wifi_air_config *config;
    /* Joined, failed, or lost; not from within a call. */
    void (*changed)(void *ctx);
    void *ctx;
    enum wifi_air_state state;
    enum wifi_air_fault fault;
    char address[16]; /* "": not joined */
    unsigned n_moves;
    enum wifi_air_fault ending; /* of the join that goes on */
    struct timer timer;
};

/* `c` stays the caller's. */
void wifi_air_init(struct wifi_air *a, struct loop *l, const struct wifi_air_config *c,
    void (*changed)(void *ctx), void *ctx);
/* Where the camera will be asked: that this can be listened at is seen before anybody joins. `port` 0: any that is free. 0 and
 * the port, or a negative error and a sentence. */
int wifi_air_port(
    struct loop *l, const struct wifi_air_config *c, uint16_t port, uint16_t *ret, struct error *e);
/* Leaves what it is joined to. `password` "": an open network. */
void wifi_air_join(struct wifi_air *a, const char *ssid, const char *password);
void wifi_air_leave(struct wifi_air *a);
/* The access point goes and is back: who was joined has lost it, which is told on a later turn. Who wants it again joins. */
void wifi_air_strike(struct wifi_air *a);
/* "not-found", "wrong-password", "refused", "no-address". -EINVAL. */
int wifi_air_fault_of(const char *word, enum wifi_air_fault *ret);
void wifi_air_fini(struct wifi_air *a);
