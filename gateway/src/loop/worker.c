#include "loop/worker.h"

#include <errno.h>
#include <stdlib.h>

#include "loop/loop_private.h"

struct work {
    uv_work_t req;
    struct loop *loop;
    void (*work)(void *ctx);
    void (*done)(void *ctx, int result);
    void *ctx;
};

static void work_run(uv_work_t *req)
{
    struct work *w = req->data;

    w->work(w->ctx);
}

static void work_done(uv_work_t *req, int status)
{
    struct work *w = req->data;
    void (*done)(void *ctx, int result) = w->done;
    void *ctx = w->ctx;

    w->loop->n_work--;
    free(w);
    done(ctx, status == UV_ECANCELED ? -ECANCELED : 0);
}

int work_submit(struct loop *l, void (*work)(void *ctx), void (*done)(void *ctx, int result),
    void *ctx, struct work **ret)
{
    struct work *w;
    int r;

    if (l->n_work >= WORK_MAX_PENDING)
        return -EAGAIN;
    w = calloc(1, sizeof *w);
    if (!w)
        return -ENOMEM;
    *w = (struct work){.req.data = w, .loop = l, .work = work, .done = done, .ctx = ctx};
    r = uv_queue_work(&l->uv, &w->req, work_run, work_done);
    if (r < 0) {
        free(w);
        return r;
    }
    l->n_work++;
    if (ret)
        *ret = w;
    return 0;
}

void work_cancel(struct work *w)
{
    uv_cancel((uv_req_t *)&w->req);
}
