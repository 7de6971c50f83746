/* window_say.c - what is said to the camera, and until when there is to be an answer. */
#include "window.h"

/* For an INFO; and for an OFFER, which the camera itself says again after 2 s. */
#define INFO_US (1 * US_PER_S)
#define OFFER_US (3 * US_PER_S)

static void say_picture(struct wr_dev *dev, enum batch_link_type type, uint32_t id, uint32_t offset)
{
    outbox_put(dev, &(struct batch_link){.type = type, .picture = {.id = id, .offset = offset}});
}

void window_say_hello(struct wr_dev *dev)
{
    struct window *w = window_of(dev);

    for (size_t i = 0; i < w->n_pictures; i++)
        w->pictures[i].offered = w->pictures[i].asked = false;
    w->passed_over = false;
    w->expect = true;
    wr_timer_set(dev, &w->silence, w->heard ? OFFER_US : INFO_US, window_silence);
    outbox_put(dev,
        &(struct batch_link){.type = BATCH_LINK_HELLO,
            .hello = {.version = BATCH_LINK_VERSION,
                .ahead = AHEAD,
                .window_bytes = BATCH_LINK_MAX_WINDOW_BYTES,
                .clock_ms = dev->host->wall_us(dev) / 1000}});
}

void window_say_get(struct wr_dev *dev, struct window_picture *p)
{
    p->asked = true;
    p->have_told = (uint32_t)p->frame->len;
    wr_timer_set(dev, &window_of(dev)->silence, SILENT_US, window_silence);
    say_picture(dev, BATCH_LINK_GET, p->id, p->have_told);
}

void window_say_have(struct wr_dev *dev, struct window_picture *p)
{
    p->have_told = p->state == PICTURE_COMING ? (uint32_t)p->frame->len : p->size;
    say_picture(dev, BATCH_LINK_HAVE, p->id, p->have_told);
}

void window_say_whole(struct wr_dev *dev, const struct window_picture *p)
{
    say_picture(dev, BATCH_LINK_GET, p->id, p->size);
}

void window_say_done(struct wr_dev *dev, enum batch_link_type type, uint32_t id)
{
    struct window *w = window_of(dev);

    if (w->n_waiting > 0)
        wr_report_int(dev, "images_waiting", --w->n_waiting);
    say_picture(dev, type, id, 0);
    if (camera_of(dev)->link.state != LINK_READY)
        return; /* it could not be said */
    if (w->passed_over)
        window_say_hello(dev);
    else
        window_wait_offer(dev);
}

void window_wait(struct wr_dev *dev)
{
    struct window *w = window_of(dev);
    bool waits = false, saving = false;

    for (size_t i = 0; i < w->n_pictures; i++) {
        waits |= w->pictures[i].state == PICTURE_WHOLE;
        saving |= w->pictures[i].state == PICTURE_SAVING;
    }
    /* The disk may have a picture of a link in another dialect, of whose end nobody tells us. */
    if (window_coming(w) || (waits && !saving))
        wr_timer_set(dev, &w->silence, SILENT_US, window_silence);
    else if (!w->expect)
        wr_timer_set(dev, &w->silence, 0, NULL);
}

void window_wait_offer(struct wr_dev *dev)
{
    struct window *w = window_of(dev);

    if (!window_any_offered(w)) {
        w->expect = true;
        wr_timer_set(dev, &w->silence, OFFER_US, window_silence);
    }
}
