/* window_bytes.c - DATA into the pictures in hand, in order. What lacks is asked for, once per gap. */
#include "window.h"

#include <string.h>

#include "crc32c.h"

#define WRONG_MAX 2

static unsigned number_of(const struct window *w, const struct window_picture *p)
{
    return w->n_got + 1 + (unsigned)(p - w->pictures);
}

static unsigned of_how_many(const struct window *w, const struct window_picture *p)
{
    unsigned all = w->n_got + w->n_waiting, here = number_of(w, p);

    return all < here ? here : all;
}

void window_tell_coming(struct wr_dev *dev, const struct window_picture *p)
{
    const struct window *w = window_of(dev);

    wr_status(
        dev, "Receiving picture %u of %u (%u bytes)", number_of(w, p), of_how_many(w, p), p->size);
    tell_progress(dev, number_of(w, p), of_how_many(w, p), p->frame->len, p->size);
}

static void ask(struct wr_dev *dev, struct window_picture *p)
{
    if (p->asked)
        return;
    tell_lost(dev);
    window_say_get(dev, p);
}

void window_after(struct wr_dev *dev, const struct window_picture *p)
{
    struct window *w = window_of(dev);
    struct window_picture *first = window_coming(w);

    if (first && first < (p ? p : w->pictures + w->n_pictures))
        ask(dev, first);
}

/* All bytes are here. */
static void complete(struct wr_dev *dev, struct window_picture *p)
{
    if (p->crc_so_far == p->crc) {
        p->state = PICTURE_WHOLE;
        window_say_have(dev, p);
        window_save_next(dev);
        window_wait(dev);
        return;
    }
    tell_repeated(dev);
    p->frame->len = 0;
    p->crc_so_far = 0;
    if (++p->n_wrong > WRONG_MAX)
        window_give_up(dev, p, "its checksum was wrong three times");
    else
        window_say_get(dev, p);
}

static void take_bytes(struct wr_dev *dev, struct window_picture *p, const uint8_t *bytes, size_t n)
{
    struct window *w = window_of(dev);
    size_t left_over = p->size - p->frame->len;

    n = n < left_over ? n : left_over;
    memcpy(p->frame->data + p->frame->len, bytes, n);
    p->frame->len += n;
    p->crc_so_far = crc32c(p->crc_so_far, bytes, n);
    p->asked = false;
    w->n_silent = 0;
    tell_progress(dev, number_of(w, p), of_how_many(w, p), p->frame->len, p->size);
    if (p->frame->len == p->size) {
        complete(dev, p);
        return;
    }
    window_wait(dev);
    if (p->frame->len - p->have_told >= w->bytes / 4)
        window_say_have(dev, p);
}

/* NULL: of none, or of one that has all it needs. */
static struct window_picture *picture_of(struct window *w, const struct batch_link_data *d)
{
    for (size_t i = 0; i < w->n_pictures; i++) {
        struct window_picture *p = &w->pictures[i];

        if (p->offered && p->state == PICTURE_COMING && d->id_low == (p->id & 0xff))
            return p;
    }
    return NULL;
}

void window_data(struct wr_dev *dev, const struct batch_link_data *d)
{
    struct window_picture *p = picture_of(window_of(dev), d);

    if (!p)
        return;
    window_after(dev, p);
    if (!p->offered)
        return; /* the link ended just now */
    if (d->offset == p->frame->len)
        take_bytes(dev, p, d->bytes, d->n);
    else if (d->offset < p->frame->len)
        tell_repeated(dev);
    else
        ask(dev, p);
}
