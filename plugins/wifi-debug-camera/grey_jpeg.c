/* grey_jpeg.c - see grey_jpeg.h. ITU-T T.81: one component, the tables of its annex K (quantisation at a quality of about 85).
 *
 *     SOI  DQT  SOF0  DHT (DC)  DHT (AC)  SOS  coded blocks …  EOI
 */
#include "grey_jpeg.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define N 8
#define BLOCK (N * N)

static const uint8_t zigzag[BLOCK] = {0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12,
    19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29,
    22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63};

/* K.1, three tenths of it; by rows. */
static const uint8_t quantum[BLOCK] = {5, 3, 3, 5, 7, 12, 15, 18, 4, 4, 4, 6, 8, 17, 18, 17, 4, 4,
    5, 7, 12, 17, 21, 17, 4, 5, 7, 9, 15, 26, 24, 19, 5, 7, 11, 17, 20, 33, 31, 23, 7, 11, 17, 19,
    24, 31, 34, 28, 15, 19, 23, 26, 31, 36, 36, 30, 22, 28, 29, 29, 34, 30, 31, 30};

/* K.3 and K.5: how many codes there are of each length, 1 … 16 bits; and what they stand for. */
static const uint8_t dc_lengths[16] = {0, 1, 5, 1, 1, 1, 1, 1, 1};
static const uint8_t dc_values[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
static const uint8_t ac_lengths[16] = {0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 0x7D};
static const uint8_t ac_values[] = {0x01, 0x02, 0x03, 0x00, 0x04, 0x11, 0x05, 0x12, 0x21, 0x31,
    0x41, 0x06, 0x13, 0x51, 0x61, 0x07, 0x22, 0x71, 0x14, 0x32, 0x81, 0x91, 0xA1, 0x08, 0x23, 0x42,
    0xB1, 0xC1, 0x15, 0x52, 0xD1, 0xF0, 0x24, 0x33, 0x62, 0x72, 0x82, 0x09, 0x0A, 0x16, 0x17, 0x18,
    0x19, 0x1A, 0x25, 0x26, 0x27, 0x28, 0x29, 0x2A, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3A, 0x43,
    0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4A, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5A, 0x63,
    0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6A, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7A, 0x83,
    0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9A,
    0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7, 0xA8, 0xA9, 0xAA, 0xB2, 0xB3, 0xB4, 0xB5, 0xB6, 0xB7, 0xB8,
    0xB9, 0xBA, 0xC2, 0xC3, 0xC4, 0xC5, 0xC6, 0xC7, 0xC8, 0xC9, 0xCA, 0xD2, 0xD3, 0xD4, 0xD5, 0xD6,
    0xD7, 0xD8, 0xD9, 0xDA, 0xE1, 0xE2, 0xE3, 0xE4, 0xE5, 0xE6, 0xE7, 0xE8, 0xE9, 0xEA, 0xF1, 0xF2,
    0xF3, 0xF4, 0xF5, 0xF6, 0xF7, 0xF8, 0xF9, 0xFA};

/* cos((2x + 1) u pi / 16) / 2, for u = 0 by a further 1/sqrt(2); in 1/4096 */
static const int16_t cosine[N][N] = {{1448, 1448, 1448, 1448, 1448, 1448, 1448, 1448},
    {2009, 1703, 1138, 400, -400, -1138, -1703, -2009},
    {1892, 784, -784, -1892, -1892, -784, 784, 1892},
    {1703, -400, -2009, -1138, 1138, 2009, 400, -1703},
    {1448, -1448, -1448, 1448, 1448, -1448, -1448, 1448},
    {1138, -2009, 400, 1703, -1703, -400, 2009, -1138},
    {784, -1892, 1892, -784, -784, 1892, -1892, 784},
    {400, -1138, 1703, -2009, 2009, -1703, 1138, -400}};

struct code {
    uint16_t bits;
    uint8_t n;
};

struct writer {
    uint8_t *out;
    size_t cap, n;
    bool full;
    uint32_t bits;
    unsigned n_bits;
    struct code dc[12], ac[256];
};

/* --- bytes and bits --------------------------------------------------------------------------- */

static void put(struct writer *w, const void *bytes, size_t n)
{
    w->full = w->full || n > w->cap - w->n;
    if (w->full)
        return;
    memcpy(w->out + w->n, bytes, n);
    w->n += n;
}

static void put_byte(struct writer *w, uint8_t byte)
{
    put(w, &byte, 1);
}

/* FF is a marker's; as data it has a 0 behind it. */
static void put_bits(struct writer *w, uint32_t bits, unsigned n)
{
    w->bits = w->bits << n | (bits & ((UINT32_C(1) << n) - 1));
    w->n_bits += n;
    while (w->n_bits >= 8) {
        uint8_t byte = (uint8_t)(w->bits >> (w->n_bits - 8));

        put_byte(w, byte);
        if (byte == 0xFF)
            put_byte(w, 0);
        w->n_bits -= 8;
    }
}

static void put_code(struct writer *w, struct code c)
{
    put_bits(w, c.bits, c.n);
}

/* --- the head --------------------------------------------------------------------------------- */

static void codes_of(const uint8_t lengths[16], const uint8_t *values, struct code *codes)
{
    uint16_t bits = 0;

    for (uint8_t n = 1; n <= 16; n++, bits = (uint16_t)(bits << 1))
        for (unsigned i = 0; i < lengths[n - 1]; i++)
            codes[*values++] = (struct code){bits++, n};
}

static void put_table(struct writer *w, uint8_t which, const uint8_t lengths[16],
    const uint8_t *values, size_t n_values)
{
    const uint8_t head[] = {0xFF, 0xC4, 0, (uint8_t)(2 + 1 + 16 + n_values), which};

    put(w, head, sizeof head);
    put(w, lengths, 16);
    put(w, values, n_values);
}

static void put_head(struct writer *w, unsigned width, unsigned height)
{
    static const uint8_t quanta[] = {0xFF, 0xD8, 0xFF, 0xDB, 0, 2 + 1 + BLOCK, 0};
    static const uint8_t scan[] = {0xFF, 0xDA, 0, 8, 1, 1, 0x00, 0, BLOCK - 1, 0};
    const uint8_t frame[] = {0xFF, 0xC0, 0, 11, 8, (uint8_t)(height >> 8), (uint8_t)height,
        (uint8_t)(width >> 8), (uint8_t)width, 1, 1, 0x11, 0};

    put(w, quanta, sizeof quanta);
    for (unsigned i = 0; i < BLOCK; i++)
        put_byte(w, quantum[zigzag[i]]);
    put(w, frame, sizeof frame);
    put_table(w, 0x00, dc_lengths, dc_values, sizeof dc_values);
    put_table(w, 0x10, ac_lengths, ac_values, sizeof ac_values);
    put(w, scan, sizeof scan);
}

/* --- blocks ----------------------------------------------------------------------------------- */

static int32_t divided(int32_t v, int32_t by)
{
    return (v + (v < 0 ? -by / 2 : by / 2)) / by;
}

static void transform(const uint8_t *grey, unsigned width, int16_t out[BLOCK])
{
    int32_t rows[N][N];

    for (unsigned y = 0; y < N; y++) {
        for (unsigned u = 0; u < N; u++) {
            rows[y][u] = 0;
            for (unsigned x = 0; x < N; x++)
                rows[y][u] += cosine[u][x] * (grey[y * width + x] - 128);
        }
    }
    for (unsigned v = 0; v < N; v++) {
        for (unsigned u = 0; u < N; u++) {
            int32_t sum = 0;

            for (unsigned y = 0; y < N; y++)
                sum += cosine[v][y] * divided(rows[y][u], 64);
            out[v * N + u] = (int16_t)divided(sum, (4096 * 4096 / 64) * quantum[v * N + u]);
        }
    }
}

/* How many bits a value has; what is negative is one less, in as many. */
static unsigned size_of(int v)
{
    unsigned n = 0;

    for (v = abs(v); v > 0; v >>= 1)
        n++;
    return n;
}

static void put_value(struct writer *w, int v, unsigned n)
{
    put_bits(w, (uint32_t)(v < 0 ? v - 1 : v), n);
}

static void put_block(struct writer *w, const int16_t block[BLOCK], int *dc)
{
    int step = block[0] - *dc;
    unsigned n_zeros = 0;

    *dc = block[0];
    put_code(w, w->dc[size_of(step)]);
    put_value(w, step, size_of(step));
    for (unsigned i = 1; i < BLOCK; i++) {
        int v = block[zigzag[i]];

        if (v == 0) {
            n_zeros++;
            continue;
        }
        for (; n_zeros > 15; n_zeros -= 16)
            put_code(w, w->ac[0xF0]);
        put_code(w, w->ac[n_zeros << 4 | size_of(v)]);
        put_value(w, v, size_of(v));
        n_zeros = 0;
    }
    if (n_zeros > 0)
        put_code(w, w->ac[0]);
}

size_t grey_jpeg_write(
    const uint8_t *grey, unsigned width, unsigned height, uint8_t *out, size_t cap)
{
    struct writer w = {.out = out, .cap = cap};
    int16_t block[BLOCK];
    int dc = 0;

    codes_of(dc_lengths, dc_values, w.dc);
    codes_of(ac_lengths, ac_values, w.ac);
    put_head(&w, width, height);
    for (unsigned y = 0; y < height; y += N) {
        for (unsigned x = 0; x < width; x += N) {
            transform(grey + (size_t)y * width + x, width, block);
            put_block(&w, block, &dc);
        }
    }
    put_bits(&w, 0x7F, 7); /* to the end of a byte, with ones */
    put(&w, "\xFF\xD9", 2);
    return w.full ? 0 : w.n;
}
