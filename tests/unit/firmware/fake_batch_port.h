/* fake_batch_port.h - the BLE batch camera's world on a virtual clock: a sensor, memory, a radio's stack, a flash. */
#pragma once

#include "batch_camera.h"

#define FAKE_MAX_NOTES 8192
#define FAKE_MAX_PICTURES 256
#define FAKE_MAX_PICTURE_BYTES 20000

struct fake_note {
    enum batch_characteristic chr;
    int64_t at_us;
    size_t n;
    uint8_t bytes[BATCH_VALUE_MAX];
};

struct fake_batch {
    struct batch_camera camera;
    int64_t now_us;

    unsigned n_captures, n_failing; /* n_failing: captures from now on that give nothing */
    bool hangs, refuses;            /* the sensor never answers, cannot begin */
    bool wants_picture;
    unsigned in_hand;     /* the power went while it was given to the camera; 0: none */
    size_t picture_bytes; /* of the pictures to come */
    size_t memory_bytes;
    struct fake_picture *held; /* in that memory */
    unsigned n_pictures_held;
    /* Called for each picture that the camera gives up, with the number it was taken under; and for each that was in its
     * memory when the power went. */
    void (*on_forget)(struct fake_batch *f, unsigned number);
    void (*on_lose)(struct fake_batch *f, unsigned number);

    /* The power goes at this point (1 …): before and after whatever the camera does to its world. 0: it stays. */
    unsigned n_points, cut_at;
    bool dead; /* until fake_batch_reboot() */

    struct fake_note notes[FAKE_MAX_NOTES]; /* what came through the stack */
    unsigned n_notes;
    unsigned room; /* notifications that the stack takes before it is full */
    uint8_t values[BATCH_N_CHARACTERISTICS][BATCH_VALUE_MAX + 1];
    size_t n_values[BATCH_N_CHARACTERISTICS];
    char lines[8][32];
    bool advertising;
    unsigned n_disconnects;

    bool has_saved, save_fails, saves_slowly;
    struct batch_config saved, saving;
    struct batch_config promised; /* what held when the display last said that it is saved */
    unsigned n_saves;
    uint32_t boot;
    int64_t clock_ms;
};

extern struct fake_batch *w;

/* TestSuite(…, .init = fake_batch_begin, .fini = fake_batch_end): 1 MB of memory, pictures of 1200 bytes, a picture every 5 s, T 95 %. */
void fake_batch_begin(void);
void fake_batch_end(void);
/* The power went: all but the flash is gone, and the camera starts again. */
void fake_batch_reboot(void);

/* The camera lives up to then; the sensor answers. */
void fake_batch_until(int64_t us);
void fake_batch_pass(int64_t us);
/* One event of the camera's own, at the latest at `us`. */
void fake_batch_one(int64_t us);
/* Captures, by the clock, until so many pictures wait. */
void fake_batch_fill(unsigned n);

/* The picture that was taken as number `n` (1 …): what it must look like. Returns its size as it was taken. */
void fake_batch_jpeg(unsigned number, size_t n, uint8_t *out);

/* A host connects and subscribes to all, STATUS before DATA. */
void fake_batch_connect(unsigned mtu);
/* It left, or the link was lost. */
void fake_batch_disconnect(bool by_host);
void fake_batch_write(enum batch_characteristic chr, const void *bytes, size_t n);
void fake_batch_command(char c);
/* What the host has heard since it last asked, in short: "COUNT:1 IMAGE:1200 512 512 176 ". Valid until the next call. */
const char *fake_batch_heard(void);
const char *fake_batch_value(enum batch_characteristic chr);
