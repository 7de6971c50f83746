/* jpeg_shell.h - bytes that are a JPEG as far as its markers go, of any size and each with a number
 * in it: for what stores and forwards pictures and does not decode them.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define JPEG_SHELL_MIN_BYTES 64
/* Where the number lies, little-endian. */
#define JPEG_SHELL_NUMBER_AT 39

/* Fills all of `bytes`: 640 × 480, baseline. The scan's content depends on the number. */
static inline void jpeg_shell(uint8_t *bytes, size_t n, uint64_t number)
{
    static const uint8_t head[JPEG_SHELL_NUMBER_AT] = {
        0xff,
        0xd8, /* SOI */
        0xff,
        0xc0,
        0,
        17,
        8,
        0x01,
        0xe0,
        0x02,
        0x80,
        3,
        1,
        0x22,
        0,
        2,
        0x11,
        1,
        3,
        0x11,
        1, /* SOF0 */
        0xff,
        0xda,
        0,
        12,
        3,
        1,
        0,
        2,
        0x11,
        3,
        0x11,
        0,
        63,
        0, /* SOS */
        0x11,
        0x22,
        0x33,
        0x44,
    };
    uint64_t noise = number * 0x9e3779b97f4a7c15u + 1;

    memcpy(bytes, head, sizeof head);
    for (size_t i = 0; i < 8; i++) /* seven bits each: no FF among them */
        bytes[JPEG_SHELL_NUMBER_AT + i] = (uint8_t)(number >> (7 * i) & 0x7f);
    for (size_t i = JPEG_SHELL_NUMBER_AT + 8; i < n - 2; i++) {
        noise = noise * 6364136223846793005u + 1442695040888963407u;
        bytes[i] = (uint8_t)(noise >> 57);
    }
    bytes[n - 2] = 0xff;
    bytes[n - 1] = 0xd9;
}
