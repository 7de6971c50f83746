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

TestSuite(http_client, .init = setup, .fini = teardown, .timeout = 60);

Test(http_client, gets_a_body_with_its_length)
{
    says(&w,
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-Two:  words here \r\nContent-Length: "
        "5\r\n\r\nhello");
    get(&w, NULL);
    cr_assert_eq(w.a.result, 0);
    cr_assert_str_eq(w.a.error, "");
    cr_assert_eq(w.a.status, 200);
    cr_assert_str_eq(w.a.headers, "content-type=text/plain|x-two=words here|content-length=5|");
    cr_assert_str_eq(buf_text(&w.a.body), "hello");
    cr_assert_eq(strncmp(buf_text(&w.server.request), "GET /path?q=1 HTTP/1.1\r\n", 24), 0);
}

Test(http_client, gets_a_chunked_body_and_ignores_trailers)
{
    says(&w,
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nX-Late: "
        "1\r\n\r\n");
    get(&w, NULL);
    cr_assert_eq(w.a.result, 0);
    cr_assert_str_eq(buf_text(&w.a.body), "abcde");
    cr_assert_eq(w.a.n_heads, 1);
}

Test(http_client, gets_a_body_that_ends_with_the_connection)
{
    says(&w, "HTTP/1.0 200 OK\r\n\r\nuntil the end");
    w.server.ends = true;
    get(&w, NULL);
    cr_assert_eq(w.a.result, 0);
    cr_assert_str_eq(buf_text(&w.a.body), "until the end");
}

Test(http_client, a_body_that_is_cut_is_an_error)
{
    says(&w, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
    w.server.ends = true;
    get(&w, NULL);
    cr_assert_eq(w.a.result, -ECONNRESET);
    cr_assert_gt(strlen(w.a.error), 10);
    cr_assert_str_eq(buf_text(&w.a.body), "half");
}

Test(http_client, an_interim_response_is_not_the_head)
{
    says(&w, "HTTP/1.1 100 Continue\r\nX-A: 1\r\n\r\nHTTP/1.1 204 No Content\r\nX-B: 2\r\n\r\n");
    get(&w, NULL);
    cr_assert(w.a.result == 0 && w.a.n_heads == 1 && w.a.status == 204);
    cr_assert_str_eq(w.a.headers, "x-b=2|");
}

Test(http_client, a_redirect_is_delivered_and_not_followed)
{
    static char answer[256];

    snprintf(answer, sizeof answer,
        "HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n", w.url);
    says(&w, answer);
    get(&w, NULL);
    some_turns(w.loop);
    cr_assert(w.a.result == 0 && w.a.status == 302);
    cr_assert_eq(w.server.n_accepted, 1);
}

Test(http_client, errors_of_the_server_are_answers)
{
    says(&w, "HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy");
    get(&w, NULL);
    cr_assert(w.a.result == 0 && w.a.status == 503);
    cr_assert_str_eq(buf_text(&w.a.body), "busy");
}

Test(http_client, rubbish_is_no_answer)
{
    const char *answers[] = {"rubbish without a head", "HTTP/1.1 banana\r\n\r\n", "\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"};

    for (size_t i = 0; i < N_ELEMENTS(answers); i++) {
        says(&w, answers[i]);
        w.server.ends = true;
        get(&w, NULL);
        cr_assert_lt(w.a.result, 0, "%s", answers[i]);
        cr_assert_gt(strlen(w.a.error), 5);
        fetch_world_again(&w);
    }
}

Test(http_client, says_that_nobody_listens)
{
    w.server.listener = tcp_listener_free(w.server.listener);
    get(&w, NULL);
    cr_assert_eq(w.a.result, -ECONNREFUSED);
    cr_assert_eq(strncmp(w.a.error, "no connection to 127.0.0.1 port ", 32), 0, "%s", w.a.error);
    cr_assert_not_null(strstr(w.a.error, ": Connection refused"), "%s", w.a.error);
}

Test(http_client, a_head_that_is_too_long_is_refused)
{
    static char answer[40000];

    strcpy(answer, "HTTP/1.1 200 OK\r\nX-Long: ");
    memset(answer + strlen(answer), 'x', HTTP_CLIENT_MAX_HEAD_BYTES);
    strcat(answer, "\r\n\r\nbody");
    says(&w, answer);
    get(&w, NULL);
    cr_assert_eq(w.a.result, -EMSGSIZE);
    cr_assert_str_eq(w.a.error, "the head of the response is too large");
    cr_assert(w.a.n_heads == 0 && w.a.n_bodies == 0);
}

/* What has no end is refused like what is too long: interim responses before the head, and trailers. */
Test(http_client, heads_and_trailers_without_end_are_refused)
{
    static const char interim[] = "HTTP/1.1 100 Continue\r\n\r\n", trailer[] = "X-Again: yes\r\n";
    static char answer[40000];
    size_t n = 0;

    while (n <= HTTP_CLIENT_MAX_HEAD_BYTES)
        n += (size_t)sprintf(answer + n, "%s", interim);
    strcpy(answer + n, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    says(&w, answer);
    get(&w, NULL);
    cr_assert(w.a.result == -EMSGSIZE && w.a.n_heads == 0, "%s", w.a.error);
    fetch_world_again(&w);
    n = (size_t)sprintf(answer, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n");
    while (n <= HTTP_CLIENT_MAX_HEAD_BYTES + 100)
        n += (size_t)sprintf(answer + n, "%s", trailer);
    strcpy(answer + n, "\r\n");
    says(&w, answer);
    get(&w, NULL);
    cr_assert(w.a.result == -EMSGSIZE && w.a.n_heads == 1, "%s", w.a.error);
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

    w.server.ends = true;
    with_headers(answer, HTTP_CLIENT_MAX_HEADERS);
    says(&w, answer);
    get(&w, NULL);
    cr_assert_eq(w.a.result, 0);
    cr_assert_not_null(strstr(w.a.headers, "|h63=63|"));

    with_headers(answer, HTTP_CLIENT_MAX_HEADERS + 1);
    says(&w, answer);
    w.a.n_done = w.a.n_heads = 0;
    get(&w, NULL);
    cr_assert_eq(w.a.result, -EMSGSIZE);
}
