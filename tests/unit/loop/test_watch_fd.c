#include <criterion/criterion.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "loop/loop.h"
#include "loop/watch_fd.h"

struct watched {
    struct watch_fd *w;
    unsigned n, events;
    bool free_in_call;
};

static void ready(void *ctx, unsigned events)
{
    struct watched *x = ctx;

    x->n++;
    x->events = events;
    if (x->free_in_call)
        x->w = watch_fd_free(x->w);
}

static struct loop *l;
static int fd[2];
static struct watched x;

static void setup(void)
{
    cr_assert_eq(loop_new(&l), 0);
    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
    cr_assert_eq(watch_fd_new(l, fd[0], ready, &x, &x.w), 0);
}

static void teardown(void)
{
    x.w = watch_fd_free(x.w);
    close(fd[0]);
    close(fd[1]);
    cr_assert_null(loop_free(l));
}

TestSuite(watch_fd, .init = setup, .fini = teardown);

Test(watch_fd, tells_only_what_was_asked_for)
{
    cr_assert_eq(write(fd[1], "x", 1), 1);
    loop_turn(l);
    cr_expect_eq(x.n, 0);
    watch_fd_set(x.w, FD_READABLE);
    loop_turn(l);
    cr_expect_eq(x.n, 1);
    cr_expect_eq(x.events, FD_READABLE);
    watch_fd_set(x.w, FD_READABLE | FD_WRITABLE);
    loop_turn(l);
    cr_expect_eq(x.events, FD_READABLE | FD_WRITABLE);
    watch_fd_set(x.w, 0);
    loop_turn(l);
    cr_expect_eq(x.n, 2);
}

Test(watch_fd, tells_again_while_it_holds)
{
    cr_assert_eq(write(fd[1], "x", 1), 1);
    watch_fd_set(x.w, FD_READABLE);
    for (int i = 0; i < 5; i++)
        loop_turn(l);
    cr_expect_eq(x.n, 5);
}

Test(watch_fd, may_end_in_its_own_call_and_be_watched_anew)
{
    char byte;

    x.free_in_call = true;
    watch_fd_set(x.w, FD_READABLE);
    cr_assert_eq(write(fd[1], "x", 1), 1);
    loop_turn(l);
    cr_expect_null(x.w);
    cr_assert_eq(
        watch_fd_new(l, fd[0], ready, &x, &x.w), 0, "at once, before the old one has closed");
    watch_fd_set(x.w, FD_READABLE);
    loop_turn(l);
    cr_expect_eq(x.n, 2);
    cr_expect_eq(read(fd[0], &byte, 1), 1);
}

Test(watch_fd, makes_non_blocking_and_hears_of_the_end)
{
    cr_expect(fcntl(fd[0], F_GETFL) & O_NONBLOCK);
    watch_fd_set(x.w, FD_READABLE);
    shutdown(fd[1], SHUT_WR);
    loop_turn(l);
    cr_expect_eq(x.n, 1);
}

static void called(void *ctx)
{
    (*(unsigned *)ctx)++;
}

Test(watch_fd, something_may_be_called_when_all_that_closes_has_closed)
{
    unsigned n = 0;

    x.w = watch_fd_free(x.w);
    cr_assert_eq(loop_after_closing(l, called, &n), 0);
    cr_expect_eq(n, 0);
    for (int i = 0; i < 10; i++)
        loop_turn(l);
    cr_expect_eq(n, 1);
    cr_assert_eq(loop_after_closing(l, called, &n), 0);
    cr_assert_null(loop_free(l));
    cr_expect_eq(n, 2, "at the latest when the loop goes");
    cr_assert_eq(loop_new(&l), 0);
}
