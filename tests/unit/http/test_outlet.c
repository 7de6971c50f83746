#include <criterion/criterion.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/outlet.h"

/* More than are asked for at once. */
#define MANY 300

static struct loop *loop;
static struct outlets all;

struct end {
    struct outlet outlet;
    int far;
    unsigned n_served;
    bool took;
    struct end *cancels; /* when it is served; may be NULL */
};

static unsigned served[MANY], n_served;
static struct end ends[MANY];

static void on_serve(struct outlet *o, bool takes)
{
    struct end *e = container_of(o, struct end, outlet);

    e->n_served++;
    e->took = takes;
    served[n_served++ % MANY] = (unsigned)(e - ends);
    if (e->cancels)
        outlet_cancel(&e->cancels->outlet);
}

static struct end *end_open(unsigned i)
{
    int pair[2];

    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), 0);
    outlet_init(&ends[i].outlet, pair[0], on_serve);
    ends[i].far = pair[1];
    return &ends[i];
}

static void end_fill(const struct end *e)
{
    char bytes[4096] = {0};

    while (write(e->outlet.fd, bytes, sizeof bytes) > 0) {
    }
}

static void open_all(void)
{
    cr_assert_eq(loop_new_virtual(0, 0, &loop), 0);
    outlets_init(&all, loop);
}

static void close_all(void)
{
    outlets_fini(&all);
    loop_free(loop);
    for (unsigned i = 0; i < MANY && ends[i].outlet.serve; i++) {
        close(ends[i].outlet.fd);
        close(ends[i].far);
    }
}

TestSuite(outlet, .init = open_all, .fini = close_all, .timeout = 20);

Test(outlet, serves_once_and_not_before_the_turn)
{
    struct end *e = end_open(0);

    outlet_want(&all, &e->outlet);
    outlet_want(&all, &e->outlet);
    cr_expect_eq(e->n_served, 0);
    loop_advance(loop, 0);
    cr_expect_eq(e->n_served, 1);
    cr_expect(e->took);
    loop_advance(loop, 0);
    cr_expect_eq(e->n_served, 1);
}

Test(outlet, tells_the_full_from_the_empty_in_order)
{
    for (unsigned i = 0; i < MANY; i++) {
        if (end_open(i) && i % 3 == 1)
            end_fill(&ends[i]);
        outlet_want(&all, &ends[i].outlet);
    }
    loop_advance(loop, 0);
    cr_assert_eq(n_served, MANY);
    for (unsigned i = 0; i < MANY; i++) {
        cr_expect_eq(served[i], i);
        cr_expect_eq(ends[i].took, i % 3 != 1, "%u", i);
    }
}

Test(outlet, one_that_is_dead_counts_as_taking)
{
    struct end *e = end_open(0);

    end_fill(e);
    close(e->far);
    e->far = -1;
    outlet_want(&all, &e->outlet);
    loop_advance(loop, 0);
    cr_expect(e->took);
}

Test(outlet, one_that_is_cancelled_by_another_is_not_served)
{
    for (unsigned i = 0; i < 4; i++)
        outlet_want(&all, &end_open(i)->outlet);
    ends[0].cancels = &ends[1];
    ends[2].cancels = &ends[2];
    loop_advance(loop, 0);
    cr_expect_eq(ends[1].n_served, 0);
    cr_expect_eq(ends[2].n_served, 1);
    cr_expect_eq(ends[3].n_served, 1);
    outlet_want(&all, &ends[1].outlet);
    loop_advance(loop, 0);
    cr_expect_eq(ends[1].n_served, 1);
}

static void wants_again(struct outlet *o, bool takes)
{
    on_serve(o, takes);
    if (n_served < 3)
        outlet_want(&all, o);
}

Test(outlet, one_that_wants_again_is_served_on_a_later_turn)
{
    struct end *e = end_open(0);

    e->outlet.serve = wants_again;
    outlet_want(&all, &e->outlet);
    loop_turn(loop);
    cr_expect_eq(e->n_served, 1);
    loop_advance(loop, 0);
    cr_expect_eq(e->n_served, 3);
}
