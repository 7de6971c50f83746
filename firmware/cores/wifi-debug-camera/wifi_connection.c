/* wifi_connection.c - one connection's bytes, in and out; see wifi_camera_private.h.
 *
 *     in ──request──▶ answer ──▶ parts: head, body, tail ──send──▶ all gone: the next request, or the next piece of a stream
 *
 * Nothing is copied on its way out: a body is a blob that is held, or lies in flash.
 */
#include "wifi_camera_private.h"

#include <string.h>

void wifi_connection_close(struct wifi_camera *c, unsigned k)
{
    struct wifi_connection *n = &c->server->connections[k];

    if (n->state == WIFI_FREE)
        return;
    c->port.close(c->port.ctx, k);
    wifi_blob_unref(n->held);
    memset(n, 0, sizeof *n);
}

/* --- out -------------------------------------------------------------------------------------- */

void wifi_connection_put(struct wifi_connection *n, const void *bytes, size_t n_bytes)
{
    if (n_bytes > 0)
        n->parts[n->n_parts++] = (struct wifi_part){bytes, n_bytes};
}

void wifi_connection_hold(struct wifi_connection *n, struct wifi_blob *blob_consume)
{
    n->held = blob_consume;
    wifi_connection_put(n, blob_consume->bytes, blob_consume->n);
}

static void all_sent(struct wifi_camera *c, struct wifi_connection *n)
{
    n->since_us = c->now_us;
    wifi_blob_unref(n->held);
    n->held = NULL;
    n->n_parts = n->part = 0;
    n->sent = 0;
}

/* 1: all went out; 0: there is no room now; negative: the connection is broken. */
static int send_parts(struct wifi_camera *c, unsigned k)
{
    struct wifi_connection *n = &c->server->connections[k];

    while (n->part < n->n_parts) {
        const struct wifi_part *p = &n->parts[n->part];
        int r = c->port.send(c->port.ctx, k, (const uint8_t *)p->bytes + n->sent, p->n - n->sent);

        if (r < 0)
            return r;
        n->sent += (size_t)r;
        if (n->sent < p->n) {
            n->blocked = true;
            return 0;
        }
        n->part++;
        n->sent = 0;
    }
    all_sent(c, n);
    return 1;
}

static void end(struct wifi_camera *c, unsigned k)
{
    c->port.end(c->port.ctx, k);
    c->server->connections[k].state = WIFI_ENDING;
}

/* Nothing is under way on it: finds out what is to be. False: nothing, now. */
static bool find_next(struct wifi_camera *c, unsigned k)
{
    struct wifi_connection *n = &c->server->connections[k];

    if (n->state == WIFI_SENDING) {
        n->state = WIFI_READING;
        if (n->last) {
            end(c, k);
            return false;
        }
    }
    if (n->state == WIFI_READING)
        return wifi_routes_answer(c, n) && n->n_parts > 0;
    if (n->state == WIFI_WAITING) {
        struct wifi_blob *newest = c->server->pictures.newest;

        if (!newest || newest->frame_id <= n->shown)
            return false;
        wifi_routes_picture(n, newest);
        return true;
    }
    /* Who asked for a WebSocket may have said something behind that already. */
    if (n->state == WIFI_SOCKET && !wifi_stream_heard(n)) {
        wifi_connection_close(c, k);
        return false;
    }
    return wifi_stream_next(c, n);
}

void wifi_connection_go(struct wifi_camera *c, unsigned k)
{
    struct wifi_connection *n = &c->server->connections[k];

    while (n->state != WIFI_FREE && !n->blocked) {
        int r;

        if (n->n_parts == 0) {
            if (!find_next(c, k))
                return;
            n->since_us = c->now_us;
        }
        r = send_parts(c, k);
        if (r < 0)
            wifi_connection_close(c, k);
        if (r <= 0)
            return;
    }
}

/* --- in --------------------------------------------------------------------------------------- */

void wifi_connection_drop(struct wifi_connection *n, size_t n_bytes)
{
    memmove(n->in, n->in + n_bytes, n->n_in - n_bytes);
    n->n_in -= n_bytes;
}

static bool keeps(const struct wifi_connection *n)
{
    return n->state == WIFI_READING || n->state == WIFI_WAITING || n->state == WIFI_SENDING ||
        n->state == WIFI_SOCKET;
}

/* What does not fit any more: of a request it is the head that is too long; who asks and asks without waiting is not served. */
static void overflow(struct wifi_camera *c, unsigned k)
{
    struct wifi_connection *n = &c->server->connections[k];

    if (n->state == WIFI_READING && n->n_parts == 0)
        wifi_routes_refuse(
            n, "431 Request Header Fields Too Large", "The head of the request is too long.\n");
    else
        wifi_connection_close(c, k);
}

static void take_in(struct wifi_camera *c, unsigned k, const uint8_t **bytes, size_t *left)
{
    struct wifi_connection *n = &c->server->connections[k];
    size_t room = sizeof n->in - n->n_in, more = *left < room ? *left : room;

    if (n->state == WIFI_READING && n->n_in == 0)
        n->since_us = c->now_us;
    memcpy(n->in + n->n_in, *bytes, more);
    n->n_in += more;
    *bytes += more;
    *left -= more;
    if (n->state == WIFI_SOCKET && !wifi_stream_heard(n))
        wifi_connection_close(c, k);
    else
        wifi_connection_go(c, k);
}

void wifi_connection_received(struct wifi_camera *c, unsigned k, const uint8_t *bytes, size_t n)
{
    struct wifi_connection *to = &c->server->connections[k];

    while (n > 0 && keeps(to)) {
        size_t before = n;

        take_in(c, k, &bytes, &n);
        if (n == before) {
            overflow(c, k);
            wifi_connection_go(c, k);
            return;
        }
    }
}
