/* event.h - what happens to the camera, as it goes through the inbox. */
#ifndef EVENT_H
#define EVENT_H

#include "inbox.h"
#include "peripheral.h"
#include "wifi_camera.h"

#define EVENT_PLACES 24
/* Of those, not for writes, which hosts repeat. */
#define EVENT_KEPT_PLACES 12
/* Of a write: one more byte than the longest value, so that a longer one is still too long. */
#define EVENT_WRITE_BYTES (WIFI_TEXT_MAX + 1)

struct event {
    enum {
        EVENT_LINK,
        EVENT_WRITTEN,
        EVENT_JOINED,
        EVENT_NOT_JOINED,
        EVENT_LOST,
        EVENT_CAPTURED,
        EVENT_WORKED,
        EVENT_ENCODED,
    } type;
    union {
        struct peripheral_event link;
        struct {
            unsigned row; /* of gatt.h */
            bool encrypted;
            uint16_t n;
            uint8_t bytes[EVENT_WRITE_BYTES];
        } written;
        struct {
            unsigned attempt;             /* of station.h, of which this is told */
            enum wifi_camera_failure why; /* NOT_JOINED */
            char ip[16];                  /* JOINED */
        } network;
        bool taken;     /* CAPTURED */
        size_t n_bytes; /* ENCODED */
    };
};

#endif
