#include "ctl/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "base/util.h"

/* --- a secret ---------------------------------------------------------------------------------- */

/* A byte; 0: none came any more, or Ctrl-C did. */
static ssize_t read_byte(int fd, int signals, char *ret)
{
    struct pollfd wait[] = {{.fd = fd, .events = POLLIN}, {.fd = signals, .events = POLLIN}};

    if (poll(wait, N_ELEMENTS(wait), -1) < 0 || wait[1].revents)
        return 0;
    return read(fd, ret, 1);
}

/* Without its newline. */
static int read_line(int fd, int signals, char *out, size_t cap)
{
    size_t n = 0;
    char c;
    ssize_t r;

    while ((r = read_byte(fd, signals, &c)) == 1 && c != '\n') {
        if (n + 1 >= cap)
            return -ENOSPC;
        out[n++] = c;
    }
    out[n] = '\0';
    return r == 1 ? 0 : -ECANCELED;
}

static int read_hidden(int fd, int signals, char *out, size_t cap)
{
    struct termios was, hidden;
    int r;

    if (tcgetattr(fd, &was) < 0)
        return -ENOTTY;
    hidden = was;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    tcsetattr(fd, TCSAFLUSH, &hidden);
    r = read_line(fd, signals, out, cap);
    tcsetattr(fd, TCSAFLUSH, &was);
    return r;
}

/* Whoever presses Ctrl-C gets his terminal back as it was, before that ends us. */
static int read_unharmed(int fd, char *out, size_t cap)
{
    sigset_t ends, was;
    int r, signals;

    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    sigprocmask(SIG_BLOCK, &ends, &was);
    signals = signalfd(-1, &ends, SFD_CLOEXEC);
    r = signals < 0 ? -errno : read_hidden(fd, signals, out, cap);
    if (signals >= 0)
        close(signals);
    sigprocmask(SIG_SETMASK, &was, NULL);
    return r;
}

int terminal_ask_secret(const char *question, char *out, size_t cap)
{
    int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY), r;

    if (fd < 0)
        return -ENOTTY;
    dprintf(fd, "%s", question);
    r = read_unharmed(fd, out, cap);
    dprintf(fd, "\n");
    close(fd);
    return r;
}

/* --- a page ------------------------------------------------------------------------------------ */

extern char **environ;

void terminal_open_url(const char *url)
{
    char program[] = "xdg-open", *const argv[] = {program, (char *)url, NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attr;
    pid_t pid;

    if (posix_spawn_file_actions_init(&files) != 0)
        return;
    if (posix_spawnattr_init(&attr) == 0) {
        for (int fd = 0; fd <= STDERR_FILENO; fd++)
            posix_spawn_file_actions_addopen(&files, fd, "/dev/null", O_RDWR, 0);
        posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSID);
        posix_spawnp(&pid, program, &files, &attr, argv, environ);
        posix_spawnattr_destroy(&attr);
    }
    posix_spawn_file_actions_destroy(&files);
}
