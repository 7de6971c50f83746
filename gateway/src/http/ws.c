#include "http/ws.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/ws_private.h"
#include "loop/loop.h"

/* Stalled viewers are looked for so often. */
#define TICK_US US_PER_S

_Static_assert(
    FRAME_HEADROOM - FRAME_HEADER_BYTES >= HTTP_HEADROOM, "room in front of a frame's message");
_Static_assert(OVERLAY_HEADROOM >= HTTP_HEADROOM, "room in front of an overlay's message");
_Static_assert(EVENT_HEADROOM >= HTTP_HEADROOM, "room in front of an event's message");

/* --- what comes from the bus ------------------------------------------------------------------ */

static bool changes_devices(const struct event *e)
{
    return strcmp(e->type, "device.added") == 0 || strcmp(e->type, "device.changed") == 0 ||
        strcmp(e->type, "device.removed") == 0;
}

static void hub_event(struct bus_listener *l, struct event *e)
{
    struct ws_hub *h = container_of(l, struct ws_hub, listener);
    bool refresh = changes_devices(e);
    struct ws_viewer *v;

    list_for_each (v, &h->viewers, link) {
        if (refresh)
            subscription_refresh(v);
        if (!v->subscribed)
            continue;
        if (v->next_event == e->id && !subscription_wants_event(v, e))
            v->next_event++;
        else
            ws_want(v->ws);
    }
}

static void hub_frame(struct bus_listener *l, struct frame *f)
{
    struct ws_hub *h = container_of(l, struct ws_hub, listener);
    struct ws_viewer *v;

    list_for_each (v, &h->viewers, link) {
        if (subscription_frame(v, f))
            ws_want(v->ws);
    }
}

static void hub_overlay(struct bus_listener *l, struct overlay_message *o)
{
    struct ws_hub *h = container_of(l, struct ws_hub, listener);
    struct ws_viewer *v;

    list_for_each (v, &h->viewers, link) {
        if (subscription_overlay(v, o))
            ws_want(v->ws);
    }
}

static void hub_tick(struct timer *t)
{
    struct ws_hub *h = container_of(t, struct ws_hub, tick);
    struct ws_viewer *v;

    list_for_each (v, &h->viewers, link) {
        if (!v->closing && ws_blocked_us(v->ws) > WS_STALLED_US)
            viewer_close(v, WS_CLOSE_SLOW, "no byte was taken for 10 s");
    }
}

/* --- writing ---------------------------------------------------------------------------------- */

void viewer_close(struct ws_viewer *v, enum ws_close_code code, const char *reason)
{
    if (v->closing)
        return;
    v->closing = true;
    v->hub->stats.n_slow_closed += code == WS_CLOSE_SLOW;
    log_info("a viewer is closed", F_INT("code", code), F_STR("why", reason));
    ws_close(v->ws, code, reason);
}

void viewer_reply(struct ws_viewer *v, const char *text, size_t n)
{
    struct ws_reply *r;

    if (v->closing)
        return;
    if (v->n_replies >= WS_MAX_REPLIES || v->reply_bytes + n > WS_MAX_REPLY_BYTES) {
        viewer_close(v, WS_CLOSE_SLOW, "too many answers wait to be read");
        return;
    }
    r = malloc(sizeof *r + HTTP_HEADROOM + n);
    if (!r)
        return;
    r->n = n;
    memcpy(r->bytes + HTTP_HEADROOM, text, n);
    list_append(&v->replies, &r->link);
    v->n_replies++;
    v->reply_bytes += n;
    ws_want(v->ws);
}

static void reply_free(struct ws_viewer *v, struct ws_reply *r)
{
    list_remove(&r->link);
    v->n_replies--;
    v->reply_bytes -= r->n;
    free(r);
}

static bool write_reply(struct ws_viewer *v)
{
    struct ws_reply *r;

    if (list_empty(&v->replies))
        return false;
    r = list_first(&v->replies, struct ws_reply, link);
    ws_write(v->ws, false, r->bytes + HTTP_HEADROOM, r->n);
    reply_free(v, r);
    return true;
}

