/* window.c - our own dialect over LINK: a window of bytes on their way, a checksum, and a camera that
 * keeps each picture until it is told that it is stored.
 *
 *     HELLO ─▶ INFO ─▶ OFFER ─▶ GET ─▶ DATA … (HAVE) ─▶ checksum ─▶ disk ─▶ STORED ─▶ OFFER or INFO
 *
 * The picture in hand stays here when the link is lost: is it offered again, it goes on with the first
 * byte that lacks. Whatever notification is lost, there is a timer that asks.
 */
#include "camera.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "crc32c.h"

#define SILENT_US (1 * US_PER_S)
/* For an INFO; and for an OFFER, which the camera itself says again after 2 s. */
#define INFO_US (1 * US_PER_S)
#define OFFER_US (3 * US_PER_S)
/* An OFFER whose PLACE was lost: after so many HELLOs the picture is taken without. */
#define PLACELESS_MAX 2
#define SILENT_MAX 5
#define WRONG_MAX 2
/* After LEAVE, for it to be on the air. */
#define LEAVE_US (500 * US_PER_MS)

static struct window *window_of(const struct wr_dev *dev)
{
    return &camera_of(dev)->window;
}

static void silence(struct wr_dev *dev, void *ctx);

/* --- what is said ----------------------------------------------------------------------------- */

static void say_picture(struct wr_dev *dev, enum batch_link_type type, uint32_t id, uint32_t offset)
{
    outbox_put(dev, &(struct batch_link){.type = type, .picture = {.id = id, .offset = offset}});
}

static void say_hello(struct wr_dev *dev)
{
    window_of(dev)->expect = true;
    timer_set(dev, &window_of(dev)->silence, window_of(dev)->heard ? OFFER_US : INFO_US, silence);
    outbox_put(dev,
        &(struct batch_link){.type = BATCH_LINK_HELLO,
            .hello = {.version = BATCH_LINK_VERSION,
                .window_bytes = BATCH_LINK_MAX_WINDOW_BYTES,
                .clock_ms = dev->host->wall_us(dev) / 1000}});
}

/* STORED or SKIP: what is offered next, or that there is nothing, is to come. */
static void say_done(struct wr_dev *dev, enum batch_link_type type, uint32_t id)
{
    window_of(dev)->expect = true;
    timer_set(dev, &window_of(dev)->silence, OFFER_US, silence);
    say_picture(dev, type, id, 0);
}

/* From the first byte that lacks. */
static void say_get(struct wr_dev *dev)
{
    struct window *w = window_of(dev);
    uint32_t at = (uint32_t)w->picture.frame->len;

    w->have_told = at;
    timer_set(dev, &w->silence, SILENT_US, silence);
    say_picture(dev, BATCH_LINK_GET, w->picture.id, at);
}

/* --- pictures that are over ------------------------------------------------------------------- */

static void remember(struct window *w, uint32_t boot, uint32_t id, bool bad)
{
    size_t i = w->n_done++ % STORED_MAX;

    w->done[i].boot = boot;
    w->done[i].id = id;
    w->done[i].bad = bad;
}

/* 0: not known; else what it is answered with. */
static enum batch_link_type known(const struct window *w, uint32_t id)
{
    for (size_t i = 0; i < w->n_done && i < STORED_MAX; i++) {
        if (w->done[i].boot == w->boot && w->done[i].id == id)
            return w->done[i].bad ? BATCH_LINK_SKIP : BATCH_LINK_STORED;
    }
    return 0;
}

static void drop_picture(struct wr_dev *dev)
{
    struct window *w = window_of(dev);

    if (w->picture.frame)
        dev->host->frame_drop(dev, w->picture.frame);
    w->picture = (struct window_picture){0};
}

static void give_up_picture(struct wr_dev *dev, const char *why)
{
    struct window *w = window_of(dev);
    uint32_t id = w->picture.id;

    drop_picture(dev);
    tell_failed(dev);
    tell_trouble(dev, "Picture %u was left with the camera: %s", id, why);
    say_done(dev, BATCH_LINK_SKIP, id);
}

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
        timer_set(dev, &window_of(dev)->leave, LEAVE_US, left);
}

static void nothing_waits(struct wr_dev *dev)
{
    struct window *w = window_of(dev);

    timer_set(dev, &w->silence, 0, NULL);
    w->n_got = 0;
    tell_status(dev, "Ready: no picture waits in the camera");
    if (!dev->options[OPTION_STAY].b && !w->leave)
        config_flush(dev, leave);
}

/* --- the disk --------------------------------------------------------------------------------- */

static void saved(struct wr_dev *dev, int result, uint64_t id, const char *why)
{
    struct window *w = window_of(dev);
    struct window_picture p = w->picture;

    w->picture = (struct window_picture){0};
    remember(w, p.boot, p.id, result != 0 && result != -EEXIST);
    if (result == 0 || result == -EEXIST) {
        w->n_got++;
        tell_status(dev, "A picture was kept");
    } else {
        tell_failed(dev);
        tell_trouble(dev, "Picture %u was left with the camera: %s", p.id, why);
    }
    if (camera_of(dev)->link.state != LINK_READY || !w->heard || w->boot != p.boot)
        return; /* is it offered again, it is known */
    if (p.offered)
        say_done(dev, known(w, p.id), p.id);
    else
        say_hello(dev); /* another was offered meanwhile */
}

