/* wifi_server.c - the HTTP server: there while there is a network, with so many connections and no more; see
 * wifi_camera_private.h. */
#include "wifi_camera_private.h"

#include <string.h>

/* A port that somebody else had, or no memory, may be better then. */
#define RETRY_US INT64_C(5000000)

/* --- connections ------------------------------------------------------------------------------ */

/* It has nothing to do, or the other side is slow. Who is being served, and takes it, stays. */
static bool may_go(const struct wifi_camera *c, const struct wifi_connection *n)
{
    if (n->state == WIFI_ENDING || (n->state == WIFI_READING && n->n_in == 0))
        return true;
    return (n->state == WIFI_READING || n->blocked) && c->now_us >= n->since_us + WIFI_SLOW_US;
}

/* Of those the one that has done nothing, or not got through, for the longest time. Negative: there is none. */
static int slowest(const struct wifi_camera *c, unsigned but)
{
    const struct wifi_connection *all = c->server->connections;
    int found = -1;

    for (unsigned k = 0; k < WIFI_CAMERA_CONNECTIONS; k++) {
        if (k == but || !may_go(c, &all[k]))
            continue;
        if (found < 0 || all[k].since_us < all[found].since_us)
            found = (int)k;
    }
    return found;
}

static unsigned n_open(const struct wifi_server *s)
{
    unsigned n = 0;

    for (unsigned k = 0; k < WIFI_CAMERA_CONNECTIONS; k++)
        n += s->connections[k].state != WIFI_FREE;
    return n;
}

void wifi_server_accepted(struct wifi_camera *c, unsigned k)
{
    struct wifi_server *s = c->server;
    int gone;

    if (!s) {
        c->port.close(c->port.ctx, k);
        return;
    }
    s->connections[k].state = WIFI_READING;
    s->connections[k].since_us = c->now_us;
    gone = n_open(s) > WIFI_SERVED ? slowest(c, k) : -1;
    if (gone >= 0)
        wifi_connection_close(c, (unsigned)gone);
    else if (n_open(s) > WIFI_SERVED)
        wifi_routes_refuse(
            &s->connections[k], "503 Service Unavailable", "There are too many connections.\n");
    wifi_connection_go(c, k);
}

bool wifi_server_is_watched(const struct wifi_camera *c)
{
    for (unsigned k = 0; c->server && k < WIFI_CAMERA_CONNECTIONS; k++)
        if (c->server->connections[k].state == WIFI_PICTURES ||
            c->server->connections[k].state == WIFI_WAITING)
            return true;
    return false;
}

/* --- time ------------------------------------------------------------------------------------- */

/* How long that may go on. */
static int64_t patience_us(const struct wifi_connection *n)
{
    switch (n->state) {
    case WIFI_FREE:
        return WIFI_NEVER_US;
    case WIFI_READING:
        return n->n_in > 0 ? WIFI_PIECE_US : WIFI_IDLE_US;
    case WIFI_WAITING:
        return WIFI_SNAPSHOT_US;
    case WIFI_ENDING:
        return WIFI_LINGER_US;
    case WIFI_EVENTS:
    case WIFI_SOCKET:
        return n->blocked ? WIFI_PIECE_US : WIFI_QUIET_US;
    case WIFI_SENDING:
    case WIFI_PICTURES:
        break;
    }
    return n->blocked ? WIFI_PIECE_US : WIFI_NEVER_US;
}

static int64_t limit_us(const struct wifi_connection *n)
{
    int64_t patience = patience_us(n);

    return patience == WIFI_NEVER_US ? WIFI_NEVER_US : n->since_us + patience;
}

static void be_patient(struct wifi_camera *c, unsigned k)
{
    struct wifi_connection *n = &c->server->connections[k];

    if (c->now_us < limit_us(n))
        return;
    if (n->state == WIFI_WAITING)
        wifi_routes_picture(n, NULL);
    else if (n->blocked || (n->state != WIFI_EVENTS && n->state != WIFI_SOCKET))
        wifi_connection_close(c, k);
}

/* --- life ------------------------------------------------------------------------------------- */

static bool is_wanted(const struct wifi_camera *c)
{
    return c->net.state == WIFI_STATE_CONNECTED && c->kept.settings.web_enabled;
}

static void open_server(struct wifi_camera *c)
{
    struct wifi_server *s = c->port.memory_new(c->port.ctx, sizeof *s);
    uint16_t port = c->kept.settings.web_port;

    c->no_server = !s || c->port.listen(c->port.ctx, port) < 0;
    wifi_tell(c, NULL);
    if (c->no_server) {
        c->port.memory_free(c->port.ctx, s);
        c->server_us = c->now_us + RETRY_US;
        return;
    }
    memset(s, 0, sizeof *s);
    s->port = port;
    s->quality = WIFI_QUALITY;
    c->server = s;
    c->port.announce(c->port.ctx, port);
    wifi_watch_begin(c);
}

static void close_server(struct wifi_camera *c)
{
    struct wifi_server *s = c->server;

    if (!s || c->lens.encoding >= 0)
        return; /* its picture is being written */
    c->server = NULL;
    wifi_blobs_free(c, &s->pictures);
    wifi_blobs_free(c, &s->texts);
    c->port.memory_free(c->port.ctx, s);
}

/* The lens first: the encoder may still write into what is the server's. */
void wifi_server_close_all(struct wifi_camera *c)
{
    if (c->server && c->server->port != 0) {
        for (unsigned k = 0; k < WIFI_CAMERA_CONNECTIONS; k++)
            wifi_connection_close(c, k);
        c->port.unlisten(c->port.ctx);
        c->port.announce(c->port.ctx, 0);
        c->server->port = 0;
        wifi_tell(c, NULL);
    }
    wifi_lens_close(c);
    close_server(c);
    c->no_server = false;
    c->server_us = c->now_us;
}

static bool is_as_wanted(const struct wifi_camera *c)
{
    bool runs = c->server && c->server->port != 0;

    if (c->server && !runs)
        return false;
    return runs == is_wanted(c) && (!runs || c->server->port == c->kept.settings.web_port);
}

void wifi_server_step(struct wifi_camera *c)
{
    if (!is_wanted(c))
        c->no_server = false;
    if (!is_as_wanted(c) && c->server)
        wifi_server_close_all(c);
    if (!c->server && is_wanted(c) && c->now_us >= c->server_us)
        open_server(c);
    for (unsigned k = 0; c->server && k < WIFI_CAMERA_CONNECTIONS; k++) {
        be_patient(c, k);
        wifi_connection_go(c, k);
    }
}

int64_t wifi_server_next_us(const struct wifi_camera *c)
{
    int64_t at = WIFI_NEVER_US;

    if (!c->server)
        return is_wanted(c) ? c->server_us : at;
    for (unsigned k = 0; k < WIFI_CAMERA_CONNECTIONS; k++)
        at = wifi_sooner(at, limit_us(&c->server->connections[k]));
    return at;
}
