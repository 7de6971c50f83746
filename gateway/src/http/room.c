/* room.c - when all places are taken, who goes so that a new client can come in.
 *
 * Places are few, and to take one costs nothing but a connect(): without this, whoever opens as many as there are and says nothing shuts out
 * everybody else, supervisors that ask /healthz among them. So every connection is in a list that says how much it would be missed, and the
 * oldest of the first list that is not empty gives way. Who is being answered is in the last, and stays: streams, answers, requests that their
 * owner works on. (WebSockets are in none.) */
#include "base/clock.h"
#include "base/log.h"
#include "base/util.h"
#include "http/conn.h"

/* Under attack there is one to be told of with every new client. */
#define TELL_EVERY_US (INT64_C(60) * US_PER_S)

static enum conn_rank rank_of(enum conn_state s)
{
    switch (s) {
    case CONN_FIRST:
    case CONN_HEAD:
        return RANK_SILENT;
    case CONN_IDLE:
    case CONN_LINGER:
        return RANK_DONE;
    case CONN_BODY:
        return RANK_ASKING;
    default:
        return RANK_SERVED;
    }
}

/* Within a rank a connection keeps its place: a byte now and then makes nobody younger. */
void conn_enter(struct conn *c, enum conn_state state)
{
    enum conn_rank rank = rank_of(state);

    if (rank != rank_of(c->state)) {
        list_remove(&c->link);
        list_append(&c->server->conns[rank], &c->link);
    }
    c->state = state;
}

static void tell(struct http_server *s)
{
    int64_t now_us = loop_now_us(s->loop);

    if (s->stats.n_evicted > 1 && now_us - s->told_us < TELL_EVERY_US)
        return;
    s->told_us = now_us;
    log_warning("all places for connections are taken: the silent make room",
        F_INT("connections", s->stats.n_connections), F_INT("evicted", s->stats.n_evicted));
}

bool server_make_room(struct http_server *s)
{
    for (enum conn_rank rank = 0; rank < RANK_SERVED; rank++) {
        if (list_empty(&s->conns[rank]))
            continue;
        s->stats.n_evicted++;
        tell(s);
        conn_free(list_first(&s->conns[rank], struct conn, link));
        return true;
    }
    return false;
}
