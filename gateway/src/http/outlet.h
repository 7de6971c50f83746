/* outlet.h - writing to many sockets in one turn.
 *
 * A picture for two hundred viewers is written when each socket takes more, and to ask each by a call of
 * its own costs as much as a tenth of sending. So those who want to write are gathered until the end of
 * the turn, asked for by one poll(), and then served in the order in which they came.
 */
#pragma once

#include <stdbool.h>

#include "base/list.h"
#include "loop/loop.h"

struct outlet {
    struct list link;
    int fd;
    bool asked, takes; /* what the kernel said in this batch */
    void (*serve)(struct outlet *o, bool takes);
};

struct outlets {
    struct loop *loop;
    struct list wanting;
    struct deferred serve;
};

void outlets_init(struct outlets *all, struct loop *l);
/* Nobody is served any more. */
void outlets_fini(struct outlets *all);

/* `serve` is told whether the socket takes bytes now; one that is dead counts as taking, so that the
 * write finds out. It may want again, and cancel any other. */
void outlet_init(struct outlet *o, int fd, void (*serve)(struct outlet *o, bool takes));
/* Has `serve` called once, from a plain turn of the loop. */
void outlet_want(struct outlets *all, struct outlet *o);
void outlet_cancel(struct outlet *o);
