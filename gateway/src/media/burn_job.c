#include "media/burn_job.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "loop/worker.h"
#include "media/overlay_draw.h"

/* Lines and letters stay sharp. */
#define QUALITY 85

struct burn_job {
    burn_job_fn done; /* NULL: abandoned */
    void *ctx;
    struct work *work;
    struct overlay overlay;
    struct overlay_block blocks[OVERLAY_BLOCKS_MAX];
    bool in_step;
    uint8_t *jpeg;
    size_t n_jpeg;
    size_t n;
    uint8_t bytes[]; /* of the frame */
};

static void burn(void *ctx)
{
    struct burn_job *j = ctx;
    struct error e = ERROR_NULL;
    struct pixels p;

    if (pixels_decode(j->bytes, j->n, 0, PIXELS_RGB, &p, &e) < 0) {
        log_debug("a picture cannot be drawn on", F_ERROR(&e));
        return;
    }
    overlay_draw(&p, &j->overlay, j->in_step);
    if (pixels_encode(&p, QUALITY, &j->jpeg, &j->n_jpeg, &e) < 0)
        log_debug("a picture cannot be drawn on", F_ERROR(&e));
    pixels_fini(&p);
}

static void burned(void *ctx, int result)
{
    struct burn_job *j = ctx;

    if (j->done)
        j->done(j->ctx, j->jpeg, j->n_jpeg);
    free(j->jpeg);
    free(j);
}

int burn_job_start(struct loop *l, const struct frame *f, const struct overlay_message *o,
    burn_job_fn done, void *ctx, struct burn_job **ret)
{
    struct burn_job *j = malloc(sizeof *j + f->pub.len);
    int r;

    if (!j)
        return -ENOMEM;
    *j = (struct burn_job){
        .done = done, .ctx = ctx, .overlay = o->overlay, .in_step = o->in_step, .n = f->pub.len};
    memcpy(j->blocks, o->overlay.blocks, o->overlay.n_blocks * sizeof *j->blocks);
    memcpy(j->bytes, f->pub.data, j->n);
    j->overlay.blocks = j->blocks;
    r = work_submit(l, burn, burned, j, &j->work);
    if (r < 0) {
        free(j);
        return r;
    }
    *ret = j;
    return 0;
}

void burn_job_abandon(struct burn_job *j)
{
    j->done = NULL;
    work_cancel(j->work);
}
