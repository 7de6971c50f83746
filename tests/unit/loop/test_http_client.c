#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "loop/address.h"
#include "loop/http_client.h"
#include "loop/resolver.h"
#include "loop/tcp.h"
#include "wait.h"

/* --- a server that says what it is told to ---------------------------------------------------- */

struct server {
    struct tcp_listener *listener;
    struct tcp *t;
    struct buf request;
    const char *answer;
    size_t answer_len;
    bool ends, resets; /* after the answer */
    int n_accepted;
};

static bool request_complete(struct server *s)
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

struct world;

struct asked {
    struct world *world;
    struct http_fetch *f;
    int n_heads, status, n_bodies, n_done, result;
    char headers[4096], error[256];
    struct buf body;
    int head_result, body_result;
    bool cancels_in_head, cancels_in_body, frees_client;
    struct asked *cancels;
};

struct world {
    struct loop *loop;
    struct resolver *resolver;
    struct http_client *client;
    struct server server;
    struct asked a;
    char url[128];
};

static void cancel(struct asked *a)
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

static void asked_init(struct asked *a, struct world *w)
{
    *a = (struct asked){.world = w, .body = BUF_INIT(8u << 20)};
}

static void world_init(struct world *w, const char *answer)
{
    const struct tcp_limits limits = {.send_max_bytes = 4u << 20};

    *w = (struct world){.server.request = BUF_INIT(1u << 20), .server.answer = answer};
    w->server.answer_len = answer ? strlen(answer) : 0;
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

static int ask(struct world *w, struct asked *a, struct http_fetch_options *o)
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

static void get(struct world *w, struct http_fetch_options *o)
{
    cr_assert_eq(ask(w, &w->a, o), 0);
    WAIT_UNTIL(w->loop, w->a.n_done == 1);
}

static void world_over(struct world *w)
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

static void assert_body(struct asked *a, const char *text)
{
    cr_assert_str_eq(buf_text(&a->body), text);
}

/* --- what servers do -------------------------------------------------------------------------- */

Test(http_client, gets_a_body_with_its_length)
{
    struct world w;

    world_init(&w,
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-Two:  words here \r\nContent-Length: "
        "5\r\n\r\nhello");
    get(&w, NULL);
    cr_assert_eq(w.a.result, 0);
    cr_assert_str_eq(w.a.error, "");
    cr_assert_eq(w.a.status, 200);
    cr_assert_str_eq(w.a.headers, "content-type=text/plain|x-two=words here|content-length=5|");
    assert_body(&w.a, "hello");
    cr_assert_eq(strncmp(buf_text(&w.server.request), "GET /path?q=1 HTTP/1.1\r\n", 24), 0);
    world_over(&w);
}

Test(http_client, gets_a_chunked_body_and_ignores_trailers)
{
    struct world w;

    world_init(&w,
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nX-Late: "
        "1\r\n\r\n");
    get(&w, NULL);
    cr_assert_eq(w.a.result, 0);
    assert_body(&w.a, "abcde");
    cr_assert_eq(w.a.n_heads, 1);
    world_over(&w);
}

Test(http_client, gets_a_body_that_ends_with_the_connection)
{
    struct world w;

    world_init(&w, "HTTP/1.0 200 OK\r\n\r\nuntil the end");
    w.server.ends = true;
    get(&w, NULL);
    cr_assert_eq(w.a.result, 0);
    assert_body(&w.a, "until the end");
    world_over(&w);
}

Test(http_client, a_body_that_is_cut_is_an_error)
{
    struct world w;

    world_init(&w, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
    w.server.ends = true;
    get(&w, NULL);
    cr_assert_eq(w.a.result, -ECONNRESET);
    cr_assert_gt(strlen(w.a.error), 10);
    assert_body(&w.a, "half");
    world_over(&w);
}

Test(http_client, an_interim_response_is_not_the_head)
{
    struct world w;

    world_init(
        &w, "HTTP/1.1 100 Continue\r\nX-A: 1\r\n\r\nHTTP/1.1 204 No Content\r\nX-B: 2\r\n\r\n");
    get(&w, NULL);
    cr_assert(w.a.result == 0 && w.a.n_heads == 1 && w.a.status == 204);
    cr_assert_str_eq(w.a.headers, "x-b=2|");
    world_over(&w);
}

Test(http_client, a_redirect_is_delivered_and_not_followed)
{
    struct world w;
    char answer[256];

    world_init(&w, NULL);
    snprintf(answer, sizeof answer,
        "HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n", w.url);
    w.server.answer = answer;
    w.server.answer_len = strlen(answer);
    get(&w, NULL);
    some_turns(w.loop);
    cr_assert(w.a.result == 0 && w.a.status == 302);
    cr_assert_eq(w.server.n_accepted, 1);
    world_over(&w);
}

Test(http_client, errors_of_the_server_are_answers)
{
    struct world w;

    world_init(&w, "HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy");
    get(&w, NULL);
    cr_assert(w.a.result == 0 && w.a.status == 503);
    assert_body(&w.a, "busy");
    world_over(&w);
}

Test(http_client, rubbish_is_no_answer)
{
    const char *answers[] = {"rubbish without a head", "HTTP/1.1 banana\r\n\r\n", "\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"};

    for (size_t i = 0; i < N_ELEMENTS(answers); i++) {
        struct world w;

        world_init(&w, answers[i]);
        w.server.ends = true;
        get(&w, NULL);
        cr_assert_lt(w.a.result, 0, "%s", answers[i]);
        cr_assert_gt(strlen(w.a.error), 5);
        world_over(&w);
    }
}

Test(http_client, says_that_nobody_listens)
{
    struct world w;

    world_init(&w, NULL);
    w.server.listener = tcp_listener_free(w.server.listener);
    get(&w, NULL);
    cr_assert_eq(w.a.result, -ECONNREFUSED);
    cr_assert_not_null(strstr(w.a.error, "127.0.0.1"), "%s", w.a.error);
    world_over(&w);
}

Test(http_client, a_head_that_is_too_long_is_refused)
{
    static char answer[40000];
    struct world w;

    world_init(&w, answer);
    strcpy(answer, "HTTP/1.1 200 OK\r\nX-Long: ");
    memset(answer + strlen(answer), 'x', HTTP_CLIENT_MAX_HEAD_BYTES);
    strcat(answer, "\r\n\r\nbody");
    w.server.answer_len = strlen(answer);
    get(&w, NULL);
    cr_assert_eq(w.a.result, -EMSGSIZE);
    cr_assert_str_eq(w.a.error, "the head of the response is too large");
    cr_assert(w.a.n_heads == 0 && w.a.n_bodies == 0);
    world_over(&w);
}

static void with_headers(char *answer, int n)
{
    strcpy(answer, "HTTP/1.1 200 OK\r\n");
    for (int i = 0; i < n; i++)
        sprintf(answer + strlen(answer), "H%d: %d\r\n", i, i);
    strcat(answer, "\r\n");
}

Test(http_client, so_many_headers_and_no_more)
{
    static char answer[8192];
    struct world w;

    world_init(&w, answer);
    w.server.ends = true;
    with_headers(answer, HTTP_CLIENT_MAX_HEADERS);
    w.server.answer_len = strlen(answer);
    get(&w, NULL);
    cr_assert_eq(w.a.result, 0);
    cr_assert_not_null(strstr(w.a.headers, "|h63=63|"));

    with_headers(answer, HTTP_CLIENT_MAX_HEADERS + 1);
    w.server.answer_len = strlen(answer);
    w.a.n_done = w.a.n_heads = 0;
    get(&w, NULL);
    cr_assert_eq(w.a.result, -EMSGSIZE);
    world_over(&w);
}

/* --- what we ask ------------------------------------------------------------------------------ */

Test(http_client, sends_method_headers_body_and_password)
{
    const struct http_header headers[] = {
        {"X-One", "1"}, {"X-Empty", ""}, {"Content-Type", "application/json"}};
    struct http_fetch_options o = {.method = "PUT",
        .headers = headers,
        .n_headers = 3,
        .body = "{\"a\":1}",
        .body_len = 7,
        .user = "admin",
        .password = "se:cret"};
    const char *request;
    struct world w;

    world_init(&w, "HTTP/1.1 204 OK\r\n\r\n");
    get(&w, &o);
    request = buf_text(&w.server.request);
    cr_assert_eq(strncmp(request, "PUT /path?q=1 HTTP/1.1\r\n", 24), 0);
    cr_assert_not_null(strstr(request, "\r\nX-One: 1\r\n"));
    cr_assert_not_null(strstr(request, "\r\nX-Empty:\r\n"));
    cr_assert_not_null(strstr(request, "\r\nContent-Type: application/json\r\n"));
    cr_assert_not_null(strstr(request, "\r\nAuthorization: Basic YWRtaW46c2U6Y3JldA==\r\n"));
    cr_assert_not_null(strstr(request, "\r\nContent-Length: 7\r\n"));
    cr_assert_null(strstr(request, "Expect:"));
    cr_assert_str_eq(strstr(request, "\r\n\r\n") + 4, "{\"a\":1}");
    world_over(&w);
}

Test(http_client, posts_without_a_body_say_so)
{
    struct http_fetch_options o = {.method = "POST"};
    struct world w;

    world_init(&w, "HTTP/1.1 204 OK\r\n\r\n");
    get(&w, &o);
    cr_assert_not_null(strstr(buf_text(&w.server.request), "\r\nContent-Length: 0\r\n"));
    world_over(&w);
}

Test(http_client, head_has_no_body)
{
    struct http_fetch_options o = {.method = "HEAD"};
    struct world w;

    world_init(&w, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
    get(&w, &o);
    cr_assert(w.a.result == 0 && w.a.n_bodies == 0 && w.a.status == 200);
    world_over(&w);
}

Test(http_client, refuses_what_it_should_not_send)
{
    const struct http_header bad_headers[] = {
        {"X", "a\r\nEvil: 1"}, {"X: Y", "1"}, {"", "1"}, {"X\n", "1"}};
    const char *urls[] = {"", "127.0.0.1", "ftp://127.0.0.1/", "file:///etc/passwd", "http://",
        "http://a b/", "http://x/\r\nEvil: 1", "http://127.0.0.1:0/", "http://127.0.0.1:70000/",
        "http://na_me..x/", "gopher://127.0.0.1/", "HTTP//x"};
    struct world w;

    world_init(&w, NULL);
    for (size_t i = 0; i < N_ELEMENTS(urls); i++) {
        struct http_fetch_options o = {.url = urls[i]};

        cr_expect_eq(ask(&w, &w.a, &o), -EINVAL, "%s", urls[i]);
    }
    for (size_t i = 0; i < N_ELEMENTS(bad_headers); i++) {
        struct http_fetch_options o = {.headers = &bad_headers[i], .n_headers = 1};

        cr_expect_eq(ask(&w, &w.a, &o), -EINVAL, "header %zu", i);
    }
    struct http_fetch_options o = {.method = "GET / HTTP/1.1\r\n"};
    cr_expect_eq(ask(&w, &w.a, &o), -EINVAL);
    cr_assert_null(w.a.f);
    world_over(&w);
}

Test(http_client, keeps_no_connection)
{
    struct world w;

    world_init(&w, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    get(&w, NULL);
    WAIT_UNTIL(w.loop, !w.server.t);
    world_over(&w);
}

/* --- names ------------------------------------------------------------------------------------ */

static int our_names(const char *name, struct sockaddr_storage *ret, size_t max, size_t *ret_n)
{
    if (strcmp(name, "camera.invalid") != 0)
        return -ENOENT;
    *ret_n = 2;
    address_parse("::1%lo", 0, &ret[0]); /* a scope, as link-local addresses have */
    return address_parse("127.0.0.1", 0, &ret[1]);
}

Test(http_client, asks_our_resolver_for_names)
{
    struct http_fetch_options o = {0};
    char text[64];
    struct world w;

    world_init(&w, "HTTP/1.1 204 OK\r\n\r\n");
    resolver_set_backend(w.resolver, our_names);
    snprintf(
        w.url, sizeof w.url, "http://camera.invalid:%u/", tcp_listener_port(w.server.listener));
    get(&w, &o);
    cr_assert_eq(w.a.result, 0, "%s", w.a.error);
    snprintf(
        text, sizeof text, "Host: camera.invalid:%u\r\n", tcp_listener_port(w.server.listener));
    cr_assert_not_null(strstr(buf_text(&w.server.request), text));
    world_over(&w);
}

Test(http_client, says_that_there_is_no_such_name)
{
    struct http_fetch_options o = {.url = "http://other.invalid/"};
    struct world w;

    world_init(&w, NULL);
    resolver_set_backend(w.resolver, our_names);
    get(&w, &o);
    cr_assert_eq(w.a.result, -ENOENT);
    cr_assert_str_eq(w.a.error, "cannot find other.invalid: no such name");
    world_over(&w);
}

static int hangs(const char *name, struct sockaddr_storage *ret, size_t max, size_t *ret_n)
{
    usleep(300000);
    return -EIO;
}

Test(http_client, a_dead_name_server_keeps_nobody)
{
    struct http_fetch_options o = {
        .url = "http://camera.invalid/", .connect_timeout_us = 2 * US_PER_S};
    struct world w;

    world_init(&w, NULL);
    resolver_set_backend(w.resolver, hangs);
    ask(&w, &w.a, &o);
    loop_advance(w.loop, 2 * US_PER_S - 1);
    cr_assert_eq(w.a.n_done, 0);
    loop_advance(w.loop, 1);
    loop_turn(w.loop);
    cr_assert(w.a.n_done == 1 && w.a.result == -ETIMEDOUT);
    cr_assert_str_eq(w.a.error, "no connection within 2 s");
    world_over(&w);
}

/* --- time ------------------------------------------------------------------------------------- */

Test(http_client, a_server_that_accepts_and_says_nothing_times_out)
{
    struct http_fetch_options o = {.silence_timeout_us = 5 * US_PER_S};
    struct world w;

    world_init(&w, NULL);
    ask(&w, &w.a, &o);
    WAIT_UNTIL(w.loop, w.server.t && request_complete(&w.server));
    loop_advance(w.loop, 5 * US_PER_S - 1);
    cr_assert_eq(w.a.n_done, 0);
    loop_advance(w.loop, 1);
    loop_turn(w.loop);
    cr_assert(w.a.n_done == 1 && w.a.result == -ETIMEDOUT);
    cr_assert_str_eq(w.a.error, "nothing came for 5 s");
    WAIT_UNTIL(w.loop, !w.server.t);
    world_over(&w);
}

Test(http_client, a_stream_lives_as_long_as_something_comes)
{
    struct http_fetch_options o = {.silence_timeout_us = 5 * US_PER_S};
    struct world w;

    world_init(&w, "HTTP/1.1 200 OK\r\n\r\n");
    ask(&w, &w.a, &o);
    WAIT_UNTIL(w.loop, w.a.n_heads == 1);
    for (int i = 1; i <= 5; i++) {
        loop_advance(w.loop, 4 * US_PER_S);
        tcp_send(w.server.t, "x", 1);
        WAIT_UNTIL(w.loop, w.a.n_bodies == i);
    }
    loop_advance(w.loop, 5 * US_PER_S);
    loop_turn(w.loop);
    cr_assert(w.a.n_done == 1 && w.a.result == -ETIMEDOUT);
    assert_body(&w.a, "xxxxx");
    world_over(&w);
}

Test(http_client, the_whole_has_a_limit_of_its_own)
{
    struct http_fetch_options o = {.timeout_us = 1500000};
    struct world w;

    world_init(&w, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nx");
    ask(&w, &w.a, &o);
    WAIT_UNTIL(w.loop, w.a.n_bodies == 1);
    loop_advance(w.loop, 1500000);
    loop_turn(w.loop);
    cr_assert(w.a.n_done == 1 && w.a.result == -ETIMEDOUT);
    cr_assert_str_eq(w.a.error, "not complete within 1.5 s");
    world_over(&w);
}

/* --- the owner's say -------------------------------------------------------------------------- */

Test(http_client, the_owner_may_end_it_by_a_result)
{
    struct world w;

    world_init(&w, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
    w.a.head_result = -EBADMSG;
    get(&w, NULL);
    cr_assert(w.a.result == -EBADMSG && w.a.n_bodies == 0);
    cr_assert_str_eq(w.a.error, "Bad message");
    w.a.head_result = w.a.n_done = w.a.n_heads = 0;
    w.a.body_result = -EFBIG;
    get(&w, NULL);
    cr_assert(w.a.result == -EFBIG && w.a.n_bodies == 1);
    world_over(&w);
}

Test(http_client, may_be_cancelled_at_any_moment)
{
    for (int turns = 0; turns < 12; turns++) {
        struct world w;

        world_init(&w, "HTTP/1.1 200 OK\r\n\r\nbody");
        ask(&w, &w.a, NULL);
        for (int i = 0; i < turns; i++)
            wait_turn(w.loop);
        if (w.a.f)
            cancel(&w.a);
        some_turns(w.loop);
        cr_assert_eq(w.a.n_done, 0);
        world_over(&w);
    }
}

Test(http_client, may_be_cancelled_when_done_is_on_its_way)
{
    struct http_fetch_options o = {.timeout_us = US_PER_S};
    struct world w;

    world_init(&w, NULL);
    ask(&w, &w.a, &o);
    WAIT_UNTIL(w.loop, w.server.t);
    loop_advance(w.loop, US_PER_S - 1);
    w.a.cancels_in_head = true;
    cancel(&w.a);
    loop_advance(w.loop, 10);
    cr_assert_eq(w.a.n_done, 0);
    world_over(&w);
}

Test(http_client, may_be_cancelled_in_its_own_head_and_body)
{
    for (int i = 0; i < 2; i++) {
        struct world w;

        world_init(&w, "HTTP/1.1 200 OK\r\n\r\nbody");
        w.a.cancels_in_head = i == 0;
        w.a.cancels_in_body = i == 1;
        ask(&w, &w.a, NULL);
        WAIT_UNTIL(w.loop, !w.a.f);
        some_turns(w.loop);
        cr_assert(w.a.n_done == 0 && w.a.n_bodies == i);
        WAIT_UNTIL(w.loop, !w.server.t);
        world_over(&w);
    }
}

Test(http_client, may_cancel_another_from_within_a_call)
{
    struct world w;
    struct asked other;

    world_init(&w, NULL);
    asked_init(&other, &w);
    ask(&w, &other, NULL);
    WAIT_UNTIL(w.loop, w.server.n_accepted == 1 && request_complete(&w.server));
    struct tcp *first = w.server.t;
    w.a.cancels = &other;
    w.server.answer = "HTTP/1.1 204 OK\r\n\r\n";
    w.server.answer_len = strlen(w.server.answer);
    get(&w, NULL);
    cr_assert(w.a.result == 0 && other.n_done == 0 && !other.f);
    some_turns(w.loop);
    cr_assert_neq(w.server.t, first);
    world_over(&w);
}

Test(http_client, can_be_freed_when_done)
{
    struct world w;

    world_init(&w, "HTTP/1.1 204 OK\r\n\r\n");
    w.a.frees_client = true;
    get(&w, NULL);
    cr_assert_null(w.client);
    world_over(&w);
}

Test(http_client, serves_many_at_once)
{
    enum { N = 6 };
    static char answer[300000];
    struct asked all[N];
    struct world w;

    world_init(&w, answer);
    strcpy(answer, "HTTP/1.1 200 OK\r\nContent-Length: 250000\r\n\r\n");
    w.server.answer_len = strlen(answer) + 250000;
    memset(answer + strlen(answer), 'p', 250000);
    for (int i = 0; i < N; i++) {
        asked_init(&all[i], &w);
        cr_assert_eq(ask(&w, &all[i], NULL), 0);
    }
    for (int i = 0; i < N; i++) {
        WAIT_UNTIL(w.loop, all[i].n_done == 1);
        cr_assert_eq(all[i].result, 0);
        cr_assert_eq(all[i].body.len, 250000);
        buf_fini(&all[i].body);
    }
    world_over(&w);
}
