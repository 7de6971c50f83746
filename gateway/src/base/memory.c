#include "base/memory.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

/* From this size on a block is mapped alone and goes back to the system when it is freed. */
#define MAP_FROM_BYTES (128 << 10)
/* What may stay free at the heap's end: less would make brk() a call of every larger request. */
#define KEEP_BYTES (1 << 20)
/* Each arena keeps slack of its own; our few threads rarely allocate at the same time. */
#define N_ARENAS 2

void memory_tame(void)
{
    mallopt(M_MMAP_THRESHOLD, MAP_FROM_BYTES);
    mallopt(M_TRIM_THRESHOLD, KEEP_BYTES);
    mallopt(M_ARENA_MAX, N_ARENAS);
}

void memory_give_back(void)
{
    malloc_trim(0);
}

void memory_wipe_free(void *p, size_t n)
{
    if (p)
        explicit_bzero(p, n);
    free(p);
}

void memory_wipe_free_text(char *text)
{
    memory_wipe_free(text, text ? strlen(text) : 0);
}
