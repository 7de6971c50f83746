/* pi_text.h - the few questions about text that these codecs share. Private to firmware/. */
#ifndef PI_TEXT_H
#define PI_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "span.h"

/* --- reading a reply from left to right: these take what they return off the front of *s --------- */

/* Takes a number with up to six decimals ("-12.345"), as millionths. */
bool pi_take_micro(struct span *s, int64_t *ret);
bool pi_take_double(struct span *s, double *ret);
bool pi_take_unsigned(struct span *s, unsigned *ret);

/* --- numbers as the service in use writes them
 * ------------------------------------------------------------------------------------ */

#define PI_NUMBER_TEXT 40

/* µs as seconds with `decimals` (at most 6) digits, rounded: 1234567, 2 → "1.23". Returns `out`. */
const char *pi_seconds_text(int64_t us, unsigned decimals, char out[PI_NUMBER_TEXT]);
/* Shortest text that reads back as the same number, as Python writes it: "6.0", "0.1", "1e-05",
 * "1e+16", "inf", "nan". */
const char *pi_float_text(double v, char out[PI_NUMBER_TEXT]);
/* As above, but whole numbers without ".0". */
const char *pi_number_text(double v, char out[PI_NUMBER_TEXT]);

#endif
