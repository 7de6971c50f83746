/* loop.c - turns.
 *
 *     prepare      the turn's length is counted, its time forgotten
 *     poll         waits, then calls the sockets' owners
 *     check        deferred calls, then timers
 *     closing      libuv's own
 *
 * The first who asks for the time after a poll reads the clock, and all others of that turn get the
 * same.
 */
#include "loop/loop.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "loop/loop_private.h"

/* A handle needs two turns to close; what is not closed after so many will not be. */
#define LOOP_CLOSING_TURNS 16
/* loop_advance() ends what would run for ever: timers that arm themselves without a delay. */
#define LOOP_TURNS_AT_ONE_INSTANT 10000

static void soon_idle(uv_idle_t *h)
{
}

void loop_soon(struct loop *l)
{
    uv_idle_start(&l->soon, soon_idle);
}

static void turn_prepare(uv_prepare_t *h)
{
    struct loop *l = h->data;

    loop_lag_turn(l);
    l->now_known = false;
}

/* Who needs the next poll not to wait says so again from within. */
static void turn_check(uv_check_t *h)
{
    struct loop *l = h->data;

    uv_idle_stop(&l->soon);
    loop_run_deferred(l);
    loop_run_timers(l);
}

static int loop_create(bool is_virtual, int64_t now_us, int64_t wall_us, struct loop **ret)
{
    struct loop *l = calloc(1, sizeof *l);
    int r;

    if (!l)
        return -ENOMEM;
    r = uv_loop_init(&l->uv);
    if (r < 0) {
        free(l);
        return r;
    }
    loop_lag_init(l);
    signal(SIGPIPE, SIG_IGN);
    list_init(&l->deferred);
    list_init(&l->lingering);
    l->is_virtual = is_virtual;
    l->now_us = now_us;
    l->wall_us = wall_us;
    l->wake_at_ms = -1;
    uv_prepare_init(&l->uv, &l->prepare);
    uv_check_init(&l->uv, &l->check);
    uv_idle_init(&l->uv, &l->soon);
    uv_timer_init(&l->uv, &l->wake);
    l->prepare.data = l->check.data = l->soon.data = l->wake.data = l;
    uv_prepare_start(&l->prepare, turn_prepare);
    uv_check_start(&l->check, turn_check);
    *ret = l;
    return 0;
}

int loop_new(struct loop **ret)
{
    return loop_create(false, 0, 0, ret);
}

int loop_new_virtual(int64_t now_us, int64_t wall_us, struct loop **ret)
{
    return loop_create(true, now_us, wall_us, ret);
}

static void loop_uv_run(struct loop *l, uv_run_mode mode)
{
    assert(!l->turning); /* a turn cannot be taken from within a turn */
    l->turning = true;
    l->now_known = false;
    loop_lag_begin(l);
    uv_run(&l->uv, mode);
    loop_lag_turn(l);
    l->turning = false;
}

int loop_run(struct loop *l)
{
    int result;

    l->running = true;
    while (!l->stopped)
        loop_uv_run(l, UV_RUN_DEFAULT);
    l->running = l->stopped = false;
    result = l->result;
    l->result = 0;
    return result;
}

void loop_stop(struct loop *l)
{
    l->stopped = true;
    if (l->running)
        uv_stop(&l->uv);
}

void loop_fail(struct loop *l, int result)
{
    if (l->result == 0)
        l->result = result;
    loop_stop(l);
}

void loop_turn(struct loop *l)
{
    loop_uv_run(l, UV_RUN_NOWAIT);
}

/* Time stands while there are deferred calls: what a timer put off is not done an hour later. Calls
 * that put themselves off for ever are left alone. */
static void loop_turn_until_settled(struct loop *l)
{
    unsigned turns = 0;

    do
        loop_turn(l);
    while (!list_empty(&l->deferred) && ++turns < LOOP_TURNS_AT_ONE_INSTANT);
}

