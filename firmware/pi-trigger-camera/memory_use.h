/* memory_use.h - what /proc says of our memory and of the machine's swap. */
#pragma once

#include "pi_guard.h"

int memory_read(struct pi_memory *ret);
/* The most this process ever had in memory. */
int memory_peak(uint64_t *ret_bytes);
