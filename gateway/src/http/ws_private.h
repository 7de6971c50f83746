/* ws_private.h - a viewer, between the files ws.c (life, writing), ws_control.c (does what it asks),
 * ws_subscription.c (what it gets) and ws_overlay.c (what it gets of overlays). */
#pragma once

#include "base/buf.h"
#include "bus/bus.h"
#include "http/api.h"
#include "http/auth.h"
#include "http/ws.h"
#include "http/ws_message.h"
#include "loop/timer.h"

/* Answers that wait for a viewer's socket. One that asks more without reading is closed. */
#define WS_MAX_REPLIES 64
#define WS_MAX_REPLY_BYTES (1u << 20)
/* Commands of one viewer that are not answered yet. */
#define WS_MAX_CALLS 32
/* Messages of one viewer: a burst, then so many a second. Acknowledgements (30 a second and camera)
 * count as well. */
#define WS_MESSAGES_BURST 2000
#define WS_MESSAGES_PER_S 1000
/* Sent pictures that are remembered: until they are acknowledged, and for overlays that come late. A quarter of a second at 30 a
 * second: what takes longer to find tells little of what is seen by then. */
#define WS_SENT_KEPT 8

struct ws_hub {
    struct api *api;
    struct bus_listener listener;
    struct list viewers;
    struct timer tick;
    struct ws_hub_stats stats;
};

/* One text message that waits, with room in front for libwebsockets. */
struct ws_reply {
    struct list link;
    size_t n;
    uint8_t bytes[]; /* HTTP_HEADROOM, then n */
};

/* One camera of one viewer. What each picture touches comes first. */
struct ws_slot {
    struct frame *pending;           /* the newest that was not sent; NULL: none */
    int64_t last_us;                 /* when one was taken for sending, for max_fps */
    uint64_t n_sent, n_acked;        /* of all that were sent, those up to an acknowledged one */
    struct overlay_message *overlay; /* of `pending`, or of one that was sent; NULL: none */
    uint32_t overlay_seq;            /* of the newest that came for this viewer; 0: none */
    bool wanted, wants_overlays;
    bool looking; /* device_look() was called */
    struct {
        int64_t received_us;
        uint32_t seq;
    } sent[WS_SENT_KEPT]; /* the n-th at n % WS_SENT_KEPT */
};

struct ws_call {
    struct list link;
    struct ws_viewer *viewer;
    struct command_call *call;
    int64_t id;
};

/* What each picture touches comes first: with many viewers it is fetched from memory anew each time. */
struct ws_viewer {
    struct list link;
    struct ws *ws;
    struct ws_slot *slots; /* by channel */
    size_t n_slots, at_slot;
    int64_t min_interval_us;
    uint64_t next_event;
    bool closing, subscribed, acks;
    unsigned n_overlays; /* in all slots */
    struct ws_hub *hub;
    struct list replies;

    unsigned n_replies;
    size_t reply_bytes;
    struct list calls;
    unsigned n_calls;
    int64_t tokens_us; /* token bucket of messages */
    double tokens;
    struct auth_who who;
    struct ws_patterns devices, events, frames, overlays;
};

/* --- ws.c ------------------------------------------------------------------------------------- */

/* Queues a text message; a viewer with too many is closed. */
void viewer_reply(struct ws_viewer *v, const char *text, size_t n);
void viewer_close(struct ws_viewer *v, enum ws_close_code code, const char *reason);

/* --- ws_subscription.c ------------------------------------------------------------------------ */

/* Takes the names in `m` over; what was subscribed before is no more. */
void subscription_set_consume(struct ws_viewer *v, struct ws_message *m);
void subscription_clear(struct ws_viewer *v);
/* Which cameras it means now; after a device came, changed or went. */
void subscription_refresh(struct ws_viewer *v);
bool subscription_wants_event(const struct ws_viewer *v, const struct event *e);
/* Puts a frame into its slot. True: there is something to send. */
bool subscription_frame(struct ws_viewer *v, struct frame *f);
bool subscription_has_frame(const struct ws_viewer *v);
/* The next slot in turn whose frame may go out now; NULL: none. */
struct ws_slot *subscription_next(struct ws_viewer *v);
void subscription_ack(struct ws_viewer *v, uint16_t channel, uint32_t seq);
/* {"porch":1,…} */
void subscription_channels(struct ws_viewer *v, struct wr_json *j);

/* --- ws_overlay.c ----------------------------------------------------------------------------- */

/* An overlay follows its frame: it is kept for a viewer that waits for that frame, or was sent it as one of the last WS_SENT_KEPT,
 * unless one of a newer frame has come. True: there is something to send. */
bool subscription_overlay(struct ws_viewer *v, struct overlay_message *o);
/* The next whose frame was sent; a reference for the caller. It goes before the next frame. NULL: none. */
struct overlay_message *subscription_next_overlay(struct ws_viewer *v);
bool subscription_has_overlay(const struct ws_viewer *v);
/* A newer frame takes the place of `pending`, which was not sent: its overlay goes, too. */
void overlay_frame_replaced(struct ws_viewer *v, struct ws_slot *s);
/* NULL-safe in its overlay. */
void overlay_drop(struct ws_viewer *v, struct ws_slot *s);

/* --- ws_control.c ----------------------------------------------------------------------------- */

void control_hello(struct ws_viewer *v);
void control_message(struct ws_viewer *v, const char *text, size_t n);
/* The viewer goes: nobody waits for its commands any more. */
void control_abandon(struct ws_viewer *v);