/* All bytes are here. */
static void complete(struct wr_dev *dev)
{
    struct window *w = window_of(dev);
    struct window_picture *p = &w->picture;
    struct wr_frame *frame = p->frame;

    if (p->crc_so_far != p->crc) {
        tell_repeated(dev);
        frame->len = 0;
        p->crc_so_far = 0;
        if (++p->n_wrong > WRONG_MAX)
            give_up_picture(dev, "its checksum was wrong three times");
        else
            say_get(dev);
        return;
    }
    if (camera_of(dev)->save.busy) {
        timer_set(dev, &w->silence, SILENT_US, silence); /* of a link in another dialect */
        return;
    }
    timer_set(dev, &w->silence, 0, NULL);
    p->frame = NULL;
    p->saving = true;
    tell_status(dev, "Keeping a picture (%u bytes)", p->size);
    save_begin(dev, frame, &p->meta, 0, saved);
}

/* --- DATA ------------------------------------------------------------------------------------- */

static void have(struct wr_dev *dev)
{
    struct window *w = window_of(dev);
    uint32_t len = (uint32_t)w->picture.frame->len;

    if (len - w->have_told < w->bytes / 4)
        return;
    w->have_told = len;
    say_picture(dev, BATCH_LINK_HAVE, w->picture.id, len);
}

static void take_bytes(struct wr_dev *dev, const uint8_t *bytes, size_t n)
{
    struct window *w = window_of(dev);
    struct window_picture *p = &w->picture;
    size_t left_over = p->size - p->frame->len;

    n = n < left_over ? n : left_over;
    memcpy(p->frame->data + p->frame->len, bytes, n);
    p->frame->len += n;
    p->crc_so_far = crc32c(p->crc_so_far, bytes, n);
    w->gap = false;
    w->n_silent = 0;
    tell_progress(
        dev, w->n_got + 1, w->n_got + (w->n_waiting ? w->n_waiting : 1), p->frame->len, p->size);
    if (p->frame->len == p->size) {
        complete(dev);
        return;
    }
    timer_set(dev, &w->silence, SILENT_US, silence);
    have(dev);
}

static void on_data(struct wr_dev *dev, const struct batch_link_data *d)
{
    struct window *w = window_of(dev);
    struct window_picture *p = &w->picture;

    if (!p->frame || !p->offered || p->frame->len == p->size || d->id_low != (p->id & 0xff))
        return;
    if (d->offset == p->frame->len) {
        take_bytes(dev, d->bytes, d->n);
    } else if (d->offset < p->frame->len) {
        tell_repeated(dev);
    } else if (!w->gap) {
        w->gap = true;
        tell_lost(dev);
        say_get(dev);
    }
}

/* --- OFFER ------------------------------------------------------------------------------------ */

static void set_meta(struct wr_dev *dev, const struct batch_link_offer *o)
{
    struct window *w = window_of(dev);
    struct picture_meta *m = &w->picture.meta;

    camera_place(dev, m);
    if (w->place.known && w->place.id == o->id) {
        m->latitude = w->place.latitude;
        m->longitude = w->place.longitude;
    }
    snprintf(m->key, sizeof m->key, "%08x:%u", w->boot, o->id);
    m->captured_us = dev->host->wall_us(dev) - o->age_ms * US_PER_MS;
}

static bool same(const struct window *w, const struct batch_link_offer *o)
{
    const struct window_picture *p = &w->picture;

    return (p->frame || p->saving) && p->boot == w->boot && p->id == o->id && p->size == o->size &&
        p->crc == o->crc;
}

static bool lacks_place(const struct window *w, const struct batch_link_offer *o)
{
    return (o->flags & BATCH_LINK_OFFER_PLACE) && !(w->place.known && w->place.id == o->id);
}

/* A picture that was not in hand. False: there is no room for it. */
static bool take_new(struct wr_dev *dev, const struct batch_link_offer *o)
{
    struct window *w = window_of(dev);
    struct window_picture *p = &w->picture;

    drop_picture(dev);
    p->frame = dev->host->frame_new(dev, o->size);
    if (!p->frame)
        return false;
    p->frame->len = 0;
    p->boot = w->boot;
    p->id = o->id;
    p->size = o->size;
    p->crc = o->crc;
    set_meta(dev, o);
    return true;
}

