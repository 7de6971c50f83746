/* span.h - a piece of somebody's text, not NUL-terminated, and the few questions that the codecs have about one.
 *
 * A span owns nothing: it is valid as long as the bytes it points to.
 */
#ifndef SPAN_H
#define SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct span {
    const char *at;
    size_t n;
};

/* What separates words: the ASCII white space. */
bool span_is_blank(char c);
/* Without what is blank at both ends. */
struct span span_strip(struct span s);
/* Takes the next word off the front of *rest; n is 0 when there is none. */
struct span span_word(struct span *rest);
bool span_is(struct span s, const char *text);
/* The same in any case of ASCII letters; `word` is in small ones. */
bool span_is_word(struct span s, const char *word);
/* The whole span as a decimal number with an optional sign. -EINVAL, -ERANGE. */
int span_int(struct span s, int64_t *ret);
bool span_is_utf8(struct span s);
/* As a string, with a NUL: what does not fit is left out, between code points. `cap` is not 0. */
void span_copy(struct span s, char *out, size_t cap);
/* Takes one code point off the front of *s, which is not empty; where there is no UTF-8 it takes one byte and returns U+FFFD. */
uint32_t span_code_point(struct span *s);

/* Takes `text` off the front of *s; false: it does not begin so, *s is as before. */
bool span_take(struct span *s, const char *text);
/* Takes what stands before the next `c`, and that; or all that is left. */
struct span span_take_until(struct span *s, char c);
/* Takes one hex digit of either case off the front of *s, and returns its value; -1: there is none, *s is as before. */
int span_hex(struct span *s);
/* Takes what stands before the last `text`, and the text; false: it is not in there. */
bool span_take_before_last(struct span *s, const char *text, struct span *ret);

#endif
