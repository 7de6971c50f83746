/* settings_store.h - a module's settings in the non-volatile memory:
 *
 *     namespace "module": name text · game i32 · threshold i32, in dBm
 *
 * Each is written as a whole or not at all when the power goes; whoever reads checks ranges. The name is for those who flash
 * modules to set (the program's options, or a NVS partition of their own): nothing on the air changes it, so it is not written.
 */
#ifndef SETTINGS_STORE_H
#define SETTINGS_STORE_H

#include "play_module.h"

/* What is not there is left as it is, but for the name: then it is that of the options. */
void settings_load(struct play_module_settings *ret);
/* Writes flash, which takes some milliseconds. Negative: what is in there is not known. */
int settings_save(const struct play_module_settings *settings);

#endif
