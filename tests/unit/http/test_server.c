#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "world.h"

#define H "Host: h\r\n"
#define CLOSE "Connection: close\r\n"

static struct world w;

static void setup(void)
{
    world_init(&w);
}

static void teardown(void)
{
    world_fini(&w);
}

TestSuite(server, .init = setup, .fini = teardown, .timeout = 30);

#define STATUS(text, status)                                                                       \
    cr_expect_eq(strncmp(ask(&w.talk, text), "HTTP/1.1 " status " ", 13), 0, "%s", w.talk.reply)

Test(server, answers_with_the_headers_that_belong_there)
{
    const char *reply = ask(&w.talk, "GET /hello HTTP/1.1\r\n" H CLOSE "\r\n");

    cr_expect_str_eq(reply,
        "HTTP/1.1 200 OK\r\n"
        "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
        "Connection: close\r\n"
        "Content-Type: text/plain\r\n"
        "Content-Length: 5\r\n"
        "X-Good: yes\r\n"
        "\r\n"
        "hello");
}

Test(server, passes_path_query_peer_and_fields_on)
{
    ask(&w.talk,
        "GET /fields/%C3%A4?a=%20 HTTP/1.1\r\n" H CLOSE "Accept: x\r\nCookie: c=1\r\n\r\n");
    cr_expect_not_null(strstr(
        w.talk.reply, "method=0 path=/fields/\xc3\xa4 query=a=%20 peer=127.0.0.1 0=h 3=c=1 5=x"));
}

Test(server, answers_pipelined_requests_in_order)
{
    int fd = client_new(&w.talk);

    client_say(&w.talk, fd,
        "GET /hello HTTP/1.1\r\n" H "\r\n"
        "POST /echo HTTP/1.1\r\n" H "Content-Length: 3\r\n\r\none"
        "\r\nPOST /echo HTTP/1.1\r\n" H
        "Transfer-Encoding: chunked\r\n\r\n2\r\ntw\r\n1\r\no\r\n0\r\n\r\n"
        "GET /missing HTTP/1.1\r\n" H CLOSE "\r\n");
    client_read(&w.talk, fd, NULL);
    const char *hello = strstr(w.talk.reply, "\r\n\r\nhello"),
               *one = strstr(w.talk.reply, "\r\n\r\none"),
               *two = strstr(w.talk.reply, "\r\n\r\ntwo"), *no = strstr(w.talk.reply, "\r\n\r\nno");
    cr_expect(
        hello && one && two && no && hello < one && one < two && two < no, "%s", w.talk.reply);
    cr_expect_eq(http_server_stats(w.server)->n_requests, 4);
    close(fd);
}

Test(server, takes_a_request_byte_by_byte)
{
    static const char request[] = "POST /echo HTTP/1.1\r\n" H CLOSE "Content-Length: 4\r\n\r\nbody";
    int fd = client_new(&w.talk);

    for (size_t i = 0; i < sizeof request - 1; i++)
        client_send(&w.talk, fd, request + i, 1);
    cr_expect_not_null(strstr(client_read(&w.talk, fd, NULL), "\r\n\r\nbody"));
    close(fd);
}

Test(server, serves_many_requests_on_one_connection_without_starving_others)
{
    static char many[64 * 64];
    int fd = client_new(&w.talk), other = client_new(&w.talk);
    size_t n = 0;

    for (int i = 0; i < 64; i++)
        n += (size_t)snprintf(many + n, sizeof many - n, "GET /hello HTTP/1.1\r\n" H "\r\n");
    client_say(&w.talk, fd, many);
    client_say(&w.talk, other, "GET /hello HTTP/1.1\r\n" H CLOSE "\r\n");
    client_read(&w.talk, other, NULL);
    turns(&w.talk, 20);
    cr_expect_eq(w.n_requests, 65);
    close(fd);
    close(other);
}

