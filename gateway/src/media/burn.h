/* burn.h - pictures with their overlays drawn into them, for programs that draw nothing themselves.
 *
 *     frame ──▶ waits for its overlay, for a moment ──▶ decoded, drawn on and encoded on a worker ──▶ all who listen
 *                          └────────── no overlay comes: as it is ───────────────────────────────────────┘
 *
 * Each picture is burned once for all, and only while somebody listens. The newest wins at every step: one that a newer one with
 * an overlay has overtaken does not go out at all. What comes out has number and times of the frame that went in.
 */
#pragma once

#include "base/list.h"
#include "bus/frame.h"

struct burn;
struct burn_channel;
struct bus;
struct last;
struct loop;

/* A frame waits so long for its overlay; and not at all when none has come for so long. */
#define BURN_WAIT_US INT64_C(250000)
#define BURN_NONE_US INT64_C(2000000)
/* Of one camera; at 30 fps overlays may be a tenth of a second behind. */
#define BURN_WAITING 4

/* All outlive it. -ENOMEM. */
int burn_new(
    struct loop *l, struct bus *bus, struct last *last, struct frame_pool *pool, struct burn **ret);
/* Nobody must listen any more. Returns NULL. */
struct burn *burn_free(struct burn *b);

/* Embedded in who listens. */
struct burn_listener {
    struct list link;
    struct burn_channel *channel; /* set while it listens */
    uint32_t seen;                /* the burner's */
    /* A picture is ready; the reference stays the burner's. Never from inside burn_listen(). It may unlisten itself. */
    void (*frame)(struct burn_listener *l, struct frame *f);
};

/* Hears of the newest, if there is one, and then of each. -ENOMEM. */
int burn_listen(struct burn *b, struct burn_listener *l, uint16_t channel);
/* Safe to repeat. */
void burn_unlisten(struct burn_listener *l);

struct burn_stats {
    uint64_t n_burned;
    /* Those that went out as they were: no overlay came; or they are no sound JPEG, too large, or there was no memory. */
    uint64_t n_plain, n_failed;
};
const struct burn_stats *burn_stats(const struct burn *b);
