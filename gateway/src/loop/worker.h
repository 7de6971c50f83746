/* worker.h - work that would block the loop (JPEG decode, thumbnails, hashes), on libuv's thread
 * pool. */
#pragma once

#include <stdint.h>

struct loop;
struct work;

/* `work` runs on a pool thread and touches nothing but `ctx`; `done` runs on the loop, with 0 or
 * -ECANCELED when it never ran. -EAGAIN: too many are waiting (WORK_MAX_PENDING per loop). ret may
 * be NULL. */
#define WORK_MAX_PENDING 64
int work_submit(struct loop *l, void (*work)(void *ctx), void (*done)(void *ctx, int result),
    void *ctx, struct work **ret);
/* done still comes: with -ECANCELED when it had not begun, else with 0 after it ends. */
void work_cancel(struct work *w);
