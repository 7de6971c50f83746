#include "loop/watch_fd.h"

#include <errno.h>
#include <uv.h>

#include "base/util.h"
#include "loop/loop.h"

struct watch_fd {
    uv_poll_t handle;
    unsigned events;
    void (*ready)(void *ctx, unsigned events);
    void *ctx;
};

_Static_assert((int)FD_READABLE == (int)UV_READABLE && (int)FD_WRITABLE == (int)UV_WRITABLE,
    "events are passed on as they are");

/* libuv stops watching a descriptor that is in error; level-triggered means that its owner goes on
 * hearing of it. */
static void watch_fd_ready(uv_poll_t *handle, int status, int events)
{
    struct watch_fd *w = container_of(handle, struct watch_fd, handle);

    if (status < 0)
        uv_poll_start(handle, (int)w->events, watch_fd_ready);
    w->ready(w->ctx, status < 0 ? w->events : (unsigned)events & w->events);
}

int watch_fd_new(struct loop *l, int fd, void (*ready)(void *ctx, unsigned events), void *ctx,
    struct watch_fd **ret)
{
    struct watch_fd *w = calloc(1, sizeof(*w));
    int r;

    if (!w)
        return -ENOMEM;
    w->ready = ready;
    w->ctx = ctx;
    r = uv_poll_init(loop_uv(l), &w->handle, fd);
    if (r < 0) {
        free(w);
        return r;
    }
    *ret = w;
    return 0;
}

int watch_fd_set(struct watch_fd *w, unsigned events)
{
    int r;

    /* libuv takes the descriptor out of epoll and puts it back even when nothing changes. */
    if (events == w->events)
        return 0;
    r = uv_poll_start(&w->handle, (int)events, watch_fd_ready);
    if (r < 0)
        return r;
    w->events = events;
    return 0;
}

static void watch_fd_closed(uv_handle_t *handle)
{
    free(container_of((uv_poll_t *)handle, struct watch_fd, handle));
}

struct watch_fd *watch_fd_free(struct watch_fd *w)
{
    if (w) {
        w->events = 0;
        uv_close((uv_handle_t *)&w->handle, watch_fd_closed);
    }
    return NULL;
}
