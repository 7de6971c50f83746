/* records.h - the bytes of a fuzzer of a driver as a list of what happens to it:
 *
 *     | what, in the lowest three bits | n | n bytes | …        the last one may be cut
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct records {
    const uint8_t *at;
    size_t left;
    unsigned n_left; /* so many more are taken */
};

struct record {
    uint8_t what; /* 0 … 7 */
    const uint8_t *bytes;
    size_t n;
};

/* False: that was all. */
static inline bool records_next(struct records *r, struct record *ret)
{
    if (r->n_left == 0 || r->left < 2)
        return false;
    ret->what = r->at[0] & 7;
    ret->n = r->at[1] < r->left - 2 ? r->at[1] : r->left - 2;
    ret->bytes = r->at + 2;
    r->at += 2 + ret->n;
    r->left -= 2 + ret->n;
    r->n_left--;
    return true;
}
