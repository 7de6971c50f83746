/* healthcheck.h - `warren healthcheck`: asks the gateway that runs beside it, for containers that
 * have no curl. */
#pragma once

/* GET /healthz on the address that the configuration names; 0.0.0.0 and :: are asked on loopback.
 * 0: healthy; 1: not, with a sentence on standard error. Gives up after three seconds, so that a
 * gateway that hangs is told from one that is well. */
int healthcheck(const char *config_file);
