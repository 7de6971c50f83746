/* batch_old_config.h - how the cameras that are out there read CONFIG: what comes of "F:30,T:80", and of texts that are less well
 * formed. A value that they do not take is not known in the result; nobody is told.
 */
#pragma once

#include <stddef.h>

#include "batch_text.h"

/* The first generation cuts at commas, looks at the first letter of each part and reads a number from the third on: "F=7" is 7,
 * "F7" nothing, " T:5" is not seen. F has no upper end, T 10 … 95. */
void batch_old_config_first(const void *text, size_t n, struct batch_config *ret);
/* Later ones look for "F:" and "T:" wherever they stand, in at most 63 bytes; T 2 … 95. */
void batch_old_config_later(const void *text, size_t n, struct batch_config *ret);
