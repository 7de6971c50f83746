#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "loop/address.h"
#include "loop/resolver.h"
#include "wait.h"

/* --- a name server that answers when the test says so -----------------------------------------
 *
 * "slow…" waits for a byte in a pipe and then is 192.0.2.7; "none…" does not exist; "broken…"
 * fails; all else is 192.0.2.1 and .2. The resolver's threads have no context, so this lives in
 * file scope.
 */
static struct {
    int fds[2];
    atomic_int n_asked, n_answered;
} server;

static int answer(const char *name, struct sockaddr_storage *ret, size_t max, size_t *ret_n)
{
    char byte;

    atomic_fetch_add(&server.n_asked, 1);
    if (strncmp(name, "none", 4) == 0)
        return -ENOENT;
    if (strncmp(name, "broken", 6) == 0)
        return -EIO;
    if (strncmp(name, "slow", 4) == 0) {
        if (read(server.fds[0], &byte, 1) != 1)
            return -EIO;
        atomic_fetch_add(&server.n_answered, 1);
        *ret_n = 1;
        return address_parse("192.0.2.7", 0, &ret[0]);
    }
    cr_assert_geq(max, 2);
    *ret_n = 2;
    address_parse("192.0.2.1", 0, &ret[0]);
    return address_parse("192.0.2.2", 0, &ret[1]);
}

static void let_answer(int n)
{
    while (n-- > 0)
        cr_assert_eq(write(server.fds[1], "x", 1), 1);
}

struct asker {
    int n, result;
    size_t n_addresses;
    char first[ADDRESS_TEXT_BYTES];
    struct resolve *handle, *cancels;
};

static void answered(void *ctx, int result, const struct sockaddr_storage *addresses, size_t n)
{
    struct asker *a = ctx;

    a->n++;
    a->result = result;
    a->n_addresses = n;
    if (n > 0)
        address_host_text(&addresses[0], a->first);
    if (a->cancels)
        resolve_cancel(a->cancels);
}

struct world {
    struct loop *loop;
    struct resolver *resolver;
};

static struct world world_new(void)
{
    struct world w;

    cr_assert_eq(pipe(server.fds), 0);
    cr_assert_eq(loop_new_virtual(0, 0, &w.loop), 0);
    cr_assert_eq(resolver_new(w.loop, &w.resolver), 0);
    resolver_set_backend(w.resolver, answer);
    return w;
}

static void world_end(struct world *w)
{
    resolver_free(w->resolver);
    loop_free(w->loop);
}

static int ask(struct world *w, const char *name, struct asker *a)
{
    *a = (struct asker){0};
    return resolver_lookup(w->resolver, name, answered, a, &a->handle);
}

Test(resolver, gives_all_addresses_of_a_name)
{
    struct world w = world_new();
    struct asker a;

    cr_assert_eq(ask(&w, "camera.local", &a), 0);
    cr_assert_eq(a.n, 0);
    WAIT_UNTIL(w.loop, a.n == 1);
    cr_assert_eq(a.result, 0);
    cr_assert_eq(a.n_addresses, 2);
    cr_assert_str_eq(a.first, "192.0.2.1");
    world_end(&w);
}

Test(resolver, answers_addresses_without_a_thread)
{
    struct world w = world_new();
    struct asker a, b;

    cr_assert_eq(ask(&w, "127.0.0.1", &a), 0);
    cr_assert_eq(ask(&w, "::1", &b), 0);
    cr_assert_eq(a.n, 0, "not from within the call");
    loop_turn(w.loop);
    cr_assert(a.n == 1 && a.result == 0 && a.n_addresses == 1);
    cr_assert_str_eq(a.first, "127.0.0.1");
    cr_assert_str_eq(b.first, "::1");
    cr_assert_eq(server.n_asked, 0);
    world_end(&w);
}

Test(resolver, refuses_what_is_no_name)
{
    struct world w = world_new();
    struct asker a;
    char label[70], name[RESOLVER_MAX_NAME + 3];

    memset(label, 'a', 64);
    label[64] = '\0';
    memset(name, 'a', sizeof name);
    for (size_t i = 50; i < sizeof name; i += 50)
        name[i] = '.';
    name[sizeof name - 1] = '\0';
    const char *bad[] = {
        "", ".", "a..b", ".a", "a b", "a/b", "http://x", "é", "[::1]", label, name};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert_eq(ask(&w, bad[i], &a), -EINVAL, "%s", bad[i]);
    world_end(&w);
}

Test(resolver, tells_failures_apart)
{
    struct world w = world_new();
    struct asker none, broken;

    ask(&w, "none", &none);
    ask(&w, "broken", &broken);
    WAIT_UNTIL(w.loop, none.n == 1 && broken.n == 1);
    cr_assert_eq(none.result, -ENOENT);
    cr_assert_eq(none.n_addresses, 0);
    cr_assert_eq(broken.result, -EIO);
    world_end(&w);
}

