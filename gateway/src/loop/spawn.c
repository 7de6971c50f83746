#include "loop/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/util.h"

#define PATH_BYTES 4096
#define DEFAULT_PATH "/usr/local/bin:/usr/bin:/bin"

/* --- before: where it is ---------------------------------------------------------------------- */

static bool is_program(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

static int find_program(const char *name, char path[static PATH_BYTES])
{
    const char *dirs = getenv("PATH");

    if (strchr(name, '/')) {
        snprintf(path, PATH_BYTES, "%s", name);
        return is_program(name) ? 0 : -ENOENT;
    }
    for (dirs = dirs ? dirs : DEFAULT_PATH; *dirs; dirs += *dirs == ':') {
        size_t n = strcspn(dirs, ":");
        int len =
            snprintf(path, PATH_BYTES, "%.*s/%s", n > 0 ? (int)n : 1, n > 0 ? dirs : ".", name);

        if (len < PATH_BYTES && is_program(path))
            return 0;
        dirs += n;
    }
    return -ENOENT;
}

/* --- in the child ----------------------------------------------------------------------------- */

struct child {
    const char *path;
    char *const *argv;
    int in_fd, out_fd, err_fd;
    int report_fd; /* closes with exec; gets errno where that fails */
    pid_t parent;
    int max_fd;
};

static void close_all_on_exec(const struct child *c)
{
    if (close_range(3, ~0u, CLOSE_RANGE_CLOEXEC) == 0)
        return;
    for (int fd = 3; fd < c->max_fd; fd++)
        fcntl(fd, F_SETFD, FD_CLOEXEC);
}

/* All are blocked until here, so that no handler of the parent runs in the child. The system call
 * itself, since glibc's sigaction() leaves out two numbers of its own, which a parent may have left
 * ignored; to the kernel, all zeros means the default. */
static void default_signals(void)
{
    static const unsigned long standard[16];
    sigset_t none;

    for (int i = 1; i < _NSIG; i++)
        syscall(SYS_rt_sigaction, i, standard, NULL, _NSIG / 8);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static _Noreturn void child_run(const struct child *c)
{
    int error;

    setpgid(0, 0);
    default_signals();
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == c->parent &&
        dup2(c->in_fd, STDIN_FILENO) >= 0 && dup2(c->out_fd, STDOUT_FILENO) >= 0 &&
        dup2(c->err_fd, STDERR_FILENO) >= 0) {
        close_all_on_exec(c);
        execv(c->path, c->argv);
    }
    error = errno;
    if (write(c->report_fd, &error, sizeof error) < 0)
        _exit(126);
    _exit(127);
}

/* --- in the parent ---------------------------------------------------------------------------- */

/* Above the three, so that dup2() over them takes nothing away that is still needed. */
static int above_three(int fd)
{
    int high;

    if (fd < 0 || fd > STDERR_FILENO)
        return fd;
    high = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    close(fd);
    return high;
}

static pid_t fork_with_signals_blocked(const struct child *c)
{
    sigset_t all, before;
    pid_t pid;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid = fork();
    if (pid == 0)
        child_run(c);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return pid;
}

static int max_fd(void)
{
    long n = sysconf(_SC_OPEN_MAX);

    return n < 0 || n > 65536 ? 65536 : (int)n;
}

/* Waits for the exec, which is a matter of a millisecond. */
static int read_report(int fd)
{
    int error = 0;
    ssize_t n;

    do
        n = read(fd, &error, sizeof error);
    while (n < 0 && errno == EINTR);
    return n == sizeof error ? -error : 0;
}

int spawn(const char *const argv[], int out_fd, int err_fd, pid_t *ret, struct error *e)
{
    char path[PATH_BYTES];
    _cleanup_(closep) int in_fd = -1, report_in = -1, report_out = -1;
    int report[2], r;
    pid_t pid;

    if (find_program(argv[0], path) < 0)
        return error_set(e, -ENOENT, "there is no program \"%s\"", argv[0]);
    in_fd = above_three(open("/dev/null", O_RDWR | O_CLOEXEC));
    if (in_fd < 0 || pipe2(report, O_CLOEXEC) < 0)
        return error_set(e, -errno, "cannot run %s: %s", argv[0], error_name(errno));
    report_in = report[0];
    report_out = above_three(report[1]);
    pid = fork_with_signals_blocked(&(struct child){.path = path,
        .argv = (char *const *)argv,
        .in_fd = in_fd,
        .out_fd = out_fd < 0 ? in_fd : out_fd,
        .err_fd = err_fd,
        .report_fd = report_out,
        .parent = getpid(),
        .max_fd = max_fd()});
    if (pid < 0)
        return error_set(e, -errno, "cannot run %s: %s", argv[0], error_name(errno));
    close(report_out); /* so that the child's is the last */
    report_out = -1;
    r = read_report(report_in);
    if (r == 0) {
        *ret = pid;
        return 0;
    }
    waitpid(pid, NULL, 0);
    return error_set(e, r, "cannot run %s: %s", path, error_name(r));
}
