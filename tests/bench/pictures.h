/* pictures.h - the bench's frames: a loop of JPEGs of a moving scene, all of about the same size, each of which
 * can say when it was sent.
 *
 *     0  FF D8                      SOI
 *     2  FF FE  00 12               a comment of 16 bytes
 *     6  "FANB"
 *    10  ns of CLOCK_MONOTONIC      u64, big-endian
 *    18  number                     u32, big-endian
 *    22  the rest of the JPEG
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PICTURES_N 60
#define PICTURE_STAMP_END 22

struct picture {
    uint8_t *jpeg;
    size_t n;
};

/* Each within a few percent of `bytes`, found by trying qualities. false: no memory. */
bool pictures_draw(
    struct picture pictures[static PICTURES_N], unsigned width, unsigned height, size_t bytes);
void pictures_free(struct picture pictures[static PICTURES_N]);

void picture_stamp(uint8_t *jpeg, uint64_t ns, uint32_t number);
/* false: that is none of ours. Needs PICTURE_STAMP_END bytes. */
bool picture_read_stamp(const uint8_t *jpeg, uint64_t *ret_ns, uint32_t *ret_number);
