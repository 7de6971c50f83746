#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "loop/sd_notify.h"
#include "wait.h"

/* The manager's end. `name` as in NOTIFY_SOCKET. */
static int manager(const char *name)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    socklen_t n =
        (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name) + (name[0] == '/'));
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);

    strcpy(a.sun_path, name);
    if (name[0] == '@')
        a.sun_path[0] = '\0';
    cr_assert_eq(bind(fd, (struct sockaddr *)&a, n), 0);
    setenv("NOTIFY_SOCKET", name, 1);
    return fd;
}

static const char *heard(int fd)
{
    static char text[2048];
    ssize_t n = recv(fd, text, sizeof text - 1, 0);

    if (n < 0)
        return "";
    text[n] = '\0';
    return text;
}

static const char *unique(char *name, const char *prefix)
{
    sprintf(name, "%swarren-notify-%d", prefix, (int)getpid());
    return name;
}

static struct sd_notify *notify_new(struct loop *l)
{
    struct sd_notify *n = NULL;

    cr_assert_eq(sd_notify_new(l, &n), 0);
    return n;
}

Test(sd_notify, tells_how_we_are)
{
    char name[108];
    struct loop *l;
    struct sd_notify *n;
    int fd = manager(unique(name, "/tmp/"));

    loop_new_virtual(123456789, 0, &l);
    n = notify_new(l);
    sd_notify_ready(n);
    cr_assert_str_eq(heard(fd), "READY=1");
    sd_notify_status(n, "%d devices\nMAINPID=1", 3);
    cr_assert_str_eq(
        heard(fd), "STATUS=3 devices MAINPID=1", "a line break cannot begin another key");
    sd_notify_reloading(n);
    cr_assert_str_eq(heard(fd), "RELOADING=1\nMONOTONIC_USEC=123456789");
    sd_notify_stopping(n);
    cr_assert_str_eq(heard(fd), "STOPPING=1");
    cr_assert_null(sd_notify_free(n));
    loop_free(l);
    close(fd);
    unlink(name);
}

Test(sd_notify, knows_abstract_sockets)
{
    char name[108];
    struct loop *l;
    struct sd_notify *n;
    int fd = manager(unique(name, "@"));

    loop_new_virtual(0, 0, &l);
    n = notify_new(l);
    sd_notify_ready(n);
    cr_assert_str_eq(heard(fd), "READY=1");
    sd_notify_free(n);
    loop_free(l);
    close(fd);
}

static void with_watchdog(const char *usec, const char *pid, int expected)
{
    char name[108];
    struct loop *l;
    struct sd_notify *n;
    int fd = manager(unique(name, "@")), n_pings = 0;

    setenv("WATCHDOG_USEC", usec, 1);
    if (pid)
        setenv("WATCHDOG_PID", pid, 1);
    else
        unsetenv("WATCHDOG_PID");
    loop_new_virtual(0, 0, &l);
    n = notify_new(l);
    loop_advance(l, 10 * US_PER_S);
    while (strcmp(heard(fd), "WATCHDOG=1") == 0)
        n_pings++;
    cr_assert_eq(n_pings, expected, "%s %s: %d", usec, pid ? pid : "", n_pings);
    sd_notify_free(n);
    loop_free(l);
    close(fd);
}

Test(sd_notify, pings_at_half_the_period_when_it_is_meant)
{
    char pid[16];

    sprintf(pid, "%d", (int)getpid());
    with_watchdog("2000000", pid, 10);
    with_watchdog("2000000", NULL, 10);
    with_watchdog("2000000", "1", 0);
    with_watchdog("2000000", "x", 0);
    with_watchdog("0", pid, 0);
    with_watchdog("soon", pid, 0);
}

static void count(void *ctx, enum log_level level, const char *line)
{
    ++*(int *)ctx;
}

Test(sd_notify, does_nothing_without_a_manager)
{
    struct loop *l;
    struct sd_notify *n;
    int n_lines = 0;

    log_set_sink(count, &n_lines);
    unsetenv("NOTIFY_SOCKET");
    loop_new_virtual(0, 0, &l);
    n = notify_new(l);
    sd_notify_ready(n);
    sd_notify_status(n, "x");
    sd_notify_reloading(n);
    sd_notify_stopping(n);
    cr_assert_eq(n_lines, 0);
    sd_notify_free(n);
    cr_assert_null(sd_notify_free(NULL));
    loop_free(l);
}

Test(sd_notify, a_manager_that_is_gone_or_wrong_is_said_and_survived)
{
    const char *names[] = {"/nonexistent/notify", "relative", "@", "vsock:2:1"};
    struct loop *l;
    int n_lines = 0;

    log_set_sink(count, &n_lines);
    loop_new_virtual(0, 0, &l);
    for (int i = 0; i < 4; i++) {
        setenv("NOTIFY_SOCKET", names[i], 1);
        struct sd_notify *n = notify_new(l);
        sd_notify_ready(n);
        cr_assert_eq(n_lines, i + 1, "%s", names[i]);
        sd_notify_free(n);
    }
    loop_free(l);
}

Test(sd_notify, a_long_status_is_cut_between_characters)
{
    char name[108], status[2000] = "";
    struct loop *l;
    struct sd_notify *n;
    int fd = manager(unique(name, "@"));
    const char *text;

    for (int i = 0; i < 600; i++)
        strcat(status, "é");
    loop_new_virtual(0, 0, &l);
    n = notify_new(l);
    sd_notify_status(n, "%s", status);
    text = heard(fd);
    cr_assert_gt(strlen(text), 400);
    cr_assert(text_is_utf8(text, strlen(text)));
    sd_notify_free(n);
    loop_free(l);
    close(fd);
}
