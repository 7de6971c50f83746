/* watch_fd.h - tells when a descriptor that somebody else owns can be read or written (server
 * sockets, sd-bus). */
#pragma once

struct loop;
struct watch_fd;

enum watch_fd_events { FD_READABLE = 1, FD_WRITABLE = 2 };

/* Level-triggered: `ready` is called in each turn in which something holds that was asked for by
 * watch_fd_set(). A descriptor that is in error counts as all that was asked for, so that the read
 * or write says why. Makes fd non-blocking; asks for nothing yet. */
int watch_fd_new(struct loop *l, int fd, void (*ready)(void *ctx, unsigned events), void *ctx,
    struct watch_fd **ret);
/* What to hear of from now on (enum watch_fd_events, or-ed); 0: nothing. Costs two system calls
 * when it changes, none when it does not. */
int watch_fd_set(struct watch_fd *w, unsigned events);
/* No calls any more. When it returns NULL the descriptor may be closed, or watched by somebody
 * else. */
struct watch_fd *watch_fd_free(struct watch_fd *w);
