/* batch_window.c - LINK: one picture is offered at a time, sent ahead by a window, and forgotten when it is stored.
 *
 * What is to be said is kept as marks and not as messages, and said when there is room: nothing can overflow, and whatever
 * was lost on the way is repaired by saying it again.
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

static void offer(struct batch_camera *c, const struct batch_picture *p)
{
    struct batch_window *w = &c->window;

    w->id = c->pictures.sending_id = p ? p->id : 0;
    w->have = w->next = 0;
    w->sending = false;
    w->offer_due = p != NULL;
    w->place_due = p && p->place.known;
    w->quiet_us = c->now_us;
}

static void offer_next(struct batch_camera *c)
{
    const struct batch_picture *p = c->window.left ? NULL : batch_picture_offerable(c);

    offer(c, p);
    if (p)
        return;
    c->window.info_due = true;
    batch_display(c, BATCH_LINE_LINK, "");
}

void batch_window_changed(struct batch_camera *c)
{
    if (!c->window.on)
        return;
    c->window.info_due = true;
    if (c->window.id == 0)
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
    c->window = (struct batch_window){.on = true, .info_due = true, .host_bytes = h->window_bytes};
    if (h->clock_ms != 0 && c->port.set_clock)
        c->port.set_clock(c->port.ctx, h->clock_ms);
    offer_next(c);
}

static void get(struct batch_camera *c, const struct batch_link_picture *m)
{
    struct batch_window *w = &c->window;
    const struct batch_picture *p = batch_picture_find(c, m->id);

    if (!p) {
        w->gone_due = true;
        w->gone_id = m->id;
        w->offer_due = w->id != 0;
        return;
    }
    if (m->id != w->id)
        offer(c, p);
    else
        w->offer_due = w->place_due = false; /* it was heard */
    if (!w->sending)
        batch_display(c, BATCH_LINE_LINK, "Connected! Sending...");
    w->left = false;
    w->sending = true;
    w->have = w->next = m->offset < p->size ? m->offset : p->size;
}

static void have(struct batch_camera *c, const struct batch_link_picture *m)
{
    struct batch_window *w = &c->window;

    if (m->id == w->id && w->sending && m->offset > w->have && m->offset <= w->next)
        w->have = m->offset;
}

static void stored(struct batch_camera *c, uint32_t id)
{
    if (batch_picture_forget(c, id) && id == c->window.id)
        offer_next(c);
}

static void skip(struct batch_camera *c, uint32_t id)
{
    struct batch_picture *p = batch_picture_find(c, id);

    if (!p)
        return;
    p->skipped = true;
    if (id == c->window.id)
        offer_next(c);
}

static void leave(struct batch_camera *c)
{
    c->window.left = true;
    offer(c, NULL);
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
            .n_waiting = (uint16_t)batch_pictures_offerable(c),
            .used_permille = batch_pictures_used_permille(c)}};

    return say(c, &c->window.info_due, &m);
}

static bool say_gone(struct batch_camera *c)
{
    const struct batch_link m = {.type = BATCH_LINK_GONE, .picture = {.id = c->window.gone_id}};

    return say(c, &c->window.gone_due, &m);
}

static bool say_place(struct batch_camera *c, const struct batch_picture *p)
{
    const struct batch_link m = {
        .type = BATCH_LINK_PLACE, .place = {p->id, p->place.latitude_e7, p->place.longitude_e7}};

    return say(c, &c->window.place_due, &m);
}

static bool say_offer(struct batch_camera *c, const struct batch_picture *p)
{
    int64_t age_ms = (c->now_us - p->taken_us) / 1000;
    const struct batch_link m = {.type = BATCH_LINK_OFFER,
        .offer = {.flags = p->place.known ? BATCH_LINK_OFFER_PLACE : 0,
            .id = p->id,
            .size = p->size,
            .crc = p->crc,
            .age_ms = age_ms > UINT32_MAX ? UINT32_MAX : (uint32_t)age_ms}};

    return say(c, &c->window.offer_due, &m);
}

/* False: all that the window and the picture allow is out, or there is no room. */
static bool say_data(struct batch_camera *c, const struct batch_picture *p)
{
    struct batch_window *w = &c->window;
    uint8_t bytes[BATCH_VALUE_MAX];
    uint32_t n = data_bytes(c);

    if (n > p->size - w->next)
        n = p->size - w->next;
    if (!w->sending || n == 0 || (w->next > w->have && w->next + n > w->have + window_bytes(c)))
        return false;
    batch_link_data_header(w->id, w->next, bytes);
    memcpy(bytes + BATCH_LINK_DATA_HEADER_BYTES, p->jpeg + w->next, n);
    if (!batch_send(c, BATCH_CHAR_LINK, bytes, BATCH_LINK_DATA_HEADER_BYTES + n))
        return false;
    w->next += n;
    w->quiet_us = c->now_us;
    return true;
}

/* Either side may have lost something that was said last: the OFFER makes the host say how far it is. */
static void mind_silence(struct batch_camera *c)
{
    if (c->window.id == 0 || c->now_us < c->window.quiet_us + BATCH_OFFER_AGAIN_US)
        return;
    c->window.offer_due = true;
    c->window.place_due = batch_picture_find(c, c->window.id)->place.known;
    c->window.quiet_us = c->now_us;
}

void batch_window_step(struct batch_camera *c)
{
    struct batch_window *w = &c->window;
    const struct batch_picture *p;

    if (!w->on)
        return;
    mind_silence(c);
    if (!say_info(c) || !say_gone(c) || w->id == 0)
        return;
    p = batch_picture_find(c, w->id);
    if (!say_place(c, p) || !say_offer(c, p))
        return;
    while (say_data(c, p))
        ;
}

int64_t batch_window_next_us(const struct batch_camera *c)
{
    return c->window.on && c->window.id ? c->window.quiet_us + BATCH_OFFER_AGAIN_US
                                        : BATCH_NEVER_US;
}
