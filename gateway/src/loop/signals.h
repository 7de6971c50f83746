/* signals.h - SIGINT, SIGTERM (and SIGHUP where wanted) as calls on the loop. */
#pragma once

struct loop;
struct signals;

/* `fn` is called with the signal's number. The handlers stand even where the parent had set SIGINT
 * to ignored, as shells do for background jobs. */
int signals_new(struct loop *l, const int *numbers, unsigned n, void (*fn)(void *ctx, int number),
    void *ctx, struct signals **ret);
struct signals *signals_free(struct signals *s);
