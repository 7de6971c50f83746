#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "http/api.h"

struct pending {
    struct http_request *request; /* NULL: gone */
};

static void pending_gone(void *ctx, struct http_request *q)
{
    struct pending *p = http_ctx(q);

    p->request = NULL;
}

static void page_answer(void *ctx, int result, const struct event_row *rows, size_t n, bool more)
{
    _cleanup_(freep) struct pending *p = ctx;
    struct buf b = BUF_INIT(API_MAX_REPLY_BYTES);
    char cursor[32];
    struct wr_json j;

    if (!p->request)
        return;
    http_on_gone(p->request, NULL);
    if (result < 0) {
        reply_problem(
            p->request, status_of(result), "the events cannot be read: %s", error_name(result));
        return;
    }
    j = buf_json(&b);
    wr_json_object(&j);
    wr_json_key(&j, "items");
    wr_json_array(&j);
    for (size_t i = 0; i < n; i++)
        wr_json_raw(&j, rows[i].json, strlen(rows[i].json));
    wr_json_end(&j);
    if (more && n > 0)
        snprintf(cursor, sizeof cursor, "%llu", (unsigned long long)rows[n - 1].id);
    wr_json_key(&j, "next");
    wr_json_string(&j, more && n > 0 ? cursor : NULL);
    wr_json_end(&j);
    reply_json_consume(p->request, 200, &b, &j);
}

void events_list(struct api *a, struct http_request *q, const struct route_args *args)
{
    char device[WR_NAME_MAX + 1], type[WR_NAME_MAX + 1];
    struct event_filter f = {0};
    struct pending *p;
    int64_t limit, cursor;
    int r;

    if (!request_text(q, "device", device, sizeof device) ||
        !request_text(q, "type", type, sizeof type) ||
        !request_int(q, "limit", 1, STORE_MAX_PAGE, 50, &limit) ||
        !request_int(q, "cursor", 1, INT64_MAX, 0, &cursor) ||
        !request_time(q, "from", &f.from_us) || !request_time(q, "to", &f.to_us))
        return;
    f.device = device[0] ? device : NULL;
    f.type = type[0] ? type : NULL;
    f.limit = (unsigned)limit;
    f.before_id = (uint64_t)cursor;
    p = calloc(1, sizeof *p);
    if (!p) {
        reply_problem(q, 500, "no memory");
        return;
    }
    p->request = q;
    http_set_ctx(q, p);
    http_on_gone(q, pending_gone);
    r = store_events(a->store, &f, page_answer, p);
    if (r < 0) {
        http_on_gone(q, NULL);
        free(p);
        reply_problem(q, status_of(r), "%s",
            r == -EINVAL ? "type: expected an event type, with a * at its end or none"
                         : "the store has too much to do");
    }
}
