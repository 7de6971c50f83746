#include "private_bus.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "loop/spawn.h"

/* It starts in 10 ms; a machine that is busy with other things takes longer. */
#define START_MS 20000
#define PATH_MAX_BYTES sizeof(((struct sockaddr_un *)0)->sun_path)

struct private_bus {
    pid_t pid;
    char folder[PATH_MAX_BYTES]; /* of its configuration */
    char config[PATH_MAX_BYTES + 8];
    char socket[PATH_MAX_BYTES];
    char address[3 * PATH_MAX_BYTES + 16];
};

/* Everybody may do everything: who reaches the socket is us. */
static const char config_format[] =
    "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\"\n"
    " \"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">\n"
    "<busconfig>\n"
    "  <type>custom</type>\n"
    "  <listen>%s</listen>\n"
    "  <auth>EXTERNAL</auth>\n"
    "  <policy context=\"default\">\n"
    "    <allow send_destination=\"*\" eavesdrop=\"true\"/>\n"
    "    <allow eavesdrop=\"true\"/>\n"
    "    <allow own=\"*\"/>\n"
    "  </policy>\n"
    "</busconfig>\n";

static int write_config(const struct private_bus *b, struct error *e)
{
    FILE *f = fopen(b->config, "we");

    if (!f)
        return error_set(e, -errno, "%s cannot be written: %s", b->config, error_name(-errno));
    fprintf(f, config_format, b->address);
    return fclose(f) == 0
        ? 0
        : error_set(e, -EIO, "%s cannot be written: %s", b->config, error_name(-errno));
}

#define PLAIN "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_/."

/* As the D-Bus specification escapes values of addresses. What is left is plain text for XML, too. */
static void write_address(const char *path, char *out, size_t cap)
{
    size_t n = (size_t)snprintf(out, cap, "unix:path=");

    for (; *path && n + 4 <= cap; path++) {
        bool plain = strchr(PLAIN, *path) != NULL;

        n += (size_t)snprintf(out + n, cap - n, plain ? "%c" : "%%%02x", (unsigned char)*path);
    }
}

static int choose_places(struct private_bus *b, const char *path, struct error *e)
{
    const char *tmp = getenv("TMPDIR");
    int n = snprintf(b->folder, sizeof b->folder, "%s/warren-bus-XXXXXX", tmp ? tmp : "/tmp");

    if (n >= (int)sizeof b->folder - 8 || (path && strlen(path) >= sizeof b->socket))
        return error_set(e, -ENAMETOOLONG, "a socket's path has at most %zu bytes: %.120s",
            sizeof b->socket - 1, path ? path : b->folder);
    if (!mkdtemp(b->folder)) {
        int r = error_set(e, -errno, "%s: %s", b->folder, error_name(-errno));
        b->folder[0] = '\0';
        return r;
    }
    if (path)
        strcpy(b->socket, path);
    else
        snprintf(b->socket, sizeof b->socket, "%.*s/bus", (int)sizeof b->socket - 5, b->folder);
    snprintf(b->config, sizeof b->config, "%s/config", b->folder);
    write_address(b->socket, b->address, sizeof b->address);
    return 0;
}

/* It prints its address when it listens. */
static int await_address(int fd, struct error *e)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    char c;

    if (poll(&p, 1, START_MS) == 1 && read(fd, &c, 1) == 1)
        return 0;
    return error_set(e, -EIO, "dbus-daemon did not start");
}

static int start(struct private_bus *b, struct error *e)
{
    char option[sizeof b->config + 16];
    const char *const argv[] = {
        "dbus-daemon", "--nofork", "--nopidfile", "--print-address=1", option, NULL};
    int pipe_fd[2], r;

    snprintf(option, sizeof option, "--config-file=%s", b->config);
    if (pipe2(pipe_fd, O_CLOEXEC) < 0)
        return error_set(e, -errno, "no pipe: %s", error_name(-errno));
    r = spawn(argv, pipe_fd[1], STDERR_FILENO, &b->pid, e);
    close(pipe_fd[1]);
    if (r >= 0)
        r = await_address(pipe_fd[0], e);
    close(pipe_fd[0]);
    return r;
}

int private_bus_new(const char *path, struct private_bus **ret, struct error *e)
{
    _cleanup_(private_bus_freep) struct private_bus *b = calloc(1, sizeof *b);
    int r;

    if (!b)
        return error_set(e, -ENOMEM, "no memory");
    r = choose_places(b, path, e);
    if (r < 0)
        return r;
    (void)unlink(b->socket); /* of one that was killed */
    r = write_config(b, e);
    if (r >= 0)
        r = start(b, e);
    if (r < 0)
        return r;
    *ret = steal(b);
    return 0;
}

const char *private_bus_address(const struct private_bus *b)
{
    return b->address;
}

struct private_bus *private_bus_free(struct private_bus *b)
{
    if (!b)
        return NULL;
    if (b->pid > 0) {
        kill(b->pid, SIGTERM);
        while (waitpid(b->pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    if (b->folder[0]) {
        (void)unlink(b->socket);
        (void)unlink(b->config);
        (void)rmdir(b->folder);
    }
    free(b);
    return NULL;
}
