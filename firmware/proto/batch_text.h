/* batch_text.h - what the BLE batch camera's older dialects say in letters: the lines of STATUS, the text of CONFIG, the
 * bytes of COMMAND. docs/protocols/ble-batch-camera.md is the same as a page.
 *
 *     STATUS   "PSRAM: 12.3% | Imgs: 4"   "COUNT:7"   "IMAGE:9902"   "9902:160044" (v0)
 *     CONFIG   "F:30,T:80"
 *     COMMAND  'A' 'N' 'R'   (v0: 'T' 'N' 'C')
 *
 * No terminator, no length: one value of a characteristic is one text. Neither side allocates.
 */
#ifndef BATCH_TEXT_H
#define BATCH_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BATCH_SERVICE_UUID "4fafc201-1fb5-459e-8fcc-c5c9c331914b"
#define BATCH_STATUS_UUID "beb5483e-36e1-4688-b7f5-ea07361b26a8"
#define BATCH_DATA_UUID "7347e350-5552-4822-8243-b8923a4114d2"
#define BATCH_COMMAND_UUID "a244c201-1fb5-459e-8fcc-c5c9c331914b"
#define BATCH_CONFIG_UUID "a31a6820-8437-4f55-8898-5226c04a29a3"
/* Names of cameras in use begin so. */
#define BATCH_NAME_PREFIX "T-Camera-BLE"

/* Bytes of a picture in one notification of DATA. */
#define BATCH_CHUNK_BYTES 512
/* The least ATT MTU that carries such a piece: three bytes are ATT's. */
#define BATCH_CHUNK_MTU (BATCH_CHUNK_BYTES + 3)
/* Pictures in one batch: the firmware in use has an array of so many. */
#define BATCH_MAX_COUNT 20

/* COMMAND: the first byte of a write; the others are not looked at. */
enum batch_command {
    BATCH_ACKNOWLEDGE = 'A', /* the last COUNT or IMAGE */
    BATCH_NEXT = 'N',        /* piece */
    BATCH_READY = 'R',       /* the host has subscribed */
    BATCH_TRIGGER = 'T',     /* v0: take a picture */
    BATCH_COMPLETE = 'C',    /* v0: all came */
};

/* --- STATUS ----------------------------------------------------------------------------------- */

enum batch_status_kind {
    BATCH_STATUS_MEMORY, /* PSRAM: … */
    BATCH_STATUS_COUNT,
    BATCH_STATUS_IMAGE,
    BATCH_STATUS_SIZES, /* v0 */
};

struct batch_status {
    enum batch_status_kind kind;
    /* MEMORY: 0 … 1000, rounded; false: the camera said no number (without PSRAM it says "nan"). */
    bool used_known;
    uint16_t used_permille;
    /* MEMORY: pictures that wait (false: it did not say). COUNT: pictures of the batch. */
    bool count_known;
    uint32_t count;
    /* IMAGE, SIZES: of the picture; SIZES: of the sound. */
    uint32_t image_bytes, sound_bytes;
};

/* Longest line there is, without a NUL: "PSRAM: 100.0% | Imgs: 4294967295". */
#define BATCH_STATUS_MAX_BYTES 32
/* What is longer is no line: the firmware in use has 40 bytes for it. */
#define BATCH_STATUS_MAX_PARSED_BYTES 64

/* White space and NULs around words and numbers count for nothing. Percents outside of 0 … 100 are held within; other
 * numbers that are negative or do not fit 32 bits make it no line. False: it is none, *ret is as before. */
bool batch_status_parse(const void *text, size_t n, struct batch_status *ret);

/* The line as the firmware in use writes it, without a NUL; returns its length. */
size_t batch_status_write(const struct batch_status *s, char out[BATCH_STATUS_MAX_BYTES]);

/* --- CONFIG ----------------------------------------------------------------------------------- */

#define BATCH_FREQUENCY_MIN_S 1
#define BATCH_FREQUENCY_MAX_S 86400
/* Percent of memory at which a batch is due, in per mille: generations in use take "T:12.5". */
#define BATCH_THRESHOLD_MIN_PERMILLE 20
#define BATCH_THRESHOLD_MAX_PERMILLE 950
/* The first generation with CONFIG ignores what is below. */
#define BATCH_THRESHOLD_OLD_MIN_PERMILLE 100

struct batch_config {
    bool frequency_known, threshold_known;
    uint32_t frequency_s;
    uint16_t threshold_permille;
    /* Parsed: there was something that is no setting, or is outside of the range. It is not in here. */
    bool refused;
};

/* "F:86400,T:95.0", without a NUL. */
#define BATCH_CONFIG_MAX_BYTES 16
/* What is longer is refused as a whole; later firmware in use has 64 bytes for it. */
#define BATCH_CONFIG_MAX_PARSED_BYTES 63

/* The camera's reading: any order, either alone, ':' or '=', white space anywhere between, the last one counts. Whoever
 * takes settings from it looks at the …_known. */
void batch_config_parse(const void *text, size_t n, struct batch_config *ret);

/* What every generation understands: "F:30,T:80", "F:30", "T:12.5". Values outside of the ranges are held within; returns
 * the length, 0 when nothing is known. */
size_t batch_config_write(const struct batch_config *c, char out[BATCH_CONFIG_MAX_BYTES]);

#endif
