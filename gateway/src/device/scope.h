/* scope.h - what a device holds: timers, sockets, requests, calls, each under a handle that is
 * never memory.
 *
 * A handle is generation << 16 | slot + 1. Generations rise over all scopes, so a handle that
 * ended, or one of another device, is found out and not followed. Clearing the scope cancels
 * everything: that is how a driver cannot leave anything behind.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <warren/driver.h>

/* Handles that one device may have at a time: calls in flight, a few sockets, timers. */
#define SCOPE_MAX 256

struct scope_kind {
    const char *name;
    /* Ends the object without any call to the driver, and frees it. */
    void (*cancel)(void *object);
};

struct scope_slot {
    const struct scope_kind *kind; /* NULL: free */
    void *object;
    uint64_t generation;
};

/* Embedded in a device. */
struct scope {
    uint64_t *generation; /* shared by all scopes of the gateway */
    struct scope_slot *slots;
    size_t n_slots, n_used;
};

void scope_init(struct scope *s, uint64_t *generation);
/* Clears, then frees. */
void scope_fini(struct scope *s);
/* 0: no room or no memory; the object stays the caller's. */
wr_handle scope_add(struct scope *s, const struct scope_kind *kind, void *object);
/* The object; NULL: stale, or of another kind (kind NULL: any). */
void *scope_get(const struct scope *s, wr_handle handle, const struct scope_kind *kind);
/* Takes the handle out; the object is the caller's again. NULL: stale. */
void *scope_take(struct scope *s, wr_handle handle, const struct scope_kind *kind);
/* Cancels one. -ESTALE. */
int scope_cancel(struct scope *s, wr_handle handle);
/* Cancels all. */
void scope_clear(struct scope *s);
/* One of that kind; NULL: there is none. */
void *scope_first(const struct scope *s, const struct scope_kind *kind);
/* Objects of one kind. */
size_t scope_count(const struct scope *s, const struct scope_kind *kind);
