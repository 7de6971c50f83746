#include "http/ws_private.h"

static bool was_sent(const struct ws_slot *s, uint32_t seq)
{
    for (size_t i = 0; i < MIN(s->n_sent, (uint64_t)WS_SENT_KEPT); i++) {
        if (s->sent[i].seq == seq)
            return true;
    }
    return false;
}

/* Numbers begin anew after 2^32. */
static bool is_newer(uint32_t seq, uint32_t than)
{
    return (int32_t)(seq - than) > 0;
}

/* A newer one has come for this viewer, or the frame is older than those that are remembered. */
static bool is_late(const struct ws_slot *s, uint32_t seq)
{
    uint32_t newest = s->n_sent > 0 ? s->sent[(s->n_sent - 1) % WS_SENT_KEPT].seq : seq;

    return (s->overlay_seq != 0 && is_newer(s->overlay_seq, seq)) ||
        (is_newer(newest, seq) && !was_sent(s, seq));
}

void overlay_drop(struct ws_viewer *v, struct ws_slot *s)
{
    v->n_overlays -= s->overlay != NULL;
    s->overlay = overlay_message_unref(s->overlay);
}

static void skip(struct ws_viewer *v, struct ws_slot *s)
{
    v->hub->stats.n_overlays_skipped += s->overlay != NULL;
    overlay_drop(v, s);
}

static bool may_send(const struct ws_slot *s)
{
    return s->overlay && was_sent(s, s->overlay->seq);
}

bool subscription_overlay(struct ws_viewer *v, struct overlay_message *o)
{
    struct ws_slot *s = o->channel < v->n_slots ? &v->slots[o->channel] : NULL;

    if (!s || !s->wants_overlays || o->seq == 0)
        return false;
    if (is_late(s, o->seq)) {
        v->hub->stats.n_overlays_skipped++;
        return false;
    }
    if (!was_sent(s, o->seq) && (!s->pending || o->seq != s->pending->pub.seq))
        return false;
    skip(v, s);
    s->overlay_seq = o->seq;
    s->overlay = overlay_message_ref(o);
    v->n_overlays++;
    return may_send(s);
}

void overlay_frame_replaced(struct ws_viewer *v, struct ws_slot *s)
{
    if (s->overlay && s->pending && s->overlay->seq == s->pending->pub.seq)
        skip(v, s);
}

bool subscription_has_overlay(const struct ws_viewer *v)
{
    for (size_t i = 0; v->n_overlays > 0 && i < v->n_slots; i++) {
        if (may_send(&v->slots[i]))
            return true;
    }
    return false;
}

struct overlay_message *subscription_next_overlay(struct ws_viewer *v)
{
    for (size_t i = 0; v->n_overlays > 0 && i < v->n_slots; i++) {
        struct ws_slot *s = &v->slots[i];

        if (!may_send(s))
            continue;
        v->n_overlays--;
        return steal(s->overlay);
    }
    return NULL;
}
