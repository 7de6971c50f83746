/* host_task.c - the virtual clock: what is due, one thing per turn; and handles. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fakes/host_private.h"

/* So many turns without time passing, and the driver keeps the loop busy. */
#define MAX_TURNS_AT_ONE_TIME 1000000

void *fake_array_add(struct fake_array *a, size_t size)
{
    void **items = realloc(a->items, (a->n + 1) * sizeof *items), *item = calloc(1, size);

    if (!items || !item)
        fake_fail("no memory");
    a->items = items;
    return a->items[a->n++] = item;
}

void *fake_array_get(const struct fake_array *a, size_t i, const char *what)
{
    if (i >= a->n)
        fake_fail("there is no %s %zu, only %zu", what, i, a->n);
    return a->items[i];
}

void fake_array_fini(struct fake_array *a, void (*fini)(void *item))
{
    for (size_t i = 0; i < a->n; i++) {
        if (fini)
            fini(a->items[i]);
        free(a->items[i]);
    }
    free(a->items);
    *a = (struct fake_array){0};
}

char *fake_strdup(const char *s)
{
    char *copy = s ? strdup(s) : NULL;

    if (s && !copy)
        fake_fail("no memory");
    return copy;
}

void *fake_memdup(const void *bytes, size_t n)
{
    /* Of just this size, so that a sanitizer sees reads beyond it. */
    void *copy = malloc(MAX(n, 1));

    if (!copy)
        fake_fail("no memory");
    if (n > 0)
        memcpy(copy, bytes, n);
    return copy;
}

/* --- tasks ------------------------------------------------------------------------------------ */

struct fake_task *fake_task_add(struct fake_host *h, int64_t us, wr_handle handle,
    void (*run)(struct fake_host *, struct fake_task *), void *object)
{
    struct fake_task *t = calloc(1, sizeof *t);
    struct list *before = h->tasks.prev;

    if (!t)
        fake_fail("no memory");
    t->due_us = h->now_us + MAX(us, 0);
    t->handle = handle;
    t->run = run;
    t->object = object;
    while (before != &h->tasks && list_entry(before, struct fake_task, link)->due_us > t->due_us)
        before = before->prev;
    list_prepend(before, &t->link);
    return t;
}

void fake_task_bytes(struct fake_task *t, const void *bytes, size_t n)
{
    t->bytes = fake_memdup(bytes, n);
    t->n = n;
}

static void task_free(struct fake_task *t)
{
    list_remove(&t->link);
    free(t->bytes);
    free(t);
}

void fake_tasks_run(struct fake_host *h, int64_t until_us)
{
    unsigned n_turns = 0;

    if (h->inside)
        fake_fail("time cannot pass inside of %s", h->inside);
    while (!list_empty(&h->tasks)) {
        struct fake_task *t = list_first(&h->tasks, struct fake_task, link);

        if (t->due_us > until_us)
            break;
        n_turns = t->due_us > h->now_us ? 0 : n_turns + 1;
        if (n_turns > MAX_TURNS_AT_ONE_TIME)
            fake_fail("the driver keeps the loop busy: something is always due at once");
        h->now_us = MAX(h->now_us, t->due_us);
        list_remove(&t->link);
        if (t->handle == 0 || fake_handle_find(h, t->handle))
            t->run(h, t);
        task_free(t);
    }
    h->now_us = MAX(h->now_us, until_us);
}

void fake_tasks_fini(struct fake_host *h)
{
    while (!list_empty(&h->tasks))
        task_free(list_first(&h->tasks, struct fake_task, link));
}

/* --- handles ---------------------------------------------------------------------------------- */

wr_handle fake_handle_add(struct fake_device *d, enum fake_handle_kind kind, void *object)
{
    struct fake_host *h = d->host;
    struct fake_handle *x, **grown;
    size_t n = 0;

    for (size_t i = 0; i < h->n_handles; i++)
        n += h->handles[i]->owner == d;
    if (n >= FAKE_MAX_HANDLES)
        return 0;
    x = calloc(1, sizeof *x);
    grown = realloc(h->handles, (h->n_handles + 1) * sizeof(struct fake_handle *));
    if (!x || !grown)
        fake_fail("no memory");
    *x = (struct fake_handle){.id = ++h->last_handle, .kind = kind, .owner = d, .object = object};
    h->handles = grown;
    h->handles[h->n_handles++] = x;
    return x->id;
}

struct fake_handle *fake_handle_find(const struct fake_host *h, wr_handle id)
{
    for (size_t i = 0; i < h->n_handles; i++) {
        if (h->handles[i]->id == id)
            return h->handles[i];
    }
    return NULL;
}

void *fake_handle_get(const struct fake_device *d, wr_handle id, enum fake_handle_kind kind)
{
    struct fake_handle *x = fake_handle_find(d->host, id);

    return x && x->owner == d && x->kind == kind ? x->object : NULL;
}

void fake_handle_drop(struct fake_host *h, wr_handle id)
{
    for (size_t i = 0; i < h->n_handles; i++) {
        if (h->handles[i]->id != id)
            continue;
        free(h->handles[i]);
        h->handles[i] = h->handles[--h->n_handles];
        return;
    }
}

size_t fake_handle_count(const struct fake_device *d, enum fake_handle_kind kind)
{
    size_t n = 0;

    for (size_t i = 0; i < d->host->n_handles; i++)
        n += d->host->handles[i]->owner == d && d->host->handles[i]->kind == kind;
    return n;
}
