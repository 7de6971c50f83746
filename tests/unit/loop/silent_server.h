/* silent_server.h - a name server that says nothing as long as the test lasts. For resolver_set_backend(); one in each process. */
#pragma once

#include <criterion/criterion.h>
#include <errno.h>
#include <unistd.h>

#include "loop/resolver.h"
#include "wait.h"

/* The resolver's threads have no context, so this lives in file scope. */
static int silence[2];

static inline int says_nothing(
    const char *name, struct sockaddr_storage *ret, size_t max, size_t *ret_n)
{
    char byte;

    return read(silence[0], &byte, 1) == 1 ? -ENOENT : -EIO;
}

static inline resolver_backend silent_server(void)
{
    cr_assert_eq(pipe(silence), 0);
    return says_nothing;
}

/* The thread that waits takes its last steps, for the sanitizers to see. */
static inline void silence_ends(struct loop *l)
{
    cr_assert_eq(write(silence[1], "x", 1), 1);
    some_turns(l);
}
