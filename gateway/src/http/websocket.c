/* websocket.c - one WebSocket by libwebsockets: writing, receiving, closing.
 *
 * libwebsockets frames, unmasks, answers pings and closes. Facts about version 4.1.6 that shaped this:
 *  - what the socket does not take of a write is copied, and sent by libwebsockets before the next;
 *  - its documentation wants writes from the writable callback only; but on libuv each of those costs four
 *    epoll_ctl(), half as much as sending 30 KB. What the callback guards against is asked here instead:
 *    that nothing of an earlier message waits (lws_partial_buffered) and that the socket takes more. Only
 *    when one of these fails its callback is asked for. Measured: 1.5 times the bare limit with the
 *    callback, 1.1 without;
 *  - Debian's build closes twice, to test itself, whatever is closed by a callback's result, and the close frame is lost; so we close
 *    from a plain callback of the loop, by lws_set_timeout(LWS_TO_KILL_SYNC), which does it once and politely;
 *  - it says nothing of a frame's head before the first byte behind it is there; so what a head claims is looked at then, and once a second;
 *  - it takes frames without a mask, and does not tell (docs/security.md).
 */
#include "http/websocket.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/log.h"
#include "base/util.h"

_Static_assert(HTTP_HEADROOM >= LWS_PRE, "libwebsockets writes its header in front of a message");

/* So often a frame is looked for that claims to be longer than any message, and of which nothing comes. */
#define CLAIMS_US US_PER_S
/* For a close frame and its answer; then the connection is cut. */
#define CLOSE_US (INT64_C(3) * 1000000)

static const struct http_server_events *ws_events(const struct ws *w)
{
    return &w->owner->server->events;
}

/* --- from the owner --------------------------------------------------------------------------- */

void ws_set_ctx(struct ws *w, void *ctx)
{
    w->ctx = ctx;
}

void *ws_ctx(const struct ws *w)
{
    return w->ctx;
}

void ws_want(struct ws *w)
{
    if (w->wants)
        return;
    w->wants = true;
    w->wants_since_us = loop_now_us(w->owner->loop);
    if (!w->asked)
        outlet_want(&w->owner->server->outlets, &w->outlet);
}

int ws_write(struct ws *w, bool binary, uint8_t *bytes, size_t n)
{
    if (!w->in_writable)
        return -EBUSY;
    if (n > w->owner->max_message_bytes)
        return -EMSGSIZE;
    w->in_writable = false;
    if (lws_write(w->wsi, bytes, n, binary ? LWS_WRITE_BINARY : LWS_WRITE_TEXT) < 0)
        return -EPIPE;
    w->owner->server->stats.n_bytes_sent += n;
    return 0;
}

int64_t ws_blocked_us(const struct ws *w)
{
    /* What the kernel was last seen to do is no part of the state that a caller sees. */
    struct drain *d = (struct drain *)&w->drain;
    int64_t now_us = loop_now_us(w->owner->loop);

    if (!w->wants)
        return 0;
    return MAX(drain_blocked_us(d, w->outlet.fd, w->wants_since_us, now_us), 1);
}

/* The client takes nothing, or does not answer our close: a reset, so that the kernel forgets what it holds as well. libwebsockets sees the
 * socket end and does the rest. */
static void ws_cut(struct timer *t)
{
    struct ws *w = container_of(t, struct ws, close_timer);
    int fd = w->outlet.fd;

    (void)setsockopt(
        fd, SOL_SOCKET, SO_LINGER, &(struct linger){.l_onoff = 1}, sizeof(struct linger));
    (void)shutdown(fd, SHUT_RDWR);
}

void ws_close(struct ws *w, unsigned code, const char *reason)
{
    if (w->close_code != 0)
        return;
    w->close_code = code;
    strncpy(w->close_reason, reason, REASON_MAX);
    if (timer_once(&w->close_timer, CLOSE_US) < 0)
        ws_cut(&w->close_timer);
    ws_want(w); /* what is on its way goes first */
}

/* --- the socket takes more -------------------------------------------------------------------- */

/* Not from within a callback of libwebsockets. The session may be gone when this returns. */
static void ws_close_now(struct ws *w)
{
    if (w->closing)
        return;
    w->closing = true;
    lws_close_reason(w->wsi, (enum lws_close_status)w->close_code, (unsigned char *)w->close_reason,
        strlen(w->close_reason));
    lws_set_timeout(w->wsi, PENDING_TIMEOUT_CLOSE_SEND, LWS_TO_KILL_SYNC);
}

static void ws_write_now(struct ws *w)
{
    w->wants = false;
    w->in_writable = true;
    ws_events(w)->ws_writable(w->owner->server->ctx, w);
    w->in_writable = false;
}