Test(resolver, a_name_server_that_never_answers_keeps_nobody)
{
    struct world w = world_new();
    struct asker a, b;

    ask(&w, "slow", &a);
    WAIT_UNTIL(w.loop, server.n_asked == 1);
    ask(&w, "quick", &b);
    WAIT_UNTIL(w.loop, b.n == 1);
    cr_assert_eq(a.n, 0);
    loop_advance(w.loop, RESOLVER_TIMEOUT_US - 1);
    cr_assert_eq(a.n, 0);
    loop_advance(w.loop, 1);
    cr_assert_eq(a.n, 1);
    cr_assert_eq(a.result, -ETIMEDOUT);
    world_end(&w); /* the thread still hangs */
    cr_assert_eq(atomic_load(&server.n_answered), 0, "nobody waited for it");
    let_answer(1);
    while (atomic_load(&server.n_answered) == 0)
        usleep(1000);
    usleep(20000); /* its last steps, for the sanitizers to see */
}

Test(resolver, callers_of_one_name_share_a_thread)
{
    struct world w = world_new();
    struct asker a, b, c, d;

    ask(&w, "slow.local", &a);
    ask(&w, "SLOW.local", &b);
    ask(&w, "slow.local", &c);
    resolve_cancel(b.handle);
    loop_advance(w.loop, RESOLVER_TIMEOUT_US);
    cr_assert(a.result == -ETIMEDOUT && c.result == -ETIMEDOUT);
    ask(&w, "slow.local", &d);
    let_answer(1);
    WAIT_UNTIL(w.loop, d.n == 1);
    cr_assert_eq(d.result, 0);
    cr_assert_str_eq(d.first, "192.0.2.7");
    cr_assert_eq(server.n_asked, 1);
    cr_assert(a.n == 1 && b.n == 0 && c.n == 1);
    world_end(&w);
}

Test(resolver, more_than_the_threads_wait_and_hear_why)
{
    struct world w = world_new();
    struct asker a[RESOLVER_MAX_THREADS + 3];
    char name[32];

    for (int i = 0; i < RESOLVER_MAX_THREADS + 3; i++) {
        snprintf(name, sizeof name, "slow%d", i);
        cr_assert_eq(ask(&w, name, &a[i]), 0);
    }
    WAIT_UNTIL(w.loop, server.n_asked == RESOLVER_MAX_THREADS);
    let_answer(1);
    WAIT_UNTIL(w.loop, server.n_asked == RESOLVER_MAX_THREADS + 1);
    resolve_cancel(a[RESOLVER_MAX_THREADS + 2].handle);
    loop_advance(w.loop, RESOLVER_TIMEOUT_US);
    int n_timed_out = 0;
    for (int i = 0; i <= RESOLVER_MAX_THREADS; i++)
        n_timed_out += a[i].result == -ETIMEDOUT;
    cr_assert_eq(n_timed_out, RESOLVER_MAX_THREADS);
    cr_assert_eq(a[RESOLVER_MAX_THREADS + 1].result, -EAGAIN, "had no thread in all that time");
    cr_assert_eq(a[RESOLVER_MAX_THREADS + 2].n, 0);
    let_answer(RESOLVER_MAX_THREADS);
    some_turns(w.loop);
    cr_assert_eq(server.n_asked, RESOLVER_MAX_THREADS + 1, "nobody wants the others any more");
    world_end(&w);
}

Test(resolver, a_cancelled_caller_hears_nothing)
{
    struct world w = world_new();
    struct asker a, b;

    ask(&w, "quick", &a);
    ask(&w, "127.0.0.1", &b);
    resolve_cancel(a.handle);
    resolve_cancel(b.handle);
    some_turns(w.loop);
    loop_advance(w.loop, RESOLVER_TIMEOUT_US);
    cr_assert(a.n == 0 && b.n == 0);
    world_end(&w);
}

Test(resolver, a_caller_may_cancel_its_neighbour_when_called)
{
    struct world w = world_new();
    struct asker a, b;

    ask(&w, "slow", &a);
    ask(&w, "slow", &b);
    a.cancels = b.handle;
    let_answer(1);
    WAIT_UNTIL(w.loop, a.n == 1);
    some_turns(w.loop);
    cr_assert_eq(b.n, 0);
    world_end(&w);
}

Test(resolver, knows_localhost_by_the_system)
{
    struct world w;
    struct asker a, b;
    struct addrinfo *known = NULL;

    if (getaddrinfo("localhost", NULL, NULL, &known) != 0)
        cr_skip("this system does not know localhost: it has no /etc/hosts");
    freeaddrinfo(known);
    w = world_new();
    resolver_set_backend(w.resolver, NULL);
    ask(&w, "localhost", &a);
    ask(&w, "no-such-name.invalid", &b);
    WAIT_UNTIL(w.loop, a.n == 1);
    cr_assert_eq(a.result, 0);
    cr_assert(strcmp(a.first, "127.0.0.1") == 0 || strcmp(a.first, "::1") == 0, "%s", a.first);
    if (b.n == 0)
        resolve_cancel(b.handle); /* without a network the system takes its time */
    else
        cr_assert_lt(b.result, 0);
    world_end(&w);
}
