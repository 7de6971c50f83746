/* A serial line whose other end any program opens. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "firmware/sim/sim_pty.h"
#include "loop/loop.h"
#include "loop/wait.h"

static struct loop *l;
static struct sim_pty *p;
static char got[64];
static size_t n_got;

static void received(void *ctx, const void *bytes, size_t n)
{
    memcpy(got + n_got, bytes, n);
    n_got += n;
}

static void setup(void)
{
    static const struct sim_pty_events events = {.received = received};
    struct error e = ERROR_NULL;

    cr_assert_eq(loop_new(&l), 0);
    cr_assert_eq(sim_pty_new(l, NULL, &events, NULL, &p, &e), 0, "%s", e.text);
}

static void teardown(void)
{
    p = sim_pty_free(p);
    cr_assert_null(loop_free(l));
}

TestSuite(sim_pty, .init = setup, .fini = teardown, .timeout = 60);

/* Seen by the other side, too: what it writes comes. */
static int open_other(void)
{
    int fd = open(sim_pty_name(p), O_RDWR | O_NOCTTY | O_NONBLOCK);

    cr_assert_geq(fd, 0);
    n_got = 0;
    cr_assert_eq(write(fd, "?", 1), 1);
    WAIT_UNTIL(l, n_got == 1);
    return fd;
}

static bool comes(int fd, const char *text)
{
    char bytes[64] = "";
    size_t n = 0;

    while (n < strlen(text)) {
        ssize_t r = read(fd, bytes + n, sizeof bytes - 1 - n);

        if (r > 0)
            n += (size_t)r;
        else
            wait_turn(l);
    }
    return strcmp(bytes, text) == 0;
}

Test(sim_pty, carries_bytes_both_ways_as_they_are)
{
    static const char bytes[] = "\x03\x04\r\n\x11\x13\xff";
    int fd = open_other();

    cr_expect_eq(sim_pty_write(p, bytes, sizeof bytes - 1), 0);
    cr_expect(comes(fd, bytes));
    cr_expect_eq(write(fd, bytes, sizeof bytes - 1), (ssize_t)sizeof bytes - 1);
    WAIT_UNTIL(l, n_got == sizeof bytes);
    cr_expect_eq(memcmp(got + 1, bytes, sizeof bytes - 1), 0);
    close(fd);
}

Test(sim_pty, keeps_nothing_for_who_comes_later_and_takes_the_next_one)
{
    int fd;

    cr_expect_eq(sim_pty_write(p, "early\n", 6), 0);
    for (int i = 0; i < 3; i++) {
        fd = open_other();
        cr_expect_eq(sim_pty_write(p, "now\n", 4), 0);
        cr_expect(comes(fd, "now\n"));
        close(fd);
        while (sim_pty_is_open(p))
            wait_turn(l);
        cr_expect_eq(sim_pty_write(p, "late\n", 5), 0);
    }
}

Test(sim_pty, what_one_did_not_read_the_next_one_does_not_get)
{
    static char line[20000];
    int fd = open_other();

    memset(line, 'x', sizeof line);
    cr_expect_eq(sim_pty_write(p, line, sizeof line), 0);
    close(fd);
    while (sim_pty_is_open(p))
        wait_turn(l);
    fd = open_other();
    cr_expect_eq(sim_pty_write(p, "now\n", 4), 0);
    cr_expect(comes(fd, "now\n"));
    close(fd);
}

Test(sim_pty, who_does_not_read_is_not_waited_for_and_gets_whole_lines)
{
    static char line[20000];
    size_t n_sent = 0, n_read = 0;
    char bytes[4096];
    int fd = open_other();

    memset(line, 'x', sizeof line);
    for (int i = 0; i < 10; i++)
        n_sent += sim_pty_write(p, line, sizeof line) == 0 ? sizeof line : 0;
    cr_expect(n_sent >= sizeof line && n_sent < 10 * sizeof line, "%zu", n_sent);
    while (n_read < n_sent) {
        ssize_t r = read(fd, bytes, sizeof bytes);

        if (r > 0)
            n_read += (size_t)r;
        else
            wait_turn(l);
    }
    cr_expect_eq(n_read, n_sent);
    while (sim_pty_write(p, "y", 1) < 0)
        wait_turn(l);
    cr_expect(comes(fd, "y"));
    close(fd);
}

Test(sim_pty, has_a_link_that_goes_with_it)
{
    static const struct sim_pty_events events = {.received = received};
    struct error e = ERROR_NULL;
    struct sim_pty *q = NULL;
    char path[64], to[64] = "";
    struct stat s;

    snprintf(path, sizeof path, "/tmp/warren-test-pty-%d", getpid());
    cr_assert_eq(symlink("/nowhere", path), 0);
    cr_assert_eq(sim_pty_new(l, path, &events, NULL, &q, &e), 0, "%s", e.text);
    cr_assert_gt(readlink(path, to, sizeof to - 1), 0);
    cr_expect_str_eq(to, sim_pty_name(q));
    q = sim_pty_free(q);
    cr_expect_neq(lstat(path, &s), 0);
    cr_expect_eq(sim_pty_new(l, "/tmp", &events, NULL, &q, &e), -EEXIST, "what is no link stays");
    cr_expect(strstr(e.text, "/tmp"), "%s", e.text);
}
