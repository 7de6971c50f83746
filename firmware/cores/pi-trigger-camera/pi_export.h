/* pi_export.h - pictures of the ring become files: as they are, or averaged; as JPEG, PNG or NumPy
 * array.
 *
 * pi_export_run() is a whole job and touches nothing but the job and its own port, so that it may
 * run on another thread than the camera. Rows are B, G, R bytes. An average is made row by row from
 * as many decoders as there are pictures: no whole picture is ever in memory.
 */
#ifndef PI_EXPORT_H
#define PI_EXPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pi_config.h"
#include "pi_ring.h"

/* More bytes of pictures are not taken into one job: it holds copies of them. */
#define PI_EXPORT_MAX_BYTES (32u << 20)
#define PI_EXPORT_PATH_MAX 512
#define PI_EXPORT_WHY_MAX 160
/* Of files that are made here: a decoder's picture is not made worse. */
#define PI_EXPORT_JPEG_QUALITY 95

struct pi_local_time {
    int year, month, day, hour, minute, second;
};

/* Gives row `y`; rows are asked for from 0 on, each once. */
typedef int (*pi_row_fn)(void *ctx, unsigned y, uint8_t *bgr);
typedef int (*pi_write_fn)(void *ctx, const void *bytes, size_t n);

/* The world of a job. Negative errno on failure; called from one thread at a time per job. */
struct pi_export_port {
    void *ctx;
    void (*local_time)(void *ctx, int64_t wall_us, struct pi_local_time *ret);
    /* A JPEG's rows from the top. */
    int (*decoder_open)(void *ctx, const uint8_t *jpeg, size_t n, void **ret, unsigned *ret_width,
        unsigned *ret_height);
    int (*decoder_row)(void *decoder, uint8_t *bgr);
    void (*decoder_close)(void *decoder);
    /* PI_FORMAT_JPG or PI_FORMAT_PNG. */
    int (*encode)(void *ctx, unsigned format, unsigned width, unsigned height, unsigned quality,
        pi_row_fn row, void *row_ctx, pi_write_fn write, void *write_ctx);
    /* A file of that name comes into being when it is committed, whole and durable; where the name
     * is taken, under one like it. */
    int (*file_open)(void *ctx, const char *name, void **ret);
    int (*file_write)(void *file, const void *bytes, size_t n);
    int (*file_commit)(
        void *file, char *ret_path, size_t cap); /* the absolute path; closes in any case */
    void (*file_discard)(void *file);
};

struct pi_export {
    uint32_t id;
    bool stack; /* average all into one; else each for itself */
    unsigned formats;
    const struct pi_ring_frame *frames; /* oldest first */
    unsigned n_frames;
};

struct pi_export_result {
    unsigned n_files;
    char first_path[PI_EXPORT_PATH_MAX];
    char why[PI_EXPORT_WHY_MAX]; /* the first failure; empty: none */
};

void pi_export_run(
    const struct pi_export *job, const struct pi_export_port *port, struct pi_export_result *ret);

/* "20260131_235959_f4711": local time and the picture's number. */
#define PI_EXPORT_NAME_MAX 64
void pi_export_name(const struct pi_local_time *t, uint64_t id, char out[PI_EXPORT_NAME_MAX]);

/* The head of a .npy file of unsigned bytes, shape (height, width, 3). */
#define PI_NPY_HEAD_BYTES 128
void pi_npy_head(unsigned width, unsigned height, uint8_t out[PI_NPY_HEAD_BYTES]);

#endif
