/* text.h - text that a device sent, made fit for people: for sentences, answers and attributes.
 *
 * What comes over a radio or a wire may be of any length, no UTF-8, and hold what moves a
 * terminal's cursor. Header-only, as json_write.h is.
 */
#ifndef WARREN_TEXT_H
#define WARREN_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "json_write.h"

/* U+2028 and U+2029 end a line; U+202A to U+202E and U+2066 to U+2069 turn what comes behind them
 * round, in the sentence around a name, too. */
static inline bool wr_text_turns_(const unsigned char p[3])
{
    return p[0] == 0xE2 &&
        ((p[1] == 0x80 && p[2] >= 0xA8 && p[2] <= 0xAE) ||
            (p[1] == 0x81 && p[2] >= 0xA6 && p[2] <= 0xA9));
}

/* Bytes of the character at `s` that may be shown; 0: its first byte may not. C1 controls (U+0080
 * to U+009F) are two bytes of UTF-8, and terminals obey them, too. */
static inline size_t wr_text_showable_(const char *s, size_t n)
{
    const unsigned char *p = (const unsigned char *)s;
    size_t k = wr_utf8_len_(p, n);

    if ((k == 1 && (p[0] < 0x20 || p[0] == 0x7F)) || (k == 2 && p[0] == 0xC2 && p[1] < 0xA0) ||
        (k == 3 && wr_text_turns_(p)))
        return 0;
    return k;
}

/* `n` bytes as valid UTF-8 without control characters and what turns a line round ("?" stands for each byte of such), cut with
 * "…" so that it fits `cap` (at least 4) with its NUL. True: that is what was sent, byte by byte. */
static inline bool wr_text_clean(const char *s, size_t n, char *out, size_t cap)
{
    size_t at = 0, len = 0, cut = 0;
    bool same = true;

    while (at < n) {
        size_t k = wr_text_showable_(s + at, n - at), step = k ? k : 1;

        if (len + step >= cap) {
            memcpy(out + cut, "\xE2\x80\xA6", 4);
            return false;
        }
        if (k > 0)
            memcpy(out + len, s + at, k);
        else
            out[len] = '?';
        same = same && k > 0;
        len += step;
        at += step;
        if (len + 4 <= cap)
            cut = len; /* the mark fits behind it */
    }
    out[len] = '\0';
    return same;
}

#endif
