/* reply.c - answers in JSON and problem+json. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "http/api.h"

/* What no cache may keep and no other site may frame or sniff. */
static const struct http_reply_header json_headers[] = {
    {"Cache-Control", "no-store"},
    {"X-Content-Type-Options", "nosniff"},
};

static const struct {
    int status;
    const char *title;
} titles[] = {
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {422, "Unprocessable Content"},
    {426, "Upgrade Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {505, "HTTP Version Not Supported"},
    {504, "Gateway Timeout"},
    {507, "Insufficient Storage"},
};

static const char *title_of(int status)
{
    for (size_t i = 0; i < N_ELEMENTS(titles); i++) {
        if (titles[i].status == status)
            return titles[i].title;
    }
    return "Error";
}

int status_of(int error)
{
    switch (error) {
    case -ENOENT:
        return 404;
    case -EINVAL:
    case -ERANGE:
    case -EBADMSG:
        return 422;
    case -EPERM:
    case -EBUSY:
    case -EEXIST:
        return 409;
    case -EACCES:
        return 403;
    case -EAGAIN:
        return 429;
    case -ENOTCONN:
    case -ECANCELED:
    case -ECONNREFUSED:
    case -ECONNRESET:
    case -EPIPE:
    case -EHOSTUNREACH:
    case -EOPNOTSUPP:
        return 503;
    case -ETIMEDOUT:
        return 504;
    case -ENOSPC:
        return 507;
    default:
        return 500;
    }
}

size_t problem_text(int status, const char *detail, char *out, size_t cap)
{
    struct wr_json j = wr_json_into(out, cap);

    wr_json_object(&j);
    wr_json_key(&j, "type");
    wr_json_string(&j, "about:blank");
    wr_json_key(&j, "title");
    wr_json_string(&j, title_of(status));
    wr_json_key(&j, "status");
    wr_json_int(&j, status);
    wr_json_key(&j, "detail");
    wr_json_string(&j, detail);
    wr_json_end(&j);
    return wr_json_text(&j) ? j.len : 0;
}

static void reply_with(struct http_request *q, int status, const char *detail,
    const struct http_reply_header *headers, size_t n_headers)
{
    char text[4096];

    http_reply(q, status, "application/problem+json", text,
        problem_text(status, detail, text, sizeof text), headers, n_headers);
}

void reply_problem(struct http_request *q, int status, const char *format, ...)
{
    char detail[512];
    va_list args;

    va_start(args, format);
    vsnprintf(detail, sizeof detail, format, args);
    va_end(args);
    reply_with(q, status, detail, json_headers, N_ELEMENTS(json_headers));
}

void reply_unavailable(struct http_request *q, unsigned retry_after_s, const char *detail)
{
    char seconds[16];
    struct http_reply_header headers[] = {
        json_headers[0], json_headers[1], {"Retry-After", seconds}};

    snprintf(seconds, sizeof seconds, "%u", retry_after_s);
    reply_with(q, 503, detail, headers, N_ELEMENTS(headers));
}

void reply_method_not_allowed(struct http_request *q, const char *allow)
{
    struct http_reply_header headers[] = {json_headers[0], json_headers[1], {"Allow", allow}};

    reply_with(q, 405, "this route does not know that method", headers, N_ELEMENTS(headers));
}

void reply_error(struct http_request *q, const struct error *e)
{
    reply_problem(q, status_of(e->code), "%s", error_text(e));
}

void reply_tagged_json_consume(
    struct http_request *q, int status, struct buf *b, struct wr_json *j, const char *etag)
{
    struct http_reply_header headers[] = {json_headers[0], json_headers[1], {"ETag", etag}};

    if (buf_json_end(b, j) == 0)
        http_reply(q, status, "application/json", buf_data(b), b->len, headers,
            etag ? N_ELEMENTS(headers) : N_ELEMENTS(json_headers));
    else
        reply_problem(q, 500, "the answer is too large");
    buf_fini(b);
}

void reply_json_consume(struct http_request *q, int status, struct buf *b, struct wr_json *j)
{
    reply_tagged_json_consume(q, status, b, j, NULL);
}

/* --- lists ------------------------------------------------------------------------------------ */

struct wr_json list_begin(struct buf *b)
{
    struct wr_json j = buf_json(b);

    wr_json_object(&j);
    wr_json_key(&j, "items");
    wr_json_array(&j);
    return j;
}

void reply_list_consume(struct http_request *q, struct buf *b, struct wr_json *j, const char *next)
{
    wr_json_end(j);
    wr_json_key(j, "next");
    wr_json_string(j, next);
    wr_json_end(j);
    reply_json_consume(q, 200, b, j);
}
