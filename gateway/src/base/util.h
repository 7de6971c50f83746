/* util.h - the few macros that every file may use. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof((array)[0]))
#define container_of(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))
/* As <sys/param.h> has them, which other headers bring in. */
#ifndef MIN
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))
#endif

/* Scoped cleanup: `_cleanup_(freep) char *s = NULL;` The function gets a pointer to the
 * variable. */
#define _cleanup_(fn) __attribute__((cleanup(fn)))

/* Takes a pointer out of a variable that would free it. */
#define steal(ptr)                                                                                 \
    __extension__({                                                                                \
        __typeof__(ptr) steal_ = (ptr);                                                            \
        (ptr) = NULL;                                                                              \
        steal_;                                                                                    \
    })

/* Defines NAMEp(), the cleanup of a pointer whose destructor is `fn` (which must accept NULL). */
#define DEFINE_CLEANUP(type, fn)                                                                   \
    static inline void fn##p(type *p)                                                              \
    {                                                                                              \
        if (*p)                                                                                    \
            fn(*p);                                                                                \
    }

static inline void freep(void *p)
{
    free(*(void **)p);
}

static inline void closep(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}