static bool write_event(struct ws_viewer *v)
{
    struct bus *b = v->hub->api->bus;

    if (!v->subscribed)
        return false;
    if (v->next_event < bus_tail_first(b)) {
        viewer_close(v, WS_CLOSE_SLOW, "events were lost: too slow");
        return true;
    }
    while (v->next_event < bus_next_id(b)) {
        struct event *e = bus_tail(b, v->next_event++);

        if (!subscription_wants_event(v, e))
            continue;
        ws_write(v->ws, false, e->message, e->message_len);
        v->hub->stats.n_events_sent++;
        return true;
    }
    return false;
}

static bool write_frame(struct ws_viewer *v)
{
    struct ws_slot *s = subscription_next(v);
    struct frame *f;
    uint8_t *message;
    size_t n;

    if (!s)
        return false;
    f = steal(s->pending);
    message = frame_message(f, &n);
    ws_write(v->ws, true, message, n);
    v->hub->stats.n_frames_sent++;
    frame_unref(f);
    return true;
}

/* Before the frame that follows the one it belongs to. */
static bool write_overlay(struct ws_viewer *v)
{
    struct overlay_message *o = subscription_next_overlay(v);

    if (!o)
        return false;
    ws_write(v->ws, true, o->message, o->len);
    v->hub->stats.n_overlays_sent++;
    overlay_message_unref(o);
    return true;
}

/* To be asked for nothing would cost each viewer a system call per picture. */
static bool has_more(const struct ws_viewer *v)
{
    return !list_empty(&v->replies) ||
        (v->subscribed && v->next_event < bus_next_id(v->hub->api->bus)) ||
        subscription_has_overlay(v) || subscription_has_frame(v);
}

void ws_hub_writable(struct ws *w)
{
    struct ws_viewer *v = ws_ctx(w);

    if (!v || v->closing)
        return;
    if ((write_reply(v) || write_event(v) || write_overlay(v) || write_frame(v)) && has_more(v))
        ws_want(w);
}

/* --- life ------------------------------------------------------------------------------------- */

int ws_hub_new(struct api *a, struct ws_hub **ret)
{
    struct ws_hub *h = calloc(1, sizeof *h);
    int r;

    if (!h)
        return -ENOMEM;
    h->api = a;
    h->listener =
        (struct bus_listener){.event = hub_event, .frame = hub_frame, .overlay = hub_overlay};
    list_init(&h->viewers);
    timer_init(&h->tick, a->loop, hub_tick);
    r = timer_every(&h->tick, TICK_US);
    if (r < 0) {
        free(h);
        return r;
    }
    bus_listen(a->bus, &h->listener);
    *ret = h;
    return 0;
}

struct ws_hub *ws_hub_free(struct ws_hub *h)
{
    if (!h)
        return NULL;
    bus_unlisten(&h->listener);
    timer_stop(&h->tick);
    free(h);
    return NULL;
}

int ws_hub_check(struct ws_hub *h, struct http_request *q)
{
    struct error e = ERROR_NULL;
    struct auth_who who;
    int status;

    if (strcmp(http_path(q), "/api/v1/ws") != 0)
        return 404;
    status = auth_identify(h->api->auth, q, &who, &e);
    if (status != 0)
        log_warning("a WebSocket is refused", F_STR("peer", http_peer(q)), F_ERROR(&e));
    return status;
}

void ws_hub_opened(struct ws_hub *h, struct ws *w)
{
    struct ws_viewer *v = calloc(1, sizeof *v);

    if (!v) {
        ws_close(w, 1011, "no memory");
        return;
    }
    v->hub = h;
    v->ws = w;
    v->who = auth_anybody(h->api->auth);
    list_init(&v->replies);
    list_init(&v->calls);
    list_append(&h->viewers, &v->link);
    h->stats.n_viewers++;
    ws_set_ctx(w, v);
    control_hello(v);
}

void ws_hub_text(struct ws *w, const char *text, size_t n)
{
    struct ws_viewer *v = ws_ctx(w);

    if (v && !v->closing)
        control_message(v, text, n);
}

void ws_hub_closed(struct ws *w)
{
    struct ws_viewer *v = ws_ctx(w);

    if (!v)
        return;
    ws_set_ctx(w, NULL);
    control_abandon(v);
    subscription_clear(v);
    while (!list_empty(&v->replies))
        reply_free(v, list_first(&v->replies, struct ws_reply, link));
    free(v->slots);
    list_remove(&v->link);
    v->hub->stats.n_viewers--;
    free(v);
}

const struct ws_hub_stats *ws_hub_stats(const struct ws_hub *h)
{
    return &h->stats;
}
