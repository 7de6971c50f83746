#include "device/overlay_match.h"

#include <stdlib.h>

#include "base/util.h"
#include "loop/loop.h"

void overlay_match_init(struct overlay_match *m, struct loop *l, void (*timeout)(struct timer *t))
{
    list_init(&m->waiting);
    timer_init(&m->timeout, l, timeout);
}

void overlay_match_clear(struct overlay_match *m)
{
    struct overlay_message *o;

    while ((o = overlay_match_take(m)))
        overlay_message_unref(o);
    m->n_frames = 0;
}

/* --- frames ----------------------------------------------------------------------------------- */

void overlay_match_note(struct overlay_match *m, const struct wr_frame *f)
{
    m->frames[m->n_frames++ % OVERLAY_MATCH_FRAMES] = (struct overlay_frame){
        .device_seq = f->device_seq,
        .seq = f->seq,
        .captured_us = f->captured_us,
        .received_us = f->received_us,
    };
}

/* The i-th before the newest, which is the 0th; NULL: there are not so many. */
static const struct overlay_frame *frame_before(const struct overlay_match *m, unsigned i)
{
    return i < MIN(m->n_frames, OVERLAY_MATCH_FRAMES)
        ? &m->frames[(m->n_frames - 1 - i) % OVERLAY_MATCH_FRAMES]
        : NULL;
}

const struct overlay_frame *overlay_match_by_seq(const struct overlay_match *m, uint32_t seq)
{
    const struct overlay_frame *f;

    for (unsigned i = 0; (f = frame_before(m, i)); i++) {
        if (f->seq == seq)
            return f;
    }
    return NULL;
}

/* The newest first: a device that began anew may have counted to the same number again. */
const struct overlay_frame *overlay_match_by_device_seq(
    const struct overlay_match *m, uint64_t device_seq)
{
    const struct overlay_frame *f;

    for (unsigned i = 0; (f = frame_before(m, i)); i++) {
        if (f->device_seq == device_seq)
            return f;
    }
    return NULL;
}

const struct overlay_frame *overlay_match_nearest(
    const struct overlay_match *m, int64_t received_us)
{
    const struct overlay_frame *f, *best = NULL;
    int64_t least = OVERLAY_MATCH_WAIT_US;

    for (unsigned i = 0; (f = frame_before(m, i)); i++) {
        int64_t apart = llabs(f->received_us - received_us);

        if (apart < least) {
            least = apart;
            best = f;
        }
    }
    return best;
}

/* --- overlays that are ahead ------------------------------------------------------------------ */

/* One without memory for the timer waits until others push it out. */
static void arm(struct overlay_match *m)
{
    const struct overlay_message *first = list_first(&m->waiting, struct overlay_message, link);

    timer_stop(&m->timeout);
    if (!list_empty(&m->waiting))
        timer_once(
            &m->timeout, first->came_us + OVERLAY_MATCH_WAIT_US - loop_now_us(m->timeout.loop));
}

void overlay_match_wait_consume(struct overlay_match *m, struct overlay_message *o)
{
    list_append(&m->waiting, &o->link);
    m->n_waiting++;
    arm(m);
}

struct overlay_message *overlay_match_take(struct overlay_match *m)
{
    struct overlay_message *o;

    if (list_empty(&m->waiting))
        return NULL;
    o = list_first(&m->waiting, struct overlay_message, link);
    list_remove(&o->link);
    m->n_waiting--;
    arm(m);
    return o;
}

bool overlay_match_awaits(const struct overlay_match *m, uint64_t device_seq)
{
    const struct overlay_message *o;

    list_for_each (o, &m->waiting, link) {
        if (o->overlay.frame_id == device_seq)
            return true;
    }
    return false;
}
