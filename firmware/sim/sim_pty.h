/* sim_pty.h - one end of a serial line (a pseudo terminal): programs open the other one by its name, as they open a board's USB.
 *
 * While nobody has it open what is written goes nowhere, as with a board on USB, and nothing is kept for who comes later.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct loop;
struct sim_pty;

struct sim_pty_events {
    void (*received)(void *ctx, const void *bytes, size_t n);
};

/* `link`: a symbolic link to its name, which is replaced where it is one already and goes with it; NULL: none. */
int sim_pty_new(struct loop *l, const char *link, const struct sim_pty_events *events, void *ctx,
    struct sim_pty **ret, struct error *e);
/* "/dev/pts/7" */
const char *sim_pty_name(const struct sim_pty *p);
/* Somebody has the other end open. */
bool sim_pty_is_open(const struct sim_pty *p);
/* All or nothing. -EAGAIN: who has it open does not read. */
int sim_pty_write(struct sim_pty *p, const void *bytes, size_t n);
/* NULL-safe; returns NULL. */
struct sim_pty *sim_pty_free(struct sim_pty *p);
