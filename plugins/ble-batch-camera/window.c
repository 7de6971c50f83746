/* window.c - our own dialect over LINK: its messages, silence, the beginning and the end of a link. */
#include "window.h"

#include <stdio.h>

#define SILENT_MAX 5
/* After LEAVE, for it to be on the air. */
#define LEAVE_US (500 * US_PER_MS)

/* --- nothing more waits ----------------------------------------------------------------------- */

static void left(struct wr_dev *dev, void *ctx)
{
    char why[WHY_MAX];
    long long s = (long long)dev->options[OPTION_REVISIT].i;

    window_of(dev)->leave = 0;
    snprintf(why, sizeof why, "The camera rests: it is visited again in %lld s", s);
    link_leave(dev, why, s * US_PER_S);
}

static void leave(struct wr_dev *dev)
{
    outbox_put(dev, &(struct batch_link){.type = BATCH_LINK_LEAVE});
    if (camera_of(dev)->link.state == LINK_READY)
        wr_timer_set(dev, &window_of(dev)->leave, LEAVE_US, left);
}

static void nothing_waits(struct wr_dev *dev)
{
    struct window *w = window_of(dev);

    window_drop_coming(dev); /* of links before: the camera has forgotten it */
    w->expect = w->passed_over = false;
    w->n_silent = 0;
    w->n_got = 0;
    window_wait(dev);
    wr_status(dev, "Ready: no picture waits in the camera");
    if (!dev->options[OPTION_STAY].b && !w->leave)
        config_flush(dev, leave);
}

/* --- messages --------------------------------------------------------------------------------- */

static void tell_counts(struct wr_dev *dev, const struct batch_link_info *i)
{
    struct window *w = window_of(dev);
    bool same_start = w->boot == i->boot;

    wr_report_int(dev, "camera_failed", i->n_failed);
    wr_report_int(dev, "camera_dropped", i->n_dropped);
    wr_report_int(dev, "images_waiting", i->n_waiting);
    wr_report_float(
        dev, "storage_used_percent", (i->used_permille < 1000 ? i->used_permille : 1000) / 10.0);
    /* Without the numbers, so that a sensor that is broken is told once and not every few seconds. */
    if (i->n_dropped > (same_start ? w->n_dropped : 0))
        tell_trouble(dev, "The camera's memory was full: it has forgotten pictures unsent");
    if (i->n_failed > (same_start ? w->n_failed : 0))
        tell_trouble(dev, "The camera's sensor failed to give a picture");
    w->n_dropped = i->n_dropped;
    w->n_failed = i->n_failed;
}

static void on_info(struct wr_dev *dev, const struct batch_link_info *i)
{
    struct window *w = window_of(dev);

    tell_counts(dev, i);
    if (w->boot != i->boot)
        window_drop_coming(dev);
    w->heard = true;
    w->boot = i->boot;
    w->bytes = i->window_bytes < BATCH_LINK_MAX_WINDOW_BYTES ? i->window_bytes
                                                             : BATCH_LINK_MAX_WINDOW_BYTES;
    w->n_waiting = i->n_waiting;
    camera_of(dev)->link.seek.n_failures = 0;
    if (i->n_waiting == 0 && !window_any_offered(w))
        nothing_waits(dev);
}

static void on_gone(struct wr_dev *dev, uint32_t id)
{
    struct window *w = window_of(dev);
    struct window_picture *p = w->pictures, *end = w->pictures + w->n_pictures;

    while (p < end && (p->id != id || !p->offered || p->state != PICTURE_COMING))
        p++;
    if (p == end)
        return; /* what is whole is kept all the same */
    window_remove(dev, p);
    tell_failed(dev);
    tell_trouble(dev, "A picture is gone from the camera");
    window_wait_offer(dev);
}

void window_take(struct wr_dev *dev, const uint8_t *bytes, size_t n)
{
    struct batch_link m;

    if (camera_of(dev)->link.state != LINK_READY || !batch_link_decode(bytes, n, &m))
        return;
    switch (m.type) {
    case BATCH_LINK_INFO:
        on_info(dev, &m.info);
        break;
    case BATCH_LINK_OFFER:
        window_offer(dev, &m.offer);
        break;
    case BATCH_LINK_DATA:
        window_data(dev, &m.data);
        break;
    case BATCH_LINK_GONE:
        on_gone(dev, m.picture.id);
        break;
    case BATCH_LINK_PLACE:
        window_place(dev, &m.place);
        break;
    default:
        break; /* ours, come back */
    }
}

/* --- silence, and the link -------------------------------------------------------------------- */

void window_silence(struct wr_dev *dev, void *ctx)
{
    struct window *w = window_of(dev);
    struct window_picture *coming = window_coming(w);
    bool no_memory;

    w->silence = 0;
    window_save_next(dev);
    no_memory = w->passed_over && w->n_pictures < IN_HAND_MAX;
    if (!coming && !w->expect && !no_memory) {
        window_wait(dev);
    } else if (++w->n_silent > SILENT_MAX) {
        link_fail(dev,
            no_memory ? "The gateway has no memory for the camera's pictures"
                      : "The camera has fallen silent");
    } else if (coming) {
        tell_lost(dev);
        window_say_get(dev, coming);
    } else {
        window_say_hello(dev);
    }
}

void window_ready(struct wr_dev *dev)
{
    wr_status(dev, "Asking the camera for its pictures");
    window_say_hello(dev);
}

void window_lost(struct wr_dev *dev)
{
    struct window *w = window_of(dev);

    outbox_lost(dev);
    wr_timer_set(dev, &w->silence, 0, NULL);
    wr_timer_set(dev, &w->leave, 0, NULL);
    w->heard = w->expect = w->passed_over = w->place.known = false;
    for (size_t i = 0; i < w->n_pictures; i++)
        w->pictures[i].offered = w->pictures[i].asked = false;
    w->n_silent = w->n_got = w->n_waiting = w->n_placeless = 0;
}
