/* inbox.h - the one way back from other threads: a locked list of messages, and a wake-up of the
 * loop. */
#pragma once

#include "base/list.h"

struct loop;
struct inbox;

/* Embedded in what is sent. */
struct message {
    struct list link;
};

/* `receive` is called on the loop for each message, in the order of inbox_post(). */
int inbox_new(
    struct loop *l, void (*receive)(void *ctx, struct message *m), void *ctx, struct inbox **ret);
/* From any thread, until inbox_free(). */
void inbox_post(struct inbox *b, struct message *m);
/* Delivers what is there, then frees. Nobody may post any more. Returns NULL. */
struct inbox *inbox_free(struct inbox *b);
