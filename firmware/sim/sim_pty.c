#include "sim_pty.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "loop/watch_fd.h"

/* How soon it is seen that somebody has opened the other end: nothing tells. */
#define LOOK_US (50 * US_PER_MS)
/* The longest line of a hub is some 20 KB, with 64 names. */
#define MAX_WAITING_BYTES 65536

struct sim_pty {
    struct loop *loop;
    struct sim_pty_events events;
    void *ctx;
    int fd;
    struct watch_fd *watch; /* NULL: nobody has it open */
    struct timer look;
    struct buf waiting; /* what the terminal had no room for */
    char *name, *link;
};

/* --- who has it open ---------------------------------------------------------------------------- */

static int open_other_end(const char *name)
{
    return open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
}

/* What was not read, here or in the terminal, is not for who comes next. */
static void left(struct sim_pty *p)
{
    _cleanup_(closep) int other = open_other_end(p->name);

    if (other >= 0)
        (void)tcflush(other, TCIFLUSH);
    p->watch = watch_fd_free(p->watch);
    buf_clear(&p->waiting);
    (void)timer_once(&p->look, LOOK_US);
}

static void flush(struct sim_pty *p)
{
    ssize_t n = p->waiting.len > 0 ? write(p->fd, buf_data(&p->waiting), p->waiting.len) : 0;

    if (n > 0)
        buf_consume(&p->waiting, (size_t)n);
    (void)watch_fd_set(p->watch, p->waiting.len > 0 ? FD_READABLE | FD_WRITABLE : FD_READABLE);
}

static void ready(void *ctx, unsigned events)
{
    struct sim_pty *p = ctx;
    char bytes[1024];
    ssize_t n = read(p->fd, bytes, sizeof bytes);

    if (n > 0) {
        p->events.received(p->ctx, bytes, (size_t)n);
    } else if (n == 0 || errno != EAGAIN) {
        left(p);
        return;
    }
    if (p->watch && (events & FD_WRITABLE))
        flush(p);
}

static void look(struct timer *t)
{
    struct sim_pty *p = container_of(t, struct sim_pty, look);
    struct pollfd f = {.fd = p->fd, .events = POLLIN};

    if (poll(&f, 1, 0) < 0 || (f.revents & POLLHUP) ||
        watch_fd_new(p->loop, p->fd, ready, p, &p->watch) < 0) {
        (void)timer_once(&p->look, LOOK_US);
        return;
    }
    (void)watch_fd_set(p->watch, FD_READABLE);
}

int sim_pty_write(struct sim_pty *p, const void *bytes, size_t n)
{
    if (!p->watch)
        return 0;
    if (p->waiting.len > 0)
        return -EAGAIN;
    int r = buf_append(&p->waiting, bytes, n);
    if (r >= 0)
        flush(p);
    return r;
}

/* --- life ------------------------------------------------------------------------------------- */

/* Bytes as they are, and no echo. Who has it open may change that, as with any serial line. */
static int make_raw(const char *name)
{
    _cleanup_(closep) int fd = open_other_end(name);
    struct termios t;

    if (fd < 0 || tcgetattr(fd, &t) < 0)
        return -errno;
    cfmakeraw(&t);
    return tcsetattr(fd, TCSANOW, &t) < 0 ? -errno : 0;
}

static int make_link(struct sim_pty *p, const char *path, struct error *e)
{
    struct stat s;

    if (lstat(path, &s) == 0 && S_ISLNK(s.st_mode))
        (void)unlink(path);
    if (symlink(p->name, path) < 0)
        return error_set(e, -errno, "%s: %s", path, error_name(-errno));
    p->link = strdup(path);
    return p->link ? 0 : error_set(e, -ENOMEM, "no memory");
}

static int open_both(struct sim_pty *p, struct error *e)
{
    char name[64];
    int r = 0;

    p->fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (p->fd < 0 || grantpt(p->fd) < 0 || unlockpt(p->fd) < 0 ||
        (r = ptsname_r(p->fd, name, sizeof name)) != 0)
        return error_set(e, r ? -r : -errno, "no serial line: %s", error_name(r ? -r : -errno));
    if (!(p->name = strdup(name)))
        return error_set(e, -ENOMEM, "no memory");
    r = make_raw(name);
    return r < 0 ? error_set(e, r, "%s: %s", name, error_name(r)) : 0;
}

int sim_pty_new(struct loop *l, const char *link, const struct sim_pty_events *events, void *ctx,
    struct sim_pty **ret, struct error *e)
{
    struct sim_pty *p = calloc(1, sizeof *p);
    int r;

    if (!p)
        return error_set(e, -ENOMEM, "no memory");
    p->loop = l;
    p->events = *events;
    p->ctx = ctx;
    p->fd = -1;
    p->waiting = BUF_INIT(MAX_WAITING_BYTES);
    timer_init(&p->look, l, look);
    r = open_both(p, e);
    if (r >= 0 && link)
        r = make_link(p, link, e);
    if (r < 0) {
        sim_pty_free(p);
        return r;
    }
    (void)timer_once(&p->look, LOOK_US);
    *ret = p;
    return 0;
}

const char *sim_pty_name(const struct sim_pty *p)
{
    return p->name;
}

bool sim_pty_is_open(const struct sim_pty *p)
{
    return p->watch != NULL;
}

struct sim_pty *sim_pty_free(struct sim_pty *p)
{
    if (!p)
        return NULL;
    timer_stop(&p->look);
    watch_fd_free(p->watch);
    buf_fini(&p->waiting);
    if (p->link)
        (void)unlink(p->link);
    if (p->fd >= 0)
        close(p->fd);
    free(p->name);
    free(p->link);
    free(p);
    return NULL;
}
