/* settings_store.h - F and T in the non-volatile memory, under the names and types of the cameras in use: who changes from
 * their program to this one, or back, keeps the settings.
 *
 *     namespace "settings": sleep_sec i32 in s · storage_pct blob of a float in percent
 *
 * Each of the two is written as a whole or not at all when the power goes; whoever reads checks ranges.
 */
#ifndef SETTINGS_STORE_H
#define SETTINGS_STORE_H

#include "batch_text.h"

/* False: nothing was ever saved. */
bool settings_load(struct batch_config *ret);
/* Writes flash, which takes some milliseconds. Negative: what is in there is not known. */
int settings_save(const struct batch_config *settings);

#endif
