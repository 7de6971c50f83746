#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "http/head.h"

static char text[1 << 16];
static struct http_head head;
static const char *why;

static int parse(const char *s)
{
    why = NULL;
    strcpy(text, s);
    return head_parse(&head, text, strlen(s), &why);
}

static int find(const char *s)
{
    size_t at = 0;

    return head_find((const uint8_t *)s, strlen(s), &at);
}

#define H "Host: h\r\n"

Test(head, is_found_by_its_empty_line)
{
    cr_expect_eq(find("GET / HTTP/1.1\r\n\r\nrest"), 18);
    cr_expect_eq(find("GET / HTTP/1.1\r\n"), 0);
    cr_expect_eq(find("GET / HTTP/1.1\r\n\r"), 0);
    cr_expect_eq(find("GET / HTTP/1.1\n\n"), -EBADMSG);
    cr_expect_eq(find("\n"), -EBADMSG);
    cr_expect_eq(find(""), 0);
}

Test(head, is_found_when_it_comes_byte_by_byte)
{
    static const char s[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\nnext";
    size_t at = 0, n;

    for (n = 0; n < 27; n++)
        cr_expect_eq(head_find((const uint8_t *)s, n, &at), 0);
    cr_expect_eq(head_find((const uint8_t *)s, n, &at), 27);
    cr_expect_eq(at, 0, "the next head is looked for from its beginning");
}

Test(head, refuses_nul)
{
    size_t at = 0;

    cr_expect_eq(head_find((const uint8_t *)"a\0b", 3, &at), -EBADMSG);
}

Test(head, reads_line_and_fields)
{
    cr_assert_eq(
        parse("PATCH /a%20b?x=1&y HTTP/1.1\r\nhOST:  h:80 \r\nOrigin: http://h\r\nX-Other: 1\r\n"
              "Content-Length: 12\r\n\r\n"),
        0);
    cr_expect_eq(head.method, HTTP_PATCH);
    cr_expect_eq(head.minor, 1);
    cr_expect_str_eq(head.path, "/a b");
    cr_expect_str_eq(head.query, "x=1&y");
    cr_expect_str_eq(head.field[HTTP_FIELD_HOST], "h:80");
    cr_expect_str_eq(head.field[HTTP_FIELD_ORIGIN], "http://h");
    cr_expect_null(head.field[HTTP_FIELD_COOKIE]);
    cr_expect_eq(head.content_length, 12);
    cr_expect(head.keep);
}

Test(head, knows_methods_and_passes_others_on)
{
    cr_expect_eq(parse("DELETE / HTTP/1.1\r\n" H "\r\n"), 0);
    cr_expect_eq(head.method, HTTP_DELETE);
    cr_expect_eq(parse("BREW / HTTP/1.1\r\n" H "\r\n"), 0);
    cr_expect_eq(head.method, HTTP_OTHER);
    cr_expect_eq(parse("get / HTTP/1.1\r\n" H "\r\n"), 0);
    cr_expect_eq(head.method, HTTP_OTHER, "methods have their case");
    cr_expect_eq(parse("G(T / HTTP/1.1\r\n" H "\r\n"), 400);
    cr_expect_eq(parse("AAAAAAAAAAAAAAAAAAAAAAAAA / HTTP/1.1\r\n" H "\r\n"), 400);
}

Test(head, keeps_the_connection_as_version_and_header_say)
{
    cr_expect_eq(parse("GET / HTTP/1.0\r\n\r\n"), 0);
    cr_expect_not(head.keep);
    cr_expect_eq(parse("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"), 0);
    cr_expect(head.keep);
    cr_expect_eq(parse("GET / HTTP/1.1\r\n" H "Connection: foo, close\r\n\r\n"), 0);
    cr_expect_not(head.keep);
    cr_expect_eq(parse("GET / HTTP/1.7\r\n" H "\r\n"), 0);
    cr_expect_eq(head.minor, 1);
}

Test(head, refuses_other_versions)
{
    cr_expect_eq(parse("GET / HTTP/2.0\r\n" H "\r\n"), 505);
    cr_expect_eq(parse("PRI * HTTP/2.0\r\n\r\n"), 505);
    cr_expect_eq(parse("GET / HTTP/1.11\r\n" H "\r\n"), 400);
    cr_expect_eq(parse("GET / http/1.1\r\n" H "\r\n"), 400);
    cr_expect_eq(parse("GET /\r\n\r\n"), 400);
    cr_expect_eq(parse("GET  / HTTP/1.1\r\n" H "\r\n"), 400);
    cr_expect_eq(parse("GET / x HTTP/1.1\r\n" H "\r\n"), 400);
}

Test(head, takes_the_host_from_an_absolute_target)
{
    cr_assert_eq(parse("GET http://real:1/p?q HTTP/1.1\r\nHost: other\r\n\r\n"), 0);
    cr_expect_str_eq(head.field[HTTP_FIELD_HOST], "real:1");
    cr_expect_str_eq(head.path, "/p");
    cr_expect_str_eq(head.query, "q");
    cr_expect_eq(parse("GET http:/// HTTP/1.1\r\n" H "\r\n"), 0);
    cr_expect_str_eq(head.field[HTTP_FIELD_HOST], "");
    cr_expect_eq(parse("GET http://h HTTP/1.1\r\n" H "\r\n"), 400);
}

Test(head, wants_exactly_one_host)
{
    cr_expect_eq(parse("GET / HTTP/1.1\r\n\r\n"), 400);
    cr_expect_eq(parse("GET / HTTP/1.1\r\n" H H "\r\n"), 400);
}

Test(head, refuses_headers_that_others_read_differently)
{
    cr_expect_eq(parse("GET / HTTP/1.1\r\n" H "A : 1\r\n\r\n"), 400);
    cr_expect_eq(parse("GET / HTTP/1.1\r\n" H "A: 1\r\n b\r\n\r\n"), 400);
    cr_expect_eq(parse("GET / HTTP/1.1\r\n" H "no colon\r\n\r\n"), 400);
    cr_expect_eq(parse("GET / HTTP/1.1\r\n" H ": 1\r\n\r\n"), 400);
    cr_expect_eq(parse("GET / HTTP/1.1\r\n" H "A: 1\r2\r\n\r\n"), 400);
    cr_expect_eq(parse("GET / HTTP/1.1\r\n" H "A: \x01\r\n\r\n"), 400);
    cr_expect_eq(parse("GET / HTTP/1.1\r\n" H "Range: bytes=0-1\r\nRange: bytes=2-3\r\n\r\n"), 400);
    cr_expect_eq(parse("GET /\x01 HTTP/1.1\r\n" H "\r\n"), 400);
}

Test(head, refuses_unclear_bodies)
{
    cr_expect_eq(
        parse("POST / HTTP/1.1\r\n" H "Content-Length: 1\r\nContent-Length: 1\r\n\r\n"), 400);
    cr_expect_eq(parse("POST / HTTP/1.1\r\n" H "Content-Length: -1\r\n\r\n"), 400);
    cr_expect_eq(parse("POST / HTTP/1.1\r\n" H "Content-Length: 0x10\r\n\r\n"), 400);
    cr_expect_eq(parse("POST / HTTP/1.1\r\n" H "Content-Length: 1, 1\r\n\r\n"), 400);
    cr_expect_eq(parse("POST / HTTP/1.1\r\n" H "Content-Length: 9999999999999999999\r\n\r\n"), 400);
    cr_expect_eq(
        parse("POST / HTTP/1.1\r\n" H "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"),
        400);
    cr_expect_eq(parse("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400);
    cr_expect_eq(parse("POST / HTTP/1.1\r\n" H "Transfer-Encoding: gzip, chunked\r\n\r\n"), 501);
    cr_expect_eq(parse("POST / HTTP/1.1\r\n" H "Transfer-Encoding: CHUNKED\r\n\r\n"), 0);
    cr_expect(head.chunked);
}

Test(head, limits_path_query_and_number_of_headers)
{
    char s[8192];

    snprintf(s, sizeof s, "GET /%0*d HTTP/1.1\r\n" H "\r\n", HTTP_MAX_PATH_BYTES - 1, 0);
    cr_expect_eq(parse(s), 0);
    snprintf(s, sizeof s, "GET /%0*d HTTP/1.1\r\n" H "\r\n", HTTP_MAX_PATH_BYTES, 0);
    cr_expect_eq(parse(s), 414);
    snprintf(s, sizeof s, "GET /?%0*d HTTP/1.1\r\n" H "\r\n", HTTP_MAX_QUERY_BYTES, 0);
    cr_expect_eq(parse(s), 0);
    snprintf(s, sizeof s, "GET /?%0*d HTTP/1.1\r\n" H "\r\n", HTTP_MAX_QUERY_BYTES + 1, 0);
    cr_expect_eq(parse(s), 414);
    strcpy(s, "GET / HTTP/1.1\r\n" H);
    for (int i = 0; i < HTTP_MAX_HEADERS; i++)
        strcat(s, "A: b\r\n");
    strcat(s, "\r\n");
    cr_expect_eq(parse(s), 431);
}

#define UP "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
#define V13 "Sec-WebSocket-Version: 13\r\n"
#define KEY "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"

Test(head, recognises_a_websocket)
{
    cr_expect_eq(parse("GET /ws HTTP/1.1\r\n" H UP V13 KEY "\r\n"), 0);
    cr_expect_str_eq(head.websocket_key, "dGhlIHNhbXBsZSBub25jZQ==");
    cr_expect_eq(parse("GET /ws HTTP/1.1\r\n" H "Upgrade: h2c\r\nConnection: Upgrade\r\n\r\n"), 0);
    cr_expect_null(head.websocket_key);
    cr_expect_eq(parse("GET /ws HTTP/1.1\r\n" H "Upgrade: websocket\r\n\r\n"), 0);
    cr_expect_null(head.websocket_key, "without Connection: Upgrade it asks for nothing");
}

Test(head, refuses_a_websocket_in_the_wrong_form)
{
    cr_expect_eq(parse("POST /ws HTTP/1.1\r\n" H UP V13 KEY "\r\n"), 400);
    cr_expect_eq(parse("GET /ws HTTP/1.0\r\n" H UP V13 KEY "\r\n"), 400);
    cr_expect_eq(parse("GET /ws HTTP/1.1\r\n" H UP KEY "\r\n"), 426);
    cr_expect_eq(parse("GET /ws HTTP/1.1\r\n" H UP KEY "Sec-WebSocket-Version: 8\r\n\r\n"), 426);
    cr_expect_eq(parse("GET /ws HTTP/1.1\r\n" H UP V13 "\r\n"), 400);
    cr_expect_eq(parse("GET /ws HTTP/1.1\r\n" H UP V13 "Sec-WebSocket-Key: x\r\n\r\n"), 400);
    cr_expect_eq(parse("GET /ws HTTP/1.1\r\n" H UP V13 KEY "Content-Length: 2\r\n\r\n"), 400);
    cr_expect_eq(parse("GET /ws HTTP/1.1\r\n" H UP V13 KEY KEY "\r\n"), 400);
}