Test(server, gives_head_without_body)
{
    ask(&w.talk, "HEAD /hello HTTP/1.1\r\n" H CLOSE "\r\n");
    cr_expect_not_null(strstr(w.talk.reply, "Content-Length: 5\r\n"));
    cr_expect_null(strstr(w.talk.reply, "\r\n\r\nhello"));
    ask(&w.talk, "GET /nothing HTTP/1.1\r\n" H CLOSE "\r\n");
    cr_expect_eq(strncmp(w.talk.reply, "HTTP/1.1 204 No Content\r\n", 25), 0);
    cr_expect_null(strstr(w.talk.reply, "Content-Length"));
}

Test(server, closes_for_http_1_0_unless_asked_not_to)
{
    int fd = client_new(&w.talk);

    STATUS("GET /hello HTTP/1.0\r\n\r\n", "200");
    cr_expect_not_null(strstr(w.talk.reply, "Connection: close"));
    client_say(&w.talk, fd, "GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    cr_expect_not_null(strstr(client_read(&w.talk, fd, "hello"), "Connection: keep-alive"));
    cr_expect_not(client_ended(&w.talk, fd));
    close(fd);
}

Test(server, says_what_is_wrong_with_a_request)
{
    STATUS("GET /%2e%2e/x HTTP/1.1\r\n" H "\r\n", "400");
    STATUS("GET //x HTTP/1.1\r\n" H "\r\n", "400");
    STATUS("GET /%00 HTTP/1.1\r\n" H "\r\n", "400");
    STATUS("GET /%ff HTTP/1.1\r\n" H "\r\n", "400");
    cr_expect_not_null(strstr(w.talk.reply, "\r\n\r\nthe path is not UTF-8\n"));
    STATUS("rubbish\r\n\r\n", "400");
    STATUS("GET / HTTP/1.1\n\n", "400");
    STATUS("GET / HTTP/2.0\r\n\r\n", "505");
    STATUS("POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: gzip\r\n\r\n", "501");
    STATUS("POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\nx\r\n", "400");
    cr_expect_eq(w.n_requests, 0);
    cr_expect_eq(http_server_stats(w.server)->n_refused, 9);
}

Test(server, leaves_unknown_methods_and_paths_to_the_owner)
{
    STATUS("BREW /x HTTP/1.1\r\n" H CLOSE "\r\n", "404");
    cr_expect_eq(w.n_requests, 1);
}

static char *filled(const char *before, size_t n, const char *after)
{
    static char s[1 << 20];
    size_t k = strlen(before);

    strcpy(s, before);
    memset(s + k, 'a', n);
    strcpy(s + k + n, after);
    return s;
}

Test(server, refuses_what_is_too_large)
{
    STATUS(filled("GET /", HTTP_MAX_PATH_BYTES, " HTTP/1.1\r\n" H "\r\n"), "414");
    STATUS(filled("GET /?", HTTP_MAX_QUERY_BYTES + 1, " HTTP/1.1\r\n" H "\r\n"), "414");
    STATUS(filled("GET / HTTP/1.1\r\n" H "A: ", HTTP_MAX_HEAD_BYTES, "\r\n\r\n"), "431");
    STATUS(filled("GET / HTTP/1.1\r\n" H "A: ", 10 * HTTP_MAX_HEAD_BYTES, ""), "431");
    STATUS("POST /echo HTTP/1.1\r\n" H "Content-Length: 262145\r\n\r\n", "413");
    STATUS(filled("POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n40001\r\n",
               0x40001, "\r\n"),
        "413");
    cr_expect_eq(w.n_requests, 0);
}

Test(server, takes_a_body_of_the_full_size)
{
    ask(&w.talk,
        filled("POST /echo HTTP/1.1\r\n" H CLOSE "Content-Length: 262144\r\n\r\n",
            HTTP_MAX_BODY_BYTES, ""));
    cr_expect_not_null(strstr(w.talk.reply, "Content-Length: 262144\r\n"));
}

Test(server, answers_before_the_rest_of_a_refused_body_is_read)
{
    int fd = client_new(&w.talk);

    client_say(&w.talk, fd,
        filled("POST /echo HTTP/1.1\r\n" H "Content-Length: 999999\r\n\r\n", 100000, ""));
    client_say(&w.talk, fd, filled("", 100000, ""));
    cr_expect_not_null(strstr(client_read(&w.talk, fd, NULL), "413 "));
    close(fd);
}

Test(server, tells_a_client_that_waits_to_go_on)
{
    int fd = client_new(&w.talk);

    client_say(&w.talk, fd,
        "POST /echo HTTP/1.1\r\n" H CLOSE "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    client_read(&w.talk, fd, "HTTP/1.1 100 Continue\r\n\r\n");
    client_say(&w.talk, fd, "ok");
    cr_expect_not_null(strstr(client_read(&w.talk, fd, NULL), "\r\n\r\nok"));
    close(fd);
}

Test(server, gives_up_slow_requests)
{
    int silent = client_new(&w.talk), head = client_new(&w.talk), body = client_new(&w.talk);

    client_say(&w.talk, head, "GET / HT");
    client_say(&w.talk, body, "POST /echo HTTP/1.1\r\n" H "Content-Length: 10\r\n\r\n123");
    for (int i = 0; i < 9; i++) {
        loop_advance(w.loop, 1000000);
        client_say(&w.talk, head, "T"); /* trickling does not help */
        client_say(&w.talk, body, "4");
    }
    cr_expect_not(client_ended(&w.talk, silent));
    loop_advance(w.loop, 1100000);
    cr_expect(client_ended(&w.talk, silent));
    cr_expect_not_null(strstr(client_read(&w.talk, head, NULL), "408 "));
    close(silent);
    close(head);
    close(body);
}

Test(server, closes_an_idle_connection_after_a_minute)
{
    int fd = client_new(&w.talk);

    client_say(&w.talk, fd, "GET /hello HTTP/1.1\r\n" H "\r\n");
    client_read(&w.talk, fd, "hello");
    loop_advance(w.loop, HTTP_IDLE_TIMEOUT_US - 1000);
    cr_expect_not(client_ended(&w.talk, fd));
    loop_advance(w.loop, 2000);
    cr_expect(client_ended(&w.talk, fd));
    close(fd);
}

Test(server, may_be_answered_later)
{
    int fd = client_new(&w.talk);

    client_say(
        &w.talk, fd, "GET /later HTTP/1.1\r\n" H "\r\nGET /hello HTTP/1.1\r\n" H CLOSE "\r\n");
    cr_assert_eq(w.n_waiting, 1);
    cr_expect_eq(http_ctx(w.waiting[0]), &w);
    loop_advance(w.loop, 100000000);
    cr_expect_eq(w.n_requests, 1, "the next one waits");
    http_reply(w.waiting[0], 200, "text/plain", "late", 4, NULL, 0);
    client_read(&w.talk, fd, NULL);
    cr_expect_lt(strstr(w.talk.reply, "late"), strstr(w.talk.reply, "hello"));
    close(fd);
}

Test(server, tells_when_a_client_is_gone_before_its_answer)
{
    int fd = client_new(&w.talk);

    client_say(&w.talk, fd, "GET /later/gone HTTP/1.1\r\n" H "\r\n");
    close(fd);
    turns(&w.talk, 5);
    cr_expect_eq(w.n_gone, 1);
    cr_expect_eq(http_server_stats(w.server)->n_connections, 0);
}

Test(server, lets_an_owner_answer_somebody_who_is_gone)
{
    int fd[3];

    for (int i = 0; i < 3; i++) {
        fd[i] = client_new(&w.talk);
        client_say(&w.talk, fd[i], "GET /later HTTP/1.1\r\n" H "\r\n");
        close(fd[i]);
    }
    turns(&w.talk, 5);
    http_reply(w.waiting[0], 200, "text/plain", "late", 4, NULL, 0);
    http_reply_static(w.waiting[1], 200, "text/plain", "late", 4, NULL, 0, NULL, NULL);
    cr_expect_null(http_stream_begin(
        w.waiting[2], 200, "text/plain", NULL, 0, &(struct http_stream_events){0}, NULL));
}

Test(server, holds_a_client_back_that_sends_ahead_without_end)
{
    static char ahead[4 << 20];
    int fd = client_new(&w.talk);
    ssize_t sent = 0, n;

    client_say(&w.talk, fd, "GET /later HTTP/1.1\r\n" H "\r\n");
    memset(ahead, 'a', sizeof ahead);
    for (int i = 0; i < 50; i++) {
        while ((n = send(fd, ahead, sizeof ahead, MSG_NOSIGNAL)) > 0)
            sent += n;
        turns(&w.talk, 2);
    }
    cr_expect_eq(errno, EAGAIN);
    cr_expect_lt(sent, 30 << 20, "all was read: %zd", sent);
    http_reply(w.waiting[0], 200, "text/plain", "late", 4, NULL, 0);
    client_read(&w.talk, fd, "431 ");
    close(fd);
}

Test(server, lends_bytes_and_gives_them_back)
{
    static uint8_t much[12 << 20];
    int fd = client_new(&w.talk), other = client_new(&w.talk);

    memset(much, 'x', sizeof much);
    w.piece = much;
    w.n_piece = sizeof much;
    client_say(&w.talk, fd, "GET /static HTTP/1.1\r\n" H CLOSE "\r\n");
    client_say(&w.talk, other, "GET /hello HTTP/1.1\r\n" H CLOSE "\r\n");
    cr_expect_not_null(
        strstr(client_read(&w.talk, other, NULL), "hello"), "who does not read holds nobody up");
    cr_expect_eq(w.n_released, 0);
    client_read(&w.talk, fd, NULL);
    cr_expect_gt(w.talk.n_reply, sizeof much);
    cr_expect_eq(w.n_released, 1);
    close(fd);
    close(other);
}

Test(server, gives_up_a_client_that_does_not_read_its_answer)
{
    static uint8_t much[32 << 20];
    int fd = client_new(&w.talk);

    w.piece = much;
    w.n_piece = sizeof much;
    client_say(&w.talk, fd, "GET /static HTTP/1.1\r\n" H "\r\n");
    turns(&w.talk, 20);
    loop_advance(w.loop, HTTP_SEND_TIMEOUT_US - 1000000);
    cr_expect_eq(w.n_released, 0);
    loop_advance(w.loop, HTTP_SEND_TIMEOUT_US + 2000000);
    cr_expect_eq(w.n_released, 1);
    cr_expect_eq(http_server_stats(w.server)->n_connections, 0);
    close(fd);
}

Test(server, lets_a_slow_reader_read)
{
    static uint8_t much[32 << 20];
    int fd = client_new(&w.talk);

    w.piece = much;
    w.n_piece = sizeof much;
    client_say(&w.talk, fd, "GET /static HTTP/1.1\r\n" H "\r\n");
    for (int i = 0; i < 20; i++) {
        turns(&w.talk, 3);
        client_read_n(&w.talk, fd, 300000);
        loop_advance(w.loop, HTTP_SEND_TIMEOUT_US / 2);
    }
    cr_expect_eq(w.n_released, 0);
    close(fd);
    turns(&w.talk, 3);
    cr_expect_eq(w.n_released, 1);
}

Test(server, ends_with_everything_open)
{
    int fd[5];

    for (int i = 0; i < 5; i++)
        fd[i] = client_new(&w.talk);
    client_say(&w.talk, fd[1], "GET / HT");
    client_say(&w.talk, fd[2], "GET /later/gone HTTP/1.1\r\n" H "\r\n");
    client_say(&w.talk, fd[3], "GET /later HTTP/1.1\r\n" H "\r\n");
    client_say(&w.talk, fd[4], "GET /stream HTTP/1.1\r\n" H "\r\n");
    w.server = http_server_free(w.server);
    cr_expect_eq(w.n_gone, 1);
    cr_expect_eq(w.n_closed, 1);
    http_reply(w.waiting[1], 200, "text/plain", "nobody", 6, NULL, 0);
    for (int i = 0; i < 5; i++)
        close(fd[i]);
}

Test(server, says_why_it_cannot_listen)
{
    struct http_server *second = NULL;
    struct http_server_config config = {.address = "127.0.0.1", .port = http_server_port(w.server)};
    struct error e = ERROR_NULL;

    cr_expect_eq(http_server_new(w.loop, &config, &w.events, NULL, &second, &e), -EADDRINUSE);
    cr_expect_not_null(strstr(e.text, "127.0.0.1"));
    cr_expect_not_null(strstr(e.text, "in use"));
    config.address = "localhost";
    cr_expect_eq(http_server_new(w.loop, &config, &w.events, NULL, &second, &e), -EINVAL);
    cr_expect_null(second);
}

Test(server, survives_having_no_descriptors)
{
    struct rlimit limit;
    int fd = client_new(&w.talk), next;

    client_say(&w.talk, fd, "GET /later HTTP/1.1\r\n" H CLOSE "\r\n");
    next = dup(0);
    close(next);
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = (rlim_t)next + 1; /* room for the client's own */
    setrlimit(RLIMIT_NOFILE, &limit);
    int one = client_new(&w.talk);
    cr_expect(client_ended(&w.talk, one));
    cr_expect_eq(http_server_stats(w.server)->n_refused, 1);
    close(one);
    http_reply(w.waiting[0], 200, "text/plain", "hello", 5, NULL, 0);
    cr_expect_not_null(strstr(client_read(&w.talk, fd, NULL), "hello"));
    close(fd);
}

static void setup_few(void)
{
    w.config.max_connections = 2;
    world_init(&w);
}

TestSuite(server_limits, .init = setup_few, .fini = teardown, .timeout = 30);

Test(server_limits, closes_more_connections_than_it_may_have)
{
    int a = client_new(&w.talk), b = client_new(&w.talk), c;

    client_say(&w.talk, a, "GET /later HTTP/1.1\r\n" H "\r\n");
    client_say(&w.talk, b, "GET /later HTTP/1.1\r\n" H "\r\n");
    c = client_new(&w.talk);
    cr_expect(client_ended(&w.talk, c));
    close(a);
    turns(&w.talk, 3);
    c = client_new(&w.talk);
    cr_expect_not(client_ended(&w.talk, c));
    cr_expect_eq(http_server_stats(w.server)->n_refused, 1);
    close(b);
    close(c);
}

static size_t refusal(
    void *ctx, int status, const char *why, char *out, size_t cap, const char **ret_content_type)
{
    *ret_content_type = "application/problem+json";
    return (size_t)snprintf(out, cap, "{\"status\":%d,\"detail\":\"%s\"}", status, why);
}

static void setup_refusal(void)
{
    w.events.refusal = refusal;
    world_init(&w);
}

TestSuite(server_refusal, .init = setup_refusal, .fini = teardown, .timeout = 30);

Test(server_refusal, has_the_body_that_the_owner_gives_it)
{
    ask(&w.talk, "GET /a//b HTTP/1.1\r\n" H "\r\n");
    cr_expect_not_null(strstr(w.talk.reply, "Content-Type: application/problem+json\r\n"));
    cr_expect_not_null(strstr(
        w.talk.reply, "\r\n\r\n{\"status\":400,\"detail\":\"the path has an empty segment\"}"));
}

static void setup_v6(void)
{
    w.config.address = "::";
    world_init(&w);
}

TestSuite(server_v6, .init = setup_v6, .fini = teardown, .timeout = 30);

Test(server_v6, takes_ipv4_clients_too_and_names_them_plainly)
{
    ask(&w.talk, "GET /fields HTTP/1.1\r\n" H CLOSE "\r\n");
    cr_expect_not_null(strstr(w.talk.reply, "peer=127.0.0.1 "));
}
