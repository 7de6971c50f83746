/* settings_store.h - network and settings in the non-volatile memory, as one value: it is the old or the new one when the power
 * goes. Unless flash is encrypted (ESP-IDF's flash encryption), who has the board in his hands can read the password.
 *
 *     namespace "wifi-camera": "kept" blob
 *      0        1         2             3            4            5–6            7–39          40–104
 *     ┌────────┬─────────┬─────────────┬────────────┬────────────┬──────────────┬─────────────┬─────────────┐
 *     │ form 1 │ enabled │ web_enabled │ stream_fps │ frame_size │ web_port, LE │ ssid, NUL … │ pass, NUL … │
 *     └────────┴─────────┴─────────────┴────────────┴────────────┴──────────────┴─────────────┴─────────────┘
 */
#ifndef SETTINGS_STORE_H
#define SETTINGS_STORE_H

#include "wifi_camera.h"

/* False: nothing was ever saved, or by another firmware. The reader checks ranges. */
bool settings_load(struct wifi_camera_kept *ret);
/* Writes flash, which takes some milliseconds. Negative: it is as before. */
int settings_save(const struct wifi_camera_kept *kept);

#endif
