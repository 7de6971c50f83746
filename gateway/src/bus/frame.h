/* frame.h - frames in memory: a pool by size class, references, and the two forms in which viewers
 * get a picture.
 *
 * One allocation holds it all, so that a picture is received once and sent to any number of viewers
 * without a copy:
 *
 *     struct frame | FRAME_HEADROOM: …room for libwebsockets' own header… [32-byte message header] | JPEG …
 *
 * References are counted on the loop thread only; a thread borrows a frame while somebody on the
 * loop holds one for it.
 */
#pragma once

#include <warren/frame.h>

#include "base/list.h"
#include "base/util.h"
#include "bus/message_header.h"

/* Room before the JPEG: our header, and before it what libwebsockets writes into (LWS_PRE, checked
 * where it is known). */
#define FRAME_HEADER_BYTES MESSAGE_HEADER_BYTES
#define FRAME_HEADROOM (FRAME_HEADER_BYTES + 32)

/* Frames that one device may have out at a time: the newest, one being filled, a few on their way
 * to flow and disk. */
#define FRAME_QUOTA 12

struct frame_pool;

/* What a device has out, and what it lost for it. Embedded in the device; n_out is 0 when the
 * device may go. */
struct frame_quota {
    unsigned n_out, max;
    uint64_t n_dropped; /* frame_new() said no */
};

/* One picture in the form of an MJPEG part: shared by all MJPEG viewers. It has references of its own, so that a slow viewer, who needs its
 * bytes until the last is sent, holds no frame of the device. Its memory is the pool's. */
struct frame_part {
    unsigned n_refs;
    uint8_t size_class;
    struct frame_pool *pool;
    size_t len;
    uint8_t bytes[]; /* "--frame\r\n…headers…\r\n\r\n" JPEG "\r\n" */
};

struct frame {
    struct wr_frame pub; /* what drivers see; first, so that the pointer is the same */
    unsigned n_refs;
    uint16_t channel;
    uint8_t size_class;
    bool held; /* by a driver that has it to fill: one of the references is its own */
    struct frame_pool *pool;
    struct frame_quota *quota; /* NULL once the device is gone */
    struct frame_part *part;
    struct list link; /* in the pool's free list, or in its list of frames that are out */
};

int frame_pool_new(struct frame_pool **ret);
/* Every frame and block must be back. Returns NULL. */
struct frame_pool *frame_pool_free(struct frame_pool *p);
/* Gives memory of unused frames back to the system. Called now and then by the owner. */
void frame_pool_trim(struct frame_pool *p);

struct frame_pool_stats {
    uint64_t n_allocations; /* ever made: constant in the steady state */
    uint64_t n_copies;      /* MJPEG parts built: at most one per frame */
    size_t bytes_out, bytes_idle;
};
const struct frame_pool_stats *frame_pool_stats(const struct frame_pool *p);

/* With one reference. NULL: over WR_FRAME_MAX_BYTES, over the quota, or no memory; counted in the
 * quota. quota NULL: none. */
struct frame *frame_new(struct frame_pool *p, struct frame_quota *quota, size_t bytes);
struct frame *frame_ref(struct frame *f);
/* NULL-safe; returns NULL. */
struct frame *frame_unref(struct frame *f);
DEFINE_CLEANUP(struct frame *, frame_unref)

/* Memory of the pool for what goes to viewers beside frames. NULL: none. To be given back with its class. */
void *frame_block_new(struct frame_pool *p, size_t bytes, uint8_t *ret_class);
void frame_block_free(struct frame_pool *p, void *block, uint8_t size_class);

/* Takes back what a driver of this quota still holds, when its device stops. */
void frame_quota_reclaim(struct frame_pool *p, struct frame_quota *quota);
/* The device of these frames goes; those still out belong to nobody's quota from now on. */
void frame_quota_release(struct frame_pool *p, struct frame_quota *quota);

/* Writes the binary message's header (docs/websocket.md) in front of the JPEG. Once, at publish. */
void frame_seal(struct frame *f, uint16_t channel, uint32_t seq);
/* Header and JPEG, with at least FRAME_HEADROOM - FRAME_HEADER_BYTES writable bytes in front. After
 * frame_seal(). */
uint8_t *frame_message(struct frame *f, size_t *ret_len);
/* The MJPEG part, built by the first who asks; a reference for the caller. NULL: no memory. */
struct frame_part *frame_mjpeg_part(struct frame *f);
/* NULL-safe; returns NULL. */
struct frame_part *frame_part_unref(struct frame_part *p);

static inline struct frame *frame_of(struct wr_frame *pub)
{
    return (struct frame *)pub;
}
