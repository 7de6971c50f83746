#include "fetch_world.h"

#include <stdlib.h>
#include <string.h>

/* --- a server that says what it is told to ---------------------------------------------------- */

bool request_complete(struct server *s)
{
    const char *text = buf_text(&s->request), *end = strstr(text, "\r\n\r\n"),
               *length = strstr(text, "Content-Length: ");

    return end && (!length || strlen(end + 4) >= (size_t)atoi(length + 16));
}

static size_t server_data(void *ctx, struct tcp *t, const uint8_t *bytes, size_t n)
{
    struct server *s = ctx;

    buf_append(&s->request, bytes, n);
    if (!request_complete(s) || !s->answer)
        return n;
    cr_assert_eq(tcp_send(t, s->answer, s->answer_len), 0);
    if (s->ends || s->resets)
        s->t = NULL;
    if (s->ends)
        tcp_close(t);
    return n;
}

static void server_closed(void *ctx, struct tcp *t, int why, size_t left)
{
    struct server *s = ctx;

    if (s->t == t)
        s->t = NULL;
}

static void server_accepted(void *ctx, struct tcp *t)
{
    static const struct tcp_events events = {.data = server_data, .closed = server_closed};
    struct server *s = ctx;

    s->n_accepted++;
    s->t = t;
    buf_clear(&s->request);
    tcp_set_events(t, &events, s);
}

/* --- a request and what came of it ------------------------------------------------------------ */

void cancel(struct asked *a)
{
    http_fetch_cancel(a->f);
    a->f = NULL;
}

static int asked_head(void *ctx, int status, const struct http_header *headers, size_t n)
{
    struct asked *a = ctx;

    a->n_heads++;
    a->status = status;
    for (size_t i = 0; i < n; i++)
        snprintf(a->headers + strlen(a->headers), sizeof a->headers - strlen(a->headers), "%s=%s|",
            headers[i].name, headers[i].value);
    if (a->cancels_in_head)
        cancel(a);
    if (a->cancels && a->cancels->f)
        cancel(a->cancels);
    return a->head_result;
}

static int asked_body(void *ctx, const uint8_t *bytes, size_t n)
{
    struct asked *a = ctx;

    a->n_bodies++;
    buf_append(&a->body, bytes, n);
    if (a->cancels_in_body)
        cancel(a);
    else if (a->pauses)
        http_fetch_pause(a->f);
    return a->body_result;
}

static void asked_done(void *ctx, int result, const char *error)
{
    struct asked *a = ctx;

    a->n_done++;
    a->result = result;
    a->f = NULL;
    snprintf(a->error, sizeof a->error, "%s", error);
    if (a->frees_client)
        a->world->client = http_client_free(a->world->client);
}

void asked_init(struct asked *a, struct fetch_world *w)
{
    *a = (struct asked){.world = w, .body = BUF_INIT(8u << 20)};
}

void fetch_world_init(struct fetch_world *w)
{
    const struct tcp_limits limits = {.send_max_bytes = 4u << 20};

    *w = (struct fetch_world){.server.request = BUF_INIT(1u << 20)};
    asked_init(&w->a, w);
    cr_assert_eq(loop_new_virtual(0, 0, &w->loop), 0);
    cr_assert_eq(resolver_new(w->loop, &w->resolver), 0);
    cr_assert_eq(http_client_new(w->loop, w->resolver, &w->client), 0);
    cr_assert_eq(tcp_listen(w->loop, "127.0.0.1", 0, 8, &limits, server_accepted, &w->server,
                     &w->server.listener, NULL),
        0);
    snprintf(w->url, sizeof w->url, "http://127.0.0.1:%u/path?q=1",
        tcp_listener_port(w->server.listener));
}

void says(struct fetch_world *w, const char *answer)
{
    w->server.answer = answer;
    w->server.answer_len = strlen(answer);
}

int ask(struct fetch_world *w, struct asked *a, struct http_fetch_options *o)
{
    static const struct http_fetch_events events = {
        .head = asked_head, .body = asked_body, .done = asked_done};
    struct http_fetch_options plain = {0};
    int r;

    o = o ? o : &plain;
    o->url = o->url ? o->url : w->url;
    r = http_fetch_start(w->client, o, &events, a, &a->f);
    cr_assert(a->n_heads == 0 && a->n_done == 0, "not from within http_fetch_start()");
    return r;
}

void get(struct fetch_world *w, struct http_fetch_options *o)
{
    cr_assert_eq(ask(w, &w->a, o), 0);
    WAIT_UNTIL(w->loop, w->a.n_done == 1);
}

void fetch_world_fini(struct fetch_world *w)
{
    if (w->a.f)
        http_fetch_cancel(w->a.f);
    buf_fini(&w->a.body);
    http_client_free(w->client);
    if (w->server.t)
        tcp_abort(w->server.t);
    tcp_listener_free(w->server.listener);
    resolver_free(w->resolver);
    buf_fini(&w->server.request);
    loop_free(w->loop);
}

void fetch_world_again(struct fetch_world *w)
{
    fetch_world_fini(w);
    fetch_world_init(w);
}
