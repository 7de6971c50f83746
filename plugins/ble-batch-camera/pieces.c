/* pieces.c - a picture (or a sound) by pieces of 512 bytes, each asked for by an `N`.
 *
 * An `N` that comes within 10 ms of a piece is lost: the camera clears its flag when it begins to
 * wait. So it is sent 20 ms after a piece, and again after each second of silence; one too many
 * brings at most one piece, in order. A camera that is silent for 15 s has given up, too.
 */
#include "camera.h"

#include <string.h>

#define ASK_AFTER_US (20 * US_PER_MS)
#define ASK_AGAIN_US (1 * US_PER_S)
#define SILENT_US (15 * US_PER_S)

static void ask(struct wr_dev *dev, void *ctx)
{
    struct pieces *p = &camera_of(dev)->pieces;
    bool again = p->heard_us != 0 && dev->host->now_us(dev) - p->heard_us >= ASK_AGAIN_US;

    p->ask = 0;
    if (again)
        tell_lost(dev);
    wr_timer_set(dev, &p->ask, ASK_AGAIN_US, ask);
    older_command(dev, BATCH_NEXT);
}

static void late(struct wr_dev *dev, void *ctx)
{
    struct pieces *p = &camera_of(dev)->pieces;
    pieces_fn fn = p->fn;

    p->late = 0;
    pieces_stop(dev);
    fn(dev, false);
}

void pieces_begin(struct wr_dev *dev, struct wr_frame *into, size_t size, uint32_t number,
    uint32_t of, pieces_fn fn)
{
    struct pieces *p = &camera_of(dev)->pieces;

    pieces_stop(dev);
    *p = (struct pieces){.into = into, .size = size, .fn = fn, .number = number, .of = of};
    tell_progress(dev, number, of, 0, size);
    wr_timer_set(dev, &p->late, SILENT_US, late);
}

void pieces_stop(struct wr_dev *dev)
{
    struct pieces *p = &camera_of(dev)->pieces;

    wr_timer_set(dev, &p->ask, 0, NULL);
    wr_timer_set(dev, &p->late, 0, NULL);
    p->into = NULL;
}

void pieces_take(struct wr_dev *dev, const uint8_t *bytes, size_t n)
{
    struct pieces *p = &camera_of(dev)->pieces;
    size_t left = p->into ? p->size - p->into->len : 0, take = n < left ? n : left;

    if (take == 0)
        return; /* late, or beyond the announced size: it belongs to nothing */
    memcpy(p->into->data + p->into->len, bytes, take);
    p->into->len += take;
    p->heard_us = dev->host->now_us(dev);
    tell_progress(dev, p->number, p->of, p->into->len, p->size);
    if (p->into->len == p->size) {
        pieces_fn fn = p->fn;

        pieces_stop(dev);
        fn(dev, true);
        return;
    }
    wr_timer_set(dev, &p->late, SILENT_US, late);
    wr_timer_set(dev, &p->ask, ASK_AFTER_US, ask);
}
