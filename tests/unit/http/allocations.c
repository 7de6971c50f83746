/* allocations.c - malloc and its kin of the whole process, counted. What a test's executable defines, its libraries use as well. */
#include <stdlib.h>

#include "live.h"

static unsigned long n_allocations;

/* gcc says so by the first, clang by the second. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif

#ifdef SANITIZED

void allocations_count(bool on)
{
}

#else

static bool counting;

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);

void *malloc(size_t n)
{
    n_allocations += counting;
    return __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
    n_allocations += counting;
    return __libc_calloc(n, size);
}

void *realloc(void *p, size_t n)
{
    n_allocations += counting;
    return __libc_realloc(p, n);
}

void allocations_count(bool on)
{
    counting = on;
}

#endif

unsigned long allocations(void)
{
    return n_allocations;
}
