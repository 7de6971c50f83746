#include "http/sse.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "http/api.h"
#include "http/sse_reader.h"

/* One event with its SSE lines. */
#define MAX_TEXT_BYTES (BUS_MAX_DATA_BYTES + 4096)

struct sse {
    struct api *api;
    struct bus_listener listener;
    struct sse_readers readers;
};

struct reader {
    struct sse_reader base; /* first */
    struct sse *sse;
    char device[WR_NAME_MAX + 1], type[WR_NAME_MAX + 1]; /* patterns; "": all */
    uint64_t next_event;
};

static struct reader *reader_of(struct sse_reader *base)
{
    return container_of(base, struct reader, base);
}

static bool wants(const struct reader *r, const struct event *e)
{
    return (!r->device[0] || strcmp(r->device, e->device) == 0) &&
        (!r->type[0] || text_match(r->type, e->type));
}

static void on_event(struct bus_listener *l, struct event *e)
{
    struct sse *s = container_of(l, struct sse, listener);
    struct sse_reader *base;

    list_for_each (base, &s->readers.list, link) {
        struct reader *r = reader_of(base);

        if (r->next_event == e->id && !wants(r, e))
            r->next_event++;
        else
            sse_reader_want(base);
    }
}

/* What fell out of the tail is told, not passed over in silence; it stands in GET
 * /api/v1/events. */
static void write_gap(struct reader *r, uint64_t first)
{
    buf_printf(&r->base.text, "event: gap\ndata: {\"from\":%llu,\"to\":%llu}\n\n",
        (unsigned long long)r->next_event, (unsigned long long)first - 1);
    r->next_event = first;
}

static void write_event(struct reader *r, const struct event *e)
{
    buf_printf(&r->base.text, "id: %llu\nevent: %s\ndata: ", (unsigned long long)e->id, e->type);
    buf_append(&r->base.text, e->json, e->json_len);
    buf_append(&r->base.text, "\n\n", 2);
}

static void fill(struct sse_reader *base)
{
    struct reader *r = reader_of(base);
    struct bus *b = r->sse->api->bus;

    if (r->next_event < bus_tail_first(b))
        write_gap(r, bus_tail_first(b));
    while (base->text.len == 0 && r->next_event < bus_next_id(b)) {
        struct event *e = bus_tail(b, r->next_event++);

        if (wants(r, e))
            write_event(r, e);
    }
}

static void closed(struct sse_reader *base)
{
    free(reader_of(base));
}

int sse_new(struct api *a, struct sse **ret)
{
    struct sse *s = calloc(1, sizeof *s);
    int r;

    if (!s)
        return -ENOMEM;
    s->api = a;
    s->listener.event = on_event;
    r = sse_readers_init(&s->readers, a->loop);
    if (r < 0) {
        free(s);
        return r;
    }
    bus_listen(a->bus, &s->listener);
    *ret = s;
    return 0;
}

struct sse *sse_free(struct sse *s)
{
    if (!s)
        return NULL;
    bus_unlisten(&s->listener);
    sse_readers_fini(&s->readers);
    free(s);
    return NULL;
}

/* Where to go on: after Last-Event-ID, which may be older than the tail, but not from another life
 * of the database. */
static uint64_t first_wanted(const struct api *a, const struct http_request *q)
{
    const char *last = http_field(q, HTTP_FIELD_LAST_EVENT_ID);
    int64_t id;

    if (last && text_to_int(last, &id) == 0 && id >= 0 && (uint64_t)id < bus_next_id(a->bus))
        return (uint64_t)id + 1;
    return bus_next_id(a->bus);
}

void events_stream(struct api *a, struct http_request *q, const struct route_args *args)
{
    static const struct sse_reader_ops ops = {fill, closed};
    struct reader *r = calloc(1, sizeof *r);

    if (!r) {
        reply_problem(q, 500, "no memory");
        return;
    }
    r->sse = a->sse;
    r->next_event = first_wanted(a, q);
    if (!request_text(q, "device", r->device, sizeof r->device) ||
        !request_text(q, "type", r->type, sizeof r->type) ||
        !sse_reader_begin(&a->sse->readers, &r->base, q, &ops, MAX_TEXT_BYTES))
        free(r);
}
