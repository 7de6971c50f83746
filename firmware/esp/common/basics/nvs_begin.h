/* nvs_begin.h - the memory that outlives a loss of power. */
#ifndef NVS_BEGIN_H
#define NVS_BEGIN_H

#include <stdbool.h>

/* Once, before anything that uses it, the radio too. What cannot be read (other firmware's, or worn) is erased. False: there
 * is none; the log says why. */
bool nvs_begin(void);

#endif
