/* station.h - the board as a station of a WiFi network: on while it is to be in one, off else. What becomes of an attempt goes to
 * the inbox, with its number: what is told of an older one is old.
 */
#ifndef STATION_H
#define STATION_H

#include <stdatomic.h>

#include "event.h"

/* To be given an address, once the network has taken it in. */
#define STATION_ADDRESS_US INT64_C(10000000)

struct station {
    struct inbox *inbox;
    atomic_uint attempt; /* goes up with each join and leave */
    atomic_bool has_address;
    _Atomic int64_t linked_us; /* when the network took it in; 0: it has not */
    bool on;
};

/* Needs the non-volatile memory. The object must not move. False: the log says why. */
bool station_start(struct station *s, struct inbox *inbox);
void station_join(struct station *s, const char *ssid, const char *pass);
void station_leave(struct station *s);
int station_rssi(void);
/* In the core's task, now and then: no address came. */
void station_step(struct station *s, int64_t now_us);

#endif
