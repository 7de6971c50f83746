#include <errno.h>
#include <stdlib.h>
#include <uv.h>

#include "base/util.h"
#include "loop/loop.h"

/* A handle that closes when libuv closes others may itself close some, as libwebsockets' do; so
 * this one goes round a few times. */
#define CLOSING_ROUNDS 4

struct after_closing {
    uv_idle_t handle;
    unsigned n_rounds;
    void (*fn)(void *ctx);
    void *ctx;
};

static void closing_round(uv_handle_t *h)
{
    struct after_closing *a = container_of((uv_idle_t *)h, struct after_closing, handle);

    if (a->n_rounds++ < CLOSING_ROUNDS) {
        uv_idle_init(h->loop, &a->handle);
        uv_close((uv_handle_t *)&a->handle, closing_round);
        return;
    }
    a->fn(a->ctx);
    free(a);
}

int loop_after_closing(struct loop *l, void (*fn)(void *ctx), void *ctx)
{
    struct after_closing *a = calloc(1, sizeof *a);

    if (!a)
        return -ENOMEM;
    a->fn = fn;
    a->ctx = ctx;
    uv_idle_init(loop_uv(l), &a->handle);
    uv_close((uv_handle_t *)&a->handle, closing_round);
    return 0;
}
