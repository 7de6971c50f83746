/* event.h - what happens to the hub, as it goes through the inbox: 13 KB. */
#ifndef EVENT_H
#define EVENT_H

#include "espnow.h"
#include "inbox.h"
#include "peripheral.h"

#define EVENT_PLACES 48
/* Of those, not for what apps write: three links have one begin, one end, an MTU and a subscription each, which can be taken
 * back. */
#define EVENT_KEPT_PLACES 16
/* Nor for what comes from the air, for modules are many and say it again: apps have eight places more, the longest write and three others. */
#define EVENT_HEARD_KEPT_PLACES (EVENT_KEPT_PLACES + 8)
/* Of a write; a longer one, up to the 512 bytes that there can be, comes as two. */
#define EVENT_WRITE_BYTES 256

struct event {
    enum {
        EVENT_LINK,
        EVENT_WRITTEN,
        EVENT_HEARD, /* a module */
        EVENT_SENT,  /* to a module; the next one may go */
    } type;
    union {
        struct peripheral_event link;
        struct {
            unsigned app;
            uint16_t n;
            uint8_t bytes[EVENT_WRITE_BYTES];
        } written;
        struct espnow_message heard;
    };
};

#endif
