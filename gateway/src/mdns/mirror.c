#include "mdns/mirror.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- a thing, as it is told ------------------------------------------------------------------- */

/* Of equal ones the first interface's, so that it stays the same. */
static const struct mdns_view *best_view(const struct mdns_service *s)
{
    const struct mdns_view *v, *best = NULL;
    int best_rank = 0;

    list_for_each (v, &s->views, link) {
        int rank = v->resolved ? mdns_rank(v->address, v->local) : -EAGAIN;

        if (rank < 0 ||
            (best && (rank > best_rank || (rank == best_rank && v->interface >= best->interface))))
            continue;
        best = v;
        best_rank = rank;
    }
    return best;
}

static void tell_lost(struct mdns_mirror *m, struct mdns_service *s)
{
    char port[8];
    const struct wr_prop row = {"port", port};
    struct wr_found seen = {.size = sizeof seen,
        .bus = "mdns",
        .address = s->told_address,
        .name = s->name,
        .props = &row,
        .n_props = 1};

    if (!*s->told_address)
        return;
    snprintf(port, sizeof port, "%u", s->told_port);
    m->events->lost(m->ctx, &seen);
    s->told_address[0] = '\0';
}

/* As struct wr_found in warren/driver.h lists it. */
static void tell_seen(struct mdns_mirror *m, struct mdns_service *s, const struct mdns_view *v)
{
    struct wr_prop rows[3 + MDNS_MAX_TXT];
    struct wr_found seen = {
        .size = sizeof seen, .bus = "mdns", .address = v->address, .name = s->name, .props = rows};
    char port[8];

    snprintf(port, sizeof port, "%u", v->port);
    rows[seen.n_props++] = (struct wr_prop){"type", s->type};
    rows[seen.n_props++] = (struct wr_prop){"host", v->host};
    rows[seen.n_props++] = (struct wr_prop){"port", port};
    for (size_t i = 0; i < v->txt.n; i++)
        rows[seen.n_props++] = v->txt.rows[i];
    strcpy(s->told_address, v->address);
    s->told_port = v->port;
    m->events->seen(m->ctx, &seen);
}

static void tell(struct mdns_mirror *m, struct mdns_service *s)
{
    const struct mdns_view *v = best_view(s);

    if (!v || strcmp(v->address, s->told_address) != 0 || v->port != s->told_port)
        tell_lost(m, s);
    if (v)
        tell_seen(m, s, v);
}

void mdns_mirror_tell(struct mdns_mirror *m)
{
    struct mdns_service *s;

    list_for_each (s, &m->services, link)
        tell(m, s);
}

/* --- services and views ----------------------------------------------------------------------- */

static struct mdns_service *find_service(const struct mdns_mirror *m, const struct mdns_item *i)
{
    struct mdns_service *s;

    list_for_each (s, &m->services, link) {
        if (strcmp(s->name, i->name) == 0 && strcmp(s->type, i->type) == 0 &&
            strcmp(s->domain, i->domain) == 0)
            return s;
    }
    return NULL;
}

static struct mdns_view *find_view(const struct mdns_mirror *m, const struct mdns_item *i)
{
    struct mdns_service *s = find_service(m, i);
    struct mdns_view *v;

    if (!s)
        return NULL;
    list_for_each (v, &s->views, link) {
        if (v->interface == i->interface && v->protocol == i->protocol)
            return v;
    }
    return NULL;
}

static struct mdns_service *add_service(struct mdns_mirror *m, const struct mdns_item *i)
{
    struct mdns_service *s = calloc(1, sizeof *s);

    if (!s)
        return NULL;
    strcpy(s->name, i->name);
    strcpy(s->type, i->type);
    strcpy(s->domain, i->domain);
    list_init(&s->views);
    list_append(&m->services, &s->link);
    m->n_services++;
    return s;
}

/* Without its last view it is not there. */
static void drop_if_empty(struct mdns_mirror *m, struct mdns_service *s)
{
    if (!list_empty(&s->views))
        return;
    list_remove(&s->link);
    m->n_services--;
    free(s);
}

static int add_view(struct mdns_mirror *m, const struct mdns_item *i)
{
    struct mdns_view *v = calloc(1, sizeof *v);
    struct mdns_service *s = find_service(m, i);

    if (!v || (!s && !(s = add_service(m, i)))) {
        free(v);
        return -ENOMEM;
    }
    v->service = s;
    v->interface = i->interface;
    v->protocol = i->protocol;
    v->local = i->flags & MDNS_FLAG_LOCAL;
    list_append(&s->views, &v->link);
    m->n_views++;
    m->events->view_added(m->ctx, v);
    return 0;
}

static void drop_view(struct mdns_mirror *m, struct mdns_view *v)
{
    struct mdns_service *s = v->service;

    m->events->view_gone(m->ctx, v);
    list_remove(&v->link);
    m->n_views--;
    props_fini(&v->txt);
    free(v);
    tell(m, s);
    drop_if_empty(m, s);
}

static void drop_service(struct mdns_mirror *m, struct mdns_service *s)
{
    bool last = false;

    while (!last) {
        struct mdns_view *v = list_first(&s->views, struct mdns_view, link);

        last = v->link.next == &s->views;
        drop_view(m, v);
    }
}

void mdns_mirror_clear(struct mdns_mirror *m)
{
    struct mdns_service *s, *next;

    list_for_each_safe (s, next, &m->services, link)
        drop_service(m, s);
}

void mdns_mirror_weed(struct mdns_mirror *m)
{
    struct mdns_service *s, *next;

    list_for_each_safe (s, next, &m->services, link) {
        if (!m->events->wanted(m->ctx, s->type))
            drop_service(m, s);
    }
}

void mdns_mirror_init(struct mdns_mirror *m, const struct mdns_mirror_events *events, void *ctx)
{
    *m = (struct mdns_mirror){.events = events, .ctx = ctx};
    list_init(&m->services);
}

/* --- messages --------------------------------------------------------------------------------- */

int mdns_mirror_take_new(struct mdns_mirror *m, sd_bus_message *signal)
{
    struct mdns_item i;
    int r = mdns_read_item(signal, &i);

    if (r < 0 || !m->events->wanted(m->ctx, i.type) || find_view(m, &i))
        return r;
    if (m->n_views >= MDNS_MAX_VIEWS) {
        m->n_left_out++;
        m->has_left_out = true;
        return 0;
    }
    return add_view(m, &i);
}

int mdns_mirror_take_removed(struct mdns_mirror *m, sd_bus_message *signal)
{
    struct mdns_item i;
    int r = mdns_read_item(signal, &i);
    struct mdns_view *v = r == 0 ? find_view(m, &i) : NULL;

    if (v)
        drop_view(m, v);
    return r;
}

void mdns_mirror_unresolve(struct mdns_mirror *m, struct mdns_view *v)
{
    v->resolved = false;
    tell(m, v->service);
}

/* A port of 0 says that there is no such service. */
int mdns_mirror_take_found(struct mdns_mirror *m, sd_bus_message *signal)
{
    struct mdns_answer a;
    int r = mdns_read_answer(signal, &a);
    struct mdns_view *v = r == 0 ? find_view(m, &a.item) : NULL;

    if (r < 0)
        return r;
    if (!v) {
        props_fini(&a.txt);
        return 0;
    }
    props_fini(&v->txt);
    v->txt = a.txt;
    v->resolved = a.port != 0 && strlen(a.address) < sizeof v->address;
    v->port = a.port;
    snprintf(v->address, sizeof v->address, "%s", a.address);
    snprintf(v->host, sizeof v->host, "%s", a.host);
    tell(m, v->service);
    return 0;
}