void loop_advance(struct loop *l, int64_t us)
{
    int64_t end_us = l->now_us + us;
    unsigned turns = 0;

    assert(l->is_virtual && us >= 0);
    loop_turn_until_settled(l); /* what is due already, and whoever arms a timer only now */
    while (loop_next_deadline_us(l) <= end_us) {
        int64_t to_us = MAX(l->now_us, loop_next_deadline_us(l));

        turns = to_us > l->now_us ? 0 : turns + 1;
        if (turns > LOOP_TURNS_AT_ONE_INSTANT) {
            log_error("a timer arms itself again and again without a delay");
            abort();
        }
        l->wall_us += to_us - l->now_us;
        l->now_us = to_us;
        loop_turn_until_settled(l);
    }
    l->wall_us += end_us - l->now_us;
    l->now_us = end_us;
    loop_turn_until_settled(l);
}

/* The caches are no part of what a caller sees as the loop's state, hence const outside. */
static void loop_look_at_clocks(const struct loop *l)
{
    struct loop *m = (struct loop *)l;

    if (l->is_virtual || (l->turning && l->now_known))
        return;
    m->now_us = clock_mono_us();
    m->wall_us = clock_wall_us();
    m->now_known = true;
}

int64_t loop_now_us(const struct loop *l)
{
    loop_look_at_clocks(l);
    return l->now_us;
}

int64_t loop_wall_us(const struct loop *l)
{
    loop_look_at_clocks(l);
    return l->wall_us;
}

struct uv_loop_s *loop_uv(struct loop *l)
{
    return &l->uv;
}

/* --- the end ---------------------------------------------------------------------------------- */

static void loop_settle(struct loop *l)
{
    loop_turn(l);
    while (!list_empty(&l->lingering)) {
        struct lingering *g = list_first(&l->lingering, struct lingering, link);

        list_remove(&g->link);
        g->abandon(g);
    }
    while (l->n_work > 0)
        loop_uv_run(l, UV_RUN_ONCE);
}

struct leftovers {
    const struct loop *loop;
    char text[512];
    size_t n;
};

static bool is_own(const struct loop *l, const uv_handle_t *h)
{
    return h == (const uv_handle_t *)&l->prepare || h == (const uv_handle_t *)&l->check ||
        h == (const uv_handle_t *)&l->soon || h == (const uv_handle_t *)&l->wake;
}

static void name_handle(uv_handle_t *h, void *ctx)
{
    struct leftovers *left = ctx;
    const char *type = uv_handle_type_name(h->type);

    if (!is_own(left->loop, h) && left->n < sizeof left->text)
        left->n += (size_t)snprintf(left->text + left->n, sizeof left->text - left->n, "%s%s(%s%s)",
            left->n > 0 ? " " : "", type ? type : "?", uv_is_active(h) ? "active" : "idle",
            uv_is_closing(h) ? ", closing" : "");
}

static void loop_not_empty(struct loop *l)
{
    struct leftovers left = {.loop = l};
    unsigned n_deferred = 0;
    struct list *d;

    for (d = l->deferred.next; d != &l->deferred; d = d->next)
        n_deferred++;
    uv_walk(&l->uv, name_handle, &left);
    log_error("the loop did not close empty", F_STR("handles", left.text),
        F_INT("timers", l->n_timers), F_INT("deferred", n_deferred));
    abort();
}

struct loop *loop_free(struct loop *l)
{
    if (!l)
        return NULL;
    if (!list_empty(&l->deferred))
        loop_not_empty(l);
    loop_settle(l);
    uv_close((uv_handle_t *)&l->prepare, NULL);
    uv_close((uv_handle_t *)&l->check, NULL);
    uv_close((uv_handle_t *)&l->soon, NULL);
    uv_close((uv_handle_t *)&l->wake, NULL);
    for (int i = 0; i < LOOP_CLOSING_TURNS; i++)
        if (uv_run(&l->uv, UV_RUN_NOWAIT) == 0)
            break;
    if (l->n_timers > 0 || !list_empty(&l->deferred) || uv_loop_close(&l->uv) < 0)
        loop_not_empty(l);
    free(l->heap);
    free(l);
    return NULL;
}
