/* overlay_message.h - an overlay on its way to viewers: what it says, and the one binary message of it for all of them
 * (docs/websocket.md).
 *
 * Everything lies in one block of the frames' pool, so that in the steady state none is allocated:
 *
 *     struct overlay_message | its blocks | OVERLAY_HEADROOM | [32-byte message header] what follows it
 *
 * It is made when the overlay comes, and sealed when it is known which frame it belongs to. References are counted on the loop
 * thread only.
 */
#pragma once

#include "base/list.h"
#include "bus/frame.h"
#include "overlay.h"

/* Room before the message's header, for libwebsockets, as before that of a frame. */
#define OVERLAY_HEADROOM (FRAME_HEADROOM - FRAME_HEADER_BYTES)

struct overlay_message {
    unsigned n_refs;
    uint8_t size_class;
    bool by_gateway; /* it computed the overlay; else the camera did */
    bool in_step;    /* it is known to belong to the frame `seq` */
    uint16_t channel;
    uint32_t seq; /* 0: its frame never came */
    /* The frame's; where that never came, the overlay's own. µs since the epoch; captured_us 0: not told. */
    int64_t captured_us, received_us;
    /* For who holds it before it is sealed. */
    struct list link;
    int64_t came_us;
    struct frame_pool *pool;
    struct overlay overlay; /* its blocks are in the same memory */
    uint8_t *message;       /* OVERLAY_HEADROOM in front */
    size_t len;
};

/* A copy, with one reference, for a channel's device. NULL: no memory. The overlay must be sound: at most
 * OVERLAY_BLOCKS_MAX blocks and OVERLAY_POINTS_MAX points. */
struct overlay_message *overlay_message_new(
    struct frame_pool *p, const struct overlay *o, uint16_t channel, bool by_gateway);
struct overlay_message *overlay_message_ref(struct overlay_message *m);
/* NULL-safe; returns NULL. */
struct overlay_message *overlay_message_unref(struct overlay_message *m);

/* Writes the binary message, by seq, in_step and the two times. Once, before it is published. */
void overlay_message_seal(struct overlay_message *m);
