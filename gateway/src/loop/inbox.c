#include "loop/inbox.h"

#include <errno.h>
#include <stdlib.h>

#include "loop/loop_private.h"

struct inbox {
    uv_async_t wake;
    uv_mutex_t lock;
    struct list posted; /* under the lock */
    struct list ready;  /* the loop's own: taken out and not yet delivered */
    void (*receive)(void *ctx, struct message *m);
    void *ctx;
};

/* `ready` is a member, so that receive() may free the inbox: the rest is then delivered from there.
 */
static void inbox_deliver(struct inbox *b)
{
    uv_mutex_lock(&b->lock);
    list_splice(&b->ready, &b->posted);
    uv_mutex_unlock(&b->lock);
    while (!list_empty(&b->ready)) {
        struct message *m = list_first(&b->ready, struct message, link);

        list_remove(&m->link);
        b->receive(b->ctx, m);
    }
}

static void inbox_woken(uv_async_t *wake)
{
    inbox_deliver(wake->data);
}

int inbox_new(
    struct loop *l, void (*receive)(void *ctx, struct message *m), void *ctx, struct inbox **ret)
{
    struct inbox *b = calloc(1, sizeof *b);
    int r;

    if (!b)
        return -ENOMEM;
    r = uv_mutex_init(&b->lock);
    if (r < 0)
        goto fail;
    r = uv_async_init(&l->uv, &b->wake, inbox_woken);
    if (r < 0) {
        uv_mutex_destroy(&b->lock);
        goto fail;
    }
    b->wake.data = b;
    list_init(&b->posted);
    list_init(&b->ready);
    b->receive = receive;
    b->ctx = ctx;
    *ret = b;
    return 0;
fail:
    free(b);
    return r;
}

void inbox_post(struct inbox *b, struct message *m)
{
    bool first;

    uv_mutex_lock(&b->lock);
    first = list_empty(&b->posted);
    list_append(&b->posted, &m->link);
    /* Within the lock: once the message is seen, its receiver may free the inbox. */
    if (first)
        uv_async_send(&b->wake);
    uv_mutex_unlock(&b->lock);
}

static void inbox_closed(uv_handle_t *h)
{
    struct inbox *b = h->data;

    uv_mutex_destroy(&b->lock);
    free(b);
}

struct inbox *inbox_free(struct inbox *b)
{
    if (!b)
        return NULL;
    inbox_deliver(b);
    uv_close((uv_handle_t *)&b->wake, inbox_closed);
    return NULL;
}
