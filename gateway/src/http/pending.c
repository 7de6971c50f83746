#include "http/pending.h"

static void pending_gone(void *ctx, struct http_request *q)
{
    struct pending *p = http_ctx(q);

    p->request = NULL;
}

struct pending *pending_new(struct api *a, struct http_request *q, const struct route_args *args)
{
    struct pending *p = calloc(1, sizeof *p);

    if (!p) {
        reply_problem(q, 500, "no memory");
        return NULL;
    }
    *p = (struct pending){.api = a, .request = q, .args = *args};
    http_set_ctx(q, p);
    http_on_gone(q, pending_gone);
    return p;
}

struct http_request *pending_take(struct pending *p)
{
    struct http_request *q = steal(p->request);

    if (q)
        http_on_gone(q, NULL);
    return q;
}

void pending_failed(struct pending *p, int result, const char *why)
{
    struct http_request *q = pending_take(p);

    if (q)
        reply_problem(q, status_of(result), "%s", why ? why : "the store has too much to do");
    free(p);
}
