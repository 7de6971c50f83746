/* answer.c - answers: head, and a body that is copied, lent, or a file. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/util.h"
#include "http/conn.h"

/* Of what the owner's `refusal` may write. */
#define REFUSAL_MAX_BYTES 1024

static const char *reason_of(int status)
{
    static const struct {
        int status;
        const char *reason;
    } reasons[] = {{200, "OK"}, {201, "Created"}, {202, "Accepted"}, {204, "No Content"},
        {206, "Partial Content"}, {301, "Moved Permanently"}, {302, "Found"}, {303, "See Other"},
        {304, "Not Modified"}, {307, "Temporary Redirect"}, {308, "Permanent Redirect"},
        {400, "Bad Request"}, {401, "Unauthorized"}, {403, "Forbidden"}, {404, "Not Found"},
        {405, "Method Not Allowed"}, {406, "Not Acceptable"}, {408, "Request Timeout"},
        {409, "Conflict"}, {410, "Gone"}, {411, "Length Required"}, {412, "Precondition Failed"},
        {413, "Content Too Large"}, {414, "URI Too Long"}, {415, "Unsupported Media Type"},
        {416, "Range Not Satisfiable"}, {422, "Unprocessable Content"}, {426, "Upgrade Required"},
        {428, "Precondition Required"}, {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"}, {500, "Internal Server Error"},
        {501, "Not Implemented"}, {502, "Bad Gateway"}, {503, "Service Unavailable"},
        {504, "Gateway Timeout"}, {505, "HTTP Version Not Supported"},
        {507, "Insufficient Storage"}};

    for (size_t i = 0; i < N_ELEMENTS(reasons); i++)
        if (reasons[i].status == status)
            return reasons[i].reason;
    return "Status";
}

/* "Sun, 06 Nov 1994 08:49:37 GMT", in no locale but this; made once a second. */
static const char *server_date(struct http_server *s)
{
    static const char days[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[12][4] = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t now_s = (time_t)(loop_wall_us(s->loop) / US_PER_S);
    struct tm t;

    if (now_s == s->date_s && s->date[0])
        return s->date;
    if (gmtime_r(&now_s, &t) &&
        snprintf(s->date, sizeof s->date, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[t.tm_wday],
            t.tm_mday, months[t.tm_mon], t.tm_year + 1900, t.tm_hour, t.tm_min,
            t.tm_sec) < (int)sizeof s->date)
        s->date_s = now_s;
    return s->date;
}

static bool is_one_line(const char *s)
{
    return s && strpbrk(s, "\r\n") == NULL;
}

int answer_head(struct conn *c, int status, const char *content_type, int64_t length,
    const struct http_reply_header *headers, size_t n_headers)
{
    struct buf *b = &c->answer.own;
    int r = buf_printf(b, "HTTP/1.1 %d %s\r\nDate: %s\r\nConnection: %s\r\n", status,
        reason_of(status), server_date(c->server), c->keep ? "keep-alive" : "close");

    if (r == 0 && is_one_line(content_type))
        r = buf_printf(b, "Content-Type: %s\r\n", content_type);
    if (r == 0 && length >= 0)
        r = buf_printf(b, "Content-Length: %lld\r\n", (long long)length);
    for (size_t i = 0; r == 0 && i < n_headers; i++)
        if (is_one_line(headers[i].name) && is_one_line(headers[i].value))
            r = buf_printf(b, "%s: %s\r\n", headers[i].name, headers[i].value);
    return r == 0 ? buf_append(b, "\r\n", 2) : r;
}

void answer_fini(struct answer *a)
{
    if (a->release)
        a->release(a->release_ctx);
    a->file = file_body_free(a->file);
    buf_fini(&a->own);
    *a = (struct answer){.own = a->own};
}

static bool has_no_body(int status)
{
    return status == 204 || status == 304 || status < 200;
}

struct conn *reply_begin(struct http_request *q)
{
    struct conn *c = q->conn;

    if (c) {
        conn_enter(c, CONN_ANSWER);
        c->request = NULL;
    }
    return c;
}

void reply_end(struct http_request *q, struct conn *c, int r)
{
    request_free(q);
    if (c && r < 0)
        conn_break(c);
    else if (c)
        conn_advance(c);
}

void http_reply(struct http_request *q, int status, const char *content_type, const void *body,
    size_t n, const struct http_reply_header *headers, size_t n_headers)
{
    struct conn *c = reply_begin(q);
    int64_t length = has_no_body(status) ? -1 : (int64_t)n;
    int r = c ? answer_head(c, status, content_type, length, headers, n_headers) : 0;

    if (c && r == 0 && q->head.method != HTTP_HEAD && length > 0)
        r = buf_append(&c->answer.own, body, n);
    reply_end(q, c, r);
}

void http_reply_static(struct http_request *q, int status, const char *content_type,
    const void *body, size_t n, const struct http_reply_header *headers, size_t n_headers,
    void (*release)(void *ctx), void *ctx)
{
    struct conn *c = reply_begin(q);
    int r = c ? answer_head(c, status, content_type, (int64_t)n, headers, n_headers) : 0;

    if (c) {
        c->answer.release = release;
        c->answer.release_ctx = ctx;
        c->answer.ref = body;
        c->answer.n_ref = q->head.method == HTTP_HEAD ? 0 : n;
    } else if (release) {
        release(ctx);
    }
    reply_end(q, c, r);
}

/* --- in the owner's place ----------------------------------------------------------------------- */

static size_t refusal_text(const char *why, char *out, size_t cap, const char **ret_content_type)
{
    *ret_content_type = "text/plain; charset=utf-8";
    return (size_t)snprintf(out, cap, "%s\n", why);
}

void conn_refuse(struct conn *c, int status, const char *why)
{
    static const struct http_reply_header upgrade[] = {
        {"Upgrade", "websocket"}, {"Sec-WebSocket-Version", "13"}};
    struct http_server *s = c->server;
    char body[REFUSAL_MAX_BYTES];
    const char *type = NULL;
    size_t n = s->events.refusal ? s->events.refusal(s->ctx, status, why, body, sizeof body, &type)
                                 : refusal_text(why, body, sizeof body, &type);
    int r;

    s->stats.n_refused++;
    conn_enter(c, CONN_ANSWER);
    c->keep = false;
    r = answer_head(c, status, type, (int64_t)n, upgrade, status == 426 ? N_ELEMENTS(upgrade) : 0);
    if (r == 0)
        r = buf_append(&c->answer.own, body, n);
    reply_end(steal(c->request), c, r);
}
