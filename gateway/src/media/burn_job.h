/* burn_job.h - one picture and its overlay on their way through a worker. It has copies of both, so that nothing needs to outlive
 * it. */
#pragma once

#include "bus/overlay_message.h"

struct burn_job;
struct loop;

/* jpeg NULL: it could not be done. The bytes are the job's, which is gone when the call returns. */
typedef void (*burn_job_fn)(void *ctx, const uint8_t *jpeg, size_t n);

/* -EAGAIN: the workers have too much to do; -ENOMEM. `done` comes on a later turn. */
int burn_job_start(struct loop *l, const struct frame *f, const struct overlay_message *o,
    burn_job_fn done, void *ctx, struct burn_job **ret);
/* `done` does not come any more. */
void burn_job_abandon(struct burn_job *j);
