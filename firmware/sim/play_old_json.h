/* play_old_json.h - a hub's answers as MicroPython writes them: a blank behind commas and colons, keys in the order of its hash
 * table, and names as they are, whatever bytes they have. (Ours are hub_message.h's.)
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "air_message.h"
#include "hub_message.h"

/* More than a hub's playground has; the next ones are not listed. */
#define OLD_HUB_ROWS_MAX 64

struct old_hub_row {
    uint8_t mac[HUB_MAC_RAW_BYTES];
    char id[AIR_TEXT_BYTES], type[AIR_TYPE_BYTES];
    int rssi_dbm, battery_percent;
};

/* Each byte as six, and what stands around them. */
#define OLD_HUB_ANSWER_MAX (OLD_HUB_ROWS_MAX * (6 * (AIR_TEXT_BYTES + AIR_TYPE_BYTES) + 100) + 64)

/* Lengths, without a NUL; 0: it does not fit. */
size_t old_hub_ack(struct span command, bool sent, struct span threshold, char *out, size_t cap);
size_t old_hub_error(struct span command, char *out, size_t cap);
size_t old_hub_devices(
    const struct old_hub_row *rows, unsigned n, int threshold_dbm, char *out, size_t cap);
