/* older.h - the dialects without LINK: what their files keep, and what they do for each other. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <warren/driver.h>
#include <warren/frame.h>

#include "batch_text.h"

/* --- older.c ---------------------------------------------------------------------------------- */

enum older_state { OLDER_READY, OLDER_BATCH, OLDER_RECEIVING };

struct older {
    enum older_state state;
    bool counted; /* a COUNT came since STATUS was subscribed */
    uint32_t n_count, n_image;
    uint32_t announced; /* an IMAGE that waits for the disk or for a frame; 0: none */
    struct wr_frame *frame;
    wr_handle quiet; /* nothing more of this batch comes */
    wr_handle retry;
    int64_t announced_us;
};

/* All is subscribed, and STATUS has been read (n 0: it cannot be). */
void older_ready(struct wr_dev *dev, const uint8_t *status, size_t n);
/* A notification of STATUS. */
void older_status(struct wr_dev *dev, const uint8_t *bytes, size_t n);
/* One byte to COMMAND. */
void older_command(struct wr_dev *dev, enum batch_command c);
void older_lost(struct wr_dev *dev);
/* Neither a batch nor its beginning is to be expected just now. */
bool older_calm(const struct wr_dev *dev);

/* --- generation.c ----------------------------------------------------------------------------- */

/* Of this link only: another camera may answer to the same name. */
struct generation {
    enum { GENERATION_UNKNOWN, GENERATION_AWAKE, GENERATION_ASLEEP } is;
    bool said;      /* R */
    bool in_time;   /* … and a COUNT that needs none would have come before it */
    wr_handle hold; /* R is held back */
};

/* STATUS was subscribed just now; R is said when it is time. */
void generation_begin(struct wr_dev *dev);
/* It told its memory. */
void generation_memory(struct wr_dev *dev);
void generation_count(struct wr_dev *dev);
void generation_lost(struct wr_dev *dev);

/* --- trigger.c -------------------------------------------------------------------------------- */

struct trigger {
    enum { TRIGGER_IDLE, TRIGGER_ASKED, TRIGGER_PICTURE, TRIGGER_SOUND, TRIGGER_SAVING } state;
    bool on;
    int64_t period_us, rests_until_us;
    struct wr_frame *picture, *sound;
    uint32_t n_sound;
    wr_handle next, late, call;
    uint8_t early[BATCH_CHUNK_BYTES]; /* the first piece, seen before the sizes */
    size_t n_early;
};

void trigger_ready(struct wr_dev *dev);
void trigger_sizes(struct wr_dev *dev, const struct batch_status *s);
/* A notification of DATA: true when it was the first piece of a picture whose sizes are to come. */
bool trigger_early(struct wr_dev *dev, const uint8_t *bytes, size_t n);
void trigger_lost(struct wr_dev *dev);
/* The next one after `s` seconds, and each after. */
void trigger_every(struct wr_dev *dev, int64_t s);
/* Takes one now, for a command. */
int trigger_now(struct wr_dev *dev, wr_handle call);
