#include "loop/resolver.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/hostname.h"
#include "loop/address.h"
#include "loop/inbox.h"
#include "loop/lookup.h"
#include "loop/loop.h"
#include "loop/timer.h"

struct resolver {
    struct loop *loop;
    struct inbox *inbox;
    struct lookup_way_back *way_back;
    resolver_backend backend;
    struct list lookups; /* running, and waiting for a thread */
    unsigned n_threads;
};

/* One caller. */
struct resolve {
    struct list link; /* of a lookup's callers */
    struct resolver *resolver;
    struct lookup *lookup; /* NULL: an address, which is answered by `now` */
    struct timer timeout;
    struct deferred now;
    struct sockaddr_storage address;
    resolve_fn fn;
    void *ctx;
};

static void lookup_forget(struct lookup *k)
{
    list_remove(&k->link);
    lookup_unref(k);
}

/* Without a thread to be had those that wait try again when one ends, or run into their time limit.
 */
static void resolver_begin(struct resolver *r)
{
    struct lookup *k;

    list_for_each (k, &r->lookups, link) {
        if (r->n_threads >= RESOLVER_MAX_THREADS)
            return;
        if (!k->begun && lookup_begin(k, r->way_back) == 0)
            r->n_threads++;
    }
}

/* --- callers ---------------------------------------------------------------------------------- */

static void resolve_free(struct resolve *q)
{
    list_remove(&q->link);
    timer_stop(&q->timeout);
    deferred_cancel(&q->now);
    free(q);
}

/* The caller may do what it likes from here, so it comes last. */
static void resolve_answer(
    struct resolve *q, int result, const struct sockaddr_storage *addresses, size_t n)
{
    resolve_fn fn = q->fn;
    void *ctx = q->ctx;

    resolve_free(q);
    fn(ctx, result, addresses, n);
}

/* A look-up that still waits for a thread is wanted by its callers only. */
static void lookup_left(struct lookup *k)
{
    if (k && !k->begun && list_empty(&k->callers))
        lookup_forget(k);
}

static void resolve_timed_out(struct timer *t)
{
    struct resolve *q = container_of(t, struct resolve, timeout);
    struct lookup *k = q->lookup;
    int result = k->begun ? -ETIMEDOUT : -EAGAIN;

    list_remove(&q->link);
    lookup_left(k);
    resolve_answer(q, result, NULL, 0);
}

static void resolve_address(struct deferred *d)
{
    struct resolve *q = container_of(d, struct resolve, now);
    struct sockaddr_storage address = q->address;

    resolve_answer(q, 0, &address, 1);
}

void resolve_cancel(struct resolve *q)
{
    struct lookup *k = q->lookup;

    resolve_free(q);
    lookup_left(k);
}

/* --- look-ups --------------------------------------------------------------------------------- */

/* Gets the thread's reference. The callers are taken out first: what they do may end with the
 * resolver gone. */
static void lookup_done(void *ctx, struct message *m)
{
    struct lookup *k = container_of(m, struct lookup, message);
    struct list callers = LIST_INIT(callers);
    struct resolver *r = ctx;

    r->n_threads--;
    lookup_forget(k);
    resolver_begin(r);
    list_splice(&callers, &k->callers);
    while (!list_empty(&callers)) {
        struct resolve *q = list_first(&callers, struct resolve, link);

        q->lookup = NULL;
        resolve_answer(q, MIN(k->result, 0), k->addresses, k->result < 0 ? 0 : k->n_addresses);
    }
    lookup_unref(k);
}

static struct lookup *lookup_find(struct resolver *r, const char *name)
{
    struct lookup *k;

    list_for_each (k, &r->lookups, link)
        if (strcasecmp(k->name, name) == 0)
            return k;
    k = lookup_new(name, r->backend);
    if (k)
        list_append(&r->lookups, &k->link);
    return k;
}

static int resolve_by_thread(struct resolve *q, const char *name)
{
    struct lookup *k = hostname_is_name(name) ? lookup_find(q->resolver, name) : NULL;

    if (!k)
        return hostname_is_name(name) ? -ENOMEM : -EINVAL;
    if (timer_once(&q->timeout, RESOLVER_TIMEOUT_US) < 0) {
        lookup_left(k);
        return -ENOMEM;
    }
    q->lookup = k;
    list_append(&k->callers, &q->link);
    resolver_begin(q->resolver);
    return 0;
}

int resolver_lookup(
    struct resolver *r, const char *name, resolve_fn fn, void *ctx, struct resolve **ret)
{
    struct resolve *q = calloc(1, sizeof *q);
    int result = 0;

    if (!q)
        return -ENOMEM;
    *q = (struct resolve){.resolver = r, .fn = fn, .ctx = ctx};
    list_init(&q->link);
    timer_init(&q->timeout, r->loop, resolve_timed_out);
    deferred_init(&q->now, resolve_address);
    if (address_parse(name, 0, &q->address) == 0)
        loop_defer(r->loop, &q->now);
    else
        result = resolve_by_thread(q, name);
    if (result < 0) {
        free(q);
        return result;
    }
    *ret = q;
    return 0;
}

void resolver_set_backend(struct resolver *r, resolver_backend fn)
{
    r->backend = fn ? fn : lookup_by_getaddrinfo;
}

int resolver_new(struct loop *l, struct resolver **ret)
{
    struct resolver *r = calloc(1, sizeof *r);
    int result;

    if (!r)
        return -ENOMEM;
    *r = (struct resolver){.loop = l, .backend = lookup_by_getaddrinfo};
    list_init(&r->lookups);
    result = inbox_new(l, lookup_done, r, &r->inbox);
    if (result < 0) {
        free(r);
        return result;
    }
    r->way_back = lookup_way_back_new(r->inbox);
    if (!r->way_back) {
        inbox_free(r->inbox);
        free(r);
        return -ENOMEM;
    }
    *ret = r;
    return 0;
}

struct resolver *resolver_free(struct resolver *r)
{
    struct lookup *k, *next;

    if (!r)
        return NULL;
    /* Those that have not begun go first, or one that is done would make them begin. */
    list_for_each_safe (k, next, &r->lookups, link)
        if (!k->begun)
            lookup_forget(k);
    lookup_way_back_close(r->way_back);
    inbox_free(r->inbox);
    list_for_each_safe (k, next, &r->lookups, link)
        lookup_forget(k);
    free(r);
    return NULL;
}
