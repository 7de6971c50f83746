#include <string.h>

#include "fetch_world.h"
#include "loop/address.h"
#include "silent_server.h"

static struct fetch_world w;

static void setup(void)
{
    fetch_world_init(&w);
}

static void teardown(void)
{
    fetch_world_fini(&w);
}

TestSuite(http_client_asks, .init = setup, .fini = teardown, .timeout = 60);

/* --- what we ask -------------------------------------------------------------------------------- */

Test(http_client_asks, sends_method_headers_body_and_password)
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

    says(&w, "HTTP/1.1 204 OK\r\n\r\n");
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
}

Test(http_client_asks, posts_without_a_body_say_so)
{
    struct http_fetch_options o = {.method = "POST"};

    says(&w, "HTTP/1.1 204 OK\r\n\r\n");
    get(&w, &o);
    cr_assert_not_null(strstr(buf_text(&w.server.request), "\r\nContent-Length: 0\r\n"));
}

Test(http_client_asks, head_has_no_body)
{
    struct http_fetch_options o = {.method = "HEAD"};

    says(&w, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
    get(&w, &o);
    cr_assert(w.a.result == 0 && w.a.n_bodies == 0 && w.a.status == 200);
}

Test(http_client_asks, refuses_what_it_should_not_send)
{
    const struct http_header bad_headers[] = {
        {"X", "a\r\nEvil: 1"}, {"X: Y", "1"}, {"", "1"}, {"X\n", "1"}};
    const char *urls[] = {"", "127.0.0.1", "ftp://127.0.0.1/", "file:///etc/passwd", "http://",
        "http://a b/", "http://x/\r\nEvil: 1", "http://127.0.0.1:0/", "http://127.0.0.1:70000/",
        "http://na_me..x/", "gopher://127.0.0.1/", "HTTP//x"};

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
}

Test(http_client_asks, keeps_no_connection)
{
    says(&w, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    get(&w, NULL);
    WAIT_UNTIL(w.loop, !w.server.t);
}

/* --- names -------------------------------------------------------------------------------------- */

static int our_names(const char *name, struct sockaddr_storage *ret, size_t max, size_t *ret_n)
{
    if (strcmp(name, "camera.invalid") != 0)
        return -ENOENT;
    *ret_n = 2;
    address_parse("::1%lo", 0, &ret[0]); /* a scope, as link-local addresses have */
    return address_parse("127.0.0.1", 0, &ret[1]);
}

Test(http_client_asks, asks_our_resolver_for_names)
{
    struct http_fetch_options o = {0};
    char text[64];

    says(&w, "HTTP/1.1 204 OK\r\n\r\n");
    resolver_set_backend(w.resolver, our_names);
    snprintf(
        w.url, sizeof w.url, "http://camera.invalid:%u/", tcp_listener_port(w.server.listener));
    get(&w, &o);
    cr_assert_eq(w.a.result, 0, "%s", w.a.error);
    snprintf(
        text, sizeof text, "Host: camera.invalid:%u\r\n", tcp_listener_port(w.server.listener));
    cr_assert_not_null(strstr(buf_text(&w.server.request), text));
}

Test(http_client_asks, says_that_there_is_no_such_name)
{
    struct http_fetch_options o = {.url = "http://other.invalid/"};

    resolver_set_backend(w.resolver, our_names);
    get(&w, &o);
    cr_assert_eq(w.a.result, -ENOENT);
    cr_assert_str_eq(w.a.error, "cannot find other.invalid: no such name");
}

Test(http_client_asks, a_dead_name_server_keeps_nobody)
{
    struct http_fetch_options o = {
        .url = "http://camera.invalid/", .connect_timeout_us = 2 * US_PER_S};

    resolver_set_backend(w.resolver, silent_server());
    ask(&w, &w.a, &o);
    loop_advance(w.loop, 2 * US_PER_S - 1);
    cr_assert_eq(w.a.n_done, 0);
    loop_advance(w.loop, 1);
    loop_turn(w.loop);
    cr_assert(w.a.n_done == 1 && w.a.result == -ETIMEDOUT);
    cr_assert_str_eq(w.a.error, "no connection within 2 s");
    silence_ends(w.loop);
}
