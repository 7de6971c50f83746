/* rest_events.c - what happened: pages of the history. */
#include <errno.h>
#include <string.h>

#include "http/pending.h"
#include "http/query.h"

static void page_answer(void *ctx, int result, const struct event_row *rows, size_t n, bool more)
{
    _cleanup_(freep) struct pending *p = ctx;
    struct http_request *q = pending_take(p);
    struct buf b = BUF_INIT(API_MAX_REPLY_BYTES);
    char next[CURSOR_TEXT_BYTES];
    struct wr_json j;

    if (!q)
        return;
    if (result < 0) {
        reply_problem(q, status_of(result), "the events cannot be read: %s", error_name(result));
        return;
    }
    j = list_begin(&b);
    for (size_t i = 0; i < n; i++)
        wr_json_raw(&j, rows[i].json, strlen(rows[i].json));
    more = more && n > 0;
    if (more)
        cursor_text(NULL, rows[n - 1].id, next);
    reply_list_consume(q, &b, &j, more ? next : NULL);
}

void events_list(struct api *a, struct http_request *q, const struct route_args *args)
{
    char device[WR_NAME_MAX + 1], type[WR_NAME_MAX + 1];
    struct event_filter f = {0};
    struct pending *p;
    int64_t limit;
    int r;

    if (!request_text(q, "device", device, sizeof device) ||
        !request_text(q, "type", type, sizeof type) ||
        !request_int(q, "limit", 1, STORE_MAX_PAGE, 50, &limit) ||
        !request_cursor(q, NULL, &f.before_id) || !request_time(q, "from", &f.from_us) ||
        !request_time(q, "to", &f.to_us))
        return;
    f.device = device[0] ? device : NULL;
    f.type = type[0] ? type : NULL;
    f.limit = (unsigned)limit;
    p = pending_new(a, q, args);
    if (p && (r = store_events(a->store, &f, page_answer, p)) < 0)
        pending_failed(p, r,
            r == -EINVAL ? "type: expected an event type, with a * at its end or none" : NULL);
}
