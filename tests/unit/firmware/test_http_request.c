#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "http_host.h"
#include "http_request.h"

static int read_text(const char *text, struct http_request *ret)
{
    return http_request_read(text, strlen(text), ret);
}

static struct http_request must_read(const char *text)
{
    struct http_request r;

    memset(&r, 0xAA, sizeof r);
    cr_assert_eq(read_text(text, &r), (int)strlen(text), "%s", text);
    return r;
}

Test(http_request, of_a_browser)
{
    struct http_request r = must_read("GET /overlay?t=5 HTTP/1.1\r\n"
                                      "Host: 192.168.1.100\r\n"
                                      "ACCEPT: text/html, text/event-stream;q=0.9\r\n"
                                      "Accept-Encoding: br, gzip\r\n\r\n");

    cr_expect_eq(r.method, HTTP_GET);
    cr_expect(span_is(r.path, "/overlay"));
    cr_expect(r.keep_alive && r.gzip && r.events);
    cr_expect_not(r.websocket || r.json);
    cr_expect_eq(r.n_body, 0);
}

Test(http_request, until_it_is_whole_there_is_more_to_come)
{
    static const char text[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET";
    struct http_request r = {.n_body = 77};

    for (size_t n = 0; n < sizeof text - 4; n++)
        cr_expect_eq(http_request_read(text, n, &r), 0, "%zu", n);
    cr_expect_eq(r.n_body, 77);
    cr_expect_eq(read_text(text, &r), (int)sizeof text - 4, "what follows is another one's");
}

Test(http_request, ends_the_connection_where_asked_or_old)
{
    cr_expect_not(must_read("GET / HTTP/1.0\r\n\r\n").keep_alive);
    cr_expect_not(must_read("GET / HTTP/1.1\r\nConnection: foo, Close\r\n\r\n").keep_alive);
    cr_expect(must_read("GET / HTTP/1.1\nConnection: keep-alive\n\n").keep_alive);
}

Test(http_request, an_encoding_of_no_quality_is_not_wanted)
{
    cr_expect_not(must_read("GET / HTTP/1.1\r\nAccept-Encoding: gzip;q=0\r\n\r\n").gzip);
    cr_expect_not(must_read("GET / HTTP/1.1\r\nAccept-Encoding: gzip ; q=0.00, br\r\n\r\n").gzip);
    cr_expect(must_read("GET / HTTP/1.1\r\nAccept-Encoding: gzip;q=0.1\r\n\r\n").gzip);
    cr_expect_not(must_read("GET / HTTP/1.1\r\nAccept-Encoding: gzipped\r\n\r\n").gzip);
}

Test(http_request, a_body_of_json)
{
    struct http_request r =
        must_read("PATCH /settings HTTP/1.1\r\nContent-Type: application/json; charset=utf-8\r\n"
                  "Content-Length: 16\r\n\r\n");

    cr_expect_eq(r.method, HTTP_PATCH);
    cr_expect(r.json);
    cr_expect_eq(r.n_body, 16);
    r = must_read("POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n");
    cr_expect_eq(r.method, HTTP_OTHER);
    cr_expect_eq(r.n_body, HTTP_REQUEST_BODY_MAX);
}

#define OPENING                                                                                    \
    "GET /overlay HTTP/1.1\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"           \
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"

Test(http_request, the_opening_of_a_websocket)
{
    struct http_request r = must_read(OPENING "Sec-WebSocket-Version: 13\r\n\r\n");

    cr_expect(r.websocket);
    cr_expect(span_is(r.websocket_key, "dGhlIHNhbXBsZSBub25jZQ=="));
    cr_expect_not(must_read(OPENING "Sec-WebSocket-Version: 8\r\n\r\n").websocket);
}

Test(http_request, who_asks_for_a_page_from_elsewhere)
{
    cr_expect_not(must_read("GET / HTTP/1.1\r\nHost: cam:81\r\n\r\n").foreign);
    cr_expect_not(
        must_read("GET / HTTP/1.1\r\nOrigin: http://cam:81\r\nHost: cam:81\r\n\r\n").foreign);
    cr_expect(must_read("GET / HTTP/1.1\r\nHost: cam:81\r\nOrigin: http://cam:82\r\n\r\n").foreign);
    cr_expect(must_read("GET / HTTP/1.1\r\nHost: cam\r\nOrigin: null\r\n\r\n").foreign);
    cr_expect(must_read("GET / HTTP/1.1\r\nOrigin: http://\r\nHost: a\r\n\r\n").foreign);
}

Test(http_request, names_that_only_somebody_here_can_have_given)
{
    static const char *const local[] = {"", "192.168.1.100", "192.168.1.100:8080", "[fe80::1]",
        "[::1]:81", "camera", "camera:81", "camera.", "localhost", "a.localhost", "camera.local",
        "Camera.LOCAL:80", "camera.local.", "a.b.lan", "camera.home", "home.arpa",
        "camera.home.arpa", "a.b.Home.Arpa.", "camera.internal", "camera.localdomain"};
    static const char *const anybodys[] = {"evil.example", "evil.example:80", "evil.example.",
        "camera.local.evil.example", "local.example", "evil.arpa", "home.evil.arpa",
        "evilhome.arpa", "evil.notlocal", "192.168.1.100.evil.example", "a.b..", "evil.1x"};

    for (size_t i = 0; i < sizeof local / sizeof *local; i++)
        cr_expect(
            http_host_is_local((struct span){local[i], strlen(local[i])}), "\"%s\"", local[i]);
    for (size_t i = 0; i < sizeof anybodys / sizeof *anybodys; i++)
        cr_expect_not(
            http_host_is_local((struct span){anybodys[i], strlen(anybodys[i])}), "%s", anybodys[i]);
}

Test(http_request, who_asks_by_a_name_that_a_page_may_have_led_here)
{
    cr_expect(must_read("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n").rebound);
    cr_expect_not(must_read("GET / HTTP/1.1\r\nHost: 10.0.0.7:81\r\n\r\n").rebound);
    cr_expect_not(must_read("GET / HTTP/1.0\r\n\r\n").rebound);
    cr_expect_not(must_read("GET / HTTP/1.1\r\nHost: camera.example\r\nSec-Fetch-Site: "
                            "none\r\n\r\n")
                      .rebound);
    cr_expect(must_read("GET / HTTP/1.1\r\nSec-Fetch-Site: same-origin\r\nHost: "
                        "evil.example\r\n\r\n")
                  .rebound);
}

Test(http_request, nonsense_is_refused)
{
    static const char *const bad[] = {"\r\n\r\n", "GET\r\n\r\n", "GET  HTTP/1.1\r\n\r\n",
        "GET x HTTP/1.1\r\n\r\n", "GET http://a/ HTTP/1.1\r\n\r\n", "GET / SPDY\r\n\r\n",
        "GET / HTTP/1.1\r\nno colon\r\n\r\n", "GET / HTTP/1.1\r\nContent-Length : 5\r\n\r\n",
        "GET / HTTP/1.1\r\n folded: 5\r\n\r\n", "GET / HTTP/1.1\r\nContent-Length: 5x\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: -5\r\n\r\n", "GET / HTTP/1.1\r\nA: \x01\r\n\r\n",
        "GET /\x7f HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"};
    struct http_request r;

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_expect_eq(read_text(bad[i], &r), -EBADMSG, "%s", bad[i]);
    cr_expect_eq(read_text("GET / HTTP/2.0\r\n\r\n", &r), -ENOTSUP);
    cr_expect_eq(read_text("GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", &r), -ENOTSUP);
}
