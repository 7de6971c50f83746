/* text.h - small questions about strings. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* [a-z0-9-]{1,63}, no hyphen first or last. */
bool text_is_slug(const char *s);
/* Makes a slug of any text ("Porch Cam" → "porch-cam"); "device" when nothing is left. `cap` counts
 * the NUL (at least 1); at most 63 chars. */
void text_slug(const char *s, char *out, size_t cap);
bool text_is_utf8(const char *s, size_t n);
/* Shell-style pattern with * and ? only; no escapes. Linear in the text for one star, never
 * exponential. */
bool text_match(const char *pattern, const char *s);
/* One of several patterns, joined by commas. */
bool text_match_list(const char *patterns, const char *s);
/* The whole text as a number. -EINVAL: not one; -ERANGE. Floats: finite only; the decimal point is
 * a point. */
int text_to_int(const char *s, int64_t *ret);
int text_to_float(const char *s, double *ret);
/* Bytes with an optional unit: 1500, 64k, 64 KiB, 10MB, 1.5GB, 2 GiB (kMGT decimal, KiB… binary; k
 * alone is 1000). */
int text_to_bytes(const char *s, uint64_t *ret);
/* Lower-case hex of n bytes; out has 2n + 1. */
void text_hex(const uint8_t *bytes, size_t n, char *out);
/* The value of one hex digit, in either case; -1: it is none. */
int text_hex_digit(char c);
/* Cuts at a byte count without splitting a UTF-8 sequence; returns the length to keep, ≤ max. */
size_t text_cut(const char *s, size_t n, size_t max);
