/* pi_text.h - the few questions about text that these codecs share. Private to firmware/. */
#ifndef PI_TEXT_H
#define PI_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pi_trigger.h"

/* What separates words: the ASCII white space. */
bool pi_is_blank(char c);
struct pi_span pi_span_strip(struct pi_span s);
/* Takes the next word off the front of *rest; n is 0 when there is none. */
struct pi_span pi_span_word(struct pi_span *rest);
bool pi_span_is(struct pi_span s, const char *text);
/* The whole span as a decimal number with an optional sign. -EINVAL, -ERANGE. */
int pi_span_int(struct pi_span s, int64_t *ret);
bool pi_is_utf8(const char *s, size_t n);

/* --- reading a reply from left to right
 * -------------------------------------------------------------------------------------------- */

/* Takes `text` off the front of *s; false: it does not begin so, *s is as before. */
bool pi_take(struct pi_span *s, const char *text);
/* Takes what stands before the last `text`, and the text; false: it is not in there. */
bool pi_take_before_last(struct pi_span *s, const char *text, struct pi_span *ret);
/* Takes a number with up to six decimals ("-12.345"), as millionths. */
bool pi_take_micro(struct pi_span *s, int64_t *ret);
bool pi_take_double(struct pi_span *s, double *ret);
bool pi_take_unsigned(struct pi_span *s, unsigned *ret);

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
