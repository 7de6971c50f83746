/* A body that is too fast for its reader. */
#include <string.h>

#include "fetch_world.h"

#define BODY_BYTES (3u << 20)
/* What one read of ours and libcurl's own pieces come to. */
#define KEPT_MAX_BYTES (128u << 10)

static struct fetch_world w;
static char answer[BODY_BYTES + 64];

static void setup(void)
{
    size_t n = (size_t)sprintf(answer, "HTTP/1.1 200 OK\r\nContent-Length: %u\r\n\r\n", BODY_BYTES);

    fetch_world_init(&w);
    for (size_t i = 0; i < BODY_BYTES; i++)
        answer[n + i] = (char)('a' + i % 23);
    w.server.answer = answer;
    w.server.answer_len = n + BODY_BYTES;
    w.a.pauses = true;
    cr_assert_eq(ask(&w, &w.a, &(struct http_fetch_options){.silence_timeout_us = US_PER_S}), 0);
    WAIT_UNTIL(w.loop, w.a.n_bodies > 0);
}

static void teardown(void)
{
    fetch_world_fini(&w);
}

TestSuite(http_client_pause, .init = setup, .fini = teardown, .timeout = 60);

Test(http_client_pause, nothing_comes_until_it_goes_on)
{
    size_t before;

    some_turns(w.loop);
    before = w.a.body.len;
    cr_expect_leq(before, KEPT_MAX_BYTES);
    some_turns(w.loop);
    cr_expect_eq(w.a.body.len, before);
    cr_expect_eq(w.a.n_done, 0);
    http_fetch_resume(w.a.f);
    WAIT_UNTIL(w.loop, w.a.body.len > before);
    some_turns(w.loop);
    cr_expect_leq(w.a.body.len - before, KEPT_MAX_BYTES, "it has been paused again");
}

Test(http_client_pause, all_of_it_comes_in_its_order)
{
    while (w.a.f) {
        http_fetch_resume(w.a.f);
        wait_turn(w.loop);
    }
    cr_expect_eq(w.a.result, 0, "%s", w.a.error);
    cr_assert_eq(w.a.body.len, BODY_BYTES);
    for (size_t i = 0; i < BODY_BYTES; i++)
        cr_assert_eq(buf_data(&w.a.body)[i], 'a' + i % 23, "at %zu", i);
}

Test(http_client_pause, is_no_silence)
{
    loop_advance(w.loop, 10 * US_PER_S);
    some_turns(w.loop);
    cr_expect_eq(w.a.n_done, 0);
    w.a.pauses = false;
    http_fetch_resume(w.a.f);
    WAIT_UNTIL(w.loop, w.a.n_done == 1);
    cr_expect_eq(w.a.result, 0, "%s", w.a.error);
}

Test(http_client_pause, may_be_cancelled_meanwhile)
{
    cancel(&w.a);
    some_turns(w.loop);
    cr_expect_eq(w.a.n_done, 0);
}

Test(http_client_pause, may_be_cancelled_by_what_was_kept)
{
    some_turns(w.loop);
    w.a.cancels_in_body = true;
    http_fetch_resume(w.a.f);
    WAIT_UNTIL(w.loop, !w.a.f);
    some_turns(w.loop);
    cr_expect_eq(w.a.n_done, 0);
}

Test(http_client_pause, may_be_ended_by_a_result)
{
    some_turns(w.loop);
    w.a.body_result = -EBADMSG;
    http_fetch_resume(w.a.f);
    WAIT_UNTIL(w.loop, w.a.n_done == 1);
    cr_expect_eq(w.a.result, -EBADMSG);
}
