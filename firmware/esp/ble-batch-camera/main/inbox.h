/* inbox.h - what happened, on its way from the tasks of radio and sensor to the one task that the core runs in.
 *
 * The core is single-threaded: nothing but what comes out of here, and time, moves it. Writes are the host's to repeat, so
 * they are refused when the inbox is nearly full; the places that are left are for what cannot be said again.
 */
#ifndef INBOX_H
#define INBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "batch_camera.h"
#include "esp_camera.h"
#include "freertos/FreeRTOS.h"
#include "freertos/queue.h"

#define INBOX_PLACES 40
/* Of those, not for writes: a link has one begin, one end, an MTU and three subscriptions, which can be taken back. */
#define INBOX_KEPT_PLACES 12
/* Of a write: one more byte than the longest CONFIG that is read, so that a longer one is still too long. */
#define INBOX_WRITE_BYTES (BATCH_CONFIG_MAX_PARSED_BYTES + 1)

struct event {
    enum {
        EVENT_CONNECTED,
        EVENT_MTU,
        EVENT_SUBSCRIBED,
        EVENT_WRITTEN,
        EVENT_DISCONNECTED,
        EVENT_PICTURE,
    } type;
    union {
        uint16_t mtu;
        bool by_host; /* DISCONNECTED */
        struct {
            enum batch_characteristic which;
            bool on;
        } subscribed;
        struct {
            enum batch_characteristic which;
            uint8_t n, bytes[INBOX_WRITE_BYTES];
        } written;
        camera_fb_t *picture; /* to be given back; NULL: the sensor gave none */
    };
};

struct inbox {
    QueueHandle_t queue;
};

/* False: no memory. */
bool inbox_init(struct inbox *b);
/* Waits for a place if it must. */
void inbox_put(struct inbox *b, const struct event *e);
/* False: there is no place for a write now. */
bool inbox_put_write(struct inbox *b, const struct event *e);
/* Waits for so long. False: nothing came. */
bool inbox_get(struct inbox *b, int64_t wait_us, struct event *ret);

#endif
