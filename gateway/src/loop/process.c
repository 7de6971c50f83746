/* process.c - the life of a child: it runs, ends, and its pipes run dry; only then it is over.
 *
 * Its end is heard through a pidfd, so that nobody has to own SIGCHLD.
 */
#include "loop/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "loop/child_log.h"
#include "loop/loop_private.h"
#include "loop/spawn.h"
#include "loop/timer.h"
#include "loop/watch_fd.h"

/* One read per turn, as for sockets; the size of a pipe. */
#define READ_BYTES (64u << 10)
/* Where there is no pidfd (a sandbox that does not know it), the child is asked for so often. */
#define POLL_US (100 * US_PER_MS)
/* After its end a grandchild may hold its pipes open; that is waited for so long. */
#define DRAIN_US US_PER_S
/* At the end of the loop a killed child is waited for so long: it may hang in a driver. */
#define REAP_TRIES 100
#define REAP_PAUSE_US (10 * US_PER_MS)

struct child_pipe {
    int fd; /* -1: at its end */
    struct watch_fd *watch;
};

struct process {
    struct loop *loop;
    struct process_events events;
    void *ctx;
    char *program; /* the last part of argv[0] */

    pid_t pid;
    int pidfd;
    struct watch_fd *ended_watch;
    struct timer poll;
    bool reaped;
    int status;

    struct child_pipe out, err;
    struct buf kept;
    struct child_log log;
    bool paused, stopping, gone;
    struct timer kill; /* process_stop()'s grace */
    struct timer drain;
    struct deferred later; /* offers kept bytes */
    struct lingering lingering;
    unsigned n_calls; /* of the owner on the stack: memory stays until they return */
};

/* --- the end ---------------------------------------------------------------------------------- */

static void pipe_close(struct child_pipe *p)
{
    p->watch = watch_fd_free(p->watch);
    if (p->fd >= 0)
        close(p->fd);
    p->fd = -1;
}

static void process_free(struct process *p)
{
    buf_fini(&p->kept);
    free(p->program);
    free(p);
}

/* Lets go of everything but the memory, which calls on the stack may need. */
static void process_gone(struct process *p)
{
    pipe_close(&p->out);
    pipe_close(&p->err);
    watch_fd_free(p->ended_watch);
    if (p->pidfd >= 0)
        close(p->pidfd);
    timer_stop(&p->poll);
    timer_stop(&p->kill);
    timer_stop(&p->drain);
    deferred_cancel(&p->later);
    list_remove(&p->lingering.link);
    p->gone = true;
    if (p->n_calls == 0)
        process_free(p);
}

/* False: the process is gone. */
static bool process_leave(struct process *p)
{
    bool gone = p->gone;

    if (--p->n_calls == 0 && gone)
        process_free(p);
    return !gone;
}

static void process_over(struct process *p)
{
    void (*ended)(void *ctx, struct process *p, int status) = p->events.ended;

    p->n_calls++;
    child_log_end(&p->log);
    process_gone(p);
    if (ended)
        ended(p->ctx, p, p->status);
    process_leave(p);
}

static void process_check_over(struct process *p)
{
    if (p->reaped && p->out.fd < 0 && p->err.fd < 0)
        process_over(p);
}

/* --- its output ------------------------------------------------------------------------------- */

/* Full of what the owner did not use, we do not read: the pipe fills and the child waits. When it
 * is to end, its output must not be in the way and is thrown away. */
static void process_update_watch(struct process *p)
{
    bool full = p->kept.len == p->kept.max && !p->stopping;

    if (p->out.fd >= 0)
        watch_fd_set(
            p->out.watch, p->paused || full || deferred_pending(&p->later) ? 0 : FD_READABLE);
}

/* False: gone. */
static bool process_offer(struct process *p)
{
    while (p->kept.len > 0 && !p->paused && p->events.output) {
        size_t used;

        p->n_calls++;
        used = p->events.output(p->ctx, p, buf_data(&p->kept), p->kept.len);
        if (!process_leave(p))
            return false;
        buf_consume(&p->kept, used);
        if (used == 0)
            break;
    }
    if (!p->events.output)
        buf_clear(&p->kept);
    return true;
}

static void out_ended(struct process *p)
{
    pipe_close(&p->out);
    process_check_over(p);
}

static void out_readable(void *ctx, unsigned events)
{
    struct process *p = ctx;
    size_t room;
    ssize_t n;

    if (p->stopping && p->kept.len == p->kept.max)
        buf_clear(&p->kept);
    room = MIN(p->kept.max - p->kept.len, READ_BYTES);
    if (room == 0)
        return;
    if (buf_reserve(&p->kept, room) < 0) {
        log_error("a child's output is lost", F_STR("program", p->program), F_ERRNO(-ENOMEM));
        out_ended(p);
        return;
    }
    n = read(p->out.fd, buf_tail(&p->kept), room);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        out_ended(p);
        return;
    }
    buf_commit(&p->kept, (size_t)n);
    if (process_offer(p))
        process_update_watch(p);
}

static void process_offer_later(struct deferred *d)
{
    struct process *p = container_of(d, struct process, later);

    if (process_offer(p))
        process_update_watch(p);
}

static void err_readable(void *ctx, unsigned events)
{
    struct process *p = ctx;
    char bytes[4096];
    ssize_t n = read(p->err.fd, bytes, sizeof bytes);

    if (n > 0) {
        child_log_bytes(&p->log, bytes, (size_t)n);
    } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
        pipe_close(&p->err);
        process_check_over(p);
    }
}

/* --- its end ---------------------------------------------------------------------------------- */

/* A grandchild in another process group may live on with our pipes. A pause is the owner's wish,
 * though, and has its time. */
