#include "http/ws_private.h"

static uint32_t sent_seq(const struct ws_slot *s)
{
    return s->n_sent > 0 ? s->sent[(s->n_sent - 1) % WS_SENT_KEPT].seq : 0;
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
    return s->overlay && s->overlay->seq == sent_seq(s);
}

bool subscription_overlay(struct ws_viewer *v, struct overlay_message *o)
{
    struct ws_slot *s = o->channel < v->n_slots ? &v->slots[o->channel] : NULL;

    if (!s || !s->wants_overlays || o->seq == 0)
        return false;
    if (o->seq != sent_seq(s) && (!s->pending || o->seq != s->pending->pub.seq)) {
        v->hub->stats.n_overlays_skipped += o->seq < sent_seq(s);
        return false;
    }
    skip(v, s);
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
