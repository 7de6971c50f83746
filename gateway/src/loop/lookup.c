#include "loop/lookup.h"

#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

struct lookup_way_back {
    atomic_uint n_refs;
    pthread_mutex_t lock;
    struct inbox *inbox; /* NULL: closed */
};

struct lookup_way_back *lookup_way_back_new(struct inbox *b)
{
    struct lookup_way_back *w = calloc(1, sizeof *w);

    if (!w)
        return NULL;
    atomic_init(&w->n_refs, 1);
    pthread_mutex_init(&w->lock, NULL);
    w->inbox = b;
    return w;
}

static void way_back_unref(struct lookup_way_back *w)
{
    if (atomic_fetch_sub(&w->n_refs, 1) > 1)
        return;
    pthread_mutex_destroy(&w->lock);
    free(w);
}

void lookup_way_back_close(struct lookup_way_back *w)
{
    pthread_mutex_lock(&w->lock);
    w->inbox = NULL;
    pthread_mutex_unlock(&w->lock);
    way_back_unref(w);
}

/* Consumes the thread's references. */
static void way_back_post(struct lookup_way_back *w, struct lookup *k)
{
    bool posted;

    pthread_mutex_lock(&w->lock);
    posted = w->inbox != NULL;
    if (posted)
        inbox_post(w->inbox, &k->message);
    pthread_mutex_unlock(&w->lock);
    if (!posted)
        lookup_unref(k);
    way_back_unref(w);
}

struct lookup *lookup_new(const char *name, resolver_backend backend)
{
    struct lookup *k = calloc(1, sizeof *k);

    if (!k)
        return NULL;
    atomic_init(&k->n_refs, 1);
    memcpy(k->name, name, strlen(name) + 1);
    k->backend = backend;
    list_init(&k->link);
    list_init(&k->callers);
    return k;
}

void lookup_unref(struct lookup *k)
{
    if (atomic_fetch_sub(&k->n_refs, 1) == 1)
        free(k);
}

static void *lookup_thread(void *arg)
{
    struct lookup *k = arg;

    k->result = k->backend(k->name, k->addresses, RESOLVER_MAX_ADDRESSES, &k->n_addresses);
    if (k->result >= 0 && k->n_addresses == 0)
        k->result = -ENOENT;
    way_back_post(k->way_back, k);
    return NULL;
}

/* Signals are for the loop's thread. */
static int thread_detached(void *(*fn)(void *), void *arg)
{
    sigset_t all, before;
    pthread_attr_t attr;
    pthread_t thread;
    int r;

    sigfillset(&all);
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    r = pthread_create(&thread, &attr, fn, arg);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attr);
    return -r;
}

int lookup_begin(struct lookup *k, struct lookup_way_back *w)
{
    int r;

    k->way_back = w;
    atomic_fetch_add(&k->n_refs, 1);
    atomic_fetch_add(&w->n_refs, 1);
    r = thread_detached(lookup_thread, k);
    if (r < 0) {
        way_back_unref(w);
        lookup_unref(k);
        return -EAGAIN;
    }
    k->begun = true;
    return 0;
}

static int result_of(int eai)
{
    switch (eai) {
    case 0:
        return 0;
    case EAI_NONAME:
    case EAI_NODATA:
    case EAI_ADDRFAMILY:
        return -ENOENT;
    default:
        return -EIO;
    }
}

int lookup_by_getaddrinfo(const char *name, struct sockaddr_storage *ret, size_t max, size_t *ret_n)
{
    const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *all = NULL;
    size_t n = 0;
    int r = getaddrinfo(name, NULL, &hints, &all);

    if (r != 0)
        return result_of(r);
    for (struct addrinfo *a = all; a && n < max; a = a->ai_next)
        if (a->ai_addrlen <= sizeof ret[n])
            memcpy(&ret[n++], a->ai_addr, a->ai_addrlen);
    freeaddrinfo(all);
    *ret_n = n;
    return 0;
}