static void ws_serve(struct outlet *o, bool takes)
{
    struct ws *w = container_of(o, struct ws, outlet);

    if (!takes || lws_partial_buffered(w->wsi)) {
        w->asked = true;
        lws_callback_on_writable(w->wsi);
    } else if (w->close_code != 0) {
        ws_close_now(w);
    } else {
        ws_write_now(w);
    }
}

/* --- from libwebsockets: what it returns non-zero for is closed ------------------------------------ */

static int ws_established(struct websockets *all, struct ws *w, struct lws *wsi)
{
    struct http_server *s = all->server;

    w->owner = all;
    w->wsi = wsi;
    w->message = BUF_INIT(WS_MAX_MESSAGE_BYTES);
    timer_init(&w->close_timer, s->loop, ws_cut);
    outlet_init(&w->outlet, lws_get_socket_fd(wsi), ws_serve);
    if (list_empty(&all->all) && timer_every(&all->claims, CLAIMS_US) < 0)
        log_warning("no memory to look after WebSockets' frames");
    list_append(&all->all, &w->link);
    s->stats.n_ws++;
    s->stats.n_connections++;
    s->events.ws_opened(s->ctx, w, all->adopting);
    return 0;
}

void websocket_gone(struct ws *w)
{
    struct websockets *all = w->owner;

    if (!all)
        return;
    w->owner = NULL;
    timer_stop(&w->close_timer);
    outlet_cancel(&w->outlet);
    buf_fini(&w->message);
    list_remove(&w->link);
    if (list_empty(&all->all))
        timer_stop(&all->claims);
    all->server->stats.n_ws--;
    all->server->stats.n_connections--;
    all->server->events.ws_closed(all->server->ctx, w);
}

static int ws_writable_at_last(struct ws *w)
{
    w->asked = false;
    if (w->close_code != 0)
        outlet_want(&w->owner->server->outlets, &w->outlet);
    else if (w->wants)
        ws_write_now(w);
    return 0;
}

static void ws_too_long(struct ws *w)
{
    buf_fini(&w->message);
    ws_close(w, 1009, "a message has at most 64 KiB");
}

/* Of the message that is on its way: `n` bytes were given to us now, and some before. */
static bool ws_exceeds(const struct ws *w, size_t n)
{
    size_t have = w->message.len + n;

    return have > WS_MAX_MESSAGE_BYTES ||
        lws_remaining_packet_payload(w->wsi) > WS_MAX_MESSAGE_BYTES - have;
}
void websocket_check_claim(struct ws *w)
{
    if (w->close_code == 0 && ws_exceeds(w, 0))
        ws_too_long(w);
}

/* A message that came in one piece is passed on where it lies. */
static int ws_received(struct ws *w, const char *bytes, size_t n)
{
    bool last = lws_is_final_fragment(w->wsi) && lws_remaining_packet_payload(w->wsi) == 0;

    if (w->close_code != 0)
        return 0;
    if (lws_frame_is_binary(w->wsi)) {
        ws_close(w, 1003, "only text is understood here");
        return 0;
    }
    if (ws_exceeds(w, n)) {
        ws_too_long(w);
        return 0;
    }
    if (!last || w->message.len > 0) {
        if (buf_append(&w->message, bytes, n) < 0) {
            buf_fini(&w->message);
            ws_close(w, 1011, "no memory");
            return 0;
        }
        bytes = (const char *)buf_data(&w->message);
        n = w->message.len;
    }
    if (last) {
        ws_events(w)->ws_text(w->owner->server->ctx, w, bytes, n);
        buf_fini(&w->message);
    }
    return 0;
}

int websocket_callback(
    struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
    struct ws *w = user;

    switch (reason) {
    case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION: {
        struct websockets *all = lws_context_user(lws_get_context(wsi));

        return all->adopting
            ? 0
            : -1; /* path and Origin were checked before; nobody comes in by another way */
    }
    case LWS_CALLBACK_ESTABLISHED:
        return ws_established(lws_context_user(lws_get_context(wsi)), w, wsi);
    case LWS_CALLBACK_SERVER_WRITEABLE:
        return w->owner ? ws_writable_at_last(w) : 0;
    case LWS_CALLBACK_RECEIVE:
        return w->owner ? ws_received(w, in, len) : 0;
    case LWS_CALLBACK_CLOSED:
        websocket_gone(w);
        return 0;
    default:
        return 0;
    }
}

/* libwebsockets says goodbye from its writable callback only, and there is no time left for one. Where nothing of a message waits in it, our
 * frame may follow. */
void websocket_say_going(const struct ws *w)
{
    static const uint8_t going[] = {0x88, 2, 1001 >> 8, 1001 & 0xff};

    if (w->close_code == 0 && !lws_partial_buffered(w->wsi))
        (void)send(w->outlet.fd, going, sizeof going, MSG_NOSIGNAL | MSG_DONTWAIT);
}
