/* batch_old_pictures.c - what an old camera has in its memory. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "batch_old_private.h"

#define SOUND_HEAD_BYTES 44
#define SOUND_BYTES_PER_S 16000

void old_forget(struct batch_old *c)
{
    while (c->n_pictures > 0)
        free(c->pictures[--c->n_pictures].bytes);
}

static size_t used_bytes(const struct batch_old *c)
{
    size_t n = 0;

    for (unsigned i = 0; i < c->n_pictures; i++)
        n += c->pictures[i].n;
    return n;
}

unsigned old_used_permille(const struct batch_old *c)
{
    return (unsigned)(used_bytes(c) * 1000 / c->options->memory_bytes);
}

void old_keep(struct batch_old *c, const void *bytes, size_t n)
{
    struct old_part *p = &c->pictures[c->n_pictures];

    if (c->n_pictures == BATCH_MAX_COUNT || used_bytes(c) + n > c->options->memory_bytes)
        return;
    p->bytes = malloc(n);
    if (!p->bytes)
        return;
    memcpy(p->bytes, bytes, n);
    p->n = n;
    c->n_pictures++;
}

static void put(uint8_t *out, uint32_t value, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        out[i] = (uint8_t)(value >> 8 * i);
}

void old_keep_sound(struct batch_old *c)
{
    uint32_t n = c->options->sound_s * SOUND_BYTES_PER_S;
    uint8_t *wav = calloc(1, SOUND_HEAD_BYTES + n);

    if (!wav)
        return;
    memcpy(wav, "RIFF", 4);
    put(wav + 4, SOUND_HEAD_BYTES - 8 + n, 4);
    memcpy(wav + 8, "WAVEfmt ", 8);
    put(wav + 16, 16, 4);
    put(wav + 20, 1, 2);
    put(wav + 22, 1, 2);
    put(wav + 24, SOUND_BYTES_PER_S / 2, 4);
    put(wav + 28, SOUND_BYTES_PER_S, 4);
    put(wav + 32, 2, 2);
    put(wav + 34, 16, 2);
    memcpy(wav + 36, "data", 4);
    put(wav + 40, n, 4);
    for (uint32_t i = 0; i < n / 2; i++)
        put(wav + SOUND_HEAD_BYTES + 2 * i,
            (uint32_t)(int32_t)lround(8000 * sin(2 * M_PI * 440 * i / 8000)), 2);
    old_keep(c, wav, SOUND_HEAD_BYTES + n);
    free(wav);
}
