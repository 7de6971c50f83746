/* batch_run.h - virtual BLE batch cameras from their options to their end. */
#pragma once

#include "batch_options.h"

/* Until SIGINT or SIGTERM. Prints "listening bus=ADDRESS cameras=N" when they are on the bus, or
 * "listening adapter=hciN" with a real BlueZ. Returns the exit status. */
int batch_run(const struct batch_options *o);
