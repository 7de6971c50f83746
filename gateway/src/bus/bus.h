/* bus.h - the one way of events, frames and overlays: from who publishes to who listens, by direct calls,
 * without a queue.
 *
 * An event's JSON is written once; browser, store and bridges get the same bytes. The newest events
 * are kept in a ring for those who come late or fall behind (the tail).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/list.h"
#include "base/util.h"
#include "bus/frame.h"
#include "bus/overlay_message.h"

struct loop;
struct bus;

/* Events kept for tails. At 100 events a second a viewer may be 10 s behind before it is told
 * so. */
#define BUS_TAIL 1024
/* The data of one event; what is larger is no event but a file. */
#define BUS_MAX_DATA_BYTES 16384
/* Writable bytes before event->message, for libwebsockets. */
#define EVENT_HEADROOM 32

/* Immutable after publish; references are counted on the loop thread. All text lives in the one
 * allocation. */
struct event {
    unsigned n_refs;
    uint64_t id;        /* rising by one, also across restarts */
    bool transient;     /* for who is there now: not kept in the history */
    int64_t time_us;    /* UTC */
    const char *device; /* "" for the gateway's own */
    const char *type;
    const char *data; /* a JSON object */
    size_t data_len;
    const char *json; /* {"id":…,"time":…,"device":…,"type":…,"data":…} */
    size_t json_len;
    uint8_t *message; /* {"type":"event","event":<json>}, EVENT_HEADROOM in front */
    size_t message_len;
};

struct event *event_ref(struct event *e);
struct event *event_unref(struct event *e);
DEFINE_CLEANUP(struct event *, event_unref)

/* Embedded in who listens. Each function may be NULL. They may publish, listen and unlisten (also
 * themselves). */
struct bus_listener {
    struct list link;
    struct bus *bus; /* set while it listens */
    uint64_t serial; /* of the last publish before it came */
    void (*event)(struct bus_listener *l, struct event *e);
    void (*frame)(struct bus_listener *l, struct frame *f);
    void (*overlay)(struct bus_listener *l, struct overlay_message *o);
};

/* first_id: the id of the first event (after the last one stored). */
int bus_new(struct loop *l, uint64_t first_id, struct bus **ret);
/* Listeners must have gone. Returns NULL. */
struct bus *bus_free(struct bus *b);

/* Listeners added during a call hear from the next event on. */
void bus_listen(struct bus *b, struct bus_listener *l);
/* Safe to repeat. */
void bus_unlisten(struct bus_listener *l);

/* `data` is one JSON object or NULL for {}; it is not parsed here. -EMSGSIZE, -ENOMEM. */
int bus_publish(struct bus *b, const char *device, const char *type, const char *data);
/* The same for what is of no use later: the newest values of attributes, progress. */
int bus_publish_transient(struct bus *b, const char *device, const char *type, const char *data);
/* Gives a sealed frame to the listeners; the reference stays the caller's. */
void bus_publish_frame(struct bus *b, struct frame *f);
/* The same of a sealed overlay, after its frame. */
void bus_publish_overlay(struct bus *b, struct overlay_message *o);

/* The id that the next event gets. */
uint64_t bus_next_id(const struct bus *b);
/* The event with that id, borrowed; NULL: not (any more) in the tail. */
struct event *bus_tail(const struct bus *b, uint64_t id);
/* The oldest id in the tail; bus_next_id() when it is empty. */
uint64_t bus_tail_first(const struct bus *b);

struct bus_stats {
    uint64_t n_events, n_frames, n_overlays;
};
const struct bus_stats *bus_stats(const struct bus *b);