static void begin(struct wr_dev *dev)
{
    struct window *w = window_of(dev);

    w->picture.offered = true;
    w->gap = false;
    w->n_silent = 0;
    if (w->picture.saving)
        return; /* STORED follows */
    tell_status(dev, "Receiving a picture (%u bytes), %u wait", w->picture.size, w->n_waiting);
    tell_progress(dev, w->n_got + 1, w->n_got + (w->n_waiting ? w->n_waiting : 1),
        w->picture.frame->len, w->picture.size);
    if (w->picture.frame->len == w->picture.size)
        complete(dev);
    else
        say_get(dev);
}

static void on_offer(struct wr_dev *dev, const struct batch_link_offer *o)
{
    struct window *w = window_of(dev);

    if (!w->heard)
        return; /* whose it is, INFO says; HELLO is said again */
    w->expect = false;
    w->n_silent = 0;
    timer_set(dev, &w->silence, 0, NULL);
    if (known(w, o->id)) {
        say_done(dev, known(w, o->id), o->id);
    } else if (o->size == 0 || o->size > PICTURE_MAX_BYTES) {
        remember(w, w->boot, o->id, true);
        tell_failed(dev);
        tell_trouble(dev, "The camera offers a picture of %u bytes, which cannot be", o->size);
        say_done(dev, BATCH_LINK_SKIP, o->id);
    } else if (same(w, o)) {
        begin(dev);
    } else if (w->picture.saving) {
        w->picture.offered = false; /* saved() asks anew */
    } else if (lacks_place(w, o) && w->n_placeless++ < PLACELESS_MAX) {
        say_hello(dev); /* both are said again */
    } else if (take_new(dev, o)) {
        w->n_placeless = 0;
        begin(dev);
    } else {
        w->expect = true;
        timer_set(dev, &w->silence, SILENT_US, silence);
    }
}

/* --- the other messages ----------------------------------------------------------------------- */

static void tell_counts(struct wr_dev *dev, const struct batch_link_info *i)
{
    struct window *w = window_of(dev);
    bool same_start = w->boot == i->boot;

    report_int(dev, "camera_failed", i->n_failed);
    report_int(dev, "camera_dropped", i->n_dropped);
    report_int(dev, "images_waiting", i->n_waiting);
    report_float(
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
    if (w->boot != i->boot && !w->picture.saving)
        drop_picture(dev);
    w->heard = true;
    w->boot = i->boot;
    w->bytes = i->window_bytes < BATCH_LINK_MAX_WINDOW_BYTES ? i->window_bytes
                                                             : BATCH_LINK_MAX_WINDOW_BYTES;
    w->n_waiting = i->n_waiting;
    camera_of(dev)->link.n_failures = 0;
    if (i->n_waiting > 0 || w->picture.offered)
        return;
    w->expect = false;
    w->n_silent = 0;
    nothing_waits(dev);
}

static void on_gone(struct wr_dev *dev, uint32_t id)
{
    struct window *w = window_of(dev);

    if (!w->picture.frame || !w->picture.offered || w->picture.id != id)
        return;
    drop_picture(dev);
    tell_failed(dev);
    tell_trouble(dev, "Picture %u is gone from the camera", id);
    w->expect = true;
    timer_set(dev, &w->silence, OFFER_US, silence);
}

static void on_place(struct wr_dev *dev, const struct batch_link_place *p)
{
    struct window *w = window_of(dev);
    double latitude = p->latitude_e7 / 1e7, longitude = p->longitude_e7 / 1e7;

    w->place.known = fabs(latitude) <= 90 && fabs(longitude) <= 180;
    w->place.id = p->id;
    w->place.latitude = latitude;
    w->place.longitude = longitude;
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
        on_offer(dev, &m.offer);
        break;
    case BATCH_LINK_DATA:
        on_data(dev, &m.data);
        break;
    case BATCH_LINK_GONE:
        on_gone(dev, m.picture.id);
        break;
    case BATCH_LINK_PLACE:
        on_place(dev, &m.place);
        break;
    default:
        break; /* ours, come back */
    }
}

/* --- silence, and the link -------------------------------------------------------------------- */

static void silence(struct wr_dev *dev, void *ctx)
{
    struct window *w = window_of(dev);
    const struct window_picture *p = &w->picture;
    bool receiving = p->frame && p->offered;

    w->silence = 0;
    if (receiving && p->frame->len == p->size) {
        complete(dev);
        return;
    }
    if (!receiving && !w->expect)
        return;
    if (++w->n_silent > SILENT_MAX) {
        link_fail(dev, "The camera has fallen silent");
        return;
    }
    w->gap = false;
    if (receiving) {
        tell_lost(dev);
        say_get(dev);
    } else {
        say_hello(dev);
    }
}

void window_ready(struct wr_dev *dev)
{
    tell_status(dev, "Asking the camera for its pictures");
    say_hello(dev);
}

void window_lost(struct wr_dev *dev)
{
    struct window *w = window_of(dev);

    outbox_lost(dev);
    timer_set(dev, &w->silence, 0, NULL);
    timer_set(dev, &w->leave, 0, NULL);
    w->heard = w->expect = w->gap = w->place.known = w->picture.offered = false;
    w->n_silent = w->n_got = w->n_waiting = w->n_placeless = 0;
}
