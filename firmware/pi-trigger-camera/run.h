/* run.h - a camera service from its options to its end: what main() is, here and in the
 * simulated camera. */
#pragma once

#include "base/error.h"
#include "options.h"

struct loop;
struct service;

/* Faces of another dialect, put before the service. */
struct run_faces {
    int (*attach)(
        struct loop *l, struct service *s, const struct options *o, void **ret, struct error *e);
    void (*detach)(void *faces);
};

/* Until SIGINT or SIGTERM, or enough frames. Prints "listening trigger_port=… mjpeg_port=…" when
 * it can be reached. Returns the exit status. */
int run(const struct options *o, const struct run_faces *faces);
