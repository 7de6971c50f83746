#include <string.h>

#include "fetch_world.h"

static struct fetch_world w;

static void setup(void)
{
    fetch_world_init(&w);
}

static void teardown(void)
{
    fetch_world_fini(&w);
}

TestSuite(http_client_ends, .init = setup, .fini = teardown, .timeout = 60);

/* --- time --------------------------------------------------------------------------------------- */

Test(http_client_ends, a_server_that_accepts_and_says_nothing_times_out)
{
    struct http_fetch_options o = {.silence_timeout_us = 5 * US_PER_S};

    ask(&w, &w.a, &o);
    WAIT_UNTIL(w.loop, w.server.t && request_complete(&w.server));
    loop_advance(w.loop, 5 * US_PER_S - 1);
    cr_assert_eq(w.a.n_done, 0);
    loop_advance(w.loop, 1);
    loop_turn(w.loop);
    cr_assert(w.a.n_done == 1 && w.a.result == -ETIMEDOUT);
    cr_assert_str_eq(w.a.error, "nothing came for 5 s");
    WAIT_UNTIL(w.loop, !w.server.t);
}

Test(http_client_ends, a_stream_lives_as_long_as_something_comes)
{
    struct http_fetch_options o = {.silence_timeout_us = 5 * US_PER_S};

    says(&w, "HTTP/1.1 200 OK\r\n\r\n");
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
    cr_assert_str_eq(buf_text(&w.a.body), "xxxxx");
}

Test(http_client_ends, the_whole_has_a_limit_of_its_own)
{
    struct http_fetch_options o = {.timeout_us = 1500000};

    says(&w, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nx");
    ask(&w, &w.a, &o);
    WAIT_UNTIL(w.loop, w.a.n_bodies == 1);
    loop_advance(w.loop, 1500000);
    loop_turn(w.loop);
    cr_assert(w.a.n_done == 1 && w.a.result == -ETIMEDOUT);
    cr_assert_str_eq(w.a.error, "not complete within 1.5 s");
}

/* --- the owner's say ---------------------------------------------------------------------------- */

Test(http_client_ends, the_owner_may_end_it_by_a_result)
{
    says(&w, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
    w.a.head_result = -EBADMSG;
    get(&w, NULL);
    cr_assert(w.a.result == -EBADMSG && w.a.n_bodies == 0);
    cr_assert_str_eq(w.a.error, "Bad message");
    w.a.head_result = w.a.n_done = w.a.n_heads = 0;
    w.a.body_result = -EFBIG;
    get(&w, NULL);
    cr_assert(w.a.result == -EFBIG && w.a.n_bodies == 1);
}

Test(http_client_ends, may_be_cancelled_at_any_moment)
{
    for (int turns = 0; turns < 12; turns++) {
        says(&w, "HTTP/1.1 200 OK\r\n\r\nbody");
        ask(&w, &w.a, NULL);
        for (int i = 0; i < turns; i++)
            wait_turn(w.loop);
        if (w.a.f)
            cancel(&w.a);
        some_turns(w.loop);
        cr_assert_eq(w.a.n_done, 0);
        fetch_world_again(&w);
    }
}

Test(http_client_ends, may_be_cancelled_when_done_is_on_its_way)
{
    struct http_fetch_options o = {.timeout_us = US_PER_S};

    ask(&w, &w.a, &o);
    WAIT_UNTIL(w.loop, w.server.t);
    loop_advance(w.loop, US_PER_S - 1);
    w.a.cancels_in_head = true;
    cancel(&w.a);
    loop_advance(w.loop, 10);
    cr_assert_eq(w.a.n_done, 0);
}

Test(http_client_ends, may_be_cancelled_in_its_own_head_and_body)
{
    for (int i = 0; i < 2; i++) {
        says(&w, "HTTP/1.1 200 OK\r\n\r\nbody");
        w.a.cancels_in_head = i == 0;
        w.a.cancels_in_body = i == 1;
        ask(&w, &w.a, NULL);
        WAIT_UNTIL(w.loop, !w.a.f);
        some_turns(w.loop);
        cr_assert(w.a.n_done == 0 && w.a.n_bodies == i);
        WAIT_UNTIL(w.loop, !w.server.t);
        fetch_world_again(&w);
    }
}

Test(http_client_ends, may_cancel_another_from_within_a_call)
{
    struct asked other;

    asked_init(&other, &w);
    ask(&w, &other, NULL);
    WAIT_UNTIL(w.loop, w.server.n_accepted == 1 && request_complete(&w.server));
    struct tcp *first = w.server.t;
    w.a.cancels = &other;
    says(&w, "HTTP/1.1 204 OK\r\n\r\n");
    get(&w, NULL);
    cr_assert(w.a.result == 0 && other.n_done == 0 && !other.f);
    some_turns(w.loop);
    cr_assert_neq(w.server.t, first);
}

Test(http_client_ends, can_be_freed_when_done)
{
    says(&w, "HTTP/1.1 204 OK\r\n\r\n");
    w.a.frees_client = true;
    get(&w, NULL);
    cr_assert_null(w.client);
}

Test(http_client_ends, serves_many_at_once)
{
    enum { N = 6 };
    static char answer[300000];
    struct asked all[N];

    strcpy(answer, "HTTP/1.1 200 OK\r\nContent-Length: 250000\r\n\r\n");
    memset(answer + strlen(answer), 'p', 250000);
    says(&w, answer);
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
}