static void drain_over(struct timer *t)
{
    struct process *p = container_of(t, struct process, drain);

    if (p->paused) {
        timer_once(t, DRAIN_US);
        return;
    }
    pipe_close(&p->out);
    pipe_close(&p->err);
    process_check_over(p);
}

static void process_signal(struct process *p, int number)
{
    if (!p->reaped)
        kill(-p->pid, number);
}

static void process_reaped(struct process *p, int status)
{
    p->reaped = true;
    p->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    p->ended_watch = watch_fd_free(p->ended_watch);
    timer_stop(&p->poll);
    timer_stop(&p->kill);
    timer_once(&p->drain, DRAIN_US);
    process_check_over(p);
}

/* What it leaves behind in its group goes first: once it is reaped, its number may be another's. */
static void process_try_reap(struct process *p)
{
    siginfo_t info = {0};
    int status;

    if (waitid(P_PID, (id_t)p->pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0 || info.si_pid == 0)
        return;
    process_signal(p, SIGKILL);
    if (waitpid(p->pid, &status, WNOHANG) == p->pid)
        process_reaped(p, status);
}

static void pidfd_readable(void *ctx, unsigned events)
{
    process_try_reap(ctx);
}

static void poll_over(struct timer *t)
{
    process_try_reap(container_of(t, struct process, poll));
}

static void grace_over(struct timer *t)
{
    process_signal(container_of(t, struct process, kill), SIGKILL);
}

/* --- the beginning ---------------------------------------------------------------------------- */

static int pipe_open(struct process *p, struct child_pipe *ours, int *ret_theirs,
    void (*ready)(void *ctx, unsigned events))
{
    int fds[2], r;

    if (pipe2(fds, O_CLOEXEC) < 0)
        return -errno;
    ours->fd = fds[0];
    *ret_theirs = fds[1];
    r = watch_fd_new(p->loop, ours->fd, ready, p, &ours->watch);
    return r < 0 ? r : watch_fd_set(ours->watch, FD_READABLE);
}

static int watch_end(struct process *p)
{
    p->pidfd = pidfd_open(p->pid, 0);
    if (p->pidfd < 0)
        return timer_every(&p->poll, POLL_US);
    if (watch_fd_new(p->loop, p->pidfd, pidfd_readable, p, &p->ended_watch) < 0)
        return -ENOMEM;
    return watch_fd_set(p->ended_watch, FD_READABLE);
}

static int process_run(struct process *p, const char *const argv[], struct error *e)
{
    _cleanup_(closep) int out = -1, err = -1;
    int r = 0;

    if (p->events.output)
        r = pipe_open(p, &p->out, &out, out_readable);
    if (r == 0)
        r = pipe_open(p, &p->err, &err, err_readable);
    if (r < 0)
        return error_set(e, r, "cannot run %s: %s", argv[0], error_name(r));
    r = spawn(argv, out, err, &p->pid, e);
    if (r < 0)
        return r;
    r = watch_end(p);
    if (r == 0)
        return 0;
    kill(-p->pid, SIGKILL);
    waitpid(p->pid, NULL, 0);
    return error_set(e, r, "cannot watch %s: %s", argv[0], error_name(r));
}

int process_start(struct loop *l, const char *const argv[], size_t max_bytes,
    const struct process_events *events, void *ctx, struct process **ret, struct error *e)
{
    const char *slash = strrchr(argv[0], '/');
    struct process *p = calloc(1, sizeof *p);
    int r;

    if (!p || !(p->program = strdup(slash ? slash + 1 : argv[0]))) {
        free(p);
        return error_set(e, -ENOMEM, "cannot run %s: out of memory", argv[0]);
    }
    p->loop = l;
    p->events = *events;
    p->ctx = ctx;
    p->pidfd = p->out.fd = p->err.fd = -1;
    p->kept = BUF_INIT(max_bytes);
    child_log_init(&p->log, l, p->program);
    timer_init(&p->poll, l, poll_over);
    timer_init(&p->kill, l, grace_over);
    timer_init(&p->drain, l, drain_over);
    deferred_init(&p->later, process_offer_later);
    list_init(&p->lingering.link);
    r = process_run(p, argv, e);
    if (r < 0) {
        process_gone(p);
        return r;
    }
    *ret = p;
    return 0;
}

/* --- the owner's say -------------------------------------------------------------------------- */

void process_pause(struct process *p)
{
    p->paused = true;
    process_update_watch(p);
}

void process_resume(struct process *p)
{
    p->paused = false;
    if (p->kept.len > 0)
        loop_defer(p->loop, &p->later);
    process_update_watch(p);
}

void process_stop(struct process *p, int64_t grace_us)
{
    p->stopping = true;
    process_resume(p);
    process_signal(p, SIGTERM);
    if (!p->reaped && timer_once(&p->kill, grace_us) < 0)
        process_signal(p, SIGKILL);
}

/* The end of the loop: it must not outlive us, and not as a zombie either. */
static void process_abandon(struct lingering *g)
{
    struct process *p = container_of(g, struct process, lingering);

    process_signal(p, SIGKILL);
    for (int i = 0; !p->reaped && i < REAP_TRIES; i++) {
        p->reaped = waitpid(p->pid, NULL, WNOHANG) == p->pid;
        if (!p->reaped)
            usleep(REAP_PAUSE_US);
    }
    process_gone(p);
}

void process_close(struct process *p)
{
    if (p->gone)
        return;
    p->events = (struct process_events){0};
    buf_clear(&p->kept);
    loop_linger(p->loop, &p->lingering, process_abandon);
    process_stop(p, PROCESS_CLOSE_GRACE_US);
}
