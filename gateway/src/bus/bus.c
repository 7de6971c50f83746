#include "bus/bus.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "loop/loop.h"

static const char MESSAGE_HEAD[] = "{\"type\":\"event\",\"event\":";

/* The tail is a ring: event `id` lies at tail[id % BUS_TAIL]. */
struct bus {
    struct loop *loop;
    struct list listeners;
    /* Where each walk over the listeners goes on: walks nest when listeners publish, and who leaves
     * meanwhile moves them on. */
    struct walk {
        struct walk *outer;
        struct list *next;
        uint64_t serial; /* listeners that are younger are not called */
    } * walk;
    uint64_t serial;
    uint64_t next_id;
    struct event *tail[BUS_TAIL];
    struct bus_stats stats;
};

struct event *event_ref(struct event *e)
{
    e->n_refs++;
    return e;
}

struct event *event_unref(struct event *e)
{
    if (e && --e->n_refs == 0)
        free(e);
    return NULL;
}

int bus_new(struct loop *l, uint64_t first_id, struct bus **ret)
{
    struct bus *b = calloc(1, sizeof *b);

    if (!b)
        return -ENOMEM;
    b->loop = l;
    b->next_id = first_id > 0 ? first_id : 1;
    list_init(&b->listeners);
    *ret = b;
    return 0;
}

struct bus *bus_free(struct bus *b)
{
    if (!b)
        return NULL;
    if (!list_empty(&b->listeners)) {
        fprintf(stderr, "bus_free: somebody still listens\n");
        abort();
    }
    for (size_t i = 0; i < BUS_TAIL; i++)
        event_unref(b->tail[i]);
    free(b);
    return NULL;
}

void bus_listen(struct bus *b, struct bus_listener *l)
{
    l->bus = b;
    l->serial = b->serial;
    list_append(&b->listeners, &l->link);
}

void bus_unlisten(struct bus_listener *l)
{
    if (!l->bus)
        return;
    for (struct walk *w = l->bus->walk; w; w = w->outer) {
        if (w->next == &l->link)
            w->next = l->link.next;
    }
    list_remove(&l->link);
    l->bus = NULL;
}

static void walk_begin(struct bus *b, struct walk *w)
{
    *w = (struct walk){.outer = b->walk, .next = b->listeners.next, .serial = b->serial++};
    b->walk = w;
}

/* The next listener, NULL at the end; the walk is over then. */
static struct bus_listener *walk_next(struct bus *b, struct walk *w)
{
    while (w->next != &b->listeners) {
        struct bus_listener *l = list_entry(w->next, struct bus_listener, link);

        w->next = l->link.next;
        if (l->serial <= w->serial)
            return l;
    }
    b->walk = w->outer;
    return NULL;
}

/* One allocation: the struct, the three texts, and the WebSocket message, inside which the plain
 * JSON lies, inside which the data lies. */
static struct event *event_new(
    struct bus *b, const char *device, const char *type, const char *data, bool transient)
{
    size_t device_len = strlen(device), type_len = strlen(type), data_len = strlen(data),
           head_len = sizeof MESSAGE_HEAD - 1;
    /* Escaped, a byte of the device or type takes six at the most; 128 holds keys, id and time. */
    size_t message_cap = head_len + 128 + 6 * (device_len + type_len) + data_len + 2;
    struct event *e =
        malloc(sizeof *e + device_len + 1 + type_len + 1 + EVENT_HEADROOM + message_cap);
    char time[CLOCK_TEXT_BYTES], *text;
    struct wr_json j;

    if (!e)
        return NULL;
    text = (char *)(e + 1);
    *e = (struct event){.n_refs = 1,
        .id = b->next_id,
        .time_us = loop_wall_us(b->loop),
        .transient = transient,
        .device = text,
        .type = text + device_len + 1};
    memcpy(text, device, device_len + 1);
    memcpy(text + device_len + 1, type, type_len + 1);
    e->message = (uint8_t *)text + device_len + 1 + type_len + 1 + EVENT_HEADROOM;
    memcpy(e->message, MESSAGE_HEAD, head_len);

    j = wr_json_into((char *)e->message + head_len, message_cap - head_len - 1);
    wr_json_object(&j);
    wr_json_key(&j, "id");
    wr_json_uint(&j, e->id);
    wr_json_key(&j, "time");
    wr_json_string(&j, clock_format(e->time_us, time));
    wr_json_key(&j, "device");
    wr_json_string(&j, device);
    wr_json_key(&j, "type");
    wr_json_string(&j, type);
    if (transient) {
        wr_json_key(&j, "live");
        wr_json_bool(&j, true);
    }
    wr_json_key(&j, "data");
    e->data = j.text + j.len;
    wr_json_raw(&j, data, data_len);
    wr_json_end(&j);

    e->data_len = data_len;
    e->json = j.text;
    e->json_len = j.len;
    e->message_len = head_len + j.len + 1;
    e->message[e->message_len - 1] = '}';
    return e;
}

static int publish(
    struct bus *b, const char *device, const char *type, const char *data, bool transient)
{
    struct event *e, **slot;
    struct bus_listener *l;
    struct walk w;

    if (!data)
        data = "{}";
    if (strlen(data) > BUS_MAX_DATA_BYTES)
        return -EMSGSIZE;
    e = event_new(b, device, type, data, transient);
    if (!e)
        return -ENOMEM;
    b->next_id++;
    b->stats.n_events++;
    slot = &b->tail[e->id % BUS_TAIL];
    event_unref(*slot);
    *slot = event_ref(e);

    walk_begin(b, &w);
    while ((l = walk_next(b, &w))) {
        if (l->event)
            l->event(l, e);
    }
    event_unref(e);
    return 0;
}

int bus_publish(struct bus *b, const char *device, const char *type, const char *data)
{
    return publish(b, device, type, data, false);
}

int bus_publish_transient(struct bus *b, const char *device, const char *type, const char *data)
{
    return publish(b, device, type, data, true);
}

void bus_publish_frame(struct bus *b, struct frame *f)
{
    struct bus_listener *l;
    struct walk w;

    b->stats.n_frames++;
    walk_begin(b, &w);
    while ((l = walk_next(b, &w))) {
        if (l->frame)
            l->frame(l, f);
    }
}

void bus_publish_overlay(struct bus *b, struct overlay_message *o)
{
    struct bus_listener *l;
    struct walk w;

    b->stats.n_overlays++;
    walk_begin(b, &w);
    while ((l = walk_next(b, &w))) {
        if (l->overlay)
            l->overlay(l, o);
    }
}

uint64_t bus_next_id(const struct bus *b)
{
    return b->next_id;
}

struct event *bus_tail(const struct bus *b, uint64_t id)
{
    struct event *e = b->tail[id % BUS_TAIL];

    return e && e->id == id ? e : NULL;
}

uint64_t bus_tail_first(const struct bus *b)
{
    uint64_t id = b->next_id > BUS_TAIL ? b->next_id - BUS_TAIL : 1;

    while (id < b->next_id && !bus_tail(b, id))
        id++;
    return id;
}

const struct bus_stats *bus_stats(const struct bus *b)
{
    return &b->stats;
}
