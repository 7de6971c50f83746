/* memory.h - what malloc may keep of memory that was freed, and what of secrets stays in it: nothing.
 *
 * glibc raises by itself, up to 32 MB, the size from which a block is mapped alone: the first large
 * picture that is freed moves all later ones onto the heap, where one small block above them keeps
 * them from going back to the system. For programs that live for years beside others, on machines
 * with little memory, predictable is better than fast; large blocks that come often are pooled.
 */
#pragma once

#include <stddef.h>

/* Fixes malloc's limits; to be called once, before there are threads. */
void memory_tame(void);

/* Gives the free pages of the heap back. For rare moments: takes time with the size of the heap,
 * below a millisecond for ours. */
void memory_give_back(void);

/* free() for what may hold a secret: a password is nowhere longer than it is needed. NULL is fine. */
void memory_wipe_free(void *p, size_t n);
/* The same for a string. */
void memory_wipe_free_text(char *text);
