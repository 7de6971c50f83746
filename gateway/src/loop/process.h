/* process.h - child programs (ffmpeg, rpicam-vid): argv only, never a shell; standard output read on the loop.
 *
 * A child dies with us (PR_SET_PDEATHSIG), gets no file descriptor but its three, and its standard error becomes lines of our log.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct loop;
struct process;

struct process_events {
    /* Bytes of its standard output; NULL: it goes to /dev/null. Returns how many were used; the rest is offered again with more. */
    size_t (*output)(void *ctx, struct process *p, const uint8_t *bytes, size_t n);
    /* It ended and all output was offered. status: exit code, or 128 + signal. The process is gone. */
    void (*ended)(void *ctx, struct process *p, int status);
};

/* argv[0] is looked up in PATH. -ENOENT and a sentence when it is not there. `max_bytes`: of output not yet used; a child that
 * writes more waits. */
int process_start(struct loop *l, const char *const argv[], size_t max_bytes, const struct process_events *events, void *ctx,
    struct process **ret, struct error *e);
/* Stop and go on reading its output: the pipe fills and the child waits. */
void process_pause(struct process *p);
void process_resume(struct process *p);
/* SIGTERM, SIGKILL after `grace_us`; ended() still comes. */
void process_stop(struct process *p, int64_t grace_us);
/* As process_stop() but nothing is called any more and the pointer is gone. */
void process_close(struct process *p);
