#include "loop/loop_private.h"

void deferred_init(struct deferred *d, void (*fn)(struct deferred *d))
{
    list_init(&d->link);
    d->fn = fn;
}

void loop_defer(struct loop *l, struct deferred *d)
{
    if (deferred_pending(d))
        return;
    list_append(&l->deferred, &d->link);
    loop_soon(l);
}

void deferred_cancel(struct deferred *d)
{
    list_remove(&d->link);
}

bool deferred_pending(const struct deferred *d)
{
    return !list_empty(&d->link);
}

/* Those that are scheduled meanwhile have to wait until the sockets had their turn. */
void loop_run_deferred(struct loop *l)
{
    struct list now = LIST_INIT(now);

    list_splice(&now, &l->deferred);
    while (!list_empty(&now)) {
        struct deferred *d = list_first(&now, struct deferred, link);

        list_remove(&d->link);
        d->fn(d);
    }
}
