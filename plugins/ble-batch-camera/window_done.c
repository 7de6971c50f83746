/* window_done.c - whole pictures to the disk, one after the other in the order of their offers, and
 * what the camera is told of it; and those that are given up. Only what is durable is said to be STORED.
 */
#include "window.h"

#include <errno.h>
#include <string.h>

/* --- what is in hand -------------------------------------------------------------------------- */

struct window_picture *window_coming(struct window *w)
{
    for (size_t i = 0; i < w->n_pictures; i++) {
        if (w->pictures[i].state == PICTURE_COMING && w->pictures[i].offered)
            return &w->pictures[i];
    }
    return NULL;
}

bool window_any_offered(const struct window *w)
{
    for (size_t i = 0; i < w->n_pictures; i++) {
        if (w->pictures[i].offered)
            return true;
    }
    return false;
}

void window_remove(struct wr_dev *dev, struct window_picture *p)
{
    struct window *w = window_of(dev);

    if (p->frame)
        dev->host->frame_drop(dev, p->frame);
    w->n_pictures--;
    memmove(p, p + 1, (size_t)(&w->pictures[w->n_pictures] - p) * sizeof *p);
}

void window_drop_coming(struct wr_dev *dev)
{
    struct window *w = window_of(dev);

    for (size_t i = w->n_pictures; i-- > 0;) {
        if (w->pictures[i].state == PICTURE_COMING)
            window_remove(dev, &w->pictures[i]);
    }
}

void window_stop(struct wr_dev *dev)
{
    struct window *w = window_of(dev);

    while (w->n_pictures > 0)
        window_remove(dev, &w->pictures[0]);
}

/* --- what is over ----------------------------------------------------------------------------- */

void window_remember(struct window *w, uint32_t boot, uint32_t id, bool bad)
{
    size_t i = w->n_done++ % STORED_MAX;

    w->done[i].boot = boot;
    w->done[i].id = id;
    w->done[i].bad = bad;
}

enum batch_link_type window_known(const struct window *w, uint32_t id)
{
    for (size_t i = 0; i < w->n_done && i < STORED_MAX; i++) {
        if (w->done[i].boot == w->boot && w->done[i].id == id)
            return w->done[i].bad ? BATCH_LINK_SKIP : BATCH_LINK_STORED;
    }
    return 0;
}

void window_give_up(struct wr_dev *dev, struct window_picture *p, const char *why)
{
    uint32_t id = p->id;

    window_remove(dev, p);
    tell_failed(dev);
    tell_trouble(dev, "A picture was left with the camera: %s", why);
    window_say_done(dev, BATCH_LINK_SKIP, id);
}

/* --- the disk --------------------------------------------------------------------------------- */

static void tell_kept(struct wr_dev *dev)
{
    const struct window_picture *next = window_coming(window_of(dev));

    if (next)
        window_tell_coming(dev, next);
    else
        wr_status(dev, "A picture was kept");
}

static void saved(struct wr_dev *dev, int result, uint64_t id, const char *why)
{
    struct window *w = window_of(dev);
    struct window_picture *p = w->pictures, over;
    bool kept = result == 0 || result == -EEXIST;

    while (p->state != PICTURE_SAVING)
        p++;
    over = *p;
    window_remove(dev, p);
    window_remember(w, over.boot, over.id, !kept);
    w->n_got += kept;
    if (over.offered) /* else it is known when it is offered again */
        window_say_done(dev, kept ? BATCH_LINK_STORED : BATCH_LINK_SKIP, over.id);
    else if (w->passed_over && w->heard)
        window_say_hello(dev);
    if (kept) {
        tell_kept(dev);
    } else {
        tell_failed(dev);
        tell_trouble(dev, "A picture was left with the camera: %s", why);
    }
    window_save_next(dev);
}

void window_save_next(struct wr_dev *dev)
{
    struct window *w = window_of(dev);
    struct window_picture *p = w->pictures, *end = w->pictures + w->n_pictures;
    struct wr_frame *frame;

    while (p < end && p->state != PICTURE_WHOLE)
        p++;
    if (p == end || camera_of(dev)->save.busy)
        return;
    frame = p->frame;
    p->frame = NULL;
    p->state = PICTURE_SAVING;
    if (!window_coming(w))
        wr_status(dev, "Keeping a picture (%u bytes)", p->size);
    save_begin(dev, frame, NULL, &p->meta, 0, saved);
}
