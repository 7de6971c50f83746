/* spawn.h - fork and exec as our children need it (of process.c).
 *
 * uv_spawn() and posix_spawn() cannot ask for PR_SET_PDEATHSIG, so this is a fork of our own.
 * Between fork and exec the child does only what is safe after a fork of a threaded process;
 * everything that allocates is done before.
 */
#pragma once

#include <sys/types.h>

#include "base/error.h"

/* Runs argv[0] (looked up in PATH) with /dev/null, `out_fd` and `err_fd` as its three; those stay
 * the caller's. It is the leader of a process group of its own (a Ctrl-C in the terminal is for us
 * to hand on), has all signals at their defaults, and gets SIGKILL when the calling thread ends.
 * -ENOENT and others with a sentence. */
int spawn(const char *const argv[], int out_fd, int err_fd, pid_t *ret, struct error *e);
