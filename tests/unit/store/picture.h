/* picture.h - small real JPEGs for tests. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* A colourful picture whose content depends on `seed`, malloc'ed. */
uint8_t *picture_make(unsigned width, unsigned height, unsigned seed, size_t *ret_n);
