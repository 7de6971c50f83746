/* inbox.h - what happened, on its way from the tasks of radios and drivers to the one task that a core runs in.
 *
 *     NimBLE's task, Wi-Fi's task, interrupts … ──▶ inbox ──▶ the core's task
 *
 * A core is single-threaded: nothing but what comes out of here, and time, moves it. What can be said again is refused when
 * the inbox is nearly full, and counted; the places that are left are for what cannot.
 */
#ifndef INBOX_H
#define INBOX_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "freertos/FreeRTOS.h"
#include "freertos/queue.h"

struct inbox {
    QueueHandle_t queue;
    atomic_uint n_refused;
    unsigned n_told; /* of those, in the log */
    int64_t tell_us; /* not before */
};

/* Events are copied; each has so many bytes. False: no memory. */
bool inbox_init(struct inbox *b, unsigned n_places, size_t event_bytes);
/* Waits for a place if it must. */
void inbox_put(struct inbox *b, const void *event);
/* Never waits. False, and counted: no more than n_kept places are free, which are for others. */
bool inbox_offer(struct inbox *b, const void *event, unsigned n_kept);
/* The same, from an interrupt, of any place that is free. */
bool inbox_offer_from_isr(struct inbox *b, const void *event);
/* Places that are free. */
unsigned inbox_room(struct inbox *b);
/* Says in the log how many were refused, at most once a minute. */
void inbox_tell_refused(struct inbox *b, int64_t now_us);
/* Waits for so long. False: nothing came. */
bool inbox_get(struct inbox *b, int64_t wait_us, void *ret_event);

#endif
