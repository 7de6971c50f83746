/* still.h - a camera's sensor for virtual devices: one picture when it is asked for. From the drawn
 * garden or anything else that the Raspberry Pi camera's virtual twin can show (source.h), from a
 * folder of JPEGs in the order of their names, or one JPEG again and again. JPEGs are handed over as
 * they are.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct loop;
struct still;

struct still_events {
    /* A JPEG, valid for the call; NULL: none could be taken, and `why`. Never from within
     * still_take(). */
    void (*taken)(void *ctx, const uint8_t *jpeg, size_t n, const char *why);
};

/* `spec`: "drawn", a file, a folder, "video:…" (source.h). -EINVAL and a sentence. */
int still_new(struct loop *l, const char *spec, unsigned width, unsigned height, unsigned quality,
    const struct still_events *events, void *ctx, struct still **ret, struct error *e);
/* -EBUSY: the last one is not there yet. Other negatives: the source cannot. */
int still_take(struct still *s);
/* NULL-safe; returns NULL. */
struct still *still_free(struct still *s);
