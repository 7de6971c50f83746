#include "http/conn.h"

#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "http/target.h"

int request_new(
    struct conn *c, const uint8_t *head, size_t n, struct http_request **ret, const char **ret_why)
{
    struct http_request *q = malloc(sizeof *q + n + 1);
    int status;

    if (!q)
        return -ENOMEM;
    *q = (struct http_request){.conn = c, .body = BUF_INIT(HTTP_MAX_BODY_BYTES)};
    memcpy(q->text, head, n);
    memcpy(q->peer, c->peer, sizeof q->peer);
    status = head_parse(&q->head, q->text, n, ret_why);
    if (status != 0) {
        request_free(q);
        return status;
    }
    *ret = q;
    return 0;
}

struct http_request *request_free(struct http_request *q)
{
    if (q) {
        buf_fini(&q->body);
        free(q);
    }
    return NULL;
}

void request_orphan(struct http_request *q)
{
    q->conn = NULL;
    if (q->gone) {
        q->gone(q->ctx, q);
        request_free(q);
    }
}

enum http_method http_method(const struct http_request *q)
{
    return q->head.method;
}

const char *http_path(const struct http_request *q)
{
    return q->head.path;
}

const char *http_query(const struct http_request *q)
{
    return q->head.query;
}

int http_query_get(const struct http_request *q, const char *name, char *out, size_t cap)
{
    return target_query_get(q->head.query, name, out, cap);
}

const char *http_field(const struct http_request *q, enum http_field f)
{
    return f < HTTP_N_FIELDS ? q->head.field[f] : NULL;
}

const uint8_t *http_body(const struct http_request *q, size_t *ret_n)
{
    *ret_n = q->body.len;
    return q->body.len > 0 ? buf_data(&q->body) : (const uint8_t *)"";
}

const char *http_peer(const struct http_request *q)
{
    return q->peer;
}

void http_set_ctx(struct http_request *q, void *ctx)
{
    q->ctx = ctx;
}

void *http_ctx(const struct http_request *q)
{
    return q->ctx;
}

void http_on_gone(struct http_request *q, void (*gone)(void *ctx, struct http_request *q))
{
    q->gone = gone;
}
