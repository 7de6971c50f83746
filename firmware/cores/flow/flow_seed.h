/* flow_seed.h - the detector of the first debug cameras, to the bit and with its faults: for who compares. Use flow.h for
 * everything else.
 *
 * It compares 48 blocks of 40 x 40 pixels of two frames of 320 x 240 with everything 10 px around in steps of 2. Its faults:
 * what is flat drifts to the left and up with full confidence; a pixel's index has 16 bits, so that rows from 204 on are
 * taken from the frame's top; blocks count as active when they are sure, still or not.
 */
#ifndef FLOW_SEED_H
#define FLOW_SEED_H

#include <stdbool.h>
#include <stdint.h>

#include "flow_direction.h"
#include "flow_trajectory.h"

#define FLOW_SEED_WIDTH 320
#define FLOW_SEED_HEIGHT 240
#define FLOW_SEED_BLOCK 40
#define FLOW_SEED_COLUMNS 8
#define FLOW_SEED_ROWS 6

struct flow_seed_block {
    int8_t dx, dy;
    uint8_t confidence;
    bool valid;
};

struct flow_seed {
    uint8_t min_confidence, min_active_blocks;
    struct flow_seed_block blocks[FLOW_SEED_ROWS][FLOW_SEED_COLUMNS];
    /* Of the last frame. */
    uint8_t intensity, confidence; /* 0 … 255; 0 … 100 */
    uint8_t active_blocks, brightness, flash;
    bool active;
    uint32_t speed; /* 1/256 px per frame, rounded down */
    enum motion_direction direction;
    bool centred;
    int32_t x, y; /* the centre of what moves, 1/256 px */
    struct flow_trajectory trajectory;
};

void flow_seed_init(struct flow_seed *s);
/* Sets both thresholds; what it begins with, 50 and 6, no sensitivity gives. */
void flow_seed_sensitivity(struct flow_seed *s, uint8_t sensitivity);
/* Two frames of 320 x 240; before the first one there was one of zeros. */
void flow_seed_run(
    struct flow_seed *s, const uint8_t *first, const uint8_t *second, int64_t now_us);

/* Parts of it, for who compares parts. */
uint8_t flow_seed_confidence(uint32_t sad);
/* blocks → all of the summary but brightness, flash and trajectory. */
void flow_seed_summarise(struct flow_seed *s);
/* Blocks that differ from their neighbours become invalid. */
void flow_seed_outliers(struct flow_seed *s);

#endif
