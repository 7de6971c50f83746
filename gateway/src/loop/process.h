/* process.h - child programs (ffmpeg, rpicam-vid): argv only, never a shell; standard output read
 * on the loop.
 *
 * A child dies with us (PR_SET_PDEATHSIG), gets no file descriptor but its three, and its standard
 * error becomes lines of our log.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct loop;
struct process;

struct process_events {
    /* Bytes of its standard output; NULL: it goes to /dev/null. Returns how many were used; the
     * rest is offered again with more. */
    size_t (*output)(void *ctx, struct process *p, const uint8_t *bytes, size_t n);
    /* It ended and all output was offered (what a grandchild writes a second later is lost).
     * status: exit code, or 128 + signal. The process is gone when this returns. */
    void (*ended)(void *ctx, struct process *p, int status);
};

/* argv[0] is looked up in PATH. -ENOENT and a sentence when it is not there. `max_bytes`: of output
 * not yet used; a child that writes more waits, until process_resume() offers it again. Call it
 * from the thread that lives longest: with it the child dies. */
int process_start(struct loop *l, const char *const argv[], size_t max_bytes,
    const struct process_events *events, void *ctx, struct process **ret, struct error *e);
/* Stop and go on reading its output: the pipe fills and the child waits. */
void process_pause(struct process *p);
void process_resume(struct process *p);
/* SIGTERM to it and its process group, SIGKILL after `grace_us`; ends a pause; ended() still
 * comes. */
void process_stop(struct process *p, int64_t grace_us);
/* As process_stop(), but nothing is called any more and the pointer is gone. loop_free() kills what
 * has not ended until then. */
#define PROCESS_CLOSE_GRACE_US INT64_C(2000000)
void process_close(struct process *p);
