#include "loop/signals.h"

#include <errno.h>
#include <stdlib.h>

#include "loop/loop_private.h"

struct signals {
    void (*fn)(void *ctx, int number);
    void *ctx;
    unsigned n, n_open;
    uv_signal_t handles[];
};

static void signal_came(uv_signal_t *h, int number)
{
    struct signals *s = h->data;

    s->fn(s->ctx, number);
}

static void signal_closed(uv_handle_t *h)
{
    struct signals *s = h->data;

    if (--s->n_open == 0)
        free(s);
}

/* libuv sets its own handler with sigaction() whatever stood there before, SIG_IGN too. */
static int signal_add(struct signals *s, struct loop *l, int number)
{
    uv_signal_t *h = &s->handles[s->n];
    int r = uv_signal_init(&l->uv, h);

    if (r < 0)
        return r;
    h->data = s;
    s->n++;
    s->n_open++;
    return uv_signal_start(h, signal_came, number);
}

int signals_new(struct loop *l, const int *numbers, unsigned n, void (*fn)(void *ctx, int number),
    void *ctx, struct signals **ret)
{
    struct signals *s = calloc(1, sizeof *s + n * sizeof s->handles[0]);

    if (!s)
        return -ENOMEM;
    s->fn = fn;
    s->ctx = ctx;
    for (unsigned i = 0; i < n; i++) {
        int r = signal_add(s, l, numbers[i]);

        if (r < 0) {
            signals_free(s);
            return r;
        }
    }
    *ret = s;
    return 0;
}

struct signals *signals_free(struct signals *s)
{
    if (!s)
        return NULL;
    if (s->n == 0)
        free(s);
    else
        for (unsigned i = 0; i < s->n; i++)
            uv_close((uv_handle_t *)&s->handles[i], signal_closed);
    return NULL;
}
