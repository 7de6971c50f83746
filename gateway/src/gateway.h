/* gateway.h - the whole program as one object: everything is built in order, and torn down in the
 * opposite one. */
#pragma once

#include "base/error.h"

struct gateway;

/* Builds all of it from a configuration file (NULL: defaults and environment), begins to listen and
 * tells the service manager. `config` problems are printed to standard error, one per line. A
 * sentence in `e` otherwise. */
int gateway_start(const char *config_file, struct gateway **ret, struct error *e);
/* Until SIGINT or SIGTERM. SIGHUP and a change of the file apply the configuration anew. */
int gateway_run(struct gateway *g);
struct gateway *gateway_stop(struct gateway *g);
