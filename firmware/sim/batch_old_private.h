/* batch_old_private.h - between the files of the old cameras.
 *
 *     batch_old.c           what they are, and what a host does with them
 *     batch_old_steps.c     what they do, one after the other
 *     batch_old_pictures.c  their memory
 *     batch_old_config.c    how they read CONFIG
 */
#pragma once

#include "base/clock.h"
#include "base/util.h"
#include "batch_sim.h"
#include "batch_text.h"
#include "loop/timer.h"

enum { OLD_CHAR_STATUS, OLD_CHAR_DATA, OLD_CHAR_COMMAND, OLD_CHAR_CONFIG, OLD_N_CHARS };

enum old_state {
    OLD_OFF,
    OLD_SLEEP, /* between pictures; v0: until T */
    OLD_CAPTURE,
    OLD_HOST,  /* nobody is connected */
    OLD_READY, /* no R yet */
    OLD_BEFORE_COUNT,
    OLD_COUNT,
    OLD_ACKNOWLEDGE_COUNT,
    OLD_IMAGE,
    OLD_ACKNOWLEDGE_IMAGE,
    OLD_PIECE,
    OLD_AFTER_PIECE,
    OLD_NEXT,
    OLD_AFTER_PICTURE,
    OLD_LEAVE, /* the host is to go */
};

struct old_part {
    uint8_t *bytes;
    size_t n;
};

struct batch_old {
    struct loop *loop;
    const struct batch_options *options;
    enum batch_dialect dialect;
    struct gatt_app app;
    char name[32];
    struct still *still;
    struct timer timer;
    enum old_state state;
    int64_t limit_us; /* of what is waited for */

    int64_t interval_us;
    unsigned threshold_permille;
    uint64_t left;
    struct old_part pictures[BATCH_MAX_COUNT]; /* v0: picture and sound */
    unsigned n_pictures, at;
    size_t offset;

    bool connected;
    bool acknowledged, next, ready, triggered;
    char status[BATCH_STATUS_MAX_BYTES];
    size_t n_status;
    uint8_t config[BATCH_CONFIG_MAX_PARSED_BYTES];
    size_t n_config;
};

/* --- batch_old_pictures.c ---------------------------------------------------------------------- */

/* What does not fit is no picture. */
void old_keep(struct batch_old *c, const void *bytes, size_t n);
/* WAV, 8 kHz, 16 bit, mono: a tone of 440 Hz. */
void old_keep_sound(struct batch_old *c);
void old_forget(struct batch_old *c);
unsigned old_used_permille(const struct batch_old *c);

/* --- batch_old_steps.c ------------------------------------------------------------------------- */

/* Until the next picture; v0: until T. */
void old_sleep(struct batch_old *c);
/* The timer's function: whatever comes next. */
void old_step(struct timer *t);
/* The sensor's picture, as struct still_events. */
void old_taken(void *ctx, const uint8_t *jpeg, size_t n, const char *why);
/* What was written to CONFIG. */
void old_apply_config(struct batch_old *c);
