/* resolver.h - names to addresses without blocking anything: neither the loop nor the worker pool.
 *
 * getaddrinfo() on a thread of its own per name (it knows /etc/hosts, nss-mdns and the search list;
 * c-ares does not know .local). A dead name server keeps such a thread for half a minute; therefore
 * at most RESOLVER_MAX_THREADS, callers of the same name share one, a caller waits
 * RESOLVER_TIMEOUT_US at most, and at shutdown hanging threads are left to end by themselves.
 */
#pragma once

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/hostname.h"

struct loop;
struct resolver;
struct resolve;

#define RESOLVER_MAX_THREADS 8
#define RESOLVER_TIMEOUT_US INT64_C(5000000)
#define RESOLVER_MAX_ADDRESSES 8
#define RESOLVER_MAX_NAME HOSTNAME_MAX

int resolver_new(struct loop *l, struct resolver **ret);
/* Pending callers must be cancelled before. Returns NULL. */
struct resolver *resolver_free(struct resolver *r);

/* result 0: 1 … RESOLVER_MAX_ADDRESSES addresses, port 0, in the system's order; else -ENOENT no
 * such name, -ETIMEDOUT, -EAGAIN (too many look-ups hang), -EIO. Never called from within
 * resolver_lookup(). */
typedef void (*resolve_fn)(
    void *ctx, int result, const struct sockaddr_storage *addresses, size_t n);
/* An address as text is answered without a thread. -EINVAL: not a name. */
int resolver_lookup(
    struct resolver *r, const char *name, resolve_fn fn, void *ctx, struct resolve **ret);
/* No call any more; the handle is gone (it also is after the call). */
void resolve_cancel(struct resolve *q);

/* How names are looked up; NULL: getaddrinfo. For tests (a name server that never answers). Called
 * on a thread. */
typedef int (*resolver_backend)(
    const char *name, struct sockaddr_storage *ret, size_t max, size_t *ret_n);
void resolver_set_backend(struct resolver *r, resolver_backend fn);
