/* wifi_old_detector.h - what old debug cameras find in their frames of 320 x 240, and how they say it.
 *
 *     roadmap, shipped   the detector of the first cameras, to the bit (flow_seed.h). The overlay of the one has all 48 blocks and
 *                        nothing in them, that of the other every valid block, moving or not
 *     head               another detector on 8 x 8 blocks of 30 px, which cover the left 240 px; what drew its overlay took
 *                        it for 6 x 6 of 40 px. Its detector is played by ours, in whole pixels
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "flow_seed.h"
#include "wifi_options.h"

#define WIFI_OLD_WIDTH FLOW_SEED_WIDTH
#define WIFI_OLD_HEIGHT FLOW_SEED_HEIGHT
#define WIFI_OLD_SIDE_MAX 8
/* What was sent at most: 4.06 kB. */
#define WIFI_OLD_OVERLAY_MAX 8192
#define WIFI_OLD_METRICS_MAX 512

/* Of the last frame, but for the counts. */
struct wifi_old_seen {
    struct flow_seed_block blocks[WIFI_OLD_SIDE_MAX][WIFI_OLD_SIDE_MAX];
    uint8_t intensity, confidence; /* 0 … 255; 0 … 100 */
    uint8_t active_blocks, brightness, flash, n_points;
    bool active;
    uint32_t speed; /* 1/256 px per frame */
    enum motion_direction direction;
    uint32_t n_frames, n_active_frames;
    int64_t compute_us; /* of all frames together */
};

struct wifi_old_detector;

int wifi_old_detector_new(enum wifi_dialect dialect, struct wifi_old_detector **ret);
/* The next frame. On any thread, one at a time. */
void wifi_old_detector_run(struct wifi_old_detector *d, const uint8_t *grey, int64_t now_us);
const struct wifi_old_seen *wifi_old_detector_seen(const struct wifi_old_detector *d);
/* NULL-safe; returns NULL. */
struct wifi_old_detector *wifi_old_detector_free(struct wifi_old_detector *d);

/* --- wifi_old_json.c: texts with a NUL; their length -------------------------------------------- */

/* `grid`: head's blocks to a side. */
size_t wifi_old_overlay(const struct wifi_old_seen *s, enum wifi_dialect dialect, unsigned grid,
    char out[static WIFI_OLD_OVERLAY_MAX]);
size_t wifi_old_metrics(const struct wifi_old_seen *s, char out[static WIFI_OLD_METRICS_MAX]);
