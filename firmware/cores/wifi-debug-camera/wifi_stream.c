/* wifi_stream.c - answers without an end: /stream, and /overlay as server-sent events or as a WebSocket; see
 * wifi_camera_private.h. Each has the newest only: who is slow misses some, and never sees an old one. */
#include "wifi_camera_private.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "pi_part.h"
#include "websocket.h"

_Static_assert(PI_PART_HEAD_MAX <= WIFI_HEAD_BYTES, "a part's head has no room");

/* The newest that was not shown yet, held for the connection. NULL: there is none. */
static struct wifi_blob *take_newest(struct wifi_blobs *b, struct wifi_connection *n)
{
    struct wifi_blob *newest = b->newest;

    if (!newest || newest->n == 0 || newest->frame_id <= n->shown)
        return NULL;
    n->shown = newest->frame_id;
    newest->n_refs++;
    return newest;
}

/* --- pictures --------------------------------------------------------------------------------- */

static bool next_picture(struct wifi_camera *c, struct wifi_connection *n)
{
    struct wifi_blob *b = take_newest(&c->server->pictures, n);
    int n_head;

    if (!b)
        return false;
    n_head = pi_part_format(&(struct pi_part){.length = b->n,
                                .frame_id = b->frame_id,
                                .time_us = b->taken_us,
                                .dark_score = b->brightness},
        n->head, sizeof n->head);
    wifi_connection_put(n, n->head, (size_t)n_head);
    wifi_connection_hold(n, b);
    wifi_connection_put(n, PI_PART_TAIL, sizeof PI_PART_TAIL - 1);
    return true;
}

/* --- overlays --------------------------------------------------------------------------------- */

static bool is_quiet(const struct wifi_camera *c, const struct wifi_connection *n)
{
    return c->now_us >= n->since_us + WIFI_QUIET_US;
}

static bool next_event(struct wifi_camera *c, struct wifi_connection *n)
{
    static const char comment[] = ":\n\n", tail[] = "\n\n";
    struct wifi_blob *b = take_newest(&c->server->texts, n);
    int n_head;

    if (!b && is_quiet(c, n))
        wifi_connection_put(n, comment, sizeof comment - 1);
    if (!b)
        return n->n_parts > 0;
    n_head =
        snprintf(n->head, sizeof n->head, "event: overlay\nid: %" PRIu64 "\ndata: ", b->frame_id);
    wifi_connection_put(n, n->head, (size_t)n_head);
    wifi_connection_hold(n, b);
    wifi_connection_put(n, tail, sizeof tail - 1);
    return true;
}

static void put_head(struct wifi_connection *n, enum websocket_opcode opcode, size_t n_payload)
{
    size_t n_head = websocket_head(opcode, n_payload, (uint8_t *)n->head);

    wifi_connection_put(n, n->head, n_head);
}

/* What the other side asked for goes first. */
static bool next_control(struct wifi_connection *n)
{
    if (n->close_due || n->pong_due) {
        put_head(n, n->close_due ? WEBSOCKET_CLOSE : WEBSOCKET_PONG, n->n_pong);
        memcpy(n->head + WEBSOCKET_HEAD_MAX, n->pong, n->n_pong);
        wifi_connection_put(n, n->head + WEBSOCKET_HEAD_MAX, n->n_pong);
        if (n->close_due) {
            n->state = WIFI_SENDING;
            n->last = true;
        }
        n->pong_due = n->close_due = false;
    }
    return n->n_parts > 0;
}

static bool next_message(struct wifi_camera *c, struct wifi_connection *n)
{
    struct wifi_blob *b;

    if (next_control(n))
        return true;
    b = take_newest(&c->server->texts, n);
    if (b) {
        put_head(n, WEBSOCKET_TEXT, b->n);
        wifi_connection_hold(n, b);
    } else if (is_quiet(c, n)) {
        put_head(n, WEBSOCKET_PING, 0);
    }
    return n->n_parts > 0;
}

bool wifi_stream_next(struct wifi_camera *c, struct wifi_connection *n)
{
    switch (n->state) {
    case WIFI_PICTURES:
        return next_picture(c, n);
    case WIFI_EVENTS:
        return next_event(c, n);
    case WIFI_SOCKET:
        return next_message(c, n);
    default:
        return false;
    }
}

/* --- what a WebSocket hears ------------------------------------------------------------------- */

static void answer_control(
    struct wifi_connection *n, const struct websocket_frame *f, uint8_t *payload)
{
    if (f->opcode == WEBSOCKET_PONG || n->close_due)
        return;
    websocket_unmask(f, 0, payload, (size_t)f->n);
    memcpy(n->pong, payload, (size_t)f->n);
    n->n_pong = (size_t)f->n;
    n->pong_due = f->opcode == WEBSOCKET_PING;
    n->close_due = f->opcode == WEBSOCKET_CLOSE;
}

/* Messages are skipped: nothing is to be said to a camera here. 1: a frame was taken; 0: there is more to come. */
static int hear_frame(struct wifi_connection *n)
{
    struct websocket_frame f;
    int n_head = websocket_read(n->in, n->n_in, &f);

    if (n_head <= 0)
        return n_head;
    if (f.opcode >= WEBSOCKET_CLOSE && n->n_in < (size_t)n_head + f.n)
        return 0;
    if (f.opcode >= WEBSOCKET_CLOSE)
        answer_control(n, &f, n->in + n_head);
    n->skip = f.n;
    wifi_connection_drop(n, (size_t)n_head);
    return 1;
}

bool wifi_stream_heard(struct wifi_connection *n)
{
    int r;

    do {
        size_t skipped = n->skip < n->n_in ? (size_t)n->skip : n->n_in;

        wifi_connection_drop(n, skipped);
        n->skip -= skipped;
        r = n->skip > 0 ? 0 : hear_frame(n);
    } while (r > 0);
    return r == 0;
}
