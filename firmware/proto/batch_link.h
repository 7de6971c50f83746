/* batch_link.h - LINK, the BLE batch camera's own dialect, both directions. docs/protocols/ble-batch-camera.md is the
 * same as a page.
 *
 *     host  → 81 HELLO  82 GET  83 HAVE  84 STORED  85 SKIP  86 LEAVE
 *     camera → 01 INFO  02 OFFER  03 DATA  04 GONE  05 PLACE
 *
 * Little-endian. Reserved bytes are written as 0 and not looked at. A message that is longer than its table is read as far
 * as the table goes; a shorter one, and one of an unknown type, is none. No allocation, no errors but "this is none".
 */
#ifndef BATCH_LINK_H
#define BATCH_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BATCH_LINK_UUID "c1a7e5b0-93d4-4f0e-8d6c-52b1f04a7e19"
#define BATCH_LINK_VERSION 1
/* Every message but DATA fits the smallest MTU (23, of which 3 are ATT's). */
#define BATCH_LINK_MAX_BYTES 20
/* Before the picture's bytes in DATA. With ATT's three: up to MTU - 8 bytes of the picture. */
#define BATCH_LINK_DATA_HEADER_BYTES 5
/* What offset u24 can name; no camera of this kind has memory for such a picture. */
#define BATCH_LINK_MAX_PICTURE_BYTES ((uint32_t)1 << 24)
/* OFFER's flags: a PLACE of the same id goes before it. */
#define BATCH_LINK_OFFER_PLACE 0x01
/* A window above it has no meaning: a camera's whole stack holds less. */
#define BATCH_LINK_MAX_WINDOW_BYTES 65535

enum batch_link_type {
    BATCH_LINK_INFO = 0x01,
    BATCH_LINK_OFFER = 0x02,
    BATCH_LINK_DATA = 0x03,
    BATCH_LINK_GONE = 0x04,
    BATCH_LINK_PLACE = 0x05,
    BATCH_LINK_HELLO = 0x81,
    BATCH_LINK_GET = 0x82,
    BATCH_LINK_HAVE = 0x83,
    BATCH_LINK_STORED = 0x84,
    BATCH_LINK_SKIP = 0x85,
    BATCH_LINK_LEAVE = 0x86,
};

/*  0    1        2       4              8
 * | 81 | version | ahead | window bytes | clock: Unix time in ms, signed, 0 unknown | 16 */
struct batch_link_hello {
    uint8_t version;
    uint32_t window_bytes;
    int64_t clock_ms;
    uint16_t ahead; /* pictures that the host takes while others are not stored yet */
};

/*  0    1        2       4      8              12       14        16        18
 * | 01 | version | flags | boot | window bytes | failed | dropped | waiting | used ‰ | 20 */
struct batch_link_info {
    uint8_t version;
    uint16_t flags;
    uint32_t boot;         /* a random number of this start */
    uint32_t window_bytes; /* what holds for this link */
    uint16_t n_failed, n_dropped, n_waiting, used_permille;
};

/*  0    1       2          4    8      12    16
 * | 02 | flags | reserved | id | size | crc | age in ms | 20 */
struct batch_link_offer {
    uint8_t flags;
    uint32_t id, size, crc, age_ms;
};

/*  0    1               2            5
 * | 03 | id, low byte | offset u24 | up to MTU - 8 bytes of the picture */
struct batch_link_data {
    uint8_t id_low;
    uint32_t offset;
    const uint8_t *bytes; /* in the message that was decoded */
    size_t n;             /* at least 1 */
};

/* GET, HAVE (with offset), STORED, SKIP, GONE (without).
 *  0      1          4    8
 * | type | reserved | id | offset | 12 or 8 */
struct batch_link_picture {
    uint32_t id, offset;
};

/*  0    1          4    8                                12
 * | 05 | reserved | id | latitude i32, 10⁻⁷ degrees | longitude | 16 */
struct batch_link_place {
    uint32_t id;
    int32_t latitude_e7, longitude_e7;
};

struct batch_link {
    enum batch_link_type type;
    union {
        struct batch_link_hello hello;
        struct batch_link_info info;
        struct batch_link_offer offer;
        struct batch_link_data data;
        struct batch_link_picture picture; /* GET, HAVE, STORED, SKIP, GONE */
        struct batch_link_place place;
    };
};

/* False: it is none, *ret is as before. DATA without a byte of a picture is none. */
bool batch_link_decode(const void *bytes, size_t n, struct batch_link *ret);

/* Any message but DATA; returns its length, 0 for a type that is none of them. */
size_t batch_link_encode(const struct batch_link *m, uint8_t out[BATCH_LINK_MAX_BYTES]);

/* What stands before the bytes of a picture; offset below BATCH_LINK_MAX_PICTURE_BYTES. */
void batch_link_data_header(
    uint32_t id, uint32_t offset, uint8_t out[BATCH_LINK_DATA_HEADER_BYTES]);

#endif
