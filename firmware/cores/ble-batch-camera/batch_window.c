/* batch_window.c - LINK: pictures are offered, sent ahead by a window, and forgotten when they are stored.
 *
 * What is to be said is kept as marks and not as messages, and said when there is room: nothing can overflow, and whatever
 * was lost on the way is repaired by saying it again. One picture is offered at a time; to a host that takes several (HELLO's
 * ahead) the next one goes out behind the last, without waiting for GET or STORED, so that the link is never idle.
 */
#include <string.h>

#include "batch_camera_private.h"

static uint32_t data_bytes(const struct batch_camera *c)
{
    return (uint32_t)batch_payload_bytes(c) - BATCH_LINK_DATA_HEADER_BYTES;
}

/* Of this link, now: the MTU may have grown since HELLO. */
static uint32_t window_bytes(const struct batch_camera *c)
{
    uint32_t w = c->window.host_bytes;

    if (w > BATCH_LINK_MAX_WINDOW_BYTES)
        w = BATCH_LINK_MAX_WINDOW_BYTES;
    return w < data_bytes(c) ? data_bytes(c) : w;
}

/* --- what is offered -------------------------------------------------------------------------- */

static struct batch_offer *offer_find(struct batch_camera *c, uint32_t id)
{
    for (unsigned i = 0; i < c->window.n_offers; i++)
        if (c->window.offers[i].id == id)
            return &c->window.offers[i];
    return NULL;
}

static struct batch_offer *offer_add(struct batch_camera *c, struct batch_picture *p)
{
    struct batch_offer *o = &c->window.offers[c->window.n_offers++];

    *o = (struct batch_offer){.id = p->id,
        .offer_due = true,
        .place_due = p->place.known,
        .sending = c->window.max_offers > 1};
    p->held = true;
    c->window.quiet_us = c->now_us;
    return o;
}

/* The next one behind those there are. */
static void offer_next(struct batch_camera *c)
{
    struct batch_window *w = &c->window;
    struct batch_picture *p =
        w->left || w->n_offers == w->max_offers ? NULL : batch_picture_offerable(c);

    if (p)
        offer_add(c, p);
}

static void offer_first(struct batch_camera *c)
{
    offer_next(c);
    if (c->window.n_offers > 0)
        return;
    c->window.info_due = true;
    batch_display(c, BATCH_LINE_LINK, "");
}

static void offer_again(struct batch_camera *c)
{
    for (unsigned i = 0; i < c->window.n_offers; i++) {
        struct batch_offer *o = &c->window.offers[i];

        o->offer_due = true;
        o->place_due = batch_picture_find(c, o->id)->place.known;
    }
}

/* It is not on its way any more. */
static void offer_remove(struct batch_camera *c, uint32_t id)
{
    struct batch_window *w = &c->window;
    struct batch_offer *o = offer_find(c, id);

    if (!o)
        return;
    memmove(o, o + 1, (size_t)(&w->offers[--w->n_offers] - o) * sizeof *o);
    if (w->n_offers == 0)
        offer_first(c);
}

static void withdraw(struct batch_camera *c)
{
    c->window.n_offers = 0;
    batch_pictures_release(c);
}

void batch_window_changed(struct batch_camera *c)
{
    if (!c->window.on)
        return;
    c->window.info_due = true;
    if (c->window.n_offers == 0)
        offer_next(c);
}

void batch_window_end(struct batch_camera *c)
{
    c->window = (struct batch_window){0};
    for (unsigned i = 0; i < c->pictures.n; i++)
        c->pictures.rows[i].skipped = false;
}

/* --- what the host says ----------------------------------------------------------------------- */

static void hello(struct batch_camera *c, const struct batch_link_hello *h)
{
    batch_push_end(c, false);
    c->n_status = 0;
    withdraw(c);
    c->window = (struct batch_window){.on = true,
        .info_due = true,
        .host_bytes = h->window_bytes,
        .max_offers = h->ahead < BATCH_MAX_OFFERS ? h->ahead + 1u : BATCH_MAX_OFFERS};
    if (h->clock_ms != 0 && c->port.set_clock)
        c->port.set_clock(c->port.ctx, h->clock_ms);
    offer_first(c);
}

static void get(struct batch_camera *c, const struct batch_link_picture *m)
{
    struct batch_picture *p = batch_picture_find(c, m->id);
    struct batch_offer *o = offer_find(c, m->id);

    if (!p) {
        c->window.gone_due = true;
        c->window.gone_id = m->id;
        offer_again(c);
        return;
    }
    if (o) {
        o->offer_due = o->place_due = false; /* it was heard */
    } else {
        withdraw(c);
        o = offer_add(c, p);
    }
    c->window.left = false;
    o->sending = true;
    o->have = o->next = m->offset < p->size ? m->offset : p->size;
}

static void have(struct batch_camera *c, const struct batch_link_picture *m)
{
    struct batch_offer *o = offer_find(c, m->id);

    if (o && m->offset > o->have && m->offset <= o->next)
        o->have = m->offset;
}

static void stored(struct batch_camera *c, uint32_t id)
{
    if (batch_picture_forget(c, id))
        offer_remove(c, id);
}

static void skip(struct batch_camera *c, uint32_t id)
{
    struct batch_picture *p = batch_picture_find(c, id);

    if (!p)
        return;
    p->skipped = true;
    p->held = false;
    offer_remove(c, id);
}

static void leave(struct batch_camera *c)
{
    c->window.left = true;
    withdraw(c);
}

