/* moving_picture.h - JPEGs of a scene that moves, for tests of what looks at them. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct moving_picture {
    uint8_t *jpeg; /* the caller's to free */
    size_t n;
};

/* A texture, seen from x px to the right and y px down; quality 90, grey or in colours. */
struct moving_picture moving_picture(
    unsigned width, unsigned height, unsigned x, unsigned y, int in_colours);
