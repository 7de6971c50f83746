/* event.h - what happens to the camera, as it goes through the inbox. */
#ifndef EVENT_H
#define EVENT_H

#include "batch_camera.h"
#include "esp_camera.h"
#include "inbox.h"
#include "peripheral.h"

#define EVENT_PLACES 40
/* Of those, not for writes, which hosts repeat: a link has one begin, one end, an MTU and three subscriptions, which can be
 * taken back. */
#define EVENT_KEPT_PLACES 12
/* Of a write: one more byte than the longest CONFIG that is read, so that a longer one is still too long. */
#define EVENT_WRITE_BYTES (BATCH_CONFIG_MAX_PARSED_BYTES + 1)

struct event {
    enum {
        EVENT_LINK,
        EVENT_WRITTEN,
        EVENT_PICTURE,
    } type;
    union {
        struct peripheral_event link;
        struct {
            enum batch_characteristic which;
            uint8_t n, bytes[EVENT_WRITE_BYTES];
        } written;
        camera_fb_t *picture; /* to be given back; NULL: the sensor gave none */
    };
};

#endif
