#include <criterion/criterion.h>
#include <pthread.h>
#include <stdlib.h>

#include "loop/inbox.h"
#include "loop/loop.h"

#define THREADS 4
#define MESSAGES 1000

struct note {
    struct message m;
    int thread, number;
};

struct reader {
    struct loop *loop;
    struct inbox *inbox;
    int next[THREADS], n, stop_at;
    bool frees;
};

static void receive(void *ctx, struct message *m)
{
    struct note *note = container_of(m, struct note, m);
    struct reader *r = ctx;

    cr_assert_eq(note->number, r->next[note->thread]++, "in the order of posting");
    free(note);
    if (r->frees) {
        r->frees = false;
        r->inbox = inbox_free(r->inbox);
    }
    if (++r->n == r->stop_at)
        loop_stop(r->loop);
}

static void post(struct inbox *b, int thread, int number)
{
    struct note *note = malloc(sizeof *note);

    note->thread = thread;
    note->number = number;
    inbox_post(b, &note->m);
}

struct poster {
    pthread_t thread;
    struct inbox *inbox;
    int number;
};

static void *post_many(void *ctx)
{
    struct poster *p = ctx;

    for (int i = 0; i < MESSAGES; i++)
        post(p->inbox, p->number, i);
    return NULL;
}

Test(inbox, brings_messages_of_many_threads_in_their_order)
{
    struct poster posters[THREADS];
    struct reader r = {.stop_at = THREADS * MESSAGES};

    loop_new(&r.loop);
    cr_assert_eq(inbox_new(r.loop, receive, &r, &r.inbox), 0);
    for (int i = 0; i < THREADS; i++) {
        posters[i] = (struct poster){.inbox = r.inbox, .number = i};
        pthread_create(&posters[i].thread, NULL, post_many, &posters[i]);
    }
    loop_run(r.loop);
    cr_assert_eq(r.n, THREADS * MESSAGES);
    for (int i = 0; i < THREADS; i++)
        pthread_join(posters[i].thread, NULL);
    inbox_free(r.inbox);
    loop_free(r.loop);
}

Test(inbox, delivers_what_is_there_when_freed)
{
    struct reader r = {0};

    loop_new_virtual(0, 0, &r.loop);
    inbox_new(r.loop, receive, &r, &r.inbox);
    for (int i = 0; i < 3; i++)
        post(r.inbox, 0, i);
    cr_assert_eq(r.n, 0, "not from within the post");
    cr_assert_null(inbox_free(r.inbox));
    cr_assert_eq(r.n, 3);
    cr_assert_null(inbox_free(NULL));
    loop_free(r.loop);
}

Test(inbox, can_be_freed_by_its_receiver)
{
    struct reader r = {.frees = true};

    loop_new_virtual(0, 0, &r.loop);
    inbox_new(r.loop, receive, &r, &r.inbox);
    for (int i = 0; i < 3; i++)
        post(r.inbox, 0, i);
    loop_turn(r.loop);
    cr_assert_eq(r.n, 3);
    cr_assert_null(r.inbox);
    loop_free(r.loop);
}
