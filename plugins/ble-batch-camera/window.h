/* window.h - our own dialect over LINK: a window of bytes on their way, a checksum, and a camera that
 * keeps each picture until it is told that it is stored. What the files of it share.
 *
 *     HELLO ─▶ INFO ─▶ OFFER ─▶ DATA … (HAVE) ─▶ checksum ─▶ HAVE ─▶ disk ─▶ STORED ─▶ OFFER or INFO
 *                                                             └▶ OFFER ─▶ DATA … of the next one
 *
 * Up to two pictures are in hand: the disk takes one, while the other comes in or waits for its turn.
 * They stay when the link is lost: is one offered again, it goes on with the first byte that lacks.
 * Whatever notification is lost, there is a timer that asks.
 */
#pragma once

#include "camera.h"

#define SILENT_US (1 * US_PER_S)

static inline struct window *window_of(const struct wr_dev *dev)
{
    return &camera_of(dev)->window;
}

/* --- window.c --------------------------------------------------------------------------------- */

/* Nothing came for as long as it was waited for. */
void window_silence(struct wr_dev *dev, void *ctx);

/* --- window_say.c ----------------------------------------------------------------------------- */

/* Begins anew. */
void window_say_hello(struct wr_dev *dev);
/* From the first byte that lacks. */
void window_say_get(struct wr_dev *dev, struct window_picture *p);
/* So far it is here. */
void window_say_have(struct wr_dev *dev, struct window_picture *p);
/* All of it is here already, before any of it was sent on this link. */
void window_say_whole(struct wr_dev *dev, const struct window_picture *p);
/* STORED or SKIP. */
void window_say_done(struct wr_dev *dev, enum batch_link_type type, uint32_t id);
/* The timer for what is to come next, after something has come or was dealt with. */
void window_wait(struct wr_dev *dev);
/* An INFO or an OFFER is to come, where nothing else is. */
void window_wait_offer(struct wr_dev *dev);

/* --- window_offer.c --------------------------------------------------------------------------- */

void window_offer(struct wr_dev *dev, const struct batch_link_offer *o);
void window_place(struct wr_dev *dev, const struct batch_link_place *p);

/* --- window_bytes.c --------------------------------------------------------------------------- */

void window_data(struct wr_dev *dev, const struct batch_link_data *d);
/* The camera goes on with what was offered after p (NULL: something new): the end of those before it
 * was lost, where it is not here. */
void window_after(struct wr_dev *dev, const struct window_picture *p);
/* transfer.progress and the sentence beside the state. */
void window_tell_coming(struct wr_dev *dev, const struct window_picture *p);

/* --- window_done.c ---------------------------------------------------------------------------- */

/* The first that still comes in on this link; NULL. */
struct window_picture *window_coming(struct window *w);
bool window_any_offered(const struct window *w);
/* Out of hand, with its frame. */
void window_remove(struct wr_dev *dev, struct window_picture *p);
/* All that is not whole. */
void window_drop_coming(struct wr_dev *dev);
/* It is left with the camera. */
void window_give_up(struct wr_dev *dev, struct window_picture *p, const char *why);
/* The oldest that is whole goes to the disk, if that is free. */
void window_save_next(struct wr_dev *dev);
/* Stored, or of no use: is it offered again, it is answered at once. */
void window_remember(struct window *w, uint32_t boot, uint32_t id, bool bad);
/* 0: not known; else what it is answered with. */
enum batch_link_type window_known(const struct window *w, uint32_t id);