void batch_window_message(struct batch_camera *c, const void *bytes, size_t n)
{
    struct batch_link m;

    if (!batch_link_decode(bytes, n, &m) || (!c->window.on && m.type != BATCH_LINK_HELLO))
        return;
    c->window.quiet_us = c->now_us;
    if (m.type == BATCH_LINK_HELLO)
        hello(c, &m.hello);
    else if (m.type == BATCH_LINK_GET)
        get(c, &m.picture);
    else if (m.type == BATCH_LINK_HAVE)
        have(c, &m.picture);
    else if (m.type == BATCH_LINK_STORED)
        stored(c, m.picture.id);
    else if (m.type == BATCH_LINK_SKIP)
        skip(c, m.picture.id);
    else if (m.type == BATCH_LINK_LEAVE)
        leave(c);
}

/* --- what the camera says --------------------------------------------------------------------- */

/* True: it is out, or there is nothing like it to say. */
static bool say(struct batch_camera *c, bool *due, const struct batch_link *m)
{
    uint8_t bytes[BATCH_LINK_MAX_BYTES];

    if (!*due)
        return true;
    if (!batch_send(c, BATCH_CHAR_LINK, bytes, batch_link_encode(m, bytes)))
        return false;
    *due = false;
    c->window.quiet_us = c->now_us;
    return true;
}

static bool say_info(struct batch_camera *c)
{
    const struct batch_link m = {.type = BATCH_LINK_INFO,
        .info = {.version = BATCH_LINK_VERSION,
            .boot = c->boot,
            .window_bytes = window_bytes(c),
            .n_failed = c->pictures.n_failed,
            .n_dropped = c->pictures.n_dropped,
            .n_waiting = (uint16_t)batch_pictures_waiting(c),
            .used_permille = batch_pictures_used_permille(c)}};

    return say(c, &c->window.info_due, &m);
}

static bool say_gone(struct batch_camera *c)
{
    const struct batch_link m = {.type = BATCH_LINK_GONE, .picture = {.id = c->window.gone_id}};

    return say(c, &c->window.gone_due, &m);
}

static bool say_place(struct batch_camera *c, struct batch_offer *o, const struct batch_picture *p)
{
    const struct batch_link m = {
        .type = BATCH_LINK_PLACE, .place = {p->id, p->place.latitude_e7, p->place.longitude_e7}};

    return say(c, &o->place_due, &m);
}

static bool say_offer(struct batch_camera *c, struct batch_offer *o, const struct batch_picture *p)
{
    int64_t age_ms = (c->now_us - p->taken_us) / 1000;
    const struct batch_link m = {.type = BATCH_LINK_OFFER,
        .offer = {.flags = p->place.known ? BATCH_LINK_OFFER_PLACE : 0,
            .id = p->id,
            .size = p->size,
            .crc = p->crc,
            .age_ms = age_ms > UINT32_MAX ? UINT32_MAX : (uint32_t)age_ms}};

    return say(c, &o->offer_due, &m);
}

static uint32_t on_the_way(const struct batch_camera *c)
{
    uint32_t n = 0;

    for (unsigned i = 0; i < c->window.n_offers; i++)
        n += c->window.offers[i].next - c->window.offers[i].have;
    return n;
}

/* False: all that the window and the picture allow is out, or there is no room. */
static bool say_data(struct batch_camera *c, struct batch_offer *o, const struct batch_picture *p)
{
    uint8_t bytes[BATCH_VALUE_MAX];
    uint32_t n = data_bytes(c), ahead = on_the_way(c);

    if (n > p->size - o->next)
        n = p->size - o->next;
    if (!o->sending || n == 0 || (ahead > 0 && ahead + n > window_bytes(c)))
        return false;
    batch_link_data_header(o->id, o->next, bytes);
    memcpy(bytes + BATCH_LINK_DATA_HEADER_BYTES, p->jpeg + o->next, n);
    if (!batch_send(c, BATCH_CHAR_LINK, bytes, BATCH_LINK_DATA_HEADER_BYTES + n))
        return false;
    if (o->next == 0)
        batch_display(c, BATCH_LINE_LINK, "Connected! Sending...");
    o->next += n;
    c->window.quiet_us = c->now_us;
    return true;
}

/* True: all of it is out. */
static bool say_picture(struct batch_camera *c, struct batch_offer *o)
{
    const struct batch_picture *p = batch_picture_find(c, o->id);

    if (!say_place(c, o, p) || !say_offer(c, o, p))
        return false;
    while (say_data(c, o, p))
        ;
    return o->next == p->size;
}

/* Either side may have lost something that was said last: the OFFER makes the host say how far it is. */
static void mind_silence(struct batch_camera *c)
{
    if (c->window.n_offers == 0 || c->now_us < c->window.quiet_us + BATCH_OFFER_AGAIN_US)
        return;
    offer_again(c);
    c->window.quiet_us = c->now_us;
}

void batch_window_step(struct batch_camera *c)
{
    struct batch_window *w = &c->window;

    if (!w->on)
        return;
    mind_silence(c);
    if (!say_info(c) || !say_gone(c))
        return;
    for (unsigned i = 0; i < w->n_offers; i++) {
        if (!say_picture(c, &w->offers[i]))
            return;
        if (i + 1 == w->n_offers)
            offer_next(c);
    }
}

int64_t batch_window_next_us(const struct batch_camera *c)
{
    return c->window.on && c->window.n_offers > 0 ? c->window.quiet_us + BATCH_OFFER_AGAIN_US
                                                  : BATCH_NEVER_US;
}
