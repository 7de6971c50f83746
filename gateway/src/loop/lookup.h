/* lookup.h - one name on its way through a thread that may hang for half a minute, and that nobody
 * waits for. (Of resolver.c.)
 *
 * The thread shares nothing with the resolver but the look-up itself (counted: one reference each)
 * and the way back, which is closed when the resolver goes: a thread that ends later finds nobody
 * there and frees what it has.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>

#include "base/list.h"
#include "loop/inbox.h"
#include "loop/resolver.h"

struct lookup_way_back;

struct lookup {
    atomic_uint n_refs;
    char name[RESOLVER_MAX_NAME + 1];
    resolver_backend backend;

    /* Written by the thread, read after the message came. */
    struct message message;
    int result;
    struct sockaddr_storage addresses[RESOLVER_MAX_ADDRESSES];
    size_t n_addresses;
    struct lookup_way_back *way_back;

    /* The resolver's own. */
    struct list link, callers;
    bool begun;
};

/* NULL: no memory. */
struct lookup *lookup_new(const char *name, resolver_backend backend);
void lookup_unref(struct lookup *k);
/* The look-up comes as a message when done, with a reference of its own. -EAGAIN: no thread to be
 * had. */
int lookup_begin(struct lookup *k, struct lookup_way_back *w);

struct lookup_way_back *lookup_way_back_new(struct inbox *b);
/* Nothing is posted any more when it returns. */
void lookup_way_back_close(struct lookup_way_back *w);

/* The system's own way. */
int lookup_by_getaddrinfo(
    const char *name, struct sockaddr_storage *ret, size_t max, size_t *ret_n);
